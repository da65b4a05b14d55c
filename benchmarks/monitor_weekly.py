"""Measures the questions the weekly monitor asks of a sound unit, and how soon it asks about a failing decider.

Run: python -m benchmarks.monitor_weekly [--quick] [--out docs/evidence/monitor_weekly.json]
Simulated units go week by week through `casebook.monitor.weekly.look`, which the weekly flow calls: models refitted on the
whole past, charts since the last restart. What the flow records is kept beside it: restarts, and who is in question until
a question is answered, which takes the week that professional standards have. Thresholds are those of the same code, found
again when the run length, the mean or the spread of the expected values has moved by more than a tenth or so.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtri

from benchmarks.monitor_unit import (
    A_MONTH,
    DECIDERS,
    MEAN,
    SPREAD,
    centre,
    count_signals,
    failed,
    padded,
    scores_of,
    summary,
)
from casebook.domain.monitor.decision_monitor import ChartKind, Side
from casebook.domain.monitor.monitor_policy import Charts
from casebook.monitor.expected import logistic
from casebook.monitor.thresholds import Floats, thresholds_for
from casebook.monitor.weekly import ChartSignal, Place, look
from casebook.policies import monitor as policy

START = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday
WEEKS_A_YEAR = 52
BASE = {ChartKind.SKIPPED_SOURCE: 0.02, ChartKind.DISAGREEMENT: 0.03}
SAMPLED = 0.25  # of the decisions, made again blind
BANDS = ("standard", "medium", "high", "critical", "insufficient_information")
FIFTHS = np.sqrt(np.arange(-2, 3) ** 2 / 2) * np.sign(np.arange(-2, 3))  # of variance 1
FAILING = {  # what goes wrong from a day on: the channel that should see it
    "third_of_odds": ChartKind.DECISION,
    "never": ChartKind.DECISION,
    "skips_sources": ChartKind.SKIPPED_SOURCE,
    "decides_wrongly": ChartKind.DISAGREEMENT,
    "misses_findings": ChartKind.YIELD,
}
WANTED = (10, 1)  # unit-years for one false alarm: the policy's, and one that gives more to count
WATCHED = (
    ChartKind.DECISION,
    ChartKind.YIELD,
    ChartKind.SKIPPED_SOURCE,
    ChartKind.REJECTED_CANDIDATE,
    ChartKind.DISAGREEMENT,
)
SUMMED = ("unit_years", "false_alarms", "of_them_in_the_first_year", "known_and_looked_at_once")
FAILS = 0.2  # of the cases of whoever skips sources or decides wrongly


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One unit as one channel sees it; `true` are the probabilities that the outcomes were drawn with."""

    channel: ChartKind
    frame: pd.DataFrame
    true: Floats


def unit(
    rng: np.random.Generator, channel: ChartKind, *, weeks: int, failing: str | None = None, since: int = 0
) -> Watched:
    """Decider 0 fails in the named way from week `since` on; the other eleven do as expected."""
    count = rng.poisson(A_MONTH * 12 / WEEKS_A_YEAR * weeks * part_of(channel))
    at = np.sort(rng.random(count)) * weeks
    steps, fifth = np.round(rng.normal(size=count) * 4) / 4, rng.integers(5, size=count)
    log_odds = centre(MEAN, SPREAD) + SPREAD * (0.8 * steps + 0.6 * FIFTHS[fifth])
    if channel in BASE:
        log_odds = np.full(count, math.log(BASE[channel] / (1 - BASE[channel])))
    decider = rng.integers(DECIDERS, size=count)
    chance = np.where((decider == 0) & (at >= since), failing_chance(log_odds, failing), logistic(log_odds))
    frame = pd.DataFrame(
        {
            "case": [f"A{number:06d}" for number in range(count)],
            "judged": [f"d{number:02d}" for number in decider],
            "at": pd.to_datetime([START + timedelta(weeks=each) for each in at]),
            "happened": rng.random(count) < chance,
            **features(rng, channel, steps, fifth),
        }
    )
    return Watched(channel=channel, frame=frame, true=logistic(log_odds))


def failing_chance(log_odds: Floats, failing: str | None) -> Floats:
    if failing in {"skips_sources", "decides_wrongly"}:
        return np.full_like(log_odds, FAILS)
    return failed(log_odds, failing)


