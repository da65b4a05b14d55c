"""What a newer extract or the passing of time does to open applications: each is looked at again, alone, and maybe reopened."""

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
    """What became of the applications that were looked at again."""

    reopened: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # still at their checks, with something else to read now
    unchanged: list[str] = field(default_factory=list)


def touched(act: Act, source: Source, extract: int, *, first: bool) -> list[str]:
    """Open applications whose candidates a load may have changed: all of them if the source had no extract before."""
    query = select(Application.reference).where(Application.stage != Stage.CLOSED).order_by(Application.reference)
    references = list(act.session.scalars(query))
    if first:
        return references
    # B is searched everywhere, A in our own records
    parties = [Party.B, Party.A] if source is Source.RMS else [Party.B]
    ids = (f"{reference}:{party}" for reference in references for party in parties)
    asked: dict[str, set[int]] = {}
    for person in act.session.scalars(select(Person).where(Person.id.in_(list(ids)))):
        cells = {**dict.fromkeys(PERSON_CELLS, ""), **identity.cells_of(person)}
        asked.setdefault(person.reference, set()).update(keys.numbers(source, cells, act.now.year))
    found = extracts.touched(act.session, source, extract, asked)
    return [reference for reference in references if reference in found]


def look_again(acting: Acting, references: Iterable[str]) -> ReopeningResult:
    """Look at each again in a transaction of its own. What is cut short waits in the outbox for the engine."""
    looked = ReopeningResult()
    for reference in references:
        with acting() as act:
            machine = replace(act, actor=system("record-checks"))
            application = machine.application(reference)
            if application.stage not in LOOKED_AT or application.frozen_at is not None:
                continue
            facts, stage = stored.facts(machine.session, reference), application.stage
            if application.stage == Stage.INTAKE:
                record_checks.search_automatic(machine, application)  # there these are the initial checks
            lifecycle.refresh(machine, application, because=NEWER)
            if application.stage != stage:
                looked.reopened.append(reference)
            elif stored.facts(machine.session, reference) != facts:
                looked.changed.append(reference)
            else:
                looked.unchanged.append(reference)
            if work_items.blocking(machine.session, application):
                outbox.settle(machine.session, reference, reason=NEWER, at=machine.now)
    return looked


def reopen_outdated(acting: Acting) -> list[str]:
    """Reopen whatever is on its way to a decision on returns that are too old for one."""
    with acting() as act:
        references = stored.too_old(act.session, act.now)
    return look_again(acting, references).reopened
