"""Running cases of an earlier list: their columns, and how a row is read. What the list tells is told, and was not seen here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from casebook.bounds import cell_faults
from casebook.domain.actors import Reason
from casebook.domain.case import application_file
from casebook.domain.case.application_file import RowFault
from casebook.domain.case.intake import Form
from casebook.domain.vocabulary import Answer3, Stage
from casebook.values import dates
from casebook.values.ids import code_of
from casebook.values.text import repaired


class ToldStep(StrEnum):
    """What an earlier list may tell of a case."""

    STAGE = "stage"  # where it stood
    INITIAL_CHECKS = "initial_checks"
    APPLICANT_MET = "applicant_met"
    SEARCHED = "searched"
    ASSESSED = "assessed"
    PANEL = "panel"
    DECIDED = "decided"
    OUTCOME_TOLD = "outcome_told"
    LAST_CONTACT = "last_contact"
    NOTES = "notes"


IN_WORDS = (ToldStep.STAGE, ToldStep.NOTES)  # one column each, without a date
DATED = tuple(step for step in ToldStep if step not in IN_WORDS)
COLUMNS = (*IN_WORDS, *(f"{step}_{part}" for step in DATED for part in ("on", "by", "note")))
ALL_COLUMNS = (*application_file.COLUMNS, *COLUMNS)
LONG = frozenset({ToldStep.NOTES, *(f"{step}_note" for step in DATED)})

# what to write into the columns that applications.csv reads otherwise, or does not have
EXPLAINED: Mapping[str, str] = MappingProxyType({
    "external_id": "the number of the case in the earlier list",
    "submitted_at": "when it was really submitted: a day, with its time if known, such as 01/03/2026 14:30",
    "immediate_danger": "yes if somebody is in danger now; a no is asked again",
    "stage": "where the earlier list has it, in its own words; a case that is closed belongs to the review",
    "initial_checks": "the first checks",
    "applicant_met": "the meeting with the applicant in person",
    "searched": "the searches: which sources, and under which names",
    "assessed": "the assessment of risk",
    "panel": "the panel, and who sat on it",
    "decided": "the decision: what was decided, and why",
    "outcome_told": "the telling of the outcome, and to whom",
    "last_contact": "the last contact with the person at risk, and how they were",
    "notes": "anything else that the next person needs to know",
})  # fmt: skip

_CLOSED = ("closed", "complete", "completed", "finished", "finalised", "ended")
_MOMENT = re.compile(
    r"(?P<day>.+?)(?:[T,\s]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.]\d{2})?\s*(?P<half>am|pm)?)?",
    re.ASCII | re.IGNORECASE,
)
_NOON = 12


@dataclass(frozen=True, kw_only=True)
class ToldLine:
    """One thing that an earlier list tells of a case."""

    step: ToldStep
    on: str = ""  # ISO, may be partial
    written: str = ""  # the date as it was written, if that was not ISO
    by: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class RunningCase:
    """A row of the file: the application, and what is told of the work on it."""

    form: Form
    told: tuple[ToldLine, ...]


def read(
    cells: Mapping[str, str],
    undecodable: Collection[str] = (),
    *,
    today: date,
    zone: ZoneInfo,
    doubts: Collection[str] = (),
    why_not_received: Callable[[datetime], Reason | None] = lambda _: None,
) -> RunningCase | list[RowFault]:
    """Read one row, or give every fault in it. A time without an offset is one of `zone`.

    That there is no danger was said long ago and to somebody else: it is read as not known, so that it is asked again.
    """
    cells = {column: repaired(value) for column, value in cells.items()}
    own = {column: cells.get(column, "") for column in COLUMNS}
    given = {column: text for column, text in cells.items() if column not in own}
    moment = moment_of(cells.get("submitted_at", ""), today=today, zone=zone)
    ours = _faults(own, given, undecodable, moment)
    if moment is not None:
        given["submitted_at"] = moment.isoformat()
    form = application_file.read(given, undecodable, doubts=doubts, why_not_received=why_not_received)
    if not isinstance(form, Form):
        named = {fault.column for fault in ours}
        return [*(fault for fault in form if fault.column not in named), *ours]
    return ours or RunningCase(form=_as_asked_again(form, cells), told=told(own, today=today))


def told(cells: Mapping[str, str], *, today: date) -> tuple[ToldLine, ...]:
    """What the cells tell, in the order of the steps. A date that cannot be read is kept as it was written."""
    lines = [_line(step, cells, today) for step in ToldStep]
    return tuple(line for line in lines if line is not None)


def moment_of(written: str, *, today: date, zone: ZoneInfo) -> datetime | None:
    """The moment that people and spreadsheets mean; None if it is none. A day alone begins at midnight: no time is gained."""
    try:
        exact = datetime.fromisoformat(written.upper())
    except ValueError:
        exact = None
    if exact is not None and exact.tzinfo is not None:
        return exact
    found = _MOMENT.fullmatch(written.strip())
    day = dates.read(found["day"], latest=today).day if found else None
    if found is None or day is None:
        return None
    try:
        return datetime.combine(day, _time(found), zone)
    except ValueError:
        return None


def _time(found: re.Match[str]) -> time:
    if not found["hour"]:
        return time()
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half and not 1 <= hour <= _NOON:
        raise ValueError(hour)
    hour = hour % _NOON + (_NOON if half == "pm" else 0) if half else hour
    return time(hour, int(found["minute"]))


def _faults(
    own: Mapping[str, str], given: Mapping[str, str], undecodable: Collection[str], moment: datetime | None
) -> list[RowFault]:
    faults = [
        RowFault(column=column, code=code, message=message)
        for column, code, message in cell_faults(own, lists=(), long=LONG)
    ]
    if given.get("submitted_at") and moment is None and "submitted_at" not in undecodable:
        message = "must be a day, with its time if it is known, such as 01/03/2026 14:30"
        faults.append(RowFault(column="submitted_at", code="impossible_date", message=message))
    if code_of(own[ToldStep.STAGE], _CLOSED):
        message = "is closed, and no running case: import it with `casebook review import`"
        faults.append(RowFault(column=ToldStep.STAGE, code="not_running", message=message))
    return faults


def _as_asked_again(form: Form, cells: Mapping[str, str]) -> Form:
    """The form with what was read otherwise as it was written."""
    written = dict(form.as_written)
    if cells["submitted_at"] != form.submitted_at.isoformat():
        written["submitted_at"] = cells["submitted_at"]
    danger = form.immediate_danger
    if danger is Answer3.NO:
        written["immediate_danger"], danger = cells["immediate_danger"], Answer3.UNKNOWN
    return replace(form, as_written=written, immediate_danger=danger)


def _line(step: ToldStep, cells: Mapping[str, str], today: date) -> ToldLine | None:
    if step in IN_WORDS:
        return ToldLine(step=step, words=cells[step]) if cells[step] else None
    on, by, note = (cells[f"{step}_{part}"] for part in ("on", "by", "note"))
    if not (on or by or note):
        return None
    iso = dates.read(on, latest=today).iso if on else ""
    return ToldLine(step=step, on=iso, written=on if on != iso else "", by=by, words=note)


def explained(column: str) -> str:
    """What to write into a column; empty where applications.csv says it."""
    step, _, part = column.rpartition("_")
    if step in DATED:
        return {
            "on": f"when: {EXPLAINED[step]}",
            "by": f"by whom: {EXPLAINED[step]}",
            "note": f"about {EXPLAINED[step]}",
        }[part]
    return EXPLAINED.get(column, "")


def told_stage(lines: Collection[ToldLine]) -> str | None:
    """The stage that an earlier list names, if it is one of ours by name."""
    words = next((line.words for line in lines if line.step is ToldStep.STAGE), "")
    return code_of(words, Stage) or None
