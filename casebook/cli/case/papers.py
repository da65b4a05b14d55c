"""Papers of a case: `casebook applications attach`, `refer-paper`, `papers` and `paper`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from casebook import bounds
from casebook.case_page.blocks import moment
from casebook.casework.core.acting import refuse
from casebook.casework.papers import attaching, reading
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import one_of
from casebook.domain import words
from casebook.domain.case.papers import PaperCategory, why_not_ending
from casebook.domain.vocabulary import Party
from casebook.errors import InvalidAnswer
from casebook.writing import refuse_unwritable, write_whole

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Actions: TypeAlias = "_SubParsersAction[ArgumentParser]"


def configure(actions: Actions) -> None:
    attach = _adding(actions, "attach", "attach a paper: PDF, JPEG, PNG, TIFF, docx, xlsx or text, up to 10 MB")
    attach.add_argument(
        "--file", required=True, type=Path, metavar="PATH", help="the file; what it is, its content says"
    )
    attach.set_defaults(handler=_attach)
    refer = _adding(actions, "refer-paper", "write down a paper that is not here, and where it is kept")
    refer.add_argument(
        "--where", required=True, metavar="TEXT", help="where it is kept: a paper file, a store of evidence"
    )
    refer.set_defaults(handler=_refer)
    papers = actions.add_parser("papers", help="list its papers, with those of what was merged into it")
    papers.add_argument("reference", metavar="REF", help="the application")
    papers.set_defaults(handler=_list)
    paper = actions.add_parser("paper", help="write a paper to a file; the ledger says who read it")
    paper.add_argument("document", metavar="ID", help="its id, as `applications papers` prints it")
    paper.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="where to write it; its name must end as its kind does"
    )
    paper.set_defaults(handler=_read)


def _adding(actions: Actions, name: str, text: str) -> ArgumentParser:
    action = actions.add_parser(name, help=text)
    action.add_argument("reference", metavar="REF", help="the application")
    action.add_argument(
        "--category", required=True, type=one_of(PaperCategory), metavar="CODE", help=", ".join(PaperCategory)
    )
    action.add_argument("--title", required=True, metavar="TEXT", help="what it is, in one line")
    action.add_argument("--about", type=one_of(Party), metavar="PARTY", help=f"about whom: {', '.join(Party)}")
    return action


def _attach(options: Namespace, call: Call) -> Output:
    content = bounds.content(options.file, bounds.PAPER)
    with opened(call) as casebook, casebook.acting() as act:
        done = attaching.attach(
            act, options.reference, home=call.home, content=content, category=options.category, title=options.title,
            about=options.about,
        )  # fmt: skip
    return Output(
        data=done, lines=[f"{options.reference}: attached as {done['document']} ({words.PAPER_KIND.of(done['kind'])})"]
    )


def _refer(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = attaching.refer(
            act, options.reference, category=options.category, title=options.title, where=options.where, about=options.about
        )  # fmt: skip
    return Output(data=done, lines=[f"{options.reference}: {done['document']} written down"])


def _list(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = reading.listed(act, options.reference)
    return Output(data=rows, lines=[line for row in rows for line in _shown(row)] or ["no papers"])


def _shown(row: Mapping[str, Any]) -> Iterator[str]:
    about = f" about {words.PARTY.of(row['about'])}" if row["about"] else ""
    kind = words.PAPER_KIND.of(row["media_type"]) if row["media_type"] else "kept elsewhere"
    yield f"{row['id']}  {words.PAPER_CATEGORY.of(row['category'])}{about}  {kind}  {moment(row['added_at'])}  {row['added_by']}"
    for name in ("title", "where_kept", "digest"):
        if row.get(name):
            yield f"    {words.spelled(name)}: {row[name]}"


def _read(options: Namespace, call: Call) -> Output:
    refuse_unwritable(options.out)
    with opened(call) as casebook, casebook.acting() as act:
        paper = reading.content(act, options.document, home=call.home)
        refuse(why_not_ending(options.out.name, paper.kind), InvalidAnswer)
    write_whole(options.out, paper.content)  # after the commit: nothing is read that the ledger does not say
    data = {"document": options.document, "reference": paper.reference, "kind": paper.kind, "file": str(options.out)}
    return Output(
        data=data, lines=[f"written to {options.out}; only you can read the file. Delete it when you have read it"]
    )
