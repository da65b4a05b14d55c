"""Signatures: nobody signs what they have not opened, at the version that they sign.

The version is a digest of the rows that the signature rests on: a note or a clock does not change it. Safeguarding, a raised
priority, an override and an emergency disclosure never ask for it: they must not wait for reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.work_items import open_work
from casebook.domain import chain
from casebook.errors import NotPermitted
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import Application, LedgerEntry, WorkItem

VERSIONS = "versions"  # in the body of a view: item -> version of what it rests on
READER = "handed_to"  # who was handed the pack on paper; otherwise the actor read it
AT_ONCE = timedelta(seconds=10)  # nobody reads a case in less: such a signature is an exception


def versions(act: Act, application: Application) -> Mapping[str, str]:
    """Open item -> the version of what its signature rests on. This is kept with every view of the application."""
    every = ((item.id, version(act, application, item)) for item in open_work(act.session, application))
    return {item_id: digest for item_id, digest in every if digest is not None}


def version(act: Act, application: Application, item: WorkItem) -> str | None:
    """A digest of the rows that an item's signature rests on; None if the item is no signature."""
    rows = act.playbook.rests_on(act, application, item)
    return None if rows is None else chain.digest({"item": item.id, "rows": rows})[:16]


def refuse_unopened(act: Act, application: Application, item: WorkItem) -> datetime | None:
    """Refuse whoever has not opened what this item rests on, at its version. Returns when they first did."""
    if (digest := version(act, application, item)) is None:
        return None
    reader = LedgerEntry.body[READER].astext
    query = (
        select(LedgerEntry.at)
        .where(LedgerEntry.chain == application.reference, LedgerEntry.event == VIEWED)
        .where(LedgerEntry.body[VERSIONS][item.id].astext == digest)
        .where(or_(reader == act.actor.id, (LedgerEntry.actor == act.actor.id) & reader.is_(None)))
    )
    read_at = act.session.scalar(query.order_by(LedgerEntry.sequence).limit(1))
    if read_at is None:
        message = "open the application first, and read what you sign: you have not opened it as it is now"
        refuse_because("not_opened", message, NotPermitted)
    if act.now - read_at < AT_ONCE:
        act.record(application, "exception_recorded", what="signed_at_once", item=item.id, reason=item.kind)
    return read_at
