"""What the casebook costs without its engine: a command's start, an import, verifying the ledger, one use case.

Prints JSON. A tenth of the size by default; `--full`: 10,000 rows and 100,000 ledger entries.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from casebook import clock
from casebook.casework import application_file, audit, staff, work
from casebook.casework.acting import Act
from casebook.demo.applications import applications
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role, WorkKind
from casebook.storage import cluster, ledger, migrate
from casebook.storage.session import Store, open_store

COMMAND = Path(sys.executable).with_name("casebook")
TIMES = 15
PROBABLY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def main() -> None:
    full = "--full" in sys.argv
    rows, entries = (10_000, 100_000) if full else (1_000, 10_000)
    found: dict[str, object] = {"full": full, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), **start()}
    with casebook() as store:
        found |= importing(store, rows) | one_use_case(store) | verifying(store, entries)
    print(json.dumps(found, indent=1))


def start() -> dict[str, object]:
    """Seconds of a whole process, beside an interpreter that does nothing."""
    bare = p50(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    ours = p50(
        lambda: subprocess.run([str(COMMAND), "identifiers", "check", "2004/0123456A"], check=True, capture_output=True)
    )
    return {"python_start_s": bare, "command_start_s": ours}


@contextmanager
def casebook():  # noqa: ANN201 - a generator of one store
    with tempfile.TemporaryDirectory(prefix="casebook-bench-", dir="/tmp") as place:
        home = Path(place)
        home.chmod(0o711)
        with cluster.running(home) as server:
            migrate.upgrade(server.url("casebook"))
            store = open_store(server.url("casebook"), b"a key for figures")
            try:
                yield store
            finally:
                store.engine.dispose()


def importing(store: Store, rows: int) -> dict[str, object]:
    """A file with five faulty rows in a hundred; then the same file again."""
    made = applications(1, rows)
    for number, row in enumerate(made):
        if number % 20 == 7:
            row["route"] = "nonsense"
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
        file.flush()
        first = timed(lambda: application_file.import_file(store, OPERATOR, Path(file.name)))
        again = timed(lambda: application_file.import_file(store, OPERATOR, Path(file.name)))
    return {
        "import_rows": rows,
        "import_rows_s": round(rows / first, 1),
        "import_unchanged_rows_s": round(rows / again, 1),
    }


def one_use_case(store: Store) -> dict[str, object]:
    """`complete_details` answered: authorise, load, rule, save, ledger, outbox, committed to disk."""
    with store.session() as session:
        act = Act(session=session, actor=OPERATOR, now=clock.now())
        staff.add(act, "officer", [Role.INTAKE_OFFICER])
        session.commit()
        officer = staff.actor_of(session, session.get_one(staff.Staff, "officer"), act.now)
        items = [item for item in work.queue(act) if item.kind == WorkKind.COMPLETE_DETAILS][:TIMES]
    taken = []
    for item in items:
        explained = {"explained": dict.fromkeys(item.subject["doubts"], "not known")}
        begun = time.perf_counter()
        with store.session() as session:
            work.do(Act(session=session, actor=officer, now=clock.now()), item.id, explained)
            session.commit()
        taken.append((time.perf_counter() - begun) * 1000)
    return {"use_case_p50_ms": round(statistics.median(taken), 1), "use_case_max_ms": round(max(taken), 1)}


def verifying(store: Store, entries: int) -> dict[str, object]:
    """Fill the ledger up to so many entries, then recompute all of it and every live row."""
    with store.session() as session:
        act = Act(session=session, actor=OPERATOR, now=clock.now())
        there = audit.verify(act).checked
        for number in range(max(0, entries - there)):
            ledger.record(
                session, chain_name=f"bench-{number % 500}", actor="operator", event_name="counted",
                at=PROBABLY + timedelta(seconds=number), number=number,
            )  # fmt: skip
            if number % 1000 == 0:
                session.commit()
        session.commit()
    with store.session() as session:
        act = Act(session=session, actor=OPERATOR, now=clock.now())
        begun = time.perf_counter()
        verification = audit.verify(act)
        seconds = time.perf_counter() - begun
    assert not verification.broken
    return {
        "verify_entries": verification.checked,
        "verify_rows": verification.rows,
        "verify_s": round(seconds, 2),
        "verify_entries_s": round(verification.checked / seconds),
    }


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def p50(act: Callable[[], object]) -> float:
    return round(statistics.median(timed(act) for _ in range(TIMES)), 3)


if __name__ == "__main__":
    main()
