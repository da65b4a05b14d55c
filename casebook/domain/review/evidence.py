"""The evidence about one past application, and what the review's rules find in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casebook.domain.review.past_application import Earlier, Linked, PastApplication

PERHAPS = 0.1  # the least chance that is reported
SURE = 0.5  # the least chance at which a linked person counts as the subject


class FailureFamily(StrEnum):
    """The kind of failure."""

    SERVICE = "service"
    RESEARCH = "research"  # a failure of service if there was anything to find
    PROCESS = "process"  # not done as required, whatever the result
    SIGNAL = "signal"  # not a failure: something that happened since
    ADMINISTRATIVE = "administrative"


class FailureMode(StrEnum):
    """A way in which a past application may have been mishandled, as reviewers and figures name it."""

    UNDISCLOSED = "undisclosed"
    OUTCOME_UNKNOWN_WITH_HISTORY = "outcome_unknown_with_history"
    RIGHT_TO_KNOW_MISSED = "right_to_know_missed"
    REPEAT_IGNORED = "repeat_ignored"
    WRONG_RECIPIENT = "wrong_recipient"
    CONTACT_UNSAFE = "contact_unsafe"
    WRONG_PERSON_DISCLOSED = "wrong_person_disclosed"
    SOURCE_MISSING = "source_missing"
    SINGLE_IDENTITY = "single_identity"
    ALIAS_UNSEARCHED = "alias_unsearched"
    WRONG_DOB = "wrong_dob"
    WRONG_PERSON = "wrong_person"
    IDENTITY_UNRECORDED = "identity_unrecorded"
    NO_SECOND_PERSON = "no_second_person"
    RECIPIENT_UNCLEAR = "recipient_unclear"
    DISCLOSED_WITHOUT_GROUND = "disclosed_without_ground"
    SERIOUS_RECORD_AFTER = "serious_record_after"
    OUTCOME_UNKNOWN = "outcome_unknown"
    LATE = "late"
    NO_RATIONALE = "no_rationale"
    COPIED_RATIONALE = "copied_rationale"
    CONTACT_UNKNOWN = "contact_unknown"


@dataclass(frozen=True, kw_only=True)
class LinkedHistory:
    """A linked person and their records, weighed by the rules for live applications."""

    who: Linked
    qualifying_then: int  # records that could have been disclosed
    supporting_then: int
    close_then: bool  # one of these is grave, or against a partner or relative, or against a victim who is not known
    points_then: float  # by the live risk model, on the day of the decision
    qualifying_since: int
    domestic_since: int  # of these, against a partner or relative
    sources_then: frozenset[str] = frozenset()  # the sources of the qualifying ones
    points_since: float = 0.0  # of the records against a partner or relative since then, by the live risk model, today
    against_a_since: bool = False  # one of these is against the person at risk of this application

    @property
    def chance(self) -> float:
        return self.who.chance


@dataclass(frozen=True, kw_only=True)
class Evidence:
    past: PastApplication
    held: tuple[LinkedHistory, ...]  # the most likely first
    known_by: date
    mandatory: frozenset[str]  # sources, by the policy of its day
    allowed_days: int  # from receipt to the outcome, by the same policy
    copies: int  # applications with exactly this rationale
    earlier: tuple[Earlier, ...]
    sources_loaded: bool = True
    unkept: frozenset[str] = frozenset()  # columns that none of its lists keeps: their silence says nothing

    @property
    def damning(self) -> tuple[LinkedHistory, ...]:
        return tuple(linked for linked in self.held if linked.qualifying_then and linked.chance >= SURE)

    @property
    def between(self) -> tuple[LinkedHistory, ...]:
        """Those with a history who may or may not be the subject."""
        return tuple(linked for linked in self.held if linked.qualifying_then and PERHAPS <= linked.chance < SURE)


@dataclass(frozen=True, kw_only=True)
class ModeFinding:
    name: FailureMode
    family: FailureFamily
    reason: str
