"""The weekly monitor, one channel at a time: expectations from the others' cases, charts since the last restart.

It takes rows and returns questions; it reads and writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from casebook.domain.monitor.decision_monitor import (
    ChartKind,
    FunnelPlace,
    MonitoredCase,
    Path,
    Side,
    chart,
    funnel_place,
    reason_not_to_name,
)
from casebook.domain.monitor.monitor_policy import Charts
from casebook.monitor import funnel
from casebook.monitor.analysis import comparable_scores
from casebook.monitor.expected import FEATURES, Calibration, calibration, expected_by_others
from casebook.monitor.thresholds import thresholds_for
from casebook.monitor.unit_change import UnitChange, find_change, rebase

if TYPE_CHECKING:
    import pandas as pd

DecisionRows = Sequence[Mapping[str, Any]]
Place = tuple[datetime, str]  # when a case was, and which: the order of a chart
# of a channel, its expected values, the odds ratio and the run length
Limits = Callable[[ChartKind, Sequence[float], float, float], Mapping[Side, float | None]]

HURRIED_PART = 0.1  # of the others' searches of the same source take less time than the tenth percentile
YEAR = timedelta(days=365)
LATEST = 20  # cases that are listed in the evidence


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One person's cases in order."""

    judged: str
    places: tuple[Place, ...]
    cases: tuple[MonitoredCase, ...]

    def after(self, since: Place | None) -> Lane:
        first = 0 if since is None else sum(place <= since for place in self.places)
        return replace(self, places=self.places[first:], cases=self.cases[first:])


@dataclass(frozen=True, kw_only=True)
class ChartSignal:
    """A chart reached its threshold."""

    channel: ChartKind
    side: Side
    judged: str
    at: Place
    evidence: Mapping[str, object]  # counts, sums and limits


@dataclass(frozen=True, kw_only=True)
class ChannelStanding:
    """The results of one person in one channel; `paths` since their last restart."""

    judged: str
    cases: int
    observed: int
    expected: float
    paths: tuple[Path, ...]
    place: FunnelPlace


@dataclass(frozen=True, kw_only=True)
class ChannelReport:
    channel: ChartKind
    cases: int
    odds_ratio: float
    arl0: float  # cases of one person until a false signal
    thresholds: Mapping[Side, float | None]
    calibration: Calibration
    change: UnitChange | None
    dispersion: float
    standing: tuple[ChannelStanding, ...]
    questions: tuple[ChartSignal, ...]


@dataclass(frozen=True, kw_only=True)
class Look:
    """The questions of one channel's charts, and what they rest on."""

    channel: ChartKind
    odds_ratio: float
    arl0: float
    thresholds: Mapping[Side, float | None]
    expected: Mapping[str, tuple[MonitoredCase, ...]]  # by person, as the models have it
    lanes: tuple[Lane, ...]  # the same after a change of the whole unit is allowed for
    change: UnitChange | None
    paths: Mapping[str, tuple[Path, ...]]  # by person, since their last restart
    questions: tuple[ChartSignal, ...]


def watch(
    channel: ChartKind,
    rows: DecisionRows,
    *,
    rules: Charts,
    resets: Mapping[tuple[str, str, str], Place],
    in_question: Collection[str],
) -> ChannelReport:
    """`resets` by channel, side and person: the case after which the chart started again."""
    return report_of(
        look(
            channel, frame_of(channel, rows), rules=rules, resets=resets, in_question=in_question, limits=thresholds_for
        )
    )


def look(
    channel: ChartKind,
    frame: pd.DataFrame,
    *,
    rules: Charts,
    resets: Mapping[tuple[str, str, str], Place],
    in_question: Collection[str],
    limits: Limits,
) -> Look:
    """The questions about `frame`, which is the `frame_of` some rows.

    The person who stands out most is left out of the models when the others are judged again: one who never discloses
    makes other deciders look as if they disclosed too much.
    """
    suspects = set(in_question)
    while True:
        judgement = judge(channel, frame, rules=rules, resets=resets, in_question=suspects, limits=limits)
        fresh = {question.judged for question in judgement.questions} - suspects
        if not fresh or len(suspects) >= len(judgement.lanes) / 2:
            return judgement
        suspects.add(max((lane for lane in judgement.lanes if lane.judged in fresh), key=excess).judged)


def judge(
    channel: ChartKind,
    frame: pd.DataFrame,
    *,
    rules: Charts,
    resets: Mapping[tuple[str, str, str], Place],
    in_question: Collection[str],
    limits: Limits,
) -> Look:
    """Judge everybody once, with models from the people who are not in question."""
    frame = frame.assign(
        expected=expected_by_others(
            frame,
            features=FEATURES[channel],
            decider="judged",
            in_question=in_question,
            assurance=rules.rate_assurance.value.get(channel),
        )
    )
    frame = frame[frame["expected"].notna()].reset_index(drop=True)
    odds_ratio, arl0 = rules.odds_ratio.value[channel], run_length(list(frame["at"]), rules)
    thresholds = limits(channel, [float(p) for p in frame["expected"]], odds_ratio, arl0)
    lanes = by_person(frame)
    expected = {lane.judged: lane.cases for lane in lanes}
    change = find_change(expected)
    compared = rebase(expected, change) if change else expected
    lanes = [replace(lane, cases=compared[lane.judged]) for lane in lanes]
    paths, questions = dict[str, tuple[Path, ...]](), list[ChartSignal]()
    for lane in lanes:
        for side, limit in thresholds.items():
            later = lane.after(resets.get((channel, side, lane.judged)))
            path = chart(later.cases, odds_ratio=odds_ratio if side is Side.HIGH else 1 / odds_ratio, threshold=limit)
            paths[lane.judged] = (*paths.get(lane.judged, ()), path)
            if reason_not_to_name(len(lane.cases)) is None:
                questions += asked(channel, later, path, limit)
    return Look(
        channel=channel, odds_ratio=odds_ratio, arl0=arl0, thresholds=thresholds, expected=expected, lanes=tuple(lanes),
        change=change, paths=paths, questions=tuple(questions),
    )  # fmt: skip


