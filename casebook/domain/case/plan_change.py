"""Changes of a safe-contact plan: what a change keeps, what it makes wider, and when a wider plan is in force.

A plan protects the person, so whoever makes it wider is never alone. What makes it narrower is in force at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.case.intake import PlanForm
from casebook.domain.vocabulary import Identified


class AskedBy(StrEnum):
    """Who asked for a change."""

    THE_PERSON = "the_person"  # whose plan it is
    PROFESSIONAL = "professional"
    SOMEBODY_ELSE = "somebody_else"
    STAFF = "staff"


class PlanEffect(StrEnum):
    """When a change is in force."""

    AT_ONCE = "at_once"  # it widens nothing
    FIRST_PLAN = "first_plan"  # there was none: in force at once, and a second person looks
    SECOND_PERSON = "second_person"  # what it narrows, at once; what it widens, once a second person agrees
    CALL_BACK = "call_back"  # for one contact that the person asked for; a second person looks


@dataclass(frozen=True, kw_only=True)
class AskedChange:
    """A change of a plan. None: it does not mention this, so this stays. An empty text takes it away."""

    channel: str | None = None
    days: tuple[str, ...] | None = None
    windows: tuple[tuple[str, str], ...] | None = None
    voicemail: bool | None = None
    code_word: str | None = None
    interpreter: str | None = None
    stop: bool = False  # no more contact


def changed(plan: PlanForm, asked: AskedChange) -> PlanForm:
    """The plan after a change."""
    channel = "" if asked.stop else asked.channel
    return replace(
        plan,
        channel=plan.channel if channel is None else channel,
        days=plan.days if asked.days is None else asked.days,
        windows=plan.windows if asked.windows is None else asked.windows,
        voicemail=plan.voicemail if asked.voicemail is None else asked.voicemail,
        code_word=plan.code_word if asked.code_word is None else asked.code_word,
        interpreter=plan.interpreter if asked.interpreter is None else asked.interpreter,
    )


def widened(before: PlanForm, after: PlanForm) -> tuple[str, ...]:
    """What a change makes wider. A new code word is: whoever knows it is taken for the person."""
    wider = {
        "channel": bool(after.channel) and after.channel != before.channel,
        "hours": not _minutes(after) <= _minutes(before),
        "voicemail": after.voicemail and not before.voicemail,
        "code_word": after.code_word != before.code_word,
    }
    return tuple(name for name, is_wider in wider.items() if is_wider)


def narrowed(before: PlanForm, after: PlanForm) -> PlanForm:
    """What both plans allow. It is in force until a second person agrees to the rest of a change."""
    both = [
        (max(start, other_start), min(end, other_end))
        for start, end in before.windows
        for other_start, other_end in after.windows
    ]
    return replace(
        after,
        channel=after.channel if after.channel == before.channel else "",
        days=tuple(day for day in after.days if day in before.days),
        windows=tuple((start, end) for start, end in both if start < end),
        voicemail=before.voicemail and after.voicemail,
        code_word=before.code_word,
    )


def effect(widens: tuple[str, ...], *, first: bool, asked_by: str, identified_by: str, unseen: bool) -> PlanEffect:
    """When a change is in force. `first`: there has been no plan. `unseen`: nobody has looked at an earlier change yet."""
    if not widens:
        return PlanEffect.AT_ONCE
    if first:
        return PlanEffect.FIRST_PLAN
    by_code_word = asked_by == AskedBy.THE_PERSON and identified_by == Identified.CODE_WORD
    if by_code_word and not unseen and "code_word" not in widens:
        return PlanEffect.CALL_BACK
    return PlanEffect.SECOND_PERSON


def in_force(before: PlanForm, after: PlanForm, when: PlanEffect) -> PlanForm:
    """The plan that is in force while nobody else has looked at a change."""
    match when:
        case PlanEffect.AT_ONCE | PlanEffect.FIRST_PLAN:
            return after
        case PlanEffect.SECOND_PERSON:
            return narrowed(before, after)
        case PlanEffect.CALL_BACK:
            return before


def renews(asked_by: str, identified_by: str) -> bool:
    """Whether a change also confirms the plan, so that its age counts from now."""
    return asked_by in {AskedBy.THE_PERSON, AskedBy.PROFESSIONAL} and identified_by != Identified.NOT_IDENTIFIED


def why_not_by_word(identified_by: str, said_word: str | None, agreed_word: str | None) -> Reason | None:
    """A reason if somebody is said to be identified by a code word, and it is not the one that was agreed."""
    if identified_by != Identified.CODE_WORD:
        return None
    if not agreed_word:
        return Reason("no_code_word", "the plan has no code word: say in which other way they were identified")
    if (said_word or "").strip().casefold() != agreed_word.strip().casefold():
        return Reason("code_word_differs", "the word they said is not the code word of the plan")
    return None


def why_not_ask(
    before: PlanForm, widens: tuple[str, ...], *, identified_by: str, said_word: str | None
) -> Reason | None:
    """A reason if whoever asked is not identified well enough for this change."""
    if (not_known := why_not_by_word(identified_by, said_word, before.code_word)) is not None:
        return not_known
    if widens and identified_by == Identified.NOT_IDENTIFIED:
        return Reason("not_identified", "nobody who is not identified can widen a plan: they can narrow or stop it")
    return None


def _minutes(plan: PlanForm) -> frozenset[tuple[str, int]]:
    """Every minute of the week at which the plan allows contact."""
    return frozenset(
        (day, minute)
        for day in plan.days
        for start, end in plan.windows
        for minute in range(_minute(start), _minute(end))
    )


def _minute(clock_time: str) -> int:
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)
