"""The report of the review as one HTML page that fetches nothing, or as PDF, both with plots. Nobody is named in it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from casebook import drawing
from casebook.casework.review.account import ReviewReport
from casebook.cli import printing
from casebook.domain import words
from casebook.domain.review.figures import Share

TITLE = "Review of past applications"
_TEMPLATE = "review_report.html"
_NAMES = {
    "found": {
        "outcome": "What reviewers found",
        "mode": "In which way they failed",
        "year": "Failures of service or harm, by year of receipt",
        "register": "The same, by the list they stood in",
        "handler": "The same, by handler",
    },
    "shares": {
        "family": "Signs of failure, by kind",
        "mode": "Signs of failure, by rule",
        "year": "Signs of a failure of service, by year of receipt",
        "register": "The same, by list",
        "handler": "The same, by handler",
    },
}
_CODED = {"outcome": words.REVIEW_OUTCOME, "mode": words.FAILURE_MODE, "family": words.FAILURE_FAMILY}
_PLOTTED = ("year", "register", "mode", "handler")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One heading with what stands under it."""

    title: str
    words: tuple[str, ...] = ()
    table: tuple[Share, ...] = ()
    plotted: bool = False


def parts(report: ReviewReport) -> Iterator[Part]:
    yield Part(title=TITLE, words=tuple(_summary(report)))
    for title, kind in (("found", report.found), ("shares", report.shares)):
        for name, heading in _NAMES[title].items():
            if kind.get(name) and not (title == "found" and not report.examined):
                yield Part(title=heading, table=_in_words(name, kind[name]), plotted=name in _PLOTTED)
    yield Part(title="Two reviewers of one application", words=tuple(_agreement(report)))
    rungs = (f"{words.PROGRESS.of(name)}: {_said(count)}" for name, count in report.people.items())
    yield Part(title="People at risk, and how far they are reached", words=tuple(rungs))
    yield Part(title="Applications that no list holds", words=tuple(_hidden(report)))
    yield Part(title="How to read this", words=tuple(_notes(report)))


def _in_words(name: str, shares: Sequence[Share]) -> tuple[Share, ...]:
    """Shares by what is a code, with its words; years, lists and handlers stay as they are."""
    vocabulary = _CODED.get(name)
    return tuple(replace(each, what=vocabulary.of(each.what)) for each in shares) if vocabulary else tuple(shares)


def _summary(report: ReviewReport) -> Iterator[str]:
    yield f"{report.applications} past applications are in the lists; people have examined {report.examined} of them."
    if (end := report.forecast) is not None:
        latest = f"to {end.latest}" if end.latest else "with no end in sight"
        yield f"At {end.a_day} a day so far, the last is examined about {end.end} (from {end.earliest} {latest})."
    else:
        yield "Too few are examined for an end to be forecast."
    if (missed := report.undetected) is not None:
        yield (
            f"Of {missed.looked_at_once} found sound by one person alone, {missed.low} to {missed.high} may hide a failure,"
            f" on the assumption {missed.assumption}."
        )
    elif report.examined:
        yield "How many failures one look misses is not known yet: no finding was looked at again."


def _agreement(report: ReviewReport) -> Iterator[str]:
    told = report.agreement
    if not told.pairs:
        yield "No application was examined by two people yet."
        return
    yield f"{told.agreed} of {told.pairs} times they agreed ({told.low:.0%} to {told.high:.0%})."
    yield f"Cohen's kappa: {'not to be told' if told.kappa is None else told.kappa}."


def _hidden(report: ReviewReport) -> Iterator[str]:
    if report.hidden is None:
        yield "One list alone says nothing about what it lacks."
    else:
        yield f"Between {report.hidden.low} and {report.hidden.high}, assuming {report.hidden.assumption}."


def _notes(report: ReviewReport) -> Iterator[str]:
    yield "Intervals are Wilson's, at 95 %. A sign is a reason to look and no finding; only people find failures."
    if report.public:
        yield "Counts so small that they could point at somebody are kept back, and so is what would give them away."
    else:
        yield "For use inside the force: small counts and the rates of handlers are shown. Not for publication."


def _said(value: float | None) -> str:
    return "too few to tell" if value is None else f"{value}"


def _row(each: Share) -> list[str]:
    if each.count is None:
        return [each.what, "too few to tell", _said(each.of), ""]
    interval = f"{each.low:.1%} to {each.high:.1%}" if each.of else ""
    return [each.what, str(each.count), _said(each.of), interval]


_HEAD = ["", "count", "of", "95 % interval"]
_WIDTHS = (37, 18, 18, 27)  # per cent
_PLOT_WIDTH = 425  # points


def as_html(report: ReviewReport) -> str:
    return printing.html(_TEMPLATE, title=TITLE, picture=_svg, **_values(report))


def as_pdf(report: ReviewReport) -> bytes:
    return printing.pdf(_TEMPLATE, title=TITLE, picture=_png, **_values(report))


def _values(report: ReviewReport) -> dict[str, Any]:
    return {"parts": parts(report), "head": _HEAD, "widths": _WIDTHS, "cells": _row}


def _svg(part: Part) -> str:
    from markupsafe import Markup  # noqa: PLC0415 - comes with the templates, which only a page needs

    shown = _shown(part)
    return Markup(drawing.svg(_plot(part.title, shown), **_size(shown))) if shown else ""  # noqa: S704 - our own drawing, whose words are escaped


def _png(part: Part) -> str:
    from markupsafe import Markup  # noqa: PLC0415 - as above

    if not (shown := _shown(part)):
        return ""
    data = base64.b64encode(drawing.png(_plot(part.title, shown), **_size(shown))).decode()
    return Markup('<img src="data:image/png;base64,{}" width="{}">').format(data, _PLOT_WIDTH)


def _shown(part: Part) -> list[Share]:
    """What is kept back is not drawn."""
    return [share for share in part.table if share.count is not None and share.of]


def _size(shown: Sequence[Share]) -> dict[str, float]:
    return {"width": 7.0, "height": 0.9 + 0.28 * len(shown)}


def _plot(title: str, shown: Sequence[Share]) -> drawing.Paint:
    """Shares with their intervals."""

    def paint(figure: drawing.Figure) -> None:
        axes = figure.subplots()
        values = [100 * (share.count or 0) / (share.of or 1) for share in shown]
        lows = [max(0.0, value - 100 * (share.low or 0)) for value, share in zip(values, shown, strict=True)]
        highs = [max(0.0, 100 * (share.high or 0) - value) for value, share in zip(values, shown, strict=True)]
        axes.errorbar(values, range(len(shown)), xerr=[lows, highs], fmt="o", color=drawing.BLUE, capsize=3)
        axes.set_yticks(range(len(shown)), [share.what for share in shown])
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_xlabel("per cent, with 95 % interval")
        axes.set_title(title)

    return paint
