"""The minutes of a meeting as data: who came and, case by case, what agencies said, what members answered and what was decided.

They are made from the rows whenever they are printed, and can be kept with the papers of each case. A case that the reader may
not open is left out without a trace, and the ledger says of each other one that they read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casebook.casework.core.acting import Act, Summary, refuse_because
from casebook.casework.panel_decision.panel_meetings import cannot_sit, meeting_of, why_withheld
from casebook.domain.authority import Command
from casebook.domain.case.panel_day import Presence, answer_time
from casebook.storage.case import decisions
from casebook.storage.case import panel_meetings as stored
from casebook.storage.documents import policy_of
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import AgencyStatement, Application, Decision, MemberAnswer, Panel, PanelMeeting


def minutes(act: Act, meeting: str) -> Summary:
    """The minutes, marked with the reader and the time."""
    act.allowed(Command.SEE_PERSONAL_DETAIL)
    row = meeting_of(act, meeting)
    return {
        "reference": row.id,
        "printed_at": act.now.isoformat(timespec="seconds"),
        "printed_by": act.actor.id,
        "meeting": {**_meeting(row), "left_out": "cases that the reader may not open are not in these minutes"},
        "cases": [_case(act, row, *heard) for heard in _heard(act, meeting)],
    }


def cases_to_keep(act: Act, meeting: str) -> list[str]:
    """The applications that a meeting heard, of which the actor may keep the minutes with the papers of each."""
    act.allowed(Command.ATTACH)
    row = meeting_of(act, meeting)
    if act.now < row.meets_at:
        refuse_because("not_yet", "minutes can be kept when the meeting has begun")
    return list(dict.fromkeys(application.reference for _, application in _heard(act, meeting)))


def minutes_of_case(act: Act, meeting: str, reference: str) -> dict[str, Any]:
    """What the minutes say of one case, and nothing of the others. The same facts give the same minutes, whoever keeps them."""
    act.allowed(Command.SEE_PERSONAL_DETAIL)
    row = meeting_of(act, meeting)
    heard = [(called, application) for called, application in _heard(act, meeting) if called.reference == reference]
    return {
        "reference": reference,
        "meeting": {"meeting": row.id, **_meeting(row)},
        "cases": [_case(act, row, *each) for each in heard],
    }


def _heard(act: Act, meeting: str) -> Iterator[tuple[Panel, Application]]:
    """The panels of a meeting, each with its application, without those that the actor may not open."""
    for called, application in stored.agenda_of(act.session, meeting):
        if why_withheld(act, application) is None:
            yield called, application


def _meeting(row: PanelMeeting) -> Summary:
    belong = [row.chair, *(seat["staff"] for seat in row.members)]
    came = {presence: [who for who in belong if row.presence.get(who) == presence] for presence in Presence}
    return _given(
        {
            "meets_at": row.meets_at.isoformat(timespec="minutes"),
            "chair": row.chair,
            "members": [dict(seat) for seat in row.members],
            "present": came[Presence.PRESENT],
            "apologies": came[Presence.APOLOGIES],
            "nothing_noted": [who for who in belong if who not in row.presence],
        }
    )


def _case(act: Act, row: PanelMeeting, called: Panel, application: Application) -> Summary:
    act.record(application, VIEWED, part="minutes", version=called.version)
    heard = stored.statements_of(act.session, application.reference)
    return {
        "reference": application.reference,
        "round": called.version,
        "chair": called.chair,
        "members": [dict(seat) for seat in called.members],
        **_given(
            {
                "could_not_sit": cannot_sit(act, row, application),
                "agencies_silent": list(called.agencies_silent),
            }
        ),
        "agencies_said": [_said(statement) for statement in heard if statement.version == called.version],
        "answers": _answers(act, called, application),
        "decision": _decision(act, called),
    }


def _said(row: AgencyStatement) -> Summary:
    names = ("agency", "said_by", "said", "handling", "conditions")
    return _given({name: getattr(row, name) for name in names}) | {"said_at": row.said_at.isoformat(timespec="minutes")}


def _answers(act: Act, called: Panel, application: Application) -> list[Summary]:
    zone = ZoneInfo(policy_of(application).calendar.timezone)
    query = select(MemberAnswer).where(
        MemberAnswer.reference == called.reference, MemberAnswer.version == called.version
    )
    return [
        {
            "member": row.member,
            "answer_time": answer_time(row.answered_at, called.meets_at, zone),
            "outcome": row.outcome,
            "reasons": row.reasons,
        }
        for row in act.session.scalars(query.order_by(MemberAnswer.answered_at, MemberAnswer.member))
    ]


def _decision(act: Act, called: Panel) -> dict[str, Any]:
    """What was decided in this round; which records are told, and the words, are in the case and not in the minutes."""
    query = select(Decision).where(Decision.reference == called.reference, Decision.version == called.version)
    if (row := act.session.scalar(query)) is None:
        return {}
    approval = decisions.approval(act.session, row.id)
    names = ("chair", "outcome", "refusal_reason", "limbs", "representations", "rationale", "dissent")
    return {
        **_given({name: getattr(row, name) for name in names}),
        "records_told": len(row.items),
        "decided_at": row.occurred_at.isoformat(timespec="minutes"),
        "approved_by": approval.approver if approval is not None and approval.approved else "nobody yet",
    }


def _given(facts: Summary) -> Summary:
    """What there is to say. A line that says that nothing is known would be read as if somebody had been asked."""
    return {name: fact for name, fact in facts.items() if fact not in (None, [], {}, "")}
