"""Answers about links: are two applications about the same person, and may both sides know of a link across a restriction?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pydantic import Field
from sqlalchemy import func, or_, select

from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing, UnitDoing
from casebook.casework.record_checks import links
from casebook.casework.record_checks.links import FoundLink
from casebook.domain import authority
from casebook.domain.case.own_register import LinkKind
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.vocabulary import WorkKind
from casebook.domain.work import Need
from casebook.errors import AlreadyDone
from casebook.sources import catalogue
from casebook.storage import links as stored
from casebook.storage.tables import Application, ApplicationLink, WorkItem


class AcrossRestriction(Answer):
    """Whether both sides are told of a link although one of the two applications is restricted."""

    tell: bool = Field(
        description="True: both applications show the link, and their people are told. False: nobody else learns of it"
        " while the restriction stands."
    )
    reason: str = Field(min_length=1, description="The reasons for telling both sides, or for not telling them.")


def needs(act: Act, application: Application) -> list[Need]:
    """One item for each question whether two applications are about the same person, and one for a second person.

    The stage waits for the answers about the subject.
    """
    questions = [
        link for link in stored.standing_links(act.session, application.reference) if link.why in stored.QUESTIONS
    ]
    return [need for link in (*questions, *_confirmed_by_one(act, application)) if (need := _need(act, link))]


def _confirmed_by_one(act: Act, application: Application) -> list[ApplicationLink]:
    """The links that one person confirmed. They count at once; a second person looks, because both errors do harm."""
    shown = stored.shown_links(act.session, application.reference)
    return [link for link in shown if link.verdict == MatchVerdict.SAME and link.second_by is None]


def _need(act: Act, link: ApplicationLink) -> Need | None:
    subject = {"pair": link.pair, "source": catalogue.OWN_REGISTER, "why": link.why}
    blocking = link.why == LinkKind.MAY_BE_SAME_SUBJECT
    if link.verdict is None:
        return Need(
            kind=WorkKind.REVIEW_MATCH, key=f"{link.pair}:{_rounds(act, link)}", subject=subject, blocking=blocking
        )
    if link.second_by is None:
        return Need(
            kind=WorkKind.SECOND_LOOK_AT_REJECTION,
            key=f"{link.pair}:{_rounds(act, link)}",
            subject=subject,
            blocking=blocking,
        )
    return None


def _rounds(act: Act, link: ApplicationLink) -> int:
    """How often the question was asked of this side and answered, or dropped."""
    query = select(func.count()).where(
        WorkItem.reference == link.reference,
        WorkItem.kind == WorkKind.REVIEW_MATCH,
        WorkItem.subject["pair"].astext == link.pair,
        or_(WorkItem.done_at.is_not(None), WorkItem.cancelled_at.is_not(None)),
    )
    return act.session.scalar(query) or 0


def reviewed(doing: Doing) -> None:
    """Record the verdict on both sides. If it is the same person, they are linked for good."""
    sides = _sides(doing)
    if any(side.verdict is not None for side in sides):
        raise AlreadyDone("somebody has already answered this question from the other application")
    verdict: MatchVerdict = doing.answer.verdict
    for side in sides:
        side.verdict, side.reviewed_by = verdict, doing.act.actor.id
        _record(doing, side, event_name="link_reviewed", verdict=verdict)
    if verdict is MatchVerdict.SAME:
        links.link(doing.act, doing.application, ())


def looked_at(doing: Doing) -> None:
    """Record the second look: agree, or ask the question again. A confirmed link then ends until it is answered."""
    sides = _sides(doing)
    refuse(authority.why_not_second(doing.act.actor, [side.reviewed_by for side in sides]))
    if any(side.verdict is None or side.second_by is not None for side in sides):
        raise AlreadyDone("no answer about this link is waiting for a second look")
    if doing.answer.agrees:
        for side in sides:
            side.second_by = doing.act.actor.id
    else:
        _ask_again(doing.act, sides)
    for side in sides:
        _record(doing, side, event_name="link_looked_at", agrees=doing.answer.agrees)


def rests_on(act: Act, application: Application, item: WorkItem) -> object:
    """A second look at a link rests on the link, as the first person answered it."""
    shown = stored.shown_links(act.session, application.reference)
    return [[link.pair, link.verdict, link.reviewed_by] for link in shown if link.pair == item.subject.get("pair")]


def take_back(act: Act, _application: Application, item: WorkItem) -> None:
    """Ask the question again, on both sides."""
    query = select(ApplicationLink).where(ApplicationLink.pair == str(item.subject.get("pair")))
    sides = act.session.scalars(query.with_for_update()).all()
    _ask_again(act, sides)


def _ask_again(act: Act, sides: Sequence[ApplicationLink]) -> None:
    if sides[0].verdict == MatchVerdict.SAME:
        links.take_back(act, sides[0])
    for side in sides:
        side.verdict = side.reviewed_by = side.second_by = None


def _sides(doing: Doing) -> list[ApplicationLink]:
    """Both sides of the link that an item is about, this one first. Refused if it may not be shown any more."""
    session, reference = doing.act.session, doing.application.reference
    shown = stored.shown().where(ApplicationLink.pair == str(doing.item.subject.get("pair")))
    rows = sorted(
        session.scalars(shown.with_for_update(of=ApplicationLink)), key=lambda row: row.reference != reference
    )
    if not rows or rows[0].reference != reference:
        refuse_because("superseded", "this link is no longer shown. Nothing is left to answer", AlreadyDone)
    return rows


def _record(doing: Doing, side: ApplicationLink, *, event_name: str, **body: object) -> None:
    """The change of one side, in the ledger of that side, whoever may open it; its work follows when it is woken."""
    application = doing.application
    if side.reference != application.reference:
        application = cast("Application", doing.act.session.get(Application, side.reference))
        doing.act.wake(application, links.LINKED)
    doing.act.record(application, event_name, **body)


def decided(doing: UnitDoing) -> None:
    """The decision of the head of unit about a link across a restriction."""
    if not doing.answer.tell:
        return
    first, second = doing.item.subject["references"]
    doing.act.record(None, "link_told", item=doing.item.id)
    application = links.locked(doing.act, [first])[first]
    found = FoundLink(other=second, why=LinkKind(doing.item.subject["why"]), told_by=doing.act.actor.id)
    links.link(doing.act, application, [found])


ANSWERS: Answers = {WorkKind.LINK_ACROSS_RESTRICTION: Answering(schema=AcrossRestriction, unit_handler=decided)}
