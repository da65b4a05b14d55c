"""Attaches a paper to an application, sealed, or writes down where one is kept that is not here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from casebook.casework.chronology.notes import why_not_added
from casebook.casework.core import given
from casebook.casework.core.acting import Act, Summary, refuse_all, refuse_because
from casebook.casework.core.numbered import next_id
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import papers as rules
from casebook.domain.case.paper_kinds import kind_of_content
from casebook.domain.case.papers import PaperCategory
from casebook.domain.vocabulary import Party
from casebook.errors import AlreadyDone, InvalidAnswer
from casebook.storage import paper_keys
from casebook.storage.case import papers
from casebook.storage.tables import Application, CaseDocument


def attach(
    act: Act, reference: str, *, home: Path, content: bytes, category: str, title: str, about: str | None = None
) -> Summary:
    """Attach a file: its kind is judged by its content, and it is sealed with the key of the home.

    `content` is as it was read, within its bound. The same file is taken once.
    """
    act.allowed(Command.ATTACH)
    application = act.application(reference)
    refuse_all([*_why_not(application, category, title, about)], InvalidAnswer)
    kind = kind_of_content(content)
    if isinstance(kind, Reason):
        refuse_because(kind.code, kind.message, InvalidAnswer)
    digest = hashlib.sha256(content).hexdigest()
    if there := papers.same_paper(act.session, reference, digest):
        refuse_because("already_attached", f"this file is attached already, as {there}", AlreadyDone)
    key = paper_keys.paper_key(home, known=papers.keys_in_use(act.session))
    row = _row(act, reference, category=category, title=title, about=about)
    row.media_type, row.size, row.digest, row.key_fingerprint = kind, len(content), digest, key.fingerprint
    row.sealed = key.seal(content, row=row.id, reference=reference, digest=digest)
    act.session.add(row)
    act.record(application, "document_attached", document=row.id, category=category, about=about, kind=kind)
    return {"reference": reference, "document": row.id, "category": category, "kind": kind, "digest": digest}


def refer(act: Act, reference: str, *, category: str, title: str, where: str, about: str | None = None) -> Summary:
    """Write down a paper that is not here, and where it is kept: a paper file, a store of evidence."""
    act.allowed(Command.ATTACH)
    application = act.application(reference)
    refuse_all([*_why_not(application, category, title, about), rules.why_not_one_line(where, "where")], InvalidAnswer)
    row = _row(act, reference, category=category, title=title, about=about)
    row.where_kept = where.strip()
    act.session.add(row)
    act.record(application, "document_referred", document=row.id, category=category, about=about)
    return {"reference": reference, "document": row.id, "category": category}


def _why_not(application: Application, category: str, title: str, about: str | None) -> Iterator[Reason | None]:
    yield given.why_not_one_of(PaperCategory, category, "category")
    yield given.why_not_one_of(Party, about, "about") if about is not None else None
    yield rules.why_not_one_line(title, "the title")
    yield why_not_added(application)


def _row(act: Act, reference: str, *, category: str, title: str, about: str | None) -> CaseDocument:
    return CaseDocument(
        id=next_id(act, CaseDocument, reference), reference=reference,
        category=category, about=about, title=title.strip(), media_type=None, size=None, digest=None, key_fingerprint=None,
        sealed=None, where_kept=None, added_at=act.now, added_by=act.actor.id,
    )  # fmt: skip
