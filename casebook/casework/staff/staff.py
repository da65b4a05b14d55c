"""Staff: how they prove who they are, their training and duty, and suspension."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from casebook.casework.core import work_items
from casebook.casework.core.acting import Act, refuse_all, refuse_because
from casebook.casework.staff import suspension, tokens
from casebook.domain.actors import OPERATOR, Actor, ActOrigin, Reason
from casebook.domain.authority import Command
from casebook.domain.case import conflict
from casebook.domain.case.competence import subjects
from casebook.domain.case.conflict import SharedDetail
from casebook.domain.vocabulary import Role
from casebook.errors import NotFound, NotPermitted
from casebook.storage.tables import Competence, Staff, StaffDetail, StaffRole, Token
from casebook.values.ids import staff_key

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
GIVEN = frozenset(Role) - {Role.OPERATOR, Role.SYSTEM}  # operator and system are not roles of staff


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """One member of staff, as shown to others."""

    id: str
    roles: tuple[str, ...]
    competences: dict[str, str]  # subject -> last day it is valid
    on_duty: bool
    suspended: bool


def identify(
    session: Session, staff_id: str | None, token: str | None, now: datetime, *, origin: ActOrigin = ActOrigin.MACHINE
) -> Actor:
    """Identify the actor of a call: a member of staff by id and token, or the operator if there is no id."""
    if staff_id is None:
        return OPERATOR
    if not token:
        raise NotPermitted("set CASEBOOK_TOKEN to the token of the member of staff named by --as", "token_needed")
    digest = tokens.digest_of(token)
    member = named(session, staff_id)
    known_id = member.id if member else staff_id
    held = session.scalars(select(Token).where(Token.staff_id == known_id, Token.revoked_at.is_(None))).all()
    theirs = [known for known in held if hmac.compare_digest(known.digest, digest)]
    if member is None or member.suspended_at is not None or not theirs:
        raise NotPermitted("the id or the token is wrong, or this member of staff is suspended", "token_refused")
    return actor_of(session, member, now, token=theirs[0].id, origin=origin)


def named(session: Session, staff_id: str) -> Staff | None:
    """The member of staff with this id, however its letters are written: J.Smith and j.smith are one person."""
    exact = session.get(Staff, staff_id)
    if exact is not None:
        return exact
    same = session.scalars(_same_person(staff_id)).all()
    return same[0] if len(same) == 1 else None  # a home of before may have two: then only the exact id counts


def _same_person(staff_id: str) -> Select[tuple[Staff]]:
    return select(Staff).where(func.lower(Staff.id) == staff_key(staff_id))


def actor_of(
    session: Session,
    member: Staff,
    now: datetime,
    *,
    token: str | None = None,
    origin: ActOrigin = ActOrigin.MACHINE,
) -> Actor:
    """The actor for a member of staff, with the roles and training that are valid now. `token`: the id of theirs."""
    roles = session.scalars(select(StaffRole.role).where(StaffRole.staff_id == member.id, StaffRole.ended_at.is_(None)))
    trained = session.scalars(
        select(Competence.subject).where(Competence.staff_id == member.id, Competence.expires_on >= now.date())
    )
    return Actor(
        id=member.id, roles=frozenset(map(Role, roles)), competences=frozenset(trained), token=token, origin=origin
    )


def why_not_id(act: Act, staff_id: str) -> Reason | None:
    if not _ID.fullmatch(staff_id) or staff_id.lower() in {"operator", "system"}:
        return Reason(
            "bad_staff_id", "a staff id must be up to 64 letters, digits, dots or dashes, and not operator or system"
        )
    if act.session.scalar(_same_person(staff_id).limit(1)) is not None:
        return Reason("already_there", "there is a member of staff with that id already")
    return None


def set_competence(act: Act, staff_id: str, subject: str, *, expires_on: date, granted_on: date | None = None) -> date:
    """Record training for a source, a task or `domestic_abuse`, and its last day. Returns the day it was granted.

    That is today unless an earlier day is given. A last day in the past ends training that was valid.
    """
    act.allowed(Command.ADMINISTER_STAFF)
    staff_id = locked_member(act, staff_id).id
    known = subjects(act.documents.monitor(act.now).competence)
    today = act.now.date()
    faults = {
        "unknown_subject": (subject not in known, f"no work needs training for this: give one of {', '.join(known)}"),
        "in_the_future": (
            granted_on is not None and granted_on > today, "training can only be recorded once it is granted",
        ),
        "ends_before_it_begins": (
            granted_on is not None and granted_on > expires_on,
            "the last day of training must not be before the day it was granted",
        ),
    }  # fmt: skip
    refuse_all(Reason(code, message) for code, (is_wrong, message) in faults.items() if is_wrong)
    granted_on = granted_on or today
    act.session.merge(
        Competence(
            staff_id=staff_id,
            subject=subject,
            granted_on=granted_on,
            expires_on=expires_on,
            recorded_by=act.actor.id,
        )
    )
    act.record(
        None, "competence_recorded", staff=staff_id, subject=subject, granted_on=granted_on.isoformat(),
        expires_on=expires_on.isoformat(),
    )  # fmt: skip
    return granted_on


def set_details(act: Act, staff_id: str, details: Mapping[SharedDetail, str]) -> list[SharedDetail]:
    """Keep a surname, an address or a phone number as a digest, to notice conflicts of interest. Returns what was kept."""
    act.allowed(Command.ADMINISTER_STAFF)
    member = locked_member(act, staff_id)
    kept = sorted(kind for kind, written in details.items() if conflict.compared(kind, written))
    for kind in kept:
        act.session.merge(
            StaffDetail(staff_id=member.id, kind=kind, digest=conflict.digest(member.id, kind, details[kind]))
        )
    act.record(None, "staff_details_kept", staff=member.id, kinds=list(kept))
    return kept


def set_duty(act: Act, staff_id: str, *, on_duty: bool) -> None:
    """Set whether somebody is on duty. When they go off duty, their work goes back to the queue of its role."""
    act.allowed(Command.ADMINISTER_STAFF)
    member = locked_member(act, staff_id)
    staff_id = member.id
    member.on_duty = on_duty
    returned = 0 if on_duty else work_items.return_items(act, staff_id)
    act.record(None, "on_duty" if on_duty else "off_duty", staff=staff_id, returned=returned)


def suspend(act: Act, staff_id: str) -> suspension.SuspensionResult:
    """Suspend somebody: revoke their tokens, return their work to the queue, supersede their undelivered decisions."""
    act.allowed(Command.SUSPEND_STAFF)
    member = locked_member(act, staff_id)
    staff_id = member.id
    if member.suspended_at is not None:
        refuse_because("already_suspended", "this member of staff is suspended already")
    member.suspended_at, member.suspended_by, member.on_duty = act.now, act.actor.id, False
    tokens.revoke(act, staff_id)
    act.record(None, "staff_suspended", staff=staff_id)
    return suspension.carry_out(act, staff_id)


def everybody(session: Session) -> list[StaffMember]:
    """All staff by id, including the suspended."""
    roles: dict[str, list[str]] = {}
    for row in session.scalars(select(StaffRole).where(StaffRole.ended_at.is_(None))):
        roles.setdefault(row.staff_id, []).append(row.role)
    trained: dict[str, dict[str, str]] = {}
    for subject in session.scalars(select(Competence)):
        trained.setdefault(subject.staff_id, {})[subject.subject] = subject.expires_on.isoformat()
    return [
        StaffMember(
            id=member.id,
            roles=tuple(sorted(roles.get(member.id, []))),
            competences=dict(sorted(trained.get(member.id, {}).items())),
            on_duty=member.on_duty,
            suspended=member.suspended_at is not None,
        )
        for member in session.scalars(select(Staff).order_by(Staff.id))
    ]


def locked_member(act: Act, staff_id: str) -> Staff:
    known = named(act.session, staff_id)
    member = act.session.get(Staff, known.id, with_for_update={"key_share": True}) if known else None
    if member is None:
        raise NotFound(f"there is no member of staff {staff_id}")
    return member
