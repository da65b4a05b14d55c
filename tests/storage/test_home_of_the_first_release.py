"""A home of the first release opens with today's code, verifies, and opens no work twice.

`tests/kit/release_home.py` made it with that release's own code. Words stored in rows may never change: ids are made of them.
"""

from __future__ import annotations

import json
import os
import zipfile
from datetime import datetime
from pathlib import Path

import papers
import past_home
import pytest
import sealing
from early_ends import SAID, UNSAID
from next_steps import counted, needs, next_steps
from sqlalchemy import select
from truths import not_found
from walking import Unit

from casebook.case_page import page as application_page
from casebook.casework import playbook
from casebook.casework.core import quality
from casebook.casework.disclosure import disclosure
from casebook.casework.governance import early_ending, exceptions, freezing, governance
from casebook.casework.intake import application_file
from casebook.casework.monitor import signals
from casebook.casework.opening_home import open_casebook
from casebook.casework.panel_decision import panel_pack
from casebook.casework.papers import attaching, reading
from casebook.casework.record_checks import extracts
from casebook.casework.reporting import audit, board, cards, force_figures, viewing
from casebook.casework.review import account, campaigns, ranking, registers
from casebook.casework.review import dossier as review_dossier
from casebook.casework.review import people as review_people
from casebook.cli.case import pack_page
from casebook.cli.review import page
from casebook.cli.review.commands import progress_lines
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Priority, Role, Source, Stage, WorkKind
from casebook.domain.work import SPECS, Need
from casebook.errors import NotPermitted
from casebook.storage import migrate
from casebook.storage.server import databases
from casebook.storage.session import open_store
from casebook.storage.tables import (
    OPEN_WORK,
    Application,
    Candidate,
    ChainHead,
    GateOverride,
    LedgerEntry,
    Proposal,
    Seal,
    Staff,
    StaffRole,
    WorkItem,
)

HOME = Path(__file__).parent / "data" / "home-of-0.1.0.zip"
SINCE = {  # kinds of work that came after that release
    WorkKind.LINK_ACROSS_RESTRICTION, WorkKind.READ_REJECTED_ROW, WorkKind.LOOK_AT_PLAN_CHANGE, WorkKind.REASSESS_RISK,
    WorkKind.CLOSE_GRAVE_CASE, WorkKind.COMPLETE_INSTRUMENT, WorkKind.ACCEPT_LESS, WorkKind.REVIEW_RESTRICTED,
    WorkKind.CHECK_BEFORE_TELLING, WorkKind.ATTEST_DELIVERY, WorkKind.ACT_ON_CALL, WorkKind.FINISH_DRAFT,
    WorkKind.ASK_ABOUT_DANGER,
}  # fmt: skip
NAME = f"home_of_the_first_release_{os.getpid()}"  # two workers of pytest restore one each
# one kind of work of each stage, and of the unit itself, that is open in the home
ONE_OF_EACH = {
    Stage.INTAKE: "complete_details", Stage.RECORD_CHECKS: "verify_applicant", Stage.RISK_SCORING: "assess_risk",
    Stage.PANEL_DECISION: "approve_decision", Stage.DISCLOSURE: "deliver_no_disclosure",
    Stage.FOLLOW_UP: "contact_follow_up", Stage.CLOSED: "tell_of_transfer",
}  # fmt: skip
# what waits for a second person -> the use case that is called again
SECOND = {
    "withdrawn": early_ending.withdraw, "lower_priority": governance.lower_priority, "transfer": early_ending.transfer,
    "lift_restriction": governance.lift, "release_hold": governance.release, "dispose": governance.dispose,
    "not_told_in_person": disclosure.except_from_meeting, "unfreeze": freezing.unfreeze,
}  # fmt: skip
WHO = {"withdrawn": "intake", "transfer": "intake", "lift_restriction": "head2"}  # else a supervisor


def schema_of(kind):
    return playbook.answer(kind).schema


@pytest.fixture(scope="module")
def expected():
    return json.loads(past_home.read(HOME, "expected.json"))


