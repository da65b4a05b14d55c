"""Figures: the same one is the same file, its words stay words, and nothing in a name is read as code."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import naughty
import pytest

from casebook import drawing
from casebook.casework.reporting import board_plot
from casebook.outside_text import plot_text

WEEKS = [f"2026-01-{day:02}" for day in range(1, 7)]


def labelled(words):
    def paint(figure):
        figure.subplots().set_title(words)

    return paint


def words_of(svg):
    return [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - our own


def test_a_name_is_drawn_as_it_is_written():
    drawn = drawing.svg(labelled("<b> & $x$"), width=3, height=2)
    assert drawn.startswith("<svg")
    assert "<b>" not in drawn
    assert "<b> & $x$" in words_of(drawn)


@pytest.mark.parametrize("name", [*naughty.ALL, *naughty.KIND, "half \ud800", "nul \x00", "x" * 5_000, "two\nlines"])
@pytest.mark.filterwarnings("ignore:Glyph")  # a sign that the font lacks is drawn as a box
def test_any_name_is_a_label_of_a_figure(name):
    label = plot_text(name)

    def paint(figure):
        axes = figure.subplots()
        axes.set_title(label)
        axes.set_yticks([0, 1], [label, "b"])

    assert words_of(drawing.svg(paint, width=12, height=2)).count(label) == 2
    assert drawing.png(paint, width=12, height=2)
    assert len(label) <= 80
    assert "\n" not in label


def test_the_same_figure_is_the_same_file():
    first, second = (drawing.svg(labelled("one"), width=3, height=2) for _ in range(2))
    assert first == second


def test_a_picture_for_paper_is_a_png():
    assert drawing.png(labelled("one"), width=3, height=2).startswith(b"\x89PNG")


def board(weeks):
    return {
        "compliance": [{"monday": monday, "share": 0.5} for monday in weeks],
        "throughput": [{"monday": monday, "received": 2, "closed": 1} for monday in weeks],
    }


def test_the_board_has_a_bar_for_each_week_and_every_fourth_date():
    words = words_of(drawn := board_plot.svg(board(WEEKS)))
    assert [word for word in words if word in WEEKS] == [WEEKS[0], WEEKS[4]] * 2
    bars = {colour: drawn.count(f"fill: {colour}") for colour in (drawing.GREEN, drawing.GREY, drawing.BLUE)}
    assert bars == dict.fromkeys(bars, len(WEEKS))


def test_a_board_without_a_week_says_so():
    assert words_of(board_plot.svg(board([]))).count("no data yet") == 2
