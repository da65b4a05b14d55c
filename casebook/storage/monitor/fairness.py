"""For each application after record checks: the subject's name and sex, and the results of searches and decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.monitor.decision_monitor import DISCLOSED, NOT_DISCLOSED
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.vocabulary import Party, Stage, WorkKind
from casebook.storage.tables import Application, Candidate, Finding, Person, Search, WorkItem


@dataclass(frozen=True, kw_only=True)
class SearchedSubject:
    forename: str | None
    surname: str | None
    sex: str
    proposed: bool  # by an automatic search
    confirmed: bool
    by_machine: bool  # an automatic search found one of the confirmed candidates
    rejected: bool
    overturned: bool  # a rejection that the second person did not share
    found: bool
    told: bool | None  # None: not decided


def subjects(session: Session) -> Sequence[SearchedSubject]:
    candidates: dict[str, list[tuple[Candidate, bool]]] = defaultdict(list)
    query = select(Candidate, Search.automatic).join(Search, Search.id == Candidate.search_id)
    for candidate, automatic in session.execute(query.where(Candidate.party == Party.B)).tuples():
        candidates[candidate.reference].append((candidate, automatic))
    qualifying = select(Finding.reference).where(
        Finding.party == Party.B, Finding.qualifies == Disclosability.QUALIFYING, Finding.withdrawn.is_(False)
    )
    references = set(session.scalars(qualifying))
    looks = _second_looks(session)
    people = (
        select(Application.reference, Application.outcome, Person)
        .join(Person, (Person.reference == Application.reference) & (Person.party == Party.B))
        .where(Application.stage.not_in([Stage.INTAKE, Stage.RECORD_CHECKS]), Application.disposed_at.is_(None))
    )
    return [
        _looked(person, candidates[reference], outcome, looks.get(reference, []), found=reference in references)
        for reference, outcome, person in session.execute(people).tuples()
    ]


def _second_looks(session: Session) -> dict[str, list[bool]]:
    """By application, whether each second look at a rejection agreed. The candidate itself does not keep that."""
    agrees = WorkItem.answer["agrees"].as_boolean()
    verdict, party = WorkItem.subject["verdict"].astext, WorkItem.subject["party"].astext
    query = select(WorkItem.reference, agrees).where(
        WorkItem.kind == WorkKind.SECOND_LOOK_AT_REJECTION, WorkItem.done_at.is_not(None), agrees.is_not(None),
        verdict.is_distinct_from(MatchVerdict.SAME), party.is_distinct_from(Party.A),
    )  # fmt: skip
    looks: dict[str, list[bool]] = defaultdict(list)
    for reference, agreed in session.execute(query):
        looks[str(reference)].append(agreed)
    return looks


def _looked(
    person: Person, seen: Sequence[tuple[Candidate, bool]], outcome: str | None, looks: list[bool], *, found: bool
) -> SearchedSubject:
    same = [automatic for row, automatic in seen if row.verdict == MatchVerdict.SAME]
    return SearchedSubject(
        forename=person.forename, surname=person.surname, sex=person.sex, proposed=any(auto for _, auto in seen),
        confirmed=bool(same), by_machine=any(same), rejected=bool(looks), overturned=not all(looks), found=found,
        told=outcome in DISCLOSED if outcome in {*DISCLOSED, *NOT_DISCLOSED} else None,
    )  # fmt: skip
