"""One embedded PostgreSQL per home: shared, private, stopped by the last to leave."""

from __future__ import annotations

import asyncio
import stat
import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from casebook.errors import DatabaseUnavailable
from casebook.storage.server import cluster, databases, packaged_server
from casebook.storage.server.packaged_server import State

if TYPE_CHECKING:
    from pathlib import Path

    from casebook.storage.server.cluster import Server


def ask(server: Server, question: str, database: cluster.DatabaseName = "casebook") -> list[tuple]:
    with databases.connect(server.address(database)) as connection:
        return connection.execute(question).fetchall()


def state(home: Path) -> State:
    return packaged_server.observe(home / "database" / "data")


def test_the_first_user_starts_the_server_and_the_last_one_stops_it(made_home: Path) -> None:
    with cluster.running(made_home) as first:
        with cluster.running(made_home) as second:
            assert first.address("casebook") == second.address("casebook")
        assert state(made_home) is State.READY
    assert state(made_home) is State.GONE


def test_a_new_home_gets_both_databases_with_what_names_need(home: Path) -> None:
    with cluster.running(home) as server:
        extensions = {name for (name,) in ask(server, "select extname from pg_extension")}
        assert {"pg_trgm", "fuzzystrmatch"} <= extensions
        # an accented letter is a letter, not a gap between two words
        assert ask(server, "select lower('SIÂN'), similarity('Siân', 'SIÂN')") == [("siân", 1.0)]
        assert ask(server, "select current_user", "prefect") == [("prefect",)]


def test_what_is_committed_is_on_disk_and_what_is_read_is_checked(made_home: Path) -> None:
    names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "listen_addresses", "timezone")
    with cluster.running(made_home) as server:
        found = [ask(server, f"show {name}")[0][0] for name in names]
    assert found == ["on", "on", "on", "on", "", "UTC"]


def test_sqlalchemy_reaches_both_databases_through_the_urls(server: Server) -> None:
    async def from_prefect() -> str:
        engine = create_async_engine(server.url("prefect"))
        async with engine.connect() as connection:
            found: str = (await connection.execute(text("select current_database()"))).scalar_one()
        await engine.dispose()
        return found

    engine = create_engine(server.url("casebook"))
    with engine.connect() as connection:
        assert connection.scalar(text("select current_database()")) == "casebook"
    engine.dispose()
    assert asyncio.run(from_prefect()) == "prefect"


def test_nobody_enters_without_the_right_password(server: Server) -> None:
    address = server.address("casebook")
    password = address.partition("://casebook:")[2].partition("@")[0]
    for wrong in (address.replace(password, "wrong"), address.replace(f":{password}", "")):
        with pytest.raises(DatabaseUnavailable) as refusal:
            databases.connect(wrong)
        assert password not in str(refusal.value)


def test_the_engine_cannot_enter_the_casebook(server: Server) -> None:
    with pytest.raises(DatabaseUnavailable, match="permission denied"):
        databases.connect(server.address("prefect").replace("/prefect?", "/casebook?"))


def test_passwords_and_data_are_for_their_owners_only(made_home: Path) -> None:
    with cluster.running(made_home):
        folder = made_home / "database"
        modes = {name: stat.S_IMODE((folder / name).stat().st_mode) for name in ("cluster.json", "data", "socket")}
    assert modes == {"cluster.json": 0o600, "data": 0o700, "socket": 0o700}
    assert not list(folder.glob("*password*"))


def test_a_dropped_engine_database_is_made_anew_by_the_next_user(made_home: Path) -> None:
    with cluster.running(made_home) as first:
        ask_nothing = databases.connect(first.address("casebook"))
        ask_nothing.execute("drop database prefect")  # the operator's address may do this
        ask_nothing.close()
        with cluster.running(made_home) as second:
            assert ask(second, "select 1", "prefect") == [(1,)]


def test_the_operators_address_may_restore_but_is_no_superuser(server: Server) -> None:
    with databases.connect(server.address("casebook")) as connection:
        connection.execute("set session_replication_role = replica")
        assert connection.execute("show is_superuser").fetchone() == ("off",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("copy (select 1) to program 'cat'")


def test_the_servers_log_holds_no_values(made_home: Path) -> None:
    canary = "Xanthippe-Quillfeather"
    with cluster.running(made_home) as server, databases.connect(server.address("casebook")) as connection:
        connection.execute("create table t (name text unique)")
        connection.execute("insert into t values (%s)", [canary])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(f"insert into t values ('{canary}')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("select %s::integer", [canary])
    log = (made_home / "database" / "server.log").read_text()
    assert "shut down" in log
    assert canary not in log


def test_users_who_come_and_go_at_once_never_meet_a_stopped_server(made_home: Path) -> None:
    failures: list[BaseException] = []

    def come_and_go() -> None:
        try:
            for _ in range(6):
                with cluster.running(made_home) as server:
                    ask(server, "select 1")
        except BaseException as failure:  # noqa: BLE001 - reported below
            failures.append(failure)

    crowd = [threading.Thread(target=come_and_go) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert failures == []
    assert state(made_home) is State.GONE


def test_a_server_asked_to_linger_outlives_its_last_user_for_that_long(made_home: Path) -> None:
    with cluster.running(made_home) as server:
        server.linger(2)
    assert ask(server, "select 1") == [(1,)]
    until = time.monotonic() + 20
    while state(made_home) is not State.GONE:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_joining_a_running_server_is_quick(server: Server) -> None:
    home = server.folder.parent
    began = time.perf_counter()
    with cluster.running(home):
        pass
    assert time.perf_counter() - began < 0.5  # 0.01 s on an idle machine; a start would take ten times as long


def test_each_test_has_a_migrated_database_of_its_own(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert connection.scalar(text("select count(*) from alembic_version")) == 1
        connection.execute(text("create table only_here (x int)"))
    engine.dispose()