def report_of(found: Look) -> ChannelReport:
    """The report: everybody's place in the funnel plot, and how well the models fit."""
    dispersion = funnel.over_dispersion(comparable_scores({lane.judged: lane.cases for lane in found.lanes}))
    cases = [case for person_cases in found.expected.values() for case in person_cases]
    return ChannelReport(
        channel=found.channel, cases=len(cases), odds_ratio=found.odds_ratio, arl0=found.arl0,
        thresholds=found.thresholds, change=found.change, dispersion=dispersion, questions=found.questions,
        calibration=calibration([case.expected for case in cases], [case.happened for case in cases]),
        standing=tuple(stands(lane, found.paths[lane.judged], dispersion) for lane in found.lanes),
    )  # fmt: skip


def frame_of(channel: ChartKind, rows: DecisionRows) -> pd.DataFrame:
    """The rows as a frame in the order of the charts, with types even if there is no row."""
    import pandas as pd  # noqa: PLC0415 - half a second, and only a week's run needs it

    columns = ["case", "judged", "at", "happened", *FEATURES[channel]]
    frame = pd.DataFrame(list(rows), columns=[*columns, "seconds"] if channel is ChartKind.HURRIED else columns)
    frame = frame.sort_values(["at", "case"], ignore_index=True)
    if channel is ChartKind.HURRIED:
        frame["happened"] = hurried(frame)
    frame["happened"] = frame["happened"].astype(bool)
    return frame


def hurried(frame: pd.DataFrame) -> list[bool]:
    """Whether each search took less time than nine in ten of the *others'* searches of the same source."""
    short = dict[tuple[str, str], float]()
    for source, name in {
        (str(source), str(name)) for source, name in zip(frame["source"], frame["judged"], strict=True)
    }:
        others = frame.loc[(frame["source"] == source) & (frame["judged"] != name), "seconds"]
        short[str(source), str(name)] = float(others.quantile(HURRIED_PART)) if len(others) else 0.0
    return [row["seconds"] < short[row["source"], row["judged"]] for row in frame.to_dict("records")]


def run_length(moments: Sequence[datetime], rules: Charts) -> float:
    """The run length at which the whole unit gives one false signal in the wanted years, at the pace of its last year."""
    if not moments:
        return float(rules.fewest_cases_per_false_alarm.value)
    last = max(moments)
    recent = [moment for moment in moments if moment > last - YEAR]
    days = max(28.0, min(365.0, (last - min(recent)).total_seconds() / 86400))
    a_year = len(recent) * 365 / days
    return max(float(rules.fewest_cases_per_false_alarm.value), a_year * rules.unit_years_per_false_alarm.value)


def by_person(frame: pd.DataFrame) -> list[Lane]:
    places, cases = dict[str, list[Place]](), dict[str, list[MonitoredCase]]()
    columns = (frame[column].tolist() for column in ("judged", "at", "case", "happened", "expected"))
    for name, at, case, happened, expected in zip(*columns, strict=True):
        places.setdefault(str(name), []).append((at.to_pydatetime(), str(case)))
        one = MonitoredCase(on=at.date(), happened=bool(happened), expected=min(1.0, max(0.0, float(expected))))
        cases.setdefault(str(name), []).append(one)
    return [Lane(judged=name, places=tuple(places[name]), cases=tuple(cases[name])) for name in sorted(cases)]


def excess(lane: Lane) -> float:
    """How far the total is from the expected total, in standard errors, in either direction."""
    return abs(funnel.z_score(sum(case.happened for case in lane.cases), [case.expected for case in lane.cases]) or 0.0)


def asked(channel: ChartKind, lane: Lane, path: Path, limit: float | None) -> list[ChartSignal]:
    signals = []
    for signal in path.signals:
        first, last = signal.case - signal.since_restart, signal.case - 1
        since = lane.cases[first : signal.case]
        reached = path.values[last]  # noqa: PD011 - a chart, not a frame
        evidence: dict[str, object] = {
            "cases": signal.since_restart,
            "observed": sum(case.happened for case in since),
            "expected": round(math.fsum(case.expected for case in since), 2),
            "chart": round(reached, 3),
            "threshold": limit,
            "from": since[0].on.isoformat(),
            "until": since[-1].on.isoformat(),
            "latest": [case for _, case in lane.places[first : signal.case]][-LATEST:],
        }
        signals.append(
            ChartSignal(channel=channel, side=path.side, judged=lane.judged, at=lane.places[last], evidence=evidence)
        )
    return signals


def stands(lane: Lane, paths: tuple[Path, ...], dispersion: float) -> ChannelStanding:
    observed, expected = sum(case.happened for case in lane.cases), [case.expected for case in lane.cases]
    place = funnel.place(funnel.tails(observed, expected), dispersion=dispersion)
    return ChannelStanding(
        judged=lane.judged, cases=len(lane.cases), observed=observed, expected=math.fsum(expected), paths=paths,
        place=funnel_place(len(lane.cases), place),
    )  # fmt: skip


def watch_all(
    *,
    rows: Mapping[ChartKind, DecisionRows],
    rules: Charts,
    resets: Mapping[tuple[str, str, str], Place],
    in_question: Collection[str],
) -> tuple[ChannelReport, ...]:
    """Every channel."""
    return tuple(
        watch(channel, channel_rows, rules=rules, resets=resets, in_question=in_question)
        for channel, channel_rows in rows.items()
    )
