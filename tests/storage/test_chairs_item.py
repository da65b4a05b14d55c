"""The decision of the panel is its chair's: a member neither claims it nor is offered it."""

from __future__ import annotations

import contextlib

import pytest
from walking import ROW

from casebook.casework import work_queue
from casebook.domain.vocabulary import Stage, WorkKind
from casebook.errors import NotPermitted, Refused


def answer_by_anybody(unit, item):
    for who in unit.fitting(item):
        with contextlib.suppress(Refused):
            unit.do(who, item, unit.answer(who, item))
            return


def test_a_member_cannot_claim_the_decision_of_the_panel(unit, walked):
    reference = walked(unit, {**ROW, "external_id": "C-1"}, until=Stage.PANEL_DECISION)
    for _ in range(3):
        unit.carry(reference)
        for item in unit.open_items(reference):
            if item.kind != WorkKind.DECIDE:
                answer_by_anybody(unit, item)
    (chairs,) = [
        item
        for item in unit.open_items(reference)
        if item.kind == WorkKind.DECIDE and item.subject.get("as") == "chair"
    ]
    with unit.acting("member") as act:
        listed = work_queue.waiting(act)
        assert chairs.id not in {item.id for item in listed.items} - set(listed.barred)
    with pytest.raises(NotPermitted, match="only a panel chair"), unit.acting("member") as act:
        work_queue.claim(act, chairs.id)
    with unit.acting("chair") as act:
        work_queue.claim(act, chairs.id)
