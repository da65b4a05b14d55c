"""Convening the panel of a round: its members, conflicts of interest, and when it meets."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select

from casebook.casework.core import conflict as core_conflict
from casebook.casework.core import notices
from casebook.casework.core.acting import Act, named, refuse, refuse_all, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.domain import chain
from casebook.domain.actors import Reason
from casebook.domain.case.panel import OURS, SITS, Attendance, Sitter, Ties, why_not_out_of_cycle, why_not_sit
from casebook.domain.case.panel_cycle import too_late
from casebook.domain.case.panel_day import why_not_wait
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.case import decisions, panel_meetings
from casebook.storage.documents import policy_of
from casebook.storage.people import researchers_of
from casebook.storage.tables import Application, Panel, PanelMeeting, Person, Staff, StaffRole

OUT_OF_CYCLE = "out_of_cycle"  # a cause of a ratification
SHORT = "quorum_out_of_reach"


class Seat(BaseModel):
    """A member who is asked, in addition to the chair."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    staff: str = Field(min_length=1, description="Staff id.")
    agency: str = Field(default=OURS, min_length=1, description="The agency they represent.")


class Convened(Answer):
    """Who sits on the panel of this round, and when."""

    meeting: str | None = Field(
        default=None,
        description="The meeting that hears it: its time counts, and those of it who may sit, if no members are given.",
    )
    members: list[Seat] = Field(
        default_factory=list, description="Members in addition to the chair. Each answers separately."
    )
    agencies_asked: list[str] = Field(default_factory=list, description="Agencies asked for information.")
    agencies_silent: list[str] = Field(default_factory=list, description="Agencies that were asked and did not reply.")
    meets_at: AwareDatetime | None = Field(default=None, description="Members can answer until then. Empty: now.")
    quorum: int | None = Field(
        default=None, ge=1, description="Only to raise the quorum of the policy. It cannot be lowered."
    )
    out_of_cycle: bool = Field(
        default=False, description="It cannot wait for the next meeting. The full panel ratifies it afterwards."
    )
    not_the_person_named: dict[str, str] = Field(
        default_factory=dict,
        description="Staff id -> why this member is not the person of the same surname in the application.",
    )


def need(act: Act, application: Application) -> Need:
    """The item to convene a panel, with who can be a member, and who cannot and why."""
    ties = ties_of(act, application)
    reasons = {sitter.id: why_not_sit(sitter, ties) for sitter in sitters(act, Role.PANEL_MEMBER)}
    return Need(
        kind=WorkKind.CONVENE_PANEL,
        key=f"{application.version}",
        subject={
            "version": application.version,
            "eligible": sorted(staff for staff, reason in reasons.items() if reason is None),
            "conflicted": {staff: reason.code for staff, reason in sorted(reasons.items()) if reason},
        },
    )


def convened(doing: Doing) -> None:
    act, application = doing.act, doing.application
    answer = _heard_at(act, application, doing.answer)
    refuse(conflict(act, application, act.actor.id, said_unrelated=answer.not_the_person_named))
    quorum = max(policy_of(application).panel.quorum.value, answer.quorum or 0)
    refuse_all(
        [
            *(
                conflict(act, application, seat.staff, said_unrelated=answer.not_the_person_named)
                for seat in answer.members
            ),
            *_why_not_this_panel(answer, act.actor.id, quorum),
            _why_not_out_of_cycle(act, application) if answer.out_of_cycle else None,
        ],
        InvalidAnswer,
    )
    application.out_of_cycle = application.out_of_cycle or answer.out_of_cycle
    act.session.add(
        Panel(
            id=chain.identity("panel", application.reference, application.version),
            reference=application.reference,
            version=application.version,
            chair=act.actor.id,
            members=[seat.model_dump() for seat in answer.members],
            agencies_asked=sorted(set(answer.agencies_asked)),
            agencies_silent=sorted(set(answer.agencies_silent)),
            meets_at=answer.meets_at or act.now,
            out_of_cycle=answer.out_of_cycle,
            quorum=quorum,
            convened_by=act.actor.id,
            convened_at=act.now,
            meeting_id=answer.meeting,
        )
    )
    if answer.out_of_cycle:  # the others ratify it afterwards: whoever must appoint one more has time until then
        others = eligible(act, application) - {act.actor.id}
        key = f"{application.reference}:{application.version}"
        tell_if_short(act, application, cause=OUT_OF_CYCLE, answering=others, quorum=quorum, key=key)


def _heard_at(act: Act, application: Application, answer: Convened) -> Convened:
    """The answer with the time of the meeting that it names, and with those of it who may sit on this case."""
    if answer.meeting is None:
        return answer
    meeting = act.session.get(PanelMeeting, answer.meeting)
    if meeting is None:
        refuse_because("unknown_meeting", "there is no such meeting: call it first", InvalidAnswer)
    if answer.meets_at is not None:
        refuse_because("meeting_has_its_time", "a meeting has its own time: give none", InvalidAnswer)
    due_at = panel_meetings.process_due(act.session, application.reference)
    refuse(why_not_wait(due_at, meets_at=meeting.meets_at, now=act.now), InvalidAnswer)
    asked = [
        Seat(**seat)
        for seat in [{"staff": meeting.chair, "agency": OURS}, *meeting.members]
        if seat["staff"] != act.actor.id and why_not_seated(act, application, seat["staff"]) is None
    ]
    return answer.model_copy(update={"members": answer.members or asked, "meets_at": meeting.meets_at})


