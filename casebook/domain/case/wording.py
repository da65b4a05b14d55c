"""The words that applicants receive, approved as one version, whole.

C learns nothing from them: what C is told never depends on the outcome. `faults` says what may not stand in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.stages import ANOTHER_FORCE, DISCLOSING_OUTCOMES
from casebook.domain.vocabulary import Outcome

APPLICANT_OTHER = "c"  # whoever applied about somebody else


class Text(StrEnum):
    """One text. The frame of a disclosure is read before and after what the panel chose to tell."""

    DISCLOSURE = "disclosure"
    NO_DISCLOSURE = "no_disclosure"  # whether there is nothing, or nothing that may be told
    OUT_OF_SCOPE = "out_of_scope"
    TRANSFERRED = "transferred"  # to the person at risk alone: where it went says where somebody lives
    TO_OTHERS = "to_others"


@dataclass(frozen=True, kw_only=True)
class Service:
    """Somebody who can help."""

    name: str
    reach: str
    offers: str
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Advice:
    """A fact that may save somebody."""

    words: str
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Wording:
    version: str
    texts: Mapping[Text, str]
    advice: Mapping[str, Advice]  # stands below every text
    services: tuple[Service, ...]
    source: str
    verified: bool


ADVICE = frozenset({"emergency", "silent", "police", "web_history", "apply_again"})
# what an applicant must never read, however it is spaced or stressed
_NEVER = (
    (re.compile(r"\bno\s+(known\s+)?concerns?\b", re.IGNORECASE), "no_concerns"),
    (re.compile(r"\bno\s+(known\s+)?risk\b", re.IGNORECASE), "no_risk"),
    (re.compile(r"\b(nil return|all clear|you are safe)\b", re.IGNORECASE), "clearance"),
)
_WARNS = re.compile(r"does not mean (that )?there is no risk", re.IGNORECASE)


def text_for(outcome: str, to: str, *, ground: str | None = None) -> Text:
    """Which text somebody is told. For whoever is not at risk and not chosen by the panel the outcome plays no part.

    `ground`: the reason of a refusal or of an early end, if there is one.
    """
    if to == APPLICANT_OTHER:
        return Text.TO_OTHERS
    if outcome in DISCLOSING_OUTCOMES:
        return Text.DISCLOSURE
    if outcome != Outcome.OUT_OF_SCOPE:
        return Text.NO_DISCLOSURE
    return Text.TRANSFERRED if ground == ANOTHER_FORCE else Text.OUT_OF_SCOPE


def words(wording: Wording, text: Text) -> str:
    """The whole text with the advice and the services, always the same bytes for the same version and text."""
    parts = [wording.texts[text].strip(), *(wording.advice[name].words.strip() for name in sorted(wording.advice))]
    parts.append("\n".join(f"{each.name}: {each.reach}. {each.offers}" for each in wording.services))
    return "\n\n".join(parts) + "\n"


def faults(wording: Wording) -> list[Reason]:
    """Why a version may not be approved."""
    found = [Reason("text_missing", f"{text} is missing") for text in Text if not wording.texts.get(text, "").strip()]
    found += [
        Reason("advice_missing", f"the advice on {name} is missing") for name in sorted(ADVICE - set(wording.advice))
    ]
    if not wording.services:
        found.append(Reason("no_services", "no support is named"))
    if found:
        return found
    for text in Text:
        said = words(wording, text)
        plain = _WARNS.sub("", said)
        found += [Reason(code, f"{text} says what nobody can promise") for never, code in _NEVER if never.search(plain)]
        if text is not Text.DISCLOSURE and plain == said:
            found.append(Reason("no_warning", f"{text} does not say that this does not mean there is no risk"))
    return found
