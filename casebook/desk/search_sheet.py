"""What is typed into a source, search by search, and which searches a confirmed person's record adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from casebook.case_page.facts import to_type
from casebook.casework.core.acting import Act
from casebook.casework.record_checks import learnt
from casebook.casework.record_checks.learnt import LearntSearch
from casebook.domain import words
from casebook.domain.case.coverage import Terms
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.vocabulary import Party
from casebook.storage.tables import WorkItem


@dataclass(frozen=True, kw_only=True)
class SheetLine:
    """One search. `record`: whose record has it, if it was not told."""

    typed: str
    why: str
    record: str = ""


@dataclass(frozen=True, kw_only=True)
class SearchSheet:
    """The searches that the page of an item tells."""

    title: str
    note: str = ""
    lines: Sequence[SheetLine]


def learnt_for(act: Act, item: WorkItem) -> Sequence[LearntSearch]:
    """What confirmed people add to the searches that an item is about, or what its candidate does."""
    if candidate := item.subject.get("candidate"):
        return learnt.by_candidate(act, candidate)
    if item.reference is None or "search" not in item.subject or "party" not in item.subject:
        return []
    return learnt.by_confirmed(act, act.application(item.reference, lock=False), Party(item.subject["party"]))


def of_item(
    subject: Mapping[str, Any], shown: Mapping[str, Any], learnt_searches: Iterable[LearntSearch]
) -> SearchSheet | None:
    """The sheet of an item; None if it is about no search and adds none."""
    by_terms = {search.terms.typed: search for search in learnt_searches}
    if "candidate" in subject:
        return _of_candidate(subject, shown, by_terms.values())
    row = next((each for each in shown.get("search") or () if each["id"] == subject.get("search")), None)
    if row is None or not row.get("plan"):
        return None
    lines = [_planned(step, by_terms.get(Terms.of_row(step).typed)) for step in row["plan"]]
    return SearchSheet(title="What to type", lines=lines)


def _of_candidate(
    subject: Mapping[str, Any], shown: Mapping[str, Any], added: Iterable[LearntSearch]
) -> SearchSheet | None:
    candidate = next((row for row in shown.get("candidate") or () if row["id"] == subject["candidate"]), None)
    lines = [_line(search) for search in added]
    if candidate is None or not candidate.get("seen") or not lines:
        return None
    is_confirmed = candidate["verdict"] == MatchVerdict.SAME
    title = (
        "New searches, because this is the same person" if is_confirmed else "New searches, if it is the same person"
    )
    return SearchSheet(
        title=title, note="They are made in every source, also in those that have answered.", lines=lines
    )


def _planned(step: Mapping[str, Any], added: LearntSearch | None) -> SheetLine:
    if added is not None:
        return _line(added)
    return SheetLine(typed=to_type(step), why=words.FAMILY.of(step["family"]))


def _line(search: LearntSearch) -> SheetLine:
    record = f"{words.SOURCE.of(search.source)} {search.person_id}"
    return SheetLine(typed=to_type(asdict(search.terms)), why=words.FAMILY.of(search.family), record=record)
