"""Measures one search of a loaded source: warm in one process, and as a separate command. Prints JSON.

python -m benchmarks.search                              # 20,000 persons
python -m benchmarks.search --persons 1000000 --searches 400
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from benchmarks.loading import load
from benchmarks.made_up import write_files
from casebook import clock, settings
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.opening_home import open_casebook
from casebook.casework.record_checks import ad_hoc_search
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Source
from casebook.storage import migrate
from casebook.storage.server import cluster
from casebook.storage.session import Store

WARM = 30  # searches before the clock counts
ASKED = ("forename", "surname", "dob", "postcode")


def measure(folder: Path, *, persons: int, searches: int, commands: int) -> dict[str, object]:
    """Each subject is a person of the source with one thing wrong."""
    write_files(folder, persons=persons, subjects=searches + WARM, faults=1, seed=9)
    home = folder / "home"
    home.mkdir()
    with cluster.database(settings.load(home)) as server:
        url = server.url("casebook")
        migrate.upgrade(url)
        store = open_casebook(home, url)
        load(store, folder / "persons.csv")
        warm = _warm(store, [*_subjects(folder / "subjects.csv")])
        store.engine.dispose()
    alone = [_timed_command(home, asked) for _, asked in [*_subjects(folder / "subjects.csv")][:commands]]
    return {"persons": persons, **warm, "command_seconds": round(statistics.median(alone), 2) if alone else None}


def _subjects(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["subject_id"], {name: row[name] for name in ASKED}


def _warm(store: Store, subjects: list[tuple[str, dict[str, str]]]) -> dict[str, object]:
    by_clock, ours, theirs, found = list[float](), list[float](), list[float](), 0
    for number, (person, asked) in enumerate(subjects):
        with store.session() as session:
            server = session.scalar(text("SELECT pg_backend_pid()"))
            begun = (time.perf_counter(), time.process_time(), _cpu(server))
            act = Act(session=session, actor=OPERATOR, now=clock.now(), playbook=playbook)
            best = ad_hoc_search.search(act, Source.RMS, asked, limit=20).best
            session.commit()
        if number >= WARM:
            by_clock.append(time.perf_counter() - begun[0])
            ours.append(time.process_time() - begun[1])
            theirs.append(_cpu(server) - begun[2])
            found += person in [each.person_id for each in best]
    return {
        "searches": len(by_clock),
        "found_among_20": round(found / len(by_clock), 4),
        "ms": _quantiles(by_clock),
        "cpu_ms": _quantiles([one + other for one, other in zip(ours, theirs, strict=True)]),
    }


def _quantiles(seconds: list[float]) -> dict[str, float]:
    ranked = sorted(1000 * each for each in seconds)
    return {name: round(ranked[int(len(ranked) * at)], 1) for name, at in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}


def _cpu(process: int) -> float:
    """Seconds of processor time, to a hundredth, so of many searches and not of one."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _timed_command(home: Path, asked: dict[str, str]) -> float:
    words = [f"--{name}={value}" for name, value in asked.items()]
    command = [
        sys.executable,
        "-m",
        "casebook.cli.main",
        "search",
        "--json",
        "--home",
        str(home),
        "--source",
        "rms",
        *words,
    ]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--searches", type=int, default=100)
    parser.add_argument("--commands", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="casebook-search-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        told = measure(folder, persons=options.persons, searches=options.searches, commands=options.commands)
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
