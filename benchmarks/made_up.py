"""Made-up persons, and careless copies of the same persons."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from casebook.demo.names import ORIGINS
from casebook.matching import names

STREETS = [
    f"{first}{last}"
    for first in ("ASH", "ELM", "MILL", "CHURCH", "STATION", "PARK", "VICTORIA", "QUEENS", "KINGS", "ALBERT")
    for last in (" STREET", " ROAD", " LANE", " CLOSE", "FIELD WAY")
]
COLUMNS = (
    "source",
    "person_id",
    "forename",
    "middle_names",
    "surname",
    "aliases",
    "dob",
    "sex",
    "address",
    "postcode",
    "pnc_id",
    "cro",
)
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(kw_only=True)
class Person:
    forename: str
    middle_names: str
    surname: str
    aliases: str = ""
    dob: str
    sex: str
    address: str
    postcode: str


def postcode(rng: random.Random) -> str:
    return f"SN{rng.randint(1, 26)} {rng.randint(1, 9)}{rng.choice(LETTERS)}{rng.choice(LETTERS)}"


def person(rng: random.Random) -> Person:
    origin = rng.choices(ORIGINS, [origin.share for origin in ORIGINS])[0]
    sex = rng.choice("fm")
    return Person(
        forename=origin.forename(rng, sex),
        middle_names=origin.forename(rng, sex) if rng.random() < 0.6 else "",
        surname=origin.surname(rng),
        aliases=f"{origin.forename(rng, sex)} {origin.surname(rng)}" if rng.random() < 0.1 else "",
        dob=str(date(1945, 1, 1) + timedelta(days=rng.randrange(45 * 365))),
        sex=sex,
        address=f"{rng.randint(1, 150)} {rng.choice(STREETS)}",
        postcode=postcode(rng),
    )


def twin(rng: random.Random, of: Person) -> Person:
    other = person(rng)
    return Person(**{**vars(of), "forename": other.forename, "middle_names": other.middle_names, "aliases": ""})


def junior(rng: random.Random, of: Person) -> Person:
    born = f"{int(of.dob[:4]) + rng.randint(18, 40)}{person(rng).dob[4:].replace('02-29', '02-28')}"
    return Person(**{**vars(of), "dob": born, "middle_names": "", "aliases": ""})


def typo(rng: random.Random, text: str) -> str:
    if len(text) < 3:
        return text
    at = rng.randrange(1, len(text) - 1)
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + rng.choice("aeinorst") + text[at + 1 :],
        ]
    )


def nickname(rng: random.Random, of: Person) -> str:
    known = names.nickname_relatives(of.forename.upper()) + names.spelling_relatives(of.forename.upper(), "given")
    return rng.choice(known) if known else of.forename


def slip(rng: random.Random, dob: str) -> str:
    for _ in range(100):
        at = rng.choice([2, 3, 5, 6, 8, 9])
        wrong = dob[:at] + rng.choice("0123456789") + dob[at + 1 :]
        try:
            date.fromisoformat(wrong)
        except ValueError:
            continue
        if wrong != dob:
            return wrong
    return dob


Corruption = Callable[[random.Random, Person], None]


def _swap_names(_rng: random.Random, who: Person) -> None:
    who.forename, who.surname = who.surname, who.forename


def _swap_day_month(rng: random.Random, who: Person) -> None:
    year, month, day = who.dob.split("-")
    who.dob = f"{year}-{day}-{month}" if int(day) <= 12 else slip(rng, who.dob)


def _alias_only(_rng: random.Random, who: Person) -> None:
    if who.aliases:
        who.forename, _, who.surname = who.aliases.partition(" ")
        who.aliases = who.middle_names = ""


def _middle_first(_rng: random.Random, who: Person) -> None:
    if who.middle_names:
        who.forename, who.middle_names = who.middle_names, who.forename


def _moved_year(dob: str, years: int) -> date:
    born = date.fromisoformat(dob)
    return born.replace(year=born.year + years, day=min(born.day, 28))


def _set(column: str, value: Callable[[random.Random, Person], str]) -> Corruption:
    return lambda rng, who: setattr(who, column, value(rng, who))


# fault -> its field and the function that makes it
CORRUPTIONS: dict[str, tuple[str, Corruption]] = {
    "forename typo": ("forename", _set("forename", lambda rng, who: typo(rng, who.forename))),
    "nickname": ("forename", _set("forename", nickname)),
    "another forename": ("forename", _set("forename", lambda rng, _: person(rng).forename)),
    "initial": ("forename", _set("forename", lambda _, who: who.forename[0])),
    "no forename": ("forename", _set("forename", lambda *_: "")),
    "surname typo": ("surname", _set("surname", lambda rng, who: typo(rng, who.surname))),
    "another surname": ("surname", _set("surname", lambda rng, _: person(rng).surname)),
    "swapped names": ("names", _swap_names),
    "alias only": ("names", _alias_only),
    "middle name first": ("names", _middle_first),
    "day and month": ("dob", _swap_day_month),
    "date slip": ("dob", _set("dob", lambda rng, who: slip(rng, who.dob))),
    "year near": ("dob", _set("dob", lambda rng, who: str(_moved_year(who.dob, rng.choice([-1, 1]))))),
    "year only": ("dob", _set("dob", lambda _, who: who.dob[:4])),
    "date unknown": ("dob", _set("dob", lambda *_: "")),
    "another date": ("dob", _set("dob", lambda rng, _: person(rng).dob)),
    "moved": ("place", lambda rng, who: vars(who).update(address=person(rng).address, postcode=postcode(rng))),
    "no address": ("place", lambda _, who: vars(who).update(address="", postcode="")),
    "wrong sex": ("sex", _set("sex", lambda _, who: "f" if who.sex == "m" else "m")),
}


def corrupt(rng: random.Random, who: Person, faults: int) -> list[str]:
    """Make this many faults, each in another field, and return their names."""
    done = list[str]()
    free = list(CORRUPTIONS)
    while len(done) < faults:
        done.append(rng.choice(free))
        taken = {CORRUPTIONS[name][0] for name in done}
        taken |= (
            {"names"} if taken & {"forename", "surname"} else {"forename", "surname"} if "names" in taken else set()
        )
        free = [name for name in free if CORRUPTIONS[name][0] not in taken]
        CORRUPTIONS[done[-1]][1](rng, who)
    return done


def write(path: Path, id_column: str, people: list[tuple[str, Person]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        columns = [id_column if name == "person_id" else name for name in COLUMNS]
        rows = csv.DictWriter(file, columns, restval="")
        rows.writeheader()
        rows.writerows({"source": "rms", id_column: identity, **vars(who)} for identity, who in people)


def write_files(folder: Path, *, persons: int, subjects: int, faults: int, seed: int) -> None:
    """persons.csv, and subjects.csv: some of the persons again, each with that many faults and the person's id."""
    rng = random.Random(seed)
    people = [person(rng) for _ in range(persons)]
    for at in range(0, persons - 1, 50):  # a fiftieth have a twin or a namesake of another generation next to them
        people[at + 1] = rng.choice([twin, junior])(rng, people[at])
    everyone = [(f"P{number}", who) for number, who in enumerate(people)]
    asked = [(identity, Person(**vars(who))) for identity, who in rng.sample(everyone, subjects)]
    for _, who in asked:
        corrupt(rng, who, faults)
    write(folder / "persons.csv", "person_id", everyone)
    write(folder / "subjects.csv", "subject_id", asked)
