"""The report of the review as one HTML page that fetches nothing, or as PDF, both with plots. Nobody is named in it."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from casebook.casework.review.account import ReviewReport
from casebook.domain import words
from casebook.domain.review.figures import Share

TITLE = "Review of past applications"
_STYLE = (
    "body{font:11pt sans-serif;max-width:52em;margin:2em auto;color:#111}h2{border-bottom:1px solid;font-size:1.15em}"
    "table{border-collapse:collapse;margin:.5em 0}td,th{padding:.15em .8em;text-align:left;border-bottom:1px solid #ccc}"
    "td+td,th+th{text-align:right}svg{max-width:100%;height:auto}"
)
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


def as_html(report: ReviewReport) -> str:
    body = []
    for part in parts(report):
        level = "h1" if part.title == TITLE else "h2"
        body.append(f"<{level}>{html.escape(part.title)}</{level}>")
        body += [f"<p>{html.escape(line)}</p>" for line in part.words]
        if part.table:
            body.append("<table><tr>" + "".join(f"<th>{name}</th>" for name in _HEAD) + "</tr>")
            body += [
                "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in _row(each)) + "</tr>"
                for each in part.table
            ]
            body.append("</table>")
        if part.plotted and (drawn := _plot(part, "svg")):
            text = drawn.decode()
            body.append(text[text.index("<svg") :])
    head = f"<meta charset=utf-8><title>{TITLE}</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(body)}</body></html>\n"


def as_pdf(report: ReviewReport) -> bytes:
    from fpdf import FPDF  # noqa: PLC0415 - only who prints a PDF pays for it

    page = FPDF()
    fonts = resources.files("matplotlib") / "mpl-data" / "fonts" / "ttf"
    for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        with resources.as_file(fonts / file) as font:
            page.add_font("DejaVu", style=style, fname=font)
    page.set_title(TITLE)
    page.add_page()
    for part in parts(report):
        page.set_font("DejaVu", style="B", size=16 if part.title == TITLE else 11)
        page.multi_cell(w=0, h=9, text=part.title, new_x="LMARGIN", new_y="NEXT")
        page.set_font("DejaVu", size=9)
        for line in part.words:
            page.multi_cell(w=0, h=5, text=line, new_x="LMARGIN", new_y="NEXT")
        if part.table:
            _table(page, part.table)
        if part.plotted and (drawn := _plot(part, "png")):
            page.image(io.BytesIO(drawn), w=150)
    return bytes(page.output())


def _table(page: Any, shares: Sequence[Share]) -> None:  # noqa: ANN401 - the library names no type
    with page.table(
        col_widths=(70, 35, 35, 50), text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT"), line_height=5
    ) as table:
        for cells in (_HEAD, *map(_row, shares)):
            row = table.row()
            for cell in cells:
                row.cell(cell)


def _plot(part: Part, form: str) -> bytes | None:
    """Shares with their intervals; what is kept back is not drawn."""
    shown = [each for each in part.table if each.count is not None and each.of]
    if not shown:
        return None
    import matplotlib as mpl  # noqa: PLC0415 - a second that only a page with plots pays
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context({"svg.hashsalt": part.title, "font.size": 8}):
        figure = Figure(figsize=(7, 0.9 + 0.28 * len(shown)), layout="constrained")
        axes = figure.subplots()
        values = [100 * (each.count or 0) / (each.of or 1) for each in shown]
        lows = [max(0.0, value - 100 * (each.low or 0)) for value, each in zip(values, shown, strict=True)]
        highs = [max(0.0, 100 * (each.high or 0) - value) for value, each in zip(values, shown, strict=True)]
        axes.errorbar(values, range(len(shown)), xerr=[lows, highs], fmt="o", color="#1f4e79", capsize=3)
        axes.set_yticks(range(len(shown)), [each.what for each in shown])
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_xlabel("per cent, with 95 % interval")
        axes.set_title(part.title, loc="left")
        out = io.BytesIO()
        figure.savefig(out, format=form, dpi=150, metadata={"Date": None} if form == "svg" else None)
    return out.getvalue()
