"""Items are named by application and kind of work; a name leads to one open item, for whoever may see it."""

from __future__ import annotations

import pytest
from walking import ROW, through_everything

from casebook.casework import work_queue
from casebook.casework.governance import governance
from casebook.casework.item_names import item_named, names_of
from casebook.domain.vocabulary import Stage, WorkKind
from casebook.errors import InvalidAnswer, NotFound, NotPermitted


@pytest.fixture
def reference(unit, walked):
    """An application whose four mandatory sources are searched by hand."""
    return walked(unit, {**ROW, "external_id": "N-1"}, Stage.RECORD_CHECKS)


@pytest.fixture
def named(unit):
    def find(who, name):
        with unit.acting(who) as act:
            return item_named(act, name)

    return find


def test_every_item_of_a_queue_has_a_name_that_leads_to_it(unit, reference, named):
    with unit.acting("research") as act:
        items = work_queue.waiting(act).items
    names = names_of(items)
    assert len(set(names.values())) == len(items) > 4
    assert f"{reference}:meet_applicant" in names.values()
    assert f"{reference}:return_search:pnc" in names.values()
    for item in items:
        assert named("research", names[item.id]) == item.id
        assert named("research", item.id) == item.id


def test_a_name_that_several_items_have_is_refused_with_their_names(reference, named):
    with pytest.raises(InvalidAnswer) as refused:
        named("research", f"{reference}:return_search")
    assert refused.value.code == "several_items"
    assert f"{reference}:return_search:pnd" in refused.value.message


def test_of_several_items_it_is_the_one_that_is_for_them(unit, reference, named):
    through_everything(unit, reference, until=Stage.PANEL_DECISION)
    unit.carry(reference)
    (convene,) = [item for item in unit.open_items(reference) if item.kind == WorkKind.CONVENE_PANEL]
    unit.do("chair", convene, unit.answer("chair", convene))
    asked = [item for item in unit.open_items(reference) if item.kind == WorkKind.DECIDE]
    theirs = {str(item.subject.get("as", item.owner)): item.id for item in asked}
    assert {who: named(who, f"{reference}:decide") for who in ("chair", "member")} == theirs


@pytest.mark.parametrize(
    "name", ["{}:no_such_work", "{}:assess_risk", "{}:return_search:nobody", "CL-2026-999999:decide"]
)
def test_what_is_not_there_is_not_found(reference, named, name):
    with pytest.raises(NotFound):
        named("research", name.format(reference))


def test_a_restricted_application_is_refused_as_when_it_is_opened(unit, reference, named):
    with unit.acting("supervise") as act:
        governance.restrict(act, reference, reason="staff_member")
    with pytest.raises(NotPermitted) as refused:
        named("research", f"{reference}:meet_applicant")
    assert refused.value.code == "restricted"
