"""Who cannot safely be contacted is looked at again: on the day it is work for somebody, and late it escalates like any other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

from pydantic import Field

from casebook.casework.core.acting import Act, Summaries, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, UnitDoing
from casebook.casework.core.work_items import item_row
from casebook.casework.review import registers
from casebook.casework.safeguarding.details import SafeContactPlan
from casebook.domain import chain
from casebook.domain.review.cases import ContactProgress
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import AlreadyDone
from casebook.storage import bulk_insert, ledger
from casebook.storage.review import cases as work
from casebook.storage.sweep import foresight
from casebook.storage.tables import ReviewContact


class LookedAgain(Answer):
    """What the second look at somebody who could not safely be contacted came to."""

    rung: Literal["safe_plan", "not_contactable"] = Field(
        description="safe_plan: it is known now how contact is safe. not_contactable: still not, which takes two people."
    )
    note: str = Field(min_length=1, description="What was found out and from whom; kept as personal detail.")
    plan: SafeContactPlan | None = Field(
        default=None,
        description="With safe_plan, unless the casebook's own application holds one: channel, days, windows.",
    )


def due(act: Act) -> list[Need]:
    """Everybody whose day has come and whom nobody was asked to look at."""
    asked = [_need(each, day) for each, day in work.to_look_at(act.session, registers.today(act))]
    known = foresight.opened(act.session, [need.id(None) for need in asked])
    return [need for need in asked if need.id(None) not in known]


def ask(act: Act, page: Sequence[Need]) -> tuple[Summaries, list[Need]]:
    """Open the items; of two sweeps at once one does."""
    fresh = bulk_insert.claim(act.session, [item_row(act, need) for need in page])
    if fresh:
        said = {chain.UNIT: {"items": [item.id for item in fresh]}}
        ledger.record_many(
            act.session, said, actor=act.actor.id, event_name="review_look_again_asked", at=act.now, inserted=fresh
        )
    return [], []


def _need(contact: ReviewContact, day: date) -> Need:
    return Need(
        kind=WorkKind.LOOK_AGAIN_AT_CONTACT, key=f"{contact.id}:{day}", priority=Priority.HIGH,
        subject={"contact": contact.id, "past": contact.reference},
        due_at=datetime.combine(day + timedelta(days=1), time(), registers.LONDON),
    )  # fmt: skip


def _looked(doing: UnitDoing) -> None:
    from casebook.casework.review import reaching  # noqa: PLC0415 - every sweep loads this module, and none takes a step

    contact = doing.act.session.get(ReviewContact, str(doing.item.subject["contact"]))
    if contact is None:
        refuse_because("gone", "this person is on the ladder no more", AlreadyDone)
    said = doing.answer
    reaching.take(doing.act, contact, ContactProgress(said.rung), note=said.note, plan=said.plan)


ANSWERS: Answers = {WorkKind.LOOK_AGAIN_AT_CONTACT: Answering(schema=LookedAgain, unit_handler=_looked)}
