"""Searches of sources elsewhere: what to ask is read, the source is asked in no transaction, what it said is written.

A source that does not answer leaves its search unreturned, with the try kept. A fault is never a nil.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework.core.acting import Act, Acting
from casebook.casework.record_checks import applicant, automatic, identity
from casebook.casework.record_checks.automatic import SourceAnswer, SourceQuestion
from casebook.domain.vocabulary import Party, Stage
from casebook.errors import SourceFault
from casebook.sources import catalogue
from casebook.storage.tables import Search


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What became of the searches that were due."""

    answered: list[str] = field(default_factory=list)  # search ids
    failed: dict[str, str] = field(default_factory=dict)  # search id -> reason code


def waiting(session: Session, reference: str) -> Sequence[str]:
    """Searches of sources elsewhere that have not returned."""
    return [search.id for search in _due(session, reference)]


def awaited(session: Session, reference: str) -> bool:
    """Whether one of them must return before the stage can be left."""
    return any(search.mandatory for search in _due(session, reference))


def ask_remote(acting: Acting, reference: str) -> Asked:
    """Ask every source elsewhere that is due. Two at once write nothing twice: the later answer is let go."""
    with acting() as act:
        questions = _questions(act, reference)
    asked = Asked()
    for question in questions:
        try:
            found = _ask(question)
        except SourceFault as fault:
            asked.failed[question.search_id] = fault.code
            _keep(acting, question, fault.code)
        else:
            if _keep(acting, question, found):
                asked.answered.append(question.search_id)
    return asked


def _due(session: Session, reference: str) -> Sequence[Search]:
    if not catalogue.remote():
        return []
    query = (
        select(Search)
        .where(Search.reference == reference, Search.automatic, Search.superseded.is_(False))
        .where(Search.returned_at.is_(None), Search.source.in_([source.value for source in catalogue.remote()]))
    )
    return session.scalars(query.order_by(Search.opened_at, Search.id)).all()


def _questions(act: Act, reference: str) -> list[SourceQuestion]:
    application = act.application(reference, lock=False)
    if application.stage == Stage.CLOSED or application.frozen_at is not None:
        return []
    return [
        automatic.question(act, application, search, identity.variants_of(act, application, Party(search.party)))
        for search in _due(act.session, reference)
    ]


def _ask(question: SourceQuestion) -> SourceAnswer:
    """A source that could not be asked anything, or gave only more than can be read, has not said nil."""
    found = automatic.ask(question, catalogue.remote()[question.source])
    if not found.terms:
        raise SourceFault("nothing is known that this source could be asked for", "nothing_to_ask")
    if not found.gathered.best and all(term["result"] == "too_many" for term in found.terms):
        raise SourceFault("the source knows too many to read", "too_many")
    seen = found.gathered.seen
    for person_id, cells in list(seen.items()):
        # kept beside the person: there is no extract to read it from again
        seen[person_id] = {**cells, "records": [dict(record) for record in found.records.get(person_id, ())]}
    return found


def _keep(acting: Acting, question: SourceQuestion, said: SourceAnswer | str) -> bool:
    """Write the answer, or the fault's code. What was asked before something changed no longer counts."""
    with acting() as act:
        application = act.application(question.reference)
        search = act.session.get_one(Search, question.search_id, populate_existing=True)
        resting = application.stage == Stage.CLOSED or application.frozen_at is not None
        overtaken = search.superseded or search.returned_at is not None or resting
        if overtaken or identity.variants_of(act, application, Party(search.party)).keys() != question.variants.keys():
            return False
        if isinstance(said, str):
            automatic.attempt(act, search, said)
            act.record(application, "source_failed", search=search.id, source=search.source, fault=said)
            return False
        automatic.write(act, application, search, said)
        act.record(application, "searches_made", searches={f"{search.party}:{search.source}": search.result})
        applicant.look_for_signs(act, application)
        return True
