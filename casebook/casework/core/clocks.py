"""The clocks of an application: started at submission, met or ended, shortened when danger grows, paused by policy only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casebook import policies
from casebook.casework.core.acting import Act, refuse_because
from casebook.domain import deadlines
from casebook.domain.case.wording import APPLICANT_OTHER
from casebook.domain.deadlines import Deadline
from casebook.domain.policy import Allowance, Anchor
from casebook.domain.vocabulary import Limit, Priority, Route, Stage, WorkKind
from casebook.domain.work import SPECS
from casebook.storage.documents import policy_of
from casebook.storage.tables import OPEN_WORK, Application, Clock, WorkItem

# met by leaving a stage, in the order of the stages
LIMIT_OF = {
    Stage.RECORD_CHECKS: Limit.RECORD_CHECKS,
    Stage.RISK_SCORING: Limit.RISK_SCORING,
    Stage.PANEL_DECISION: Limit.PANEL_DECISION,
    Stage.DISCLOSURE: Limit.DISCLOSURE,
}


def clock_id(reference: str, limit: Limit | None) -> str:
    return f"{reference}:{limit}"


def due_from(moment: datetime, allowance: Allowance, application: Application) -> datetime:
    """When something that starts at a moment is due under the application's policy."""
    zone = ZoneInfo(policy_of(application).calendar.timezone)
    return deadlines.after(moment, allowance, zone=zone, holidays=_holidays(application, moment))


def start(act: Act, application: Application) -> None:
    """Start every clock that runs from submission. The caller writes the ledger entry."""
    for deadline in _from(application, application.submitted_at):
        if deadline.anchor is Anchor.SUBMISSION:
            act.session.add(_row(application, deadline))


def start_deliveries(act: Act, application: Application, delivered_at: datetime) -> None:
    """Start the clocks of the follow-up contacts."""
    for deadline in deadlines.due_from_delivery(
        delivered_at, route=Route(application.route), priority=Priority(application.priority),
        policy=policy_of(application), holidays=_holidays(application, delivered_at),
    ):  # fmt: skip
        if act.session.get(Clock, clock_id(application.reference, Limit(deadline.what))) is None:
            act.session.add(_row(application, deadline))


def meet(act: Act, application: Application, limit: Limit, at: datetime | None = None) -> None:
    """Record that a limit was met. The first time counts. A limit that does not apply to the route has no clock.

    Nothing done before the limit began meets it, nor anything after it ended.
    """
    clock, moment = act.session.get(Clock, clock_id(application.reference, limit)), at or act.now
    if clock is None or clock.met_at is not None or clock.ended_at is not None:
        return
    if (clock.starts_at or clock.anchor_at) <= moment <= act.now:
        clock.met_at = moment


def take_back(act: Act, application: Application, limit: Limit, at: datetime) -> None:
    """The act of that moment does not hold any more: if it met the limit, the limit runs on."""
    clock = act.session.get(Clock, clock_id(application.reference, limit))
    if clock is not None and clock.met_at == at:
        clock.met_at = None


def end(act: Act, application: Application) -> None:
    """End every limit that was not met, because the application ends early. It counts neither as met nor as missed."""
    for clock in of(act, application):
        if clock.met_at is None and clock.ended_at is None:
            clock.ended_at = act.now


def begin_again(act: Act, application: Application, stage: Stage) -> list[str]:
    """An application that ended is reopened at a stage: that step and the later ones have their time anew. Returns the limits.

    The other limits go on with the time they had left, so nobody gains time by ending an application and reopening it.
    """
    ended = [clock for clock in of(act, application) if clock.met_at is None]
    ended_at = application.closed_at or act.now  # an earlier release that closed it marked no limit as ended
    steps = _steps_from(stage)
    for clock in ended:
        if clock.running_since is not None and clock.limit_name not in steps:
            stopped = deadlines.pause(_ledger(clock), max(ended_at, clock.running_since))
            _store(clock, deadlines.resume(stopped, act.now), None)
        clock.ended_at = None
    _restart(act, application, [clock for clock in ended if clock.limit_name in steps], steps)
    return [clock.limit_name for clock in ended]


