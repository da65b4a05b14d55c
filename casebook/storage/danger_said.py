"""Whether a person said that there is danger now, as the database asks it: the rule is `domain.triage.is_danger_said`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, not_, or_

from casebook.domain.triage import BY_MACHINE
from casebook.domain.vocabulary import Priority


def by_machine(reason: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Whether the machine found this reason of a priority."""
    return or_(*(reason.startswith(beginning) for beginning in BY_MACHINE))


def danger_said(priority: SQLColumnExpression[str], reason: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Whether a person said it."""
    return and_(priority == Priority.IMMEDIATE, not_(by_machine(reason)))


def priority_rank(priority: SQLColumnExpression[str]) -> ColumnElement[int]:
    """The place of a priority in an order, the most pressing first."""
    return case({str(each): each.rank for each in Priority}, value=priority, else_=len(Priority))
