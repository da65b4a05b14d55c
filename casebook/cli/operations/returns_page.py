"""The figures of a force as one page, on screen or on paper: for each measure a table and a picture of it. It names nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from casebook import drawing
from casebook.casework.reporting.force_figures import Figure
from casebook.cli import pictures, printing
from casebook.domain import words
from casebook.outside_text import plot_text

TITLE = "Returns of the force"
_Say = Callable[[str], str]
# measure -> the heading, and how its detail reads
MEASURES: Mapping[str, tuple[str, _Say]] = {
    "applications": ("Applications", str),
    "outcome": ("Outcomes", words.OUTCOME.of),
    "refusal_reason": ("Why nothing was disclosed", words.REFUSAL.of),
    "closed": ("Closed applications", str),
    "taken_over": ("Running cases taken over from an earlier list", str),
    "whole_process": ("The limit of the whole process", words.IN_TIME.of),
    "whole_process_late_because": ("Why the limit of the whole process was not kept", words.OVERRUN.of),
    "harm_after_decision": ("Death or serious injury reported after a decision, by outcome", words.OUTCOME.of),
    "median_days_before_import": ("Median days from submission until it came in here, by outcome", words.OUTCOME.of),
    "median_days_to_disclosure": ("Median days from submission until the person at risk was told", words.OUTCOME.of),
    "median_days_to_closure": ("Median days from submission to closure, by outcome", words.OUTCOME.of),
    "median_days_in_stage": ("Median days in each completed stage", words.STAGE.of),
}
_NOT_CODES = {"undecided": "not decided yet", "not_said": "nobody said why"}
_HEAD = ["", "route", "applicant", "value"]
_WIDTHS = (37, 21, 21, 21)  # per cent


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A heading, sentences, and the figures of one measure in words: detail, route, applicant, value."""

    title: str
    words: tuple[str, ...] = ()
    table: tuple[tuple[str, str, str, float], ...] = ()

    @property
    def plotted(self) -> bool:
        return bool(self.table)


def as_html(figures: Sequence[Figure], *, period: str, at: datetime) -> str:
    return printing.html(printing.REPORT, title=TITLE, picture=_svg, **_values(figures, period, at))


def as_pdf(figures: Sequence[Figure], *, period: str, at: datetime) -> bytes:
    return printing.pdf(printing.REPORT, title=TITLE, picture=_png, **_values(figures, period, at))


def _values(figures: Sequence[Figure], period: str, at: datetime) -> dict[str, Any]:
    return {"parts": measures(figures, period=period, at=at), "head": _HEAD, "widths": _WIDTHS, "cells": _cells}


def measures(figures: Sequence[Figure], *, period: str, at: datetime) -> Iterator[Measure]:
    """Every measure that has figures, in their order. Each figure stands on the page once."""
    notes = (
        f"Applications submitted {period}, as of {at:%d %B %Y, %H:%M}.",
        "For use inside the force: it shows small counts.",
    )
    yield Measure(title=TITLE, words=notes if figures else (*notes, "There are no figures for this time."))
    for name, rows in groupby(figures, key=lambda figure: str(figure["measure"])):
        title, say = MEASURES[name]
        yield Measure(title=title, table=tuple(_row(row, say) for row in rows))


def _row(figure: Figure, say: _Say) -> tuple[str, str, str, float]:
    detail = str(figure["detail"])
    shown = _NOT_CODES.get(detail) or (say(detail) if detail else "all")
    value = figure["value"]
    assert isinstance(value, int | float)  # noqa: S101 - counts and days
    return shown, words.ROUTE.of(figure["route"]), words.APPLICANT.of(figure["applicant"]), value


def _cells(row: tuple[str, str, str, float]) -> list[str]:
    return [*row[:3], f"{row[3]:g}"]


def _svg(measure: Measure) -> str:
    return pictures.on_screen(_plot(measure), **_size(measure))


def _png(measure: Measure) -> str:
    return pictures.on_paper(_plot(measure), **_size(measure))


def _size(measure: Measure) -> dict[str, float]:
    return {"width": 7.0, "height": 0.9 + 0.24 * len(measure.table)}


def _plot(measure: Measure) -> drawing.Paint:
    """A bar for each row of the table, with its value at its end."""

    def paint(figure: drawing.Figure) -> None:
        axes = figure.subplots()
        places = range(len(measure.table))
        bars = axes.barh(places, [row[3] for row in measure.table], color=drawing.BLUE)
        axes.bar_label(bars, [plot_text(f"{row[3]:g}") for row in measure.table], padding=3)
        axes.set_yticks(places, [plot_text(", ".join(row[:3])) for row in measure.table])
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_title(plot_text(measure.title))

    return paint
