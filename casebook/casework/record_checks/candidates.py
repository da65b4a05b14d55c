"""Candidates: proposed by a search and reviewed by people. The records of a confirmed candidate are findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.casework.record_checks.gathering import Gathered
from casebook.casework.record_checks.match_weights import MatchWeight
from casebook.casework.safeguarding import danger
from casebook.domain import chain
from casebook.domain.case.namesakes import HIGH_RISK, ListPlace
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.risk import risk_scoring
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import MatchBand, Party
from casebook.sources.protocol import Cells
from casebook.storage.tables import Application, Candidate, Finding, Search

READ = frozenset({MatchBand.STRONG, MatchBand.POSSIBLE})  # bands that people review
EVEN = 0.0  # bits: from here on a candidate is at least as likely to be the party as not
PRESSING = timedelta(minutes=60)  # in which a possible match with a high-risk indicator is to be reviewed
TELLING = 1.0  # bits: a rejected candidate whose weight rises by more than this is reviewed again


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
    waits = candidate.verdict is None and not candidate.superseded and candidate.place != ListPlace.LISTED
    return high_risk and waits and candidate.party == Party.B


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


def take_back(act: Act, candidate: Candidate) -> None:
    """Clear the reviews of a candidate, and withdraw the findings that rest on them."""
    reopen(candidate)
    for finding in act.session.scalars(select(Finding).where(Finding.candidate_id == candidate.id)):
        finding.withdrawn = True


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
        whose = "" if candidate.party == Party.B else f"{candidate.party}:"
        finding_id = f"{application.reference}:{whose}{candidate.source}:{record['record_id']}"
        known = act.session.get(Finding, finding_id)
        if known is None or known.withdrawn or (known.candidate_id, known.record) != (candidate.id, dict(record)):
            act.session.merge(_finding(act, application, candidate, finding_id, record))
    act.session.flush()


def _finding(act: Act, application: Application, candidate: Candidate, finding_id: str, record: Cells) -> Finding:
    ruling = risk_scoring.qualifying(
        SubjectRecord.from_row(dict(record)), act.now.date(), act.documents.risk_model(act.now)
    )
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
    for sign in risk_scoring.lethality_signs(rows, act.now.date(), act.documents.risk_model(act.now)):
        danger.open_safeguarding(act, application, cause=f"lethality_sign:{sign.name}")
