"""One line of a register's file: whether it is an application, and its cells under the names of our columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from casebook import bounds, files
from casebook.domain.review.register import PERSON, Note, sources_in
from casebook.domain.review.register_cells import RegisterDoubt
from casebook.domain.review.register_codes import CODED, GivenCodes, code_in
from casebook.domain.review.register_headings import FULL_NAMES, ReadColumn
from casebook.domain.vocabulary import Applicant
from casebook.raw_lines import RawLine
from casebook.values import dates, names, text
from casebook.values.text import word_set

MOST_OF_A_NOTE = 3  # different filled cells; an application has more
# how a line begins that sums up or describes the list
NOTES = word_set(
    "TOTAL TOTALS SUBTOTAL SUM COUNT GRAND PRINTED PRINT PAGE REPORT GENERATED EXPORTED SOURCE NOTE NOTES END OFFICIAL CONFIDENTIAL"
)

DATED = frozenset({"received_on", "decided_on", "disclosed_on", "relationship_ended", "a_dob", "b_dob"})
_OF_PEOPLE = frozenset({*(f"{party}_{name}" for party in "ab" for name in PERSON), *FULL_NAMES})

RegisterLine = tuple[int, dict[str, str], tuple[Note, ...]]  # physical line, cells by column of ours, doubts


def why_no_row(line: RawLine, header: Sequence[str], normalised: Sequence[str]) -> RegisterDoubt | None:
    """Why a line is no application: blank, the header again, a total, or a note of whoever printed the list."""
    filled = [value.strip() for value in line.values if value.strip()]
    if not filled:
        return RegisterDoubt.FORMULA if line.lacks_value else RegisterDoubt.BLANK_ROW
    if tuple(normalised[: len(header)]) == tuple(header)[: len(normalised)]:
        return RegisterDoubt.HEADER_AGAIN
    first = next((folded for value in filled if (folded := text.folded(value).split())), None)
    if first is None or (len(set(filled)) <= MOST_OF_A_NOTE and first[0] in NOTES):  # "-----" says nothing at all
        return RegisterDoubt.NO_APPLICATION
    return None


def why_not_above(line: RawLine, columns: Sequence[ReadColumn]) -> RegisterDoubt | None:
    """Why a line above the header is no application: a title or headings. In a list sorted with its header, rows stand there.

    An application has several cells, and a date where the header below has dates; headings have none.
    """
    if len({value.strip() for value in line.values} - {""}) <= MOST_OF_A_NOTE:
        return RegisterDoubt.ABOVE_HEADER
    dated = (
        value for column, value in zip(columns, line.values, strict=False) if column.ours in DATED and value.strip()
    )
    return None if any(dates.read(value, latest=date.max).iso for value in dated) else RegisterDoubt.ABOVE_HEADER


def row_of(line: RawLine, columns: Sequence[ReadColumn], codes: GivenCodes) -> RegisterLine:
    """The cells that have a column of ours, as they are written, and what is doubtful about the row."""
    notes = [
        (doubt, "")
        for doubt, there in (
            (RegisterDoubt.NOT_UTF8, not line.utf8),
            (RegisterDoubt.OPEN_QUOTE, not line.whole),
            (RegisterDoubt.FORMULA, line.lacks_value),
            (RegisterDoubt.CELLS, files.overfilled(line.values, len(columns))),
        )
        if there
    ]
    cells: dict[str, str] = {}
    for column, value in zip(columns, line.values, strict=False):
        if column.ours and "\0" in value:
            notes.append((RegisterDoubt.UNDECODABLE, column.ours))
        if column.ours and (written := value.replace("\0", "").strip()):
            cells[column.ours] = _kept(column.ours, written, notes)
    _leave_out_applicant(cells, columns, codes, notes)
    _split_names(cells)
    return line.number, cells, tuple(notes)


def _kept(column: str, written: str, notes: list[Note]) -> str:
    """The beginning of a text that is too long for its column, with a note."""
    most = bounds.TEXT if column in _OF_PEOPLE else bounds.LONG_TEXT
    if len(written) > most:
        notes.append((RegisterDoubt.TOO_LONG, column))
    return written[:most]


def _leave_out_applicant(
    cells: dict[str, str], columns: Sequence[ReadColumn], codes: GivenCodes, notes: list[Note]
) -> None:
    """Take out the applicant's details where somebody else than the person at risk applied: they are not about A."""
    applied = code_in("applicant", cells.get("applicant", ""), codes)
    if applied in {"", Applicant.A}:
        return
    left_out = [column.ours for column in columns if column.of_applicant and cells.pop(column.ours, "")]
    notes += [(RegisterDoubt.OF_APPLICANT, name) for name in left_out]


def _split_names(cells: dict[str, str]) -> None:
    """A whole name in one cell becomes forename and surname, unless they have cells of their own."""
    for column in FULL_NAMES:
        party = column.partition("_")[0]
        if (whole := cells.pop(column, "")) and not (cells.get(f"{party}_forename") or cells.get(f"{party}_surname")):
            forename, surname = names.split_full(whole)
            cells |= {
                name: part for name, part in ((f"{party}_forename", forename), (f"{party}_surname", surname)) if part
            }


def unknown_codes(rows: Sequence[RegisterLine], codes: GivenCodes) -> dict[str, tuple[int, int]]:
    """Column -> how many rows have a code that nobody knows, and how many different codes these are."""
    unknown = {
        column: [written for written, (code, times) in read.items() for _ in range(times) if not code]
        for column, read in codes_read(rows, codes).items()
    }
    return {column: (len(written), len(set(written))) for column, written in unknown.items() if written}


def codes_read(rows: Sequence[RegisterLine], codes: GivenCodes) -> dict[str, dict[str, tuple[str, int]]]:
    """Column -> code as written -> the code it is read as (empty: nobody knows), and in how many rows."""
    counted: dict[str, Counter[str]] = {column: Counter() for column in CODED}
    for _, cells, _ in rows:
        for column in CODED.keys() & cells.keys():
            written = sources_in(cells[column]) if column == "sources_searched" else (cells[column],)
            counted[column].update(written)
    return {
        column: {code: (code_in(column, code, codes), times) for code, times in written.most_common()}
        for column, written in counted.items()
        if written
    }
