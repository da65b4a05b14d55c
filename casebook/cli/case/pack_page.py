"""Prints a panel's pack: as text, as one HTML page that fetches nothing, or as PDF. Each page says whose it is."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from casebook.domain import words

Pack = Mapping[str, Any]
Line = tuple[int, str]  # depth, text; depth 0 is a heading

_STYLE = (
    "body{font:11pt sans-serif;max-width:50em;margin:2em auto}h2{border-bottom:1px solid;font-size:1.1em}"
    "p{margin:.15em 0}.mark{position:sticky;top:0;background:#fff;font-size:.8em}"
)
_INDENT = 5  # mm


def mark(pack: Pack) -> str:
    return f"{pack['reference']} - for the panel only - printed {pack['printed_at']} by {pack['printed_by']}"


def lines(pack: Pack) -> Iterator[Line]:
    """Every section of the pack, a line each; what is not known is said."""
    for name, section in pack.items():
        if name in {"reference", "printed_at", "printed_by"}:
            continue
        yield 0, _words(name)
        yield from _lines(section, 1)


def _lines(value: object, depth: int) -> Iterator[Line]:
    match value:
        case _ if value in (None, [], {}):
            yield depth, "none"
        case Mapping():
            for key, each in value.items():
                if isinstance(each, Mapping) or (
                    isinstance(each, list) and any(isinstance(one, Mapping) for one in each)
                ):
                    yield depth, f"{_words(key)}:"
                    yield from _lines(each, depth + 1)
                else:
                    yield depth, f"{_words(key)}: {_told(key, each)}"
        case list():
            for number, each in enumerate(value, 1):
                if isinstance(each, Mapping):
                    yield depth, f"{number}."
                    yield from _lines(each, depth + 1)
                else:
                    yield depth, _said(each)
        case _:
            yield depth, _said(value)


def _told(name: str, value: object) -> str:
    """The value of a field: its words if it is a code."""
    return (words.of_field(name, value) if value else None) or _said(value)


def _said(value: object) -> str:
    match value:
        case None | "" | []:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_said, value))
        case _:
            return str(value)


def _words(name: str) -> str:
    """The name of a section or field; A, B and C are people, and what stands uncovered is a source and a family."""
    source, colon, family = name.partition(":")
    if colon:
        return f"{words.SOURCE.of(source)}, {words.FAMILY.of(family)}"
    return words.PARTY.words.get(name) or words.UNCOVERED.words.get(name) or words.spelled(name)


def as_text(pack: Pack) -> Iterator[str]:
    yield mark(pack)
    for depth, text in lines(pack):
        yield f"{'  ' * depth}{text}" if depth else f"\n{text.upper()}"


def as_html(pack: Pack) -> str:
    body = "".join(
        f'<p style="margin-left:{depth - 1}em">{html.escape(text)}</p>' if depth else f"<h2>{html.escape(text)}</h2>"
        for depth, text in lines(pack)
    )
    head = f"<meta charset=utf-8><title>{html.escape(pack['reference'])}</title><style>{_STYLE}</style>"
    marked = f"<p class=mark>{html.escape(mark(pack))}</p>"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{marked}{body}</body></html>"


def as_pdf(pack: Pack) -> bytes:
    """With a font that has every letter a name may need."""
    from fpdf import FPDF  # noqa: PLC0415 - only who prints a PDF pays for it

    marked = mark(pack)

    class Page(FPDF):
        def header(self) -> None:
            self.set_font("DejaVu", size=7)
            self.cell(w=0, h=5, text=f"{marked} - page {self.page_no()}", new_x="LMARGIN", new_y="NEXT")

    page = Page()
    fonts = resources.files("matplotlib") / "mpl-data" / "fonts" / "ttf"
    for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        with resources.as_file(fonts / file) as font:
            page.add_font("DejaVu", style=style, fname=font)
    page.add_page()
    for depth, text in lines(pack):
        page.set_font("DejaVu", style="" if depth else "B", size=9 if depth else 11)
        page.set_x(page.l_margin + _INDENT * max(0, depth - 1))
        page.multi_cell(w=0, h=5 if depth else 9, text=text, new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())
