"""Manual intake: taken down in steps, danger at the first answer that says so, nothing forgotten and nothing left behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from staffing import STAFF
from walking import ROW

from casebook.casework import work_queue
from casebook.casework.intake import drafts
from casebook.casework.reporting import audit
from casebook.casework.sweep import sweep
from casebook.domain.authority import MAY, Command
from casebook.domain.case import drafting
from casebook.domain.case.application_file import COLUMNS
from casebook.domain.vocabulary import Role, WorkKind
from casebook.errors import NotFound, Refused
from casebook.storage.tables import Application, Escalation, IntakeDraft, LedgerEntry, WorkItem

CANARY = "Canarynine"
SAID = {name: text for name, text in ROW.items() if name not in drafting.OURS and text}


@pytest.fixture
def people():
    return {**STAFF, "intake2": Role.INTAKE_OFFICER}


@pytest.fixture
def write(unit):
    """`write({"concern": ...}, who="intake", draft=...)`: one step."""

    def step(cells, who="intake", **given):
        with unit.acting(who) as act:
            return drafts.write(act, cells, **given)

    return step


def refusal(do):
    with pytest.raises(Refused) as caught:
        do()
    return caught.value.code


def application(unit, reference):
    with unit.store.session() as session:
        return session.get_one(Application, reference)


def test_an_application_is_taken_down_in_steps_and_begins_with_the_first_word(unit, write):
    begun = unit.now
    draft = write({"immediate_danger": "no"})
    assert (draft["next"], draft["missing"]) == ("contact", ["route", "applicant"])
    unit.now += timedelta(minutes=25)
    for step in drafting.STEPS.values():
        write({name: SAID[name] for name in step if name in SAID}, draft=draft["draft"])
    with unit.acting("intake") as act:
        assert drafts.show(act, draft["draft"])["cells"] == {**SAID, "immediate_danger": "no"}
    with unit.acting("intake") as act:
        reference = drafts.submit(act, draft["draft"])["reference"]
    assert application(unit, reference).submitted_at == begun
    assert not [item for item in unit.open_items() if item.kind == WorkKind.FINISH_DRAFT]


def test_danger_is_taken_in_at_the_first_answer_that_says_so(unit, write):
    done = write({"immediate_danger": "yes"})
    assert done["reference"]
    assert done["priority"] == "immediate"
    (item,) = [each for each in unit.open_items(done["reference"]) if each.kind == WorkKind.IMMEDIATE_SAFEGUARDING]
    assert item.role == Role.DUTY_INSPECTOR
    assert refusal(lambda: write({"b_surname": "Webb"}, draft=done["draft"])) == "taken_in"


def test_danger_in_a_later_answer_is_taken_in_with_all_that_was_said(unit, write):
    draft = write({"b_surname": CANARY, "route": "right_to_know", "applicant": "third_party"})["draft"]
    done = write({"immediate_danger": "he is at the door"}, draft=draft)
    taken = application(unit, done["reference"])
    assert (taken.route, taken.applicant, taken.priority) == ("right_to_know", "third_party", "immediate")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"b_surnam": "x"}, "unknown_column"), ({"external_id": "X"}, "set_by_the_casebook"),
        ({"submitted_at": "2026-01-01T00:00:00+00:00"}, "set_by_the_casebook"), ({"concern": 5}, "not_text"),
        ({"concern": ["x"]}, "not_text"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_cell_is_refused_and_nothing_is_kept(unit, write, cells, code):
    assert refusal(lambda: write(cells)) == code
    with unit.store.session() as session:
        assert session.scalars(select(IntakeDraft)).all() == []


def test_an_incomplete_draft_is_refused_with_what_is_missing_and_stays(unit, write):
    draft = write({"concern": CANARY})["draft"]
    with unit.acting("intake") as act:
        assert refusal(lambda: drafts.submit(act, draft)) == "missing"
    assert write({"route": "right_to_ask", "applicant": "a"}, draft=draft)["missing"] == []
    with unit.acting("intake") as act:
        assert drafts.submit(act, draft)["reference"]


def test_a_draft_is_its_writer_s_and_a_supervisor_may_take_it_over(unit, write):
    draft = write({"concern": CANARY})["draft"]
    with unit.acting("intake2") as act:
        assert [(row["draft"], row["by"]) for row in drafts.listing(act)] == [(draft, "intake")]
        assert refusal(lambda: drafts.show(act, draft)) == "not_yours"
        assert refusal(lambda: drafts.submit(act, draft)) == "not_yours"
        with pytest.raises(NotFound):
            drafts.show(act, "none")
    with unit.acting("supervise") as act:
        assert drafts.show(act, draft)["cells"] == {"concern": CANARY}


def test_a_forgotten_draft_is_chased_like_all_work(unit, write):
    write({"concern": "she will ring again"})
    unit.now += timedelta(hours=9)
    sweep.sweep(unit.acting)
    with unit.store.session() as session:
        (item,) = session.scalars(select(WorkItem).where(WorkItem.kind == WorkKind.FINISH_DRAFT))
        assert session.scalars(select(Escalation).where(Escalation.item_id == item.id)).all()


def test_a_draft_is_finished_by_its_work_item_too(unit, write):
    write({"route": "right_to_ask", "applicant": "a", "concern": "x"})
    (item,) = [each for each in unit.open_items() if each.kind == WorkKind.FINISH_DRAFT]
    with unit.acting("intake") as act:
        work_queue.do(act, item.id, {"done": "submitted"})
    assert len(unit.references()) == 1


def test_what_is_dropped_is_erased_unless_it_tells_of_danger(unit, write):
    draft = write({"concern": f"{CANARY} wants to know about a neighbour"})["draft"]
    with unit.acting("intake") as act:
        drafts.drop(act, draft, reason="not_for_us")
    with unit.acting("intake") as act:
        assert refusal(lambda: drafts.submit(act, draft)) == "dropped"
    grave = write({"concern": "he strangled her last week"})["draft"]
    with unit.acting("intake") as act:
        assert refusal(lambda: drafts.drop(act, grave, reason="not_for_us")) == "tells_of_danger"
    with unit.store.session() as session:
        assert session.get_one(IntakeDraft, draft).cells == {}
        assert not [entry for entry in session.scalars(select(LedgerEntry)) if CANARY in str(entry.body)]
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_an_empty_text_takes_a_cell_away(unit, write):
    draft = write({"concern": CANARY, "route": "right_to_ask"})["draft"]
    write({"concern": ""}, draft=draft)
    with unit.acting("intake") as act:
        assert drafts.show(act, draft)["cells"] == {"route": "right_to_ask"}


def test_every_column_is_asked_in_one_step_and_only_those_who_take_applications_may():
    asked = [column for step in drafting.STEPS.values() for column in step]
    assert sorted([*asked, *drafting.OURS]) == sorted(COLUMNS)
    assert MAY[Command.TAKE_APPLICATION] == {Role.INTAKE_OFFICER, Role.SUPERVISOR}
