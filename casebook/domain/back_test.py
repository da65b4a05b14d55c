"""What another document would have changed in a case: its limits, its work, its steps and its priority. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from casebook.domain import deadlines, triage
from casebook.domain.policy import Policy
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.risk.risk_scoring import score
from casebook.domain.triage import TriageSign
from casebook.domain.vocabulary import Limit, Priority, Route, Source, WorkKind

Holidays = Callable[[Policy], Container[date]]


class Area(StrEnum):
    """What part of a case a change is in."""

    LIMIT = "limit"
    WORK = "work"
    STEP = "step"
    PRIORITY = "priority"


class Effect(StrEnum):
    """Which way a change goes."""

    STRICTER = "stricter"
    LESS_STRICT = "less_strict"
    SAFER = "safer"
    LESS_SAFE = "less_safe"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True)
class ClockFacts:
    """One time limit of a case as it ran."""

    limit: Limit
    anchor_at: datetime
    priority: Priority
    paused: timedelta = timedelta()
    settled_at: datetime | None = None  # met or ended


@dataclass(frozen=True, kw_only=True)
class WorkFacts:
    """One work item of a case."""

    kind: WorkKind
    opened_at: datetime
    claimed_at: datetime | None
    settled_at: datetime | None  # done or cancelled
    priority: Priority


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What happened in one case, as far as a policy has a say in it."""

    reference: str
    open: bool
    route: Route
    priority: Priority
    raised_for: TriageSign | None  # if that is why it has its priority
    clocks: Sequence[ClockFacts]
    work: Sequence[WorkFacts]
    returned: Mapping[Source, datetime]  # when each source last returned for the subject
    decided_at: datetime | None
    answered: int | None  # members of the panel who answered, the chair among them
    agencies: int | None  # of them, agencies outside the police


@dataclass(frozen=True, kw_only=True)
class CaseChange:
    """One thing that would be other than it is. `was` and `would` are codes, counts and moments."""

    reference: str
    area: Area
    what: str
    was: str
    would: str
    effect: Effect


def changes(case: CaseFacts, earlier: Policy, later: Policy, holidays: Holidays, now: datetime) -> list[CaseChange]:
    """Everything that would differ if `later` had governed the case, and not `earlier`."""
    return [
        *_limits(case, earlier, later, holidays, now),
        *_work(case, earlier, later, holidays, now),
        *_sources(case, earlier, later),
        *_panel(case, earlier, later),
        *_steps(case, earlier, later),
        *_priority(case, earlier, later),
    ]


def rescored(reference: str, inputs: Mapping[str, object], earlier: RiskModel, later: RiskModel) -> list[CaseChange]:
    """What another risk model would say of the same facts: the band and the priority."""
    read = ScoreInputs.from_dict(dict(inputs))
    was, would = score(read, earlier), score(read, later)
    found = []
    for what, before, after in (("band", was.band, would.band), ("priority", was.priority, would.priority)):
        if before != after:
            effect = Effect.SAFER if would.score > was.score else Effect.LESS_SAFE
            effect = Effect.CHANGED if would.score == was.score else effect
            found.append(
                CaseChange(
                    reference=reference, area=Area.PRIORITY, what=what, was=str(before), would=str(after), effect=effect
                )
            )
    return found


def _limits(case: CaseFacts, earlier: Policy, later: Policy, holidays: Holidays, now: datetime) -> Iterator[CaseChange]:
    for clock in case.clocks:
        was, would = (_due(case, clock, policy, holidays) for policy in (earlier, later))
        if was != would:
            yield _dated(case, Area.LIMIT, clock.limit, (was, would), clock.settled_at or now)


def _due(case: CaseFacts, clock: ClockFacts, policy: Policy, holidays: Holidays) -> datetime | None:
    limit = policy.limit(clock.limit, case.route)
    if limit is None:
        return None
    due = deadlines.due(limit, clock.anchor_at, policy=policy, priority=clock.priority, holidays=holidays(policy))
    return due.due_at + clock.paused


def _work(case: CaseFacts, earlier: Policy, later: Policy, holidays: Holidays, now: datetime) -> Iterator[CaseChange]:
    for item in case.work:
        was, would = (_item_due(item, policy, holidays) for policy in (earlier, later))
        if was != would:
            yield _dated(case, Area.WORK, item.kind, (was, would), item.settled_at or now)
        waited = (item.claimed_at or item.settled_at or now) - item.opened_at
        escalated = [
            waited >= timedelta(minutes=policy.escalation.unclaimed_minutes.value[item.priority])
            for policy in (earlier, later)
        ]
        if escalated[0] != escalated[1]:
            yield _change(
                case, Area.WORK, f"{item.kind}:escalated", (_yes(escalated[0]), _yes(escalated[1])),
                Effect.STRICTER if escalated[1] else Effect.LESS_STRICT,
            )  # fmt: skip


def _item_due(item: WorkFacts, policy: Policy, holidays: Holidays) -> datetime | None:
    allowance = policy.work_allowance(item.kind)
    if allowance is None:
        return None
    zone = ZoneInfo(policy.calendar.timezone)
    return deadlines.after(
        item.opened_at, allowance.allowance(item.priority).value, zone=zone, holidays=holidays(policy)
    )


