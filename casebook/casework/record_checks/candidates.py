"""Candidates: proposed by the machine, judged by people; what is recorded of the confirmed are the findings."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.casework.record_checks import match_weights
from casebook.casework.record_checks.match_weights import MatchWeight
from casebook.casework.safeguarding import danger
from casebook.domain import chain
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.risk import risk_scoring
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import MatchBand, Party
from casebook.policies import risk_model
from casebook.sources.protocol import Answered, Cells
from casebook.storage.tables import Application, Candidate, Finding, Search

SeenPerson = Mapping[str, Any]  # a person as the source holds them; one found by hand has `records` beside the cells

READ = frozenset({MatchBand.STRONG, MatchBand.POSSIBLE})  # bands that are put before people
EVEN = 0.0  # bits: from here a candidate is at least as likely the party as not
TELLING = 1.0  # bits: a rejected candidate who became likelier by so much is read again


@dataclass(kw_only=True)
class Gathered:
    """The best candidates over all searches of one source, and the row of each as it was seen."""

    limit: int
    scored: dict[str, MatchWeight] = field(default_factory=dict)
    seen: dict[str, SeenPerson] = field(default_factory=dict)

    def add(self, answered: Answered, asked: Cells, *, this_year: int, bands: Collection[MatchBand] = READ) -> bool:
        """Score the persons of one answer; False if more are worth reading than can be shown."""
        found = [
            each
            for each in match_weights.score(asked, answered.persons, answered.counts, this_year=this_year)
            if each.band in bands
        ]
        rows = {row["person_id"]: row for row in answered.persons}
        for each in found[: self.limit]:
            if each.person_id not in self.scored or each.weight > self.scored[each.person_id].weight:
                self.scored[each.person_id], self.seen[each.person_id] = each, rows[each.person_id]
        return len(found) <= self.limit

    @property
    def best(self) -> list[MatchWeight]:
        return sorted(self.scored.values(), key=lambda each: (-each.weight, each.person_id))


def propose(
    act: Act,
    application: Application,
    search: Search,
    gathered: Gathered,
    records: Mapping[str, Sequence[Cells]],
    *,
    only_add: bool = False,
) -> None:
    """Put the candidates of one search before people. Those no longer found stand aside, unless it may only add."""
    before = {row.id: row for row in _all(act, application, search.party, search.source)}
    by_hand = _found_by_hand(act, application)
    found = set()
    for each in gathered.best:
        row = _row(application, search, each, gathered.seen[each.person_id])
        found.add(row.id)
        row.proposed_at = act.now
        if (known := before.get(row.id)) is None:
            act.session.add(row)
        else:
            _refresh(known, row)
    act.session.flush()
    for row in () if only_add else before.values():
        # whom a person found stays: that a machine does not find them takes nobody off the list
        row.superseded = row.id not in found and (row.superseded or row.search_id not in by_hand)
    _bring_findings_up(act, application, search, records)
    if search.party == Party.B:
        likely = [each.person_id for each in gathered.best if each.band is MatchBand.STRONG or each.weight >= EVEN]
        watch_for_danger(act, application, (record for person in likely for record in records.get(person, ())))


def said_before(act: Act, application: Application, search: Search, gathered: Gathered) -> bool:
    """Whether these are the very candidates who stand already, and the source says of each what it said."""
    by_hand = _found_by_hand(act, application)
    standing = {
        row.id
        for row in _all(act, application, search.party, search.source)
        if not row.superseded and row.search_id not in by_hand
    }
    return standing == {_row(application, search, each, gathered.seen[each.person_id]).id for each in gathered.best}


def known(act: Act, application: Application, search: Search) -> set[str]:
    """Persons of the source who stand as candidates."""
    rows = _all(act, application, search.party, search.source)
    return {row.person_id for row in rows if not row.superseded}


def _found_by_hand(act: Act, application: Application) -> set[str]:
    """Searches that people made."""
    query = select(Search.id).where(Search.reference == application.reference, Search.automatic.is_(False))
    return set(act.session.scalars(query))


def _all(act: Act, application: Application, party: str, source: str) -> Sequence[Candidate]:
    query = select(Candidate).where(
        Candidate.reference == application.reference, Candidate.party == party, Candidate.source == source
    )
    return act.session.scalars(query).all()


def _row(application: Application, search: Search, scored: MatchWeight, seen: SeenPerson) -> Candidate:
    """The id holds what the source said: a person of whom it now says something else is somebody to look at again."""
    said = hashlib.sha256(chain.canonical(dict(seen)).encode()).hexdigest()
    return Candidate(
        id=chain.identity("candidate", application.reference, search.party, search.source, scored.person_id, said),
        reference=application.reference,
        search_id=search.id,
        party=search.party,
        source=search.source,
        person_id=scored.person_id,
        weight=scored.weight,
        band=scored.band,
        twin=scored.twin,
        explanation=list(scored.explanation),
        seen=dict(seen),
        verdict=None,
        reason=None,
        reviewed_by=None,
        reviewed_at=None,
        second_agrees=None,
        second_reason=None,
        second_by=None,
        second_at=None,
        superseded=False,
    )


def _refresh(known: Candidate, now: Candidate) -> None:
    """Found again. What was said of them stands, unless they were rejected and have become likelier since."""
    if known.verdict not in {None, MatchVerdict.SAME} and now.weight > known.weight + TELLING:
        reopen(known)
    known.search_id, known.superseded = now.search_id, False
    known.weight, known.band, known.twin, known.explanation = now.weight, now.band, now.twin, now.explanation


def reopen(candidate: Candidate) -> None:
    """Nothing that was said of them counts any longer; the items in which it was said are kept."""
    candidate.verdict = candidate.reason = candidate.reviewed_by = candidate.reviewed_at = None
    candidate.second_agrees = candidate.second_reason = candidate.second_by = candidate.second_at = None


def _bring_findings_up(
    act: Act, application: Application, search: Search, records: Mapping[str, Sequence[Cells]]
) -> None:
    """Records that are new about a confirmed person are findings; those of one who was withdrawn are none."""
    standing = {}
    for row in _all(act, application, search.party, search.source):
        if row.verdict == MatchVerdict.SAME and not row.superseded:
            standing[row.id] = row
            confirm(act, application, row, records.get(row.person_id, ()))
    for finding in act.session.scalars(
        select(Finding).where(
            Finding.reference == application.reference, Finding.source == search.source, Finding.party == search.party
        )
    ):
        if finding.candidate_id not in standing:
            finding.withdrawn = True


def confirm(act: Act, application: Application, candidate: Candidate, records: Iterable[Cells]) -> None:
    """Everything recorded of a confirmed candidate, as it is now, becomes a finding."""
    for record in records:
        finding_id = f"{application.reference}:{candidate.source}:{record['record_id']}"
        known = act.session.get(Finding, finding_id)
        if known is None or known.withdrawn or (known.candidate_id, known.record) != (candidate.id, dict(record)):
            act.session.merge(_finding(act, application, candidate, finding_id, record))
    act.session.flush()


def _finding(act: Act, application: Application, candidate: Candidate, finding_id: str, record: Cells) -> Finding:
    ruling = risk_scoring.qualifying(SubjectRecord.from_row(dict(record)), act.now.date(), risk_model.load())
    return Finding(
        id=finding_id,
        reference=application.reference,
        candidate_id=candidate.id,
        party=candidate.party,
        source=candidate.source,
        record_id=record["record_id"],
        record=dict(record),
        owner=record["owner"] or None,
        qualifies=ruling.standing,
        found_at=act.now,
        withdrawn=False,
    )


def watch_for_danger(act: Act, application: Application, records: Iterable[Cells]) -> None:
    """A lethality sign in what is recorded of somebody likely opens immediate safeguarding at once."""
    rows = [SubjectRecord.from_row(dict(record)) for record in records]
    for sign in risk_scoring.lethality_signs(rows, act.now.date(), risk_model.load()):
        danger.open_safeguarding(act, application, cause=f"lethality_sign:{sign.name}")
