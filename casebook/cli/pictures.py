"""Figures as parts of a page: on screen and on paper."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from casebook import drawing
from casebook.drawing import Paint

if TYPE_CHECKING:
    from markupsafe import Markup

_WIDTH = 425  # points


def on_screen(paint: Paint, *, width: float, height: float) -> Markup:
    """A figure as part of an HTML page. Sizes are in inches."""
    from markupsafe import Markup  # noqa: PLC0415 - only a page needs the templates it comes with

    return Markup(drawing.svg(paint, width=width, height=height))  # noqa: S704 - our own drawing, with its text escaped


def on_paper(paint: Paint, *, width: float, height: float) -> Markup:
    """A figure as part of what goes onto paper."""
    from markupsafe import Markup  # noqa: PLC0415 - as above

    data = base64.b64encode(drawing.png(paint, width=width, height=height)).decode()
    return Markup('<img src="data:image/png;base64,{}" width="{}">').format(data, _WIDTH)
