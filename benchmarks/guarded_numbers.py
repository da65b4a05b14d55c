"""Is every number of the shipped documents guarded? Each is set to zero, half and double, and its pure tests must notice.

    python -m benchmarks.guarded_numbers [review-1 ...]

Each change is made in a process of its own, in memory: no file is touched. A change that the reader of the document refuses
is noticed too. What survives is listed, and the exit code is 1. The log goes to docs/evidence/guarded_numbers.json.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casebook.policies import reading

ROOT = Path(__file__).parents[1]
LOG = ROOT / "docs" / "evidence" / "guarded_numbers.json"
AT_ONCE = 2
Place = tuple[str | int, ...]

# the pure tests that name a document's numbers, the quickest first
TESTS = {
    "england-and-wales-2023": (
        "test_scheme_numbers",
        "test_policy",
        "test_deadlines",
        "test_escalation",
        "test_completeness",
    ),
    "england-and-wales-2014": ("test_scheme_numbers", "test_policy", "test_deadlines"),
    "risk-model-1": (
        "test_risk_numbers",
        "test_risk_scoring",
        "test_instruments",
        "test_completeness",
        "test_crime_told",
    ),
    "review-1": (
        "test_review_numbers",
        "test_review_ranking",
        "test_failure_modes",
        "test_review_stopping",
        "test_review_work",
    ),
    "monitor-1": ("test_monitor_numbers", "test_sampling", "test_weekly", "test_thresholds"),
}


def numbers(value: object, place: Place = ()) -> Iterator[tuple[Place, float]]:
    """Every number of a document, with its place."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers(item, (*place, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place, value


def changes(value: float) -> dict[str, float]:
    """Zero, half and double of a number, in its own type; none that is the number itself."""
    whole = isinstance(value, int)
    wanted = {"zero": 0, "half": value // 2 if whole else value / 2, "double": value * 2}
    return {name: type(value)(changed) for name, changed in wanted.items() if changed != value}


def is_noticed(document: str, place: Place, changed: float) -> bool:
    """Run the document's tests with one number changed, in a child process."""
    child = os.fork()
    if child == 0:
        os._exit(_run(document, place, changed))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def _run(document: str, place: Place, changed: float, *more: str) -> int:
    original = reading.table

    def table(name: str) -> dict[str, Any]:
        read = original(name)
        if name == document and place:
            *way, last = place
            holder: Any = read
            for key in way:
                holder = holder[key]
            holder[last] = changed
        return read

    reading.table = table
    files = [path for name in TESTS[document] if (path := ROOT / "tests" / "unit" / f"{name}.py").is_file()]
    quiet = [
        "-x",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:randomly",
        "-m",
        "not soak",
    ]
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        with contextlib.suppress(BaseException):
            return int(pytest.main([*quiet, *map(str, files), *more]))
    return 1


def preload(documents: list[str]) -> None:
    """Import what the tests import, once for all children; but no test, as those read documents when they are imported."""
    read, write = os.pipe()
    if os.fork() == 0:
        for document in documents:
            _run(document, (), 0.0, "--collect-only")
        with os.fdopen(write, "w", encoding="utf-8") as out:
            out.write("\n".join(sys.modules))
        os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as names:
        loaded = names.read().split("\n")
    for name in loaded:
        if not name.startswith(("tests", "test_", "conftest", "__")) and name not in sys.modules:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def survey(documents: list[str]) -> dict[str, dict[str, dict[str, bool]]]:
    """Document -> number -> change -> whether it was noticed. Half of the work is done by each of two processes."""
    work = [
        (document, place, name, changed)
        for document in documents
        for place, value in numbers(reading.table(document))
        for name, changed in changes(value).items()
    ]
    preload(documents)
    pipes = []
    for at in range(AT_ONCE):
        read, write = os.pipe()
        if os.fork() == 0:
            with os.fdopen(write, "w", encoding="utf-8") as out:
                for document, place, name, changed in work[at::AT_ONCE]:
                    print(
                        json.dumps([document, _named(place), name, is_noticed(document, place, changed)]),
                        file=out,
                        flush=True,
                    )
            os._exit(0)
        os.close(write)
        pipes.append(read)
    found: dict[str, dict[str, dict[str, bool]]] = {document: {} for document in documents}
    for pipe in pipes:
        with os.fdopen(pipe, encoding="utf-8") as lines:
            for line in lines:
                document, place, name, noticed = json.loads(line)
                found[document].setdefault(place, {})[name] = noticed
    return found


def _named(place: Place) -> str:
    return ".".join(str(key) for key in place if key != "value")


def main(documents: list[str]) -> int:
    begun = time.monotonic()
    if failing := [document for document in documents or TESTS if is_noticed(document, (), 0.0)]:
        print(f"the tests fail without any change: {', '.join(failing)}")
        return 1
    found = survey(documents or list(TESTS))
    survived = [
        f"{document}: {place}: {name}"
        for document, places in found.items()
        for place, results in sorted(places.items())
        for name, noticed in results.items()
        if not noticed
    ]
    made = sum(len(results) for places in found.values() for results in places.values())
    for line in survived:
        print(line)
    of = sum(map(len, found.values()))
    print(f"{made} changes of {of} numbers, {len(survived)} not noticed, {time.monotonic() - begun:.0f} s")
    if not documents:
        summary = {
            document: {
                place: "noticed" if all(results.values()) else results for place, results in sorted(places.items())
            }
            for document, places in found.items()
        }
        LOG.write_text(json.dumps({"command": "python -m benchmarks.guarded_numbers", "made": made,
                                   "not_noticed": survived, "numbers": summary}, indent=1) + "\n", encoding="utf-8")  # fmt: skip
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
