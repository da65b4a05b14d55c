"""Calls that come in: somebody rang, wrote or came unasked. What they said may call for something at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from casebook.casework.chronology.notes import why_not_added
from casebook.casework.core import given, lifecycle
from casebook.casework.core.acting import Act, Summary, refuse, refuse_all, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.numbered import next_id
from casebook.casework.core.work_items import ask_anew, open_items
from casebook.casework.safeguarding import danger
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import chronology as rules
from casebook.domain.case import plan_change
from casebook.domain.case.chronology import Caller, CallOpens
from casebook.domain.vocabulary import Channel, Identified, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.case import deliveries
from casebook.storage.tables import Application, IncomingCall


def take(
    act: Act,
    reference: str,
    *,
    caller: str,
    identified_by: str,
    said: str,
    opens: str | None = None,
    said_word: str | None = None,
    channel: str | None = None,
    at: str | None = None,
) -> Summary:
    """Record a call, and open what it calls for: `opens` is a list of codes with `;` between.

    Danger opens immediate safeguarding in the same transaction, and so does a call by the subject. Whoever took the call tells
    the caller nothing by it.
    """
    act.allowed(Command.TAKE_CALL)
    application = act.application(reference)
    wanted = [code.strip() for code in (opens or "").split(";") if code.strip()]
    refuse_all([
        *_why_not_codes(caller, identified_by, channel, wanted),
        given.why_not_words(said, "what was said"),
        given.why_not_moment(at, act.now),
        why_not_added(application),
    ], InvalidAnswer)  # fmt: skip
    who, how = Caller(caller), Identified(identified_by)
    agreed = deliveries.code_word(act.session, reference, who)
    refuse(plan_change.why_not_by_word(how, said_word, agreed), InvalidAnswer)
    row = IncomingCall(
        id=next_id(act, IncomingCall, reference), reference=reference, caller=who,
        identified_by=how, channel=channel or Channel.PHONE, said=said.strip(), opens=sorted(set(wanted)),
        came_at=given.moment(at, act.now), taken_at=act.now, taken_by=act.actor.id,
    )  # fmt: skip
    act.session.add(row)
    act.record(application, "call_taken", call=row.id, caller=who, identified_by=how, opens=row.opens)
    opened = _open(act, application, row)
    return {"reference": reference, "call": row.id, "opened": opened, "identified": not rules.is_doubtful(who, how)}


def _why_not_codes(caller: str, identified_by: str, channel: str | None, opens: list[str]) -> Iterator[Reason | None]:
    yield given.why_not_one_of(Caller, caller, "caller")
    yield given.why_not_one_of(Identified, identified_by, "identified-by")
    if channel is not None:
        yield given.why_not_one_of(Channel, channel, "channel")
    for code in opens:
        yield given.why_not_one_of(CallOpens, code, "opens")


def _open(act: Act, application: Application, row: IncomingCall) -> list[str]:
    """Open what a call calls for. Returns the kinds of work."""
    wanted = frozenset(map(CallOpens, row.opens))
    causes = rules.dangers(Caller(row.caller), wanted)
    for cause in causes:
        danger.open_safeguarding(act, application, cause=cause, key=row.id)
    needs = [
        Need(
            kind=WorkKind.ACT_ON_CALL, key=f"{row.id}:{code}",
            subject={"call": row.id, "about": code, "caller": row.caller, "identified_by": row.identified_by},
        )
        for code in sorted(wanted - {CallOpens.DANGER})
    ]  # fmt: skip
    open_items(act, application, needs, because="call_taken")
    if causes:
        act.wake(application, "call_taken")
    return [*([WorkKind.IMMEDIATE_SAFEGUARDING] if causes else []), *([WorkKind.ACT_ON_CALL] if needs else [])]


class CallActedOn(Answer):
    """What was done about a call. The change itself is made by its own command: this says that somebody did it, or why not."""

    done: Literal["recorded", "early_end_proposed", "rang_back", "no_change_needed", "caller_not_identified"] = Field(
        description="recorded: the details or circumstances were changed. rang_back: within their plan; the contact is logged."
    )
    reason: str = Field(min_length=1, description="What was found and done, or why nothing is needed.")


def _acted(doing: Doing) -> None:
    if doing.answer.done == "rang_back" and not _rang_since(doing):
        refuse_because(
            "no_contact_logged", "log the contact first: casebook applications contact. It is checked by their plan",
            InvalidAnswer,
        )  # fmt: skip
    lifecycle.carry_on(doing.act, doing.application, because="call_acted_on")


def _rang_since(doing: Doing) -> bool:
    attempts = deliveries.attempts(doing.act.session, doing.application.reference)
    return any(attempt.occurred_at >= doing.item.opened_at for attempt in attempts)


ANSWERS: Answers = {WorkKind.ACT_ON_CALL: Answering(schema=CallActedOn, handler=_acted, take_back=ask_anew)}
