"""A store on a database of one's own, people to act in it, and applications to act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import staffing
from own_database import OwnDatabase
from sqlalchemy import select, text
from staffing import TRAINED, People

from casebook.casework import playbook
from casebook.casework.core import lifecycle
from casebook.casework.core.acting import Act
from casebook.casework.intake import intake
from casebook.domain.actors import OPERATOR, Actor
from casebook.domain.case import application_file as rules
from casebook.domain.vocabulary import Role, Stage
from casebook.storage.session import Store
from casebook.storage.tables import Application, Clock, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

Acting = Callable[..., AbstractContextManager[Act]]


@pytest.fixture
def acting(store: Store) -> Acting:
    """An act of somebody, committed at its end."""

    @contextmanager
    def act_as(actor: Actor = OPERATOR, now: datetime = NOW) -> Iterator[Act]:
        with store.session() as session:
            yield Act(session=session, actor=staffing.with_token(session, actor), now=now, playbook=playbook)
            session.commit()

    return act_as


@pytest.fixture
def person() -> Callable[..., Actor]:
    """Somebody with roles: `person("r1", Role.RESEARCHER)`."""

    def make(staff_id: str, *roles: Role, competences: tuple[str, ...] = TRAINED) -> Actor:
        return Actor(id=staff_id, roles=frozenset(roles), competences=frozenset(competences))

    return make


@pytest.fixture
def hire(acting: Acting, fill_once: Callable[..., None]) -> Callable[..., None]:
    """`hire(people, trained=..., line_managers=...)`: staff of the unit."""

    def take_on(people: People, **known: Any) -> None:
        def fill() -> None:
            with acting() as act:
                staffing.hire(act, people, **known)

        fill_once(("staff", repr(people), repr(known)), fill)

    return take_on


@pytest.fixture
def crew(hire: Callable[..., None], people: People) -> dict[str, Actor]:
    """The unit's staff as they act, by id; `acting(crew["r1"])`. What the casebook knows of their training is nothing."""
    hire(people)
    return staffing.actors(people)


@pytest.fixture
def smallest_unit(hire: Callable[..., None]) -> None:
    """Somebody for everything, and not one more."""
    hire(staffing.SMALLEST, trained={"o1"})


@pytest.fixture
def hire_reviewers(hire: Callable[..., None]) -> Callable[..., None]:
    """Some of the retrospective review's staff, or all: `hire_reviewers("o1", "lead")`."""

    def take_on(*names: str, line_managers: Mapping[str, str] | None = None) -> None:
        hire({name: staffing.REVIEWERS[name] for name in names or staffing.REVIEWERS}, line_managers=line_managers)

    return take_on


@pytest.fixture
def cells() -> Callable[..., dict[str, str]]:
    """A whole row of applications.csv; overrides by column."""

    def make(**overrides: str) -> dict[str, str]:
        return {
            "external_id": "X-1", "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a",
            "concern": "He frightens me", "immediate_danger": "no", "a_forename": "Anna", "a_surname": "Canaryone",
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
def checking(acting: Acting, received: Callable[..., str], fill_once: Callable[..., str]) -> Callable[..., str]:
    """An application that has just come to record checks; its automatic searches were made."""

    def make(now: datetime = NOW, **overrides: str) -> str:
        def fill() -> str:
            reference = received(now=now, **overrides)
            with acting(now=now) as act:
                lifecycle.move(act, act.application(reference), Stage.RECORD_CHECKS, because="gate_passed")
            return reference

        return fill_once(("at record checks", now, repr(overrides)), fill)

    return make


@pytest.fixture
def clocks(store: Store, reference: str) -> Callable[[], dict[str, Clock]]:
    """The clocks of the application that a module's `reference` is, by limit."""

    def look() -> dict[str, Clock]:
        with store.session() as session:
            return {row.limit_name: row for row in session.scalars(select(Clock).where(Clock.reference == reference))}

    return look


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
def open_items(store: Store) -> Callable[..., list[WorkItem]]:
    """The open work on an application, all or of one kind."""

    def find(reference: str, kind: str | None = None) -> list[WorkItem]:
        query = select(WorkItem).where(
            WorkItem.reference == reference, WorkItem.done_at.is_(None), WorkItem.cancelled_at.is_(None)
        )
        with store.session() as session:
            return [item for item in session.scalars(query.order_by(WorkItem.key)) if kind in {None, item.kind}]

    return find


@pytest.fixture
def rows(store: Store) -> Callable[[Any, str], list[Any]]:
    """What a table holds of an application."""

    def find(table: Any, reference: str) -> list[Any]:
        with store.session() as session:
            return list(session.scalars(select(table).where(table.reference == reference)))

    return find


@pytest.fixture
def sql(owners: Store, own_database: OwnDatabase) -> Callable[..., Any]:
    """Change the database behind the casebook's back."""

    def run(statement: str, **values: object) -> Any:
        own_database.behind.append(repr((statement, values)))
        with owners.engine.begin() as connection:
            return connection.execute(text(statement), values)

    return run
