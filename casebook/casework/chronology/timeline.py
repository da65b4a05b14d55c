"""The timeline of an application: every event of its ledger, with what was noted and said, newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from casebook.casework.core.acting import Act, Summaries, Summary
from casebook.casework.reporting import viewing
from casebook.domain import authority, words
from casebook.domain.authority import Command
from casebook.domain.case.chronology import TimelineKind, kind_of
from casebook.storage.case.papers import papers_of
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import CaseNote, IncomingCall, LedgerEntry, OpenCheck, StatedReason, ToldRecord

_WITH_WORDS = ("note", "call", "document", "told_record", "check")
_NAMED = (*_WITH_WORDS, "item")
_NOT_SHOWN = frozenset({*_NAMED, "rows", "versions", "key"})


class _Said(NamedTuple):
    """The words that belong to an entry, and when what they are about happened."""

    words: str | None
    at: datetime
    about: Mapping[str, object]


def timeline(
    act: Act, reference: str, *, only: Collection[TimelineKind] = (), since: datetime | None = None, limit: int = 0
) -> Summaries:
    """Everything that happened on an application, newest first, with that of what was merged into it.

    `only`: kinds of lines; without it, all but who looked. `limit` 0: all. Words are shown to roles that may see personal
    detail, and the ledger records the view.
    """
    application, chains = viewing.open_file(act, reference)
    personal = authority.why_not_allowed(act.actor, Command.SEE_PERSONAL_DETAIL) is None
    said = {
        **_notes(act, chains), **_calls(act, chains), **_papers(act, chains), **_told(act, chains), **_checks(act, chains),
        **_reasons(act, chains),
    }  # fmt: skip
    query = select(LedgerEntry).where(LedgerEntry.chain.in_(chains)).order_by(LedgerEntry.id.desc())
    lines = [_line(entry, said.get(_key(entry)), personal=personal) for entry in act.session.scalars(query)]
    wanted = set(only) or set(TimelineKind) - {TimelineKind.ACCESS}
    shown = [line for line in lines if line["kind"] in wanted and (since is None or _at(line) >= since)]
    shown.sort(key=_at, reverse=True)  # notes stand where what they tell of happened; else the order is the ledger's
    if personal:
        act.record(application, VIEWED, part="timeline")
    return shown[:limit] if limit else shown


def _at(line: Summary) -> datetime:
    return datetime.fromisoformat(str(line["at"]))


def _key(entry: LedgerEntry) -> str:
    """What ties an entry to its words: the row that it names, or who gave a reason for which event, and when."""
    looked = kind_of(entry.event) is TimelineKind.ACCESS
    named = None if looked else next((entry.body[name] for name in _WITH_WORDS if entry.body.get(name)), None)
    return str(named) if named else f"{entry.chain}:{entry.event}:{entry.actor}:{entry.at.isoformat()}"


def _line(entry: LedgerEntry, said: _Said | None, *, personal: bool) -> Summary:
    details = {name: value for name, value in entry.body.items() if name not in _NOT_SHOWN}
    return {
        "at": (said.at if said else entry.at).isoformat(),
        "recorded_at": entry.at.isoformat(),
        "kind": kind_of(entry.event),
        "event": entry.event,
        "what": words.EVENT.of(entry.event),
        "by": entry.actor,
        "reference": entry.chain,
        "details": {name: value for name, value in {**details, **(said.about if said else {})}.items() if value},
        "words": (said.words if personal else None) if said else None,
        "id": next((entry.body[name] for name in _NAMED if entry.body.get(name)), None),
    }


def _notes(act: Act, chains: Collection[str]) -> dict[str, _Said]:
    return {
        row.id: _Said(
            row.words, row.happened_at, {"category": row.category, "about": row.about, "corrects": row.corrects}
        )
        for row in act.session.scalars(select(CaseNote).where(CaseNote.reference.in_(chains)))
    }


def _calls(act: Act, chains: Collection[str]) -> dict[str, _Said]:
    return {
        row.id: _Said(row.said, row.came_at, {"channel": row.channel})
        for row in act.session.scalars(select(IncomingCall).where(IncomingCall.reference.in_(chains)))
    }


def _papers(act: Act, chains: Collection[str]) -> dict[str, _Said]:
    return {row.id: _Said(row.title, row.added_at, {}) for row in papers_of(act.session, chains)}


def _told(act: Act, chains: Collection[str]) -> dict[str, _Said]:
    """What an earlier list told: it stands where it was taken over, because nobody here knows when it happened."""
    return {
        row.id: _Said(
            "; ".join(text for text in (row.words, row.written) if text) or None,
            row.taken_over_at,
            {"told_on": row.told_on, "told_by": row.told_by},
        )
        for row in act.session.scalars(select(ToldRecord).where(ToldRecord.reference.in_(chains)))
    }


def _checks(act: Act, chains: Collection[str]) -> dict[str, _Said]:
    query = select(OpenCheck).where(OpenCheck.reference.in_(chains))
    return {row.id: _Said(row.words, row.checked_at, {}) for row in act.session.scalars(query)}


def _reasons(act: Act, chains: Collection[str]) -> dict[str, _Said]:
    return {
        f"{row.reference}:{row.what}:{row.stated_by}:{row.stated_at.isoformat()}": _Said(row.words, row.stated_at, {})
        for row in act.session.scalars(select(StatedReason).where(StatedReason.reference.in_(chains)))
    }