def features(
    rng: np.random.Generator, channel: ChartKind, steps: Floats, fifth: NDArray[np.int64]
) -> Mapping[str, object]:
    """What the channel's model sees: two facts that carry the whole spread, and others that mean nothing."""
    count = len(steps)
    routes, bands = rng.choice(["right_to_ask", "right_to_know"], count), np.array(BANDS)[fifth]
    match channel:
        case ChartKind.DECISION:
            return {"findings": steps, "band": bands, "route": routes}
        case ChartKind.YIELD:
            return {
                "route": routes,
                "applicant": rng.choice(["a", "third_party"], count),
                "immediate_danger": rng.choice(["no", "yes"], count, p=[0.9, 0.1]),
                "relationship": bands,
                "b_age": rng.integers(2, 6, count) * 10.0,
                "b_sex": rng.choice(["m", "f"], count, p=[0.9, 0.1]),
                "proposed_matches": steps,
            }
        case ChartKind.REJECTED_CANDIDATE:
            return {"weight": steps, "band": bands}
        case ChartKind.DISAGREEMENT:
            return {"band": bands}
        case _:
            return {"route": routes}


class Limits:
    """The weekly code's thresholds, found once for run lengths and expected values that are as good as the same."""

    def __init__(self) -> None:
        self.found = dict[tuple[object, ...], Mapping[Side, float | None]]()

    def __call__(
        self, channel: ChartKind, expected: Sequence[float], odds_ratio: float, arl0: float
    ) -> Mapping[Side, float | None]:
        mean, spread = float(np.mean(expected)), float(np.std(expected))
        if not 0 < mean < 1:
            return thresholds_for(channel, expected, odds_ratio, arl0)
        about = (round(10 * math.log(arl0)), round(10 * math.log(mean / (1 - mean))), round(20 * spread / mean))
        key = (channel, odds_ratio, *about)
        if key not in self.found:
            self.found[key] = thresholds_for(channel, expected, odds_ratio, arl0)
        return self.found[key]


def weekly(
    seen: Watched, *, rules: Charts, limits: Limits, weeks: range
) -> Iterator[tuple[int, Sequence[ChartSignal]]]:
    """Each Monday's questions. A question waits a week for its answer; until then it puts in question whom it is about."""
    resets, waiting = dict[tuple[str, str, str], Place](), set[str]()
    moments = seen.frame["at"]
    for week in weeks:
        told = seen.frame[: int(moments.searchsorted(pd.Timestamp(START + timedelta(weeks=week))))]
        found = look(seen.channel, told, rules=rules, resets=resets, in_question=waiting, limits=limits)
        for each in found.questions:
            key = (each.channel, each.side, each.judged)
            resets[key] = max(each.at, resets.get(key, each.at))
        waiting = {each.judged for each in found.questions}
        yield week, found.questions


def rules_for(unit_years: int) -> Charts:
    """The policy's rules, with another wanted rate of false alarms."""
    charts = policy.load().charts
    part = unit_years / charts.unit_years_per_false_alarm.value
    return replace(
        charts,
        unit_years_per_false_alarm=replace(charts.unit_years_per_false_alarm, value=unit_years),
        fewest_cases_per_false_alarm=replace(
            charts.fewest_cases_per_false_alarm, value=round(charts.fewest_cases_per_false_alarm.value * part)
        ),
    )


def sequential(seen: Watched, rules: Charts, limits: Limits) -> int:
    """Signals of the same cases on charts that know the true probabilities and are never looked at again."""
    ratio = rules.odds_ratio.value[seen.channel]
    arl0 = A_MONTH * 12 * part_of(seen.channel) * rules.unit_years_per_false_alarm.value
    own = [seen.frame["judged"].to_numpy() == name for name in sorted(set(seen.frame["judged"]))]
    happened = padded([seen.frame["happened"].to_numpy(dtype=np.float64)[each] for each in own])
    expected = padded([seen.true[each] for each in own])
    total = 0
    for side, threshold in limits(seen.channel, list(seen.true), ratio, arl0).items():
        assert threshold
        total += count_signals(scores_of(happened, expected, ratio if side is Side.HIGH else 1 / ratio), threshold)
    return total


def part_of(channel: ChartKind) -> float:
    return SAMPLED if channel is ChartKind.DISAGREEMENT else 1.0


def interval(events: int, decades: float) -> dict[str, float]:
    """Per ten unit-years, with the exact 95 % limits of a Poisson count."""
    low = chdtri(2 * events, 0.975) / 2 if events else 0.0
    return {"rate": events / decades, "low": low / decades, "high": chdtri(2 * events + 2, 0.025) / 2 / decades}


