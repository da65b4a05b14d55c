"""Measures a sweep and its board as the number of open applications grows and the work due stays the same.

python -m benchmarks.sweep [OPEN...]: on a scratch cluster of its own. One-off; not in CI. Beside it a naive sweep of 200, one
flow run for each open application, and how long it takes from an item falling due to somebody having received its escalation.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select, text

from casebook import clock
from casebook.casework import playbook
from casebook.casework.core import channels, clocks, work_items
from casebook.casework.core.acting import Act
from casebook.casework.escalation import raising
from casebook.casework.intake import intake
from casebook.casework.reporting import board
from casebook.casework.staff.staff import add
from casebook.casework.sweep import sweep
from casebook.domain import escalation
from casebook.domain.actors import OPERATOR
from casebook.domain.case import application_file as rules
from casebook.domain.vocabulary import Role
from casebook.storage import migrate
from casebook.storage.documents import policy_of
from casebook.storage.server import cluster
from casebook.storage.session import Store, open_store
from casebook.storage.tables import Application

DUE = 1_000
SWEEP_EVERY = 900  # seconds
ROW = {
    "external_id": "seed", "route": "right_to_ask", "applicant": "a", "immediate_danger": "no", "a_forename": "A", "a_surname": "B",
    "a_dob": "1990-01-01", "relationship": "partner",
}  # fmt: skip
FILL = (
    """
    INSERT INTO application SELECT (jsonb_populate_record(a, jsonb_build_object(
        'reference', 'CL-9-' || lpad(n::text, 7, '0'), 'external_id', 'N' || n,
        'stage', CASE n % 2 WHEN 0 THEN 'intake' ELSE 'record_checks' END))).*
    FROM application a, generate_series(CAST(:first AS int), CAST(:last AS int)) n WHERE a.external_id = 'seed'
    """,
    """
    INSERT INTO work_item SELECT (jsonb_populate_record(w, jsonb_build_object(
        'id', 'I' || n, 'reference', 'CL-9-' || lpad(n::text, 7, '0'), 'owner', 'i1', 'due_at', CAST(:later AS text),
        'stage', CASE n % 2 WHEN 0 THEN 'intake' ELSE 'record_checks' END,
        'kind', CASE n % 2 WHEN 0 THEN 'complete_details' ELSE 'return_search' END))).*
    FROM work_item w, generate_series(CAST(:first AS int), CAST(:last AS int)) n
    WHERE w.kind = 'complete_details' AND w.id NOT LIKE 'I%'
    """,
    """
    INSERT INTO clock SELECT (jsonb_populate_record(c, jsonb_build_object(
        'id', 'CL-9-' || lpad(n::text, 7, '0') || ':' || c.limit_name, 'reference', 'CL-9-' || lpad(n::text, 7, '0')))).*
    FROM clock c, generate_series(CAST(:first AS int), CAST(:last AS int)) n
    WHERE c.reference LIKE 'CL-2%' AND c.limit_name IN ('whole_process', 'record_checks')
    """,
)


NAIVE = 200


def main(sizes: list[int]) -> None:
    home = Path(tempfile.mkdtemp(prefix="sweep-"))
    home.chmod(0o711)  # the server's user has its data inside
    try:
        with cluster.running(home) as server:
            migrate.upgrade(server.url("casebook"))
            store = open_store(server.url("casebook"), b"benchmark")
            _measure(store, sizes)
            store.engine.dispose()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _measure(store: Store, sizes: list[int]) -> None:
    filled, took = 0, list[float]()
    _seed(store)
    heads = ("open", "just come in", "due", "seconds", "megabytes", "with nothing due", "the board")
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    for size in sizes:
        with store.engine.begin() as connection:
            later = (clock.now() + timedelta(days=20)).isoformat()
            for statement in FILL:
                connection.execute(text(statement), {"first": filled + 1, "last": size, "later": later})
        _vacuum(store)
        _, first = _timed(store)  # looks once at each that came in
        with store.engine.begin() as connection:
            due = {"first": filled, "last": filled + DUE, "due": clock.now()}
            numbers = "generate_series(CAST(:first AS int) + 1, CAST(:last AS int))"
            make_due = f"UPDATE work_item SET due_at = :due WHERE id IN (SELECT 'I' || n FROM {numbers} n)"
            connection.execute(text(make_due), due)
        _vacuum(store)
        told, seconds = _timed(store)
        _, idle = _timed(store)
        shown = _board(store, size)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"| {size:,} | {size - filled:,}: {first:.2f} s | {told:,} | {seconds:.2f} | {memory:.0f} | {idle:.2f} | {shown:.2f} |",
            flush=True,
        )
        took.append(seconds)
        filled = size
    print(f"\nratio of the largest to the smallest: {took[-1] / took[0]:.2f} (aim: 2 at most)")
    for kind, seconds in _naive(store).items():
        each = seconds / NAIVE
        print(
            f"naive, one {kind} for each open application: {1000 * each:.1f} ms each, {each * sizes[-1]:,.0f} s for {sizes[-1]:,}"
        )
    print(f"from the sweep that finds an overdue item to its escalation received over HTTP: {_received(store):.2f} s")
    print(f"from falling due to that: at most {SWEEP_EVERY / 60:.0f} minutes more, until the next sweep")


def _board(store: Store, size: int) -> float:
    """The figures and the page of them."""
    begun = time.perf_counter()
    with _acting(store) as act:
        shown = board.figures(act)
    board.markdown(shown)
    seconds = time.perf_counter() - begun
    counted = sum(each[state] for each in shown["stages"].values() for state in ("on_time", "due_soon", "overdue"))  # type: ignore[attr-defined]
    assert counted == size + 1, counted  # the one that all are copies of
    return seconds


def _vacuum(store: Store) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _naive(store: Store) -> dict[str, float]:
    """Load each application with its items and clocks, and apply the escalation rule to each item. Seconds for all of them."""
    from prefect import flow  # noqa: PLC0415 - its memory is not the sweep's, and was told before
    from prefect.settings import PREFECT_SERVER_ANALYTICS_ENABLED, temporary_settings  # noqa: PLC0415 - as above
    from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415 - as above

    with _acting(store) as act:
        references = list(act.session.scalars(select(Application.reference).limit(NAIVE)))

    def look(reference: str) -> None:
        with _acting(store) as act:
            application = act.application(reference)
            clocks.of(act, application)
            rules = policy_of(application).escalation
            for item in work_items.open_work(act.session, application):
                escalation.reason(raising.wait(item, None, None), rules, act.now)

    took = {"transaction": _seconds_of(look, references)}
    with temporary_settings({PREFECT_SERVER_ANALYTICS_ENABLED: False}), prefect_test_harness():
        run = flow(look)
        run(references[0])  # the first one waits for the server
        took["flow run"] = _seconds_of(run, references)
    return took


def _seconds_of(look: Callable[[str], object], references: Sequence[str]) -> float:
    begun = time.perf_counter()
    for reference in references:
        look(reference)
    return time.perf_counter() - begun


def _received(store: Store) -> float:
    """One item more falls due; the sweep's message reaches a receiver on this machine."""
    got = list[float]()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            got.append(time.perf_counter())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with store.engine.begin() as connection:
        one = "SELECT id FROM work_item WHERE due_at > :now AND escalation_level = 0 AND kind = 'complete_details' LIMIT 1"
        connection.execute(text(f"UPDATE work_item SET due_at = :now WHERE id = ({one})"), {"now": clock.now()})
        connection.execute(text("UPDATE notice SET received_at = queued_at"))
    begun = time.perf_counter()
    sweep.sweep(lambda: _acting(store), ways=channels.read(SecretStr(f"json://127.0.0.1:{server.server_address[1]}/")))
    server.shutdown()
    return got[-1] - begun


def _timed(store: Store) -> tuple[int, float]:
    begun = time.perf_counter()
    told = len(sweep.sweep(lambda: _acting(store)).escalated)
    return told, time.perf_counter() - begun


def _seed(store: Store) -> None:
    form = rules.read({**ROW, "submitted_at": clock.now().isoformat()})
    assert isinstance(form, rules.Form)
    with _acting(store) as act:
        intake.take_in(act, form, "seed")
        for number, role in enumerate((Role.INTAKE_OFFICER, Role.SUPERVISOR, Role.HEAD_OF_UNIT, Role.CHIEF_OFFICER)):
            add(act, f"i{number + 1}", [role])


@contextmanager
def _acting(store: Store) -> Iterator[Act]:
    with store.session() as session:
        yield Act(session=session, actor=OPERATOR, now=clock.now(), playbook=playbook)
        session.commit()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
