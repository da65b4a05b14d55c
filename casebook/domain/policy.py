"""The scheme as data: every number that a force may set, with its source and whether anybody checked it.

This module has the fields; the numbers are in `casebook/policies/*.toml`, where each key is named like its field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from casebook.domain.vocabulary import Limit, Priority, Role, Route, Source, Stage, WorkKind

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Fact(Generic[T]):
    value: T
    source: str  # the document that says so, or "local" for a choice of ours
    verified: bool  # somebody checked it in that document
    note: str = ""


class Unit(StrEnum):
    ELAPSED_MINUTES = "elapsed_minutes"  # real time, day and night
    ELAPSED_HOURS = "elapsed_hours"
    WORKING_DAYS = "working_days"  # due at the end of the N-th working day after the anchor's local day
    CALENDAR_DAYS = "calendar_days"  # the same local clock time N days later


class Anchor(StrEnum):
    """What starts the clock of a limit."""

    SUBMISSION = "submission"
    DANGER = "danger"  # when anybody first knew of the danger; at the latest the submission, if it reports it
    DELIVERY = "delivery"
    OPENED = "opened"  # of the work item itself


@dataclass(frozen=True, kw_only=True)
class Allowance:
    unit: Unit
    budget: int

    def __post_init__(self) -> None:
        if self.budget <= 0:
            raise ValueError("an allowance must be greater than nothing")


@dataclass(frozen=True, kw_only=True)
class Timed:
    """How long something may take: the usual allowance, and the shorter ones for more urgent cases."""

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
    """The time limit of a work item that has its own, instead of the limit of its stage. It runs from its opening."""

    kind: WorkKind


@dataclass(frozen=True, kw_only=True)
class PauseReason:
    """A ground on which a person may pause a clock. There are no others; the unpaused figure is still reported."""

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
    checked_until: Fact[date]  # later dates are calculated and reported as unverified
    warn_days_before: Fact[int]  # operations are notified this long before checked_until

    def must_be_checked(self, day: date) -> bool:
        """Whether somebody must check the bank holidays of later years, as they are not checked much further than the day."""
        return day >= self.checked_until.value - timedelta(days=self.warn_days_before.value)


@dataclass(frozen=True, kw_only=True)
class SourceRules:
    mandatory: Mapping[Route, Fact[tuple[Source, ...]]]
    fresh_days: Fact[int]  # a return older than this at the decision is searched again
    fresh_days_of: Mapping[Source, Fact[int]]  # the exceptions

    chase_days: Fact[int]  # an agency, owner or partner that has not answered is asked again

    def freshness(self, source: Source) -> Fact[int]:
        return self.fresh_days_of.get(source, self.fresh_days)

    def chased_at(self, asked_at: datetime) -> datetime:
        """When somebody who was asked at a moment, and has not answered, is asked again."""
        return asked_at + timedelta(days=self.chase_days.value)


@dataclass(frozen=True, kw_only=True)
class SearchRules:
    manual_searches: Fact[int]  # at most, per manual source
    variants: Fact[int]  # at most, per person
    age_range_years: Fact[int]  # either side, where a source is searched without a date
    candidates: Fact[int]  # shown per search
    one_by_one: Fact[int]  # people of the name, of a source, who are read one by one
    listed: Fact[int]  # people of the name, of a source, who are lines of a list; the others are counted
    within_years: Fact[int]  # between the birth date told and theirs, for people of the name to be read one by one


@dataclass(frozen=True, kw_only=True)
class InstrumentRules:
    """The risk questionnaire that a case needs. Declining it is an answer."""

    accepted: Fact[tuple[str, ...]]  # any one of them
    complete_percent: Fact[int]  # of its questions have a yes or a no
    by_stage: Fact[Stage]  # this stage does not end without
    less_accepted_by: Fact[Role]  # who may accept less: another person than whoever asks for it

    def __post_init__(self) -> None:
        if self.by_stage.value not in {Stage.RISK_SCORING, Stage.PANEL_DECISION}:
            raise ValueError("the questionnaire is due by risk_scoring or panel_decision")


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
    call_back_hours: Fact[int]  # a call-back that the person asked for by their code word is allowed so long
    others_told_after_days: Fact[int]  # from submission: whoever applied for somebody else is told no sooner ...
    others_told_every_days: Fact[int]  # ... and if it is decided later, at the next of these

    def override_ends(self, authorised_at: datetime) -> datetime:
        """The last moment at which an override is in force."""
        return authorised_at + timedelta(hours=self.override_hours.value)

    def call_back_ends(self, asked_at: datetime) -> datetime:
        """Until when a call-back is allowed."""
        return asked_at + timedelta(hours=self.call_back_hours.value)


@dataclass(frozen=True, kw_only=True)
class WatchRules:
    months: Fact[int]  # after closure; renewed only by a person with a reason


@dataclass(frozen=True, kw_only=True)
class EscalationLevel:
    """One escalation level: who is notified, and how long they have to acknowledge before the next level is notified."""

    level: int
    role: Role | None = None  # None: the owner of the item
    wait_minutes: Mapping[Priority, int] = field(default_factory=dict)  # elapsed, day and night; empty on the last


@dataclass(frozen=True, kw_only=True)
class EscalationRules:
    rungs: Fact[tuple[EscalationLevel, ...]]
    due_soon_minutes: Fact[Mapping[Priority, int]]
    unclaimed_minutes: Fact[Mapping[Priority, int]]  # an item that nobody claims is stalled
    unchanged_days: Fact[Mapping[Stage, int]]  # an application without any change is stalled

    @property
    def due_soon(self) -> Mapping[Priority, timedelta]:
        """How long before its limit an application is due soon."""
        return {priority: timedelta(minutes=minutes) for priority, minutes in self.due_soon_minutes.value.items()}


@dataclass(frozen=True, kw_only=True)
class Triage:
    """The lowest priority of an open application that shows a sign; two people may lower it again."""

    repeat_application: Fact[Priority]  # somebody applies about the same B, or A comes again
    safeguarding_overdue: Fact[Priority]  # immediate safeguarding was not done in time
    limit_passed: Fact[Priority]  # the limit of the whole process
    several_applicants: Fact[Priority]  # so many different people ask about the same B within so many years
    several_applicants_least: Fact[int]
    several_applicants_years: Fact[int]

    def are_several(self, applicants: int) -> bool:
        """Whether so many different people are enough to raise all applications about one subject."""
        return applicants >= self.several_applicants_least.value


@dataclass(frozen=True, kw_only=True)
class Oversight:
    forecast_needs_weeks: Fact[int]  # of own history

    def may_forecast(self, since: datetime, now: datetime) -> bool:
        """Whether a history that began at a moment is long enough for a forecast."""
        return now - since >= timedelta(weeks=self.forecast_needs_weeks.value)


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
    instruments: InstrumentRules
    panel: PanelRules
    contact: ContactRules
    watch: WatchRules
    escalation: EscalationRules
    triage: Triage
    oversight: Oversight
    retention: Retention

    def limit(self, limit: Limit, route: Route) -> TimeLimit | None:
        """The rule of a limit; None if the limit does not apply to the route."""
        return next((rule for rule in self.limits if rule.limit is limit and route in rule.routes), None)

    def work_allowance(self, kind: WorkKind) -> WorkAllowance | None:
        """The item's own time limit; None if it is due with its stage."""
        return next((rule for rule in self.work if rule.kind is kind), None)

    def mandatory_sources(self, route: Route) -> tuple[Source, ...]:
        return self.sources.mandatory[route].value

    def may_pause(self, limit: Limit, reason: str) -> bool:
        return any(pause.reason == reason and limit in pause.limits for pause in self.pauses)

    def in_force(self, received: date) -> bool:
        until = self.in_force_until
        return self.in_force_from.value <= received and (until is None or received <= until.value)
