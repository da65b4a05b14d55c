"""What the review holds against or for one past application: the evidence its rules read, and what they find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casebook.domain.review.past_application import Earlier, Linked, PastApplication

PERHAPS = 0.1  # chance from which it is worth saying
SURE = 0.5  # chance from which a linked person is taken to be the subject


class FailureFamily(StrEnum):
    """What kind of failure it would be."""

    SERVICE = "service"
    RESEARCH = "research"  # a service failure if anything was there to be found
    PROCESS = "process"  # not done as it must be, whatever came of it
    SIGNAL = "signal"  # no failure: something that happened since
    ADMINISTRATIVE = "administrative"


@dataclass(frozen=True, kw_only=True)
class LinkedHistory:
    """A linked person and what was recorded of them, by the live rules."""

    who: Linked
    qualifying_then: int  # records that could have been disclosed
    supporting_then: int
    close_then: bool  # one of these is grave, or against a partner or relative, or against nobody knows whom
    points_then: float  # by the live risk model, on the day of the decision
    qualifying_since: int
    domestic_since: int  # of these, against a partner or relative
    sources_then: frozenset[str] = frozenset()  # that hold the qualifying ones

    @property
    def chance(self) -> float:
        return self.who.chance


@dataclass(frozen=True, kw_only=True)
class Evidence:
    past: PastApplication
    held: tuple[LinkedHistory, ...]  # the likeliest first
    known_by: date
    mandatory: frozenset[str]  # sources, by the policy of its day
    allowed_days: int  # from receipt to the outcome, by the same policy
    copies: int  # applications with this very rationale
    earlier: tuple[Earlier, ...]
    sources_loaded: bool = True

    @property
    def damning(self) -> tuple[LinkedHistory, ...]:
        return tuple(each for each in self.held if each.qualifying_then and each.chance >= SURE)


@dataclass(frozen=True, kw_only=True)
class ModeFinding:
    name: str
    family: FailureFamily
    reason: str
