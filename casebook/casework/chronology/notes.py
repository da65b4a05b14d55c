"""Notes on an application. A note is never changed: a later one may correct it."""

from __future__ import annotations

from casebook.casework.core import given
from casebook.casework.core.acting import Act, Summary, refuse_all
from casebook.casework.core.numbered import next_id
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case.chronology import NoteCategory
from casebook.domain.vocabulary import Party
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Application, CaseNote


def write(
    act: Act,
    reference: str,
    *,
    category: str,
    words: str,
    about: str | None = None,
    at: str | None = None,
    corrects: str | None = None,
) -> Summary:
    """Write a note: in which category, about whom, and when it happened, if not now."""
    act.allowed(Command.ADD_NOTE)
    application = act.application(reference)
    refuse_all([
        given.why_not_one_of(NoteCategory, category, "category"),
        given.why_not_one_of(Party, about, "about") if about is not None else None,
        given.why_not_words(words, "the note"),
        given.why_not_moment(at, act.now),
        why_not_added(application),
        _why_not_corrects(act, reference, corrects),
    ], InvalidAnswer)  # fmt: skip
    row = CaseNote(
        id=next_id(act, CaseNote, reference), reference=reference, category=category, about=about,
        words=words.strip(), happened_at=given.moment(at, act.now), written_at=act.now, written_by=act.actor.id,
        corrects=corrects,
    )  # fmt: skip
    act.session.add(row)
    act.record(application, "note_written", note=row.id, category=category, about=about, corrects=corrects)
    return {"reference": reference, "note": row.id, "category": category}


def why_not_added(application: Application) -> Reason | None:
    """A reason why nothing is added to an application any more. One that is closed or frozen still takes what comes in."""
    if application.merged_into is not None:
        return Reason("merged", f"this was merged into {application.merged_into}: write it there")
    if application.disposed_at is not None:
        return Reason("disposed", "the personal detail of this application was erased: nothing is added to it")
    return None


def _why_not_corrects(act: Act, reference: str, corrects: str | None) -> Reason | None:
    if corrects is None:
        return None
    corrected = act.session.get(CaseNote, corrects)
    if corrected is None or corrected.reference != reference:
        return Reason("no_such_note", "there is no such note on this application")
    return None
