"""Looks at open applications again after a newer extract or when returns are too old, and reopens them if needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from casebook.casework.core import lifecycle, work_items
from casebook.casework.core.acting import Act, Acting
from casebook.casework.record_checks import identity, record_checks
from casebook.domain.actors import system
from casebook.domain.vocabulary import Party, Source, Stage
from casebook.sources import keys
from casebook.storage import outbox
from casebook.storage.case import extracts
from casebook.storage.case import record_checks as stored
from casebook.storage.case.extracts import PERSON_CELLS
from casebook.storage.tables import Application, Person

NEWER = "extract_loaded"
LOOKED_AT = frozenset({Stage.INTAKE, Stage.RECORD_CHECKS, *record_checks.REOPENABLE})


@dataclass(frozen=True, kw_only=True)
class ReopeningResult:
    """The results of looking at applications again."""

    reopened: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # still in record checks, with new facts to read
    unchanged: list[str] = field(default_factory=list)


def touched(act: Act, source: Source, extract: int, *, first: bool) -> list[str]:
    """Open applications whose candidates may have changed with this load. For the first extract of a source: all of them."""
    query = select(Application.reference).where(Application.stage != Stage.CLOSED).order_by(Application.reference)
    references = list(act.session.scalars(query))
    if first:
        return references
    # B is searched in every source, A in force records only
    parties = [Party.B, Party.A] if source is Source.RMS else [Party.B]
    ids = (f"{reference}:{party}" for reference in references for party in parties)
    numbers_of: dict[str, set[int]] = {}
    for person in act.session.scalars(select(Person).where(Person.id.in_(list(ids)))):
        confirmed = identity.confirmed_cells(act, person.reference, Party(person.party))
        for cells in (identity.cells_of(person), *confirmed):
            complete = {**dict.fromkeys(PERSON_CELLS, ""), **cells}
            numbers_of.setdefault(person.reference, set()).update(keys.numbers(source, complete, act.now.year))
    matching = extracts.touched(act.session, source, extract, numbers_of)
    return [reference for reference in references if reference in matching]


def look_again(acting: Acting, references: Iterable[str]) -> ReopeningResult:
    """Look at each application again, in its own transaction. After an interruption the engine does the rest from the outbox."""
    result = ReopeningResult()
    for reference in references:
        with acting() as act:
            system_act = replace(act, actor=system("record-checks"))
            application = system_act.application(reference)
            if application.stage not in LOOKED_AT or application.frozen_at is not None:
                continue
            facts, stage = stored.facts(system_act.session, reference), application.stage
            if application.stage == Stage.INTAKE:
                record_checks.search_automatic(system_act, application)  # at intake these are the initial checks
            lifecycle.refresh(system_act, application, because=NEWER)
            if application.stage != stage:
                result.reopened.append(reference)
            elif stored.facts(system_act.session, reference) != facts:
                result.changed.append(reference)
            else:
                result.unchanged.append(reference)
            if work_items.blocking(system_act.session, application):
                outbox.settle(system_act.session, reference, reason=NEWER, at=system_act.now)
    return result


def reopen_outdated(acting: Acting) -> list[str]:
    """Reopen the applications that are waiting for a decision with returns that are too old for one."""
    with acting() as act:
        references = stored.too_old(act.session, act.now)
    return look_again(acting, references).reopened
