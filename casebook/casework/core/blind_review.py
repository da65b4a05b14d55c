"""Who may decide again, a sample or in the review: nobody who knows the first decision, and until they have nobody tells them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from casebook.casework.core.acting import Act
from casebook.domain.actors import Reason
from casebook.domain.review import cases
from casebook.storage.review import cases as work
from casebook.storage.review import live
from casebook.storage.tables import DipSample, LedgerEntry, ReviewApplication, ReviewCase, WorkItem


def why_not_redecide(act: Act, sample: DipSample, *, item: WorkItem) -> Reason | None:
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


def seen_by(application: ReviewApplication, seen: Mapping[str, set[str]]) -> set[str]:
    """Who read the dossier of a past application otherwise than blind, by whichever of its rows it was called then."""
    return {who for row in application.rows for who in seen.get(live.named(row), ())}


def knowing(act: Act, application: ReviewApplication) -> set[str]:
    """Who knows the first decision of a past application, or had a part in it in the casebook."""
    return seen_by(application, live.seen(act.session)) | live.known_to(act.session, application.rows)


def why_not_claim(act: Act, item: WorkItem) -> Reason | None:
    """A reason if an item asks for a decision of one's own, and the actor knows the first one."""
    if item.kind not in work.KINDS or item.subject["part"] != "own":
        return None
    case = act.session.get(ReviewCase, str(item.subject["case"]))
    application = work.application_of(act.session, case.anchor) if case else None
    return cases.why_not_blind(act.actor.id, knowing(act, application) if application else ())


def to_decide(act: Act) -> set[str]:
    """References that are the actor's to decide again in the review, before they have."""
    return live.to_decide(act.session, act.actor.id) if act.actor.is_person else set()


def outcomes_hidden(act: Act) -> set[str]:
    """References whose outcome no list tells the actor: they may be theirs to decide again tomorrow."""
    if cases.examines(act.actor.roles):
        return live.undecided(act.session, act.actor.id)
    return to_decide(act)
