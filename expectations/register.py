"""Reports the data quality of a register of past applications. It refuses nothing: every rule is for information.

The same rows are checked by list, by year of receipt and by handler, to show where faults occur together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from casebook.domain.gates import Rule, Severity
from casebook.domain.vocabulary import Answer3, Applicant, Outcome, Route
from expectations import gate
from expectations.suite import REFERENCE, Frame, Gate, RowCount, filled, matching, one_of, true

DAY = r"\d{4}-\d{2}-\d{2}"
BORN = r"\d{4}(?:-\d{2}(?:-\d{2})?)?"
ORDERED = "received_before_decided"
OWN_REFERENCE = "own_reference"  # the frame's `reference` says whose row it is: a list, a year, a handler
TEXTS = ("reference", "handler", "approver", "sources_searched", "searched_as", "rationale", "a_surname", "b_surname")
DAYS = ("received_on", "decided_on")
CODES: Mapping[str, Sequence[str]] = {
    "route": list(Route), "applicant": list(Applicant), "outcome": [*Outcome, "disclosed"], "contact_safe": list(Answer3),
}  # fmt: skip
BY = ("register", "year", "handler")


def _note(code: str, sentence: str) -> Rule:
    return Rule(code=code, sentence=sentence, severity=Severity.INFO)


def _column(name: str) -> str:
    return OWN_REFERENCE if name == REFERENCE else name


ROWS = Frame(
    name="rows",
    columns=(*map(_column, TEXTS), *DAYS, "b_dob", *CODES, ORDERED),
    rows=RowCount(rule=_note("no_rows", "There are no rows.")),
    expectations=(
        *(filled(_column(name), _note(f"{name}_missing", f"Some rows say nothing under {name}.")) for name in TEXTS),
        *(
            matching(name, DAY, _note(f"{name}_unreadable", f"Some rows have no ISO date under {name}."))
            for name in DAYS
        ),
        matching("b_dob", BORN, _note("b_dob_unreadable", "Some rows have no date of birth of the subject.")),
        *(
            one_of(name, codes, _note(f"{name}_unknown", f"Some rows have no word of ours under {name}."))
            for name, codes in CODES.items()
        ),
        true(ORDERED, _note("decided_before_received", "Some rows were decided before they were received.")),
    ),
)
GATE = Gate("register", (ROWS,))


def quality(rows: Sequence[Mapping[str, str]], registers: Collection[str] = ()) -> dict[str, dict[str, dict[str, int]]]:
    """How many rows break each rule: list, year or handler -> its values -> code -> rows. No value of a person is in it.

    `registers`: the lists that were read, so that a list without rows is reported too.
    """
    names = [*TEXTS, *DAYS, "b_dob", *CODES, "register"]
    cells = pd.DataFrame([{name: row.get(name, "") for name in names} for row in rows], columns=names, dtype="object")
    groups = {
        "register": cells["register"],
        "year": cells["received_on"].str[:4].where(_iso(cells["received_on"]), "unknown"),
        "handler": cells["handler"].replace("", "unknown"),
    }
    dated = _iso(cells["received_on"]) & _iso(cells["decided_on"])  # other days are told of by themselves
    ordered = ~dated | (cells["received_on"] <= cells["decided_on"])
    frame = cells.where(cells != "", None).rename(columns=_column).assign(**{ORDERED: ordered})
    return {by: _broken(frame, groups[by], registers if by == "register" else ()) for by in BY}


def _iso(days: pd.Series[str]) -> pd.Series[bool]:
    return days.str.fullmatch(DAY).astype("bool")


def _broken(frame: pd.DataFrame, group: pd.Series[str], also: Collection[str]) -> dict[str, dict[str, int]]:
    asked = sorted({*group, *also})
    verdicts = gate.ask_many(GATE, {"rows": frame.assign(**{REFERENCE: group})}, asked) if asked else {}
    return {
        name: {result.code: result.unexpected_count for result in verdict.results if result.unexpected_count}
        for name, verdict in verdicts.items()
    }
