"""The words of every code, in one place: screens, commands, notices and the glossary take them from here.

A screen says `words.ROLE.of(item.role)`. Where only the field's name is known, `words.of_field(name, value)` says it.
Codes are stored, sent and compared; words are shown. The codes never change.
"""

from __future__ import annotations

from casebook.domain.words import case_file, checks, deciding, events, finding, operations, reasons, review, scheme
from casebook.domain.words.case_file import (
    ANSWER_TIME,
    CASE_STATE,
    CHECK_POINT,
    PAPER_CATEGORY,
    PAPER_KIND,
    POINT_RESULT,
    PRESENCE,
    TOLD_STEP,
)
from casebook.domain.words.checks import (
    APPLICANT_SIGN,
    ASSURANCE,
    CONFIDENCE,
    DOUBT,
    FAMILY,
    GATE,
    HANDLING,
    LINK,
    MATCH_BAND,
    MEETING,
    PROOF,
    RESULT,
    SOURCE_FAULT,
    TIE,
    UNCOVERED,
    VERDICT,
)
from casebook.domain.words.deciding import (
    AGENCY,
    ASKED_BY,
    BAND,
    CHOSEN,
    CIRCUMSTANCE,
    CONTACT_FAULT,
    FACTOR,
    FOLLOWED,
    IN_TIME,
    INCOMPLETE,
    LIMB,
    OVERRIDE,
    OVERRUN,
    PAUSE,
    PLAN_EFFECT,
    PURPOSE,
    QUALIFIES,
    REFERRAL_ANSWER,
    REFUSAL,
    TEXT,
    UNCERTAIN,
    UNDERTAKING,
)
from casebook.domain.words.events import EVENT, FAULT
from casebook.domain.words.fields import of_field, source_and_family
from casebook.domain.words.finding import AGREES, ASKED, CAUTION, UNUSED
from casebook.domain.words.operations import (
    ACCOUNT_CHANGE,
    COMMAND,
    DOCUMENT,
    EFFECT,
    ESCALATION,
    EXCEPTION,
    ORIGIN,
    PART,
    SCENARIO,
    SHORT_OF,
    STATE,
    STEP,
    TOLD,
)
from casebook.domain.words.reasons import reason
from casebook.domain.words.review import (
    CAMPAIGN,
    CELL,
    CHART,
    CHECKLIST,
    CLEARED_IF,
    CONCLUSION,
    CONTACT_PRIORITY,
    FAILURE_FAMILY,
    FAILURE_MODE,
    HEADING,
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
    IDENTIFIED,
    LIMIT,
    OUTCOME,
    PARTY,
    PRIORITY,
    RECORD_KIND,
    RELATIONSHIP,
    ROLE,
    ROUTE,
    SAID_BY,
    SEX,
    SOURCE,
    STAGE,
    VICTIM,
    WAITING,
    WORK,
)
from casebook.domain.words.vocabulary import Vocabulary, spelled

VOCABULARIES: tuple[Vocabulary, ...] = (
    *scheme.ALL, *case_file.ALL, *checks.ALL, *deciding.ALL, *reasons.ALL, *operations.ALL, *events.ALL, *review.ALL, *finding.ALL,
)  # fmt: skip

__all__ = [
    "ACCOUNT_CHANGE", "AGENCY", "AGREES", "ANSWER", "ANSWER_TIME", "APPLICANT", "APPLICANT_SIGN", "ASKED", "ASKED_BY",
    "ASKER_IDENTIFIED", "ASSURANCE", "BAND", "CAMPAIGN", "CASE_STATE", "CAUTION", "CELL", "CERTAINTY", "CHANNEL",
    "CHART", "CHECKLIST", "CHECK_POINT", "CHOSEN", "CIRCUMSTANCE", "CLEARED_IF", "COMMAND", "CONCLUSION",
    "CONFIDENCE", "CONTACT_FAULT", "CONTACT_PRIORITY", "DOCUMENT", "DOUBT", "EFFECT", "ESCALATION", "EVENT",
    "EXCEPTION", "FACTOR", "FAILURE_FAMILY", "FAILURE_MODE", "FAMILY", "FAULT", "FOLLOWED", "GATE", "HANDLING",
    "HEADING", "IDENTIFIED", "INCOMPLETE", "IN_TIME", "LIMB", "LIMIT", "LINK", "MATCH_BAND", "MEETING", "ORIGIN",
    "OUTCOME", "OVERRIDE", "OVERRUN", "PAPER_CATEGORY", "PAPER_KIND", "PART", "PARTY", "PAUSE", "PLAN_EFFECT",
    "POINT_RESULT", "PRESENCE", "PRIORITY", "PROGRESS", "PROOF", "PURPOSE", "QUALIFIES", "RECORD_KIND",
    "REFERRAL_ANSWER", "REFUSAL", "RELATIONSHIP", "RESULT", "REVIEW_OUTCOME", "ROLE", "ROUTE", "SAID_BY", "SCENARIO",
    "SEX", "SHORT_OF", "SIDE", "SIGN", "SOURCE", "SOURCE_FAULT", "STAGE", "STATE", "STEP", "SUSPICION", "TEXT", "TIE",
    "TOLD", "TOLD_STEP", "UNCERTAIN", "UNCOVERED", "UNDERTAKING", "UNUSED", "VERDICT", "VICTIM", "VOCABULARIES",
    "WAITING", "WORK", "Vocabulary", "of_field", "reason", "source_and_family", "spelled",
]  # fmt: skip
