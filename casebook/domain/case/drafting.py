"""Taking an application down by hand: in which order it is asked, and what is still to ask. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from casebook.domain.actors import Reason
from casebook.domain.case.application_file import COLUMNS

# set by the casebook: the moment is that of the first word, and the id is the draft's
OURS = frozenset({"external_id", "submitted_at"})
_CONTACT = (
    "safe_channel", "safe_days", "safe_from", "safe_until", "safe_voicemail", "code_word", "interpreter",
    *(column for column in COLUMNS if column.startswith("a_safe_")), "a_code_word", "a_interpreter",
)  # fmt: skip
# danger first, then how the person can be spoken to again if the call breaks off, then who and about whom
STEPS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "danger": ("immediate_danger",),
    "contact": _CONTACT,
    "application": ("route", "applicant", "concern"),
    "person_at_risk": tuple(column for column in COLUMNS if column.startswith("a_") and column not in _CONTACT),
    "subject": tuple(column for column in COLUMNS if column.startswith("b_")),
    "other_applicant": tuple(column for column in COLUMNS if column.startswith("c_")),
    "relationship": (
        "relationship", "relationship_started", "relationship_ended", "living_together", "pregnant", "children",
    ),
})  # fmt: skip
# an application of somebody in danger is taken in with these until they are asked
UNTIL_ASKED: Mapping[str, str] = MappingProxyType({"route": "right_to_ask", "applicant": "a"})


def why_not_cells(cells: Mapping[str, object]) -> list[Reason]:
    """Everything that is wrong with what was given to a draft. No value is repeated."""
    faults = [
        Reason("unknown_column", f"{column} is no column of an application")
        for column in sorted(cells)
        if column not in COLUMNS
    ]
    faults += [
        Reason("set_by_the_casebook", f"{column} is set when the draft is begun")
        for column in sorted(OURS & cells.keys())
    ]
    faults += [
        Reason("not_text", f"{column} must be text, as in a cell of applications.csv")
        for column, value in sorted(cells.items())
        if not isinstance(value, str)
    ]
    return faults


def next_step(cells: Mapping[str, str]) -> str | None:
    """The first step of which nothing was asked yet; None if each was. A third party is asked about only if one applies."""
    for name, columns in STEPS.items():
        if name == "other_applicant" and cells.get("applicant", "a") == "a":
            continue
        if not any(cells.get(column) for column in columns):
            return name
    return None
