"""The texts that applicants receive. They are approved together, as one version.

C learns nothing from them: what C is told never depends on the outcome. `faults` lists what a text must not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from casebook.domain.actors import Reason
from casebook.domain.stages import ANOTHER_FORCE, DISCLOSING_OUTCOMES
from casebook.domain.vocabulary import Outcome, RecordKind
from casebook.domain.words import TEXT

APPLICANT_OTHER = "c"  # whoever applied about somebody else


class Text(StrEnum):
    """One text. The text of a disclosure is read before and after the items that the panel chose."""

    DISCLOSURE = "disclosure"
    NO_DISCLOSURE = "no_disclosure"  # the same whether there is nothing or nothing that may be disclosed
    NOT_TOLD_APART = "not_told_apart"  # as `no_disclosure`, when others bear the name and nobody can tell them apart
    OUT_OF_SCOPE = "out_of_scope"
    ANOTHER_SCHEME = "another_scheme"  # as `out_of_scope`, when the concern was passed on to another scheme
    SUBJECT_NOT_IDENTIFIED = "subject_not_identified"  # as `out_of_scope`, when nobody can say who the subject is
    TRANSFERRED = "transferred"  # to the person at risk only: the other force shows where somebody lives
    TO_OTHERS = "to_others"


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service that can help."""

    name: str
    reach: str
    offers: str
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Advice that may keep somebody safe."""

    words: str
    source: str
    verified: bool


class ToldFact(StrEnum):
    """What a phrase may tell of a record: codes and a year, never what somebody typed."""

    YEAR = "year"
    OFFENCE = "offence"  # its group
    VICTIM = "victim"  # what the victim was to the subject, not who
    INDICATORS = "indicators"


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A sentence that may be told of a record, such as `In {year} this person was convicted of {offence}.`"""

    words: str
    kinds: tuple[RecordKind, ...]  # of record that it may be told of; none: of any
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Wording:
    version: str
    texts: Mapping[Text, str]
    advice: Mapping[str, Advice]  # printed below every text
    services: tuple[Service, ...]
    told_after: str  # the sentence of the text of a disclosure after which the agreed phrases are read
    phrases: Mapping[str, Phrase]
    facts: Mapping[ToldFact, Mapping[str, str]]  # the words in which each code is told
    source: str
    verified: bool


# the ground of an outcome out of scope -> what the person at risk is told
_OUT_OF_SCOPE: Mapping[str, Text] = {
    ANOTHER_FORCE: Text.TRANSFERRED,
    "another_scheme": Text.ANOTHER_SCHEME,
    "subject_not_identified": Text.SUBJECT_NOT_IDENTIFIED,
}
ADVICE = frozenset({"emergency", "silent", "police", "web_history", "apply_again"})
# phrases that no text may contain, whatever their spaces and capitals
_NEVER = (
    (re.compile(r"\bno\s+(known\s+)?concerns?\b", re.IGNORECASE), "no_concerns"),
    (re.compile(r"\bno\s+(known\s+)?risk\b", re.IGNORECASE), "no_risk"),
    (re.compile(r"\b(nil return|all clear|you are safe)\b", re.IGNORECASE), "clearance"),
)
_WARNS = re.compile(r"does not mean (that )?there is no risk", re.IGNORECASE)


def text_for(outcome: str, to: str, *, ground: str | None = None, told_apart: bool = True) -> Text:
    """The text that somebody is told. For C it does not depend on the outcome.

    `ground`: the ground for a refusal or an early end, if there is one. `told_apart`: nobody else of the subject's name is
    left whom the police could not tell apart from the subject.
    """
    if to == APPLICANT_OTHER:
        return Text.TO_OTHERS
    if outcome in DISCLOSING_OUTCOMES:
        return Text.DISCLOSURE
    if outcome != Outcome.OUT_OF_SCOPE:
        return Text.NO_DISCLOSURE if told_apart else Text.NOT_TOLD_APART
    return _OUT_OF_SCOPE.get(ground or "", Text.OUT_OF_SCOPE)


def words(wording: Wording, text: Text) -> str:
    """The full text with the advice and the services. The same version and text always give the same bytes."""
    parts = [wording.texts[text].strip(), *(wording.advice[name].words.strip() for name in sorted(wording.advice))]
    parts.append("\n".join(f"{service.name}: {service.reach}. {service.offers}" for service in wording.services))
    return "\n\n".join(parts) + "\n"


def faults(wording: Wording) -> list[Reason]:
    """Why a version may not be approved."""
    missing = [
        Reason("text_missing", f"the text '{TEXT.of(text)}' is missing")
        for text in Text
        if not wording.texts.get(text, "").strip()
    ]
    missing += [
        Reason("advice_missing", f"the advice {name} is missing") for name in sorted(ADVICE - set(wording.advice))
    ]
    if not wording.services:
        missing.append(Reason("no_services", "it names no service that offers support"))
    if missing:
        return missing
    wrong = list[Reason]()
    for text in Text:
        full = words(wording, text)
        plain = _WARNS.sub("", full)
        wrong += [
            Reason(code, f"the text '{TEXT.of(text)}' promises safety, which nobody can promise")
            for never, code in _NEVER
            if never.search(plain)
        ]
        if text is not Text.DISCLOSURE and plain == full:
            wrong.append(
                Reason("no_warning", f"the text '{TEXT.of(text)}' must say that it does not mean there is no risk")
            )
    return [*wrong, *_phrase_faults(wording)]


def _phrase_faults(wording: Wording) -> Iterator[Reason]:
    """What is wrong with the phrases: an unknown place for a fact, a fact without words, or false comfort."""
    for code, phrase in wording.phrases.items():
        if any(never.search(phrase.words) for never, _ in _NEVER):
            yield Reason("phrase_promises", f"the phrase {code} promises safety, which nobody can promise")
        if not phrase.words.strip() or not _slots(phrase.words) <= {*ToldFact}:
            yield Reason("phrase_slot", f"the phrase {code} may have places only for: {', '.join(ToldFact)}")
    if any(not told.strip() for codes in wording.facts.values() for told in codes.values()):
        yield Reason("fact_without_words", "every code of a fact that may be told needs words")


def _slots(words_of_phrase: str) -> set[str]:
    """The names of the places for facts; something unknown if the sentence cannot be filled."""
    try:
        parts = list(Formatter().parse(words_of_phrase))
    except ValueError:
        return {"{"}
    return {name + (form or "") + (turn or "") for _, name, form, turn in parts if name is not None}
