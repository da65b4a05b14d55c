"""Forecast: how many applications will pass their limit in the next eight weeks, and what more capacity would change."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from casebook.casework.core.acting import Act
from casebook.casework.reporting.simulation import Before, ForceHistory, late
from casebook.domain.authority import Command
from casebook.domain.policy import Unit
from casebook.domain.vocabulary import Limit, Route, Stage
from casebook.storage.case import history

WEEKS = 8
PLAYS = 200
RESEARCHED = frozenset({Stage.RISK_SCORING, Stage.PANEL_DECISION, Stage.DISCLOSURE})


def forecast(act: Act, *, seed: int = 1, plays: int = PLAYS) -> dict[str, object]:
    """The forecast with intervals, or the reason why there is none."""
    act.allowed(Command.SEE_OTHER_CASES)
    rules = act.documents.policy_on(act.now).oversight
    needed = rules.forecast_needs_weeks.value
    arrivals = [at for at in history.arrivals(act.session) if at <= act.now]
    weeks = (act.now - arrivals[0]).days / 7 if arrivals else 0.0
    summary: dict[str, object] = {"weeks_of_history": round(weeks, 1), "weeks_needed": needed, "forecast": None}
    if not arrivals or not rules.may_forecast(arrivals[0], act.now):
        return {**summary, "reason": "too_little_history"}
    force = _learn(act, arrivals)
    if force is None:
        return {**summary, "reason": "nothing_decided_and_delivered_yet"}
    return {
        **summary,
        "reason": None,
        "forecast": {
            "weeks": WEEKS,
            "open": len(force.open),
            "late_already": sum(case.due < 0 for case in force.open),
            "as_it_is": _spread(force, seed, plays),
            "one_more_researcher": _spread(replace(force, researchers=force.researchers + 1), seed, plays),
            "one_more_panel_slot": _spread(replace(force, slots=force.slots + 1), seed, plays),
        },
    }


def _learn(act: Act, arrivals: list[datetime]) -> ForceHistory | None:
    session, now, policy = act.session, act.now, act.documents.policy_on(act.now)
    limit = policy.limit(Limit.WHOLE_PROCESS, Route.RIGHT_TO_ASK)
    research, delivery = history.research_days(session), history.delivery_days(session)
    decided, cycle = history.decisions(session), policy.panel.cycle_days.value
    if limit is None or limit.usual.value.unit is not Unit.CALENDAR_DAYS or not (research and delivery and decided):
        return None
    recent = [at for at in arrivals if at > now - timedelta(weeks=26)]
    days = min(26 * 7, max(1.0, (now - arrivals[0]).total_seconds() / 86400))
    return ForceHistory(
        open=[
            Before(
                due=(case.due_at - now).total_seconds() / 86400,
                researched=case.stage in RESEARCHED,
                decided=case.stage == Stage.DISCLOSURE,
            )
            for case in history.waiting(session)
        ],
        arrivals_per_day=len(recent) / days,
        research_days=research,
        delivery_days=delivery,
        researchers=max(1, history.researchers(session)),
        slots=_busiest(decided, timedelta(days=cycle)),
        cycle_days=cycle,
        allowed_days=limit.usual.value.budget,
    )


def _busiest(decided: list[datetime], cycle: timedelta) -> int:
    """The most decisions ever made in one cycle: the known capacity of a meeting."""
    return max(sum(start <= at < start + cycle for at in decided) for start in decided)


def _spread(force: ForceHistory, seed: int, plays: int) -> dict[str, float]:
    """The median, and the interval of nine in ten plays. Each question uses the same seed, so that the answers compare."""
    late_counts = sorted(late(force, days=WEEKS * 7, rng=random.Random(seed + play)) for play in range(plays))  # noqa: S311 - a simulation
    return {"median": median(late_counts), "low": late_counts[plays // 20], "high": late_counts[-1 - plays // 20]}
