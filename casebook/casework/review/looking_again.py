"""People who cannot safely be contacted are looked at again. On the day a work item opens; if it is late, it escalates."""

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
from casebook.storage import bulk_insert
from casebook.storage.review import cases as work
from casebook.storage.sweep import foresight
from casebook.storage.tables import ReviewContact


class LookedAgain(Answer):
    """The result of looking again at a person who could not safely be contacted."""

    rung: Literal["safe_plan", "not_contactable"] = Field(
        description="safe_plan: a safe way of contact is now known. not_contactable: still none, which two people must say."
    )
    note: str = Field(min_length=1, description="What was found out, and from whom. Kept as personal detail.")
    plan: SafeContactPlan | None = Field(
        default=None,
        description="With safe_plan: channel, days and windows. Not needed if the casebook's own application has a plan.",
    )


def due(act: Act) -> list[Need]:
    """The work items to open: people whose day has come and who have no item yet."""
    needs = [_need(contact, day) for contact, day in work.to_look_at(act.session, registers.today(act))]
    known = foresight.opened(act.session, [need.id(None) for need in needs])
    return [need for need in needs if need.id(None) not in known]


def ask(act: Act, page: Sequence[Need]) -> tuple[Summaries, list[Need]]:
    """Open the work items. If two sweeps run at the same time, only one opens them."""
    opened = bulk_insert.claim(act.session, [item_row(act, need) for need in page])
    if opened:
        entries = {chain.UNIT: {"items": [item.id for item in opened]}}
        act.record_many("review_look_again_asked", entries, inserted=opened)
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
        refuse_because("gone", "this person no longer has to be reached", AlreadyDone)
    answer = doing.answer
    reaching.take(doing.act, contact, ContactProgress(answer.rung), note=answer.note, plan=answer.plan)


ANSWERS: Answers = {WorkKind.LOOK_AGAIN_AT_CONTACT: Answering(schema=LookedAgain, unit_handler=_looked)}
