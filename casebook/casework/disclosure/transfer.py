"""What a transfer leaves to do: the other force says under which number it has it, and the applicant is told who deals with it.

Whoever applied about somebody else hears what everybody in their place hears, and at such a moment: where an application
went says where somebody lives, and when it went says what had not been told by then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from casebook.casework.core.acting import Act, number_of_theirs, policy_of, refuse, refuse_because
from casebook.casework.core.answers import Answering, Answers, Doing
from casebook.casework.core.work_items import open_items
from casebook.casework.disclosure import delivery
from casebook.casework.safeguarding import danger, outreach
from casebook.casework.safeguarding.outreach import Speaks
from casebook.domain import authority, chain
from casebook.domain.case import follow_up
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.case.wording import text_for
from casebook.domain.stages import ANOTHER_FORCE
from casebook.domain.vocabulary import Channel, Outcome, Party, Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.policies import wording
from casebook.storage.case import deliveries
from casebook.storage.tables import Application, Referral

IN_WRITING = frozenset({Channel.TEXT, Channel.EMAIL})


class TransferTold(Speaks):
    """What came of telling the applicant that another force deals with it; occurred_at is inside the safe window."""

    result: Literal["told", "not_reached", "exhausted"] = Field(
        description="exhausted: enough attempts were made; a supervisor who made none of them says so."
    )
    their_reference: str | None = Field(
        default=None, description="The number under which the other force has it, unless it is on record already."
    )
    wording: str | None = Field(default=None, description="For told: version of the words, as in the subject.")
    identity_checked: bool = Field(default=False, description="For told: who it is was checked first; not for c.")
    support_offered: bool = Field(default=False, description="For told: support was offered; always.")
    agency_route: str | None = Field(
        default=None, description="For exhausted: which partner agency was asked to reach them, and what came of it."
    )
    immediate_danger: bool = Field(default=False, description="Somebody is in danger now: safeguarding opens.")


def record(act: Act, application: Application, *, force: str, accepted_by: str, their_reference: str | None) -> None:
    """Keep where a closed application went, and have the applicant told."""
    row = Referral(
        id=_row_id(application), reference=application.reference, kind=f"{ANOTHER_FORCE}:{force}",
        agency_reference=their_reference, notes=accepted_by, occurred_at=act.now, recorded_at=act.now,
        recorded_by=act.actor.id,
    )  # fmt: skip
    act.session.add(row)
    act.record(application, "transferred", force=force, accepted_by=accepted_by)
    party = outreach.applicant_of(application)
    subject = {
        "recipient": party,
        "text": text_for(Outcome.OUT_OF_SCOPE, party, ground=ANOTHER_FORCE),
        "wording": wording.current(),
        "force": force,
        "receipt": _receipt(row),
    }
    due_at = None
    if party is Party.C:
        begins, due_at = delivery.others_window(application, act.now)
        subject["not_before"] = begins.isoformat()
    need = Need(kind=WorkKind.TELL_OF_TRANSFER, key="0", subject=subject, due_at=due_at)
    open_items(act, application, [need], because="transferred")


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
    """A force that has an application has a number for it; that it would take it was said before."""
    given = doing.answer.their_reference
    if given is None:
        return
    if row.agency_reference not in {None, number_of_theirs(given)}:
        refuse_because("reference_differs", "another number of theirs is on record", InvalidAnswer)
    if row.agency_reference is None:
        row.agency_reference = given
        doing.act.record(doing.application, "receipt_confirmed", kind=row.kind)


def _refuse_unfit(doing: Doing, row: Referral) -> None:
    answer, subject = doing.answer, doing.item.subject
    _refuse_unconfirmed(row)
    if answer.wording != subject["wording"]:
        refuse_because("wording_not_approved", f"the approved wording is {subject['wording']}", InvalidAnswer)
    if not answer.support_offered:
        refuse_because("support_not_offered", "support is offered at every contact", InvalidAnswer)
    if subject["recipient"] == Party.C:
        return
    if not answer.identity_checked:
        refuse_because("identity_unchecked", "check who it is before anything is said", InvalidAnswer)
    if answer.channel in IN_WRITING:
        refuse_because("in_writing", "it is told by word of mouth: agree over that channel to meet", InvalidAnswer)


def _refuse_unconfirmed(row: Referral) -> None:
    if row.agency_reference is None:
        refuse_because(
            "receipt_unconfirmed",
            "first ask the other force for its number: nobody is told that it has it before it has",
        )


def _log(doing: Doing, row: Referral) -> None:
    """Every attempt stands in the log, or they came to us."""
    answer, subject = doing.answer, doing.item.subject
    if (not_before := subject.get("not_before")) is not None:
        refuse(follow_up.why_not_now(doing.occurred_at, not_before=datetime.fromisoformat(not_before)))
    told = answer.result == "told"
    if answer.they_came:
        if not told:
            refuse_because("they_came", "if they came to us they were reached", InvalidAnswer)
        return
    if answer.channel is None:
        refuse_because("channel_missing", "say how they were contacted, or that they came to us", InvalidAnswer)
    outreach.keep(
        doing, party=subject["recipient"], purpose=Purpose.TRANSFER, channel=answer.channel, about=row.id, reached=told,
        because=answer.not_in_person_because, leaves_message=answer.left_message,
    )  # fmt: skip


def _try_again(doing: Doing, row: Referral) -> None:
    """No reply ends nothing."""
    item, apart = doing.item, timedelta(hours=policy_of(doing.application).contact.attempts_apart_hours.value)
    due_at = follow_up.retry_at(doing.occurred_at, item.due_at or doing.act.now, apart=apart)
    tried = int(item.key) + 1
    subject = {**item.subject, "receipt": _receipt(row), "attempts": tried}
    need = Need(kind=WorkKind.TELL_OF_TRANSFER, key=str(tried), subject=subject, due_at=due_at)
    open_items(doing.act, doing.application, [need], because="not_reached")


def _give_up(doing: Doing, row: Referral) -> None:
    """By a supervisor, after attempts that others made; it stands among the exceptions."""
    act, application = doing.act, doing.application
    _refuse_unconfirmed(row)
    limits = policy_of(application).contact
    made = [each for each in deliveries.attempts(act.session, application.reference, about=row.id) if not each.reached]
    reason = follow_up.why_not_exhausted(
        [each.occurred_at for each in made],
        minimum=limits.minimum_attempts.value,
        apart=timedelta(hours=limits.attempts_apart_hours.value),
        route_tried=bool(doing.answer.agency_route),
    )
    refuse(reason)
    refuse(authority.why_not_second(act.actor, [each.made_by for each in made]))
    if Role.SUPERVISOR not in act.actor.roles:
        refuse_because("supervisor_needed", "a supervisor says whether attempts may end")
    act.record(application, "exception_recorded", what="not_told_of_transfer", attempts=len(made))


ANSWERS: Answers = {WorkKind.TELL_OF_TRANSFER: Answering(schema=TransferTold, handler=_answered)}
