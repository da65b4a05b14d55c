"""A search outside any application: its terms are not kept, that it was made is in the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from casebook.casework import likeness
from casebook.casework.acting import Act, refuse_because
from casebook.casework.likeness import Likeness
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Source
from casebook.sources import catalogue
from casebook.storage.extracts import PERSON_CELLS


def search(act: Act, source: Source, asked: Mapping[str, str], *, limit: int) -> list[Likeness]:
    """The best candidates of a loaded source, whatever their band. Refused for a source that is not loaded."""
    act.allowed(Command.ANALYSE if not act.actor.is_person else Command.SEE_PERSONAL_DETAIL)
    local = catalogue.local(act.session, act.now.year).get(source)
    if local is None:
        refuse_because("not_loaded", f"no extract of {source} is loaded, so nothing was searched")
    cells = {**dict.fromkeys(PERSON_CELLS, ""), **asked}
    answered = local.find(cells)
    found = likeness.score(cells, answered.persons, answered.counts, this_year=act.now.year)
    act.speak(None, "source_searched", source=source, found=len(found))
    return found[:limit]
