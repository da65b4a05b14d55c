"""Who works in a test's unit: tables of staff by id, how they are hired, and how they act."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework.core.acting import Act
from casebook.casework.staff import accounts, staff
from casebook.casework.staff.accounts import ChangeState
from casebook.domain.actors import Actor
from casebook.domain.vocabulary import Role
from casebook.storage import people
from casebook.storage.tables import Staff, Token

People = Mapping[str, Role | Sequence[Role]]

TRAINED = ("domestic_abuse", "pnc", "pnd", "visor", "rms")  # for everything that asks for training
UNTIL = date(2099, 12, 31)  # after every test's present, the real one among them

# one of each, and two where two are asked for
STAFF: People = {
    "intake": Role.INTAKE_OFFICER, "research": Role.RESEARCHER, "read": Role.SECOND_READER, "risk": Role.RISK_ASSESSOR,
    "chair": Role.PANEL_CHAIR, "member": Role.PANEL_MEMBER, "approve": Role.APPROVER, "disclose": Role.DISCLOSURE_OFFICER,
    "second": Role.DISCLOSURE_OFFICER, "supervise": Role.SUPERVISOR, "supervise2": Role.SUPERVISOR,
    "head": Role.HEAD_OF_UNIT, "inspect": Role.DUTY_INSPECTOR,
}  # fmt: skip
ONE_SUPERVISOR: People = {staff_id: roles for staff_id, roles in STAFF.items() if staff_id != "supervise2"}
# nobody is told that staff are short, and every escalation level has somebody
SMALLEST: People = {
    "s1": Role.SUPERVISOR, "h1": Role.HEAD_OF_UNIT, "c1": Role.CHIEF_OFFICER, "i1": Role.INTAKE_OFFICER, "r1": Role.RESEARCHER,
    "p1": Role.PANEL_CHAIR, "m1": Role.PANEL_MEMBER, "a1": Role.APPROVER, "o1": Role.DISCLOSURE_OFFICER, "d1": Role.DUTY_INSPECTOR,
}  # fmt: skip
# the retrospective review's
REVIEWERS: People = {
    "o1": Role.REVIEW_OFFICER, "o2": Role.REVIEW_OFFICER, "lead": Role.REVIEW_LEAD, "boss": Role.REVIEW_LEAD,
    "sup": Role.SUPERVISOR, "sup2": Role.SUPERVISOR, "aud": Role.AUDITOR, "psd": Role.PROFESSIONAL_STANDARDS,
}  # fmt: skip


def hire(
    act: Act, wanted: People, *, trained: Collection[str] = (), line_managers: Mapping[str, str] | None = None
) -> None:
    """Add everybody; those who are trained are so for everything."""
    for staff_id, roles in wanted.items():
        add(act, staff_id, roles_of(roles), line_manager=(line_managers or {}).get(staff_id))
        for subject in TRAINED if staff_id in trained else ():
            staff.set_competence(act, staff_id, subject, expires_on=UNTIL)


def add(act: Act, staff_id: str, roles: Sequence[Role], *, line_manager: str | None = None) -> str:
    """An account in effect, and its token: somebody who is there confirms it, if it is not one of the first two."""
    return in_effect(act, accounts.add(act, staff_id, roles, line_manager=line_manager))


def in_effect(act: Act, state: ChangeState) -> str:
    """The token, if any, of a change of an account, once one of the first two has confirmed it."""
    if not state.in_effect:
        state = accounts.confirm(second_person(act, state.staff_id), state.staff_id, state.change)
    return state.token or ""


def give(act: Act, staff_id: str, role: Role) -> None:
    """A role in effect."""
    in_effect(act, accounts.give_role(act, staff_id, role))


def renew(act: Act, staff_id: str) -> str:
    """A new token in effect."""
    return in_effect(act, accounts.new_token(act, staff_id))


def second_person(act: Act, about: str) -> Act:
    """The same moment, for one of those who may always confirm an account: neither the actor nor whom it is about."""
    who = next(each for each in people.made_alone(act.session) if each not in {act.actor.id, about})
    member = act.session.get(Staff, who)
    assert member is not None
    return replace(act, actor=with_token(act.session, staff.actor_of(act.session, member, act.now)))


def actors(wanted: People, *, competences: Sequence[str] = TRAINED) -> dict[str, Actor]:
    """Everybody as they act, by id, without a look into the database."""
    return {
        staff_id: Actor(id=staff_id, roles=frozenset(roles_of(roles)), competences=frozenset(competences))
        for staff_id, roles in wanted.items()
    }


def with_token(session: Session, actor: Actor) -> Actor:
    """The actor as one who has proved themselves with the token they hold, if they are staff of this casebook."""
    if actor.token is not None or not actor.is_person:
        return actor
    held = select(Token.id).where(Token.staff_id == actor.id).order_by(Token.revoked_at.desc().nulls_first()).limit(1)
    return replace(actor, token=session.scalar(held))


def roles_of(roles: Role | Sequence[Role]) -> list[Role]:
    return [roles] if isinstance(roles, Role) else list(roles)
