"""`casebook applications`: import, list, show and correct applications, and act on one outside its work items."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from casebook import files
from casebook.case_page.page import page as page_of_case
from casebook.casework import playbook
from casebook.casework.allocation import open_checks, owners
from casebook.casework.core import quality, refused_files
from casebook.casework.governance import circumstances, conflicts, early_ending, exceptions, governance, merging
from casebook.casework.intake import application_file, rejected_rows, submission
from casebook.casework.record_checks import information
from casebook.casework.reporting import viewing
from casebook.cli import progress
from casebook.cli.answer import Call, Output, page
from casebook.cli.case import chronology, option_help, outside, papers, taking_down, taking_over
from casebook.cli.case.imported import file_at_fault, output
from casebook.cli.opening import opened
from casebook.cli.reading import one_of, read_json
from casebook.domain import words
from casebook.domain.authority import Command
from casebook.domain.case import application_file as rules
from casebook.domain.vocabulary import Stage
from casebook.errors import WrongUsage

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Actions: TypeAlias = "_SubParsersAction[ArgumentParser]"
_APPLICATION = "the application"


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    take_in = actions.add_parser(
        "import", help="import applications.csv; good rows are accepted, faults in the others are listed"
    )
    take_in.add_argument("file", type=Path, metavar="FILE", help="a CSV file of applications")
    take_in.add_argument("--quality", action="store_true", help="also check the quality of the file as a whole")
    take_in.set_defaults(handler=_import)
    listing = actions.add_parser("list", help="list applications, most pressing first")
    listing.add_argument("--stage", type=one_of(Stage), metavar="STAGE", help=f"only this stage: {', '.join(Stage)}")
    listing.add_argument("--overdue", action="store_true", help="only those past a time limit")
    listing.set_defaults(handler=_list)
    excepted = actions.add_parser("exceptions", help="list exceptions to the rules, newest first")
    excepted.set_defaults(handler=_exceptions)
    show = actions.add_parser("show", help="show everything about one application that your role may see")
    show.add_argument("reference", metavar="REF", help=_APPLICATION)
    show.set_defaults(handler=_show)
    correct = actions.add_parser("correct", help="add to or correct what is known about the people in it")
    correct.add_argument("reference", metavar="REF", help=_APPLICATION)
    correct.add_argument(
        "--file", required=True, type=read_json, dest="details", metavar="DETAILS.json",
        help="the details as JSON; - for standard input",
    )  # fmt: skip
    correct.set_defaults(handler=_correct)
    taking_down.configure(actions)
    taking_over.configure(actions)
    chronology.configure(actions)
    papers.configure(actions)
    governance_actions(actions)


def governance_actions(actions: Actions) -> None:
    """Actions on an application outside its work items; most roles may not do them."""
    for name, (text, _, needs) in GOVERNANCE.items():
        action = actions.add_parser(name, help=text)
        action.add_argument("reference", metavar="REF", help=option_help.of(name, "reference"))
        for need in needs:
            option = need.removesuffix("?")
            action.add_argument(f"--{option}", required=option == need, help=option_help.of(name, option))
        action.set_defaults(handler=_govern, action=name)


# of an early end, from the first of the two people
_WHO_SAID_IT = ("said-by?", "identified?", "channel?", "alone?", "help-offered?")

GOVERNANCE: dict[str, tuple[str, Callable[..., dict[str, object]], tuple[str, ...]]] = {
    "danger": (
        "report that somebody is in danger now; this opens immediate safeguarding",
        governance.report_danger,
        ("reason",),
    ),
    "assign": (
        "make somebody its case officer; whoever was it is told",
        owners.assign,
        ("to", "reason", "handover?"),
    ),
    "take-back": ("end somebody's time as its case officer; they are told", owners.take_back, ("reason",)),
    "check": (
        "dip-check somebody's work on it while it is open, point by point; they are told",
        open_checks.check,
        ("staff", "points", "words?"),
    ),
    "restrict": ("restrict it, so that only named people see it", governance.restrict, ("reason",)),
    "name": ("let one more person see a restricted application", governance.name_person, ("staff",)),
    "unrestrict": (
        "propose to lift the restriction, or agree as the second person",
        governance.lift,
        ("reason",),
    ),
    "hold": ("put it under legal hold, so that nothing in it is disposed of", governance.hold, ("reason",)),
    "release": ("propose to end the legal hold, or agree as the second person", governance.release, ("reason",)),
    "dispose": (
        "propose to erase its personal detail, or agree as the second person",
        governance.dispose,
        ("reason",),
    ),
    "dispose-row": (
        "propose to erase a rejected row that was read, or agree as the second person",
        rejected_rows.dispose,
        ("reason",),
    ),
    "withdraw": (
        "propose to close it as withdrawn, or agree as the second person",
        early_ending.withdraw,
        ("reason", *_WHO_SAID_IT),
    ),
    "transfer": (
        "propose to transfer it to another force that has accepted it, or agree as the second person",
        early_ending.transfer,
        ("force", "accepted-by", "their-reference?", *_WHO_SAID_IT),
    ),
    "no-engagement": (
        "propose to close it because nobody could be reached, or agree as the second person",
        early_ending.no_engagement,
        ("reason", "agency-route?", *_WHO_SAID_IT),
    ),
    "merge": (
        "propose to merge a duplicate into the application that came first, or agree as the second person",
        merging.merge,
        ("into", "reason"),
    ),
    "unmerge": (
        "propose to undo the merging of a duplicate, or agree as the second person",
        merging.unmerge,
        ("reason",),
    ),
    "reopen": ("reopen an application that ended early, where it was", early_ending.reopen, ("reason",)),
    "override-gate": (
        "propose that one expectation of its gate may fail, or agree as the second person",
        quality.override,
        ("expectation", "reason"),
    ),
    "correct-moment": (
        "propose when it was really submitted, or agree as the second person: its clocks start again from then",
        submission.correct,
        ("submitted-at", "reason"),
    ),
    "declare": (
        "say whether you have a conflict of interest in it, with the reason",
        conflicts.declare,
        ("conflict", "reason"),
    ),
    "bar": (
        "record that somebody has a conflict of interest: they are barred, and what they did is done again",
        conflicts.find,
        ("staff", "reason"),
    ),
    "circumstance": (
        "update a circumstance that changed: pregnancy, children, living together, relationship, an address",
        circumstances.update,
        ("what", "value", "learned-from", "since?", "postcode?"),
    ),
    "lower": ("propose a lower priority, or agree as the second person", governance.lower_priority, ("to", "reason")),
    **outside.ACTIONS,
}


def _govern(options: Namespace, call: Call) -> Output:
    _, use_case, needs = GOVERNANCE[options.action]
    with opened(call) as casebook, casebook.acting() as act:
        given = {name: getattr(options, name) for name in (need.removesuffix("?").replace("-", "_") for need in needs)}
        done: dict[str, object] = use_case(act, options.reference, **given)
    return Output(data=done, lines=page(done))


def _import(options: Namespace, call: Call) -> Output:
    if options.quality and options.file.exists() and not options.file.is_file():
        raise WrongUsage("--quality must read the file twice, so it needs a regular file", "not_a_file")
    with opened(call) as casebook:
        with casebook.store.session() as session:
            casebook.act_on(session).allowed(Command.IMPORT_APPLICATIONS)
        with (
            file_at_fault(),
            progress.shown(call, "Importing applications"),
            refused_files.noted(casebook.acting, "applications", options.file),
        ):
            imported = application_file.import_file(casebook.store, casebook.actor, options.file, playbook=playbook)
    quality, said = _quality(options.file, {fault.line for fault in imported.rejected}) if options.quality else ({}, [])
    return output(imported, done="accepted", more=quality, said=said)


def _quality(path: Path, rejected: Collection[int]) -> tuple[dict[str, object], list[str]]:
    """Ask the gate of the file, as data and as lines. It changes nothing about the rows that were accepted."""
    from expectations import application_file as gate  # noqa: PLC0415 - Great Expectations takes seconds to import

    file = files.read(path, known=rules.COLUMNS, first_counts=True)
    columns = [name for name in rules.COLUMNS if name in file.columns]
    table = gate.table(columns, ((row.cells, row.line not in rejected) for row in file.rows))
    faults, alike, landed = gate.quality(table), gate.of_one_value(table), int(table[gate.LANDED].sum())
    said = [f"{words.spelled(code)}: {count} rows" for code, count in faults.items() if code != "column_of_one_value"]
    said += [f"the same value in every row: {', '.join(alike)}"] if alike else []
    lines = [f"{landed} of {len(table)} rows landed", *(said or ["no faults in the file as a whole"])]
    return {"quality": faults, "rows": len(table), "landed": landed, "columns_of_one_value": alike}, lines


def _list(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = viewing.listing(act, stage=options.stage, overdue=options.overdue)
    return Output(data=rows, lines=[_line(row) for row in rows] or ["no applications"])


def _exceptions(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = exceptions.listing(act)
    return Output(data=rows, lines=list(map(_exception, rows)) or ["no exceptions"])


def _exception(row: dict[str, object]) -> str:
    because = f" ({words.reason(row['because'])})" if row["because"] else ""
    return f"{row['at']}  {row['reference'] or '-'}  {words.reason(row['what'])}{because}  {row['by'] or '-'}"


def _correct(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        application = information.add(act, options.reference, options.details)
        done = {"reference": application.reference, "stage": application.stage}
    return Output(data=done, lines=[f"{done['reference']} corrected; stage: {words.STAGE.of(done['stage'])}"])


def _line(row: dict[str, object]) -> str:
    waiting = words.of_field("kinds", row["waiting_for"]) or "no work waiting"
    late = "  OVERDUE" if row["overdue"] else ""
    priority, stage = words.PRIORITY.of(row["priority"]), words.STAGE.of(row["stage"])
    owner = f"  {row['owner']}" if row["owner"] else ""
    return f"{row['reference']}  {priority:<9} {stage:<14} due {row['due_at'] or '-':<25}{late}  {waiting}{owner}"


def _show(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        application = viewing.show(act, options.reference)
    return Output(data=application, lines=list(page_of_case(application)))
