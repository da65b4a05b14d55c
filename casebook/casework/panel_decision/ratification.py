"""Ratification: each member of the full panel says whether they ratify what could not wait for it.

That is an emergency disclosure, or a decision out of cycle. The outcome follows from the members' answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from casebook.casework.core import lifecycle, notices
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.rounds import next_round
from casebook.casework.core.work_items import open_items
from casebook.casework.panel_decision import panel
from casebook.domain import authority, chain
from casebook.domain.actors import Reason
from casebook.domain.case.ratification import seats_for
from casebook.domain.vocabulary import Priority, Role, Stage, WorkKind
from casebook.domain.work import CALLS, Need
from casebook.storage.case import decisions, ratifications
from casebook.storage.documents import policy_of
from casebook.storage.people import present, roles_of
from casebook.storage.tables import Application, Decision, EmergencyDisclosure, Ratification, WorkItem

EMERGENCY = "emergency_disclosure"  # causes
OUT_OF_CYCLE = panel.OUT_OF_CYCLE
SETTLED = "panel_has_ruled"


class Ratified(Answer):
    """Whether a member of the panel ratifies what could not wait for it."""

    ratified: bool = Field(description="Whether you ratify it.")
    reasons: str = Field(min_length=1, description="The reasons by the three-limb test, on what was known at the time.")


def ask_panel(
    act: Act,
    application: Application,
    *,
    subject: Mapping[str, object],
    did_it: frozenset[str],
    due_at: datetime | None = None,
    priority: Priority | None = None,
) -> list[WorkItem]:
    """Open an item for each member of the full panel, and free seats up to the quorum. Nothing waits for them.

    `subject` says what is ratified. `did_it`: who did it or approved it, and so is not asked.
    """
    quorum = policy_of(application).panel.quorum.value
    eligible = panel.eligible(act, application) - did_it
    seats = seats_for(eligible, quorum=quorum)
    caller = _who_is_called(act, eligible)
    cause = str(subject["cause"])
    key = ratifications.about(subject)
    missing = panel.tell_if_short(act, application, cause=cause, answering=eligible, quorum=quorum, key=key)
    short = {"members_missing": missing, "because": panel.SHORT} if missing else {}
    needs = [
        Need(
            kind=WorkKind.RATIFY_EMERGENCY, key=f"{key}:{staff or number}", role=_role_of_seat(act, staff), owner=staff,
            subject={**subject, "seats": len(seats), "quorum": quorum, **short, **({CALLS: True} if staff == caller else {})},
            due_at=due_at, priority=priority,
        )
        for number, staff in enumerate(seats)
    ]  # fmt: skip
    opened = open_items(act, application, needs, because=cause)
    for role in sorted({Role.PANEL_CHAIR, *(Role(item.role) for item in opened)}):
        notices.notify(act, application, role=role, reason=f"ratify:{cause}", key=key)
    return opened


def _role_of_seat(act: Act, staff: str | None) -> Role:
    """In whose queue a seat is: a chair's if a chair has it."""
    chairs = staff is not None and Role.PANEL_CHAIR in roles_of(act.session, staff)
    return Role.PANEL_CHAIR if chairs else Role.PANEL_MEMBER


def _who_is_called(act: Act, eligible: frozenset[str]) -> str | None:
    """Whose silence is escalated before the item is due: a chair on duty if there is one, and only one member."""
    on_duty = present(act.session)
    ranked = sorted(
        eligible, key=lambda staff: (Role.PANEL_CHAIR not in on_duty.get(staff, ()), staff not in on_duty, staff)
    )
    return ranked[0] if ranked else None


def _ratified(doing: Doing) -> None:
    """Keep a member's answer, and act on the outcome once no answer to come can change it."""
    if "seats" not in doing.item.subject:
        outcome: bool | None = _by_one_chair(doing)
    else:
        _keep_answer(doing)
        outcome = ratifications.vote(doing.act.session, doing.item.subject).is_ratified
    if outcome is None:
        return
    act, application, subject = doing.act, doing.application, doing.item.subject
    _cancel_rest(doing)
    if subject["cause"] == EMERGENCY:
        row = act.session.get_one(EmergencyDisclosure, subject["emergency"])
        row.ratified, row.ratified_by, row.ratified_at = outcome, act.actor.id, act.now
    if outcome:
        return
    if subject["cause"] != EMERGENCY:
        _decide_anew(doing)
    notices.notify(act, application, role=Role.HEAD_OF_UNIT, reason="not_ratified", key=ratifications.about(subject))
    act.record(application, "exception_recorded", what="not_ratified", cause=subject["cause"])


def _by_one_chair(doing: Doing) -> bool:
    """The answer to an item of an earlier release, which one chair gave for the whole panel."""
    act, subject = doing.act, doing.item.subject
    if Role.PANEL_CHAIR not in act.actor.roles:
        refuse_because("not_permitted", "only a panel chair can answer this: it was opened for one")
    if subject["cause"] == EMERGENCY:
        act.session.get_one(EmergencyDisclosure, subject["emergency"]).ratification = doing.answer.reasons
    ratified: bool = doing.answer.ratified
    return ratified


def _keep_answer(doing: Doing) -> None:
    act, application, item, subject = doing.act, doing.application, doing.item, doing.item.subject
    refuse(panel.conflict(act, application, act.actor.id, said_unrelated={item.key.rpartition(":")[2]}))
    if act.actor.id in ratifications.members(act.session, subject, but=item.id):
        refuse_because("member_twice", "you have a seat of your own: each member answers once")
    act.session.add(
        Ratification(
            id=chain.identity("ratification", item.id),
            reference=application.reference,
            emergency_id=subject.get("emergency"),
            decision_id=subject.get("decision"),
            member=act.actor.id,
            ratified=doing.answer.ratified,
            reasons=doing.answer.reasons,
            answered_at=act.now,
        )
    )
    act.session.flush()


def _why_not_them(act: Act, _application: Application, item: WorkItem) -> Reason | None:
    """A reason for whoever authorised, chaired or approved it: it needs others than those who did it."""
    return authority.why_not_second(act.actor, ratifications.did_it(act.session, item.subject))


def _cancel_rest(doing: Doing) -> None:
    rest = [
        item for item in ratifications.open_seats(doing.act.session, doing.item.subject) if item.id != doing.item.id
    ]
    for item in rest:
        item.cancelled_at, item.cancelled_why = doing.act.now, SETTLED
    if rest:
        kinds = [item.kind for item in rest]
        doing.act.record(doing.application, "work_cancelled", because=SETTLED, kinds=kinds)


def _decide_anew(doing: Doing) -> None:
    """If a decision is not ratified and nothing was delivered, the panel decides again."""
    act, application, decision_id = doing.act, doing.application, doing.item.subject["decision"]
    standing: Decision | None = decisions.decision(act.session, application)
    if standing is None or standing.id != decision_id:
        return
    if application.stage in {Stage.PANEL_DECISION, Stage.DISCLOSURE} and application.outcome is None:
        next_round(act, application, because="not_ratified")
        if application.stage == Stage.DISCLOSURE:
            lifecycle.move(act, application, Stage.PANEL_DECISION, because="decision_superseded")


ANSWERS: Answers = {
    WorkKind.RATIFY_EMERGENCY: Answering(schema=Ratified, handler=_ratified, why_not_them=_why_not_them)
}
