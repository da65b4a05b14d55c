"""Measures recall of the candidates by origin of name and by sex: `python -m benchmarks.monitor_fairness --out FILE`.

Persons are made up from the generator's origins; each subject is one of them as somebody careless writes them down, a wrong
birth date among the faults. The origin is the generator's own, not a classing of names.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from benchmarks import made_up
from casebook.demo import names
from casebook.matching.match import match_files
from casebook.monitor import sampling
from casebook.policies.name_origins import origin_of

ORIGINS = {id(origin): name.lower() for name, origin in vars(names).items() if isinstance(origin, names.Origin)}
SUBJECT = ("forename", "middle_names", "surname", "aliases", "dob", "sex", "address", "postcode")
PLACES = (5, 20)


def person_of(origin: names.Origin, rng: random.Random, sex: str) -> made_up.Person:
    one = made_up.person(rng)
    return made_up.Person(
        **{**vars(one), "sex": sex, "forename": origin.forename(rng, sex), "surname": origin.surname(rng),
           "middle_names": origin.forename(rng, sex) if rng.random() < 0.6 else "", "aliases": ""}
    )  # fmt: skip


def careless(rng: random.Random, who: made_up.Person) -> made_up.Person:
    """The person as an applicant describes them: a wrong or short name, often a wrong date, seldom the right address."""
    told = made_up.Person(**{**vars(who), "middle_names": "", "aliases": ""})
    told.forename = made_up.nickname(rng, who) if rng.random() < 0.4 else told.forename
    told.surname = made_up.typo(rng, told.surname) if rng.random() < 0.3 else told.surname
    told.forename = made_up.typo(rng, told.forename) if rng.random() < 0.2 else told.forename
    told.dob = rng.choice([who.dob, made_up.slip(rng, who.dob), who.dob[:4], ""])
    if rng.random() < 0.7:
        told.address, told.postcode = "", ""
    return told


def write(path: Path, key: str, rows: Iterable[tuple[str, made_up.Person]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow([key, *SUBJECT])
        out.writerows([name, *(getattr(who, column) for column in SUBJECT)] for name, who in rows)


def measure(persons: int, each: int, seed: int) -> dict[str, object]:
    rng = random.Random(seed)
    origins = [(ORIGINS[name], origin) for name, origin in {id(each): each for each in names.ORIGINS}.items()]
    wanted = [(name, sex, person_of(origin, rng, sex)) for name, origin in origins for sex in "fm" for _ in range(each)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        others = ((f"o{number}", made_up.person(rng)) for number in range(persons - len(wanted)))
        write(folder / "persons.csv", "person_id", [*((f"p{n}", who) for n, (_, _, who) in enumerate(wanted)), *others])
        told = [(f"s{n}", careless(rng, who)) for n, (_, _, who) in enumerate(wanted)]
        write(folder / "subjects.csv", "subject_id", told)
        match_files(folder / "subjects.csv", folder / "persons.csv", folder / "out.csv", this_year=2026)
        listed = defaultdict[str, list[str]](list)
        with (folder / "out.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                listed[row["subject_id"]].append(row["person_id"])
    groups = defaultdict[str, list[int | None]](list)
    for n, (name, sex, _) in enumerate(wanted):
        rank = listed[f"s{n}"].index(f"p{n}") if f"p{n}" in listed[f"s{n}"] else None
        for group in ("all", f"origin:{name}", f"sex:{sex}"):
            groups[group].append(rank)
    classed = [(name, origin_of(who.forename, who.surname)) for name, _, who in wanted]
    return {"recall": {name: recall(ranks) for name, ranks in groups.items()}, "classing": crossed(classed)}


def recall(ranks: list[int | None]) -> dict[str, object]:
    found = {}
    for places in PLACES:
        told = sampling.agreement(sum(rank is not None and rank < places for rank in ranks), len(ranks))
        found[f"at_{places}"] = {
            "rate": round(told.rate or 0, 4),
            "low": round(told.low, 4),
            "high": round(told.high, 4),
        }
    return {"subjects": len(ranks), **found}


def crossed(pairs: list[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """The generator's origin against what the report's rough classing says."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for true, said in pairs:
        table[true][said] += 1
    return {true: dict(sorted(said.items())) for true, said in table.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=200, help="subjects of each origin and sex")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    started = time.perf_counter()
    told = {
        "setting": {"persons": options.persons, "subjects_of_each_origin_and_sex": options.each, "seed": options.seed},
        **measure(options.persons, options.each, options.seed),
        "seconds": round(time.perf_counter() - started, 1),
    }
    text = json.dumps(told, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
