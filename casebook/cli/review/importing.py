"""`casebook review`: registers are previewed, imported, replaced and removed; closed applications are one more list."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from casebook import clock
from casebook.casework.core import refused_files
from casebook.casework.review import files as review_files
from casebook.casework.review import mappings, preview, replacing
from casebook.casework.review import registers as review
from casebook.casework.review.files import RegisterFile
from casebook.casework.review.registers import ImportedRegister
from casebook.cli import progress
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.review import mapping_options, register_lines
from casebook.domain import words
from casebook.domain.review.register_codes import CODED, code_in
from casebook.domain.review.register_headings import KeptMapping
from casebook.errors import WrongUsage
from casebook.storage.review import live_cells


def configure(actions: Any) -> None:  # noqa: ANN401 - argparse names no type for what adds parsers
    shown = actions.add_parser(
        "preview", help="show how registers would be read: columns, codes, dates and faults. It writes nothing"
    )
    shown.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a register of past applications")
    mapping_options.configure(shown)
    shown.set_defaults(handler=_preview)
    _configure_import(actions)
    actions.add_parser("imports", help="list every import of a register, also those removed or replaced").set_defaults(
        handler=_imports
    )
    removal = actions.add_parser("remove", help="remove an import: its rows no longer count, and stay in the database")
    removal.add_argument("import_id", metavar="IMPORT", help="the id of the import, or how it begins")
    removal.add_argument("--reason", required=True, metavar="CODE", help="why, as a code such as wrong_file")
    removal.set_defaults(handler=_remove)
    kept = actions.add_parser("mappings", help="list or change how the headings and codes of each register are read")
    kept.add_argument("--register", metavar="NAME", help="the register whose mapping to change")
    kept.add_argument("--forget", action="store_true", help="forget the mapping of this register")
    mapping_options.configure(kept)
    kept.set_defaults(handler=_mappings)


def _configure_import(actions: Any) -> None:  # noqa: ANN401 - as above
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
    importing.add_argument(
        "--replaces", metavar="IMPORT",
        help="the import that this file corrects: its rows no longer count. A file of the same name in which most rows are"
        " found again replaces it without being told",
    )  # fmt: skip
    mapping_options.configure(importing)
    importing.set_defaults(handler=_import)


def _preview(options: Namespace, call: Call) -> Output:
    given, kept = mapping_options.mapping_of(options), list[KeptMapping]()
    if call.home.exists():  # a preview makes no home
        with opened(call) as casebook, casebook.acting() as act:
            kept = mappings.kept(act)
    files = [file for path in options.files for file in review_files.read(path, given=given, kept=kept)]
    mappings.refuse_unused(given, files)
    day = clock.now().astimezone(review.LONDON).date()
    shown = [preview.preview(file, day) for file in files]
    return Output(
        data={"files": [register_lines.preview_data(register) for register in shown]},
        lines=[line for register in shown for line in register_lines.preview_lines(register)],
    )


def _import(options: Namespace, call: Call) -> Output:
    if not (options.files or options.live):
        raise WrongUsage("give the FILE of a register, or --live for closed applications of the casebook", "no_file")
    given = mapping_options.mapping_of(options)
    imported, files, restricted = list[ImportedRegister](), list[RegisterFile](), 0
    with opened(call) as casebook:
        if options.files:
            with casebook.acting() as act:
                kept = mappings.kept(act)
            for path in options.files:  # all of the files, before the first is imported
                with refused_files.noted(casebook.acting, "register", path):
                    files += review_files.read(path, given=given, kept=kept)
            mappings.refuse_unused(given, files)
        if options.replaces and len(files) != 1:
            raise WrongUsage("--replaces needs one file with one register", "one_register")
        with progress.shown(call, "Importing registers") as advance:
            for done, file in enumerate(files, start=1):
                with casebook.acting() as act:
                    replaces = replacing.find(act, options.replaces) if options.replaces else None
                    imported.append(review.take_in(act, file, replaces=replaces))
                advance(done, len(files))
        if options.live:
            with casebook.acting() as act:
                restricted = live_cells.restricted(act.session)
                imported.append(review.take_in_closed(act))
    quality = {} if options.no_quality or not files else _quality(files)
    lines = [line for register in imported for line in register_lines.lines(register)]
    if restricted:
        lines.append(f"{restricted} closed applications are restricted, so they are not in the review")
    return Output(
        data=_data(imported) | {"quality": quality, "restricted": restricted},
        lines=lines,
        exit_code=1 if any(register.unaccounted for register in imported) else 0,
    )


def _data(imported: Sequence[ImportedRegister]) -> dict[str, Any]:
    registers, findings = Counter[str](), Counter[str]()
    for register in imported:
        registers.update(register.registers)
        findings.update({name: sum(counts.values()) for name, counts in register.findings.items()})
    return {
        "files": [register_lines.data(register) for register in imported],
        "rows": sum(register.rows for register in imported),
        "registers": dict(sorted(registers.items())),
        "findings": dict(sorted(findings.items())),
        "listed": [
            {"file": register.file, "line": line, "column": column, "code": code}
            for register in imported
            for line, column, code in register.listed[: register_lines.LISTED]
        ],
        "ignored_columns": sorted({name for register in imported for name in register.ignored_columns}),
    }


def _quality(files: Sequence[RegisterFile]) -> dict[str, dict[str, dict[str, int]]]:
    """Check the quality of the imported files. It changes nothing about their rows."""
    from expectations import register  # noqa: PLC0415 - Great Expectations takes seconds to import

    return register.quality(
        [{"register": review.name_of(file.name), **_in_our_codes(file, cells)} for file in files for _, cells, _ in file.rows],
        [review.name_of(file.name) for file in files if not file.rows],
    )  # fmt: skip


def _in_our_codes(file: RegisterFile, cells: dict[str, str]) -> dict[str, str]:
    """The cells with our codes where somebody knows what theirs mean."""
    codes = {column: code_in(column, cells[column], file.mapping.codes) for column in CODED.keys() & cells.keys()}
    return cells | {column: code for column, code in codes.items() if code}


def _imports(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        listed = replacing.listing(act)
    return Output(data=listed, lines=[_import_line(row) for row in listed] or ["nothing has been imported"])


def _import_line(row: dict[str, Any]) -> str:
    if row["counts"]:
        state = "counts"
    elif row["replaced_by"]:
        state = f"replaced by {row['replaced_by']} ({row['ended_by']})"
    else:
        state = f"removed: {words.reason(row['because'])} ({row['ended_by']})"
    return f"{row['import']}  {row['imported_at']:%Y-%m-%d %H:%M}  {row['rows']:>6} rows  {row['name']}  {state}"


def _remove(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        removed = replacing.remove(act, options.import_id, reason=options.reason)
    line = f"the rows of {removed['import']} no longer count. Rank again: `casebook review triage`"
    return Output(data=removed, lines=[line])


def _mappings(options: Namespace, call: Call) -> Output:
    changes = mapping_options.mapping_of(options)
    if (changes.columns or changes.codes or options.forget) and not options.register:
        raise WrongUsage("say whose mapping to change: --register NAME", "no_register_named")
    with opened(call) as casebook, casebook.acting() as act:
        if options.forget:
            listed = [mappings.forget(act, options.register)]
        elif options.register:
            listed = [mappings.change(act, options.register, changes)]
        else:
            listed = mappings.listing(act)
    lines = [line for row in listed for line in _mapping_lines(row)]
    return Output(data=listed, lines=lines or ["nothing is kept about any register"])


def _mapping_lines(row: dict[str, Any]) -> list[str]:
    columns = [f"  {theirs} -> {ours or 'ignored'}" for theirs, ours in row["columns"].items()]
    codes = [
        f"  {column}: {written} -> {code}" for column, said in row["codes"].items() for written, code in said.items()
    ]
    return [f"{row['register']} (kept by {row['kept_by']})", *columns, *codes]
