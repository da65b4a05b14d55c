"""The scheme as data: every number a force could argue about, with where it comes from and whether anybody checked it.

The shape stands here; the numbers stand in `casebook/policies/*.toml`, where each key is named like the field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from casebook.domain.vocabulary import Limit, Priority, Role, Route, Source, Stage, WorkKind

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Fact(Generic[T]):
    value: T
    source: str  # the document that says so, or "local" for a choice of ours
    verified: bool  # somebody read it in that document
    note: str = ""


class Unit(StrEnum):
    ELAPSED_MINUTES = "elapsed_minutes"  # real time, day and night
    ELAPSED_HOURS = "elapsed_hours"
    WORKING_DAYS = "working_days"  # due at the end of the N-th working day after the anchor's local day
    CALENDAR_DAYS = "calendar_days"  # the same local clock time N days later


class Anchor(StrEnum):
    """What starts the clock of a limit."""

    SUBMISSION = "submission"
    DANGER = "danger"  # the moment anybody knew of it; at the latest the submission that says so
    DELIVERY = "delivery"
    OPENED = "opened"  # of the work item itself


@dataclass(frozen=True, kw_only=True)
class Allowance:
    unit: Unit
    budget: int

    def __post_init__(self) -> None:
        if self.budget <= 0:
            raise ValueError("an allowance is never nothing")


@dataclass(frozen=True, kw_only=True)
class Timed:
    """How long something may take: the usual allowance, and the shorter ones of more pressing cases."""

    usual: Fact[Allowance]
    by_priority: Mapping[Priority, Fact[Allowance]] = field(default_factory=dict)

    def allowance(self, priority: Priority) -> Fact[Allowance]:
        return self.by_priority.get(priority, self.usual)


@dataclass(frozen=True, kw_only=True)
class TimeLimit(Timed):
    limit: Limit
    routes: tuple[Route, ...]
    anchor: Anchor


@dataclass(frozen=True, kw_only=True)
class WorkAllowance(Timed):
    """For a work item that is due by itself and not by a limit of its stage; runs from its opening."""

    kind: WorkKind


@dataclass(frozen=True, kw_only=True)
class PauseReason:
    """The only grounds on which a person may stop a clock; the unpaused figure is still reported."""

    reason: str
    limits: tuple[Limit, ...]
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Calendar:
    country: str
    subdivision: str
    timezone: str
    extra_bank_holidays: Fact[tuple[date, ...]]  # proclaimed, and not yet in the holidays package
    checked_until: Fact[date]  # later dates are computed and said to be unverified
    warn_days_before: Fact[int]  # ops hear this long before checked_until


@dataclass(frozen=True, kw_only=True)
class SourceRules:
    mandatory: Mapping[Route, Fact[tuple[Source, ...]]]
    fresh_days: Fact[int]  # a return older than this at the decision is made again
    fresh_days_of: Mapping[Source, Fact[int]]  # the exceptions

    chase_days: Fact[int]  # an agency, owner or partner that has not answered is asked again

    def freshness(self, source: Source) -> Fact[int]:
        return self.fresh_days_of.get(source, self.fresh_days)


@dataclass(frozen=True, kw_only=True)
class SearchRules:
    manual_searches: Fact[int]  # at most, per manual source
    variants: Fact[int]  # at most, per person
    nicknames_per_name: Fact[int]
    year_slip: Fact[int]  # a year of birth may be wrong by
    age_range_years: Fact[int]  # either side, where a source is searched without a date
    candidates: Fact[int]  # shown per search


@dataclass(frozen=True, kw_only=True)
class PanelRules:
    quorum: Fact[int]  # members who answered, the chair among them
    agencies_in_quorum: Fact[int]  # at least so many outside the police
    cycle_days: Fact[int]  # between two meetings
    first_meeting: Fact[date]  # any meeting of the cycle
    meetings: Fact[tuple[date, ...]]  # dates that were fixed by hand; the cycle goes on after the last of them
    ratify_out_of_cycle_days: Fact[int]  # a decision out of cycle comes before the full panel within


@dataclass(frozen=True, kw_only=True)
class ContactRules:
    safe_contact_stale_days: Fact[int]  # an older plan is confirmed again before it is used
    minimum_attempts: Fact[int]  # before a supervisor may close for no engagement
    attempts_apart_hours: Fact[int]  # so that they fall at different safe times
    delivering_people: Fact[int]
    trained_among_them: Fact[int]
    override_hours: Fact[int]  # a threat-to-life override lasts so long, or until somebody was reached
    others_told_after_days: Fact[int]  # from submission: whoever applied for somebody else hears no sooner ...
    others_told_every_days: Fact[int]  # ... and if it is decided later, at the next of these


@dataclass(frozen=True, kw_only=True)
class WatchRules:
    months: Fact[int]  # after closure; renewed only by a person with a reason
    lethality_months: Fact[int]  # serious violence this recent is a sign of danger


@dataclass(frozen=True, kw_only=True)
class EscalationLevel:
    """One step of the ladder: who is told, and how long silence may last before the next one is."""

    level: int
    role: Role | None = None  # None is whoever owns the item
    wait_minutes: Mapping[Priority, int] = field(default_factory=dict)  # elapsed, day and night; empty on the last


@dataclass(frozen=True, kw_only=True)
class EscalationRules:
    rungs: Fact[tuple[EscalationLevel, ...]]
    due_soon_minutes: Fact[Mapping[Priority, int]]
    unclaimed_minutes: Fact[Mapping[Priority, int]]  # an item nobody takes is stalled
    unchanged_days: Fact[Mapping[Stage, int]]  # an application that does not move is stalled


@dataclass(frozen=True, kw_only=True)
class Triage:
    """The least priority of an application that shows a sign while it is open; two people may lower it again."""

    repeat_application: Fact[Priority]  # somebody applies about the same B, or A comes again
    safeguarding_overdue: Fact[Priority]  # what was to keep somebody safe was not done in time
    limit_passed: Fact[Priority]  # the limit of the whole process


@dataclass(frozen=True, kw_only=True)
class Oversight:
    sampled_percent: Fact[int]  # of negative outcomes, decided again by someone else
    competence_months: Fact[int]  # training counts for so long
    forecast_needs_weeks: Fact[int]  # of own history


@dataclass(frozen=True, kw_only=True)
class Retention:
    application_years: Fact[int]  # after closure and the end of its watch, then two people may dispose
    engine_run_days: Fact[int]  # finished runs of the workflow engine


@dataclass(frozen=True, kw_only=True)
class Policy:
    name: str
    version: str  # kept on the application beside the name
    title: str
    in_force_from: Fact[date]  # by the local date of receipt
    in_force_until: Fact[date] | None = None  # the last day
    calendar: Calendar
    limits: tuple[TimeLimit, ...]
    work: tuple[WorkAllowance, ...]
    pauses: tuple[PauseReason, ...]
    sources: SourceRules
    search: SearchRules
    panel: PanelRules
    contact: ContactRules
    watch: WatchRules
    escalation: EscalationRules
    triage: Triage
    oversight: Oversight
    retention: Retention

    def limit(self, limit: Limit, route: Route) -> TimeLimit | None:
        """None where the limit does not apply to the route."""
        return next((each for each in self.limits if each.limit is limit and route in each.routes), None)

    def work_allowance(self, kind: WorkKind) -> WorkAllowance | None:
        """None where the item is due with its stage."""
        return next((each for each in self.work if each.kind is kind), None)

    def mandatory_sources(self, route: Route) -> tuple[Source, ...]:
        return self.sources.mandatory[route].value

    def may_pause(self, limit: Limit, reason: str) -> bool:
        return any(each.reason == reason and limit in each.limits for each in self.pauses)

    def in_force(self, received: date) -> bool:
        until = self.in_force_until
        return self.in_force_from.value <= received and (until is None or received <= until.value)
