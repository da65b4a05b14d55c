"""People and police records of the second generator. It shares no code with the casebook or with `casebook.demo`.

Every name is made of parts, every postcode area is one that does not exist.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from random import Random

SOURCES = ("pnc", "pnd", "visor", "rms")
TODAY = date(2026, 6, 1)

FORENAMES = {
    "m": "David Michael Paul Andrew Mark James Robert Steven Christopher Daniel Thomas Matthew Anthony Kevin Lee Gary Darren"
    " Jason Craig Stuart Mohammed Imran Tomasz Piotr Dwayne Kyle Ryan Callum Jordan Liam Nathan Scott Simon Philip Alan",
    "f": "Susan Sarah Emma Karen Joanne Claire Lisa Nicola Rachel Rebecca Laura Michelle Amanda Samantha Donna Katherine"
    " Gemma Stacey Kelly Hannah Jade Chloe Zainab Agnieszka Magdalena Aisha Shannon Natalie Victoria Tracey Alison Helen",
}
SHORT = {
    "David": "Dave", "Michael": "Mick", "Andrew": "Andy", "James": "Jim", "Robert": "Bob", "Steven": "Steve",
    "Christopher": "Chris", "Daniel": "Danny", "Thomas": "Tom", "Matthew": "Matt", "Anthony": "Tony", "Philip": "Phil",
    "Susan": "Sue", "Joanne": "Jo", "Rebecca": "Becky", "Samantha": "Sam", "Katherine": "Kate", "Victoria": "Vicky",
}  # fmt: skip
SURNAMES = [
    f"{start}{end}"
    for start, end in product(
        [
            "Ash",
            "Black",
            "Brad",
            "Carl",
            "Clay",
            "Cran",
            "Dun",
            "East",
            "Fen",
            "Gar",
            "Had",
            "Hal",
            "Hart",
            "Ken",
            "Lang",
            "Mar",
            "Nor",
            "Old",
            "Pen",
            "Ra",
            "Shef",
            "Stan",
            "Thorn",
            "Wal",
            "Wood",
        ],
        [
            "ford",
            "ton",
            "ley",
            "wood",
            "well",
            "man",
            "field",
            "by",
            "ham",
            "worth",
            "combe",
            "more",
            "shaw",
            "don",
            "bury",
            "gate",
        ],
    )
]
STREETS = [
    "Acacia",
    "Birch",
    "Canal",
    "Dock",
    "Foundry",
    "Grange",
    "Hawthorn",
    "Ivy",
    "Jubilee",
    "Kiln",
    "Laurel",
    "Mason",
    "Orchard",
    "Priory",
    "Quarry",
    "Sorrel",
]

# words as officers write them, with a code for some
GRAVE = (
    ("Wounding with intent s18 OAPA", "", ""), ("Attempted strangulation", "", "strangulation"), ("Rape", "", "sexual"),
    ("Threats to kill", "OF61014", "threats_to_kill"), ("False imprisonment", "COML017", ""), ("Assault occasioning ABH", "OF61102", ""),
    ("Breach of non-molestation order", "FL96001", "breach_of_order"), ("Controlling and coercive behaviour", "SC15004", "coercive_control"),
    ("GBH section 20", "OF61131", ""), ("Stalking - serious alarm or distress", "PH97008", "stalking"),
)  # fmt: skip
HARMFUL = (
    ("Common assault", "CJ88001", ""),
    ("Battery", "CJ88116", ""),
    ("Harassment without violence", "PH97004", ""),
)
SLIGHT = (
    ("Theft from shop", "", ""), ("Possession of cannabis", "", ""), ("Drive whilst disqualified", "", ""),
    ("Fraud by false representation", "", ""), ("Take vehicle without consent", "", ""),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Human:
    forename: str
    surname: str
    born: date
    sex: str
    home: tuple[str, str]  # address, postcode
    former: str = ""  # an earlier surname
    alias: str = ""  # a whole other name

    @property
    def name(self) -> str:
        return f"{self.forename} {self.surname}"


def human(rng: Random, sex: str = "") -> Human:
    sex = sex or rng.choice("mmf")
    return Human(
        forename=rng.choices(FORENAMES[sex].split(), [1 / (at + 6) for at in range(len(FORENAMES[sex].split()))])[0],
        surname=rng.choices(SURNAMES, [1 / (at + 40) for at in range(len(SURNAMES))])[0],
        born=date(1955, 1, 1) + timedelta(days=rng.randrange(48 * 365)),
        sex=sex,
        home=home(rng),
        former=rng.choice(SURNAMES) if rng.random() < (0.2 if sex == "f" else 0.03) else "",
        alias=f"{rng.choice(FORENAMES[sex].split())} {rng.choice(SURNAMES)}" if rng.random() < 0.06 else "",
    )


def home(rng: Random) -> tuple[str, str]:
    postcode = f"QX{rng.randint(1, 30)} {rng.randint(0, 9)}{rng.choice('ABDEFGH')}{rng.choice('JLNPQRST')}"
    return f"{rng.randint(1, 120)} {rng.choice(STREETS)} {rng.choice(('Road', 'Street', 'Close', 'Drive'))}", postcode


def name_slip(rng: Random, name: str) -> str:
    """Doubled, dropped, exchanged or misheard."""
    at = rng.randrange(1, len(name) - 1)
    heard = name.replace("ph", "f").replace("ck", "k").replace("ford", "forde").replace("ley", "ly")
    return rng.choice(
        (
            name[: at + 1] + name[at:],
            name[:at] + name[at + 1 :],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            heard,
        )
    )


def date_slip(rng: Random, day: date) -> date:
    """A day or a year off, day and month exchanged, or another month."""
    turned = date(day.year, day.day, day.month) if day.day <= 12 else day + timedelta(days=1)
    return rng.choice(
        (
            day + timedelta(days=1),
            day - timedelta(days=1),
            turned,
            day.replace(day=min(day.day, 28), year=day.year + rng.choice((-1, 1))),
            day.replace(day=min(day.day, 28), month=day.month % 12 + 1),
        )
    )


@dataclass(kw_only=True)
class Records:
    """What the sources hold: rows of persons.csv and records.csv, by source."""

    rng: Random
    persons: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {name: [] for name in SOURCES})
    records: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {name: [] for name in SOURCES})

    def file(self, source: str, who: Human, *, tidy: bool = True) -> str:
        """A new number for somebody in a source. Not tidy: with the faults that clerks make."""
        rng, number = self.rng, f"{source.upper()}{len(self.persons[source]) + 100_001}"
        if not tidy:
            forename = SHORT.get(who.forename, who.forename) if rng.random() < 0.15 else who.forename
            born = date_slip(rng, who.born) if rng.random() < 0.03 else who.born
            who = replace(who, forename=forename, born=born, home=home(rng) if rng.random() < 0.4 else who.home)
        self.persons[source].append({
            "source": source, "person_id": number, "forename": who.forename, "middle_names": "", "surname": who.surname,
            "aliases": who.alias, "dob": who.born.isoformat(), "sex": who.sex, "address": who.home[0], "postcode": who.home[1],
            "pnc_id": "", "cro": "",
        })  # fmt: skip
        return number

    def enter(
        self, source: str, person: str, what: tuple[str, str, str], on: date, *, kind: str, victim: str = "", relation: str = ""
    ) -> None:  # fmt: skip
        text, code, flag = what
        self.records[source].append({
            "source": source, "record_id": f"{source.upper()}-{len(self.records[source]) + 1}", "person_id": person, "kind": kind,
            "offence_code": code if self.rng.random() < 0.6 else "", "offence_text": text, "date": on.isoformat(),
            "outcome": "", "victim_id": victim, "victim_relationship": relation, "flags": flag, "owner": "",
            "source_evaluation": "1" if kind == "intelligence" else "",
            "intelligence_assessment": "B" if kind == "intelligence" else "", "handling": "P" if kind == "intelligence" else "",
        })  # fmt: skip

    def write(self, directory: Path) -> None:
        for what, tables in (("persons", self.persons), ("records", self.records)):
            for source, rows in tables.items():
                if rows:
                    with (directory / f"{what}-{source}.csv").open("w", newline="", encoding="utf-8") as out:
                        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
                        writer.writeheader()
                        writer.writerows(rows)


def some_day(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange(max(1, (last - first).days)))


def population(records: Records, count: int) -> None:
    """The rest of the force's records: most are victims, witnesses or petty offenders; one in seven has harmed somebody."""
    rng = records.rng
    for _ in range(count):
        who = human(rng)
        sources = [
            name for name, share in (("rms", 0.9), ("pnc", 0.3), ("pnd", 0.15), ("visor", 0.01)) if rng.random() < share
        ]
        numbers = [(name, records.file(name, who, tidy=False)) for name in sources or ["rms"]]
        grave = rng.random() < 0.14
        for _ in range(rng.choice((1, 2, 4)) if grave else int(rng.random() < 0.3)):
            source, number = rng.choice(numbers)
            what = rng.choice(GRAVE + HARMFUL) if grave else rng.choice(SLIGHT)
            relation = rng.choice(("ex_partner", "intimate_partner", "other", "family")) if grave else "other"
            on = some_day(rng, max(date(2004, 1, 1), date(who.born.year + 15, 1, 2)), TODAY)
            records.enter(
                source,
                number,
                what,
                on,
                kind=rng.choice(("conviction", "arrest", "no_further_action")),
                relation=relation,
            )
