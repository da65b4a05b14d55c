"""Makes a page from its template, as HTML that loads nothing from elsewhere, or as PDF. All values are escaped."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from casebook.outside_text import harmless, page_value

if TYPE_CHECKING:
    from fpdf import FPDF, TextStyle
    from jinja2 import Template

REPORT = "report.html"  # the template of headings, sentences, tables and figures
_FONT = "DejaVu"  # it has every letter a name may need


def html(name: str, **values: object) -> str:
    return _template(name).render(**values)


def pdf(name: str, *, title: str, mark: str | None = None, made_at: datetime | None = None, **values: object) -> bytes:
    """The block `body` of the template as PDF. `mark` is printed at the top of every page, before the page number.

    `made_at`: what the file says of when it was made; None: now.
    """
    template = _template(name)
    body = "".join(template.blocks["body"](template.new_context({"mark": None, **values})))
    page = _blank(mark)
    page.set_title(title)
    if made_at is not None:
        page.set_creation_date(made_at)
    page.add_page()
    page.set_font(_FONT, size=9)
    page.write_html(
        body, font_family=_FONT, tag_styles=_styles(), ul_bullet_char="-", li_prefix_color=0, table_line_separators=True
    )
    return bytes(page.output())


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow to import, and only printing needs it

    here = PackageLoader("casebook.cli", "templates")
    return Environment(
        loader=here,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=page_value,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)


def _blank(mark: str | None) -> FPDF:
    from fpdf import FPDF  # noqa: PLC0415 - slow to import, and only a PDF needs it

    class Page(FPDF):
        def header(self) -> None:
            if mark is not None:
                self.set_font(_FONT, size=7)
                self.cell(w=0, h=5, text=f"{harmless(mark)} - page {self.page_no()}", new_x="LMARGIN", new_y="NEXT")

    page = Page()
    fonts = resources.files("matplotlib") / "mpl-data" / "fonts" / "ttf"
    for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        with resources.as_file(fonts / file) as font:
            page.add_font(_FONT, style=style, fname=font)
    return page


def _styles() -> dict[str, TextStyle]:
    from fpdf import TextStyle  # noqa: PLC0415 - as above

    def heading(size: int) -> TextStyle:
        return TextStyle(font_family=_FONT, font_style="B", font_size_pt=size, color=0, t_margin=3, b_margin=1)

    return {
        "h1": heading(16),
        "h2": heading(11),
        "p": TextStyle(font_family=_FONT, font_size_pt=9, b_margin=1),
        "li": TextStyle(font_family=_FONT, font_size_pt=9, l_margin=3, t_margin=0.5),
    }
