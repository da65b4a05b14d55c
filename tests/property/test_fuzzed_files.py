"""Files damaged at random: no row is lost without a word, and no reader fails. `CASEBOOK_FUZZ_SECONDS` says for how long."""

from __future__ import annotations

import os
import random
import time

import fuzzed_books
import fuzzing
import pytest

from casebook import files, raw_lines, workbooks
from casebook.errors import Fault
from casebook.sources import answers

SECONDS = float(os.environ.get("CASEBOOK_FUZZ_SECONDS", "18"))  # for all readers together
SEED = int(os.environ.get("CASEBOOK_FUZZ_SEED", "1"))
AT_LEAST = 150  # files of each reader, however slow the machine is
ALL_READERS = len(fuzzing.READERS) + len(fuzzed_books.READERS)


def fuzz(name, path, *, seconds, at_least=AT_LEAST, seed=SEED):
    """Damage and read files until the time is over; how many. What goes wrong is told with the seed of its file."""
    reader, content = fuzzing.READERS[name]
    path.write_bytes(content)
    fuzzing.check(reader, path)
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until or count < at_least:
        count += 1
        path.write_bytes(fuzzing.damaged(random.Random(f"{seed}-{count}"), content))  # noqa: S311 - it is to be repeatable
        try:
            fuzzing.check(reader, path)
        except Exception as error:
            error.add_note(f"{name}, file {count} of seed {seed}")
            raise
    return count


@pytest.mark.parametrize("name", [name for name in fuzzing.READERS if name not in {"registers", "remote"}])
def test_a_planted_loss_of_rows_is_found(name, tmp_path, monkeypatch):
    read = files._row
    monkeypatch.setattr(
        files, "_row", lambda number, values, *more: None if "N/K" in values else read(number, values, *more)
    )
    with pytest.raises(fuzzing.LostRow):
        fuzz(name, tmp_path / "file.csv", seconds=60)


@pytest.mark.parametrize("name", [name for name in fuzzing.READERS if name != "remote"])
def test_a_planted_loss_of_lines_is_found(name, tmp_path, monkeypatch):
    split = raw_lines.split
    monkeypatch.setattr(raw_lines, "split", lambda *given: (line for line in split(*given) if "N/K" not in line.values))
    with pytest.raises((fuzzing.LostRow, Fault, AssertionError)):
        fuzz(name, tmp_path / "file.csv", seconds=60)


def test_a_planted_loss_of_persons_elsewhere_is_found(tmp_path, monkeypatch):
    read = answers.persons
    monkeypatch.setattr(answers, "persons", lambda *given: tuple(row for row in read(*given) if "not_used" not in row))
    with pytest.raises(AssertionError):
        fuzz("remote", tmp_path / "file.json", seconds=60)


@pytest.mark.soak
@pytest.mark.parametrize("name", fuzzing.READERS)
def test_whatever_is_done_to_a_file_every_row_lands_or_is_listed(name, tmp_path):
    assert fuzz(name, tmp_path / "file.csv", seconds=SECONDS / ALL_READERS) >= AT_LEAST


def fuzz_books(name, path, *, seconds, at_least=AT_LEAST, seed=SEED):
    """The same with workbooks; how many, and how many of them were read."""
    reader, until, drawn, read = fuzzed_books.READERS[name], time.monotonic() + seconds, 0, 0
    while time.monotonic() < until or drawn < at_least:
        drawn += 1
        book = fuzzed_books.drawn(random.Random(f"{seed}-{drawn}"))  # noqa: S311 - as above
        path.write_bytes(book.content)
        try:
            read += fuzzed_books.check(reader, path, sound=book.sound)
        except Exception as error:
            error.add_note(f"{name}, workbook {drawn} of seed {seed}")
            raise
    return drawn, read


@pytest.mark.parametrize("name", fuzzed_books.READERS)
def test_a_planted_loss_of_rows_of_a_workbook_is_found(name, tmp_path, monkeypatch):
    lines = workbooks._lines
    monkeypatch.setattr(
        workbooks, "_lines", lambda *given, **more: [line for line in lines(*given, **more) if "N/K" not in line.values]
    )
    with pytest.raises(fuzzing.LostRow):
        fuzz_books(name, tmp_path / "book.xlsx", seconds=60)


def test_a_sound_workbook_that_is_refused_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "STRICT", b"sheets")
    with pytest.raises(AssertionError, match="strict_excel"):
        fuzz_books("tables as workbooks", tmp_path / "book.xlsx", seconds=60)


@pytest.mark.soak
@pytest.mark.parametrize("name", fuzzed_books.READERS)
def test_whatever_is_in_a_workbook_every_row_lands_or_is_listed(name, tmp_path):
    drawn, read = fuzz_books(name, tmp_path / "book.xlsx", seconds=SECONDS / ALL_READERS)
    assert read > drawn / 2
