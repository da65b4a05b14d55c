"""`casebook review import`: imports lists of past applications, and closed applications of the casebook as one more list."""

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

LISTED = 1_000  # how many findings are listed one by one; the counts include all


def configure(actions: Any) -> None:  # noqa: ANN401 - argparse names no type for what adds parsers
    importing = actions.add_parser(
        "import", help="import registers, as CSV or Excel; every row is accepted, faults are listed"
    )
    importing.add_argument("files", type=Path, nargs="*", metavar="FILE", help="a register of past applications")
    importing.add_argument(
        "--live",
        action="store_true",
        help="also import closed applications of the casebook that are not in the review yet",
    )
    importing.add_argument(
        "--no-quality", action="store_true", help="leave out the checks of quality by list, year and handler"
    )
    importing.set_defaults(handler=_import)


def _import(options: Namespace, call: Call) -> Output:
    if not (options.files or options.live):
        raise WrongUsage("give the FILE of a register, or --live for closed applications of the casebook", "no_file")
    files = [
        file for path in options.files for file in review_files.read(path)
    ]  # read all of them before the first is imported
    imported, restricted = list[ImportedRegister](), 0
    with opened(call) as casebook:
        with progress.shown(call, "Importing registers") as advance:
            for done, file in enumerate(files, start=1):
                with casebook.acting() as act:
                    imported.append(review.take_in(act, file))
                advance(done, len(files))
        if options.live:
            with casebook.acting() as act:
                restricted = live.restricted(act.session)
                imported.append(review.take_in_closed(act))
    quality = {} if options.no_quality or not files else _quality(files)
    lines = list(_lines(imported))
    if restricted:
        lines.append(f"{restricted} closed applications are restricted, so they are not in the review")
    return Output(data=_data(imported) | {"quality": quality, "restricted": restricted}, lines=lines)


def _data(imported: Sequence[ImportedRegister]) -> dict[str, Any]:
    registers, findings = _counts(imported)
    return {
        "files": [
            {
                "file": register.file, "rows": register.rows, "new": register.new, "registers": register.registers,
                "findings": register.findings,
                "ignored_columns": list(register.ignored_columns), "absent_columns": list(register.absent_columns),
            }
            for register in imported
        ],
        "rows": sum(register.rows for register in imported),
        "registers": dict(sorted(registers.items())),
        "findings": dict(sorted(findings.items())),
        "listed": [
            {"file": register.file, "line": line, "column": column, "code": code}
            for register in imported
            for line, column, code in register.listed[:LISTED]
        ],
        "ignored_columns": sorted({name for register in imported for name in register.ignored_columns}),
    }  # fmt: skip


def _lines(imported: Sequence[ImportedRegister]) -> Iterator[str]:
    registers, findings = _counts(imported)
    yield from (
        f"{register.file}: {register.rows} rows{'' if register.new else ', nothing new'}" for register in imported
    )
    yield from (f"  {name}: {count} rows" for name, count in sorted(registers.items()))
    yield from (f"  {words.CELL.of(name)}: {count}" for name, count in sorted(findings.items()))


def _counts(imported: Sequence[ImportedRegister]) -> tuple[Counter[str], Counter[str]]:
    """How many rows each list has, and how many rows have each fault."""
    registers, findings = Counter[str](), Counter[str]()
    for register in imported:
        registers.update(register.registers)
        findings.update({name: sum(counts.values()) for name, counts in register.findings.items()})
    return registers, findings


def _quality(files: Sequence[RegisterFile]) -> dict[str, dict[str, dict[str, int]]]:
    """Check the quality of the imported files. It changes nothing about their rows."""
    from expectations import register  # noqa: PLC0415 - Great Expectations takes seconds to import

    return register.quality(
        [{"register": review.name_of(file.name), **cells} for file in files for _, cells, _ in file.rows],
        [review.name_of(file.name) for file in files if not file.rows],
    )
