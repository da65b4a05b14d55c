"""Damages files at random and reads them: every row that is still there must have landed, or be listed, or its file refused."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from casebook import files, raw_lines
from casebook.casework.review import files as review_files
from casebook.domain.case import application_file, rejected_row
from casebook.domain.review import register
from casebook.domain.review.register_headings import NO_MAPPING
from casebook.domain.vocabulary import Source
from casebook.errors import SourceFault, UnreadableFile
from casebook.matching import person_rows
from casebook.monitor import decisions_file
from casebook.policies import risk_model
from casebook.sources import answers, loading
from casebook.sources.answers import PersonsPage

SPLIT = raw_lines.split  # as it is, whatever a test plants
TODAY = date(2026, 11, 30)
TOKEN = re.compile(rb"T\d{4}T")  # one in each row; a row that still has its token is still there
ROWS = 12

VALUES = (
    "", "N/K", "1985-11-07", "7/11/85", "31/02/1985", "1985?", "99999", "=1+1", "O\u00b4Brien", "\u0141ukasz", "Jos\u00c3\u00a9",
    "\u200b",
    "\u2028", "\x85", "\x1c", "x" * 70_000, "Jenny Null", "-", "yes", "f", "female", "tonight", "2026-03-01T09:30:00+00:00", ";;;",
    "2062-01-01T00:00:00Z", "a;b", "pnc", "RMS", "spouse", "conviction", "right_to_ask", "third_party", "disclosed", "1e999", "NaN",
    "-0", "\U0001d518", "\u0645\u0631\u062d\u0628\u0627",
)  # fmt: skip
BYTES = (
    b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\\", b"\\N", b"'", b"|", b" ",
    b"\xc2\x85", b'",', b',"', b"\x1a", b"\xe9", b"\\.",
)  # fmt: skip
HEADER = re.compile(
    rb"external_id|person_id|record_id|reference|submitted_at|decided_on|surname|offence_text", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a reader made of a file: the text of the rows that it gave or listed, and the lines that it named as no row."""

    text: str = ""
    no_rows: frozenset[int] = frozenset()
    refused: str = ""  # the reason code, if the file was refused as a whole


Reader = Callable[[Path], Outcome]


class LostRow(AssertionError):
    """A row that is in the file is neither among those read nor listed."""


def check(reader: Reader, path: Path) -> None:
    """Read one file. Raises LostRow for a row that is neither landed nor listed; whatever else the reader raises is a fault."""
    content = path.read_bytes()
    outcome = reader(path)
    if outcome.refused:
        return
    for found in TOKEN.finditer(content):
        line = len(re.findall(rb"\r\n|\r|\n", content[: found.start()])) + 1
        if HEADER.search(_line_of(content, found.start())):
            continue  # it has become part of the header: a column of that name is listed as ignored
        if found[0].decode() not in outcome.text and line not in outcome.no_rows:
            raise LostRow(f"{found[0].decode()} on line {line}")


def _line_of(content: bytes, at: int) -> bytes:
    return re.split(rb"[\r\n]", content[:at])[-1] + re.split(rb"[\r\n]", content[at:])[0]


def damaged(dice: random.Random, content: bytes) -> bytes:
    """The file after one to four random damages."""
    for _ in range(dice.randint(1, 4)):
        content = dice.choice(DAMAGES)(dice, content)
    return content


def _bytes_in(dice: random.Random, content: bytes) -> bytes:
    at = dice.randint(0, len(content))
    return content[:at] + dice.choice(BYTES) + content[at:]


def _bytes_out(dice: random.Random, content: bytes) -> bytes:
    at = dice.randint(0, len(content))
    return content[:at] + content[at + dice.randint(1, 30) :]


def _cell(dice: random.Random, content: bytes) -> bytes:
    """Another value in one cell."""
    ends = [found.start() for found in re.finditer(rb"[,\n]", content)]
    if len(ends) < 2:
        return content
    at = dice.randrange(len(ends) - 1)
    value = dice.choice(VALUES).encode()
    return content[: ends[at] + 1] + dice.choice((value, b'"' + value + b'"')) + content[ends[at + 1] :]


