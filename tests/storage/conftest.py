"""A store on a database of one's own, people to act in it, and applications to act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.intake import intake
from casebook.domain.actors import OPERATOR, Actor
from casebook.domain.case import application_file as rules
from casebook.domain.vocabulary import Role
from casebook.storage.session import Store, open_store
from casebook.storage.tables import Application

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

Acting = Callable[..., AbstractContextManager[Act]]
TRAINED = ("domestic_abuse", "pnc", "pnd", "visor", "rms")  # for everything that asks for training


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = open_store(database_url, b"a key for tests")
    yield store
    store.engine.dispose()


@pytest.fixture
def acting(store: Store) -> Acting:
    """An act of somebody, committed at its end."""

    @contextmanager
    def act_as(actor: Actor = OPERATOR, now: datetime = NOW) -> Iterator[Act]:
        with store.session() as session:
            yield Act(session=session, actor=actor, now=now, playbook=playbook)
            session.commit()

    return act_as


@pytest.fixture
def person() -> Callable[..., Actor]:
    """Somebody with roles: `person("r1", Role.RESEARCHER)`."""

    def make(staff_id: str, *roles: Role, competences: tuple[str, ...] = TRAINED) -> Actor:
        return Actor(id=staff_id, roles=frozenset(roles), competences=frozenset(competences))

    return make


@pytest.fixture
def cells() -> Callable[..., dict[str, str]]:
    """A whole row of applications.csv; overrides by column."""

    def make(**overrides: str) -> dict[str, str]:
        return {
            "external_id": "X-1", "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a",
            "concern": "He said he would hurt me", "immediate_danger": "no", "a_forename": "Anna", "a_surname": "Canaryone",
            "a_dob": "1990-05-06", "a_phone": "07700900001", "b_forename": "Barry", "b_surname": "Canarytwo",
            "b_dob": "1985-02-03", "b_dob_certainty": "exact", "b_address": "1 Synthetic Street", "b_postcode": "QX1 1AA",
            "relationship": "partner", "living_together": "no", "pregnant": "no", "safe_channel": "phone",
            "safe_days": "mon;tue;wed;thu;fri", "safe_from": "09:00", "safe_until": "17:00", **overrides,
        }  # fmt: skip

    return make


@pytest.fixture
def received(acting: Acting, cells: Callable[..., dict[str, str]]) -> Callable[..., str]:
    """Take one application in; gives its reference."""

    def make(now: datetime = NOW, **overrides: str) -> str:
        row = cells(**overrides)
        form = rules.read(row)
        assert isinstance(form, rules.Form), form
        with acting(now=now) as act:
            application, _ = intake.take_in(act, form, f"digest of {sorted(row.items())}"[:60])
            return application.reference

    return make


@pytest.fixture
def peek(store: Store) -> Callable[[str], Application]:
    """The application as it is stored."""

    def look(reference: str) -> Application:
        with store.session() as session:
            found = session.get(Application, reference)
            assert found is not None
            return found

    return look


@pytest.fixture
def sql(store: Store) -> Callable[..., Any]:
    """Change the database behind the casebook's back."""
    from sqlalchemy import text  # noqa: PLC0415

    def run(statement: str, **values: object) -> Any:
        with store.engine.begin() as connection:
            return connection.execute(text(statement), values)

    return run
