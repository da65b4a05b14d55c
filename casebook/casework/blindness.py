"""Who may decide again, a sample or in the review: nobody who knows the first decision, and until they have nobody tells them."""

from __future__ import annotations

from sqlalchemy import func, select

from casebook.casework.acting import Act
from casebook.domain import review_work
from casebook.domain.actors import Reason
from casebook.storage import review_live
from casebook.storage.tables import DipSample, LedgerEntry, WorkItem


def why_not_blind(act: Act, sample: DipSample, *, item: WorkItem) -> Reason | None:
    """A reason if the actor had a part in the application, or looked at it, before taking the sample."""
    query = select(func.count()).where(
        LedgerEntry.chain == sample.reference, LedgerEntry.actor == act.actor.id,
        LedgerEntry.at < (item.claimed_at or act.now),
    )  # fmt: skip
    if act.actor.id == sample.decider or act.session.scalar(query):
        return Reason("not_blind", "you had a part in this application or looked at it: somebody else decides it again")
    return None


def why_not_look(act: Act, reference: str) -> Reason | None:
    """A reason if the actor is deciding this application again: what was decided is not for them until they have."""
    query = (
        select(func.count())
        .select_from(DipSample)
        .join(WorkItem, WorkItem.id == DipSample.item_id)
        .where(DipSample.reference == reference, DipSample.redecided_at.is_(None), WorkItem.owner == act.actor.id)
    )
    if act.session.scalar(query) or reference in to_decide(act):
        return Reason(
            "deciding_blind", "you are deciding this again without knowing the first decision: answer it first"
        )
    return None


def to_decide(act: Act) -> set[str]:
    """References that are the actor's to decide again in the review, before they have."""
    return review_live.to_decide(act.session, act.actor.id) if act.actor.is_person else set()


def unsaid(act: Act) -> set[str]:
    """References whose outcome no list tells the actor: they may be theirs to decide again tomorrow."""
    if review_work.examines(act.actor.roles):
        return review_live.undecided(act.session, act.actor.id)
    return to_decide(act)
