"""A duplicate is merged, not withdrawn: one file, both ids, the earlier clocks, and nothing lost until it is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from walking import BEGIN, ROW, through_everything

from casebook.case_page.page import page
from casebook.casework.governance import early_ending, governance, merging
from casebook.casework.reporting import audit, force_figures
from casebook.casework.safeguarding import contact
from casebook.domain.vocabulary import Stage
from casebook.errors import Refused
from casebook.storage.ledger import digest_of
from casebook.storage.tables import Application, Clock, Person

KEPT, DUPLICATE = "CL-2026-000001", "CL-2026-000002"


@pytest.fixture
def pair(unit):
    unit.receive({**ROW, "external_id": "M-1"})
    unit.receive({
        **ROW, "external_id": "M-2", "submitted_at": (BEGIN - timedelta(minutes=30)).isoformat(), "concern": "He has a gun",
        "b_surname": "Ottershawe", "pregnant": "yes", "b_aliases": "Baz Shaw",
    })  # fmt: skip


@pytest.fixture
def merges(unit, pair):
    def do(*people, use_case=merging.merge, **words):
        for who in people or ("intake", "supervise"):
            with unit.acting(who) as act:
                done = use_case(
                    act, DUPLICATE, **({"into": KEPT} if use_case is merging.merge else {}), reason="twice", **words
                )
        return done

    return do


@pytest.fixture
def state(unit):
    """Digests of what was known about both, and when it is due."""

    def look():
        with unit.store.session() as session:
            tables = (Application, Person, Clock)
            rows = [row for table in tables for row in session.scalars(select(table)).all()]
            return dict(digest_of(b"any", row) for row in rows)

    return look


def test_two_people_merge_it_and_it_is_one_file(unit, merges):
    assert "proposed" in merges("intake")
    with pytest.raises(Refused, match="second person"):
        merges("intake")
    with unit.store.session() as session:
        whole = session.get_one(Clock, f"{KEPT}:whole_process").due_at
    merges("supervise")
    with unit.store.session() as session:
        kept, duplicate = session.get_one(Application, KEPT), session.get_one(Application, DUPLICATE)
        subject = session.get_one(Person, f"{KEPT}:b")
        assert (duplicate.stage, duplicate.outcome, duplicate.merged_into) == (Stage.CLOSED, None, KEPT)
        assert kept.pregnant == "yes"
        assert "He frightens me" in kept.concern
        assert "He has a gun" in kept.concern
        assert {"Barry Ottershawe", "Baz Shaw"} <= set(subject.aliases)
        assert session.get_one(Clock, f"{KEPT}:whole_process").due_at == whole
        assert session.get_one(Clock, f"{DUPLICATE}:whole_process").ended_at == unit.now
    shown = unit.shown("supervise", KEPT)
    assert shown["external_ids"] == ["M-1", "M-2"]
    assert [row["reference"] for row in shown["merged"]] == [DUPLICATE]
    assert "M-2" in "\n".join(page(shown))
    assert f"MERGED INTO {KEPT}" in "\n".join(page(unit.shown("supervise", DUPLICATE)))
    assert unit.open_items(DUPLICATE) == []
    with unit.acting() as act:
        assert audit.verify(act).broken == []
        counted = [row["value"] for row in force_figures.figures(act) if row["measure"] == "applications"]
        assert counted == [1]


def test_undone_everything_is_as_it_was(unit, merges, state):
    before = state()
    merges()
    assert state() != before
    merges(use_case=merging.unmerge)
    after = state()
    assert {name for name in before if after[name] != before[name]} <= {
        name for name in before if name.startswith("clock:") and DUPLICATE in name
    }
    with unit.store.session() as session:
        assert session.get_one(Application, DUPLICATE).stage == Stage.INTAKE
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_it_is_not_undone_after_the_delivery(unit, merges):
    merges()
    assert through_everything(unit, KEPT) == Stage.CLOSED
    with pytest.raises(Refused) as caught:
        merges(use_case=merging.unmerge)
    assert caught.value.code == "delivered"


def test_a_merged_duplicate_is_neither_reopened_nor_disposed_of_alone(unit, merges):
    merges()
    for use_case, who in ((early_ending.reopen, "intake"), (governance.dispose, "head")):
        with pytest.raises(Refused) as caught, unit.acting(who) as act:
            use_case(act, DUPLICATE, reason="asked")
        assert caught.value.code == "merged"
    with pytest.raises(Refused), unit.acting("intake") as act:
        contact.record(act, DUPLICATE, party="b", purpose="other", channel="phone", result="reached")
