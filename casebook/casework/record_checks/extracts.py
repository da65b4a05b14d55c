"""Loads the extract of a source: rows into the tables, one ledger entry, and a new look at every open application."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, select, text

from casebook.casework.core.acting import Act
from casebook.casework.record_checks import missing_rows, reopening
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Source
from casebook.sources import loading
from casebook.sources.loading import Counted
from casebook.storage import outbox
from casebook.storage.case import extracts, load_digests
from casebook.storage.case import missing_rows as stored
from casebook.storage.tables import SourceExtract, SourcePerson, SourceRecord


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The result of loading the files. `extract` is None if nothing changed."""

    source: Source
    extract: int | None
    persons: Counted | None
    records: Counted | None
    touched: tuple[str, ...] = ()  # open applications whose candidates, or coverage, may have changed
    missing: int = 0  # rows of the source that did not land and that nobody has accepted


def load(act: Act, source: Source, *, persons: Path | None, records: Path | None, whole: bool = False) -> Loaded:
    """Load one or both files, persons first. Loading the same files again changes nothing. Affected applications are woken."""
    act.allowed(Command.LOAD_SOURCE)
    # one load of a source at a time: the second waits, then compares with the result of the first
    act.session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"load:{source}"})
    act.session.execute(text("LOCK TABLE source_extract IN SHARE ROW EXCLUSIVE MODE"))
    extract_id = (act.session.scalar(select(func.max(SourceExtract.id))) or 0) + 1
    counted = [
        loading.load(act.session, path, kind, source=source, extract=extract_id, this_year=act.now.year, whole=whole)
        if path
        else None
        for path, kind in ((persons, loading.PERSONS), (records, loading.RECORDS))
    ]
    return _brought(act, source, extract_id, counted[0], counted[1], whole=whole)


def _brought(
    act: Act, source: Source, extract_id: int, persons: Counted | None, records: Counted | None, *, whole: bool
) -> Loaded:
    """Record what a load changed, also in what is missing, and wake the applications that it may concern."""
    counted = {name: count for name, count in (("persons", persons), ("records", records)) if count}
    changed = sum(count.new + count.changed + count.gone for count in counted.values())
    previous, was_missing = extracts.newest(act.session, source), stored.counted(act.session).get(source, 0)
    noted = [missing_rows.note(act, source, name, count, whole=whole) for name, count in counted.items()]
    missing = stored.counted(act.session).get(source, 0)
    brings_rows = changed > 0 or previous is None
    loaded = Loaded(
        source=source, extract=extract_id if brings_rows else None, persons=persons, records=records, missing=missing
    )
    if not brings_rows and not any(noted):
        return loaded
    if brings_rows:
        act.session.add(_extract(act, source, extract_id, changed))
    act.record(None, "extract_loaded", source=source, extract=loaded.extract, changed=changed, missing=missing)
    # with other rows missing, every search of the source covers less or more than it says
    touched = reopening.touched(act, source, extract_id, first=previous is None or missing != was_missing)
    # the load command looks at them again at once; if it is interrupted, the engine does
    outbox.add(act.session, touched, reason=reopening.NEWER, at=act.now)
    return replace(loaded, touched=tuple(touched))


def _extract(act: Act, source: Source, extract_id: int, changed: int) -> SourceExtract:
    return SourceExtract(
        id=extract_id,
        source=source,
        loaded_at=act.now,
        loaded_by=act.actor.id,
        persons=_current(act, SourcePerson, source),
        records=_current(act, SourceRecord, source),
        changed=changed,
        digest=load_digests.of(act.session, extract_id),
    )


def _current(act: Act, table: type[SourcePerson | SourceRecord], source: Source) -> int:
    query = select(func.count()).select_from(table).where(table.source == source, table.until.is_(None))
    return act.session.scalar(query) or 0
