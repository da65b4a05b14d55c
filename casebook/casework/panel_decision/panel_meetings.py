"""Meetings of the panel: called with those who sit, put in order as an agenda, and who came.

Each case on the agenda has a panel of its own, convened as any other: conflicts of interest are of a case, not of a day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from casebook.casework.core import conflict
from casebook.casework.core.acting import Act, Summaries, Summary, refuse, refuse_because, why_not_see
from casebook.casework.core.blind_review import why_not_look
from casebook.casework.panel_decision import panel
from casebook.casework.panel_decision.panel import Seat
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import panel_day as rules
from casebook.domain.case.panel_day import Presence
from casebook.errors import InvalidAnswer, NotFound
from casebook.storage.case import decisions
from casebook.storage.case import panel_meetings as stored
from casebook.storage.tables import Application, Panel, PanelMeeting


def call_meeting(act: Act, *, meets_at: datetime, chair: str, members: Sequence[Seat]) -> Summary:
    """Call a meeting: when, who chairs, and who is asked for which agency."""
    act.allowed(Command.CALL_PANEL_MEETING)
    known = {sitter.id: sitter for sitter in panel.sitters(act)}
    asked = [known.get(seat.staff) for seat in members]
    refuse(rules.why_not_call(known.get(chair), asked, meets_at=meets_at, now=act.now), InvalidAnswer)
    start = f"PM-{meets_at.astimezone(_zone(act)):%Y-%m-%d}-"
    row = PanelMeeting(
        id=f"{start}{stored.meetings_on(act.session, start) + 1}", meets_at=meets_at, chair=chair,
        members=[seat.model_dump() for seat in members], presence={}, called_by=act.actor.id, called_at=act.now,
    )  # fmt: skip
    act.session.add(row)
    act.record(None, "panel_meeting_called", meeting=row.id, meets_at=meets_at.isoformat(), members=len(members))
    return {"meeting": row.id, "meets_at": meets_at.isoformat(), "chair": chair, "members": row.members}


def note_presence(act: Act, meeting: str, *, present: Collection[str] = (), apologies: Collection[str] = ()) -> Summary:
    """Note who came and who sent apologies. A later note of the same person counts."""
    act.allowed(Command.CALL_PANEL_MEETING)
    row = meeting_of(act, meeting, lock=True)
    people = [*present, *apologies]
    belong = [row.chair, *(seat["staff"] for seat in row.members)]
    refuse(
        rules.why_not_note(people, belong=belong, present=bool(present), meets_at=row.meets_at, now=act.now),
        InvalidAnswer,
    )
    noted = dict.fromkeys(present, Presence.PRESENT.value) | dict.fromkeys(apologies, Presence.APOLOGIES.value)
    row.presence = {**row.presence, **noted}
    act.record(None, "panel_presence_noted", meeting=meeting, present=len(present), apologies=len(apologies))
    return {"meeting": meeting, "presence": row.presence}


def item_to_convene(act: Act, reference: str) -> str:
    """The item by which the panel of an application is convened. Refused if there is none now."""
    application = act.application(reference)
    items = [item for row, item in stored.waiting_for_panel(act.session) if row.reference == application.reference]
    if not items:
        refuse_because("nothing_to_convene", f"{reference} does not wait for a panel now")
    return items[0]


def agenda(act: Act, meeting: str) -> Summary:
    """The cases of a meeting in their order, how far each is, and who may not sit on it; and what still waits for a panel.

    A case that the actor may not open is left out: that it is there tells them something.
    """
    act.allowed(Command.LIST_APPLICATIONS)
    row = meeting_of(act, meeting)
    heard = stored.agenda_of(act.session, meeting)
    cases = [_line(act, row, called, of) for called, of in heard if why_withheld(act, of) is None]
    return {
        "meeting": row.id, "meets_at": row.meets_at.isoformat(), "chair": row.chair, "members": row.members,
        "presence": row.presence, "cases": cases, "waiting": _waiting(act, row),
    }  # fmt: skip


def meeting_of(act: Act, meeting: str, *, lock: bool = False) -> PanelMeeting:
    row = act.session.get(PanelMeeting, meeting, with_for_update=lock)
    if row is None:
        raise NotFound("there is no such meeting of the panel")
    return row


def why_withheld(act: Act, application: Application) -> Reason | None:
    """Why a case of a meeting is not shown to the actor."""
    return (
        why_not_see(act.session, application, act.actor)
        or why_not_look(act, application.reference)
        or conflict.why_not_open(act, application.reference)
    )


def cannot_sit(act: Act, row: PanelMeeting, application: Application) -> list[dict[str, str]]:
    """Who of a meeting may not sit on one of its cases, and the code of the reason."""
    people = [row.chair, *(seat["staff"] for seat in row.members)]
    reasons = {staff: panel.why_not_seated(act, application, staff) for staff in people}
    return [{"staff": staff, "reason": reason.code} for staff, reason in reasons.items() if reason is not None]


def _line(act: Act, row: PanelMeeting, called: Panel, application: Application) -> Summary:
    this_round = called.version == application.version
    answered = decisions.answers(act.session, application) if this_round else []
    standing = decisions.decision(act.session, application) if this_round else None
    due_at = stored.process_due(act.session, application.reference)
    return {
        "reference": application.reference, "round": called.version, "priority": application.priority,
        "band": application.band, "due_at": due_at.isoformat() if due_at else None, "chair": called.chair,
        "members": called.members, "conflicts": cannot_sit(act, row, application),
        "answered": [answer.member for answer in answered],
        "agencies_heard": sorted({said.agency for said in stored.statements_of(act.session, application.reference)}),
        "state": _state(act, this_round=this_round, decided=standing.id if standing else None),
    }  # fmt: skip


def _state(act: Act, *, this_round: bool, decided: str | None) -> str:
    if not this_round:
        return "another_round"
    if decided is None:
        return "to_be_decided"
    return "to_be_approved" if decisions.approval(act.session, decided) is None else "decided"


def _waiting(act: Act, row: PanelMeeting) -> Summaries:
    """What waits for a panel to be convened, and whether it would lapse before this meeting."""
    lines: Summaries = []
    for application, item in stored.waiting_for_panel(act.session):
        if why_withheld(act, application) is None:
            due_at = stored.process_due(act.session, application.reference)
            lapses = rules.why_not_wait(due_at, meets_at=row.meets_at, now=act.now) is not None
            lines.append(
                {"reference": application.reference, "item": item, "due_at": due_at.isoformat() if due_at else None,
                 "out_of_cycle": lapses}
            )  # fmt: skip
    return lines


def _zone(act: Act) -> ZoneInfo:
    return ZoneInfo(act.documents.policy_on(act.now).calendar.timezone)