def restart_steps(act: Act, application: Application) -> None:
    """After an application went back to a step: the met limits of that step and of the later ones start again."""
    steps = _steps_from(Stage(application.stage))
    met = [clock for clock in of(act, application) if clock.limit_name in steps and clock.met_at is not None]
    if not met:
        return
    were = {clock.limit_name: f"{clock.met_at:%Y-%m-%dT%H:%M:%S%z}" for clock in met if clock.met_at}
    _restart(act, application, met, steps)
    act.record(application, "limits_restarted", limits=sorted(were), met=were)


def reprice(act: Act, application: Application, *, before: Priority, since: datetime) -> None:
    """After the priority was raised at `since`: shorten the clocks and items that now have less time. None gets longer.

    What is left is the shorter of what was left, and the whole budget of the new priority from that moment: nothing is late
    because somebody learnt of a danger.
    """
    for deadline in _from(application, since):
        clock = act.session.get(Clock, clock_id(application.reference, Limit(deadline.what)))
        if clock is None or clock.met_at is not None or clock.ended_at is not None:
            continue
        clock.priority = clock.priority or before
        if deadline.due_at - act.now < deadlines.remaining(_ledger(clock), act.now):
            began = clock.starts_at or clock.anchor_at
            _rebase(clock, deadline, application.priority)
            clock.starts_at = began if began != clock.anchor_at else None
    _hasten(act, application, since)


def restart(act: Act, application: Application) -> list[str]:
    """After a corrected moment of submission: start the clocks that run from it again. Returns the limits that moved.

    A limit that was met stays met. Refused if a clock was ever paused: what it had used would no longer be known.
    """
    moved = []
    for deadline in _from(application, application.submitted_at):
        clock = act.session.get(Clock, clock_id(application.reference, Limit(deadline.what)))
        if clock is None or deadline.anchor is not Anchor.SUBMISSION:
            continue
        if clock.starts_at is not None:  # it runs from where the priority was raised
            clock.starts_at = deadline.anchor_at
            continue
        if clock.consumed_seconds or clock.pause_reason or clock.running_since is None:
            refuse_because("clock_paused", "a clock of this application was paused: its start can no longer be moved")
        clock.anchor_at = clock.running_since = deadline.anchor_at
        reset(clock, deadline)
        moved.append(clock.limit_name)
    _follow(act, application)
    return moved


def _follow(act: Act, application: Application) -> None:
    """Give open work that is due with a clock the clock's new due time."""
    policy = policy_of(application)
    for item in act.session.scalars(select(WorkItem).where(WorkItem.reference == application.reference, OPEN_WORK)):
        if item.due_at is None or policy.work_allowance(WorkKind(item.kind)):
            continue
        clock = act.session.get(Clock, clock_id(application.reference, SPECS[WorkKind(item.kind)].limit))
        item.due_at = clock.due_at if clock else item.due_at


def reset(clock: Clock, deadline: Deadline) -> None:
    """Give a clock another budget. The time it has used, and a pause, stay as they are."""
    clock.unpaused_due_at = deadline.due_at
    clock.budget = _budget(deadline)
    clock.due_at = _ledger(clock).due_at
    clock.source, clock.verified = deadline.source, deadline.verified


def _rebase(clock: Clock, deadline: Deadline, priority: str) -> None:
    """Let a clock run from the anchor of this deadline, with its whole budget. A paused clock stays paused."""
    clock.anchor_at, clock.consumed_seconds, clock.priority = deadline.anchor_at, 0.0, priority
    clock.running_since = None if clock.running_since is None else deadline.anchor_at
    reset(clock, deadline)


def _steps_from(stage: Stage) -> list[Limit]:
    """The limits of a stage and of those after it, in order."""
    return [limit for of_stage, limit in LIMIT_OF.items() if list(Stage).index(of_stage) >= list(Stage).index(stage)]


def _restart(act: Act, application: Application, clocks: Sequence[Clock], steps: Sequence[Limit]) -> None:
    """Start clocks of steps again, as if the step before the first one had just ended at its limit."""
    before = [limit for limit in LIMIT_OF.values() if limit not in steps]
    usual = {Limit(deadline.what): deadline for deadline in _from(application, act.now) if deadline.what in before}
    spent = usual[before[-1]].due_at - act.now if before and before[-1] in usual else timedelta()
    of_limit = {deadline.what: deadline for deadline in _from(application, act.now - spent)}
    for clock in clocks:
        if (deadline := of_limit.get(Limit(clock.limit_name))) is not None:
            clock.met_at = None
            _rebase(clock, deadline, application.priority)
            clock.starts_at = act.now


