"""Attacks on the ledger, made as the owner of the database with its triggers off: each one shows in a verification."""

from __future__ import annotations

import os
import shutil
import uuid
from datetime import timedelta
from random import Random

import pytest
import staffing
import tampering
from psycopg.types.json import Jsonb
from tampering import TAMPERINGS, Owner
from walking import ROW, Unit

from casebook import clock
from casebook.casework.opening_home import SEALS, open_casebook
from casebook.casework.record_checks import extracts
from casebook.casework.reporting import audit, seals, viewing
from casebook.casework.staff import staff, tokens
from casebook.domain import chain
from casebook.domain.actors import ActOrigin
from casebook.domain.vocabulary import Role, Source
from casebook.errors import CasebookError
from casebook.storage import ledger, seal_keys, trial
from casebook.storage import seals as stored_seals
from casebook.storage.keys import KeyUnusable, entry_file, seal_file
from casebook.storage.server import databases
from casebook.storage.tables import Base

SEEDS = int(os.environ.get("CASEBOOK_TAMPERINGS", "3"))  # of each kind of tampering
PEOPLE = {"research": Role.RESEARCHER, "head": Role.HEAD_OF_UNIT, "supervise": Role.SUPERVISOR}
PERSONS = "source,person_id,forename,surname,dob\npnc,1,Karl,Denby,1979-01-02\npnc,2,Mark,Ollerton,1983-05-06\n"
RECORDS = "source,record_id,person_id,kind,offence_text,date\npnc,r1,1,conviction,Assault,2019-03-04\n"


def sealed_now(unit, home):
    with unit.acting() as act:
        made = seals.seal(act, seal_keys.of_home(home))
    stored_seals.write(made, home / SEALS)


@pytest.fixture(scope="module")
def lived(server, template, tmp_path_factory):
    """A home in which something happened, sealed: its folder, and its database to be copied."""
    home, name = tmp_path_factory.mktemp("home"), f"trust_{uuid.uuid4().hex}"
    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute(f"create database {name} template {template} owner casebook")
        store = open_casebook(home, server.url("casebook").replace("/casebook?", f"/{name}?"))
        unit = Unit.of(store, PEOPLE)
        unit.now = clock.now() - timedelta(days=3)
        unit.hire_everybody()
        for number in (1, 2):
            unit.receive({**ROW, "external_id": f"X-{number}", "a_surname": f"Sorrel{'by' * number}"})
        (home / "persons.csv").write_text(PERSONS)
        (home / "records.csv").write_text(RECORDS)
        with unit.acting() as act:
            extracts.load(act, Source.PNC, persons=home / "persons.csv", records=home / "records.csv")
        for reference in unit.references():
            with unit.acting("research") as act:
                viewing.show(act, reference)
        sealed_now(unit, home)
        store.engine.dispose()
        yield home, name, unit.now
        superuser.execute(f"drop database {name} with (force)")


class Attacked:
    """A copy of that home, and its attacker."""

    def __init__(self, server, home, name, now):
        self.home, self.url = home, server.url("casebook").replace("/casebook?", f"/{name}?")
        self.owner = Owner(server.address("postgres").replace("/postgres?", f"/{name}?"))
        self.now = now
        self.store = open_casebook(home, self.url)
        self.unit = Unit.of(self.store, PEOPLE)
        self.unit.now = now

    def codes(self, *elsewhere):
        with self.unit.acting() as act:
            return {each.code for each in audit.verify(act, [self.home / SEALS, *elsewhere]).broken}

    def codes_without_seals(self):
        with self.unit.acting() as act:
            return {each.code for each in audit.verify(act).broken}


@pytest.fixture
def attacked(server, lived, tmp_path):
    whole, template, now = lived
    home, name = tmp_path / "home", f"attacked_{uuid.uuid4().hex}"
    shutil.copytree(whole, home)
    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute(f"create database {name} template {template} owner casebook strategy file_copy")
        copy = Attacked(server, home, name, now)
        yield copy
        copy.store.engine.dispose()
        copy.owner.connection.close()
        superuser.execute(f"drop database {name} with (force)")


def test_a_home_that_nobody_touched_holds(attacked):
    assert attacked.codes() == set()


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_whatever_is_done_to_what_was_sealed_is_noticed(attacked, tamper, seed):
    before = tampering.state_of(attacked.owner)
    with attacked.owner.triggers_off():
        tamper(attacked.owner, Random(seed))  # noqa: S311 - reproducible damage
    assert tampering.state_of(attacked.owner) != before
    assert attacked.codes()


