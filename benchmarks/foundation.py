"""Measures the casebook without its engine, each figure beside the least possible cost on the same machine.

Prints JSON: a command's start beside an interpreter that does nothing; an import beside a bare insert and commit of its
rows; verifying the ledger beside reading and hashing its bodies; one use case beside a bare commit. `--full`: all sizes.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, insert, select, text

from casebook import clock
from casebook.casework import playbook, work_queue
from casebook.casework.core.acting import Act
from casebook.casework.intake import application_file
from casebook.casework.reporting import audit
from casebook.casework.staff import accounts, staff
from casebook.demo.applications import applications
from casebook.domain import chain
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role, WorkKind
from casebook.storage import migrate
from casebook.storage.server import cluster
from casebook.storage.session import Store, open_store
from casebook.storage.tables import ChainHead, LedgerEntry

COMMAND = Path(sys.executable).with_name("casebook")
TIMES = 25
KEY = b"a key for figures"
CHAINS = 500
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Figures = dict[str, object]


def main() -> None:
    full = "--full" in sys.argv
    rows, entries = (10_000, 100_000) if full else (1_000, 20_000)
    found: Figures = {"full": full, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), **start()}
    with a_casebook() as store:
        found |= importing(store, rows) | one_use_case(store) | verifying(store, entries)
    print(json.dumps(found, indent=1))


def start() -> Figures:
    """Seconds of a complete process. The two take turns, so that both have the same conditions."""
    bare, ours = [], []
    for _ in range(TIMES):
        bare.append(timed(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)))
        words = [str(COMMAND), "identifiers", "check", "2004/0123456A"]
        ours.append(timed(lambda: subprocess.run(words, check=True, capture_output=True)))  # noqa: B023 - called at once
    return beside("start", "command_s", p50(ours), "python_s", p50(bare))


@contextmanager
def a_casebook() -> Iterator[Store]:
    """A separate home on a disk that keeps what is committed."""
    with tempfile.TemporaryDirectory(prefix="casebook-bench-", dir="/tmp") as place:
        home = Path(place)
        home.chmod(0o711)
        with cluster.running(home) as server:
            migrate.upgrade(server.url("casebook"))
            store = open_store(server.url("casebook"), KEY)
            try:
                yield store
            finally:
                store.engine.dispose()


def importing(store: Store, rows: int) -> Figures:
    """A file with five faulty rows in a hundred, then the same file again."""
    made = applications(1, rows)
    for row in made[7::20]:
        row["route"] = "nonsense"
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
        file.flush()
        bare = timed(lambda: _bare_insert(store.engine, made))
        first = timed(lambda: application_file.import_file(store, OPERATOR, Path(file.name), playbook=playbook))
        again = timed(lambda: application_file.import_file(store, OPERATOR, Path(file.name), playbook=playbook))
    figures = beside("import", "rows_s", rows / first, "bare_insert_rows_s", rows / bare)
    return {"import_rows": rows, **figures, "import_unchanged_rows_s": round(rows / again, 1)}


def _bare_insert(engine: Engine, made: Sequence[dict[str, str]]) -> None:
    """The same rows as text into one table without an index, one commit a row."""
    columns = ", ".join(f'"{name}" text' for name in made[0])
    with engine.connect() as connection:
        connection.execute(text(f"CREATE TEMP TABLE bare ({columns})"))
        connection.commit()
        statement = text(f"INSERT INTO bare VALUES ({', '.join(f':{name}' for name in made[0])})")
        for row in made:
            connection.execute(statement, row)
            connection.execute(text("SELECT pg_current_xact_id()"))
            connection.commit()


def one_use_case(store: Store) -> Figures:
    """`complete_details` answered: authorise, load, rule, save, ledger, outbox, committed to disk."""
    with store.session() as session:
        act = Act(session=session, actor=OPERATOR, now=clock.now(), playbook=playbook)
        token = accounts.add(act, "officer", [Role.INTAKE_OFFICER]).token
        session.commit()
        officer = staff.identify(session, "officer", token, act.now)
        items = [item for item in work_queue.waiting(act).items if item.kind == WorkKind.COMPLETE_DETAILS][: TIMES + 1]
    ours, bare = [], []
    for item in items:
        explained = {"explained": dict.fromkeys(item.subject["doubts"], "not known")}
        begun = time.perf_counter()
        with store.session() as session:
            work_queue.do(Act(session=session, actor=officer, now=clock.now(), playbook=playbook), item.id, explained)
            session.commit()
        ours.append(time.perf_counter() - begun)
        bare.append(timed(lambda: _bare_commit(store.engine)))
    # the first one also pays for the imports
    return beside("use_case", "ms", p50(ours[1:]) * 1000, "bare_commit_ms", p50(bare[1:]) * 1000)


def _bare_commit(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO outbox (reference, reason, priority, written_at) VALUES ('-', '-', '-', now())")
        )


def verifying(store: Store, entries: int) -> Figures:
    """Fill the ledger up to so many entries, then recompute all of it and every live row."""
    with store.session() as session:
        there = session.scalar(select(func.count()).select_from(LedgerEntry)) or 0
    _fill(store.engine, entries - there)
    bare = timed(lambda: _bare_reading(store.engine))
    with store.session() as session:
        act = Act(session=session, actor=OPERATOR, now=clock.now(), playbook=playbook)
        begun = time.perf_counter()
        verification = audit.verify(act)
        seconds = time.perf_counter() - begun
    if verification.broken:
        raise SystemExit(f"the ledger does not verify: {verification.as_json()}")
    counted = {"verify_entries": verification.checked, "verify_live_rows": verification.rows}
    return {**counted, **beside("verify", "s", seconds, "bare_reading_s", bare)}


def _fill(engine: Engine, entries: int) -> None:
    """Write chains of entries that record no row, as an import of the unit would leave them."""
    heads = {f"bench-{number}": (0, chain.GENESIS) for number in range(CHAINS)}
    made = []
    for number in range(max(0, entries)):
        name = f"bench-{number % CHAINS}"
        sequence, previous = heads[name]
        said = {
            "chain": name, "sequence": sequence + 1, "at": BEGIN + timedelta(seconds=number), "actor": "operator",
            "event": "counted", "body": {"number": number, "kind": "complete_details", "because": "counted"}, "previous": previous,
        }  # fmt: skip
        hash_ = chain.entry_hash(**said)  # type: ignore[arg-type]
        made.append({**said, "hash": hash_, "mac": chain.entry_mac(KEY, hash_)})
        heads[name] = (sequence + 1, str(made[-1]["hash"]))
    with engine.begin() as connection:
        connection.execute(insert(LedgerEntry), made)
        ends = [{"chain": name, "sequence": at, "hash": last} for name, (at, last) in heads.items() if at]
        connection.execute(insert(ChainHead), ends)


def _bare_reading(engine: Engine) -> None:
    """Every body read as text and hashed once: no chain, no keyed digest, no live row."""
    with engine.connect() as connection:
        for (body,) in connection.execute(text("SELECT body::text FROM ledger ORDER BY id")):
            hashlib.sha256(body.encode()).hexdigest()


def beside(what: str, ours: str, taken: float, least: str, bare: float) -> Figures:
    return {
        f"{what}_{ours}": round(taken, 3),
        f"{what}_{least}": round(bare, 3),
        f"{what}_ratio": round(taken / bare, 3),
    }


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def p50(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
