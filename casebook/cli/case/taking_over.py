"""Running cases of an earlier list: `casebook applications take-over` and `take-over-template`."""

from __future__ import annotations

import io
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from casebook.casework import playbook
from casebook.casework.core import refused_files
from casebook.casework.intake import taking_over
from casebook.casework.intake.taking_over import TakeOverPreview
from casebook.cli import progress
from casebook.cli.answer import Call, Output
from casebook.cli.case import imported
from casebook.cli.opening import opened
from casebook.domain import words
from casebook.domain.authority import Command
from casebook.domain.case import application_file
from casebook.domain.case import running_cases as rules
from casebook.outside_text import CsvWriter
from casebook.writing import refuse_unwritable, write_whole

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Actions: TypeAlias = "_SubParsersAction[ArgumentParser]"


def configure(actions: Actions) -> None:
    take_over = actions.add_parser(
        "take-over",
        help="take over running cases from an earlier list; what it tells is kept as told, and passes no gate",
    )
    take_over.add_argument("file", type=Path, metavar="FILE", help="a CSV file or workbook of running cases")
    take_over.add_argument("--preview", action="store_true", help="show what would be taken over; nothing is written")
    take_over.set_defaults(handler=_take_over)
    template = actions.add_parser("take-over-template", help="show the columns of a file of running cases")
    template.add_argument("--out", type=Path, metavar="FILE", help="write an empty CSV file with these columns")
    template.set_defaults(handler=_template)


def _take_over(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook:
        with casebook.store.session() as session:
            casebook.act_on(session).allowed(Command.IMPORT_APPLICATIONS)
        if options.preview:
            with imported.file_at_fault(), casebook.acting() as act:
                return _previewed(taking_over.preview(act, options.file, key=casebook.store.key))
        with (
            imported.file_at_fault(),
            progress.shown(call, "Taking over running cases"),
            refused_files.noted(casebook.acting, "running_cases", options.file),
        ):
            taken = taking_over.take_over(casebook.store, casebook.actor, options.file, playbook=playbook)
    return imported.output(taken, done="taken over")


def _previewed(shown: TakeOverPreview) -> Output:
    lost = [rejection for rejection in shown.rejected if not rejection.landed]
    head = f"{len(shown.would_take)} would be taken over, {len(shown.unchanged)} unchanged, {len(lost)} faults in rejected rows"
    lines = [head, *map(_case, shown.would_take), *imported.faults(shown.rejected)]
    if shown.in_danger:
        lines.append(f"rejected rows that tell of danger: {shown.in_danger}; mend them, and take the file over now")
    data = {
        "would_take": shown.would_take,
        "unchanged": shown.unchanged,
        "rejected": [rejection.as_json() for rejection in shown.rejected],
        "ignored_columns": shown.ignored_columns,
    }
    return Output(data=data, lines=[*lines, *imported.ignored(shown.ignored_columns)], exit_code=1 if lost else 0)


def _case(row: dict[str, Any]) -> str:
    late = f"  LATE: {words.of_field('limits', row['late'])}" if row["late"] else ""
    stage = f"  told: {words.STAGE.of(row['stage'])}" if row["stage"] else ""
    return f"line {row['line']}  {row['external_id']}  submitted {row['submitted_at']}{stage}{late}"


def _template(options: Namespace, _call: Call) -> Output:
    refuse_unwritable(options.out)
    columns = [
        {"column": column, "required": column in application_file.REQUIRED, "meaning": rules.explained(column)}
        for column in rules.ALL_COLUMNS
    ]
    if options.out is None:
        return Output(data=columns, lines=list(map(_column, columns)))
    header = io.StringIO()
    CsvWriter(header).writerow(rules.ALL_COLUMNS)
    write_whole(options.out, header.getvalue().encode())
    return Output(data=columns, lines=[f"{options.out} has the {len(columns)} columns of a file of running cases"])


def _column(row: dict[str, Any]) -> str:
    needed = "  needed" if row["required"] else ""
    return f"{row['column']:<24}{needed}{'  ' if row['meaning'] else ''}{row['meaning']}".rstrip()
