"""The follow-up stage: each contact agreed at delivery ends as reached, declined, or given up by two people.

A missing reply alone ends nothing. Closing an application opens its watch.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import func, select

from casebook.casework.core import clocks, referrals, two_people
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answering, Answers, Doing
from casebook.casework.core.referrals import ReferralMade
from casebook.casework.disclosure import attesting, disclosure
from casebook.casework.follow_up import closing
from casebook.casework.risk_scoring import risk_scoring
from casebook.casework.safeguarding import contact, danger, outreach
from casebook.casework.safeguarding.contact import Contact
from casebook.casework.safeguarding.outreach import Contacted
from casebook.domain import authority
from casebook.domain.case import follow_up as rules
from casebook.domain.case.follow_up import ContactResult
from casebook.domain.case.safe_contact import Purpose, Way
from casebook.domain.vocabulary import Channel, Limit, Party, Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.case import decisions, deliveries
from casebook.storage.documents import policy_of
from casebook.storage.tables import OPEN_WORK, Application, FollowUp, SourceExtract, Watch, WorkItem

EXHAUSTED = "exhausted"


class FollowedUp(Contacted):
    """The result of a follow-up contact; occurred_at must be inside the safe window."""

    result: Literal["reached", "not_reached", "declined", "exhausted", "try_again"] = Field(
        description="exhausted: enough attempts were made. A supervisor then answers exhausted too, or try_again."
    )
    they_called: bool = Field(
        default=False,
        description="They contacted us: the safe-contact plan is then not checked. It counts if the contact is due by now.",
    )
    support_offered: bool = Field(default=False, description="Needed if they were reached.")
    agency_route: str | None = Field(
        default=None, description="For exhausted: which partner agency was asked to reach them, and the result."
    )
    referrals: list[ReferralMade] = Field(default_factory=list)
    immediate_danger: bool = Field(default=False, description="Somebody is in danger now: this opens safeguarding.")
    notes: str | None = None


def prepare(act: Act, application: Application) -> None:
    """Set the band by the judgements that were made since."""
    risk_scoring.order_again(act, application)


def needs(act: Act, application: Application) -> list[Need]:
    """One item for each agreed contact without a result: to make it, try again, or have a supervisor end the attempts.

    And the delivery to another applicant who has not been told, the second officers who have not attested a delivery, and
    what closing asks for.
    """
    rounds = _rounds(act, application.reference)
    contacts = [
        _need(act, application, row, rounds.get(row.limit_name, 0))
        for row in deliveries.follow_ups(act.session, application.reference)
        if row.result is None
    ]
    untold = [*disclosure.needs_later(act, application), *attesting.needs(act, application, later=True)]
    return untold + contacts + closing.needs(act, application, contacts_ended=not contacts and not untold)


def _need(act: Act, application: Application, row: FollowUp, answered: int) -> Need:
    apart = timedelta(hours=policy_of(application).contact.attempts_apart_hours.value)
    attempts = deliveries.attempts(act.session, application.reference, about=row.id)
    subject: dict[str, object] = {"limit": row.limit_name, "party": _party(act, application), "attempts": len(attempts)}
    if row.closed_by is not None:
        role, subject = Role.SUPERVISOR, subject | {"approve": EXHAUSTED, "proposed_by": row.closed_by}
    else:
        role, subject = None, subject | {"not_before": deliveries.not_before(act.session, row).isoformat()}
    return Need(
        kind=WorkKind.CONTACT_FOLLOW_UP,
        key=f"{row.limit_name}:{answered}",
        role=role,
        subject=subject,
        due_at=rules.retry_at(attempts[-1].occurred_at if attempts else None, row.due_at, apart=apart),
    )


def _rounds(act: Act, reference: str) -> dict[str, int]:
    """How many items about each contact are done. The next item gets the next number."""
    query = select(WorkItem.subject).where(
        WorkItem.reference == reference, WorkItem.kind == WorkKind.CONTACT_FOLLOW_UP, WorkItem.done_at.is_not(None)
    )
    rounds: dict[str, int] = {}
    for subject in act.session.scalars(query):
        rounds[subject["limit"]] = rounds.get(subject["limit"], 0) + 1
    return rounds


def _party(act: Act, application: Application) -> str:
    """The person with whom the contacts were agreed."""
    told = {row.recipient for row in deliveries.told(act.session, application.reference)}
    return Party.A if Party.A in told else contact.PROTECTOR


def _followed_up(doing: Doing) -> None:
    row = doing.act.session.get_one(FollowUp, f"{doing.application.reference}:{doing.item.subject['limit']}")
    if row.result is not None:
        refuse_because("already_done", "this contact has a result already")
    referrals.refuse_unclear(doing.answer.referrals)
    match doing.item.subject.get("approve"), doing.answer.result:
        case None, "exhausted":
            _propose_to_stop(doing, row)
        case None, "try_again":
            refuse_because(
                "nothing_proposed",
                "try_again is for a supervisor: nobody has proposed to end the attempts",
                InvalidAnswer,
            )
        case None, _:
            _contacted(doing, row)
        case _, "exhausted" | "try_again":
            _judge_stopping(doing, row)
        case _:
            refuse_because("judge_only", "answer exhausted to agree that the attempts end, or try_again", InvalidAnswer)
    referrals.keep(doing, doing.answer.referrals)
    if doing.answer.immediate_danger:
        danger.open_safeguarding(doing.act, doing.application, cause="danger_heard_at_follow_up", key=doing.item.id)


def _contacted(doing: Doing, row: FollowUp) -> None:
    answer = doing.answer
    if answer.they_called and answer.result == "not_reached":
        refuse_because("they_called", "they contacted us, so the result cannot be not_reached", InvalidAnswer)
    if answer.result == "reached" and not answer.support_offered:
        refuse_because("support_not_offered", "support must be offered at every contact", InvalidAnswer)
    # they may decline a contact before its time; one that was made counts inside its time only
    early = answer.they_called and answer.result == "declined"
    not_before = (
        deliveries.delivered_at(doing.act.session, row) if early else deliveries.not_before(doing.act.session, row)
    )
    refuse(rules.why_not_now(doing.occurred_at, not_before=not_before))
    if not answer.they_called:
        _log(doing, row)
    if answer.result != "not_reached":
        _end(doing, row, ContactResult(answer.result))
        row.by_them, row.notes = answer.they_called, answer.notes


def _log(doing: Doing, row: FollowUp) -> None:
    act, answer, application = doing.act, doing.answer, doing.application
    channel = outreach.channel_of(answer)
    party = _party(act, application)
    way = Way(
        at=doing.occurred_at,
        channel=channel,
        agreed_meeting=channel == Channel.IN_PERSON and contact.has_agreed(act, application, party, doing.occurred_at),
        asks_plan_again=answer.asked_plan_again,
        leaves_message=answer.left_message,
    )
    attempt = Contact(
        party=party, purpose=Purpose.FOLLOW_UP, way=way, reached=answer.result != "not_reached", about=row.id,
        override=answer.override, not_in_person_because=answer.not_in_person_because,
    )  # fmt: skip
    contact.log(act, application, attempt)


def _propose_to_stop(doing: Doing, row: FollowUp) -> None:
    """The first of two people proposes to end the attempts. The second is a supervisor."""
    limits = policy_of(doing.application).contact
    attempts = deliveries.attempts(doing.act.session, row.reference, about=row.id)
    reason = rules.why_not_exhausted(
        [attempt.occurred_at for attempt in attempts],
        minimum=limits.minimum_attempts.value,
        apart=timedelta(hours=limits.attempts_apart_hours.value),
        route_tried=bool(doing.answer.agency_route),
    )
    refuse(reason)
    row.closed_by, row.notes = doing.act.actor.id, doing.answer.notes or doing.answer.agency_route


def _judge_stopping(doing: Doing, row: FollowUp) -> None:
    """A supervisor agrees that the attempts end, or asks for another try."""
    refuse(authority.why_not_second(doing.act.actor, [row.closed_by]))
    if Role.SUPERVISOR not in doing.act.actor.roles:
        refuse_because("supervisor_needed", "only a supervisor can end the attempts")
    if doing.answer.result == "try_again":
        row.closed_by = None
        return
    refuse(two_people.why_not_agree(doing.act, str(row.closed_by)))
    proposed_by = row.closed_by
    _end(doing, row, ContactResult.EXHAUSTED)
    row.closed_by, row.closure_approved_by = proposed_by, doing.act.actor.id


def _end(doing: Doing, row: FollowUp, result: ContactResult) -> None:
    row.result, row.closed_by, row.closed_at = result, doing.act.actor.id, doing.occurred_at
    clocks.meet(doing.act, doing.application, Limit(row.limit_name), doing.occurred_at)


def close(act: Act, application: Application) -> None:
    """Do what follows from closing: set time and outcome, and open the watch."""
    with act.session.no_autoflush:  # the database refuses a closed row without an outcome
        if application.outcome is None:
            approved = decisions.approved(act.session, application)
            if approved is None:
                refuse_because("no_outcome", "an application without an outcome cannot be closed")
            application.outcome = approved[0].outcome
        application.closed_at = application.closed_at or act.now
    _cancel_mending(act, application)
    _open_watch(act, application)


def _cancel_mending(act: Act, application: Application) -> None:
    """Cancel the items that a gate opened. Those of the stages are cancelled by the lifecycle."""
    query = select(WorkItem).where(
        WorkItem.reference == application.reference, WorkItem.kind == WorkKind.MEND_QUALITY, OPEN_WORK
    )
    for item in act.session.scalars(query):
        item.cancelled_at, item.cancelled_why = act.now, "closed"


def _open_watch(act: Act, application: Application) -> None:
    if (earlier := act.session.get(Watch, application.reference)) is not None and earlier.until > act.now:
        return
    policy = policy_of(application)
    since = application.closed_at or act.now
    act.session.merge(  # one that was reopened is watched anew
        Watch(
            reference=application.reference,
            since=since,
            until=rules.months_after(since, policy.watch.months.value, ZoneInfo(policy.calendar.timezone)),
            seen_extract=act.session.scalar(select(func.max(SourceExtract.id))),
            renewed_by=None,
            renewal_reason=None,
        )
    )


ANSWERS: Answers = {WorkKind.CONTACT_FOLLOW_UP: Answering(schema=FollowedUp, handler=_followed_up), **closing.ANSWERS}
