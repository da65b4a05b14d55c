"""Measures a triage beside bare linkage and reading the files: `python -m benchmarks.review_speed --out FILE`."""

from __future__ import annotations

import argparse
import csv
import json
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.review_recall import _acting, _load, _store
from casebook.casework.review import files as review_files
from casebook.casework.review import registers, triage
from casebook.casework.review.sources_today import person_cells
from casebook.demo import force
from casebook.domain.review.past_application import merged
from casebook.matching import linking, model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from casebook.storage.session import Store


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--records-per-person", type=float, default=3.0)
    parser.add_argument("--register", type=int, nargs="+", default=[3_800])
    parser.add_argument("--alone", action="store_true", help="without the bare linkage beside it: how the cost grows")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(words)
    told = {
        "command": f"python -m benchmarks.review_speed --seed {options.seed} --persons {options.persons}"
        f" --records-per-person {options.records_per_person} --register {' '.join(map(str, options.register))}"
        + " --alone"
        * options.alone,
        "runs": [_run(options, count) for count in options.register],
    }
    text = json.dumps(told, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text)


def _run(options: argparse.Namespace, register_rows: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="review-", dir="/tmp") as directory, _store(Path(directory)) as store:
        files = Path(directory) / "files"
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:  # its memory is not the review's
            persons, records = apart.submit(_make, options, register_rows, files).result()
        _load(store, files)
        before = _megabytes()
        seconds, cpu = _timed(lambda: _whole(store, files))
        told = {
            "persons": persons, "records": records, "applications": register_rows,
            "seconds": round(seconds, 1), "cpu_seconds": round(cpu, 1),
            "peak_megabytes": _megabytes(), "megabytes_before": before,
        }  # fmt: skip
        if options.alone:
            return told
        subjects = _subjects(store)
        bare_seconds, bare_cpu = _timed(lambda: _bare(files, subjects))
        return {
            **told,
            "bare_seconds": round(bare_seconds, 1), "bare_cpu_seconds": round(bare_cpu, 1),
            "ratio": round(seconds / bare_seconds, 2), "cpu_ratio": round(cpu / bare_cpu, 2),
        }  # fmt: skip


def _make(options: argparse.Namespace, register_rows: int, files: Path) -> tuple[int, int]:
    made = force.build(
        options.seed,
        persons=options.persons,
        register=register_rows,
        data_faults=0.05,
        records_per_person=options.records_per_person,
    )
    force.write(made, files)
    return len(made.people.persons), len(made.people.records)


def _megabytes() -> int:
    """The peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - cpu


def _whole(store: Store, files: Path) -> None:
    for path in sorted(files.glob("register-*.csv")):
        with _acting(store) as act:
            registers.import_file(act, path)
    triage.triage(lambda: _acting(store))


def _subjects(store: Store) -> list[tuple[str, dict[str, str]]]:
    with _acting(store) as act:
        told = [merged(each) for each in registers.reconciled(act).applications]
    return [(past.reference, person_cells(person)) for past in told for person in past.b]


def _bare(files: Path, subjects: list[tuple[str, dict[str, str]]]) -> None:
    """Reading every file, and linking the same subjects to the same persons with Splink; nothing else."""
    for path in sorted(files.glob("register-*.csv")):
        review_files.read(path)
    for path in sorted(files.glob("records-*.csv")):
        sum(1 for _ in _rows(path))
    persons = ((f"{row['source']}:{row['person_id']}", row) for row in _rows(files / "persons.csv"))
    with linking.linker(persons, this_year=2026) as linker:
        linker.link(subjects, at_least=model.bands().possible)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    main()
