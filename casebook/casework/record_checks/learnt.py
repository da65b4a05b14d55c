"""Which searches the record of a confirmed person adds: what is typed, why, and whose record has it.

They are made by themselves once somebody is confirmed (`searches.bring_up`). Here they are told, before and after.
Whoever asks has the file open: the ledger has that view.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from casebook.casework.core.acting import Act
from casebook.casework.record_checks import identity
from casebook.domain.case.coverage import Terms, VariantFamily
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.vocabulary import Party
from casebook.storage.case import repeats
from casebook.storage.tables import Application, Candidate


@dataclass(frozen=True, kw_only=True)
class LearntSearch:
    """One search that is not among those for what was told."""

    terms: Terms
    family: VariantFamily
    source: str  # whose record has it
    person_id: str


def by_candidate(act: Act, candidate_id: str) -> list[LearntSearch]:
    """What this candidate adds, or would add if they were confirmed; nothing of somebody who is another person."""
    candidate = act.session.get(Candidate, candidate_id)
    return [] if candidate is None or candidate.verdict == MatchVerdict.DIFFERENT else _once([candidate], act)


def by_confirmed(act: Act, application: Application, party: Party) -> list[LearntSearch]:
    """What everybody adds who was confirmed to be this party."""
    confirmed = repeats.confirmed(act.session, application.reference)
    return _once((each for each in confirmed if each.party == party), act)


def _once(people: Iterable[Candidate], act: Act) -> list[LearntSearch]:
    first: dict[tuple[str, ...], LearntSearch] = {}
    for candidate in people:
        application = act.application(candidate.reference, lock=False)
        person = identity.person_of(act, application, Party(candidate.party))
        added = identity.added_by(person, identity.cells_seen(candidate.seen), act.now.year) if person else {}
        for variant in added.values():
            search = LearntSearch(
                terms=variant.terms, family=variant.family, source=candidate.source, person_id=candidate.person_id
            )
            first.setdefault(search.terms.typed, search)
    return list(first.values())