def test_an_application_removed_in_a_colleagues_name_shows(attacked):
    owner, reference = attacked.owner, attacked.unit.references()[0]
    names = owner.run(
        "select distinct jsonb_object_keys(body->'rows') from ledger where chain = %s and body ? 'rows'", reference
    )
    with owner.triggers_off():
        owner.remove(reference)
        owner.append(reference, "head", "disposed", {"rows": {row: "deleted" for (row,) in names}}, attacked.now)
    assert {"entry_forged", "deletion_forged"} <= attacked.codes()


def test_an_old_row_cannot_be_put_back_by_repeating_its_old_digest(attacked):
    unit, owner = attacked.unit, attacked.owner
    old = owner.run("select on_duty from staff where id = 'research'")
    digest = owner.run(
        "select body->'rows'->>'staff:research' from ledger where body->'rows' ? 'staff:research' order by id"
    )[0][0]
    with unit.acting() as act:
        staff.set_duty(act, "research", on_duty=False)
    with owner.triggers_off():
        owner.run("update staff set on_duty = %s where id = 'research'", old[0][0])
        owner.append("house", "operator", "on_duty", {"rows": {"staff:research": digest}}, attacked.now)
    assert {"entry_forged", "row_changed"} <= attacked.codes()


def test_who_looked_cannot_be_rewritten(attacked):
    owner, reference = attacked.owner, attacked.unit.references()[0]
    with owner.triggers_off():
        owner.run("update ledger set actor = 'head', at = at - interval '1 day' where event = 'personal_detail_viewed'")
        owner.rehash(reference)
    assert {"entry_forged", "differs_from_seal", "token_never_issued"} <= attacked.codes()


def test_a_token_that_was_inserted_used_and_deleted_shows(attacked):
    unit, owner = attacked.unit, attacked.owner
    digest = tokens.digest_of("a secret of mine")
    owner.run("insert into token values ('stolen', 'head', %s, now(), null)", digest)
    with unit.store.session() as session:
        me = staff.identify(session, "head", "a secret of mine", attacked.now)
    with unit.acting(me) as act:
        staff.suspend(act, "research")
    owner.run("delete from token where id = 'stolen'")
    assert attacked.codes() == {"token_never_issued"}


def test_an_act_after_the_token_was_revoked_shows(attacked):
    unit = attacked.unit
    with unit.store.session() as session:
        me = unit.actor(session, "head")
    with unit.acting() as act:
        staffing.renew(act, "head")
    unit.now += timedelta(days=1)
    with unit.acting(me) as act:
        staff.suspend(act, "research")
    assert attacked.codes() == {"token_had_ended"}


def test_every_entry_says_through_what_it_was_made(attacked):
    found = {origin for (origin,) in attacked.owner.run("select distinct origin from ledger")}
    assert found == {ActOrigin.MACHINE, ActOrigin.ENGINE}


def test_seals_that_were_removed_or_edited_show(attacked):
    owner = attacked.owner
    with owner.triggers_off():
        owner.run("delete from seal where number = (select max(number) from seal)")
    assert "seal_not_here" in attacked.codes()
    file = max((attacked.home / SEALS).iterdir())
    file.write_text(file.read_text().replace('"entries":', '"entries":1'))
    assert "seal_changed" in attacked.codes()
    file.write_text("{}")
    assert "seal_unreadable" not in attacked.codes()  # a file without a number is of an earlier release
    file.write_text("{")
    assert "seal_unreadable" in attacked.codes()


def test_a_past_that_was_restored_shows_elsewhere_even_with_the_seals_of_the_home(attacked, tmp_path):
    unit, owner, elsewhere = attacked.unit, attacked.owner, tmp_path / "elsewhere"
    past = shutil.copytree(attacked.home, tmp_path / "past")
    kept = owner.run("select id from ledger")
    with unit.acting() as act:
        staff.set_duty(act, "research", on_duty=False)
    sealed_now(unit, attacked.home)
    shutil.copytree(attacked.home / SEALS, elsewhere)
    with owner.triggers_off():
        owner.run("delete from seal where number = (select max(number) from seal)")
        owner.run("delete from ledger where id > %s", max(kept)[0])
        owner.rehash("house")
        owner.run("update staff set on_duty = true")
    shutil.rmtree(attacked.home / SEALS)
    shutil.copytree(past / SEALS, attacked.home / SEALS)
    assert "seal_not_here" not in {*attacked.codes()}
    assert {"seal_not_here", "sealed_entry_missing"} <= attacked.codes(elsewhere)


