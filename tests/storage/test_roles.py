"""Whoever works in the database cannot switch a guard off, rewrite the ledger, or give themselves more rights."""

from __future__ import annotations

import psycopg
import pytest
from own_database import named
from sqlalchemy import create_engine, make_url, text

from casebook.storage import migrate, roles
from casebook.storage.role_names import APP, BACKUP, READER, WORKER, WORKING
from casebook.storage.tables import Base

# whatever takes a guard off, rewrites what was written, or opens another way in
NOBODY = (
    "update ledger set actor = 'x'",
    "delete from ledger",
    "truncate ledger",
    "alter table ledger disable trigger ledger_append_only",
    "alter table ledger disable trigger all",
    "drop trigger ledger_append_only on ledger",
    "create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'",
    "drop function refuse_change() cascade",
    "set session_replication_role = replica",
    "update seal set root = 'x'",
    "delete from seal",
    "truncate seal",
    "insert into trust_anchor values ('x', 'x', null, now())",
    "update trust_anchor set fingerprint = 'x'",
    "delete from trust_anchor",
    "update alembic_version set version_num = '0001'",
    "delete from application",
    "delete from work_item",
    "delete from token",
    "delete from chain_head",
    "drop table application cascade",
    "alter table application add column note text",
    "create table public.mine (id int)",
    "create function public.mine() returns int language sql as 'select 1'",
    "create rule mine as on insert to ledger do instead nothing",
    "create policy mine on ledger using (false)",
    "alter table ledger enable row level security",
    "grant casebook to current_user",
    "set role casebook",
    "set session authorization casebook",
    "create role mine superuser",
    "alter role current_user superuser",
    "alter function source_keys_indexed() owner to current_user",
    "create extension if not exists plperl",
    "copy ledger to program 'cat'",
    "copy ledger from '/dev/null'",
    "create event trigger mine on ddl_command_end execute function refuse_change()",
    "drop database casebook_template",
)
ENGINES = (
    "insert into token values ('t', 'x', 'd', now(), null)",
    "select digest from token",
    "insert into staff_role values ('x', 'approver', now(), 'x', null)",
    "update staff set suspended_at = null",
    "update account_proposal set confirmed = true",
    "update policy_document set body = '{}'",
    "update source_person set until = 1",
    "delete from source_frequency",
    "insert into home values ('trial')",
    "update clock_offset set seconds = 0",
    "insert into seal (sealed_at) values (now())",
    "update case_document set sealed = null",
    "select source_keys_unindexed()",
)
READERS = (
    "insert into heartbeat values ('x', now(), 'x')",
    "update application set stage = 'closed'",
    "insert into ledger (chain) values ('x')",
    "update outbox set reason = 'x'",
    "select source_keys_indexed()",
)


@pytest.fixture
def as_role(server, database_url):
    """`as_role(role)`: a connection of this test's database, each statement in a transaction of its own."""

    def connect(role):
        address = named(server, _database(database_url), role).replace("postgresql+psycopg", "postgresql")
        return psycopg.connect(address, autocommit=True)

    return connect


@pytest.mark.parametrize("role", WORKING)
def test_no_role_that_works_takes_a_guard_off(as_role, role):
    with as_role(role) as connection:
        for statement in NOBODY:
            _refused(connection, statement)


@pytest.mark.parametrize("role", WORKING)
def test_a_right_that_somebody_has_is_not_theirs_to_give(as_role, role):
    granted = (
        "select count(*) from information_schema.table_privileges where grantee = 'PUBLIC' and table_schema = 'public'"
    )
    with as_role(role) as connection:
        connection.execute("grant all on ledger to public")  # PostgreSQL warns, and does nothing
        assert connection.execute(granted).fetchone() == (0,)


def test_the_engine_makes_no_account_no_policy_no_record_and_no_seal(as_role):
    with as_role(WORKER) as connection:
        for statement in ENGINES:
            _refused(connection, statement)


@pytest.mark.parametrize("role", [READER, BACKUP])
def test_whoever_reads_writes_nothing(as_role, role):
    with as_role(role) as connection:
        for statement in (*ENGINES[2:], *READERS):
            _refused(connection, statement)
        for table in Base.metadata.tables:
            _refused(connection, f'delete from "{table}"')


def test_a_reader_does_not_see_what_proves_who_somebody_is(as_role):
    with as_role(READER) as connection:
        _refused(connection, "select * from token")
        _refused(connection, "select * from staff_detail")
        assert connection.execute("select count(*) from application").fetchone() == (0,)


def test_a_backup_reads_every_table(as_role):
    with as_role(BACKUP) as connection:
        for table in (*Base.metadata.tables, "alembic_version"):
            connection.execute(f'select count(*) from "{table}"')


@pytest.mark.parametrize("role", WORKING)
def test_a_role_has_the_rights_of_the_table_and_no_others(as_role, role):
    privileges = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    with as_role(role) as connection:
        for table in (*Base.metadata.tables, "alembic_version"):
            has = {
                each
                for each in privileges
                if connection.execute("select has_table_privilege(%s, %s)", [f'"{table}"', each]).fetchone() == (True,)
            }
            assert has == {each for each in roles.rights(role, table).split(", ") if each}, table


def test_whoever_does_not_own_the_tables_cannot_migrate_them(server, database_url, as_role):
    owner = database_url
    engine = create_engine(owner)
    with engine.begin() as connection:
        assert roles.is_owner(connection)
        connection.execute(text("update alembic_version set version_num = '0019'"))
    engine.dispose()
    with pytest.raises(migrate.OwnerNeeded) as refused:
        migrate.upgrade(named(server, _database(owner), APP))
    assert "CASEBOOK_OWNER_DATABASE_URL" in str(refused.value)


def _database(url):
    return make_url(url).database


def _refused(connection, statement):
    try:
        connection.execute(statement)
    except psycopg.Error as error:
        refused = error
    else:
        pytest.fail(f"not refused: {statement}")
    known = (
        psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidGrantOperation, psycopg.errors.UndefinedFile,
        psycopg.errors.FeatureNotSupported,
    )  # fmt: skip
    assert isinstance(refused, known), (statement, refused)
