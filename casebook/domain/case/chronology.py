"""Notes, calls that come in, and the order of everything that happened. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from casebook.domain.vocabulary import Identified


class NoteCategory(StrEnum):
    """What a note is about."""

    CONTACT = "contact"
    SAFETY = "safety"
    RECORDS = "records"
    AGENCIES = "agencies"
    DECISION = "decision"
    HANDOVER = "handover"
    ADMINISTRATION = "administration"
    OTHER = "other"


class Caller(StrEnum):
    """Who rang, or came, unasked. The subject is one of them: then somebody told them, and the person at risk is in danger."""

    A = "a"
    B = "b"
    C = "c"
    PROFESSIONAL = "professional"
    SOMEBODY_ELSE = "somebody_else"
    UNKNOWN = "unknown"


class CallOpens(StrEnum):
    """What a call calls for."""

    DANGER = "danger"
    CIRCUMSTANCES = "circumstances"  # something about the people or the household has changed
    WITHDRAWAL = "withdrawal"  # they wish to withdraw
    DETAILS = "details"  # an address, a number, a name to be corrected
    CALL_BACK = "call_back"  # they asked to be called back, within their plan


DANGER_AT_CALL = "danger_heard_at_call"
SUBJECT_RANG = "subject_rang"


def dangers(caller: Caller, opens: frozenset[CallOpens]) -> list[str]:
    """The causes of immediate safeguarding that a call tells of."""
    return [
        *([SUBJECT_RANG] if caller is Caller.B else []),
        *([DANGER_AT_CALL] if CallOpens.DANGER in opens else []),
    ]


def is_doubtful(caller: Caller, identified_by: Identified) -> bool:
    """Whether nobody knows that it was the person the caller said they are: nothing is to be changed on their word alone."""
    return caller in {Caller.A, Caller.C} and identified_by is Identified.NOT_IDENTIFIED


class TimelineKind(StrEnum):
    """What a line of the timeline is about."""

    NOTE = "note"
    CALL = "call"
    DOCUMENT = "document"
    CONTACT = "contact"
    DANGER = "danger"
    PEOPLE = "people"
    SEARCHES = "searches"
    DECISION = "decision"
    TELLING = "telling"
    WORK = "work"
    LIMITS = "limits"
    STAGE = "stage"
    TOLD = "told"
    ACCESS = "access"
    OTHER = "other"


_KINDS: Mapping[TimelineKind, frozenset[str]] = MappingProxyType({
    TimelineKind.NOTE: frozenset({"note_written"}),
    TimelineKind.CALL: frozenset({"call_taken"}),
    TimelineKind.DOCUMENT: frozenset({"document_attached", "document_referred"}),
    TimelineKind.CONTACT: frozenset({"contact_made", "contact_refused", "safe_contact_set"}),
    TimelineKind.DANGER: frozenset({
        "safeguarding_opened", "priority_raised", "priority_lowered", "made_urgent", "harm_reported", "changed_after_delivery",
    }),
    TimelineKind.PEOPLE: frozenset({
        "information_added", "circumstances_changed", "conflict_declared", "restricted", "restriction_lifted", "person_named",
        "submission_corrected", "applicant_signs_found", "several_applicants_found",
    }),
    TimelineKind.SEARCHES: frozenset({
        "searches_made", "source_searched", "source_failed", "sources_retried", "record_checks_reopened", "enquiry_opened",
        "applications_linked", "link_reviewed", "link_looked_at", "watch_found", "watch_renewed", "risk_scored",
    }),
    TimelineKind.DECISION: frozenset({
        "decision_made_again", "decision_superseded", "round_begun", "proposed", "proposal_dismissed", "override_proposed",
        "override_seconded", "gate_asked", "gate_broken", "answer_superseded", "agency_heard",
    }),
    TimelineKind.TELLING: frozenset({
        "outcome_delivered", "disclosed_in_emergency", "delivery_attested", "transferred", "receipt_confirmed",
        "wording_renewed",
    }),
    TimelineKind.WORK: frozenset({
        "case_assigned", "case_taken_back", "case_checked", "reminder_made", "reminder_told", "work_given",
        "work_opened", "work_claimed", "work_done", "work_cancelled", "work_returned", "work_escalated", "untrained_acts_listed",
    }),
    TimelineKind.LIMITS: frozenset({"clock_paused", "deadlines_recomputed", "limits_restarted", "overrun_gathered"}),
    TimelineKind.STAGE: frozenset({
        "application_received", "draft_taken_in", "case_taken_over", "stage_changed", "closed_early", "application_reopened",
        "application_merged",
        "application_unmerged", "unfrozen", "exception_recorded", "legal_hold_set", "legal_hold_ended", "disposed",
    }),
    TimelineKind.TOLD: frozenset({"step_told"}),
    TimelineKind.ACCESS: frozenset({"personal_detail_viewed", "application_exported"}),
})  # fmt: skip


def kind_of(event: str) -> TimelineKind:
    """What an event of the ledger is about."""
    return next((kind for kind, events in _KINDS.items() if event in events), TimelineKind.OTHER)


def named_events() -> frozenset[str]:
    """Every event that the table names."""
    return frozenset[str]().union(*_KINDS.values())
