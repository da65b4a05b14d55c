"""Searches of remote sources: read the question, ask the source outside any transaction, write the answer.

If a source does not answer, its search stays open and the attempt is recorded. A fault is never a nil return.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework.core.acting import Act, Acting
from casebook.casework.record_checks import applicant, automatic, identity
from casebook.casework.record_checks.automatic import SourceAnswer, SourceQuestion
from casebook.domain.case.coverage import Variant
from casebook.domain.vocabulary import Party, Stage
from casebook.errors import SourceFault
from casebook.sources import catalogue
from casebook.sources.protocol import NOT_USED
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import Application, Search


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The results of the searches that were due."""

    answered: list[str] = field(default_factory=list)  # search ids
    failed: dict[str, str] = field(default_factory=dict)  # search id -> reason code


def waiting(session: Session, reference: str) -> Sequence[str]:
    """Ids of the searches of remote sources that have not returned."""
    return [search.id for search in _due(session, reference)]


def awaited(session: Session, reference: str) -> bool:
    """Whether a mandatory search of a remote source has not returned: the stage waits for it."""
    return any(search.mandatory for search in _due(session, reference))


def ask_remote(acting: Acting, reference: str) -> Asked:
    """Ask every remote source that is due. If two runs ask at the same time, the later answer is discarded."""
    with acting() as act:
        questions = _questions(act, reference)
    results = Asked()
    for question in questions:
        try:
            answer = _ask(question)
        except SourceFault as fault:
            results.failed[question.search_id] = fault.code
            _keep(acting, question, fault.code)
        else:
            if _keep(acting, question, answer):
                results.answered.append(question.search_id)
    return results


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
        automatic.question(act, application, search, _to_ask(act, application, search))
        for search in _due(act.session, reference)
    ]


def _to_ask(act: Act, application: Application, search: Search) -> dict[str, Variant]:
    """What this search is to cover: after the first, only what has become known since."""
    variants = identity.variants_of(act, application, Party(search.party))
    return {key: variant for key, variant in variants.items() if key in search.required}


def _ask(question: SourceQuestion) -> SourceAnswer:
    """Ask one source. Raises SourceFault if there was nothing to ask, or every answer was too long to read: not a nil return."""
    answer = automatic.ask(question, catalogue.remote()[question.source])
    if not answer.terms:
        raise SourceFault(
            "this source cannot be asked: nothing is known of the party that it can search for", "nothing_to_ask"
        )
    if not answer.gathered.best and all(term["result"] == "too_many" for term in answer.terms):
        raise SourceFault("the source has too many people to read", "too_many")
    seen = answer.gathered.seen
    for person_id, cells in list(seen.items()):
        # records are kept with the person: there is no extract to read them from later
        seen[person_id] = {**cells, "records": [dict(record) for record in answer.records.get(person_id, ())]}
    return answer


def _not_used(answer: SourceAnswer) -> dict[str, object]:
    """How many rows of the answer have a cell that could not be used, by column; nothing if there are none."""
    rows = [*answer.gathered.seen.values(), *(record for records in answer.records.values() for record in records)]
    counts = Counter(column for row in rows for column in row.get(NOT_USED, "").split(", ") if column)
    return {"not_used": dict(sorted(counts.items()))} if counts else {}


def _keep(acting: Acting, question: SourceQuestion, result: SourceAnswer | str) -> bool:
    """Write the answer, or the code of the fault. An answer is discarded if the facts changed since the question."""
    with acting() as act:
        application = act.application(question.reference)
        search = act.session.get_one(Search, question.search_id, populate_existing=True)
        closed_or_frozen = application.stage == Stage.CLOSED or application.frozen_at is not None
        discarded = search.superseded or search.returned_at is not None or closed_or_frozen
        if discarded or _to_ask(act, application, search).keys() != question.variants.keys():
            return False
        if isinstance(result, str):
            automatic.attempt(act, search, result)
            act.record(application, "source_failed", search=search.id, source=search.source, fault=result)
            return False
        supplementary = len(stored.of_the_same_source(act.session, search)) > 1
        automatic.write(act, application, search, result, only_add=supplementary)
        act.record(
            application,
            "searches_made",
            searches={f"{search.party}:{search.source}": search.result},
            **_not_used(result),
        )
        applicant.look_for_signs(act, application)
        return True