def why_not_seated(act: Act, application: Application, staff_id: str) -> Reason | None:
    """Why somebody of a meeting has no seat on one of its cases: as for any panel, or because they declared a conflict."""
    if core_conflict.conflicted(act, application.reference, staff_id):
        return Reason("conflict_declared", f"{staff_id} has a conflict of interest with this application")
    return conflict(act, application, staff_id)


def _why_not_out_of_cycle(act: Act, application: Application) -> Reason | None:
    """A reason if it can wait for the next meeting of the policy's cycle: it is not urgent, and would not lapse before it."""
    due_at = panel_meetings.process_due(act.session, application.reference)
    policy = policy_of(application)
    lapses = due_at is not None and too_late(
        policy.panel, ready_at=act.now, due_at=due_at, zone=ZoneInfo(policy.calendar.timezone)
    )
    return why_not_out_of_cycle(application.priority, application.band, lapses=bool(lapses))


def _why_not_this_panel(answer: Convened, chair: str, quorum: int) -> Iterator[Reason]:
    members = [seat.staff for seat in answer.members]
    if chair in members or len(set(members)) != len(members):
        yield Reason("member_twice", "name each member once, and do not name the chair as a member")
    if len(members) + 1 < quorum:
        yield Reason("no_quorum", f"the quorum is {quorum} people including the chair. Ask more members")
    if not set(answer.agencies_silent) <= set(answer.agencies_asked):
        yield Reason("silent_unasked", "no reply cannot be recorded: this agency was not asked")


def conflict(
    act: Act, application: Application, staff_id: str, *, said_unrelated: Collection[str] = ()
) -> Reason | None:
    """Why a member of staff cannot sit on this application's panel, or None."""
    sitter = next((staff for staff in sitters(act, *SITS) if staff.id == staff_id), None)
    if sitter is None and (member := act.session.get(Staff, staff_id)) is not None:
        sitter = Sitter(id=staff_id, roles=frozenset(), suspended=member.suspended_at is not None)
    return why_not_sit(sitter, ties_of(act, application), said_unrelated=said_unrelated)


def eligible(act: Act, application: Application) -> frozenset[str]:
    """Every chair and member who may sit on this application: the full panel."""
    ties = ties_of(act, application)
    return frozenset(sitter.id for sitter in sitters(act, *SITS) if why_not_sit(sitter, ties) is None)


def tell_if_short(
    act: Act, application: Application, *, cause: str, answering: Collection[str], quorum: int, key: str
) -> int:
    """Record, and tell the head of unit, that those who may answer are fewer than the quorum. Returns how many are missing.

    `answering`: who may sit and did not do it. Another chair or member must be appointed: they take a free seat.
    """
    missing = max(quorum - len(answering), 0)
    if missing:
        notices.notify(act, application, role=Role.HEAD_OF_UNIT, reason=SHORT, key=key)
        act.record(
            application, "exception_recorded", what=SHORT, cause=cause, missing=missing, quorum=quorum,
            members=sorted(answering),
        )  # fmt: skip
    return missing


def ties_of(act: Act, application: Application) -> Ties:
    """Facts about an application that can make a member's interest conflict."""
    return Ties(
        researchers=researchers_of(act.session, application.reference),
        restricted=application.restricted,
        named=named(act.session, application),
        surnames=_surnames(act, application),
    )


def attendance(act: Act, application: Application, panel: Panel) -> Attendance:
    """Which members were asked, in addition to the chair, and which have answered."""
    answered = frozenset(row.member for row in decisions.answers(act.session, application))
    return Attendance(
        asked=frozenset(seat["staff"] for seat in panel.members),
        answered=answered,
        agencies=frozenset(seat["agency"] for seat in panel.members if seat["staff"] in answered) - {OURS},
        meets_at=panel.meets_at,
    )


def sitters(act: Act, *roles: Role) -> list[Sitter]:
    """Staff who have one of these roles now; without any, one of those that sit on panels."""
    query = (
        select(Staff.id, Staff.suspended_at, StaffRole.role)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(StaffRole.role.in_(roles or SITS), StaffRole.ended_at.is_(None))
        .order_by(Staff.id)
    )
    roles_of: dict[str, set[Role]] = {}
    suspended = set()
    for staff_id, suspended_at, role in act.session.execute(query):
        roles_of.setdefault(staff_id, set()).add(Role(role))
        if suspended_at is not None:
            suspended.add(staff_id)
    return [Sitter(id=staff, roles=frozenset(held), suspended=staff in suspended) for staff, held in roles_of.items()]


def _surnames(act: Act, application: Application) -> frozenset[str]:
    people = act.session.scalars(select(Person).where(Person.reference == application.reference))
    names = [name for person in people for name in (person.surname, *person.former_names, *person.aliases) if name]
    return frozenset(name.split()[-1].lower() for name in names if name.split())
