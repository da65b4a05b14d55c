"""The unit's charts and funnel plots as pictures and Markdown. The caller gives the names or pseudonyms to show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random

from casebook import drawing, markdown
from casebook.domain import words
from casebook.domain.monitor.decision_monitor import Side
from casebook.monitor import funnel as limits
from casebook.monitor.weekly import ChannelReport
from casebook.outside_text import plot_text

WIDTH, HEIGHT = 7.5, 3.75  # inches
CAPTIONS = {
    "funnel": "Observed less expected, by number of cases; 95 % and 99.8 % limits. Outside is a question, not a finding.",
    "chart": "Risk-adjusted CUSUM since each restart; dashed: the threshold. Reaching it is a question, not a finding.",
}
Names = Mapping[str, str]


def deal(reports: Sequence[ChannelReport], chance: Random) -> dict[str, str]:
    """New pseudonyms: the same person has another number in the next report."""
    people = sorted({person.judged for report in reports for person in report.standing})
    numbers = list(range(1, len(people) + 1))
    chance.shuffle(numbers)
    return {name: f"person {number}" for name, number in zip(people, numbers, strict=True)}


def page(reports: Sequence[ChannelReport], names: Names) -> str:
    """The results of each channel for each person, as Markdown."""
    lines = ["A signal is a question to be asked, not a finding.", ""]
    for report in reports:
        lines += [f"## {words.CHART.of(report.channel)}", "", *_told(report)]
        rows = sorted(report.standing, key=lambda person: _in_order(names[person.judged]))
        if rows:
            lines += markdown.table(
                ["who", "cases", "observed", "expected", "funnel"],
                (
                    [names[person.judged], person.cases, person.observed, f"{person.expected:.1f}", person.place]
                    for person in rows
                ),
            )
            lines.append("")
    return "\n".join(lines)


def _in_order(name: str) -> tuple[int, str]:
    """Order by number, so that the order of pseudonyms shows nothing."""
    number = name.rpartition(" ")[2]
    return (int(number) if number.isdigit() else 0, name)


def as_data(report: ChannelReport) -> dict[str, object]:
    """One channel of the report with names."""
    return {
        "channel": report.channel,
        "thresholds": dict(report.thresholds),
        "people": [
            {"staff": person.judged, "cases": person.cases, "observed": person.observed, "expected": round(person.expected, 2),
             "funnel": person.place, "charts": {path.side: round(path.current, 3) for path in person.paths}}
            for person in report.standing
        ],
    }  # fmt: skip


def _told(report: ChannelReport) -> list[str]:
    limits_ = ", ".join(f"{side} {limit:.2f}" for side, limit in report.thresholds.items() if limit is not None)
    found = [
        f"{report.cases} cases, {len(report.questions)} questions; R = {report.odds_ratio:g}; thresholds: {limits_ or 'none'}"
    ]
    shown = report.calibration
    if shown.brier is not None:
        slope = "-" if shown.slope is None else f"{shown.slope:.2f}"
        found.append(f"calibration: slope {slope}, Brier score {shown.brier:.3f}")
    if report.change:
        found.append(f"the whole unit changed in {report.change.since:%Y-%m}; each is judged against the others since")
    return ["  \n".join(found), ""]


def funnel(report: ChannelReport, names: Names) -> str:
    """The funnel plot: each person's excess by number of cases, with the limits of the unit's mean expectation."""
    most = max((person.cases for person in report.standing), default=1)
    rate = math.fsum(person.expected for person in report.standing) / max(
        1, sum(person.cases for person in report.standing)
    )
    steps = sorted({max(1, round(most * part / 40)) for part in range(1, 41)})
    bands = {
        alpha: [limits.binomial_limits(n, rate, alpha=alpha, dispersion=report.dispersion) for n in steps]
        for alpha in (limits.ALPHA_95, limits.ALPHA_998)
    }
    excess = {person.judged: (person.observed - person.expected) / max(1, person.cases) for person in report.standing}
    edge = max(
        [0.05, *(abs(value) for value in excess.values()), *(high - rate for _, high in bands[limits.ALPHA_998])]
    )

    def paint(figure: drawing.Figure) -> None:
        axes = figure.subplots()
        axes.axhline(0, color=drawing.GREY, linewidth=0.8)
        for alpha, colour in ((limits.ALPHA_95, drawing.PALE), (limits.ALPHA_998, drawing.GREY)):
            for side in (0, 1):
                axes.plot(steps, [band[side] - rate for band in bands[alpha]], color=colour, linewidth=1)
        for person in report.standing:
            axes.plot(person.cases, excess[person.judged], "o", color=drawing.BLUE, markersize=4)
            _name(axes, (person.cases, excess[person.judged]), names[person.judged])
        axes.set_xlim(0, most * 1.15)
        axes.set_ylim(-edge * 1.1, edge * 1.1)
        axes.set_xlabel("cases")

    return drawing.svg(paint, width=WIDTH, height=HEIGHT)


def charts(report: ChannelReport, names: Names) -> str:
    """The charts of every person, labelled at their ends."""
    longest = max((len(path.values) for person in report.standing for path in person.paths), default=1)
    known = [limit if side is Side.HIGH else -limit for side, limit in report.thresholds.items() if limit is not None]
    values = [value for person in report.standing for path in person.paths for value in path.values]

    def paint(figure: drawing.Figure) -> None:
        axes = figure.subplots()
        for limit in known:
            axes.axhline(limit, color=drawing.RED, linestyle="--", linewidth=1)
        for person in report.standing:
            for path in person.paths:
                _path(axes, path.values, names[person.judged])
        axes.set_xlim(0, longest * 1.15 + 1)
        axes.set_ylim(min([0.0, *values, *known]) - 0.3, max([0.0, *values, *known]) + 0.3)
        axes.set_xlabel("cases")

    return drawing.svg(paint, width=WIDTH, height=HEIGHT)


def _path(axes: drawing.Axes, values: Sequence[float], name: str) -> None:
    if values:
        axes.plot(range(1, len(values) + 1), values, color=drawing.BLUE, linewidth=1)
        _name(axes, (len(values), values[-1]), name)


def _name(axes: drawing.Axes, at: tuple[float, float], name: str) -> None:
    axes.annotate(plot_text(name), at, xytext=(4, 2), textcoords="offset points", fontsize=7)
