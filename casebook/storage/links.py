"""The links between applications that may be shown. Of a restricted application none is, unless the head of unit decided it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from casebook.domain.case import own_register as rules
from casebook.domain.case.record_checks import MatchVerdict
from casebook.storage.read_once import read_once
from casebook.storage.tables import Application, ApplicationLink

SURE = tuple(rules.SURE.values())  # the links that count as an earlier application
QUESTIONS = tuple(rules.OPEN_QUESTION.values())  # those that somebody has to answer


def shown() -> Select[Any]:
    """The links that both sides may see: one row for each side of a pair."""
    mine, theirs = aliased(Application), aliased(Application)
    unrestricted = and_(mine.restricted.is_(False), theirs.restricted.is_(False))
    return (
        select(ApplicationLink)
        .join(mine, mine.reference == ApplicationLink.reference)
        .join(theirs, theirs.reference == ApplicationLink.other)
        .where(or_(ApplicationLink.told_by.is_not(None), unrestricted))
    )


def sure() -> Select[Any]:
    """Those of them that count as an earlier application: nobody took back the answer that they are the same person."""
    return shown().where(ApplicationLink.why.in_(SURE), ApplicationLink.verdict.is_(None))


@read_once
def shown_links(session: Session, reference: str) -> Sequence[ApplicationLink]:
    """The links that the people of one application may see, also those that were looked at and set aside."""
    query = shown().where(ApplicationLink.reference == reference)
    return session.scalars(query.order_by(ApplicationLink.other, ApplicationLink.why)).all()


def standing_links(session: Session, reference: str) -> list[ApplicationLink]:
    """Those of them that nobody has set aside. What is sure is no question any more."""
    links = [link for link in shown_links(session, reference) if not set_aside(link)]
    sure = {(link.other, link.why) for link in links}
    return [link for link in links if (link.other, rules.CONFIRMED_BY.get(link.why)) not in sure]  # type: ignore[call-overload]


def set_aside(link: ApplicationLink) -> bool:
    """Whether two people say that the two are different persons, or the question was answered with "same"."""
    return link.verdict == MatchVerdict.SAME or (link.verdict == MatchVerdict.DIFFERENT and link.second_by is not None)
