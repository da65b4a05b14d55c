"""What an application is waiting for, in words: the name of a run's last state, and a line on the board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casebook.domain.vocabulary import Stage, WorkKind

# the first of these that is open names the state
_WORDS: tuple[tuple[WorkKind, str], ...] = (
    (WorkKind.MEND_QUALITY, "Held by data quality"),
    (WorkKind.COMPLETE_DETAILS, "Awaiting details"),
    (WorkKind.VERIFY_APPLICANT, "Awaiting verification of the applicant"),
    (WorkKind.RETURN_SEARCH, "Awaiting searches"),
    (WorkKind.REVIEW_MATCH, "Awaiting review of matches"),
    (WorkKind.SECOND_LOOK_AT_REJECTION, "Awaiting second look"),
    (WorkKind.SIGN_OFF_IDENTITY, "Awaiting identity sign-off"),
    (WorkKind.STATE_ADEQUACY, "Awaiting adequacy statement"),
    (WorkKind.MEET_APPLICANT, "Awaiting meeting with the applicant"),
    (WorkKind.LOCATE_PERSON_AT_RISK, "Awaiting location of the person at risk"),
    (WorkKind.ASSESS_RISK, "Awaiting risk assessment"),
    (WorkKind.VALIDATE_WITH_OWNER, "Awaiting the owner's agreement"),
    (WorkKind.CONVENE_PANEL, "Awaiting panel"),
    (WorkKind.DECIDE, "Awaiting panel decision"),
    (WorkKind.APPROVE_DECISION, "Awaiting approval"),
    (WorkKind.DELIVER_DISCLOSURE, "Awaiting disclosure"),
    (WorkKind.DELIVER_NO_DISCLOSURE, "Awaiting delivery of the outcome"),
    (WorkKind.CONTACT_FOLLOW_UP, "Awaiting follow-up"),
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an application is after a run looked at it."""

    reference: str
    stage: Stage
    waiting_for: tuple[str, ...] = ()  # kinds of open blocking items
    gate: str | None = None  # the last gate's outcome, if one was asked in this run
    awaits_source: bool = False  # an automatic search that must return has not
    moved: bool = False  # it went to another stage, so there may be more to do

    @property
    def name(self) -> str:
        """The run's state name. Every wait has one; a gate that could not answer has its own."""
        if self.stage is Stage.CLOSED:
            return "Closed"
        if self.gate == "broken":
            return "Gate broken"
        waiting = set(self.waiting_for)
        nobody = "Awaiting a source" if self.awaits_source else "Awaiting staff"
        return next((words for kind, words in _WORDS if kind in waiting), nobody)


def state_names() -> Sequence[str]:
    """Every name a lifecycle run can end with."""
    return (*(words for _, words in _WORDS), "Closed", "Gate broken", "Awaiting staff", "Awaiting a source", "Skipped")