def test_a_place_where_a_seal_is_missing_is_told(attacked, tmp_path):
    elsewhere = shutil.copytree(attacked.home / SEALS, tmp_path / "elsewhere")
    min(elsewhere.iterdir()).unlink()
    assert "seal_not_kept" in attacked.codes(elsewhere)
    with pytest.raises(CasebookError, match="no directory"):
        attacked.codes(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("update ledger set at = '20000-01-01' where id = (select max(id) from ledger)", "entry_changed"),
        ("update ledger set at = 'infinity' where id = (select max(id) from ledger)", "entry_changed"),
        ("update staff set added_at = '20000-01-01' where id = 'head'", "row_unreadable"),
        ("update application set submitted_at = '-infinity'", "row_unreadable"),
        ("update ledger set body = '[1]' where id = (select max(id) from ledger)", "entry_changed"),
        ("update ledger set body = '{\"rows\": 1}' where id = (select max(id) from ledger)", "entry_changed"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_named_and_the_rest_is_checked(attacked, change, code):
    attacked.owner.run("update staff set on_duty = not on_duty where id = 'research'")
    with attacked.owner.triggers_off():
        attacked.owner.run(change)
    assert code in attacked.codes()
    with attacked.unit.acting() as act:
        assert "staff:research" in {each.what for each in audit.verify(act).broken}


def test_a_table_that_is_gone_is_named_and_the_rest_is_checked(attacked):
    attacked.owner.run("alter table work_item rename to work")
    assert {"part_unreadable", "schema_changed"} <= attacked.codes()


@pytest.mark.parametrize(
    "change",
    [
        "drop trigger ledger_append_only on ledger", "alter table ledger disable trigger all",
        "alter table clock_offset drop constraint ck_clock_offset_trial_only",
        "create or replace function refuse_change() returns trigger language plpgsql as 'begin return new; end'",
        "grant update on ledger to public", "create rule quiet as on delete to seal do instead nothing",
        "alter table staff add column note text",
    ],
)  # fmt: skip
def test_a_guard_of_the_database_that_was_taken_off_shows(attacked, change):
    attacked.owner.run(change)
    assert attacked.codes() == {"schema_changed"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("update source_person set surname = 'Denbigh' where person_id = '1'", "extract_changed"),
        ("update source_person set until = 1 where person_id = '1'", "extract_changed"),
        ("delete from source_record", "extract_changed"),
        ("update source_person set keys = '{}'", "extract_changed"),
        ("delete from source_extract", "row_missing"),
        ("insert into source_frequency values ('pnc', 'surname', 'denby', 100000)", "counts_changed"),
    ],
)
def test_extracts_are_looked_at(attacked, change, code):
    attacked.owner.run(change)
    assert code in attacked.codes()


@pytest.mark.parametrize(
    "change",
    [
        "delete from person_keys where id = :one",
        "update person_keys set found_by = '{}' where id = :one",
        "update person_keys set found_by = found_by[2:] where id = :one",
        "update person_keys set found_by = found_by || 7 where id = :one",
        "update person_keys set party = 'c' where id = :one",
        "update person_keys set reference = :other where id = :one",
        "update person_keys set found_by = (select found_by from person_keys where id = replace(:one, ':b', ':a')) where id = :one",
        "insert into person_keys select id || 'x', reference, party, keys, found_by from person_keys where id = :one",
    ],
)
def test_a_person_who_was_hidden_from_find_shows(attacked, change):
    one, other = attacked.unit.references()[:2]
    attacked.owner.run(change.replace(":one", f"'{one}:b'").replace(":other", f"'{other}'"))
    with attacked.unit.acting() as act:
        [broken] = audit.verify(act, [attacked.home / SEALS]).broken
    assert broken.code == "keys_changed"
    assert broken.what.startswith(f"person_keys:{one}:b")


def test_a_receipt_that_nobody_gave_shows(attacked):
    attacked.owner.run(
        "update notice set received_at = (select max(at) from ledger), channel = 'json#1'"
        " where id = (select min(id) from notice)"
    )
    assert attacked.codes() == {"receipt_changed"}


def test_what_is_not_sealed_yet_is_counted(attacked):
    unit = attacked.unit
    with unit.acting() as act:
        staff.set_duty(act, "research", on_duty=False)
    with unit.acting() as act:
        found = audit.verify(act, [attacked.home / SEALS])
    assert (found.unsealed, found.broken) == (1, [])
    assert found.unsealed_since.startswith(f"{attacked.now:%Y-%m-%d}")
    sealed_now(unit, attacked.home)
    with unit.acting() as act:
        assert audit.verify(act).unsealed == 0


def reopened(attacked):
    attacked.store.engine.dispose()
    open_casebook(attacked.home, attacked.url).engine.dispose()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda path: path.unlink(), "key_missing"),
        (lambda path: path.write_text(""), "key_damaged"),
        (lambda path: path.write_text("zz" * 32), "key_damaged"),
        (lambda path: path.write_text("ab" * 31), "key_damaged"),
        (lambda path: path.write_text("ab" * 32), "key_foreign"),
        (lambda path: path.chmod(0o644), "key_open"),
        (lambda path: path.chmod(0o620), "key_open"),
    ],
)
def test_a_key_that_is_not_whole_secret_and_its_own_is_refused(attacked, damage, code):
    key = entry_file(attacked.home).read_text()
    damage(entry_file(attacked.home))
    with pytest.raises(KeyUnusable) as refused:
        reopened(attacked)
    assert refused.value.code == code
    assert key not in str(refused.value)
    entry_file(attacked.home).unlink(missing_ok=True)
    entry_file(attacked.home).touch(0o600)
    entry_file(attacked.home).write_text(key)
    reopened(attacked)
    assert attacked.codes() == set()


