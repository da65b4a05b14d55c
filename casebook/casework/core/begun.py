"""Answers that somebody has begun and not given. They stand for nothing, and are read only by whoever began them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from casebook.casework.core.acting import Act, refuse_because
from casebook.storage.tables import AnswerDraft, Application, WorkItem

MOST = 400  # fields


def save(act: Act, item: WorkItem, typed: Mapping[str, list[str]]) -> None:
    """Keep what the actor has typed so far for an item that is open. It takes the place of what they kept before."""
    if item.done_at is not None or item.cancelled_at is not None:
        refuse_because("already_done", "this item is not open any more, so nothing was kept")
    if len(typed) > MOST:
        refuse_because("too_many_items", f"at most {MOST} fields are kept")
    drop(act, item)
    act.session.add(
        AnswerDraft(
            item_id=item.id,
            staff_id=act.actor.id,
            reference=item.reference,
            version=_round(act, item),
            saved_at=act.now,
            typed={name: list(values) for name, values in typed.items()},
        )
    )


def own(act: Act, item: WorkItem) -> AnswerDraft | None:
    """What the actor kept for this item. Nothing if a new round has started since: the facts are other ones."""
    kept = act.session.get(AnswerDraft, (item.id, act.actor.id))
    return kept if kept is not None and kept.version == _round(act, item) else None


def others(act: Act, item: WorkItem) -> dict[str, str]:
    """Who else has begun an answer, and when they kept it last. Not what it says."""
    query = select(AnswerDraft.staff_id, AnswerDraft.saved_at).where(AnswerDraft.item_id == item.id)
    return {who: at.isoformat() for who, at in act.session.execute(query) if who != act.actor.id}


def drop(act: Act, item: WorkItem) -> None:
    """Forget what the actor kept for this item."""
    theirs = (AnswerDraft.item_id == item.id, AnswerDraft.staff_id == act.actor.id)
    act.session.execute(delete(AnswerDraft).where(*theirs))


def drop_all(act: Act, item: WorkItem) -> None:
    """Forget what anybody kept for this item, which is done."""
    act.session.execute(delete(AnswerDraft).where(AnswerDraft.item_id == item.id))


def _round(act: Act, item: WorkItem) -> int | None:
    if item.reference is None:
        return None
    return act.session.scalar(select(Application.version).where(Application.reference == item.reference))