def _lines(dice: random.Random, content: bytes) -> bytes:
    """A line again, elsewhere, or another before it."""
    lines = content.splitlines(keepends=True)
    if not lines:
        return content
    line, at = dice.choice(lines), dice.randint(0, len(lines))
    extra = dice.choice(
        (line, lines[0], b"\n", b",,,\n", b"Total,12\n", b"A title,,\n", b"Who,,What,,\n", b"Page 1 of 2\n")
    )
    return b"".join([*lines[:at], extra, *lines[at:]])


def _whole(dice: random.Random, content: bytes) -> bytes:
    """Other ends of lines, other separators, another encoding, or an end that is missing."""
    return dice.choice((
        lambda: content.replace(b"\n", b"\r\n"), lambda: content.replace(b"\n", b"\r"), lambda: content.replace(b",", b";"),
        lambda: b"\xef\xbb\xbf" + content, lambda: content.rstrip(b"\n"), lambda: content[: dice.randint(0, len(content))],
        lambda: content.decode("utf-8", "replace").encode("cp1252", "replace"), lambda: content.replace(b"\n", b",\n"),
    ))()  # fmt: skip


DAMAGES = (_bytes_in, _bytes_in, _bytes_out, _cell, _cell, _cell, _lines, _whole)


def written(header: tuple[str, ...], fill: Mapping[str, tuple[str, ...]], token: str) -> bytes:
    """A file in order: a row for each number, its token in the column `token`."""
    rows = [
        [f"T{n:04}T" if name == token else fill.get(name, ("",))[n % len(fill.get(name, ("",)))] for name in header]
        for n in range(ROWS)
    ]
    return "\n".join(",".join(row) for row in [list(header), *rows]).encode() + b"\n"


def _refusing(read: Reader) -> Reader:
    def reader(path: Path) -> Outcome:
        try:
            return read(path)
        except UnreadableFile as refusal:
            return Outcome(refused=refusal.code)
        except SourceFault as fault:
            return Outcome(refused=fault.code)

    return reader


def _text(rows: Iterator[files.FileRow] | list[files.FileRow]) -> str:
    return "\n".join("\x1f".join(row.values) for row in rows)


@_refusing
def applications(path: Path) -> Outcome:
    table = files.read(path, known=application_file.COLUMNS, required=application_file.REQUIRED, first_counts=True)
    rows = list(table.rows)
    for row in rows:
        read = application_file.read(row.cells, row.undecodable)
        assert isinstance(read, application_file.Form) or read, "a row that is neither accepted nor rejected"
        written_cells = files.as_written(table.columns, row)
        rejected_row.telling(dict(reversed(written_cells)), risk_model.load(), broken=row.broken is not None)
        assert all(files.storable(cell) for pair in written_cells for cell in pair)
    return Outcome(text=_text(rows), no_rows=frozenset(line.line for line in table.no_rows))


def _extract(kind: loading.ExtractFile) -> Reader:
    @_refusing
    def read(path: Path) -> Outcome:
        table = files.read(path, known=kind.columns, required=(kind.id_column,))
        rows, counted = list(table.rows), loading.Counted()
        kept = list(loading._unrepeated(iter(rows), kind, "rms", 2026, counted))
        copied = [loading._line(row, kind, "rms", 2026, counted) for row in kept]
        table.refuse_lost(len(copied) + len(counted.lost) + counted.repeated)
        assert {line.count("\t") for line in copied} <= {len(loading._listed(kind).split(","))}
        assert all(line.count("\n") == 1 and "\0" not in line and line.encode() for line in copied)
        return Outcome(text=_text(rows), no_rows=frozenset(line.line for line in table.no_rows))

    return read


def _on(path: Path, lines: Collection[int], *, content: Iterable[str] = (), delimiter: str = ",") -> str:
    """The text of the rows that begin on these lines: a row may be many lines long."""
    rows = SPLIT(content or raw_lines.lines(path), delimiter)
    return "\n".join("\x1f".join(row.values) for row in rows if row.number in lines)


@_refusing
def persons_to_match(path: Path) -> Outcome:
    rows = person_rows.read(path, "person_id")
    landed = set[int]()
    for lines, *columns in rows.chunks:
        landed |= {*map(int, lines)}
        assert all(files.storable(cell) for column in columns for cell in column)
    return Outcome(text=_on(path, landed | {fault.line for fault in rows.rejected}))


