"""Loads the extract of a source: rows into the tables, one ledger entry, and a new look at every open application."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from casebook.casework.core.acting import Act
from casebook.casework.record_checks import reopening
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Source
from casebook.sources import loading
from casebook.sources.loading import Counted
from casebook.storage import outbox
from casebook.storage.case import extracts
from casebook.storage.tables import SourceExtract, SourcePerson, SourceRecord


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The result of loading the files. `extract` is None if nothing changed."""

    source: Source
    extract: int | None
    persons: Counted | None
    records: Counted | None
    touched: tuple[str, ...] = ()  # open applications whose candidates may have changed


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
    changed = sum(count.new + count.changed + count.gone for count in counted if count)
    previous = extracts.newest(act.session, source)
    if not changed and previous is not None:
        return Loaded(source=source, extract=None, persons=counted[0], records=counted[1])
    act.session.add(_extract(act, source, extract_id, changed))
    act.record(None, "extract_loaded", source=source, extract=extract_id, changed=changed)
    touched = reopening.touched(act, source, extract_id, first=previous is None)
    # the load command looks at them again at once; if it is interrupted, the engine does
    outbox.add(act.session, touched, reason=reopening.NEWER, at=act.now)
    return Loaded(source=source, extract=extract_id, persons=counted[0], records=counted[1], touched=tuple(touched))


def _extract(act: Act, source: Source, extract_id: int, changed: int) -> SourceExtract:
    return SourceExtract(
        id=extract_id,
        source=source,
        loaded_at=act.now,
        loaded_by=act.actor.id,
        persons=_current(act, SourcePerson, source),
        records=_current(act, SourceRecord, source),
        changed=changed,
        digest=_digest(act, extract_id),
    )


def _current(act: Act, table: type[SourcePerson | SourceRecord], source: Source) -> int:
    query = select(func.count()).select_from(table).where(table.source == source, table.until.is_(None))
    return act.session.scalar(query) or 0


def _digest(act: Act, extract_id: int) -> str:
    """One digest over the digests of all rows of this load: persons, then records, by id."""
    query = text(
        """SELECT encode(sha256(coalesce(string_agg(int8send(digest), ''::bytea ORDER BY part, id), '')), 'hex') FROM (
            SELECT 1 AS part, id, digest FROM source_person WHERE since = :extract
            UNION ALL SELECT 2, id, digest FROM source_record WHERE since = :extract) AS brought"""
    )
    return str(act.session.scalar(query, {"extract": extract_id}))
