"""Reads that one act makes again and again: made once, until the session writes a row or locks one.

Every act derives the work that is needed from the facts, so it asks for the same rows many times. What another
transaction commits in between is seen at the next write or lock, as an act must see it before it decides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from casebook.storage.tables import ChainHead, Clock, LedgerEntry, Person, Staff

P = ParamSpec("P")
R = TypeVar("R")

_READ = "casebook.read_once"
_KEPT = "casebook.kept"
_NEVER_REMEMBERED = (LedgerEntry, ChainHead)
_ASKED_FOR_BY_KEY = (Clock, Person, Staff)


def read_once(query: Callable[Concatenate[Session, P], R], /) -> Callable[Concatenate[Session, P], R]:
    """A query whose answer is remembered. Its arguments are hashable; a list or dictionary that it returns is a copy."""

    @wraps(query)
    def remembered(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if session.new or session.dirty or session.deleted:
            if not session.autoflush:
                return query(session, *args, **kwargs)
            session.flush()
        answers: dict[Any, Any] = session.info.setdefault(_READ, {})
        key = (query, args, *sorted(kwargs.items()))
        if key not in answers:
            answers[key] = query(session, *args, **kwargs)
        answer = answers[key]
        return cast("R", answer.copy() if isinstance(answer, list | dict) else answer)

    return remembered


def _forget(session: Session) -> None:
    """What was read may have changed."""
    session.info.pop(_READ, None)


@event.listens_for(Session, "after_flush")
def _after_flush(session: Session, _context: object) -> None:
    changed = (row for row in session.dirty if session.is_modified(row))
    if any(not isinstance(row, _NEVER_REMEMBERED) for row in (*session.new, *session.deleted, *changed)):
        _forget(session)


@event.listens_for(Session, "do_orm_execute")
def _before_statement(state: ORMExecuteState) -> None:
    """A statement that writes or locks, or that is written out as text, ends what was remembered."""
    locks = getattr(state.statement, "_for_update_arg", None) is not None
    if locks or not state.is_select:
        _forget(state.session)
    if locks:
        state.session.info.pop(_KEPT, None)


@event.listens_for(Session, "after_rollback")
@event.listens_for(Session, "after_commit")
def _at_the_end(session: Session) -> None:
    _forget(session)
    session.info.pop(_KEPT, None)


@event.listens_for(Session, "loaded_as_persistent")
def _keep(session: Session, row: object) -> None:
    """A session refers to its rows weakly. These are asked for by their key all the time: they stay until a lock."""
    if isinstance(row, _ASKED_FOR_BY_KEY):
        session.info.setdefault(_KEPT, set()).add(row)
