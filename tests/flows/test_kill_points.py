"""Killed at a named point as `kill -9` would: what was not committed never was, what was is done once. `make soak` has more."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from killable import Killing
from sqlalchemy import func, select
from walking import ROW, Unit

from casebook import clock
from casebook.casework.opening_home import open_casebook
from casebook.casework.reporting import audit
from casebook.casework.sweep import wakes
from casebook.domain.actors import system
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.storage import leases
from casebook.storage.tables import GateResult, LedgerEntry, Outbox

FINISH = "from tasks.stages import finish; print(finish.fn({reference!r}, {stage!r}, 'killed'))"
LOOK = "from tasks import leases, stages; leases.take_lease({reference!r}, 'killed'); stages.look({reference!r})"
# Prefect as the dispatcher sees it: a run for each key, however often it is asked for
DISPATCH = """
import asyncio, json, types
from deployments import dispatcher
class Client:
    async def read_deployment_by_name(self, name): return types.SimpleNamespace(id="d")
    async def create_flow_run_from_deployment(self, deployment, **asked):
        open({file!r}, "a").write(json.dumps(asked) + chr(10))
        return types.SimpleNamespace(id="run of " + asked["idempotency_key"])
asyncio.run(dispatcher.dispatch_once(Client()))
"""


@pytest.fixture
def killing(tmp_path, database_url):
    store = open_casebook(tmp_path, database_url)
    unit = Unit(store=store, now=clock.now())
    reference = unit.receive(
        {**ROW, "b_address": "", "b_postcode": "", "external_id": "K-1", "submitted_at": unit.now.isoformat()}
    )
    unit.hire("intake", Role.INTAKE_OFFICER)
    unit.carry(reference)
    for item in unit.open_items(reference):
        if item.kind == WorkKind.COMPLETE_DETAILS:
            unit.do("intake", item, unit.answer("intake", item))
    environment = {"CASEBOOK_HOME": str(tmp_path), "CASEBOOK_DATABASE_URL": database_url}
    point = Killing(tmp_path / "points")

    def kill(name, code, **values):
        return point.run(name, "-c", code.format(reference=reference, **values), **environment)

    yield SimpleNamespace(unit=unit, reference=reference, kill=kill, folder=tmp_path)
    with unit.acting() as act:
        assert audit.verify(act).broken == []
    store.engine.dispose()


def count(unit, query):
    with unit.store.session() as session:
        return session.scalar(select(func.count()).select_from(query.subquery()))


@pytest.mark.parametrize("point", ["verdict-unwritten", "verdict-written"])
def test_a_run_killed_at_its_gate_has_said_nothing_and_the_next_one_moves_on_once(killing, point):
    killing.kill(point, FINISH, stage=Stage.INTAKE.value)
    assert count(killing.unit, select(GateResult)) == 0
    assert killing.unit.carry(killing.reference) == Stage.RECORD_CHECKS
    moves = select(LedgerEntry).where(LedgerEntry.event == "stage_changed")
    assert (count(killing.unit, moves), count(killing.unit, select(GateResult))) == (1, 1)


def test_an_application_whose_run_was_killed_is_woken_once_its_lease_has_run_out(killing):
    unit = killing.unit
    killing.kill("lease-held", LOOK)
    with unit.acting(system("lifecycle")) as act:
        act.session.query(Outbox).update({"dispatched_at": unit.now})  # the wake-up was this run's
        assert leases.take(act.session, killing.reference, "second") is None
    with unit.acting(system("sweep")) as act:
        assert wakes.wake_neglected(act).woken == []  # whoever holds it may only be slow
        act.session.execute(leases.update(leases.Lease).values(expires_at=clock.now() - timedelta(seconds=1)))
    with unit.acting(system("sweep")) as act:
        woken = wakes.wake_neglected(act)
        assert (woken.freed, woken.woken) == ([killing.reference], [killing.reference])
    with unit.acting(system("sweep")) as act:
        assert wakes.wake_neglected(act).woken == []


def test_a_dispatcher_killed_before_it_marked_a_run_asks_for_the_same_run_again(killing, monkeypatch):
    from deployments import dispatcher  # noqa: PLC0415 - imports Prefect

    asked = killing.folder / "asked"
    killing.kill("run-unmarked", DISPATCH, file=str(asked))
    assert count(killing.unit, select(Outbox).where(Outbox.dispatched_at.is_not(None))) == 0
    runs = []

    async def create(_deployment, **again):
        runs.append(again)
        return SimpleNamespace(id="the run")

    async def read(_name):
        return SimpleNamespace(id="d")

    monkeypatch.setattr(dispatcher, "store", lambda: killing.unit.store)
    client = SimpleNamespace(read_deployment_by_name=read, create_flow_run_from_deployment=create)
    assert asyncio.run(dispatcher.dispatch_once(client)) == 1
    assert asyncio.run(dispatcher.dispatch_once(client)) == 0
    assert runs == [json.loads(asked.read_text())]
    assert count(killing.unit, select(Outbox).where(Outbox.run_id == "the run")) == count(killing.unit, select(Outbox))
