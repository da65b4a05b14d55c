"""The report of the review as one HTML page that loads nothing else, or as PDF, both with plots. It names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from casebook import drawing
from casebook.casework.review.account import ReviewReport
from casebook.cli import pictures, printing
from casebook.domain import words
from casebook.domain.review.figures import Share
from casebook.outside_text import plot_text

TITLE = "Review of past applications"
_NAMES = {
    "found": {
        "outcome": "What reviewers found",
        "mode": "Failure modes",
        "year": "Failures of service or harm, by year of receipt",
        "register": "Failures of service or harm, by list",
        "handler": "Failures of service or harm, by handler",
    },
    "shares": {
        "family": "Signs of failure, by kind",
        "mode": "Signs of failure, by rule",
        "year": "Signs of a failure of service, by year of receipt",
        "register": "Signs of a failure of service, by list",
        "handler": "Signs of a failure of service, by handler",
    },
}
_CODED = {"outcome": words.REVIEW_OUTCOME, "mode": words.FAILURE_MODE, "family": words.FAILURE_FAMILY}
_PLOTTED = ("year", "register", "mode", "handler")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A heading and what is printed under it: sentences, a table, a plot of the table."""

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
    yield Part(title="Agreement between two reviewers", words=tuple(_agreement(report)))
    progress = (f"{words.PROGRESS.of(name)}: {_figure(count)}" for name, count in report.people.items())
    yield Part(title="People at risk, by contact progress", words=tuple(progress))
    yield Part(title="Applications that are in no list", words=tuple(_hidden(report)))
    yield Part(title="How to read this", words=tuple(_notes(report)))


def _in_words(name: str, shares: Sequence[Share]) -> tuple[Share, ...]:
    """The shares, with codes in words; years, lists and handlers stay as they are."""
    vocabulary = _CODED.get(name)
    return tuple(replace(share, what=vocabulary.of(share.what)) for share in shares) if vocabulary else tuple(shares)


def _summary(report: ReviewReport) -> Iterator[str]:
    yield f"{report.applications} past applications are in the lists; people have examined {report.examined} of them."
    if (end := report.forecast) is not None:
        latest = f"to {end.latest}" if end.latest else "with no latest date"
        yield f"At {end.a_day} a day so far, the review will end about {end.end} (from {end.earliest} {latest})."
    else:
        yield "Too few have been examined to forecast when the review will end."
    if (missed := report.undetected) is not None:
        yield (
            f"One person alone found no failure in {missed.looked_at_once} applications; {missed.low} to {missed.high} of them"
            f" may have one, assuming {missed.assumption}."
        )
    elif report.examined:
        yield "How many failures one reviewer misses is not known yet: no finding was reviewed again."


def _agreement(report: ReviewReport) -> Iterator[str]:
    agreement = report.agreement
    if not agreement.pairs:
        yield "No application has been examined by two people yet."
        return
    yield f"They agreed {agreement.agreed} of {agreement.pairs} times ({agreement.low:.0%} to {agreement.high:.0%})."
    yield f"Cohen's kappa: {'cannot be calculated' if agreement.kappa is None else agreement.kappa}."


def _hidden(report: ReviewReport) -> Iterator[str]:
    if report.hidden is None:
        yield "One list alone does not show what is missing from it."
    else:
        yield f"Between {report.hidden.low} and {report.hidden.high}, assuming {report.hidden.assumption}."


def _notes(report: ReviewReport) -> Iterator[str]:
    yield "Intervals are Wilson intervals at 95 %. A sign is a reason to look, not a finding. Only people find failures."
    if report.public:
        yield "Counts small enough to identify somebody are left out, and so are counts that would reveal them."
    else:
        yield "For use inside the force. Not for publication: it shows small counts and the rates of handlers."


def _figure(value: float | None) -> str:
    return "too few to show" if value is None else f"{value}"


def _row(share: Share) -> list[str]:
    if share.count is None:
        return [share.what, "too few to show", _figure(share.of), ""]
    interval = f"{share.low:.1%} to {share.high:.1%}" if share.of else ""
    return [share.what, str(share.count), _figure(share.of), interval]


_HEAD = ["", "count", "of", "95 % interval"]
_WIDTHS = (37, 18, 18, 27)  # per cent


def as_html(report: ReviewReport) -> str:
    return printing.html(printing.REPORT, title=TITLE, picture=_svg, **_values(report))


def as_pdf(report: ReviewReport) -> bytes:
    return printing.pdf(printing.REPORT, title=TITLE, picture=_png, **_values(report))


def _values(report: ReviewReport) -> dict[str, Any]:
    return {"parts": parts(report), "head": _HEAD, "widths": _WIDTHS, "cells": _row}


def _svg(part: Part) -> str:
    shown = _shown(part)
    return pictures.on_screen(_plot(part.title, shown), **_size(shown)) if shown else ""


def _png(part: Part) -> str:
    shown = _shown(part)
    return pictures.on_paper(_plot(part.title, shown), **_size(shown)) if shown else ""


def _shown(part: Part) -> list[Share]:
    """The shares to draw, without those that are left out."""
    return [share for share in part.table if share.count is not None and share.of]


def _size(shown: Sequence[Share]) -> dict[str, float]:
    return {"width": 7.0, "height": 0.9 + 0.28 * len(shown)}


def _plot(title: str, shown: Sequence[Share]) -> drawing.Paint:
    """A plot of shares with their intervals."""

    def paint(figure: drawing.Figure) -> None:
        axes = figure.subplots()
        values = [100 * (share.count or 0) / (share.of or 1) for share in shown]
        lows = [max(0.0, value - 100 * (share.low or 0)) for value, share in zip(values, shown, strict=True)]
        highs = [max(0.0, 100 * (share.high or 0) - value) for value, share in zip(values, shown, strict=True)]
        axes.errorbar(values, range(len(shown)), xerr=[lows, highs], fmt="o", color=drawing.BLUE, capsize=3)
        axes.set_yticks(range(len(shown)), [plot_text(share.what) for share in shown])
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_xlabel("per cent, with 95 % interval")
        axes.set_title(plot_text(title))

    return paint
