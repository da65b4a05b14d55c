"""`casebook pack REF`: prints what a panel reads before it decides, for roles that may see personal detail."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from casebook.casework.panel_decision.panel_pack import printed
from casebook.cli.answer import Call, Output
from casebook.cli.case import pack_page
from casebook.cli.opening import opened
from casebook.writing import refuse_unwritable, write_whole


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("reference", metavar="REF", help="the application")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write it to this file as one HTML page")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write it to this file as PDF")
    parser.add_argument(
        "--handed-to",
        metavar="STAFF_ID",
        help="the member of staff to whom you hand it on paper: it counts as read by them",
    )
    parser.set_defaults(handler=run)


def run(options: Namespace, call: Call) -> Output:
    for file in (options.html, options.pdf):
        refuse_unwritable(file)
    with opened(call) as casebook, casebook.acting() as act:
        data = printed(act, options.reference, handed_to=options.handed_to)
        written = []
        if options.html:
            written.append(_write(options.html, pack_page.as_html(data).encode()))
        if options.pdf:
            written.append(_write(options.pdf, pack_page.as_pdf(data)))
    if written:
        return Output(
            data={"reference": options.reference, "written": written}, lines=[f"written: {file}" for file in written]
        )
    return Output(data=data, lines=pack_page.as_text(data))


def _write(path: Path, content: bytes) -> str:
    write_whole(path, content)
    return str(path)
