"""Blind review: whoever decides an application again does not know the first decision.

That holds for samples and for the review of past applications. Until they have decided, no screen shows it to them."""

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
    """A reason to refuse if the actor worked on the application, or looked at it, before claiming the sample."""
    query = select(func.count()).where(
        LedgerEntry.chain == sample.reference, LedgerEntry.actor == act.actor.id,
        LedgerEntry.at < (item.claimed_at or act.now),
    )  # fmt: skip
    if act.actor.id == sample.decider or act.session.scalar(query):
        return Reason("not_blind", "you worked on this application or looked at it: somebody else must decide it again")
    return None


def why_not_look(act: Act, reference: str) -> Reason | None:
    """A reason to refuse if the actor is deciding this application again and has not answered yet."""
    if reference in deciding(act):
        return Reason("deciding_blind", "you are deciding this application again in a blind review: answer that first")
    return None


def deciding(act: Act) -> set[str]:
    """References that the actor is deciding again, in a sample or in the review, and has not answered yet."""
    query = (
        select(DipSample.reference)
        .join(WorkItem, WorkItem.id == DipSample.item_id)
        .where(DipSample.redecided_at.is_(None), WorkItem.owner == act.actor.id)
    )
    return {*act.session.scalars(query)} | to_decide(act)


def seen_by(application: ReviewApplication, seen: Mapping[str, set[str]]) -> set[str]:
    """Who read the dossier of a past application with its decision shown, under the name of any of its rows."""
    return {reader for row in application.rows for reader in seen.get(live.named(row), ())}


def knowing(act: Act, application: ReviewApplication) -> set[str]:
    """Who knows the first decision of a past application, or worked on it in the casebook."""
    return seen_by(application, live.seen(act.session)) | live.known_to(act.session, application.rows)


def why_not_claim(act: Act, item: WorkItem) -> Reason | None:
    """A reason to refuse if an item asks for a decision of the actor's own, and they know the first one."""
    if item.kind not in work.KINDS or item.subject["part"] != "own":
        return None
    case = act.session.get(ReviewCase, str(item.subject["case"]))
    application = work.application_of(act.session, case.anchor) if case else None
    return cases.why_not_blind(act.actor.id, knowing(act, application) if application else ())


def to_decide(act: Act) -> set[str]:
    """References that the actor must decide again in the review and has not decided yet."""
    return live.to_decide(act.session, act.actor.id) if act.actor.is_person else set()


def outcomes_hidden(act: Act) -> set[str]:
    """References whose outcome no list shows to the actor, because they may have to decide them again."""
    if cases.examines(act.actor.roles):
        return live.undecided(act.session, act.actor.id)
    return to_decide(act)
