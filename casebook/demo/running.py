"""The running cases that the synthetic force brings along: some of its applications, as a spreadsheet told of them."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

from casebook.demo.specials import SPECIALS
from casebook.domain.case import application_file, running_cases
from casebook.outside_text import CsvWriter
from casebook.writing import whole_text

MANY = 12  # the special cases and one ordinary application come in as new
FILE = "running.csv"
# what the spreadsheet tells of a case, in turn; nobody can show any of it
_TOLD = (
    {"stage": "new"},
    {
        "stage": "record checks",
        "initial_checks_on": "first day",
        "searched_by": "SYN/PC 1",
        "searched_note": "PNC only",
    },
    {"stage": "with the panel", "searched_by": "SYN/PC 2", "assessed_note": "medium", "panel_note": "next Tuesday"},
    {"stage": "decided", "decided_by": "SYN/DI 1", "decided_note": "not to disclose", "notes": "no minutes kept"},
)


def bring_along(files: Path) -> int:
    """Move the last applications of the file into the spreadsheet, some days older than they were. Returns how many."""
    with (files / "applications.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fresh = len(rows) - max(0, min(MANY, len(rows) - len(SPECIALS) - 1))
    _write(files / "applications.csv", application_file.COLUMNS, rows[:fresh])
    told = [{**row, **_as_told(row, number)} for number, row in enumerate(rows[fresh:])]
    if told:
        _write(files / FILE, running_cases.ALL_COLUMNS, told)
    return len(told)


def _as_told(row: dict[str, str], number: int) -> dict[str, str]:
    """The case some days earlier, as a person writes a moment, with what the spreadsheet tells of it."""
    submitted = datetime.fromisoformat(row["submitted_at"]) - timedelta(days=3 + number)
    return {"submitted_at": f"{submitted:%d/%m/%Y %H:%M}", **_TOLD[number % len(_TOLD)]}


def _write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    with whole_text(path) as out:
        CsvWriter(out).write_table(columns, [{column: row.get(column, "") for column in columns} for row in rows])
