"""After a transfer: the other force confirms receipt by its reference number, and the applicant is told who deals with it.

An applicant other than A hears the standard words at the standard time: the force would disclose where somebody lives,
and the time of the transfer would disclose that nothing had been delivered by then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from casebook.casework.core.acting import Act, number_of_theirs, refuse, refuse_because
from casebook.casework.core.answers import Answering, Answers, Doing
from casebook.casework.core.work_items import open_items
from casebook.casework.disclosure import delivery
from casebook.casework.safeguarding import danger, outreach
from casebook.casework.safeguarding.outreach import Speaks
from casebook.domain import authority, chain
from casebook.domain.case import follow_up, safe_contact
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.case.wording import text_for
from casebook.domain.stages import ANOTHER_FORCE
from casebook.domain.vocabulary import Channel, Outcome, Party, Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.case import deliveries
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Referral

IN_WRITING = frozenset({Channel.TEXT, Channel.EMAIL})


class TransferTold(Speaks):
    """The result of telling the applicant that another force deals with it; occurred_at must be inside the safe window."""

    result: Literal["told", "not_reached", "exhausted"] = Field(
        description="exhausted: enough attempts were made. Only a supervisor who made none of them can answer this."
    )
    their_reference: str | None = Field(
        default=None, description="The other force's reference number, unless it is recorded already."
    )
    wording: str | None = Field(default=None, description="For told: version of the approved words, as in the subject.")
    identity_checked: bool = Field(
        default=False, description="For told: the identity of the person was checked first; not for c."
    )
    support_offered: bool = Field(default=False, description="For told: support was offered. It must always be.")
    agency_route: str | None = Field(
        default=None, description="For exhausted: which partner agency was asked to reach them, and the result."
    )
    immediate_danger: bool = Field(default=False, description="Somebody is in danger now: this opens safeguarding.")


def record(act: Act, application: Application, *, force: str, accepted_by: str, their_reference: str | None) -> None:
    """Store the force that a closed application went to, and open the work of telling the applicant."""
    row = Referral(
        id=_row_id(application), reference=application.reference, kind=f"{ANOTHER_FORCE}:{force}",
        agency_reference=their_reference, notes=accepted_by, occurred_at=act.now, recorded_at=act.now,
        recorded_by=act.actor.id, answer=None, answered_at=None, answered_by=None,
    )  # fmt: skip
    act.session.add(row)
    act.record(application, "transferred", force=force, accepted_by=accepted_by)
    party = outreach.applicant_of(application)
    subject = {
        "recipient": party,
        "text": text_for(Outcome.OUT_OF_SCOPE, party, ground=ANOTHER_FORCE),
        "wording": act.documents.wording_at(act.now),
        "force": force,
        "receipt": _receipt(row),
    }
    due_at = _window_ends(act, application, act.now)
    if party is Party.C:
        begins, due_at = delivery.others_window(application, act.now)
        subject["not_before"] = begins.isoformat()
    need = Need(kind=WorkKind.TELL_OF_TRANSFER, key="0", subject=subject, due_at=due_at)
    open_items(act, application, [need], because="transferred")


def _window_ends(act: Act, application: Application, after: datetime) -> datetime | None:
    """The end of the next time at which A may safely be contacted. None without a plan: then the policy's days count."""
    plan = deliveries.plan(act.session, application.reference, Party.A)
    return safe_contact.window_ends(plan, after, ZoneInfo(policy_of(application).calendar.timezone))


def _row_id(application: Application) -> str:
    return chain.identity("referral", application.reference, "transfer")


def _receipt(row: Referral) -> str:
    return "awaited" if row.agency_reference is None else "confirmed"


def _answered(doing: Doing) -> None:
    row = doing.act.session.get_one(Referral, _row_id(doing.application))
    _keep_receipt(doing, row)
    match doing.answer.result:
        case "told":
            _refuse_unfit(doing, row)
            _log(doing, row)
        case "not_reached":
            _log(doing, row)
            _try_again(doing, row)
        case _:
            _give_up(doing, row)
    if doing.answer.immediate_danger:
        danger.open_safeguarding(doing.act, doing.application, cause="danger_heard_after_transfer", key=doing.item.id)


