"""Is every number of the shipped documents guarded? Each is set to zero, half and double, and its pure tests must notice.

    python -m benchmarks.guarded_numbers [--again] [review-1 ...]

Each change is made in a process of its own, in memory: no file is touched. A change that the reader of the document refuses
is noticed too. What survives is listed, and the exit code is 1. The log goes to
docs/evidence/guarded_numbers.json. With --again only those numbers are changed that the log has as not noticed, or not yet.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from casebook.policies import reading

ROOT = Path(__file__).parents[1]
LOG = ROOT / "docs" / "evidence" / "guarded_numbers.json"
Place = tuple[str | int, ...]

# the pure tests that say what a document's numbers do, the quickest first: the first file that notices a change ends its run
TESTS = {
    "england-and-wales-2023": ("test_scheme_numbers", "test_escalation", "test_policy", "test_deadlines"),
    "england-and-wales-2014": ("test_scheme_numbers", "test_policy"),
    "risk-model-1": ("test_risk_numbers", "test_risk_scoring"),
    "review-1": ("test_review_numbers", "test_review_ranking"),
    "monitor-1": ("test_monitor_numbers",),
}
# the generated pages repeat every number, so they would notice every change and guard nothing
LEFT_OUT = "not page_in_ and not page_is"
QUIET = (
    "-x", "-q", "--no-header", "--noconftest", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-p", "no:unraisableexception", "-m", "not soak", "-k", LEFT_OUT,
)  # fmt: skip


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


def named(place: Place) -> str:
    """A place as the log names it."""
    return ".".join(str(key) for key in place if key != "value")


def is_noticed(document: str, place: Place, changed: float) -> bool:
    """Run the document's tests with one number changed, in a child process."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os._exit(_run(document, place, changed))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def _run(document: str, place: Place, changed: float, *more: str) -> int:
    """Run the files one after the other, as far as the first that fails. The answer is 0 if none does."""
    reading.table = _changed(document, place, changed)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        with contextlib.suppress(BaseException):
            for name in TESTS[document]:
                if failed := int(pytest.main([*QUIET, str(ROOT / "tests" / "unit" / f"{name}.py"), *more])):
                    return failed
            return 0
    return 1


def _changed(document: str, place: Place, changed: float) -> Any:  # noqa: ANN401 - stands for reading.table
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

    return table


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
    gc.freeze()  # no child looks through what its parent has loaded


def survey(document: str, sure: Collection[str] = ()) -> dict[str, dict[str, bool]]:
    """Number -> change -> whether it was noticed. `sure`: numbers that are not tried again, as every change was noticed."""
    found: dict[str, dict[str, bool]] = {}
    for place, value in numbers(reading.table(document)):
        known = named(place) in sure
        results = {name: known or is_noticed(document, place, changed) for name, changed in changes(value).items()}
        for name in (name for name, noticed in results.items() if not noticed):
            print(f"{document}: {named(place)}: {name}", flush=True)
        if results:  # nothing can be tried with a zero, which stands for "any age" or "no such floor"
            found[named(place)] = results
    return found


def main(documents: list[str], *, again: bool = False) -> int:
    surveyed = documents or list(TESTS)
    preload(surveyed)
    if failing := [document for document in surveyed if is_noticed(document, (), 0.0)]:
        print(f"the tests fail without any change: {', '.join(failing)}")
        return 1
    survived = 0
    for document in surveyed:
        begun, before = time.monotonic(), kept().get(document, {}) if again else {}
        doubtful = {line.partition(": ")[0] for line in before.get("not_noticed", ())}
        found = survey(document, set(before.get("numbers", ())) - doubtful)
        unnoticed = [f"{place}: {name}" for place, results in found.items() for name in results if not results[name]]
        made, seconds = sum(map(len, found.values())), round(time.monotonic() - begun)
        print(
            f"{document}: {made} changes of {len(found)} numbers, {len(unnoticed)} not noticed, {seconds} s", flush=True
        )
        results = {"tests": TESTS[document], "changes": made, "not_noticed": unnoticed, "numbers": sorted(found)}
        keep(document, {"seconds": before.get("seconds", 0) + seconds, **results})
        survived += len(unnoticed)
    return 1 if survived else 0


def keep(document: str, results: dict[str, object]) -> None:
    """Write what was found of one document into the log, beside the others."""
    log = kept() | {"command": "python -m benchmarks.guarded_numbers", document: results}
    LOG.write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")


def kept() -> dict[str, Any]:
    return dict(json.loads(LOG.read_text(encoding="utf-8"))) if LOG.is_file() else {}


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(main([word for word in words if word != "--again"], again="--again" in words))
