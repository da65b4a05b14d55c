"""Manual intake: `casebook applications draft`, `drafts`, `draft-show`, `submit` and `drop`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from casebook.casework.core.acting import Summary
from casebook.casework.intake import drafts
from casebook.cli.answer import Call, Output, page
from casebook.cli.opening import opened
from casebook.cli.reading import read_json
from casebook.domain import words
from casebook.domain.case.drafting import STEPS
from casebook.errors import InvalidAnswer

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Actions: TypeAlias = "_SubParsersAction[ArgumentParser]"
_DRAFT = "its id, as `applications drafts` prints it"


def configure(actions: Actions) -> None:
    draft = actions.add_parser("draft", help="take an application down: begin a draft, or add to one")
    draft.add_argument("--id", metavar="DRAFT", help=f"the draft to add to: {_DRAFT} (default: a new one)")
    draft.add_argument(
        "--file", required=True, type=read_json, dest="cells", metavar="CELLS.json",
        help="what was said, as JSON by the columns of applications.csv; - for standard input",
    )  # fmt: skip
    draft.set_defaults(handler=_draft)
    listed = actions.add_parser("drafts", help="list the drafts that are not finished, and whose they are")
    listed.set_defaults(handler=_drafts)
    for name, handler, text in (
        ("draft-show", _show, "show your own draft, with what was said"),
        ("submit", _submit, "take the application of a draft in"),
        ("drop", _drop, "end a draft that becomes no application; what was said is erased"),
    ):
        action = actions.add_parser(name, help=text)
        if name == "submit":
            action.add_argument("draft", nargs="?", metavar="DRAFT", help=f"{_DRAFT} (default: your only one)")
        else:
            action.add_argument("draft", metavar="DRAFT", help=_DRAFT)
        action.set_defaults(handler=handler)
        if name == "drop":
            action.add_argument("--reason", required=True, metavar="CODE", help="why, as a code such as not_for_us")


def _draft(options: Namespace, call: Call) -> Output:
    if not isinstance(options.cells, Mapping):
        raise InvalidAnswer("the cells must be one JSON object: column to text", "not_text")
    with opened(call) as casebook, casebook.acting() as act:
        done = drafts.write(act, options.cells, draft=options.id)
    return _told(done)


def _submit(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = drafts.submit(act, options.draft)
    return _told(done)


def _told(done: Summary) -> Output:
    if done["reference"]:
        return Output(
            data=done, lines=[f"taken in as {done['reference']}; priority {words.PRIORITY.of(done['priority'])}"]
        )
    lines = [f"draft {done['draft']}"]
    if step := done["next"]:
        lines.append(f"ask next: {words.spelled(str(step))} ({', '.join(STEPS[str(step)])})")
    return Output(data=done, lines=lines)


def _drop(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = drafts.drop(act, options.draft, reason=options.reason)
    return Output(data=done, lines=[f"draft {options.draft} dropped"])


def _show(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        shown = drafts.show(act, options.draft)
    return Output(data=shown, lines=list(page(shown)))


def _drafts(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = drafts.listing(act)
    lines = [f"{row['draft']}  {row['by']}  since {row['since']}" for row in rows]
    return Output(data=rows, lines=lines or ["no drafts"])