@pytest.fixture(scope="module")
def restored(server):
    """The schema as its own migrations made it; the database, brought to today's, stands by to be copied."""
    url = server.url("casebook").replace("/casebook?", f"/{NAME}?")
    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute(f"drop database if exists {NAME} with (force)")
        superuser.execute(f"create database {NAME} owner casebook")
        yield past_home.restore(url, HOME), migrate.upgrade(url)
        superuser.execute(f"drop database {NAME} with (force)")


@pytest.fixture
def database(server, restored, expected, monkeypatch):
    """The address of the database of the unit at the moment at which its home was put away; the test's own."""
    name, now = f"{NAME}_copy", datetime.fromisoformat(expected["now"])
    monkeypatch.setattr("casebook.clock.now", lambda: now)
    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute(f"create database {name} template {NAME} owner casebook")
        yield server.url("casebook").replace("/casebook?", f"/{name}?")
        superuser.execute(f"drop database {name} with (force)")


def unit_in(store, expected):
    with store.session() as session:
        people = list(session.scalars(select(Staff.id).order_by(Staff.id)))
    return Unit(store=store, now=datetime.fromisoformat(expected["now"]), people=people)


@pytest.fixture
def unit(database, expected, tmp_path):
    """The unit as whoever opens that home with this release finds it."""
    store = open_casebook(sealing.with_entry_key(tmp_path / "home", past_home.KEY), database)
    yield unit_in(store, expected)
    store.engine.dispose()


@pytest.fixture
def before(database, expected):
    """The unit before this release opens its home."""
    store = open_store(database, past_home.KEY)
    yield unit_in(store, expected)
    store.engine.dispose()


@pytest.fixture
def files(tmp_path):
    """What was imported into it, and a seal that was kept elsewhere."""
    with zipfile.ZipFile(HOME) as archive:
        for name in archive.namelist():
            if name.endswith((".csv", "seal.json")):
                archive.extract(name, tmp_path)
    return tmp_path


def rows(unit, query):
    with unit.store.session() as session:
        return list(session.scalars(query))


def verified(unit):
    with unit.acting() as act:
        return audit.verify(act)


def test_the_home_is_as_rich_as_a_unit_at_work(before, expected):
    unit = before
    told = expected["counted"]
    assert counted(unit.store) == told
    assert set(told["kinds"]) == set(WorkKind) - SINCE
    assert len(told["events"]) > 60
    open_items = unit.open_items()
    assert len({item.kind for item in open_items}) > 25
    assert {each.stage for each in rows(unit, select(Application))} == set(Stage)
    assert {item.escalation_level for item in open_items} == {0, 1, 2, 3, 4}


def test_the_migrations_of_then_still_make_the_schema_of_then(restored):
    made, _ = restored
    assert made == past_home.read(HOME, "schema.txt").split("\n")


def test_every_entry_row_and_seal_verifies(unit, expected, files):
    found, told = verified(unit), expected["verified"]
    assert (found.broken, told["ok"]) == ([], True)
    written_since = rows(unit, select(LedgerEntry.event).where(LedgerEntry.mac.is_not(None)))
    assert found.checked == told["checked"] + len(written_since)
    assert {"ledger_keys_adopted", "schema_adopted", "policy_adopted"} == set(written_since)
    kept = json.loads((files / "seal.json").read_text())
    stored = rows(unit, select(Seal).where(Seal.number.is_(None)).order_by(Seal.id))[-1]
    assert (stored.id, stored.root, stored.sequences) == (kept["seal"], kept["root"], kept["heads"])
    with unit.store.session() as session:
        query = select(LedgerEntry.chain, LedgerEntry.sequence, LedgerEntry.hash)
        entries = {(chain, sequence): found for chain, sequence, found in session.execute(query)}
    assert {name: entries[name, sequence] for name, (sequence, _) in kept["heads"].items()} == {
        name: found for name, (_, found) in kept["heads"].items()
    }


def test_a_row_that_is_changed_behind_its_back_is_named(unit):
    from sqlalchemy import text  # noqa: PLC0415

    with unit.store.engine.begin() as connection:
        connection.execute(
            text("UPDATE person SET surname = 'Canary' WHERE reference = 'CL-2026-000003' AND party = 'b'")
        )
    person = "CL-2026-000003:b"  # who is not found by what is known of them now
    assert [each.what for each in verified(unit).broken] == [f"person:{person}", f"person_keys:{person}"]