def _hasten(act: Act, application: Application, since: datetime) -> None:
    """Bring forward open work items, as if they had been opened at the present priority when it was raised."""
    policy, priority = policy_of(application), Priority(application.priority)
    for item in act.session.scalars(select(WorkItem).where(WorkItem.reference == application.reference, OPEN_WORK)):
        kind = WorkKind(item.kind)
        if item.subject.get("recipient") == APPLICANT_OTHER:
            continue  # another applicant has a time of their own, whatever the priority for the person at risk
        if allowance := policy.work_allowance(kind):
            begins = max(item.opened_at, since)
            due_at: datetime | None = due_from(begins, allowance.allowance(priority).value, application)
        else:
            clock = act.session.get(Clock, clock_id(application.reference, SPECS[kind].limit))
            due_at = clock.due_at if clock else None
        if due_at and item.due_at and due_at < item.due_at:
            item.due_at = due_at


def put_off(act: Act, application: Application, limit: Limit, reason: str, *, until: datetime) -> Clock:
    """Pause a clock on a ground that the policy names, so that it is due at `until`. The due time without the pause is kept too."""
    clock = _running(act, application, limit)
    if not act.actor.is_person:
        refuse_because("not_a_person", "only a member of staff can pause a clock")
    refusal = deadlines.reason_not_to_pause(
        _ledger(clock), act.now, limit=limit, reason=reason, policy=policy_of(application)
    )
    if refusal:
        refuse_because(refusal, "this clock cannot be paused on that ground")
    paused = deadlines.pause(_ledger(clock), act.now)
    left = deadlines.remaining(paused, act.now)
    _store(clock, deadlines.resume(paused, until - left), reason)
    act.record(application, "clock_paused", limit=limit, reason=reason, until=until.isoformat())
    return clock


def of(act: Act, application: Application) -> list[Clock]:
    """Every clock of an application, by due time."""
    clocks = act.session.scalars(select(Clock).where(Clock.reference == application.reference)).all()
    return sorted(clocks, key=lambda clock: (clock.unpaused_due_at or act.now, clock.limit_name))


def _running(act: Act, application: Application, limit: Limit) -> Clock:
    clock = act.session.get(Clock, clock_id(application.reference, limit))
    if clock is None or clock.met_at is not None:
        refuse_because("no_such_clock", "this application has no open clock for that limit")
    return clock


def _from(application: Application, moment: datetime) -> list[Deadline]:
    """Every limit that does not wait for a delivery, at the present priority, as if it began at this moment."""
    return deadlines.due_from_receipt(
        moment, route=Route(application.route), priority=Priority(application.priority), policy=policy_of(application),
        holidays=_holidays(application, moment),
    )  # fmt: skip


def _holidays(application: Application, moment: datetime) -> frozenset[date]:
    return policies.holidays_for(policy_of(application), range(moment.year, moment.year + 2))


def _row(application: Application, deadline: Deadline) -> Clock:
    return Clock(
        id=clock_id(application.reference, Limit(deadline.what)),
        reference=application.reference,
        limit_name=deadline.what,
        anchor_at=deadline.anchor_at,
        budget=_budget(deadline),
        consumed_seconds=0.0,
        running_since=deadline.anchor_at,
        pause_reason=None,
        due_at=deadline.due_at,
        unpaused_due_at=deadline.due_at,
        source=deadline.source,
        verified=deadline.verified,
        met_at=None,
        overrun_reason=None,
        starts_at=None,
        priority=application.priority,
        ended_at=None,
    )


def _budget(deadline: Deadline) -> dict[str, object]:
    return {"unit": deadline.allowance.unit, "amount": deadline.allowance.budget}


def _ledger(clock: Clock) -> deadlines.ClockState:
    return deadlines.ClockState(
        anchor_at=clock.anchor_at,
        unpaused_due_at=clock.unpaused_due_at or clock.anchor_at,
        consumed=timedelta(seconds=clock.consumed_seconds),
        running_since=clock.running_since,
    )


def _store(clock: Clock, ledger: deadlines.ClockState, reason: str | None) -> None:
    clock.consumed_seconds = ledger.consumed.total_seconds()
    clock.running_since, clock.due_at, clock.pause_reason = ledger.running_since, ledger.due_at, reason
