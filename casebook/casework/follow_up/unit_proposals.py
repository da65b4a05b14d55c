"""The answer to a Right to Know proposal of the unit, which belongs to no application. Dismissing takes two people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from casebook.casework.core import two_people, unit_items
from casebook.casework.core.acting import refuse
from casebook.casework.core.answers import UnitDoing
from casebook.domain import authority
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need


def decide(
    doing: UnitDoing, open_application: Callable[[], str], *, second_due_at: datetime | None, **about: object
) -> None:
    """Accept: open the application, which gives its reference. Dismiss: ask a second person, or be that one.

    `about`: what the ledger says of an accepted proposal, beside the application.
    """
    act, item = doing.act, doing.item
    first = two_people.first_to_dismiss(act, item)
    if first is not None:
        refuse(authority.why_not_second(act.actor, [first]))
    if doing.answer.decision == "accept":
        act.record(None, "right_to_know_opened", **about, opened=open_application())
    elif first is None:
        need = Need(
            kind=WorkKind(item.kind), key=f"{item.key}:second", priority=Priority(item.priority),
            subject={**item.subject, "dismissed_by": act.actor.id}, due_at=second_due_at,
        )  # fmt: skip
        unit_items.open_item(act, need)
        act.record(None, "work_opened", because="dismissed_once", kinds=[need.kind])
    else:
        act.record(None, "proposal_dismissed", item=item.id, first=first)