def false_alarms(
    rng: np.random.Generator, channel: ChartKind, limits: Limits, *, unit_years: int, years: int, units: int
) -> dict[str, object]:
    """Of sound units watched from their first week; `first_year` is part of it."""
    rules, asked, first, known = rules_for(unit_years), 0, 0, 0
    for _ in range(units):
        seen = unit(rng, channel, weeks=years * WEEKS_A_YEAR)
        known += sequential(seen, rules, limits)
        for week, questions in weekly(seen, rules=rules, limits=limits, weeks=range(1, years * WEEKS_A_YEAR + 1)):
            asked += len(questions)
            first += len(questions) if week <= WEEKS_A_YEAR else 0
    return {
        "wanted_one_in_unit_years": unit_years,
        "unit_years": units * years,
        "false_alarms": asked,
        "of_them_in_the_first_year": first,
        "per_ten_unit_years": interval(asked, units * years / 10),
        "known_and_looked_at_once": known,
    }


def together(channels: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """One wish over every channel: few signals come of one channel alone."""
    summed = {name: sum(each[name] for each in channels) for name in SUMMED}
    rate = interval(summed["false_alarms"], summed["unit_years"] / 10)
    return {"wanted_one_in_unit_years": channels[0]["wanted_one_in_unit_years"], **summed, "per_ten_unit_years": rate}


def delays(rng: np.random.Generator, failing: str, limits: Limits, *, weeks: int, runs: int) -> dict[str, object]:
    """From the day on which one sound person, in a unit that was watched for a year, begins to fail."""
    channel, rules = FAILING[failing], policy.load().charts
    until, cases = list[float](), list[float]()
    for _ in range(runs):
        seen = unit(rng, channel, weeks=WEEKS_A_YEAR + weeks, failing=failing, since=WEEKS_A_YEAR)
        found = first_asked(
            seen, weekly(seen, rules=rules, limits=limits, weeks=range(WEEKS_A_YEAR, WEEKS_A_YEAR + weeks + 1))
        )
        until.append(math.inf if found is None else found[0])
        cases.append(math.inf if found is None else found[1] / part_of(channel))
    return {"channel": channel, "runs": runs, "weeks": summary(np.array(until)), "decisions": summary(np.array(cases))}


def first_asked(seen: Watched, mondays: Iterator[tuple[int, Sequence[ChartSignal]]]) -> tuple[int, int] | None:
    """Weeks and cases since decider 0 began to fail, on the Monday of the first question about what came after."""
    began = pd.Timestamp(START + timedelta(weeks=WEEKS_A_YEAR))
    theirs = seen.frame.loc[seen.frame["judged"] == "d00", "at"]
    for week, questions in mondays:
        latest = [when for each in questions if each.judged == "d00" for when, _ in [each.at]]
        if latest and max(latest) >= began:
            monday = pd.Timestamp(START + timedelta(weeks=week))
            return week - WEEKS_A_YEAR, int(((theirs >= began) & (theirs < monday)).sum())
    return None


def study(*, seed: int, years: int, units: int, weeks: int, runs: int) -> dict[str, object]:
    rng, limits = np.random.default_rng(seed), Limits()
    channels = {
        str(channel): [
            false_alarms(rng, channel, limits, unit_years=wanted, years=years, units=units) for wanted in WANTED
        ]
        for channel in WATCHED
    }
    return {
        "setting": {
            "deciders": DECIDERS,
            "applications_a_month": A_MONTH,
            "seed": seed,
            "years_of_a_unit": years,
            "units": units,
        },
        "false_alarms": channels,
        "of_all_channels": [together([each[place] for each in channels.values()]) for place in range(len(WANTED))],
        "delay": {failing: delays(rng, failing, limits, weeks=weeks, runs=runs) for failing in FAILING},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--years", type=int, default=3, help="of each unit")
    parser.add_argument("--units", type=int, default=2)
    parser.add_argument("--runs", type=int, default=8, help="of each failing decider")
    parser.add_argument("--weeks", type=int, default=104, help="a failing decider is watched")
    parser.add_argument("--seed", type=int, default=20230801)
    parser.add_argument("--quick", action="store_true", help="to see that it runs")
    parser.add_argument("--out", type=Path, default=Path("docs/evidence/monitor_weekly.json"))
    options = parser.parse_args()
    started = time.process_time()
    few = {"years": 1, "units": 1, "weeks": 12, "runs": 1} if options.quick else vars(options)
    sizes = {name: few[name] for name in ("years", "units", "weeks", "runs")}
    answer = study(seed=options.seed, **sizes)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(answer, indent=1) + "\n")
    print(f"{options.out}: {time.process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