def _keep_receipt(doing: Doing, row: Referral) -> None:
    """Store the other force's reference number. It confirms that the force received the application."""
    their_reference = doing.answer.their_reference
    if their_reference is None:
        return
    if row.agency_reference not in {None, number_of_theirs(their_reference)}:
        refuse_because(
            "reference_differs",
            "another reference number of that force is recorded already: check which is right",
            InvalidAnswer,
        )
    if row.agency_reference is None:
        row.agency_reference = their_reference
        doing.act.record(doing.application, "receipt_confirmed", kind=row.kind)


def _refuse_unfit(doing: Doing, row: Referral) -> None:
    answer, subject = doing.answer, doing.item.subject
    _refuse_unconfirmed(row)
    if answer.wording != subject["wording"]:
        refuse_because("wording_not_approved", f"the approved wording is {subject['wording']}", InvalidAnswer)
    if not answer.support_offered:
        refuse_because("support_not_offered", "support must be offered at every contact", InvalidAnswer)
    if subject["recipient"] == Party.C:
        return
    if not answer.identity_checked:
        refuse_because(
            "identity_unchecked", "check the identity of the person before you tell them anything", InvalidAnswer
        )
    if answer.channel in IN_WRITING:
        refuse_because("in_writing", "tell them by word of mouth: use that channel to agree a meeting", InvalidAnswer)


def _refuse_unconfirmed(row: Referral) -> None:
    if row.agency_reference is None:
        refuse_because(
            "receipt_unconfirmed",
            "the other force has not confirmed receipt: ask it for its reference number first",
        )


def _log(doing: Doing, row: Referral) -> None:
    """Log every attempt, unless the applicant came to us."""
    answer, subject = doing.answer, doing.item.subject
    if (not_before := subject.get("not_before")) is not None:
        refuse(follow_up.why_not_now(doing.occurred_at, not_before=datetime.fromisoformat(not_before)))
    told = answer.result == "told"
    if answer.they_came:
        if not told:
            refuse_because("they_came", "they came to us, so the result cannot be not_reached", InvalidAnswer)
        return
    outreach.keep(
        doing, party=subject["recipient"], purpose=Purpose.TRANSFER, channel=outreach.channel_of(answer), about=row.id,
        reached=told, because=answer.not_in_person_because, leaves_message=answer.left_message,
    )  # fmt: skip


def _try_again(doing: Doing, row: Referral) -> None:
    """Open the next attempt. No reply does not end the work."""
    item, apart = doing.item, timedelta(hours=policy_of(doing.application).contact.attempts_apart_hours.value)
    due_at = follow_up.retry_at(doing.occurred_at, item.due_at or doing.act.now, apart=apart)
    if item.subject["recipient"] != Party.C:
        due_at = _window_ends(doing.act, doing.application, doing.occurred_at + apart) or due_at
    attempts = int(item.key) + 1
    subject = {**item.subject, "receipt": _receipt(row), "attempts": attempts}
    need = Need(kind=WorkKind.TELL_OF_TRANSFER, key=str(attempts), subject=subject, due_at=due_at)
    open_items(doing.act, doing.application, [need], because="not_reached")


def _give_up(doing: Doing, row: Referral) -> None:
    """A supervisor ends the attempts, which others made. It is recorded as an exception."""
    act, application = doing.act, doing.application
    _refuse_unconfirmed(row)
    limits = policy_of(application).contact
    attempts = deliveries.attempts(act.session, application.reference, about=row.id)
    unanswered = [attempt for attempt in attempts if not attempt.reached]
    reason = follow_up.why_not_exhausted(
        [attempt.occurred_at for attempt in unanswered],
        minimum=limits.minimum_attempts.value,
        apart=timedelta(hours=limits.attempts_apart_hours.value),
        route_tried=bool(doing.answer.agency_route),
    )
    refuse(reason)
    refuse(authority.why_not_second(act.actor, [attempt.made_by for attempt in unanswered]))
    if Role.SUPERVISOR not in act.actor.roles:
        refuse_because("supervisor_needed", "only a supervisor can end the attempts")
    act.record(application, "exception_recorded", what="not_told_of_transfer", attempts=len(unanswered))


ANSWERS: Answers = {WorkKind.TELL_OF_TRANSFER: Answering(schema=TransferTold, handler=_answered)}
