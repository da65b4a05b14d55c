"""The ledger notices whatever was changed behind its back, and says where."""

from __future__ import annotations

import traceback

import pytest
import sealing
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from staffing import add

from casebook import clock
from casebook.casework.reporting import audit, seals
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role
from casebook.errors import DatabaseRefused
from casebook.storage import ledger
from casebook.storage import seals as stored_seals
from casebook.storage.ledger import ReservedWord, UnrecordedChange
from casebook.storage.tables import Application, Base, Staff

# one harmless-looking change for each ledgered table that an application fresh from intake has rows in
CHANGES = {
    "application": "UPDATE application SET concern = concern || '.'",
    "person": "UPDATE person SET dob = '1985-02-04' WHERE party = 'b'",
    "safe_contact": "UPDATE safe_contact SET voicemail = NOT voicemail",
    "clock": "UPDATE clock SET due_at = due_at + interval '1 second' WHERE limit_name = 'whole_process'",
    "work_item": "UPDATE work_item SET priority = 'standard'",
    "staff": "UPDATE staff SET on_duty = NOT on_duty",
    "staff_role": "UPDATE staff_role SET role = 'approver'",
    "token": "UPDATE token SET revoked_at = now()",
    "application_link": "UPDATE application_link SET found_at = found_at + interval '1 day'",
    "outcome": "UPDATE application SET outcome = 'nothing_to_disclose'",
}


@pytest.fixture
def lived_in(received, acting):
    """Two linked applications, one in danger, and a member of staff."""
    received(external_id="X-1")
    received(external_id="X-2", immediate_danger="yes", concern="again")
    with acting() as act:
        add(act, "r1", [Role.RESEARCHER])


def verified(acting):
    with acting() as act:
        return audit.verify(act)


def test_an_untouched_casebook_verifies(lived_in, acting):
    verification = verified(acting)
    assert not verification.broken
    assert verification.checked >= 4
    assert verification.rows >= 20


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_row_is_named(lived_in, acting, sql, change):
    sql(change)
    table = change.split()[1]
    assert verified(acting).broken[0].what.startswith(f"{table}:")


def test_a_deleted_row_is_named(lived_in, acting, sql):
    sql("DELETE FROM safe_contact")
    broken = verified(acting).broken
    assert {each.code for each in broken} == {"row_missing"}
    assert broken[0].what.startswith("safe_contact:")


def test_a_row_that_nobody_spoke_of_is_named(lived_in, acting, sql):
    sql("INSERT INTO staff (id, added_at, added_by, on_duty) VALUES ('ghost', now(), 'operator', true)")
    assert [(each.code, each.what) for each in verified(acting).broken] == [("row_unspoken_of", "staff:ghost")]


@pytest.mark.parametrize("column", ["actor", "event", "hash", "previous", "body", "at"])
def test_one_changed_byte_of_an_entry_is_named(lived_in, acting, sql, column):
    change = {"body": "body || '{\"x\": 1}'", "at": "at + interval '1 microsecond'"}.get(column, f"'x' || {column}")
    sql("ALTER TABLE ledger DISABLE TRIGGER USER")
    sql(f"UPDATE ledger SET {column} = {change} WHERE id = (SELECT min(id) + 1 FROM ledger)")
    codes = {each.code for each in verified(acting).broken}
    assert codes & {"entry_changed", "chain_broken"}


def test_a_removed_entry_is_named(lived_in, acting, sql):
    sql("ALTER TABLE ledger DISABLE TRIGGER USER")
    sql("DELETE FROM ledger WHERE id = (SELECT min(id) FROM ledger)")
    assert verified(acting).broken[0].code in {"entry_missing", "chain_end_differs"}  # the latter if it stood alone


def test_a_chain_cut_short_and_patched_up_still_differs_from_its_seal(lived_in, acting, sql, tmp_path):
    with acting() as act:
        stored_seals.write(seals.seal(act, sealing.KEY), tmp_path)
    assert not verified(acting).broken
    sql("ALTER TABLE ledger DISABLE TRIGGER USER")
    sql(
        "DELETE FROM ledger cut USING ledger first WHERE first.chain = cut.chain AND cut.sequence >= first.sequence"
        " AND first.event = 'safeguarding_opened'"
    )
    assert "sealed_entry_missing" in {each.code for each in verified(acting).broken}
    assert len(list(tmp_path.glob("seal-*.json"))) == 1


@pytest.mark.parametrize("statement", ["UPDATE ledger SET actor = 'x'", "DELETE FROM ledger", "TRUNCATE ledger"])
def test_the_database_refuses_to_change_the_ledger(lived_in, sql, statement):
    with pytest.raises(IntegrityError, match="append-only"):
        sql(statement)


def test_no_entry_says_rows_itself_where_verification_reads_digests(store):
    said = {"chain_name": "house", "actor": "operator", "event_name": "counted", "at": clock.now(), "rows": {}}
    with store.session() as session:
        for write in (ledger.record, ledger.begin):
            with pytest.raises(ReservedWord):
                write(session, **said)
        with pytest.raises(ReservedWord):
            ledger.record_many(session, {"house": {"rows": {}}}, actor=OPERATOR, event_name="counted", at=clock.now())


def test_a_change_without_a_word_is_not_committed(store, acting):
    with store.session() as session:
        session.add(Staff(id="s", added_at=clock.now(), added_by="operator", on_duty=True))
        with pytest.raises(UnrecordedChange):
            session.commit()


def test_every_table_says_whether_it_is_ledgered_and_only_the_machine_s_own_are_not():
    operational = {mapper.class_.__tablename__ for mapper in Base.registry.mappers if not mapper.class_.ledgered}
    assert operational == {
        "outbox", "lease", "heartbeat", "notice", "ledger", "chain_head", "seal", "reference_counter",
        "source_person", "source_record", "source_frequency", "review_row", "review_application", "review_state",
        "review_member", "maybe_idle", "person_keys", "staff_detail", "staff_notice", "desk_session", "answer_draft",
    }  # fmt: skip


def test_the_schema_is_what_the_tables_say(store):
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    with store.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        ours = [each for each in compare_metadata(context, Base.metadata) if "ix_" not in str(each)]
    assert ours == []


def test_what_the_database_refuses_is_told_without_the_row_it_refused(store, received):
    reference = received(b_surname="Canaryfour")
    with pytest.raises(DatabaseRefused, match="ck_") as told, store.session() as session:  # noqa: PT012 - leaving is the point
        session.get_one(Application, reference).stage = "closed"
        session.get_one(Application, reference).concern = "Canaryfour"
        session.flush()
    shown = "".join(traceback.format_exception(told.value))
    assert "Canaryfour" not in shown
