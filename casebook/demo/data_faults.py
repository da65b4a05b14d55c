"""Data faults as in real registers: each function spoils one row in one way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casebook.demo.dice import pick

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from casebook.demo.statements import Row


def bad_date(rng: Random, row: Row) -> Row:
    column = pick(rng, ("received_on", "decided_on", "b_dob"))
    return {**row, column: pick(rng, ("31/02/2019", "2019-13-45", "not known", "0000-00-00", "44012", "TBC"))}


def swapped_names(_rng: Random, row: Row) -> Row:
    return {**row, "b_forename": row["b_surname"], "b_surname": row["b_forename"]}


def swapped_dates(_rng: Random, row: Row) -> Row:
    return {**row, "received_on": row.get("decided_on", ""), "decided_on": row["received_on"]}


def wrong_encoding(_rng: Random, row: Row) -> Row:
    """A text that is not UTF-8: the line is written as Latin-1."""
    return {**row, "b_surname": f"{row['b_surname']}é", "rationale": f"{row.get('rationale', '')} café"}


def twice_encoded(_rng: Random, row: Row) -> Row:
    return {**row, "b_surname": f"{row['b_surname']}é".encode().decode("cp1252")}


def doubled(_rng: Random, row: Row) -> Row:
    return row


def missing_subject(_rng: Random, row: Row) -> Row:
    return {column: "" if column.startswith("b_") else value for column, value in row.items()}


def strange_outcome(rng: Random, row: Row) -> Row:
    return {**row, "outcome": pick(rng, ("see file", "Disc.", "??", "closed", "NFA"))}


def fillers(_rng: Random, row: Row) -> Row:
    return {**row, "a_surname": "UNKNOWN", "b_forename": "N/K", "b_dob": "1900-01-01", "b_postcode": "NF1 1NF"}


def broken_over_lines(_rng: Random, row: Row) -> Row:
    return {**row, "rationale": 'He said "no",\nthen\nnothing'}


FILTH: tuple[tuple[str, Callable[[Random, Row], Row]], ...] = tuple(
    (dirty.__name__, dirty)
    for dirty in (
        bad_date, swapped_names, swapped_dates, wrong_encoding, twice_encoded, doubled, missing_subject,
        strange_outcome, fillers, broken_over_lines,
    )
)  # fmt: skip
