"""Two processes on one casebook: nothing is lost, nobody waits for ever, and whoever came second is told so."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import sealing
import staffing
from early_ends import SAID
from sqlalchemy import func, select
from walking import ROW

from casebook.casework import work_queue
from casebook.casework.governance import early_ending, governance
from casebook.casework.reporting import audit, viewing
from casebook.casework.staff import staff
from casebook.domain.vocabulary import Role, WorkKind
from casebook.errors import Collision, Refused
from casebook.storage.tables import Application, WorkItem

COMMAND = str(Path(sys.executable).with_name("casebook"))
PEOPLE = {
    "intake": Role.INTAKE_OFFICER, "intake2": Role.INTAKE_OFFICER, "research": Role.RESEARCHER, "read": Role.SECOND_READER,
    "chair": Role.PANEL_CHAIR, "supervise": Role.SUPERVISOR, "head": Role.HEAD_OF_UNIT, "inspect": Role.DUTY_INSPECTOR,
}  # fmt: skip


@pytest.fixture
def people():
    return PEOPLE


@pytest.fixture
def command(store, database_url, tmp_path, start_process):
    """`command("applications", "import", file)`: the same casebook from a process of its own."""
    sealing.with_entry_key(tmp_path / "home", store.key)
    address = database_url.replace("postgresql+psycopg://", "postgresql://")
    settings = {**os.environ, "CASEBOOK_HOME": str(tmp_path / "home"), "CASEBOOK_DATABASE_URL": address}

    def start(*words):
        return start_process(
            [COMMAND, *words, "--json"], env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start


def written(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def outcome(act):
    """What came of it: `done`, or the reason code. A collision changed nothing: it is done again, as commands do."""
    while True:
        try:
            act()
        except Collision:
            continue
        except Refused as refusal:
            return refusal.code
        return "done"


def at_once(*acts):
    """All of them at the same moment, each in its own thread and connection."""
    start = threading.Barrier(len(acts))

    def run(act):
        start.wait()
        return outcome(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result(timeout=60) for each in [pool.submit(run, act) for act in acts]]


def unclear(unit, number):
    """An application with something to complete, all about the same B, so that they are linked to each other."""
    return unit.receive(
        {**ROW, "external_id": f"C-{number}", "a_surname": f"Name{number}", "a_phone": "", "b_dob": "1985"}
    )


def completing(unit, who, reference):
    def act():
        for item in unit.open_items(reference):
            if item.kind == WorkKind.COMPLETE_DETAILS:
                unit.do(who, item, unit.answer(who, item))

    return act


def test_an_import_beside_people_at_work_loses_nothing(unit, command, store, tmp_path):
    existing = [unclear(unit, number) for number in range(5)]
    rows = [{**ROW, "external_id": f"I-{number}", "a_surname": f"Other{number}"} for number in range(24)]
    importing = command("applications", "import", str(written(tmp_path / "a.csv", rows)))
    told = Counter()
    rounds = 0
    while importing.poll() is None or rounds < 3:
        rounds += 1
        for reference in existing:
            told[outcome(completing(unit, "intake", reference))] += 1
            with unit.acting("supervise") as act:
                viewing.listing(act)
                work_queue.waiting(act)
            told[outcome(partial(unit.carry, reference))] += 1
    out, err = importing.communicate(timeout=60)
    assert importing.returncode == 0, err
    assert len(json.loads(out)["accepted"]) == 24
    assert set(told) == {"done"}
    with store.session() as session:
        assert session.scalar(select(func.count()).select_from(Application)) == 29
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_listings_from_another_process_are_whole_while_an_import_runs(unit, command, tmp_path):
    rows = [{**ROW, "external_id": f"I-{number}", "a_surname": f"Other{number}"} for number in range(16)]
    importing = command("applications", "import", str(written(tmp_path / "a.csv", rows)))
    seen = [0]
    while importing.poll() is None:
        listing = command("applications", "list")
        out, err = listing.communicate(timeout=60)
        assert listing.returncode == 0, err
        seen.append(len(json.loads(out)))
    _, err = importing.communicate(timeout=60)
    assert importing.returncode == 0, err
    assert seen == sorted(seen)  # what was there once is there the next time


def test_two_who_claim_one_item_at_the_same_moment_get_it_once(unit, store):
    for number in range(3):
        reference = unclear(unit, number)
        (item,) = [each for each in unit.open_items(reference) if each.kind == WorkKind.COMPLETE_DETAILS]

        def claiming(who, item_id=item.id):
            def act():
                with unit.acting(who) as acting:
                    work_queue.claim(acting, item_id)

            return act

        assert sorted(at_once(claiming("intake"), claiming("intake2"))) == ["claimed_by_another", "done"]
        with store.session() as session:
            assert session.get_one(WorkItem, item.id).owner in {"intake", "intake2"}


def test_two_who_do_one_item_at_the_same_moment_do_it_once_and_one_is_told_who_was_first(unit):
    for number in range(3):
        reference = unclear(unit, number)
        (item,) = [each for each in unit.open_items(reference) if each.kind == WorkKind.COMPLETE_DETAILS]
        answers = {who: unit.answer(who, item) for who in ("intake", "intake2")}
        told = at_once(*(partial(unit.do, who, item, answer) for who, answer in answers.items()))
        assert sorted(told) == ["already_done", "done"]
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_two_proposals_at_the_same_moment_are_one_proposal_and_one_agreement(unit, store):
    reference = unclear(unit, 1)

    def withdrawing(who):
        def act():
            with unit.acting(who) as acting:
                early_ending.withdraw(acting, reference, reason="she asked", **SAID)

        return act

    assert at_once(withdrawing("intake"), withdrawing("supervise")) == ["done", "done"]
    with store.session() as session:
        assert session.get_one(Application, reference).outcome == "withdrawn"


def test_a_suspension_and_the_suspended_at_work_both_come_to_an_end(unit):
    for number in range(3):
        who = unit.hire(f"officer{number}", Role.INTAKE_OFFICER)
        references = [unclear(unit, f"{number}-{each}") for each in range(4)]
        for reference in references:
            for item in unit.open_items(reference):
                if item.kind == WorkKind.COMPLETE_DETAILS:
                    with unit.acting(who) as act:
                        work_queue.claim(act, item.id)

        def suspending(staff_id=who):
            with unit.acting() as act:
                staff.suspend(act, staff_id)

        def naming(staff_id=who, reference=references[-1]):
            with unit.acting("head") as act:
                governance.restrict(act, reference, reason="known_to_staff")
            with unit.acting("head") as act:
                governance.name_person(act, reference, staff=staff_id)

        told = at_once(suspending, naming, *(completing(unit, who, reference) for reference in references[:3]))
        assert told[0] == "done"
        assert set(told) <= {"done", "claimed_by_another", "restricted"}
        assert [item for item in unit.open_items() if item.owner == who] == []


def test_the_same_new_member_of_staff_added_twice_at_once_is_one_and_a_collision(unit):
    def adding():
        with unit.acting() as act:
            staffing.add(act, "twin", [Role.RESEARCHER])

    assert sorted(at_once(adding, adding)) == ["already_there", "done"]


def test_the_command_tries_again_by_itself_when_it_collides(unit, command):
    started = [command("staff", "add", "twin", "--role", "researcher") for _ in range(4)]
    ended = [(each.communicate(timeout=120), each.returncode) for each in started]
    assert sorted(code for _, code in ended) == [0, 1, 1, 1], ended
    codes = {json.loads(out)["error"]["code"] for (out, _), code in ended if code}
    assert codes == {"already_proposed"}
