"""Asks a gate about one application, or about many at once, and returns verdicts that contain no values.

Great Expectations reports which rows break which check; `casebook.domain.gates` decides what follows.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.metadata_types import FailureSeverity

from casebook.domain.gates import GateFault, judged, result_of
from expectations.suite import ABOUT_ROWS, REFERENCE, RowCount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from great_expectations.core import ExpectationValidationResult as Answer
    from great_expectations.expectations.expectation import Expectation as Check

    from casebook.domain.gates import ExpectationResult, Rule, Verdict
    from expectations.suite import Frame, Gate

    Asked = tuple[Rule, Check]  # a rule and one of its checks
    Broken = dict[str, set[int] | GateFault]  # code -> positions of the rows that break it, or why there is no answer

log = logging.getLogger(__name__)

NOTHING = pd.DataFrame()
RENEW_AFTER = 500  # validations: a context keeps what it has seen
YES_OR_NO = {"result_format": "BOOLEAN_ONLY"}
WHICH_ROWS = {"result_format": "COMPLETE", "partial_unexpected_count": 0, "return_unexpected_index_query": False}


def ask(gate: Gate, frames: Mapping[str, pd.DataFrame], *, waived: Collection[str] = ()) -> Verdict:
    """Judge one application. `waived` are the codes of its recorded overrides."""
    results = [result for frame in gate.frames for result in _ask_frame(frame, frames.get(frame.name, NOTHING))]
    return _told(judged(gate.name, results, waived))


def ask_many(
    gate: Gate,
    frames: Mapping[str, pd.DataFrame],
    references: Iterable[str],
    *,
    waived: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Verdict]:
    """Judge many applications in one pass; each row's `reference` says whose it is.

    `references` are those asked about: an application without a row in a frame is judged on its absence. Each verdict
    is the one that `ask` would give; if a check raises, the applications are asked one by one to find whose row it was.
    """
    asked = list(dict.fromkeys(references))
    waived = waived or {}
    results: dict[str, list[ExpectationResult]] = {reference: [] for reference in asked}
    for frame in gate.frames:
        answers = _ask_frame_of_many(frame, frames.get(frame.name, NOTHING), asked)
        if answers is None:
            return _one_by_one(gate, frames, asked, waived)
        for reference in asked:
            results[reference] += answers[reference]
    return {ref: _told(judged(gate.name, results[ref], waived.get(ref, ()))) for ref in asked}


def _ask_frame(frame: Frame, data: pd.DataFrame) -> list[ExpectationResult]:
    if fault := _unanswerable(frame.columns, data):
        return _no_answer(frame, fault)
    found = _workbench().broken((*_row_count(frame), *_checks(frame)), data)
    return [
        result_of(rule, frame=frame.name, fault=rows)
        if isinstance(rows := found[rule.code], GateFault)
        else result_of(rule, frame=frame.name, unexpected_count=len(rows))
        for rule in frame.rules
    ]


def _ask_frame_of_many(frame: Frame, data: pd.DataFrame, asked: list[str]) -> dict[str, list[ExpectationResult]] | None:
    """Results by reference; None where a check raised and nobody knows on whose account."""
    if fault := _unanswerable((*frame.columns, REFERENCE), data, asked):
        return {reference: _no_answer(frame, fault) for reference in asked}
    owners = list(data[REFERENCE])
    rows = Counter(owners)
    census = pd.DataFrame({"rows": [rows[reference] for reference in asked]})
    counts: dict[str, Counter[str]] = {}
    for checks, rows_of, owner in ((_row_count(frame, of="rows"), census, asked), (_checks(frame), data, owners)):
        for code, found in _workbench().broken(checks, rows_of).items():
            if isinstance(found, GateFault):
                return None
            counts[code] = Counter(owner[position] for position in found)
    return {
        ref: [result_of(rule, frame=frame.name, unexpected_count=counts[rule.code][ref]) for rule in frame.rules]
        for ref in asked
    }


def _one_by_one(
    gate: Gate, frames: Mapping[str, pd.DataFrame], asked: list[str], waived: Mapping[str, Collection[str]]
) -> dict[str, Verdict]:
    whole = {name: data for name, data in frames.items() if not _unanswerable((REFERENCE,), data, asked)}
    split = {name: dict(iter(data.groupby(REFERENCE, sort=False))) for name, data in whole.items()}
    return {
        ref: ask(
            gate,
            {name: split[name].get(ref, data.iloc[:0]) for name, data in whole.items()},
            waived=waived.get(ref, ()),
        )
        for ref in asked
    }


def _unanswerable(columns: Sequence[str], data: pd.DataFrame, asked: Sequence[str] | None = None) -> GateFault | None:
    if data.columns.empty:
        return GateFault.MISSING_FRAME
    if not set(columns) <= set(data.columns) or not data.columns.is_unique:
        return GateFault.MISSING_COLUMN
    stray = asked is not None and set(data[REFERENCE]) - set(asked)
    return GateFault.STRAY_ROW if stray else None


def _no_answer(frame: Frame, fault: GateFault) -> list[ExpectationResult]:
    return [result_of(rule, frame=frame.name, fault=fault) for rule in frame.rules]


def _told(verdict: Verdict) -> Verdict:
    for result in verdict.faults:
        log.error("gate %s, frame %s, %s: %s", verdict.gate, result.frame, result.code, result.fault)
    return verdict


def _checks(frame: Frame) -> tuple[Asked, ...]:
    return tuple((expectation.rule, check) for expectation in frame.expectations for check in expectation.checks)


def _row_count(frame: Frame, of: str | None = None) -> tuple[Asked, ...]:
    """The frame's guard: on the frame itself, or on a column `of` a census that has a row for each application."""
    if not isinstance(frame.rows, RowCount):
        return ()
    least, most = frame.rows.least, frame.rows.most
    check: Check = (
        gxe.ExpectColumnValuesToBeBetween(column=of, min_value=least, max_value=most)
        if of
        else gxe.ExpectTableRowCountToBeBetween(min_value=least, max_value=most)
    )
    return ((frame.rows.rule, check),)


