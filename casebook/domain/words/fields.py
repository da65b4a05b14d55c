"""Which vocabulary the value of a named field belongs to, for screens that show whatever fields there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from casebook.domain.words.case_file import (
    ANSWER_TIME,
    CALL_OPENS,
    CALLER,
    NOTE_CATEGORY,
    PAPER_CATEGORY,
    PAPER_KIND,
    TOLD_STEP,
)
from casebook.domain.words.checks import (
    APPLICANT_SIGN,
    ASSESSMENT,
    ASSURANCE,
    CONFIDENCE,
    EVALUATION,
    FAMILY,
    GATE,
    HANDLING,
    RESULT,
    UNCOVERED,
)
from casebook.domain.words.deciding import AGENCY, BAND, CHOSEN, PURPOSE, QUALIFIES, REFERRED, REFUSAL, TOLD
from casebook.domain.words.operations import SHORT_OF
from casebook.domain.words.reasons import reason
from casebook.domain.words.review import (
    CHART,
    CONCLUSION,
    CONTACT_PRIORITY,
    PROGRESS,
    REVIEW_OUTCOME,
    SIDE,
    SIGN,
    SUSPICION,
)
from casebook.domain.words.scheme import (
    ANSWER,
    APPLICANT,
    CERTAINTY,
    CHANNEL,
    FLAG,
    LIMIT,
    OUTCOME,
    PARTY,
    PRIORITY,
    RECORD_KIND,
    RELATIONSHIP,
    ROLE,
    ROUTE,
    SEX,
    SOURCE,
    STAGE,
    VICTIM,
    WORK,
)
from casebook.domain.words.vocabulary import Vocabulary

Say = Callable[[object], str]


def _first(*vocabularies: Vocabulary) -> Say:
    """A field with codes of several kinds: the words come from the first vocabulary that has the code."""

    def say(code: object) -> str:
        named = next((each for each in vocabularies if str(code) in each.words), vocabularies[0])
        return named.of(code)

    return say


_REASONS = (
    "because", "cause", "reason", "why", "doubts", "explained", "priority_reason", "what", "part", "propose", "proposed", "agreed",
)  # fmt: skip
_OF_FIELD: Mapping[str, Say] = MappingProxyType({
    **dict.fromkeys(_REASONS, reason),
    "kind": _first(WORK, RECORD_KIND, ASSURANCE, AGENCY, PAPER_KIND),
    "media_type": PAPER_KIND.of,
    "answer_time": ANSWER_TIME.of,
    "category": _first(PAPER_CATEGORY, NOTE_CATEGORY),
    "kinds": WORK.of,
    "opens": CALL_OPENS.of,
    "caller": CALLER.of,
    "told_step": TOLD_STEP.of,
    "opened": WORK.of,
    "undone": WORK.of,
    "stage": STAGE.of,
    "origin": STAGE.of,
    "stages_unreached": STAGE.of,
    "limit": LIMIT.of,
    "limits": LIMIT.of,
    "limit_name": LIMIT.of,
    "limits_unmet": LIMIT.of,
    "role": ROLE.of,
    "roles": ROLE.of,
    "outcome": _first(OUTCOME, GATE, REVIEW_OUTCOME),
    "priority": PRIORITY.of,
    "band": BAND.of,
    "route": ROUTE.of,
    "applicant": APPLICANT.of,
    "party": PARTY.of,
    "source": SOURCE.of,
    "sources": SOURCE.of,
    "search_again": SOURCE.of,
    "result": RESULT.of,
    "purpose": PURPOSE.of,
    "family": FAMILY.of,
    "families": FAMILY.of,
    "codes": APPLICANT_SIGN.of,
    "confidence": CONFIDENCE.of,
    "standing": _first(QUALIFIES, PROGRESS),
    "rung": PROGRESS.of,
    "refusal_reason": REFUSAL.of,
    "flags": FLAG.of,
    "victim_relationship": VICTIM.of,
    "source_evaluation": EVALUATION.of,
    "intelligence_assessment": ASSESSMENT.of,
    "handling": HANDLING.of,
    "relationship": RELATIONSHIP.of,
    "sex": SEX.of,
    "dob_certainty": CERTAINTY.of,
    "immediate_danger": ANSWER.of,
    "living_together": ANSWER.of,
    "pregnant": ANSWER.of,
    "chosen": CHOSEN.of,
    "short_of": SHORT_OF.of,
    "why_uncovered": UNCOVERED.of,
    "contact_priority": CONTACT_PRIORITY.of,
    "conclusion": CONCLUSION.of,
    "side": SIDE.of,
    "suspicion": SUSPICION.of,
    "signs": SIGN.of,
    "channel": _first(CHANNEL, CHART),
    "to": _first(STAGE, PRIORITY),
    "who": _first(REFERRED, AGENCY),
    "agency": AGENCY.of,
    "told": _first(WORK, TOLD),
    "code": APPLICANT_SIGN.of,
    "lower_to": BAND.of,
})  # fmt: skip


def source_and_family(code: str) -> str:
    """The words of a source and a family of identity variants, from `pnc:alias`."""
    source, _, family = code.partition(":")
    return f"{SOURCE.of(source)}, {FAMILY.of(family)}"


def of_field(name: str, value: object) -> str | None:
    """The words of one value, or of a list of them, if the field holds codes; None if it does not."""
    say = _OF_FIELD.get(name)
    many = list(value) if isinstance(value, list | tuple) else [value]
    if say is None or not all(isinstance(each, str) for each in many):
        return None
    return ", ".join(map(say, many))
