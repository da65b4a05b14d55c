"""The unit's charts and funnels as SVG and Markdown. Whoever draws gives the names; a report for many gets pseudonyms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random

from casebook import markdown
from casebook.domain import words
from casebook.domain.monitor.decision_monitor import Side
from casebook.monitor import funnel as limits
from casebook.monitor.weekly import ChannelReport, ChannelStanding

WIDTH, HEIGHT, EDGE = 720, 360, 44
CAPTIONS = {
    "funnel": "Observed less expected, by number of cases; 95 % and 99.8 % limits. Outside is a question, not a finding.",
    "chart": "Risk-adjusted CUSUM since each restart; dashed: the threshold. Reaching it is a question, not a finding.",
}
Names = Mapping[str, str]


def deal(reports: Sequence[ChannelReport], chance: Random) -> dict[str, str]:
    """Pseudonyms, dealt anew: the same person is another number in the next report."""
    people = sorted({each.judged for report in reports for each in report.standing})
    numbers = list(range(1, len(people) + 1))
    chance.shuffle(numbers)
    return {name: f"person {number}" for name, number in zip(people, numbers, strict=True)}


def page(reports: Sequence[ChannelReport], names: Names) -> str:
    """What each channel says of each person, as Markdown."""
    lines = ["A signal is a question to be asked, not a finding.", ""]
    for report in reports:
        lines += [f"## {words.CHART.of(report.channel)}", "", *_told(report)]
        rows = sorted(report.standing, key=lambda each: _in_order(names[each.judged]))
        if rows:
            lines += markdown.table(
                ["who", "cases", "observed", "expected", "funnel"],
                ([names[each.judged], each.cases, each.observed, f"{each.expected:.1f}", each.place] for each in rows),
            )
            lines.append("")
    return "\n".join(lines)


def _in_order(name: str) -> tuple[int, str]:
    """By number, so that the order of pseudonyms says nothing."""
    number = name.rpartition(" ")[2]
    return (int(number) if number.isdigit() else 0, name)


def as_data(report: ChannelReport) -> dict[str, object]:
    """A channel of the report that names people."""
    return {
        "channel": report.channel,
        "thresholds": dict(report.thresholds),
        "people": [
            {"staff": each.judged, "cases": each.cases, "observed": each.observed, "expected": round(each.expected, 2),
             "funnel": each.place, "charts": {path.side: round(path.current, 3) for path in each.paths}}
            for each in report.standing
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
    """Each person's excess against their number of cases, within the limits of the unit's mean expectation."""
    most = max((each.cases for each in report.standing), default=1)
    rate = math.fsum(each.expected for each in report.standing) / max(1, sum(each.cases for each in report.standing))
    steps = sorted({max(1, round(most * part / 40)) for part in range(1, 41)})
    bands = {
        alpha: [limits.binomial_limits(n, rate, alpha=alpha, dispersion=report.dispersion) for n in steps]
        for alpha in (limits.ALPHA_95, limits.ALPHA_998)
    }
    excess = {each.judged: (each.observed - each.expected) / max(1, each.cases) for each in report.standing}
    edge = max(
        [0.05, *(abs(value) for value in excess.values()), *(high - rate for _, high in bands[limits.ALPHA_998])]
    )
    frame = _Frame(right=most * 1.05, low=-edge * 1.1, high=edge * 1.1)
    drawn = [frame.line([(0, 0), (most, 0)], "#888")]
    for alpha, colour in ((limits.ALPHA_95, "#bbb"), (limits.ALPHA_998, "#666")):
        at = list(zip(steps, bands[alpha], strict=True))
        drawn += [frame.line([(n, band[side] - rate) for n, band in at], colour) for side in (0, 1)]
    drawn += [frame.dot(each.cases, excess[each.judged], names[each.judged]) for each in report.standing]
    return frame.svg(drawn)


def charts(report: ChannelReport, names: Names) -> str:
    """Every person's paths; the labels stand at their ends."""
    longest = max((len(path.values) for each in report.standing for path in each.paths), default=1)
    known = [limit if side is Side.HIGH else -limit for side, limit in report.thresholds.items() if limit is not None]
    values = [value for each in report.standing for path in each.paths for value in path.values]
    frame = _Frame(
        right=longest * 1.15 + 1, low=min([0.0, *values, *known]) - 0.3, high=max([0.0, *values, *known]) + 0.3
    )
    drawn = [frame.line([(0, limit), (longest, limit)], "#a00", dashed=True) for limit in known]
    drawn += [part for each in report.standing for part in _paths(frame, each, names[each.judged])]
    return frame.svg(drawn)


def _paths(frame: _Frame, standing: ChannelStanding, name: str) -> list[str]:
    drawn = []
    for path in standing.paths:
        points = [(number, value) for number, value in enumerate(path.values, start=1)]
        if points:
            drawn += [frame.line(points, "#36c"), frame.label(*points[-1], name)]
    return drawn


class _Frame:
    """A plane and its place on paper."""

    def __init__(self, *, right: float, low: float, high: float) -> None:
        self.right, self.low, self.high = right or 1.0, low, high

    def at(self, x: float, y: float) -> tuple[float, float]:
        across = EDGE + (WIDTH - 2 * EDGE) * x / self.right
        down = EDGE + (HEIGHT - 2 * EDGE) * (self.high - y) / ((self.high - self.low) or 1.0)
        return round(across, 1), round(down, 1)

    def line(self, points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
        placed = " ".join(f"{x},{y}" for x, y in (self.at(*point) for point in points))
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        return f'<polyline points="{placed}" fill="none" stroke="{colour}"{dash}/>'

    def dot(self, x: float, y: float, name: str) -> str:
        across, down = self.at(x, y)
        return f'<circle cx="{across}" cy="{down}" r="3" fill="#36c"/>' + self.label(x, y, name)

    def label(self, x: float, y: float, name: str) -> str:
        across, down = self.at(x, y)
        return f'<text x="{across + 5}" y="{down - 3}" font-size="10">{_escaped(name)}</text>'

    def svg(self, parts: Sequence[str]) -> str:
        ticks = [
            f'<text x="4" y="{self.at(0, value)[1]}" font-size="10">{value:.2g}</text>'
            for value in (self.low, 0.0, self.high) if self.low <= value <= self.high
        ]  # fmt: skip
        foot = f'<text x="{WIDTH - 90}" y="{HEIGHT - 8}" font-size="10">{self.right:.0f} cases</text>'
        size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join([*ticks, foot, *parts])}</svg>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
