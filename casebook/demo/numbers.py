"""Numbers and places that cannot belong to anybody: drama telephone numbers, unused postcode areas, invented streets.

The check letters are calculated here, separately from the rules that test them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from casebook.demo.names import words

if TYPE_CHECKING:
    from random import Random

LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
NO_CRO = "000000/00Z"
NO_POSTCODE = "NF1 1NF"


def pnc_id(rng: Random, year: int, *, right: bool = True) -> str:
    serial = int(rng.random() * 999_999) + 1
    return f"{year}/{serial:07}{_letter(f'{year % 100:02}{serial:07}', right=right)}"


def cro(rng: Random, year: int, *, right: bool = True) -> str:
    """The standard form, and one in eight a search file (SF)."""
    serial, two = int(rng.random() * 999_998) + 1, f"{year % 100:02}"
    if rng.random() * 8 < 1:
        return f"SF{two}/{serial}{_letter(f'{two}{serial}', right=right)}"
    return f"{serial}/{two}{_letter(f'{two}{serial:06}', right=right)}"


def _letter(digits: str, *, right: bool) -> str:
    at = int(digits) % len(LETTERS)
    return LETTERS[at if right else (at + 7) % len(LETTERS)]


class Dwelling(NamedTuple):
    address: str
    postcode: str


# no postcode area begins with Q, V or X, so none of these exists
_AREAS = tuple(f"{first}{second}{district}" for district in range(1, 10) for first in "XVQ" for second in "STNW")
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_TOWNS = ("Synthetic Magna", "Synthetic Parva", "Synthetic Regis", "Synthetic-on-Sea", "Synthetic Bassett")
_STREETS = tuple(
    f"{first} {last}"
    for first in words(
        """
        Larkspindle Thimblewick Ottermarch Quillfen Brackenspoon Marlowick Dapplegate Foxglimmer
        Wrenhollow Tansyford Copperlode Mistlewain Emberlow Saltmeadow Hobnail Gossamer Pennywhistle
        Candlewright Rookfeather Tinderbox Willowmere
        """
    )
    for last in ("Road", "Street", "Close", "Avenue", "Lane", "Way", "Crescent", "Row")
)


def home(rng: Random) -> Dwelling:
    """An invented address. The first outward codes are the most common, as in a real force's area."""
    at = rng.random()
    area = _AREAS[int(at * at * len(_AREAS))]
    inward = f"{int(rng.random() * 9)}{_INWARD[int(rng.random() * 20)]}{_INWARD[int(rng.random() * 20)]}"
    street = _STREETS[int(rng.random() * len(_STREETS))]
    return Dwelling(f"{1 + int(at * 997) % 180} {street}, {_TOWNS[int(rng.random() * 5)]}", f"{area} {inward}")


def phone(rng: Random) -> str:
    """A number from the ranges that Ofcom reserves for drama."""
    return f"{rng.choice(('07700 900', '07700 900', '01632 960'))}{int(rng.random() * 1000):03}"


def email(rng: Random, forename: str, surname: str) -> str:
    local = "".join(letter for letter in f"{forename}.{surname}".lower() if letter.isalnum() or letter == ".")
    return f"{local}{int(rng.random() * 100)}@example.org"
