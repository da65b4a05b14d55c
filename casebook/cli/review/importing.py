"""`casebook review import`: lists of past applications in, and the casebook's own closed ones as one list more."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from casebook.casework.review import files as review_files
from casebook.casework.review import registers as review
from casebook.casework.review.files import RegisterFile
from casebook.casework.review.registers import ImportedRegister
from casebook.cli import progress
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.domain import words
from casebook.errors import WrongUsage
from casebook.storage.review import live

LISTED = 1_000  # findings told one by one; the counts are of all


def configure(actions: Any) -> None:  # noqa: ANN401 - argparse names no type for what adds parsers
    importing = actions.add_parser(
        "import", help="take registers in, CSV or Excel; nothing is refused, findings are told"
    )
    importing.add_argument("files", type=Path, nargs="*", metavar="FILE")
    importing.add_argument(
        "--live", action="store_true", help="also the casebook's own closed applications, those not taken in yet"
    )
    importing.add_argument("--no-quality", action="store_true", help="leave out the counts by list, year and handler")
    importing.set_defaults(handler=_import)


def _import(options: Namespace, call: Call) -> Output:
    if not (options.files or options.live):
        raise WrongUsage("name a register's FILE, or --live for the casebook's own closed applications", "no_file")
    files = [
        file for path in options.files for file in review_files.read(path)
    ]  # all can be read before one is taken in
    told, restricted = list[ImportedRegister](), 0
    with opened(call) as casebook:
        with progress.shown(call, "Taking in lists of past applications") as advance:
            for done, file in enumerate(files, start=1):
                with casebook.acting() as act:
                    told.append(review.take_in(act, file))
                advance(done, len(files))
        if options.live:
            with casebook.acting() as act:
                restricted = live.restricted(act.session)
                told.append(review.take_in_closed(act))
    quality = {} if options.no_quality or not files else _quality(files)
    lines = list(_lines(told))
    if restricted:
        lines.append(f"{restricted} closed applications are restricted: the review has nothing of them")
    return Output(data=_data(told) | {"quality": quality, "restricted": restricted}, lines=lines)


def _data(told: Sequence[ImportedRegister]) -> dict[str, Any]:
    registers, findings = _counts(told)
    return {
        "files": [
            {
                "file": each.file, "rows": each.rows, "new": each.new, "registers": each.registers, "findings": each.findings,
                "ignored_columns": list(each.ignored_columns), "absent_columns": list(each.absent_columns),
            }
            for each in told
        ],
        "rows": sum(each.rows for each in told),
        "registers": dict(sorted(registers.items())),
        "findings": dict(sorted(findings.items())),
        "listed": [
            {"file": each.file, "line": line, "column": column, "code": code}
            for each in told
            for line, column, code in each.listed[:LISTED]
        ],
        "ignored_columns": sorted({name for each in told for name in each.ignored_columns}),
    }  # fmt: skip


def _lines(told: Sequence[ImportedRegister]) -> Iterator[str]:
    registers, findings = _counts(told)
    yield from (f"{each.file}: {each.rows} rows{'' if each.new else ', nothing new: nothing changed'}" for each in told)
    yield from (f"  {name}: {count} rows" for name, count in sorted(registers.items()))
    yield from (f"  {words.CELL.of(name)}: {count}" for name, count in sorted(findings.items()))


def _counts(told: Sequence[ImportedRegister]) -> tuple[Counter[str], Counter[str]]:
    """Rows of each list, and rows with each finding."""
    registers, findings = Counter[str](), Counter[str]()
    for each in told:
        registers.update(each.registers)
        findings.update({name: sum(counts.values()) for name, counts in each.findings.items()})
    return registers, findings


def _quality(files: Sequence[RegisterFile]) -> dict[str, dict[str, dict[str, int]]]:
    """What the suite says of the files just taken in; the rows are kept already, whatever it says."""
    from expectations import register  # noqa: PLC0415 - Great Expectations takes seconds, and only this needs it

    return register.quality(
        [{"register": review.name_of(file.name), **cells} for file in files for _, cells, _ in file.rows],
        [review.name_of(file.name) for file in files if not file.rows],
    )