def test_a_database_that_was_emptied_is_not_taken_for_a_new_home(attacked):
    with attacked.owner.triggers_off():
        tampering.empties_everything(attacked.owner, Random(0))  # noqa: S311 - it draws nothing
    with pytest.raises(KeyUnusable) as refused:
        reopened(attacked)
    assert refused.value.code == "keys_forgotten"


def test_a_seal_key_of_ones_own_does_not_pass_for_the_homes(attacked):
    seal_file(attacked.home).unlink()
    seal_keys.first(attacked.home)
    with attacked.unit.acting() as act:
        staff.set_duty(act, "research", on_duty=False)
    sealed_now(attacked.unit, attacked.home)
    assert attacked.codes() == {"seal_of_another_key"}


def test_a_home_of_an_earlier_release_is_sealed_as_it_was_and_goes_on(attacked):
    """Its entries have no code and its digests are bound to no entry: they count up to where they were sealed."""
    unit, owner = attacked.unit, attacked.owner
    with owner.triggers_off():
        owner.run("delete from seal")
        owner.run("delete from trust_anchor")
        owner.run("delete from ledger where event in ('ledger_keys_adopted', 'schema_adopted')")
        owner.run("update ledger set mac = null, token = null, origin = null")
        as_of_before(attacked)
    shutil.rmtree(attacked.home / SEALS)
    seal_file(attacked.home).unlink()
    assert "entry_forged" in attacked.codes_without_seals()
    reopened(attacked)
    assert attacked.codes() == set()
    with unit.acting("head") as act:
        staff.suspend(act, "research")
    assert attacked.codes() == set()
    with owner.triggers_off():
        owner.append("house", "operator", "on_duty", {"staff": "head"}, attacked.now)
    assert "entry_forged" in attacked.codes()


def as_of_before(attacked):
    """Write the digests as the earlier release did, and make every chain fit together."""
    with attacked.store.session() as session:
        key = session.info[ledger.KEY]
        digests = {
            name: chain.row_digest(key, table.__tablename__, values)
            for table in (mapper.class_ for mapper in Base.registry.mappers if mapper.class_.ledgered)
            for name, values in ledger.live_values(session, table, page=100)
        }
    for id_, body in attacked.owner.run("select id, body from ledger where body ? 'rows'"):
        rows = {name: digests[name] for name in body["rows"] if name in digests}
        attacked.owner.run("update ledger set body = %s where id = %s", Jsonb({**body, "rows": rows}), id_)
    for (name,) in attacked.owner.run("select distinct chain from ledger"):
        attacked.owner.rehash(name)


def test_two_rows_do_not_make_a_live_home_a_trial_one_unseen(attacked):
    attacked.owner.run("insert into home values ('trial'); insert into clock_offset values ('trial', 1000000000)")
    with attacked.unit.acting() as act:
        found = {(each.code, each.what) for each in audit.verify(act).broken}
    assert found == {("row_unspoken_of", "home:trial"), ("row_unspoken_of", "clock_offset:trial")}


def test_a_home_in_which_somebody_worked_never_becomes_a_trial(attacked):
    with attacked.store.session() as session:
        with pytest.raises(trial.LiveHome):
            trial.begin(session)
        with pytest.raises(trial.LiveHome):
            trial.move_clock(session, attacked.now)


def test_the_clock_of_a_trial_home_moves_by_its_own_entries_alone(store, database_url):
    with store.session() as session:
        trial.begin(session)
        session.commit()
        trial.move_clock(session, clock.now() + timedelta(days=2))
        session.commit()
    unit = Unit.of(store, PEOPLE)
    with unit.acting() as act:
        assert audit.verify(act).broken == []
    with store.engine.begin() as connection:
        connection.exec_driver_sql("update clock_offset set seconds = seconds + 60")
    with unit.acting() as act:
        assert [each.code for each in audit.verify(act).broken] == ["row_changed"]
