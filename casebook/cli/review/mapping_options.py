"""The options with which somebody says what the headings and codes of a register mean."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from casebook import toml_file
from casebook.bounds import BadInput
from casebook.casework.review import mappings
from casebook.domain.review.register_headings import RegisterMapping
from casebook.errors import UnreadableFile

SaidHeading = tuple[str, str]  # theirs, ours
SaidCode = tuple[str, str, str]  # column, text, code


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--map", type=Path, metavar="FILE",
        help='a TOML file with a table [columns] of "their heading" = "our column", and tables such as [codes.outcome]',
    )  # fmt: skip
    parser.add_argument(
        "--column", type=_heading, action="append", default=[], metavar="THEIRS=OURS",
        help="read their column as ours; with nothing after the = it is ignored on purpose",
    )  # fmt: skip
    parser.add_argument(
        "--code", type=_code, action="append", default=[], metavar="COLUMN:TEXT=CODE",
        help='read a text of a column as one of our codes, as in "outcome:NFA=nothing_to_disclose"',
    )  # fmt: skip


def mapping_of(options: Namespace) -> RegisterMapping:
    """What the options say. Raises WrongUsage if a column or code of ours does not exist."""
    columns, codes = _file(options.map) if options.map else ({}, [])
    return mappings.given(columns | dict(options.column), [*codes, *options.code])


def _heading(text: str) -> SaidHeading:
    theirs, sign, ours = text.rpartition("=")
    if not (sign and theirs.strip()):
        raise ArgumentTypeError('must be like "Their heading=our_column"')
    return theirs.strip(), ours.strip()


def _code(text: str) -> SaidCode:
    column, colon, rest = text.partition(":")
    written, sign, code = rest.rpartition("=")
    if not (colon and sign and written.strip()):
        raise ArgumentTypeError('must be like "outcome:Their text=our_code"')
    return column.strip(), written.strip(), code.strip()


def _file(path: Path) -> tuple[dict[str, str], list[SaidCode]]:
    try:
        said = toml_file.read(path)
    except BadInput as fault:
        raise UnreadableFile(f"{path.name} {fault}", "not_toml" if fault.code == "not_utf8" else fault.code) from None
    columns, codes = said.get("columns", {}), said.get("codes", {})
    tables = [columns, codes, *(codes.values() if isinstance(codes, dict) else ())]
    if said.keys() - {"columns", "codes"} or not all(isinstance(table, dict) for table in tables):
        raise UnreadableFile(f"{path.name} may have a table [columns] and tables such as [codes.outcome]", "not_a_map")
    listed = [(column, written, str(code)) for column, table in codes.items() for written, code in table.items()]
    return {theirs: str(ours) for theirs, ours in columns.items()}, listed
