"""A search outside any application. The ledger records that it was made; the search terms are not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.record_checks import match_weights
from casebook.casework.record_checks.gathering import READ
from casebook.casework.record_checks.match_weights import MatchWeight
from casebook.domain import words
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Source
from casebook.sources import catalogue
from casebook.sources.protocol import RecordSource
from casebook.storage.case.extracts import PERSON_CELLS


@dataclass(frozen=True, kw_only=True)
class SearchAnswer:
    """The best candidates of any band, and those who bear the name, whatever their birth date.

    `complete` is false if the source has more people who match as well, or more of the name. `missing`: rows of the source
    that did not land. Whoever is in them was not searched.
    """

    best: list[MatchWeight]
    complete: bool
    missing: int = 0


@match_weights.forgetting()
def search(act: Act, source: Source, given_cells: Mapping[str, str], *, limit: int) -> SearchAnswer:
    """Search one automatic source. Refused if only people can search it. Raises SourceFault if the source does not answer."""
    act.allowed(Command.ANALYSE if not act.actor.is_person else Command.SEE_PERSONAL_DETAIL)
    act.allowed(Command.SEE_OTHER_CASES)
    remote: Mapping[Source, RecordSource] = catalogue.remote()
    extract = catalogue.local(act.session, act.now.year).get(source)
    record_source = remote.get(source) or extract
    if record_source is None:
        refuse_because("not_loaded", _why_not_searched(source))
    cells = {**dict.fromkeys(PERSON_CELLS, ""), **given_cells}
    named = {name: cells[name] for name in ("forename", "surname")}
    answers = [record_source.find(cells)]
    if any(named.values()):
        answers.append(record_source.bearers({**dict.fromkeys(cells, ""), **named}))
    best: dict[str, MatchWeight] = {}
    for answer in answers:
        for match in match_weights.score(cells, answer.persons, answer.counts, this_year=act.now.year):
            known = best.setdefault(match.person_id, match)
            best[match.person_id] = max(known, match, key=lambda either: either.weight)
    act.record(None, "source_searched", source=source, found=len(best))
    # a right name under a wrong birth date weighs little, and must not fall behind others who share nothing but an area
    ranked = sorted(best.values(), key=lambda match: (match.band not in READ, not match.bears_name, -match.weight))
    complete = all(answer.complete and not answer.not_returned for answer in answers)
    complete = complete and not any(match.band in READ or match.bears_name for match in ranked[limit:])
    shown = sorted(ranked[:limit], key=lambda match: (-match.weight, match.person_id))
    return SearchAnswer(best=shown, complete=complete, missing=extract.missing if extract else 0)


def _why_not_searched(source: Source) -> str:
    if source is catalogue.OWN_REGISTER:
        return (
            f"{words.SOURCE.of(source)}: nothing was searched. This source is this casebook itself: earlier applications"
            " about the same people are linked at intake. To search an older register, load it with `sources load`"
        )
    return (
        f"{words.SOURCE.of(source)}: nothing was searched. No extract of this source is loaded and no address is configured"
        " for it. Load an extract with `sources load`, or ask a researcher to search it"
    )
