"""`casebook returns`: the figures a force reports, as CSV and as one page with plots."""

from __future__ import annotations

import io
from argparse import ArgumentParser, Namespace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from casebook.casework.reporting import force_figures
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.operations import returns_page
from casebook.cli.reading import day
from casebook.errors import WrongUsage
from casebook.outside_text import CsvWriter
from casebook.writing import refuse_unwritable, write_whole

ZONE = ZoneInfo("Europe/London")


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="first", type=day, metavar="DATE", help="count applications submitted on this day or later"
    )
    parser.add_argument(
        "--until", dest="last", type=day, metavar="DATE", help="count applications submitted on this day or earlier"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write it to this file: CSV, or a page with plots if it ends in .html or .pdf",
    )
    parser.set_defaults(handler=_returns)


def _returns(options: Namespace, call: Call) -> Output:
    if options.first and options.last and options.first > options.last:
        raise WrongUsage("--from is later than --until", "nothing_between")
    refuse_unwritable(options.out)
    begin = _midnight(options.first) if options.first else None
    end = _midnight(options.last + timedelta(days=1)) if options.last else None
    with opened(call) as casebook, casebook.acting() as act:
        figures, now = force_figures.figures(act, begin=begin, end=end), act.now.astimezone(ZONE)
    text = io.StringIO()
    CsvWriter(text).write_table(force_figures.COLUMNS, figures)
    if options.out is None:
        return Output(data=figures, lines=text.getvalue().splitlines())
    period = _period(options.first, options.last)
    match options.out.suffix.lower():
        case ".html" | ".htm":
            write_whole(options.out, returns_page.as_html(figures, period=period, at=now).encode())
        case ".pdf":
            write_whole(options.out, returns_page.as_pdf(figures, period=period, at=now))
        case _:
            write_whole(options.out, text.getvalue().encode())
    return Output(data=figures, lines=[f"{len(figures)} figures written to {options.out}"])


def _period(first: date | None, last: date | None) -> str:
    bounds = [f"from {first:%d %B %Y}"] if first else []
    bounds += [f"until {last:%d %B %Y}"] if last else []
    return " ".join(bounds) or "at any time"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
