"""The gate for an incoming applications.csv: without its four essential columns the file is refused.

Faults in single rows never refuse the file: the import lists those rows, and this gate counts them. It also counts the
rows that did not land: the verdict on a file is one on all of its rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from casebook.domain.gates import Rule, Severity
from casebook.domain.vocabulary import Applicant, Role, Route, WorkKind
from expectations.gate import ask
from expectations.suite import REFERENCE, Frame, Gate, MayBeEmpty, RowCount, filled, matching, one_of, true, unique

ESSENTIAL = ("external_id", "submitted_at", "route", "applicant")
LANDED = "landed"  # whether the import accepted the row, or knew it
MAY_BE_ALIKE = frozenset({"route", "applicant"})  # a sender may have a form for each
FEWEST = 20  # rows; in fewer, one value in every row tells nothing
MOMENT = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"  # with an offset


def refusing(code: str, sentence: str) -> Rule:
    return Rule(
        code=code,
        sentence=sentence,
        mend_kind=WorkKind.MEND_QUALITY,
        mend_role=Role.INTAKE_OFFICER,
        unwaivable=True,
    )


def noting(code: str, sentence: str) -> Rule:
    return Rule(code=code, sentence=sentence, severity=Severity.WARNING)


HEADER = Frame(
    name="header",
    columns=("column", "found"),
    rows=RowCount(rule=refusing("header_absent", "The file has no header."), least=len(ESSENTIAL)),
    expectations=(
        true("found", refusing("essential_column_absent", f"The file lacks one of {', '.join(ESSENTIAL)}.")),
    ),
)

ROWS = Frame(
    name="rows",
    columns=(REFERENCE, *ESSENTIAL, LANDED),
    rows=RowCount(rule=noting("file_empty", "The file has a header and no applications.")),
    expectations=(
        filled("external_id", noting("external_id_missing", "Some rows have no identifier of their own.")),
        unique(["external_id"], noting("external_id_repeated", "Some rows share an identifier.")),
        matching("submitted_at", MOMENT, noting("submitted_at_invalid", "Some rows lack a moment with an offset.")),
        one_of("route", list(Route), noting("route_invalid", "Some rows name no route of the scheme.")),
        one_of("applicant", list(Applicant), noting("applicant_invalid", "Some rows do not say who applies.")),
        true(LANDED, noting("row_rejected", "Some rows did not land.")),
    ),
)

COLUMNS = Frame(
    name="columns",
    columns=("column", "varied"),
    rows=MayBeEmpty(because="a file without columns has none of one value"),
    expectations=(true("varied", noting("column_of_one_value", "Some columns have one value in every row.")),),
)

GATE = Gate("application_file", (HEADER, ROWS, COLUMNS))


def quality(rows: pd.DataFrame) -> dict[str, int]:
    """The gate's results for a file: code -> how many rows, or columns, break the rule. It contains no values of the rows."""
    return {each.code: each.unexpected_count for each in ask(GATE, frames(rows)).results if not each.success}


def table(columns: Collection[str], rows: Iterable[tuple[Mapping[str, str], bool]]) -> pd.DataFrame:
    """A file as the gate reads it: the rows, each with whether it landed."""
    return pd.DataFrame([{**row, LANDED: landed} for row, landed in rows], columns=[*columns, LANDED])


def of_one_value(rows: pd.DataFrame) -> list[str]:
    """The columns that have the same value in every row, as a wrong mapping or a default of the sender's system leaves them."""
    if len(rows) < FEWEST:
        return []
    cells = rows.drop(columns=[LANDED, *MAY_BE_ALIKE], errors="ignore").fillna("")
    first = {column: cells[column].iloc[0] for column in map(str, cells)}
    return [column for column, value in first.items() if value and (cells[column] == value).all()]


def frames(rows: pd.DataFrame, *, name: str = "file") -> dict[str, pd.DataFrame]:
    """The gate's frames for a file read as text, empty cells as "" or None; `name` may not tell anything personal."""
    given = rows.reindex(columns=list(ESSENTIAL)).astype("object")
    landed = rows.get(LANDED, True)
    cells = given.where(given.notna() & (given != ""), None)
    essential, alike = ESSENTIAL if len(rows.columns) else (), of_one_value(rows)
    return {
        "header": pd.DataFrame({"column": essential, "found": [column in rows.columns for column in essential]}),
        "rows": cells.assign(**{REFERENCE: name, LANDED: landed}),
        "columns": pd.DataFrame({"column": rows.columns, "varied": [column not in alike for column in rows.columns]}),
    }
