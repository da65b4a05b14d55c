"""The gate for an incoming applications.csv: without its four essential columns the file is refused.

Faults in single rows never refuse the file: the import lists those rows, and this gate counts them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from casebook.domain.gates import Rule, Severity
from casebook.domain.vocabulary import Applicant, Role, Route, WorkKind
from expectations.gate import ask
from expectations.suite import REFERENCE, Frame, Gate, RowCount, filled, matching, one_of, true, unique

ESSENTIAL = ("external_id", "submitted_at", "route", "applicant")
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
    columns=(REFERENCE, *ESSENTIAL),
    rows=RowCount(rule=noting("file_empty", "The file has a header and no applications.")),
    expectations=(
        filled("external_id", noting("external_id_missing", "Some rows have no identifier of their own.")),
        unique(["external_id"], noting("external_id_repeated", "Some rows share an identifier.")),
        matching("submitted_at", MOMENT, noting("submitted_at_invalid", "Some rows lack a moment with an offset.")),
        one_of("route", list(Route), noting("route_invalid", "Some rows name no route of the scheme.")),
        one_of("applicant", list(Applicant), noting("applicant_invalid", "Some rows do not say who applies.")),
    ),
)

GATE = Gate("application_file", (HEADER, ROWS))


def quality(columns: Collection[str], rows: Iterable[Mapping[str, str]]) -> dict[str, int]:
    """The gate's results for a file: code -> how many rows break the rule. It contains no values of the rows."""
    given = pd.DataFrame([dict(row) for row in rows], columns=[name for name in ESSENTIAL if name in columns])
    return {each.code: each.unexpected_count for each in ask(GATE, frames(given)).results if not each.success}


def frames(rows: pd.DataFrame, *, name: str = "file") -> dict[str, pd.DataFrame]:
    """The gate's frames for a file read as text, empty cells as "" or None; `name` may not tell anything personal."""
    given = rows.reindex(columns=list(ESSENTIAL)).astype("object")
    cells = given.where(given.notna() & (given != ""), None)
    essential = ESSENTIAL if len(rows.columns) else ()
    return {
        "header": pd.DataFrame({"column": essential, "found": [column in rows.columns for column in essential]}),
        "rows": cells.assign(**{REFERENCE: name}),
    }
