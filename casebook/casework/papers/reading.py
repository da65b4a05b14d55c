"""Lists the papers of an application, and opens one. Who reads what is in the ledger."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from casebook.casework.core import conflict
from casebook.casework.core.acting import Act, Summaries, Summary, refuse, refuse_because
from casebook.casework.core.blind_review import why_not_look
from casebook.casework.reporting import viewing
from casebook.domain import authority
from casebook.domain.authority import Command
from casebook.domain.case.papers import PaperKind
from casebook.errors import NotFound, NotPermitted
from casebook.storage import paper_keys
from casebook.storage.case import papers
from casebook.storage.paper_keys import PaperDamaged
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import CaseDocument


class OpenedPaper(NamedTuple):
    """A paper as it was attached."""

    reference: str
    kind: PaperKind
    content: bytes


def listed(act: Act, reference: str) -> Summaries:
    """The papers of an application and of what was merged into it. Titles and places are for who may see personal detail."""
    application, files = viewing.open_file(act, reference)
    personal = authority.why_not_allowed(act.actor, Command.SEE_PERSONAL_DETAIL) is None
    rows = papers.papers_of(act.session, files)
    if personal and rows:
        act.record(application, VIEWED, part="documents")
    return [_line(row, personal=personal) for row in rows]


def content(act: Act, document: str, *, home: Path) -> OpenedPaper:
    """What is in a paper. Refused for one without a file, or that was disposed of. The view is recorded."""
    act.allowed(Command.SEE_PERSONAL_DETAIL)
    row = act.session.get(CaseDocument, document)
    if row is None:
        raise NotFound("there is no such paper")
    application = act.application(row.reference)
    refuse(why_not_look(act, row.reference) or conflict.why_not_open(act, row.reference), NotPermitted)
    if row.media_type is None:
        refuse_because("no_file", "this paper is kept elsewhere: `applications papers` shows where")
    if row.sealed is None or row.digest is None:
        refuse_because("disposed", "this paper was erased with the personal detail of its application")
    key = paper_keys.paper_key(home, known={row.key_fingerprint or ""})
    plain = key.opened(row.sealed, row=row.id, reference=row.reference, digest=row.digest)
    if hashlib.sha256(plain).hexdigest() != row.digest:
        raise PaperDamaged
    act.record(application, VIEWED, part="document", document=row.id)
    return OpenedPaper(row.reference, PaperKind(row.media_type), plain)


def _line(row: CaseDocument, *, personal: bool) -> Summary:
    names = ("id", "reference", "category", "about", "media_type", "size", "added_by")
    shown = {"title": row.title, "digest": row.digest, "where_kept": row.where_kept} if personal else {}
    return {**{name: getattr(row, name) for name in names}, "added_at": row.added_at.isoformat(), **shown}
