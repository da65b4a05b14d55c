"""The lists of a force's past applications: overlapping, incomplete, and with data faults on request."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from casebook.demo.data_faults import FILTH
from casebook.demo.dice import chance, pick
from casebook.demo.statements import PERSON
from casebook.outside_text import CsvWriter
from casebook.writing import whole_text, write_whole

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from casebook.demo.past_case import CaseInTheMaking
    from casebook.demo.statements import Row

COLUMNS = (
    *("register", "reference", "received_on", "route", "applicant"),
    *(f"{party}_{column}" for party in "ab" for column in PERSON),
    *("b_dob_certainty", "b_pnc_id", "b_cro"),
    *("relationship", "relationship_ended", "living_together", "children", "immediate_danger"),
    *("handler", "approver", "sources_searched", "searched_as"),
    *("outcome", "decided_on", "disclosed_on", "rationale", "contact_safe"),
)
TRUTH = (
    "reference",
    "mode",
    "severity",
    "noise",
    "danger_now",
    "received_on",
    "lists",
    "rows",
    "also",
    "filth",
    "b",
    "a",
)
CORRESPONDENCE = {"register", "reference", "received_on", "route", "applicant"}  # and its columns about A and B
PORTAL_OPENED = "2020-02"


@dataclass(kw_only=True)
class ListedApplication:
    """One application in one list."""

    row: Row
    case: int
    data_fault: str = ""  # how the row was spoiled


@dataclass(kw_only=True)
class PastLists:
    cases: list[CaseInTheMaking] = field(default_factory=list)
    lists: dict[str, list[ListedApplication]] = field(default_factory=dict)

    def write(self, directory: Path) -> None:
        """Write register-LIST.csv for each list and truth-register.csv, or nothing if there are no past applications."""
        if not self.cases:
            return
        starts: dict[int, list[str]] = {}
        for name, lines in self.lists.items():
            chunks, at = [_encoded(dict(zip(COLUMNS, COLUMNS, strict=True)), "")], 2
            for line in lines:
                starts.setdefault(line.case, []).append(f"{name}#{at}")
                chunks.append(_encoded(line.row, line.data_fault))
                at += chunks[-1].count(b"\n")
            write_whole(directory / f"register-{name}.csv", b"".join(chunks))
        self._write_truth(directory / "truth-register.csv", starts)

    def _write_truth(self, path: Path, starts: dict[int, list[str]]) -> None:
        """`reference` is an application's best name, `also` every name in any list, `rows` its rows in the lists."""
        by_case: dict[int, list[ListedApplication]] = {}
        for lines in self.lists.values():
            for line in lines:
                by_case.setdefault(line.case, []).append(line)
        with whole_text(path) as out:
            writer = CsvWriter(out)
            writer.writerow(TRUTH)
            for index, case in enumerate(self.cases):
                lines, rows = by_case.get(index, []), starts.get(index, [])
                also = dict.fromkeys(line.row["reference"] for line in lines if line.row["reference"])
                writer.writerow((
                    next(iter(also), rows[0] if rows else ""), case.mode, case.severity, case.noise,
                    "yes" if case.danger_now else "no", case.row["received_on"],
                    ";".join(dict.fromkeys(line.row["register"] for line in lines)), ";".join(rows),
                    ";".join((*also, *rows)), ";".join(dict.fromkeys(line.data_fault for line in lines if line.data_fault)),
                    case.b.key, case.a.key,
                ))  # fmt: skip


def _encoded(row: Row, data_fault: str) -> bytes:
    text = io.StringIO()
    CsvWriter(text).write_named(COLUMNS, row)
    return text.getvalue().encode("latin-1" if data_fault == "wrong_encoding" else "utf-8", "replace")


def listed(rng: Random, cases: list[CaseInTheMaking], *, data_faults: float) -> PastLists:
    """Put each case in none, one or several lists. A service failure is always in a list that has its outcome."""
    lists: dict[str, list[ListedApplication]] = {"case_system": [], "spreadsheet": [], "mailbox": [], "portal": []}
    for index, case in enumerate(cases):
        for name in _where(rng, case):
            line = ListedApplication(row=_as_in(rng, name, case.row), case=index)
            lists[name].append(line)
            if chance(rng, data_faults):
                lists[name] += _spoil(rng, line)
    return PastLists(cases=cases, lists=lists)


def _where(rng: Random, case: CaseInTheMaking) -> list[str]:
    main, failure = chance(rng, 0.95), case.severity in {"service", "harm"}
    second = chance(rng, 0.6 if main else 0.75) or (failure and not main)
    portal = case.row["received_on"] > PORTAL_OPENED and chance(rng, 0.35)
    places = (("case_system", main), ("spreadsheet", second), ("mailbox", chance(rng, 0.4)), ("portal", portal))
    return [name for name, there in places if there]


def _as_in(rng: Random, name: str, row: Row) -> Row:
    if name == "case_system":
        return {**row, "register": name}
    if name == "spreadsheet":
        reference = row["reference"] if chance(rng, 0.9) else ""
        if reference and chance(rng, 0.02):
            reference = f"{reference[:-1]}{pick(rng, '0123456789')}"  # a slip: the lists disagree
        return {**row, "register": name, "reference": reference, "b_middle_names": "", "a_email": "", "b_email": ""}
    values = {
        column: row.get(column, "") for column in COLUMNS if column in CORRESPONDENCE or column[:2] in {"a_", "b_"}
    }
    values["reference"] = row["reference"] if chance(rng, 0.3) else ""
    if name == "mailbox":
        days = timedelta(days=pick(rng, (0, 0, 1, 2)))
        values["received_on"] = (date.fromisoformat(row["received_on"]) - days).isoformat()
    return {**values, "register": name}


def _spoil(rng: Random, line: ListedApplication) -> list[ListedApplication]:
    """Spoil a line in place. Returns the extra line if it was doubled."""
    line.data_fault, dirty = pick(rng, FILTH)
    line.row = dirty(rng, line.row)
    return (
        [ListedApplication(row=dict(line.row), case=line.case, data_fault=line.data_fault)]
        if line.data_fault == "doubled"
        else []
    )
