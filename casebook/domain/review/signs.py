"""Signs: facts about a past application that move the odds of a suspicion, up or down. Names and staff are none.

Each sign is a rule of the evidence and of the person in today's sources that the suspicion is about. A fact in a column
that no list of the application keeps is no sign: its absence says nothing about this application.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from casebook.domain.review import failure_modes, rationale_words
from casebook.domain.review.evidence import SURE, Evidence, LinkedHistory
from casebook.domain.review.register_cells import sentence
from casebook.domain.review.weights import ReviewWeights
from casebook.domain.vocabulary import Answer3, Relationship


class Sign(StrEnum):
    """A fact that moves the odds. The words of each are the sentence that a reviewer reads."""

    TOGETHER = "together"
    CHILDREN = "children"
    DANGER_SAID = "danger_said"
    GRAVE_AND_RECENT = "grave_and_recent"
    HARM_SINCE = "harm_since"
    NO_REASON = "no_reason"
    COPIED_REASON = "copied_reason"
    FORBIDDEN_REASON = "forbidden_reason"
    ONE_PERSON = "one_person"
    NO_SUPPORT = "no_support"
    NOT_SEARCHED_THERE = "not_searched_there"
    SEARCHED_WRONGLY = "searched_wrongly"
    SEARCHED_LITTLE = "searched_little"
    EARLIER_APPLICATION = "earlier_application"
    TOLD_OTHERWISE = "told_otherwise"
    SERVING_SENTENCE = "serving_sentence"
    OWNER_REFUSES = "owner_refuses"
    SEVERAL_AGREED = "several_agreed"
    NO_CONTACT = "no_contact"
    SUPPORTED = "supported"
    ANOTHER_PERSON = "another_person"
    SUBJECT_FOUND = "subject_found"


def of(e: Evidence, held: LinkedHistory | None, w: ReviewWeights) -> frozenset[Sign]:
    """The signs that this application bears. `held`: the person that a suspicion is about, if it is about one."""
    return frozenset(sign for sign, rule in _RULES.items() if rule(e, held, w))


SignRule = Callable[[Evidence, LinkedHistory | None, ReviewWeights], bool]


def together(e: Evidence) -> bool:
    """Whether they live together, or nothing says that the relationship has ended."""
    return e.past.living_together is Answer3.YES or e.past.relationship in {Relationship.PARTNER, None}


def reason_given(e: Evidence) -> bool:
    """Whether a refusal has a reason that can be looked into: long enough, nobody else's, and none that is forbidden."""
    return "rationale" not in e.unkept and not (_no_reason(e) or _copied(e) or _said(rationale_words.FORBIDDEN, e))


def _no_reason(e: Evidence) -> bool:
    length = len(sentence(e.past.rationale))
    return "rationale" not in e.unkept and (
        length < failure_modes.THIN or (length < rationale_words.SHORT and not _explained(e))
    )


def _copied(e: Evidence) -> bool:
    """Whether many have this very text, and it explains nothing: a force may have a form of words for an explanation."""
    return failure_modes.copied_rationale(e) is not None and not _explained(e)


def _explained(e: Evidence) -> bool:
    return any(_said(words, e) for words in rationale_words.EXPLANATIONS)


def _said(words: re.Pattern[str], e: Evidence) -> bool:
    return any(words.search(sentence(text)) for text in e.past.rationales)


def _saying(words: re.Pattern[str]) -> SignRule:
    return lambda e, _held, _w: _said(words, e)


def _one_person(e: Evidence) -> bool:
    return "approver" not in e.unkept and failure_modes.no_second_person(e) is not None


def _not_there(e: Evidence, held: LinkedHistory | None) -> bool:
    return bool(
        held
        and e.past.handled
        and held.sources_then
        and "sources_searched" not in e.unkept
        and held.sources_then.isdisjoint(e.past.sources_searched)
    )


_WRONGLY = (
    failure_modes.single_identity,
    failure_modes.alias_unsearched,
    failure_modes.wrong_dob,
    failure_modes.wrong_person,
)


def _little(e: Evidence) -> bool:
    return "sources_searched" not in e.unkept and failure_modes.source_missing(e) is not None


def _sure_and_harmless(e: Evidence, held: LinkedHistory | None) -> bool:
    """Whether somebody else is the subject beyond doubt, and has no such history: a namesake is then likely only that."""
    return any(
        other.chance >= SURE and not other.qualifying_then and other.who.fits for other in e.held if other is not held
    )


_RULES: Mapping[Sign, SignRule] = {
    Sign.TOGETHER: lambda e, _held, _w: together(e),
    Sign.CHILDREN: lambda e, _held, _w: e.past.children,
    Sign.DANGER_SAID: lambda e, _held, _w: e.past.immediate_danger is Answer3.YES,
    Sign.GRAVE_AND_RECENT: lambda _e, held, w: bool(held and held.points_then >= w.high_points.value),
    Sign.HARM_SINCE: lambda _e, held, _w: bool(held and held.domestic_since and held.chance >= SURE),
    Sign.NO_REASON: lambda e, _held, _w: _no_reason(e),
    Sign.COPIED_REASON: lambda e, _held, _w: _copied(e),
    Sign.FORBIDDEN_REASON: _saying(rationale_words.FORBIDDEN),
    Sign.ONE_PERSON: lambda e, _held, _w: _one_person(e),
    Sign.NO_SUPPORT: lambda e, _held, _w: (
        "rationale" not in e.unkept and e.past.handled and not _said(rationale_words.SUPPORTED, e)
    ),
    Sign.NOT_SEARCHED_THERE: lambda e, held, _w: _not_there(e, held),
    Sign.SEARCHED_WRONGLY: lambda e, _held, _w: any(rule(e) is not None for rule in _WRONGLY),
    Sign.SEARCHED_LITTLE: lambda e, _held, _w: _little(e),
    Sign.EARLIER_APPLICATION: lambda e, _held, _w: bool(e.earlier),
    Sign.TOLD_OTHERWISE: _saying(rationale_words.TOLD_OTHERWISE),
    Sign.SERVING_SENTENCE: _saying(rationale_words.SERVING),
    Sign.OWNER_REFUSES: _saying(rationale_words.OWNER_REFUSES),
    Sign.SEVERAL_AGREED: _saying(rationale_words.SEVERAL_AGREED),
    Sign.NO_CONTACT: lambda e, _held, _w: not together(e) and _said(rationale_words.NO_CONTACT, e),
    Sign.SUPPORTED: _saying(rationale_words.SUPPORTED),
    Sign.ANOTHER_PERSON: _saying(rationale_words.ANOTHER_PERSON),
    Sign.SUBJECT_FOUND: lambda e, held, _w: _sure_and_harmless(e, held),
}