def test_a_paper_is_attached_to_an_application_of_then(unit, tmp_path):
    with unit.store.session() as session:
        one = select(StaffRole.staff_id).where(StaffRole.role == Role.SUPERVISOR, StaffRole.ended_at.is_(None))
        who = session.scalars(one.order_by(StaffRole.staff_id)).first()
    home = tmp_path / "home"  # it has the keys of that release, and none for papers
    with unit.acting(who) as act:
        given = {"content": papers.PDF, "category": "letter", "title": "a letter"}
        document = attaching.attach(act, "CL-2026-000003", home=home, **given)["document"]
    with unit.acting(who) as act:
        assert reading.content(act, str(document), home=home).content == papers.PDF
    assert verified(unit).broken == []


def test_every_work_item_has_the_id_that_its_kind_and_key_give_it_today(unit):
    items = rows(unit, select(WorkItem))
    assert len(items) > 500
    for item in items:
        assert Need(kind=WorkKind(item.kind), key=item.key).id(item.reference) == item.id


def test_every_open_item_can_be_answered_by_a_role_there_is(unit):
    for item in rows(unit, select(WorkItem).where(OPEN_WORK)):
        kind = WorkKind(item.kind)
        assert schema_of(kind).model_fields
        assert Role(item.role) in Role
        assert kind in SPECS
        assert Priority(item.priority) in Priority


@pytest.fixture
def reviewed(unit):
    """Applications with a review that stands. Its second look, and a search for what it taught, came after that release."""
    query = select(Candidate.reference).where(Candidate.superseded.is_(False)).distinct()
    return set(rows(unit, query.where((Candidate.verdict == "same") | (Candidate.party == "a"))))


def test_what_people_must_do_is_what_it_was(unit, expected, reviewed):
    now = needs(unit.store, unit.now)
    assert now.keys() == expected["needs"].keys()
    assert {reference for reference in now if now[reference] != expected["needs"][reference]} <= reviewed
    assert 0 < len(reviewed & now.keys()) < len(now) / 2  # the others say something
    came = {line.split()[1] for reference in now for line in {*now[reference]} - {*expected["needs"][reference]}}
    assert came <= {WorkKind.REVIEW_MATCH, WorkKind.SECOND_LOOK_AT_REJECTION}


def test_the_machine_goes_on_as_the_release_would_have(unit, expected, reviewed):
    """The same rows of the same ids come and go, whoever asks again; above all no work is opened a second time."""
    chains = set(rows(unit, select(ChainHead.chain)))
    steps = next_steps(unit.store, unit.now)
    assert steps.keys() == expected["next"].keys()
    for name, told in expected["next"].items():
        # the ids of other tables do not say which application they belong to
        for table in ("application", "search", "work_item", "gate_override", "proposal"):
            was, now = (_of_others(step.get(table, {}), reviewed) for step in (told, steps[name]))
            assert (name, table, now) == (name, table, was)
    work = select(WorkItem.kind, WorkItem.reference, WorkItem.key)
    with unit.store.session() as session:
        every = list(session.execute(work).tuples())
    assert len(every) == len(set(every))
    assert set(rows(unit, select(ChainHead.chain))) == chains  # each goes on, none begins anew
    assert verified(unit).broken == []


def _of_others(lines, references):
    """The lines of a table, but for those of work on these applications, and for acknowledgements, which are gathered now."""
    gathered = f"{WorkKind.ACKNOWLEDGE_ESCALATION} CL-"
    kept = {
        how: [line for line in changed if not any(part in line for part in (*references, gathered))]
        for how, changed in lines.items()
    }
    return {how: sorted(changed) for how, changed in kept.items() if changed}


def test_everybody_in_it_is_found_by_staff(unit):
    with unit.store.session() as session:
        assert not_found(session) == []


