"""How each source is searched here: as a remote source, in a loaded extract, in our own casebook, or by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from casebook.domain.vocabulary import Route, Source
from casebook.errors import SourceFault
from casebook.sources.local_extract import LocalExtract
from casebook.sources.protocol import RecordSource
from casebook.storage import documents
from casebook.storage.case import extracts, missing_rows

if TYPE_CHECKING:
    from casebook.sources import configured

OWN_REGISTER = Source.DVDS_REGISTER  # without an extract: our own earlier applications

_remote: dict[Source, configured.Remote] = {}  # for this process; empty until the command or task configures it


def configure(path: Path | None, *, admit: Callable[[str], None] | None = None) -> None:
    """Set the remote sources of this process. `admit` waits for a turn among all processes."""
    remotes: dict[Source, configured.Remote] = {}
    if path:
        from casebook.sources import configured  # noqa: PLC0415 - no command pays for HTTP unless its home asks elsewhere

        remotes = configured.read(path, admit=admit)
    for source in _remote.values():
        source.close()
    _remote.clear()
    _remote.update(remotes)


def remote() -> Mapping[Source, RecordSource]:
    """The remote sources. A configured remote source is not searched in an older extract."""
    return MappingProxyType(_remote)


def local(session: Session, this_year: int) -> dict[Source, LocalExtract]:
    """The sources with a loaded extract."""
    missing = missing_rows.counted(session)
    return {
        Source(name): LocalExtract(
            session=session, source=Source(name), extract=extract, this_year=this_year, missing=missing.get(name, 0)
        )
        for name, extract in extracts.loaded(session).items()
        if Source(name) not in _remote
    }


def listing(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Every source: whether it is mandatory today, how it is searched, what is loaded, how many rows are missing."""
    loaded = {row["source"]: row for row in extracts.counts(session)}
    policy, missing = documents.of(session).policy_on(now), missing_rows.counted(session)
    mandatory = {source for route in Route for source in policy.mandatory_sources(route)}
    none = {"extract": None, "loaded_at": None, "loaded_by": None, "persons": 0, "records": 0}
    return [
        {
            **none,
            **loaded.get(source, {}),
            "source": source.value,
            "how": _how(source, source in loaded),
            "automatic": source in loaded or source in _remote or source is OWN_REGISTER,
            "mandatory": source in mandatory,
            "missing_rows": missing.get(source, 0),
            "fresh_days": policy.sources.freshness(source).value,
        }
        for source in Source
    ]


def _how(source: Source, loaded: bool) -> str:  # noqa: FBT001 - a fact about the source
    if source in _remote:
        return _remote[source].how
    if loaded:
        return "extract"
    return "casebook" if source is OWN_REGISTER else "manual"


def health(session: Session, this_year: int = 0) -> list[dict[str, Any]]:
    """Whether each automatic source answers and is whole; if not, the fault's code, and how many rows are missing."""
    results, missing = [], missing_rows.counted(session)
    asked: dict[Source, RecordSource] = {**local(session, this_year), **_remote}
    for source, way in sorted(asked.items()):
        try:
            way.check()
            fault_code = "not_whole" if source in missing and source not in _remote else None
        except SourceFault as fault:
            fault_code = fault.code
        rows = missing.get(source, 0)
        results.append({"source": source.value, "ok": fault_code is None, "fault": fault_code, "missing_rows": rows})
    return results
