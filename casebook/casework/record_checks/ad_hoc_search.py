"""A search outside any application: its terms are not kept, that it was made is in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.record_checks import match_weights
from casebook.casework.record_checks.match_weights import MatchWeight
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Source
from casebook.sources import catalogue
from casebook.sources.protocol import RecordSource
from casebook.storage.case.extracts import PERSON_CELLS


@dataclass(frozen=True, kw_only=True)
class SearchAnswer:
    """The best candidates, whatever their band; not `complete` if the source knows more who share as much."""

    best: list[MatchWeight]
    complete: bool


def search(act: Act, source: Source, asked: Mapping[str, str], *, limit: int) -> SearchAnswer:
    """Ask one automatic source. Refused for one that only people search; a source that does not answer is a SourceFault."""
    act.allowed(Command.ANALYSE if not act.actor.is_person else Command.SEE_PERSONAL_DETAIL)
    elsewhere: Mapping[Source, RecordSource] = catalogue.remote()
    way = elsewhere.get(source) or catalogue.local(act.session, act.now.year).get(source)
    if way is None:
        refuse_because("not_loaded", _why_nobody_asks(source))
    cells = {**dict.fromkeys(PERSON_CELLS, ""), **asked}
    answered = way.find(cells)
    found = match_weights.score(cells, answered.persons, answered.counts, this_year=act.now.year)
    act.record(None, "source_searched", source=source, found=len(found))
    return SearchAnswer(best=found[:limit], complete=answered.complete)


def _why_nobody_asks(source: Source) -> str:
    if source is catalogue.OWN_REGISTER:
        return (
            f"{source} is this casebook itself: earlier applications about the same people are linked at intake."
            " Nothing was searched; an older register can be loaded with `sources load`"
        )
    return (
        f"no extract of {source} is loaded and no address of it is configured, so nothing was searched:"
        " load one with `sources load`, or have it searched by a researcher"
    )
