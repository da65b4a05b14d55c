"""Two runs of one application at the same time: one works, the other is skipped, and what is done meanwhile does not wait."""

from __future__ import annotations

import asyncio
from itertools import count
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from walking import ROW

from casebook import clock
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.storage.tables import GateResult, Lease


@pytest.fixture
def people():
    return {"intake": Role.INTAKE_OFFICER}


@pytest.fixture
def unit(unit, store, monkeypatch):
    """At work now, as the tasks are, and in the same casebook."""
    from tasks import home  # noqa: PLC0415 - imports Prefect

    monkeypatch.setattr(home, "store", lambda: store)
    unit.now = clock.now()
    return unit


@pytest.fixture
def lifecycle(unit, monkeypatch):
    """The flow and its tasks as plain functions: what is tested is theirs, not Prefect's."""
    from flows import application_lifecycle as flow  # noqa: PLC0415 - imports Prefect
    from tasks.stages import finish  # noqa: PLC0415

    def stage_flow(stage):
        async def carry(reference, holder):
            return finish.fn(reference, stage, holder)

        return carry

    async def no_card(_reference):
        pass

    ids = count(1)
    monkeypatch.setattr(flow, "show_card", no_card)
    monkeypatch.setattr(flow, "STAGES", {stage: stage_flow(stage) for stage in flow.STAGES})
    run = type("Run", (), {"id": property(lambda _: f"run {next(ids)}")})()
    monkeypatch.setattr(flow, "runtime", SimpleNamespace(flow_run=run))
    return flow


def test_of_two_runs_at_once_one_is_skipped_and_the_other_goes_round_for_what_was_done_meanwhile(
    unit, lifecycle, monkeypatch
):
    reference = unit.receive(
        {**ROW, "b_address": "", "b_postcode": "", "external_id": "T-1", "submitted_at": unit.now.isoformat()}
    )
    walk, second = lifecycle.walk, []

    async def walk_and_meet(reference, holder):
        """The run has looked and somebody is waited for. They act, and their wake-up starts a second run before it ends."""
        standing = await walk(reference, holder)
        if not second:
            assert standing.waiting_for
            item = next(item for item in unit.open_items(reference) if item.kind == WorkKind.COMPLETE_DETAILS)
            unit.do("intake", item, unit.answer("intake", item))
            second.append(await lifecycle.application_lifecycle.fn(reference))
        return standing

    monkeypatch.setattr(lifecycle, "walk", walk_and_meet)
    first = asyncio.run(lifecycle.application_lifecycle.fn(reference))
    assert [state.name for state in second] == ["Skipped"]
    assert first.name != "Skipped"
    with unit.store.session() as session:
        assert session.scalars(select(GateResult.stage)).all() == [Stage.INTAKE]  # asked once, and passed
        assert session.get_one(Lease, reference).holder is None
    assert {item.stage for item in unit.open_items(reference) if item.blocking} == {Stage.RECORD_CHECKS}
