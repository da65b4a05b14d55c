"""`casebook applications`: taking them in, listing them, looking at one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from casebook import files
from casebook.casework import playbook
from casebook.casework.core import quality
from casebook.casework.governance import exceptions, governance
from casebook.casework.intake import application_file
from casebook.casework.record_checks import information
from casebook.casework.reporting import viewing
from casebook.cli import progress
from casebook.cli.answer import Call, Output, page
from casebook.cli.case import application_page, outside
from casebook.cli.opening import opened
from casebook.cli.reading import one_of, read_json
from casebook.domain import words
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Stage
from casebook.errors import Refused, UnreadableFile, WrongUsage

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Actions: TypeAlias = "_SubParsersAction[ArgumentParser]"


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    take_in = actions.add_parser("import", help="take in applications.csv; bad rows are listed, good ones land")
    take_in.add_argument("file", type=Path)
    take_in.add_argument(
        "--quality", action="store_true", help="say what the gate of the file finds in it as a whole, too"
    )
    take_in.set_defaults(handler=_import)
    listing = actions.add_parser("list", help="every application, most pressing first")
    listing.add_argument("--stage", type=one_of(Stage), metavar="STAGE", help=", ".join(Stage))
    listing.add_argument("--overdue", action="store_true")
    listing.set_defaults(handler=_list)
    excepted = actions.add_parser("exceptions", help="what was done otherwise than the rules have it, newest first")
    excepted.set_defaults(handler=_exceptions)
    show = actions.add_parser("show", help="one application, whole")
    show.add_argument("reference")
    show.set_defaults(handler=_show)
    correct = actions.add_parser("correct", help="add or correct what is known of its people, from a JSON file")
    correct.add_argument("reference")
    correct.add_argument("--file", required=True, type=read_json, dest="details", metavar="DETAILS.json")
    correct.set_defaults(handler=_correct)
    governance_actions(actions)


def governance_actions(actions: Actions) -> None:
    """What may be done about an application apart from its work items; each is refused to most roles."""
    for name, (text, _, needs) in GOVERNANCE.items():
        action = actions.add_parser(name, help=text)
        action.add_argument("reference")
        for need in needs:
            action.add_argument(f"--{need.removesuffix('?')}", required=not need.endswith("?"))
        action.set_defaults(handler=_govern, action=name)


GOVERNANCE: dict[str, tuple[str, Callable[..., dict[str, object]], tuple[str, ...]]] = {
    "danger": ("say that somebody is in danger now", governance.report_danger, ("reason",)),
    "restrict": ("let only named people see it", governance.restrict, ("reason",)),
    "name": ("name a person for a restricted application", governance.name_person, ("staff",)),
    "unrestrict": (
        "propose, or as a second person agree, that it is no longer restricted",
        governance.lift,
        ("reason",),
    ),
    "hold": ("legal hold: nothing of it may be disposed of", governance.hold, ("reason",)),
    "release": ("end a legal hold", governance.release, ("reason",)),
    "dispose": (
        "propose, or as a second person agree, that its personal detail is erased",
        governance.dispose,
        ("reason",),
    ),
    "withdraw": ("propose, or as a second person agree, that it closes as withdrawn", governance.withdraw, ("reason",)),
    "transfer": (
        "propose, or as a second person agree, that another force, which has said so, deals with it",
        governance.transfer,
        ("force", "accepted-by", "their-reference?"),
    ),
    "no-engagement": (
        "the same, because nobody could be reached",
        governance.no_engagement,
        ("reason", "agency-route?"),
    ),
    "override-gate": (
        "propose, or as a second person agree, that one expectation of its gate may fail",
        quality.override,
        ("expectation", "reason"),
    ),
    "lower": ("propose, or as a second person agree, a lower priority", governance.lower_priority, ("to", "reason")),
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
        raise WrongUsage("--quality reads the file a second time, and this can be read once", "not_a_file")
    with opened(call) as casebook:
        with casebook.store.session() as session:
            casebook.act_on(session).allowed(Command.IMPORT_APPLICATIONS)
        try:
            with progress.shown(call, "Importing applications"):
                imported = application_file.import_file(casebook.store, casebook.actor, options.file, playbook=playbook)
        except UnreadableFile as error:
            if error.code == "no_such_file":
                raise
            raise Refused(error.message, error.code) from None  # the call was right, the file is not
    rejected = [rejection.as_json() for rejection in imported.rejected]
    data = {
        "accepted": imported.accepted,
        "unchanged": imported.unchanged,
        "rejected": rejected,
        "ignored_columns": imported.ignored_columns,
    }
    lines = [f"accepted {len(imported.accepted)}, unchanged {len(imported.unchanged)}, rejected {len(rejected)} faults"]
    lines += [
        f"line {each.line}{', ' * bool(each.column)}{each.column}: {each.message} [{each.code}]"
        for each in imported.rejected
    ]
    if imported.ignored_columns:
        lines.append(f"ignored columns: {', '.join(imported.ignored_columns)}")
    if options.quality:
        found = _quality(options.file)
        data |= {"quality": found}
        lines += [f"{code}: {count} rows" for code, count in found.items()] or ["the file as a whole is sound"]
    return Output(data=data, lines=lines, exit_code=1 if rejected else 0)


def _quality(path: Path) -> dict[str, int]:
    """What the gate of the file says of it; its rows have landed or are listed, whatever that is."""
    from expectations import application_file as gate  # noqa: PLC0415 - seconds of Great Expectations

    table = files.read(path, known=gate.ESSENTIAL)
    return gate.quality(table.columns, (row.cells for row in table.rows))


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
    return Output(data=done, lines=[f"{done['reference']} is in {words.STAGE.of(done['stage'])}"])


def _line(row: dict[str, object]) -> str:
    waiting = words.of_field("kinds", row["waiting_for"]) or "waits for nobody"
    late = "  OVERDUE" if row["overdue"] else ""
    priority, stage = words.PRIORITY.of(row["priority"]), words.STAGE.of(row["stage"])
    return f"{row['reference']}  {priority:<9} {stage:<14} due {row['due_at'] or '-':<25}{late}  {waiting}"


def _show(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        whole = viewing.show(act, options.reference)
    return Output(data=whole, lines=list(application_page.page(whole)))