def _dated(
    case: CaseFacts, area: Area, what: str, moved: tuple[datetime | None, datetime | None], settled: datetime
) -> CaseChange:
    """A due time that moves. It says when it was late, or would be."""
    was, would = moved
    if would is None or was is None:
        effect = Effect.LESS_STRICT if would is None else Effect.STRICTER
    else:
        effect = Effect.STRICTER if would < was else Effect.LESS_STRICT
    return _change(case, area, what, (_moment(was, settled), _moment(would, settled)), effect)


def _moment(due: datetime | None, settled: datetime) -> str:
    if due is None:
        return "no_limit"
    return f"{due.isoformat(timespec='minutes')}{' late' if settled > due else ''}"


def _sources(case: CaseFacts, earlier: Policy, later: Policy) -> Iterator[CaseChange]:
    was, would = (set(policy.mandatory_sources(case.route)) for policy in (earlier, later))
    for source in sorted(would - was):
        searched = "searched" if source in case.returned else "not_searched"
        yield _change(case, Area.STEP, f"source:{source}", (searched, "mandatory"), Effect.SAFER)
    for source in sorted(was - would):
        yield _change(case, Area.STEP, f"source:{source}", ("mandatory", "not_mandatory"), Effect.LESS_SAFE)
    for source in sorted(was & would & case.returned.keys()):
        stale = [_is_stale(case, source, policy) for policy in (earlier, later)]
        if stale[0] != stale[1]:
            effect = Effect.SAFER if stale[1] else Effect.LESS_SAFE
            yield _change(case, Area.STEP, f"search_again:{source}", (_yes(stale[0]), _yes(stale[1])), effect)


def _is_stale(case: CaseFacts, source: Source, policy: Policy) -> bool:
    fresh = timedelta(days=policy.sources.freshness(source).value)
    return case.decided_at is not None and case.returned[source] + fresh < case.decided_at


def _panel(case: CaseFacts, earlier: Policy, later: Policy) -> Iterator[CaseChange]:
    """Whether the panel that decided would have been enough. Nothing is said of a case without a decision."""
    if case.answered is None or case.agencies is None:
        return
    enough = [
        case.answered >= policy.panel.quorum.value and case.agencies >= policy.panel.agencies_in_quorum.value
        for policy in (earlier, later)
    ]
    if enough[0] != enough[1]:
        effect = Effect.LESS_SAFE if enough[1] else Effect.SAFER
        yield _change(case, Area.STEP, "panel_is_enough", (_yes(enough[0]), _yes(enough[1])), effect)


# what a policy asks of every case, and whether more of it is safer
_ASKED: Sequence[tuple[str, Callable[[Policy], object], bool]] = (
    ("questionnaires", lambda policy: ",".join(policy.instruments.accepted.value), True),
    ("questionnaire_percent", lambda policy: policy.instruments.complete_percent.value, True),
    ("questionnaire_by", lambda policy: policy.instruments.by_stage.value.value, True),
    ("people_at_delivery", lambda policy: policy.contact.delivering_people.value, True),
    ("trained_at_delivery", lambda policy: policy.contact.trained_among_them.value, True),
    ("attempts", lambda policy: policy.contact.minimum_attempts.value, True),
    ("plan_stale_days", lambda policy: policy.contact.safe_contact_stale_days.value, False),
    ("names_one_by_one", lambda policy: policy.search.one_by_one.value, True),
    ("names_listed", lambda policy: policy.search.listed.value, True),
    ("variants", lambda policy: policy.search.variants.value, True),
    ("watch_months", lambda policy: policy.watch.months.value, True),
)


def _steps(case: CaseFacts, earlier: Policy, later: Policy) -> Iterator[CaseChange]:
    """What would be asked differently. Of a closed case only what it shows is said, so this is of open cases."""
    for what, of, more_is_safer in _ASKED if case.open else ():
        was, would = of(earlier), of(later)
        if was == would:
            continue
        effect = Effect.CHANGED
        if isinstance(was, int) and isinstance(would, int):
            effect = Effect.SAFER if (would > was) is more_is_safer else Effect.LESS_SAFE
        yield _change(case, Area.STEP, what, (str(was), str(would)), effect)


def _priority(case: CaseFacts, earlier: Policy, later: Policy) -> Iterator[CaseChange]:
    if case.raised_for is None:
        return
    was, would = (triage.least(case.raised_for, policy.triage) for policy in (earlier, later))
    if was is not would:
        effect = Effect.SAFER if would.rank < was.rank else Effect.LESS_SAFE
        yield _change(case, Area.PRIORITY, case.raised_for, (was, would), effect)


def _change(case: CaseFacts, area: Area, what: str, values: tuple[str, str], effect: Effect) -> CaseChange:
    was, would = map(str, values)
    return CaseChange(reference=case.reference, area=area, what=str(what), was=was, would=would, effect=effect)


def _yes(value: bool) -> str:  # noqa: FBT001 - it is the only thing said
    return "yes" if value else "no"
