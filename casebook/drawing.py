"""Draws figures with matplotlib, in one style, as SVG or PNG. The caller decides what is in a figure."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    Axes = matplotlib.axes.Axes
    Figure = matplotlib.figure.Figure

BLUE, GREEN, RED = "#1f4e79", "#2a7f62", "#a00000"
BLACK, GREY, PALE = "#222222", "#707070", "#bbbbbb"
STYLE: dict[Any, object] = {  # the library types its keys one by one
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "svg.fonttype": "none",  # words stay words: they can be searched and read aloud
    "svg.hashsalt": "casebook",  # the same figure is the same file
}
UNSIGNED = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # nor does the file say when and by what it was made

Paint = Callable[["Figure"], None]


def svg(paint: Paint, *, width: float, height: float) -> str:
    """The figure as an element for a page, without the head of a file. Sizes are in inches."""
    drawn = _drawn(paint, width, height, "svg").decode()
    return drawn[drawn.index("<svg") :]


def png(paint: Paint, *, width: float, height: float) -> bytes:
    return _drawn(paint, width, height, "png")


def _drawn(paint: Paint, width: float, height: float, form: Literal["svg", "png"]) -> bytes:
    import matplotlib as mpl  # noqa: PLC0415 - a second to import, and only figures need it
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    out = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        paint(figure)
        figure.savefig(out, format=form, dpi=150, metadata=UNSIGNED if form == "svg" else None)
    return out.getvalue()
