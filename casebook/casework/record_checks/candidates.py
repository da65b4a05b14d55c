"""Candidates: proposed by a search and reviewed by people. The records of a confirmed candidate are findings."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.casework.record_checks import match_weights
from casebook.casework.record_checks.match_weights import MatchWeight
from casebook.casework.safeguarding import danger
from casebook.domain import chain
from casebook.domain.case.namesakes import NEAR_MISS, Found, ListPlace, Placed, place
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.risk import risk_scoring
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import MatchBand, Party
from casebook.policies import risk_model
from casebook.sources.protocol import Answered, Cells
from casebook.storage.tables import Application, Candidate, Finding, Search

SeenPerson = Mapping[str, Any]  # a person as the source records them; found by hand, they also have `records`

READ = frozenset({MatchBand.STRONG, MatchBand.POSSIBLE})  # bands that people review
EVEN = 0.0  # bits: from here on a candidate is at least as likely to be the party as not
HIGH_RISK = "2"  # as `Found.grave`: a high-risk indicator
PRESSING = timedelta(minutes=60)  # in which a possible match with a high-risk indicator is to be reviewed
TELLING = 1.0  # bits: a rejected candidate whose weight rises by more than this is reviewed again


@dataclass(kw_only=True)
class Gathered:
    """Everybody whom the searches of one source returned, and where each of them stands for people."""

    limit: int
    whole_name: bool = True  # False: only those whose weight puts them before people, as for the applicant
    matches: dict[str, MatchWeight] = field(default_factory=dict)  # the best weight of each person
    seen: dict[str, SeenPerson] = field(default_factory=dict)  # the source's row of each person
    read: set[str] = field(default_factory=set)  # persons whose weight alone puts them before people
    not_returned: int = 0  # bearers of the name whom the source has, and did not return
    placed: Placed = field(default_factory=Placed)
    worst: dict[str, dict[str, str]] = field(default_factory=dict)  # how grave, and the gravest record

    def add(self, answered: Answered, asked: Cells, *, this_year: int, bands: Collection[MatchBand] = READ) -> bool:
        """Score the persons in one answer. Returns False if more people are worth reviewing than the limit allows."""
        rows = {row["person_id"]: row for row in answered.persons}
        matches = match_weights.score(asked, answered.persons, answered.counts, this_year=this_year)
        for match in matches:
            self._keep(match, rows[match.person_id])
        reading = [match.person_id for match in matches if match.band in bands]
        self.read.update(reading[: self.limit])
        return len(reading) <= self.limit

    def _keep(self, match: MatchWeight, row: SeenPerson) -> None:
        known = self.matches.get(match.person_id)
        if known is None or match.weight > known.weight:
            bears = match.bears_name or (known is not None and known.bears_name)
            self.matches[match.person_id], self.seen[match.person_id] = replace(match, bears_name=bears), row
        elif match.bears_name and not known.bears_name:
            self.matches[match.person_id] = replace(known, bears_name=True)

    @property
    def to_grade(self) -> list[str]:
        """Those whose records say where they stand. Records of others are not read."""
        return [
            match.person_id
            for match in self._to_place()
            if match.person_id in self.read or match.bears_name or match.weight >= NEAR_MISS
        ]

    def _to_place(self) -> Iterator[MatchWeight]:
        return (match for match in self.matches.values() if self.whole_name or match.person_id in self.read)

    def place(self, records: Mapping[str, Sequence[Cells]], today: date) -> None:
        """Decide where everybody stands, once all have been gathered."""
        graded = {person_id: graded_records(records.get(person_id, ()), today) for person_id in self.to_grade}
        self.worst = {person_id: _worst(grave, record) for person_id, (grave, record) in graded.items() if record}
        self.placed = place(
            (
                Found(
                    person_id=match.person_id,
                    weight=match.weight,
                    read=match.person_id in self.read,
                    bears_name=match.bears_name,
                    years_apart=match.years_apart,
                    grave=graded[match.person_id][0] if match.person_id in graded else 0,
                )
                for match in self._to_place()
            ),
            not_returned=self.not_returned,
        )

    @property
    def best(self) -> list[MatchWeight]:
        """Everybody who comes before people: those read one by one, then the lines of the list."""
        single = sorted(
            (self.matches[person_id] for person_id in self.placed.one_by_one),
            key=lambda match: (-match.weight, match.person_id),
        )
        return [*single, *(self.matches[person_id] for person_id in self.placed.listed)]


def graded_records(records: Sequence[Cells], today: date) -> tuple[int, Cells | None]:
    """How grave the records of one person are (see `namesakes.Found`), and the gravest of them."""
    rows = [SubjectRecord.from_row(dict(record)) for record in records]
    model = risk_model.load()
    standing = [risk_scoring.qualifying(row, today, model).standing for row in rows]
    order = sorted(
        range(len(rows)), key=lambda at: (standing[at] is Disclosability.QUALIFYING, rows[at].date), reverse=True
    )
    signs = risk_scoring.lethality_signs(rows, today, model)
    grave = 2 if signs else 1 if Disclosability.QUALIFYING in standing else 0
    return grave, records[order[0]] if order else None


def propose(
    act: Act,
    application: Application,
    search: Search,
    gathered: Gathered,
    records: Mapping[str, Sequence[Cells]],
    *,
    only_add: bool = False,
) -> None:
    """Save the candidates of one search for review. Candidates no longer found are superseded, unless `only_add`."""
    existing = {row.id: row for row in _all(act, application, search.party, search.source)}
    manual_searches = _found_by_hand(act, application)
    found_ids = set()
    for match in gathered.best:
        row = _row(application, search, match, gathered)
        found_ids.add(row.id)
        row.proposed_at = act.now
        if (known := existing.get(row.id)) is None:
            act.session.add(row)
        else:
            _refresh(known, row)
    act.session.flush()
    for row in () if only_add else existing.values():
        # a candidate found by a person stays, even if the automatic search does not find them
        row.superseded = row.id not in found_ids and (row.superseded or row.search_id not in manual_searches)
    _update_findings(act, application, search, records)
    if search.party == Party.B:
        likely = [match.person_id for match in gathered.best if match.band is MatchBand.STRONG or match.weight >= EVEN]
        watch_for_danger(act, application, (record for person in likely for record in records.get(person, ())))
        if any(is_pressing(row) for row in _all(act, application, search.party, search.source)):
            danger.tell_of_possible_match(act, application)


def is_pressing(candidate: Candidate) -> bool:
    """Whether a possible match with a high-risk indicator waits for its review: it is urgent, and due within the hour."""
    high_risk = candidate.band == MatchBand.POSSIBLE and (candidate.worst or {}).get("grave") == HIGH_RISK
    return high_risk and candidate.verdict is None and not candidate.superseded and candidate.place != ListPlace.LISTED


def said_before(act: Act, application: Application, search: Search, gathered: Gathered) -> bool:
    """Whether these are exactly the current candidates, with unchanged details in the source."""
    manual_searches = _found_by_hand(act, application)
    current_ids = {
        row.id
        for row in _all(act, application, search.party, search.source)
        if not row.superseded and row.search_id not in manual_searches
    }
    return current_ids == {_row(application, search, match, gathered).id for match in gathered.best}


def known(act: Act, application: Application, search: Search) -> set[str]:
    """Ids of the persons of this source who are current candidates."""
    rows = _all(act, application, search.party, search.source)
    return {row.person_id for row in rows if not row.superseded}


def _found_by_hand(act: Act, application: Application) -> set[str]:
    """Ids of the searches that people made."""
    query = select(Search.id).where(Search.reference == application.reference, Search.automatic.is_(False))
    return set(act.session.scalars(query))


def _all(act: Act, application: Application, party: str, source: str) -> Sequence[Candidate]:
    query = select(Candidate).where(
        Candidate.reference == application.reference, Candidate.party == party, Candidate.source == source
    )
    return act.session.scalars(query).all()


def _row(application: Application, search: Search, scored: MatchWeight, gathered: Gathered) -> Candidate:
    """A new candidate row. Its id includes the person's details, so a person whose details change is reviewed again."""
    seen = gathered.seen[scored.person_id]
    details_hash = hashlib.sha256(chain.canonical(dict(seen)).encode()).hexdigest()
    return Candidate(
        id=chain.identity(
            "candidate", application.reference, search.party, search.source, scored.person_id, details_hash
        ),
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
        place=ListPlace.LISTED if scored.person_id in gathered.placed.listed else ListPlace.ONE_BY_ONE,
        worst=gathered.worst.get(scored.person_id),
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


def _worst(grave: int, record: Cells) -> dict[str, str]:
    return {"grave": str(grave), **{name: record.get(name, "") for name in ("kind", "offence_text", "date")}}


def _refresh(known: Candidate, now: Candidate) -> None:
    """Update a candidate who was found again. Reviews stand, unless they were rejected and are now clearly likelier."""
    if known.verdict not in {None, MatchVerdict.SAME} and now.weight > known.weight + TELLING:
        reopen(known)
    known.search_id, known.superseded = now.search_id, False
    known.weight, known.band, known.twin, known.explanation = now.weight, now.band, now.twin, now.explanation
    known.worst = now.worst
    if (
        known.place == ListPlace.LISTED
        and now.place == ListPlace.ONE_BY_ONE
        and known.verdict not in {None, MatchVerdict.SAME}
    ):
        reopen(known)  # two people set a line aside; nobody has read this person
    if known.place != ListPlace.ONE_BY_ONE:
        known.place = now.place


def reopen(candidate: Candidate) -> None:
    """Clear the reviews of a candidate, so that they are reviewed again. The work items with the answers are kept."""
    candidate.verdict = candidate.reason = candidate.reviewed_by = candidate.reviewed_at = None
    candidate.second_agrees = candidate.second_reason = candidate.second_by = candidate.second_at = None


def _update_findings(
    act: Act, application: Application, search: Search, records: Mapping[str, Sequence[Cells]]
) -> None:
    """Update the findings: add new records of confirmed candidates, withdraw those of candidates no longer confirmed."""
    confirmed = {}
    for row in _all(act, application, search.party, search.source):
        if row.verdict == MatchVerdict.SAME and not row.superseded:
            confirmed[row.id] = row
            confirm(act, application, row, records.get(row.person_id, ()))
    for finding in act.session.scalars(
        select(Finding).where(
            Finding.reference == application.reference, Finding.source == search.source, Finding.party == search.party
        )
    ):
        if finding.candidate_id not in confirmed:
            finding.withdrawn = True


def confirm(act: Act, application: Application, candidate: Candidate, records: Iterable[Cells]) -> None:
    """Make every current record of a confirmed candidate a finding."""
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
    """Open immediate safeguarding at once if the records of a likely candidate hold a high-risk indicator."""
    rows = [SubjectRecord.from_row(dict(record)) for record in records]
    for sign in risk_scoring.lethality_signs(rows, act.now.date(), risk_model.load()):
        danger.open_safeguarding(act, application, cause=f"lethality_sign:{sign.name}")