class _Workbench:
    """One ephemeral context. Shared between threads it hands out other rows' verdicts; a fork must not inherit one."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.validations = 0
        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        context = gx.get_context(project_config=config, mode="ephemeral")
        asset = context.data_sources.add_pandas("casebook").add_dataframe_asset("frame")
        self.batches = asset.add_batch_definition_whole_dataframe("whole")

    def broken(self, asked: Sequence[Asked], data: pd.DataFrame) -> Broken:
        """For each code the rows that break one of its checks. Which rows is asked only of the checks that failed."""
        data = data.reset_index(drop=True)
        found: Broken = {rule.code: set() for rule, _ in asked}
        failed: list[Asked] = []
        for (rule, check), answer in zip(asked, self.run(asked, data, YES_OR_NO), strict=True):
            if fault := _fault(answer):
                found[rule.code] = fault
            elif answer and not answer.success:
                failed.append((rule, check))
        for (rule, check), answer in zip(failed, self.run(failed, data, WHICH_ROWS), strict=True):
            rows = found[rule.code]
            if isinstance(rows, set):
                found[rule.code] = rows | _positions(check, answer) if answer else GateFault.NOT_EVALUATED
        return found

    def run(self, asked: Sequence[Asked], data: pd.DataFrame, result_format: dict[str, Any]) -> list[Answer | None]:
        """An answer for each check, in their order; None where Great Expectations gave none."""
        if not asked:
            return []
        self.validations += 1
        suite = gx.ExpectationSuite(name="gate", expectations=[_marked(n, *one) for n, one in enumerate(asked)])
        batch = self.batches.get_batch(batch_parameters={"dataframe": data})
        report = batch.validate(suite, result_format=result_format)
        answers = {a.expectation_config.meta["check"]: a for a in report.results if a.expectation_config}
        return [answers.get(number) for number in range(len(asked))]


def _marked(number: int, rule: Rule, check: Check) -> Check:
    # a copy: a suite binds its expectations to itself, and the answers come back in another order. The mark is small
    # because Great Expectations walks through it some seventy times for each check
    mark = {"check": number, "code": rule.code}
    return check.copy(update={"meta": mark, "severity": FailureSeverity(rule.severity)}, deep=True)


def _fault(answer: Answer | None) -> GateFault | None:
    if answer is None:
        return GateFault.NOT_EVALUATED
    told = answer.exception_info or {}
    infos = [told, *(info for info in told.values() if isinstance(info, dict))]
    return GateFault.RAISED if any(info.get("raised_exception") for info in infos) else None


def _positions(check: Check, answer: Answer) -> set[int]:
    return set(answer.result["unexpected_index_list"]) if isinstance(check, ABOUT_ROWS) else {0}


_here = threading.local()


def _workbench() -> _Workbench:
    bench: _Workbench | None = getattr(_here, "bench", None)
    if bench is None or bench.pid != os.getpid() or bench.validations >= RENEW_AFTER:
        bench = _here.bench = _Workbench()
    return bench
