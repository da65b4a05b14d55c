"""Assesses applications of the casebook that are in no list of the review, by the same evidence, odds and sources.

It knows each application for itself. What other past applications would add (an earlier disclosure, a copied reason) it
does not: the live process links applications about the same people.
"""

from __future__ import annotations

from collections.abc import Mapping

from casebook.casework.core.acting import Act
from casebook.casework.review import known as review_known
from casebook.casework.review import learning, registers, sources_today, triage
from casebook.domain import chain
from casebook.domain.review import register
from casebook.domain.review.live_register import CASEBOOK
from casebook.domain.review.ranking import Assessment, assess
from casebook.domain.review.reconciling import PlacedRow, ReconciledApplication
from casebook.domain.review.register_codes import NONE_GIVEN
from casebook.matching import linking
from casebook.storage.case import extracts
from casebook.storage.review import registers as stored


def assessed(act: Act, cells: Mapping[str, Mapping[str, str]]) -> dict[str, Assessment]:
    """Reference -> assessment. `cells`: those of register.csv, by reference."""
    if not cells:
        return {}
    used, today, loaded = act.documents, registers.today(act), bool(extracts.loaded(act.session))
    known = review_known.known_of(
        [_alone(act, name, row) for name, row in cells.items()], {name: name for name in cells}
    )
    learnt = {odds.suspicion: odds.factor for odds in learning.learnt(act)}
    with linking.linker(stored.persons(act.session), this_year=act.now.year) as linker:
        linked = sources_today.subjects(known, sorted(known.pasts), linker, triage.looked_up(act), today=today)
        of_a = sources_today.people_at_risk(known, linked, linker)
    return {
        name: assess(
            triage.evidence_of(
                known,
                name,
                linked.get(name, []),
                of_a.get(name, ()),
                loaded=loaded,
                today=today,
                used=used,
                model=used.risk_model(act.now),
            ),
            used.review(act.now),
            learnt,
        )
        for name in known.pasts
    }


def _alone(act: Act, reference: str, cells: Mapping[str, str]) -> ReconciledApplication:
    entry = register.read(cells, register=CASEBOOK, today=registers.today(act), notes=(), codes=NONE_GIVEN)
    row = PlacedRow(id=reference, file=CASEBOOK, line=1, digest=chain.digest(dict(cells)), entry=entry)
    return ReconciledApplication(rows=(row,), reference=reference, disagreeing=False)
