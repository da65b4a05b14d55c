"""How long a sweep takes as the number of open applications grows and what is due stays the same. One-off; not in CI.

python benchmarks/sweep.py ADDRESS [OPEN...]: an SQLAlchemy address of a migrated, empty database that may be filled.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import text

from casebook import clock
from casebook.casework import intake, sweep
from casebook.casework.acting import Act
from casebook.casework.staff import add
from casebook.domain import application_file as rules
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role
from casebook.storage.session import Store, open_store

DUE = 1_000
ROW = {
    "external_id": "seed", "route": "right_to_ask", "applicant": "a", "immediate_danger": "no", "a_forename": "A", "a_surname": "B",
    "a_dob": "1990-01-01", "relationship": "partner",
}  # fmt: skip
FILL = (
    """
    INSERT INTO application SELECT (jsonb_populate_record(a, jsonb_build_object(
        'reference', 'CL-9-' || lpad(n::text, 7, '0'), 'external_id', 'N' || n))).*
    FROM application a, generate_series(CAST(:first AS int), CAST(:last AS int)) n WHERE a.external_id = 'seed'
    """,
    """
    INSERT INTO work_item SELECT (jsonb_populate_record(w, jsonb_build_object(
        'id', 'I' || n, 'reference', 'CL-9-' || lpad(n::text, 7, '0'), 'owner', 'i1', 'due_at', CAST(:later AS text)))).*
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


def main(address: str, sizes: list[int]) -> None:
    store, filled = open_store(address, b"benchmark"), 0
    _seed(store)
    print("| open | due | seconds | megabytes | a sweep with nothing due |\n| --- | --- | --- | --- | --- |")
    for size in sizes:
        with store.engine.begin() as connection:
            later = (clock.now() + timedelta(days=20)).isoformat()
            for statement in FILL:
                connection.execute(text(statement), {"first": filled + 1, "last": size, "later": later})
            due = {"first": filled, "last": filled + DUE, "due": clock.now()}
            numbers = "generate_series(CAST(:first AS int) + 1, CAST(:last AS int))"
            make_due = f"UPDATE work_item SET due_at = :due WHERE id IN (SELECT 'I' || n FROM {numbers} n)"
            connection.execute(text(make_due), due)
        filled = size
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        told, seconds = _timed(store)
        _, idle = _timed(store)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"| {size:,} | {told:,} | {seconds:.2f} | {memory:.0f} | {idle:.2f} |", flush=True)


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
        yield Act(session=session, actor=OPERATOR, now=clock.now())
        session.commit()


if __name__ == "__main__":
    main(sys.argv[1], [int(size) for size in sys.argv[2:]] or [10_000, 100_000, 1_000_000])
