"""The parts of a gate: frames, the rules that each frame must satisfy, and constructors that never accept a null by mistake.

Every check is a stock expectation about single rows, so that one application at its gate and thousands in the nightly
pass get the same answer. The number of rows is the frame's own guard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    MulticolumnMapExpectation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from great_expectations.expectations.expectation import Expectation as Check
    from great_expectations.expectations.row_conditions import RowConditionType

    from casebook.domain.gates import Rule

REFERENCE = "reference"  # the column that says whose row it is
ABOUT_ROWS = (ColumnMapExpectation, ColumnPairMapExpectation, MulticolumnMapExpectation)


@dataclass(frozen=True, kw_only=True, eq=False)
class Expectation:
    """A rule and the stock checks that must all succeed for it."""

    rule: Rule
    checks: tuple[Check, ...]

    def __post_init__(self) -> None:
        for check in self.checks:
            if not isinstance(check, ABOUT_ROWS) or isinstance(check, gxe.ExpectColumnValuesToBeUnique):
                raise TypeError(f"{self.rule.code}: {type(check).__name__} is not about the rows of one application")
            if getattr(check, "mostly", 1) != 1:
                raise ValueError(f"{self.rule.code}: a gate cannot use `mostly`")


@dataclass(frozen=True, kw_only=True, eq=False)
class RowCount:
    """An empty frame passes every other check, so each frame says how many rows an application has in it."""

    rule: Rule
    least: int = 1
    most: int | None = None

    def __post_init__(self) -> None:
        if self.least < 1:
            raise ValueError(f"{self.rule.code}: a frame that may be empty says so with MayBeEmpty")


@dataclass(frozen=True, kw_only=True, eq=False)
class MayBeEmpty:
    because: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """A table of facts. The frame builder must supply all `columns`; a missing column breaks the gate."""

    name: str
    columns: tuple[str, ...]
    rows: RowCount | MayBeEmpty
    expectations: tuple[Expectation, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        guard = (self.rows.rule,) if isinstance(self.rows, RowCount) else ()
        return (*guard, *(expectation.rule for expectation in self.expectations))


@dataclass(frozen=True, eq=False)
class Gate:
    """Asked with `expectations.gate.ask`. A rule's code is unique in its gate."""

    name: str
    frames: tuple[Frame, ...]

    def __post_init__(self) -> None:
        codes = [rule.code for frame in self.frames for rule in frame.rules]
        if len(codes) != len(set(codes)) or not codes:
            raise ValueError(f"gate {self.name}: every rule needs a code of its own, and there must be one")


def filled(column: str, rule: Rule, *, when: RowConditionType = None) -> Expectation:
    """The value must be text, and not only white space."""
    return _guarded(rule, [column], gxe.ExpectColumnValuesToMatchRegex(column=column, regex=r"\S"), when)


def present(column: str, rule: Rule, *, when: RowConditionType = None) -> Expectation:
    """Any value at all; for text use `filled`."""
    return Expectation(rule=rule, checks=(gxe.ExpectColumnValuesToNotBeNull(column=column, row_condition=when),))


def absent(column: str, rule: Rule, *, when: RowConditionType = None) -> Expectation:
    return Expectation(rule=rule, checks=(gxe.ExpectColumnValuesToBeNull(column=column, row_condition=when),))


def one_of(
    column: str, values: Iterable[object], rule: Rule, *, or_null: bool = False, when: RowConditionType = None
) -> Expectation:
    check = gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values))
    return _guarded(rule, [] if or_null else [column], check, when)


def true(column: str, rule: Rule, *, when: RowConditionType = None) -> Expectation:
    return one_of(column, [True], rule, when=when)


def matching(
    column: str, regex: str, rule: Rule, *, or_null: bool = False, when: RowConditionType = None
) -> Expectation:
    """The expression must match the whole value, from first to last character. Groups in it capture nothing, `(?:`."""
    check = gxe.ExpectColumnValuesToMatchRegex(column=column, regex=rf"\A(?:{regex})\Z")
    return _guarded(rule, [] if or_null else [column], check, when)


def between(
    column: str,
    least: float | datetime | None,
    most: float | datetime | None,
    rule: Rule,
    *,
    or_null: bool = False,
    when: RowConditionType = None,
) -> Expectation:
    """Both ends included; None leaves that end open."""
    check = gxe.ExpectColumnValuesToBeBetween(column=column, min_value=least, max_value=most)
    return _guarded(rule, [] if or_null else [column], check, when)


def in_order(earlier: str, later: str, rule: Rule, *, when: RowConditionType = None) -> Expectation:
    """Both there, and `later` is not less than `earlier`."""
    check = gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A=later, column_B=earlier, or_equal=True)
    return _guarded(rule, [earlier, later], check, when)


def same(one: str, other: str, rule: Rule, *, when: RowConditionType = None) -> Expectation:
    check = gxe.ExpectColumnPairValuesToBeEqual(column_A=one, column_B=other)
    return _guarded(rule, [one, other], check, when)


def unique(columns: Iterable[str], rule: Rule) -> Expectation:
    """No two rows of one application are alike in these columns; the frame needs a `reference` column."""
    wanted = [*columns]
    check = gxe.ExpectCompoundColumnsToBeUnique(column_list=[REFERENCE, *wanted])
    return _guarded(rule, wanted, check, None)


def _guarded(rule: Rule, columns: list[str], check: Check, when: RowConditionType) -> Expectation:
    # a null passes every value check, so each comes with a check that the value is there
    guards = [gxe.ExpectColumnValuesToNotBeNull(column=column, row_condition=when) for column in columns]
    return Expectation(rule=rule, checks=(*guards, check.copy(update={"row_condition": when})))
