"""The rows of loaded files that did not land: by source, while nobody has accepted them and no later load replaced them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook.domain.case.coverage import VariantFamily
from casebook.domain.case.record_checks import family_of
from casebook.domain.vocabulary import Stage
from casebook.storage.read_once import read_once
from casebook.storage.tables import Application, MissingRows, Search

_OPEN = (MissingRows.accepted_at.is_(None), MissingRows.replaced_at.is_(None))


class NotWhole(NamedTuple):
    """A source that is not whole: how many rows did not land, and since when."""

    source: str
    rows: int
    since: datetime


@read_once
def not_whole(session: Session) -> list[NotWhole]:
    """Every source that is not whole."""
    query = select(MissingRows.source, func.sum(MissingRows.rows), func.min(MissingRows.loaded_at)).where(*_OPEN)
    rows = session.execute(query.group_by(MissingRows.source).order_by(MissingRows.source))
    return [NotWhole(source, int(count), since) for source, count, since in rows]


def counted(session: Session) -> dict[str, int]:
    """Source -> how many of its rows are missing, for every source that is not whole."""
    return {source: rows for source, rows, _ in not_whole(session)}


def open_lists(session: Session, source: str) -> Sequence[MissingRows]:
    """The lists of a source that nobody has accepted, in the order in which they were loaded."""
    query = select(MissingRows).where(MissingRows.source == source, *_OPEN)
    return session.scalars(query.order_by(MissingRows.loaded_at, MissingRows.file)).all()


def in_force(session: Session, source: str, file: str) -> Sequence[MissingRows]:
    """The lists of one file of a source that no later load has replaced, accepted or not."""
    query = select(MissingRows).where(MissingRows.source == source, MissingRows.file == file)
    return session.scalars(query.where(MissingRows.replaced_at.is_(None))).all()


def searched(session: Session, source: str) -> list[str]:
    """The open applications with a search of this source that says that it was not whole."""
    query = (
        select(Search.reference, Search.required)
        .join(Application, Application.reference == Search.reference)
        .where(Search.source == source, Search.superseded.is_(False), Application.stage != Stage.CLOSED)
        .order_by(Search.reference)
    )
    carrying = (
        reference
        for reference, required in session.execute(query)
        if any(family_of(key) == VariantFamily.NOT_WHOLE for key in required)
    )
    return list(dict.fromkeys(carrying))
