"""Recall at the reviewing line for slips as clerks and ears make them: `python -m benchmarks.slips`.

The table of slips was written before any weight was touched. It says how people are written down wrongly, and nothing of
how they are found.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

from benchmarks import made_up
from benchmarks.made_up import Person
from casebook.matching import linking, model
from casebook.matching.person_rows import COLUMNS

Slip = Callable[[random.Random, str], str]  # gives the text itself where it cannot be made
CONSONANTS = "bcdfghjklmnpqrstvwxz"
THIS_YEAR = 2026

# letters that ears and eyes take for each other
SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("c", "k"), ("ie", "y"), ("ey", "y"), ("y", "i"), ("s", "z"), ("ee", "ea"), ("ou", "oo"), ("th", "t"),
    ("v", "w"), ("j", "y"), ("ai", "ay"), ("au", "aw"), ("x", "ks"), ("qu", "kw"), ("kh", "k"), ("sh", "s"), ("oe", "o"), ("gh", "g"),
)  # fmt: skip
FIRST_SOUNDS = (("b", "p"), ("m", "n"), ("f", "s"), ("d", "t"), ("k", "g"), ("b", "d"), ("v", "b"), ("w", "r"))
LOOKS = (("rn", "m"), ("l", "i"), ("cl", "d"), ("vv", "w"), ("u", "v"), ("n", "h"), ("e", "c"))
KEYS = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "t": "y", "r": "t", "s": "d", "l": "k", "h": "j"}


def dropped(rng: random.Random, name: str) -> str:
    at = rng.randrange(1, len(name)) if len(name) > 3 else None
    return name if at is None else name[:at] + name[at + 1 :]


def doubled(rng: random.Random, name: str) -> str:
    at = rng.randrange(len(name))
    return name[: at + 1] + name[at:]


def doubled_early(_rng: random.Random, name: str) -> str:
    return name[:2] + name[1:]


def undoubled(rng: random.Random, name: str) -> str:
    places = [found.start() for found in re.finditer(r"([a-z])\1", name.lower())]
    if not places:
        return name
    at = rng.choice(places)
    return name[:at] + name[at + 1 :]


def inserted(rng: random.Random, name: str) -> str:
    at = rng.randrange(1, len(name) + 1)
    return name[:at] + rng.choice("aeiounrstlh") + name[at:]


def other_vowel(rng: random.Random, name: str) -> str:
    places = [at for at, letter in enumerate(name.lower()) if letter in "aeiou"]
    if not places:
        return name
    at = rng.choice(places)
    return name[:at] + rng.choice([vowel for vowel in "aeiou" if vowel != name[at].lower()]) + name[at + 1 :]


def turned(rng: random.Random, name: str) -> str:
    if len(name) < 4:
        return name
    at = rng.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def next_key(rng: random.Random, name: str) -> str:
    places = [at for at, letter in enumerate(name.lower()) if at and letter in KEYS]
    if not places:
        return name
    at = rng.choice(places)
    return name[:at] + KEYS[name[at].lower()] + name[at + 1 :]


def _one_for_another(pairs: tuple[tuple[str, str], ...], rng: random.Random, name: str, *, first: bool = False) -> str:
    low, choices = name.lower(), []
    for one, other in pairs:
        for old, new in ((one, other), (other, one)):
            places = [0] if first and low.startswith(old) else [] if first else _places(low, old)
            choices += [name[:at] + new + name[at + len(old) :] for at in places]
    return rng.choice(choices) if choices else name


def _places(text: str, part: str) -> list[int]:
    return [found.start() for found in re.finditer(f"(?={part})", text)]


def heard(rng: random.Random, name: str) -> str:
    return _one_for_another(SOUNDS, rng, name)


def first_misheard(rng: random.Random, name: str) -> str:
    return _one_for_another(FIRST_SOUNDS, rng, name, first=True)


def misread(rng: random.Random, name: str) -> str:
    return _one_for_another(LOOKS, rng, name)


def silent_end(_rng: random.Random, name: str) -> str:
    return name[:-1] if name.lower().endswith("e") else name + "e" if name[-1].lower() in CONSONANTS else name


def cut_short(_rng: random.Random, name: str) -> str:
    return name[:-2] if len(name) > 6 else name


def _days(amount: int) -> Slip:
    return lambda _rng, dob: str(date.fromisoformat(dob) + timedelta(days=amount))


def over_the_month_end(rng: random.Random, dob: str) -> str:
    born = date.fromisoformat(dob)
    start = born.replace(day=1)
    return str(start - timedelta(days=1)) if born.day <= 3 else str(born + timedelta(days=rng.choice((1, 2))))


def _moved(dob: str, *, months: int = 0, years: int = 0) -> str:
    born = date.fromisoformat(dob)
    month = born.month - 1 + months
    year, month = born.year + years + month // 12, month % 12 + 1
    return str(date(year, month, min(born.day, monthrange(year, month)[1])))


def swapped_digits(rng: random.Random, dob: str) -> str:
    for at in rng.sample([2, 5, 8], 3):
        wrong = dob[:at] + dob[at + 1] + dob[at] + dob[at + 2 :]
        if wrong != dob and _exists(wrong):
            return wrong
    return dob


def look_alike_digit(rng: random.Random, dob: str) -> str:
    pairs = dict(zip("1738065924", "7183609542", strict=True))
    for at in rng.sample([3, 6, 8, 9], 4):
        wrong = dob[:at] + pairs[dob[at]] + dob[at + 1 :]
        if _exists(wrong):
            return wrong
    return dob


def day_and_month(_rng: random.Random, dob: str) -> str:
    wrong = f"{dob[:4]}-{dob[8:]}-{dob[5:7]}"
    return wrong if _exists(wrong) else dob


def _exists(dob: str) -> bool:
    try:
        date.fromisoformat(dob)
    except ValueError:
        return False
    return True


NAME_SLIPS: dict[str, Slip] = {
    "dropped letter": dropped, "doubled letter": doubled, "doubled near the beginning": doubled_early, "undoubled letter": undoubled,
    "inserted letter": inserted, "another vowel": other_vowel, "letters turned": turned, "next key": next_key, "as heard": heard,
    "first letter misheard": first_misheard, "misread letter": misread, "silent end": silent_end, "cut short": cut_short,
}  # fmt: skip
DATE_SLIPS: dict[str, Slip] = {
    "a day later": _days(1), "a day earlier": _days(-1), "three days": _days(3), "over the end of the month": over_the_month_end,
    "a month": lambda _rng, dob: _moved(dob, months=1), "a year": lambda _rng, dob: _moved(dob, years=1),
    "a year earlier": lambda _rng, dob: _moved(dob, years=-1), "two years": lambda _rng, dob: _moved(dob, years=2),
    "a decade": lambda _rng, dob: _moved(dob, years=-10), "digits swapped": swapped_digits, "digit misread": look_alike_digit,
    "day and month": day_and_month,
}  # fmt: skip
# Forenames and surnames by the origin of the name, chosen by hand from public lists and not from our generator.
NAMES = {
    "English": (
        "Oliver Kenneth Martin Gemma Stephanie Deborah Russell Yvonne",
        "Catterall Ollerton Denby Prosser Whitfield Braithwaite Smith Turner Hargreaves Pemberton Longbottom Shaw",
    ),
    "Scottish, Irish and Welsh": (
        "Eilidh Callum Siobhan Niamh Rhys Angharad Hamish Gwyneth",
        "MacAllister McLoughlin O'Donoghue Llewellyn Pritchard Gallagher Farquharson Bevan Sutherland Kavanagh",
    ),
    "South Asian": (
        "Harpreet Jaswinder Mohammed Ayesha Sunita Rajesh Imran Kulwinder",
        "Chaudhary Hussain Mukherjee Sandhu Bhattacharya Ahmed Iqbal Rahman Patel Venkatesh",
    ),
    "Polish and Baltic": (
        "Katarzyna Wojciech Agnieszka Krzysztof Mindaugas Jolanta Piotr Grzegorz",
        "Kowalczyk Wisniewski Szymanski Kazlauskas Wojciechowski Nowak Jankauskas Zielinska",
    ),
    "Romanian and South Slavic": (
        "Gheorghe Mihaela Dragan Ionut Snezana Vasile Zoran Florentina",
        "Popescu Constantinescu Jovanovic Dumitrescu Markovic Ungureanu Petrovic Stoica",
    ),
    "West African": (
        "Oluwaseun Chukwuemeka Abena Kwabena Ngozi Adebayo Folasade Yaw",
        "Okonkwo Adeyemi Ogunleye Boateng Asante Nwachukwu Mensah Olanrewaju",
    ),
    "Arabic, Turkish and Persian": (
        "Abdulrahman Mustafa Fatima Yusuf Leyla Hossein Zeynep Khalid",
        "Al-Mansouri Yildirim Hosseini Kaya Rahimi Haddad Celik Moradi",
    ),
    "East Asian": (
        "Xiaoming Thanh Jing Minh Hyun Mei Linh Wei",
        "Nguyen Zhang Tran Cheung Kim Wong Pham Liu",
    ),
    "Portuguese and Spanish": (
        "Fernando Joao Guilherme Mercedes Thiago Beatriz Ximena Rodrigo",
        "Goncalves Rodrigues Ferreira Vasquez Magalhaes Carvalho Jimenez Teixeira",
    ),
}
FIELDS = {"forename": NAME_SLIPS, "surname": NAME_SLIPS, "dob": DATE_SLIPS}


def cases(rng: random.Random, each: int) -> Iterator[tuple[str, str, Person, Person]]:
    """How many fields slipped, the origin of the name, the person on record, and the person as told."""
    for origin, (forenames, surnames) in NAMES.items():
        for many in (1, 2, 3):
            for fields in combinations(FIELDS, many):
                for _ in range(each):
                    who = made_up.person(rng)
                    who = replace(
                        who,
                        forename=rng.choice(forenames.split()),
                        surname=rng.choice(surnames.split()),
                        aliases="",
                        middle_names="",
                    )
                    told = replace(who, address="", postcode="")
                    for field in fields:
                        slips = list(FIELDS[field].values())
                        rng.shuffle(slips)
                        wrong = next(
                            (out for slip in slips if (out := slip(rng, getattr(who, field))) != getattr(who, field)),
                            "",
                        )
                        setattr(told, field, wrong or getattr(who, field))
                    yield f"{many} in {'+'.join(fields)}", origin, who, told


def slipped(rng: random.Random, field: str, right: str) -> str:
    """The value with one slip, the first of a shuffled table that changes it."""
    slips = list(FIELDS[field].values())
    rng.shuffle(slips)
    return next((wrong for slip in slips if (wrong := slip(rng, right)) != right), right)


def measure(*, persons: int, each: int, seed: int) -> dict[str, object]:
    rng = random.Random(seed)
    made = list(cases(rng, each))
    background = [made_up.person(rng) for _ in range(persons)]
    known = [(f"t{at}", _cells(who)) for at, (*_, who, _told) in enumerate(made)]
    known += [(f"b{at}", _cells(who)) for at, who in enumerate(background)]
    limits = model.bands()
    with linking.linker(known, this_year=THIS_YEAR) as linker:
        links = linker.link([(f"t{at}", _cells(told)) for at, (*_, told) in enumerate(made)], at_least=-1000.0)
    weights = {link.subject: link.weight for link in links if link.subject == link.person}
    totals: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for at, (kind, origin, *_) in enumerate(made):
        weight = weights.get(f"t{at}")
        answer = (weight is not None, weight is not None and weight >= limits.possible)
        for group in (("slips", kind), ("number of slips", kind[0]), ("origin", origin), ("all", "all")):
            totals[group].append(answer)
    return {
        f"{group}: {name}": {
            "cases": len(answers),
            "listed": round(sum(found for found, _ in answers) / len(answers), 4),
            "reviewed": round(sum(line for _, line in answers) / len(answers), 4),
        }
        for (group, name), answers in sorted(totals.items())
    }


def _cells(who: Person) -> dict[str, str]:
    return {name: str(vars(who).get(name, "")) for name in COLUMNS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--persons", type=int, default=50_000, help="others on record")
    parser.add_argument("--each", type=int, default=40, help="cases of each combination and origin")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(json.dumps(measure(persons=options.persons, each=options.each, seed=options.seed), indent=1))


if __name__ == "__main__":
    main()
