"""Reasons of acts by one person: the code goes to the ledger, the words stay with the case."""

from __future__ import annotations

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.domain import chain
from casebook.domain.case import stated_reason
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Application, StatedReason


def code_of(act: Act, application: Application, what: str, given: str) -> str:
    """The code of a reason. Its words, if there are any, are kept. The caller writes the ledger entry of the act.

    `given`: a code, words, or both as `code: words`. `what`: the event of the act.
    """
    reason = stated_reason.read(given)
    if reason is None:
        raise InvalidAnswer(stated_reason.MISSING.message, stated_reason.MISSING.code)
    if reason.words is not None:
        act.session.add(
            StatedReason(
                id=chain.identity("stated_reason", application.reference, what, act.actor.id, act.now.isoformat()),
                reference=application.reference, what=what, code=reason.code, words=reason.words,
                stated_by=act.actor.id, stated_at=act.now,
            )
        )  # fmt: skip
    return reason.code


def words_of(act: Act, reference: str, what: str) -> list[dict[str, object]]:
    """The words that people gave with acts of one kind, newest first, for whoever must answer them."""
    query = select(StatedReason).where(StatedReason.reference == reference, StatedReason.what == what)
    return [
        {"at": row.stated_at.isoformat(), "by": row.stated_by, "reason": row.code, "words": row.words}
        for row in act.session.scalars(query.order_by(StatedReason.stated_at.desc(), StatedReason.id))
    ]
