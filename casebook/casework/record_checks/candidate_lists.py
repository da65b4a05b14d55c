"""The list of those who bear the name and are not read one by one: set aside by two people who opened it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from casebook.casework.core.acting import refuse, refuse_because
from casebook.casework.core.answers import Doing
from casebook.casework.record_checks import candidates
from casebook.domain import authority, chain
from casebook.domain.case.namesakes import ListPlace
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.vocabulary import Party
from casebook.errors import AlreadyDone, InvalidAnswer
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import Candidate


def name_of(lines: Sequence[Candidate]) -> str:
    """The name of a list: it changes with the people on it."""
    return chain.identity("candidate_list", *sorted(line.id for line in lines))


def reviewed(doing: Doing, *, verdict: MatchVerdict, reason: str, look_at: Collection[str]) -> None:
    """Set the lines aside, except those to look at one by one."""
    lines = _lines(doing)
    if verdict is not MatchVerdict.DIFFERENT:
        message = "name in look_at who may be the subject; the verdict on the list is for all the others: different"
        refuse_because("list_is_set_aside_only", message, InvalidAnswer)
    if unknown := set(look_at) - {line.person_id for line in lines}:
        refuse_because("not_on_the_list", f"not on this list: {', '.join(sorted(unknown))}", InvalidAnswer)
    for line in lines:
        if line.person_id in look_at:
            line.place = ListPlace.ONE_BY_ONE
            candidates.reopen(line)
        else:
            line.verdict, line.reason = MatchVerdict.DIFFERENT, reason
            line.reviewed_by, line.reviewed_at = doing.act.actor.id, doing.act.now


def looked_at(doing: Doing, *, agrees: bool, reason: str) -> None:
    """The second person's look at the list: agree for all of it, or send it back."""
    lines = _lines(doing)
    refuse(authority.why_not_second(doing.act.actor, [line.reviewed_by for line in lines]))
    if any(line.verdict is None or line.second_by is not None for line in lines):
        raise AlreadyDone("no list of this source is waiting for a second look")
    for line in lines:
        if agrees:
            line.second_agrees, line.second_reason = True, reason
            line.second_by, line.second_at = doing.act.actor.id, doing.act.now
        else:
            candidates.reopen(line)


def _lines(doing: Doing) -> list[Candidate]:
    live = stored.candidates(doing.act.session, doing.application.reference, Party.B)
    source = doing.item.subject.get("source")
    lines = [line for line in live if line.place == ListPlace.LISTED and line.source == source]
    if not lines or name_of(lines) != doing.item.subject.get("list"):
        message = "the people on this list have since changed. Review the new list"
        refuse_because("superseded", message, AlreadyDone)
    return lines