def test_the_same_files_again_change_nothing(unit, files):
    imported = application_file.import_file(unit.store, OPERATOR, files / "applications.csv", playbook=playbook)
    assert (imported.accepted, len(imported.unchanged), imported.rejected) == ([], 25, [])
    with unit.acting() as act:
        for path in files.glob("register-*.csv"):
            assert [each.new for each in registers.import_file(act, path)] == [False]
        loaded = extracts.load(act, Source.RMS, persons=None, records=files / "records-rms.csv")
    assert (loaded.extract, loaded.touched) == (None, ())


@pytest.mark.parametrize("stage", ONE_OF_EACH)
def test_work_of_every_stage_is_done_as_before(unit, stage):
    of_the_stage = select(WorkItem).join(Application, Application.reference == WorkItem.reference)
    asked = of_the_stage.where(OPEN_WORK, WorkItem.kind == ONE_OF_EACH[stage], Application.stage == stage)
    item = rows(unit, asked.order_by(WorkItem.id))[0]
    unit.wait_for(item)
    who = unit.fitting(item)[0]
    unit.do(who, item, unit.answer(who, item))
    with unit.store.session() as session:
        done = session.get_one(WorkItem, item.id)
        query = select(LedgerEntry).where(LedgerEntry.chain == item.reference, LedgerEntry.event == "work_done")
        entry = session.scalars(query.order_by(LedgerEntry.id.desc())).first()
        assert (done.done_by, entry.actor, entry.body["item"]) == (who, who, item.id)
    assert verified(unit).broken == []


def test_what_waits_for_a_second_person_gets_one(unit):
    waiting = rows(unit, select(Proposal).where(Proposal.second_by.is_(None)))
    assert {each.what.partition(":")[0] for each in waiting} == set(SECOND)
    for each in waiting:
        what, *given = each.what.split(":")
        said = {"transfer": ("force", "accepted_by"), "lower_priority": ("to",)}.get(what, ())
        told = dict(zip(said, given, strict=True)) | ({} if what == "transfer" else {"reason": "agreed"})
        told |= {"withdrawn": SAID, "transfer": UNSAID}.get(what, {})  # that release did not ask the first person
        with unit.acting(WHO.get(what, "supervise" if each.proposed_by != "supervise" else "head")) as act:
            assert "proposed" not in SECOND[what](act, each.reference, **told)
    assert rows(unit, select(Proposal).where(Proposal.second_by.is_(None))) == []
    [override] = rows(unit, select(GateOverride).where(GateOverride.second_by.is_(None)))
    with unit.acting("head") as act:
        done = quality.override(act, override.reference, expectation=override.expectation, reason="agreed")
    assert done["overridden_by"] == ["supervise", "head"]
    assert verified(unit).broken == []


def test_every_application_is_shown_on_every_page(unit):
    references = unit.references()
    with unit.acting("head") as act:
        for reference in references:
            whole = viewing.show(act, reference)
            assert any(reference in line for line in application_page.page(whole))
            assert reference in cards.card(act, reference)
            pack = panel_pack.printed(act, reference)
            assert any(reference in line for line in pack_page.as_text(pack))
        assert reference in pack_page.as_html(pack)
        assert sealing.export(act, reference)["entries"]
        assert len(viewing.listing(act)) == len(references)
        assert exceptions.listing(act)
        assert force_figures.figures(act)
        shown = board.figures(act)
        assert board.markdown(shown).count("CL-2026-") >= len(shown["worst"]) > 5


def test_the_pages_of_review_and_monitor_are_shown(unit):
    with unit.acting("lead") as act:
        assert list(progress_lines(account.progress(act)))
        assert list(page.parts(account.report(act, internal=True)))
        assert review_people.listing(act)
        assert campaigns.listing(act)
        past = [row.reference for row in ranking.queue(act, by_contact=True)]
    assert len(past) > 30
    assert len([each for each in past[:5] if dossier(unit, each)]) > 2
    with unit.acting("standards") as act:
        questions = signals.listing(act)
        assert [signals.show(act, str(each["signal"]))["asks"] for each in questions]


def dossier(unit, reference):
    try:
        with unit.acting("lead") as act:
            return review_dossier.dossier(act, reference)
    except NotPermitted:  # of those that the lead handled or is to decide again
        return None