@_refusing
def registers(path: Path) -> Outcome:
    lines = set[int]()
    for file in review_files.read(path):
        assert file.unaccounted == 0, "rows that are neither read nor named"
        for _, cells, notes in file.rows:
            register.read(cells, register="x", today=TODAY, notes=notes)
            assert all(map(files.storable, cells.values()))
        lines |= {line for line, *_ in (*file.rows, *file.not_rows)}
    physical = review_files._physical(path.read_bytes())
    sign = review_files._delimiter([review_files._text(line)[0] for line in physical[:20]], NO_MAPPING)
    return Outcome(text=_on(path, lines, content=review_files._texts(physical, set()), delimiter=sign))


@_refusing
def decisions(path: Path) -> Outcome:
    read = decisions_file.read_decisions(path)
    return Outcome(text=_on(path, {row.line for row in (*read.rows, *read.rejected)}))


@_refusing
def remote(path: Path) -> Outcome:
    page = answers.shaped_text(PersonsPage, path.read_bytes())
    cells = answers.persons(Source.PND, page.persons, 2026)
    assert len(cells) == len(page.persons)
    assert all(files.storable(cell) for row in cells for cell in row.values())
    return Outcome(text="\n".join(row["person_id"] for row in cells))


NAMES = {"forename": ("Ann", "Bo", "Zoë"), "surname": ("Quill", "O'Dea", "Null"), "dob": ("1985-11-07", "", "1990")}
_PEOPLE = {f"{party}_{name}": values for party in "ab" for name, values in NAMES.items()}
_RECEIVED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC).isoformat()
PERSONS = (
    "source",
    "person_id",
    "forename",
    "surname",
    "dob",
    "sex",
    "aliases",
    "address",
    "postcode",
    "pnc_id",
    "cro",
)
RECORDS = (
    "source",
    "record_id",
    "person_id",
    "kind",
    "offence_text",
    "date",
    "victim_relationship",
    "flags",
    "handling",
)
REGISTER = (
    "register",
    "reference",
    "received_on",
    "b_forename",
    "b_surname",
    "b_dob",
    "handler",
    "outcome",
    "decided_on",
)
APPLICATIONS = (
    "external_id",
    "submitted_at",
    "route",
    "applicant",
    "immediate_danger",
    "b_forename",
    "b_surname",
    "b_dob",
    "concern",
)

# reader -> how it reads, and a file in order
READERS: dict[str, tuple[Reader, bytes]] = {
    "applications": (applications, written(APPLICATIONS, {
        "submitted_at": (_RECEIVED,), "route": ("right_to_ask", "right_to_know"), "applicant": ("a", "agency"), **_PEOPLE,
        "immediate_danger": ("no", "yes", ""), "concern": ("He shouts", ""),
    }, "external_id")),
    "persons": (_extract(loading.PERSONS), written(PERSONS, {**NAMES, "source": ("rms",), "sex": ("f", "m")}, "person_id")),
    "records": (_extract(loading.RECORDS), written(RECORDS, {
        "source": ("rms", ""), "person_id": ("p1",), "kind": ("conviction", "arrest"), "date": ("2019-05-06", ""),
        "flags": ("weapon", ""),
    }, "record_id")),
    "persons_to_match": (persons_to_match, written(PERSONS, {**NAMES, "source": ("rms",), "sex": ("f", "m")}, "person_id")),
    "registers": (registers, written(REGISTER, {
        "register": ("mailbox",), "received_on": ("2019-03-04",), "handler": ("H1",), "outcome": ("disclosed",), **_PEOPLE,
    }, "reference")),
    "decisions": (decisions, written(("decided_on", "decider", "reference", "outcome", "expected"), {
        "decided_on": ("2024-03-01",), "decider": ("H1", "H2"), "outcome": ("disclosed", "not_disclosed"), "expected": ("0.4", ""),
    }, "reference")),
    "remote": (remote, json.dumps({
        "persons": [{"person_id": f"T{n:04}T", "forename": "Ann", "surname": "Quill", "dob": "1985-11-07"} for n in range(ROWS)],
        "total": ROWS, "next": None,
    }).encode()),
}  # fmt: skip
