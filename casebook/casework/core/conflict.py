"""Who may not work on an application because they have a conflict of interest, or have not said whether they have one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.casework.core.acting import Act
from casebook.domain import chain
from casebook.domain.actors import Reason
from casebook.domain.case import conflict as rules
from casebook.domain.case.conflict import SharedDetail
from casebook.domain.vocabulary import WorkKind
from casebook.storage.read_once import read_once
from casebook.storage.tables import Application, ConflictDeclaration, Person, StaffDetail, WorkItem

NEVER_WAITS = frozenset({WorkKind.IMMEDIATE_SAFEGUARDING})
ASKS_ITSELF = frozenset({WorkKind.DECIDE})  # its answer has a declaration, and the chair explains what is shared


def why_not_work(
    act: Act, application: Application, item: WorkItem, *, people: Sequence[Person] | None = None
) -> Reason | None:
    """A reason if the actor has a conflict of interest, or shares something with somebody and has not declared.

    `people`: those of the application, if the caller has read them for many applications at once.
    """
    kind = WorkKind(item.kind)
    if kind in NEVER_WAITS:
        return None
    shared = () if kind in ASKS_ITSELF else shared_with(act, application, act.actor.id, people=people)
    return rules.why_not_work(shared, conflicted(act, application.reference, act.actor.id))


def why_not_open(act: Act, reference: str) -> Reason | None:
    """A reason if the actor has a conflict of interest: then they read nothing either."""
    return rules.why_not_work((), conflicted(act, reference, act.actor.id))


def closed_to(act: Act) -> set[str]:
    """References of the applications with which the actor has a conflict of interest."""
    return {reference for reference, conflict in _declared(act.session, act.actor.id).items() if conflict}


def conflicted(act: Act, reference: str, staff_id: str) -> bool | None:
    """What was last declared or found about somebody; None if nothing was."""
    return _declared(act.session, staff_id).get(reference)


@read_once
def _declared(session: Session, staff_id: str) -> dict[str, bool]:
    """Application -> what was last declared or found about somebody."""
    query = select(ConflictDeclaration.reference, ConflictDeclaration.conflicted).where(
        ConflictDeclaration.staff_id == staff_id
    )
    rows = session.execute(query.order_by(ConflictDeclaration.reference, ConflictDeclaration.number))
    return {reference: conflicted for reference, conflicted in rows}  # noqa: C416 - the last of each reference


def record(act: Act, application: Application, staff_id: str, *, conflicted: bool, reason: str) -> None:
    """Keep what somebody declared, or others found, beside what was declared before."""
    earlier = act.session.scalar(
        select(func.count()).where(
            ConflictDeclaration.reference == application.reference, ConflictDeclaration.staff_id == staff_id
        )
    )
    number, shared = 1 + (earlier or 0), shared_with(act, application, staff_id)
    act.session.add(
        ConflictDeclaration(
            id=chain.identity("conflict", application.reference, staff_id, number), reference=application.reference,
            staff_id=staff_id, number=number, conflicted=conflicted, shared=list(shared), reason=reason,
            declared_by=act.actor.id, declared_at=act.now,
        )
    )  # fmt: skip
    act.session.flush()
    act.record(application, "conflict_declared", staff=staff_id, conflicted=conflicted, shared=list(shared))


def shared_with(
    act: Act, application: Application, staff_id: str, *, people: Sequence[Person] | None = None
) -> list[SharedDetail]:
    """What a member of staff shares with the people of an application."""
    if people is None:
        people = people_of(act.session, [application.reference]).get(application.reference, [])
    return rules.ties(
        staff_id, _kept(act.session, staff_id), (detail for person in people for detail in _details(person))
    )


def people_of(session: Session, references: Collection[str]) -> dict[str, list[Person]]:
    """The people of each of these applications."""
    people: dict[str, list[Person]] = {}
    for person in session.scalars(select(Person).where(Person.reference.in_(references))):
        people.setdefault(person.reference, []).append(person)
    return people


@read_once
def _kept(session: Session, staff_id: str) -> list[tuple[str, str]]:
    query = select(StaffDetail.kind, StaffDetail.digest).where(StaffDetail.staff_id == staff_id)
    return [(kind, digest) for kind, digest in session.execute(query)]


def _details(person: Person) -> Iterator[tuple[SharedDetail, str]]:
    for name in (person.surname, *person.former_names, *person.aliases):
        yield SharedDetail.SURNAME, name or ""
    yield SharedDetail.ADDRESS, person.address or ""
    yield SharedDetail.PHONE, person.phone or ""
