"""Whatever the order in which two applications about one man come in, and however he is written, both know of the other."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from benchmarks import made_up
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.intake import intake
from casebook.domain.actors import OPERATOR
from casebook.domain.case import application_file as rules
from casebook.storage.tables import ApplicationLink

PAIRS = int(os.environ.get("CASEBOOK_SEEDS", "30"))
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CELLS = ("forename", "middle_names", "surname", "aliases", "dob", "sex", "address", "postcode")


def taken_in(store, external_id, a, b, now):
    people = {f"{party}_{cell}": getattr(who, cell) for party, who in (("a", a), ("b", b)) for cell in CELLS}
    row = {
        "external_id": external_id, "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a",
        "immediate_danger": "no", **people,
    }  # fmt: skip
    form = rules.read(row)
    assert isinstance(form, rules.Form), form
    with store.session() as session:
        application, _ = intake.take_in(
            Act(session=session, actor=OPERATOR, now=now, playbook=playbook), form, external_id
        )
        session.commit()
        return application.reference


@pytest.mark.parametrize("seed", range(PAIRS))
def test_both_sides_know(seed, store):
    rng = Random(seed)  # noqa: S311 - people who do not exist
    man = made_up.person(rng)
    again = replace(man)
    made_up.corrupt(rng, again, 1)
    accounts = [("X-1", man), ("X-2", again)]
    rng.shuffle(accounts)
    references = [
        taken_in(store, external_id, made_up.person(rng), account, NOW + timedelta(minutes=40 * number))
        for number, (external_id, account) in enumerate(accounts)
    ]
    with store.session() as session:
        links = session.scalars(select(ApplicationLink)).all()
    assert {(link.reference, link.other) for link in links} == {tuple(references), tuple(reversed(references))}
    assert len({link.why for link in links}) == 1
