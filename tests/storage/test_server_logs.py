"""A PostgreSQL of a force's own logs by default what an error is about: our sessions set what they may, and `up` says the rest."""

import contextlib
import os
import uuid

import pytest
from sqlalchemy import make_url, text

from casebook.cli.operations import up
from casebook.errors import CasebookError
from casebook.storage import server_logs, session

# what packages of PostgreSQL ship, and what an administrator looking for slow statements adds
DEFAULT = {"log_min_messages": "warning", "log_min_error_statement": "error", "log_error_verbosity": "default"}
CURIOUS = DEFAULT | {
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_parameter_max_length_on_error": "-1",
}
MAY_SET = [name for name in server_logs.QUIET if name != "log_parameter_max_length_on_error"]


@pytest.fixture
def logging_as(store, own_database):
    """A database whose server logs like this, for the connections that are opened from now on."""

    def settle(settings):
        own_database.hand_on()
        for name, value in settings.items():
            own_database.superuser.execute(f"alter database {own_database.name} set {name} = '{value}'")
        store.engine.dispose()

    return settle


@pytest.fixture
def granted(own_database, store):
    """The casebook for a role that may set what is logged, as on a server whose administrator has granted it."""
    role, names = f"granted_{os.getpid()}", ", ".join(MAY_SET)
    superuser = own_database.superuser
    superuser.execute(f"create role {role} login in role casebook password 'x'")
    superuser.execute(f"grant set on parameter {names} to {role}")
    url = make_url(own_database.url).set(username=role, password="x").render_as_string(hide_password=False)
    other = session.open_store(url, store.key)
    yield other
    other.engine.dispose()
    superuser.execute(f"revoke set on parameter {names} from {role}")
    superuser.execute(f"drop role {role}")


@pytest.fixture
def logged(server):
    """Whether the server logs a row with a fault, a value that cannot be read, or what somebody asks."""

    def look(store):
        canary = f"canary{uuid.uuid4().hex}"
        log = server.folder / "server.log"
        before = log.stat().st_size
        for statement in (
            "insert into home (id, kind) values (99, :value)",
            "select cast(:value as integer)",
            "select cast(:value as text)",
        ):
            with contextlib.suppress(CasebookError), store.session() as opened:
                opened.execute(text(statement), {"value": canary})
        with log.open("rb") as file:
            file.seek(before)
            return canary in file.read().decode()

    return look


def test_a_server_that_logs_everything_would_log_the_row(store, logging_as, logged):
    logging_as(CURIOUS)
    assert logged(store)


@pytest.mark.parametrize("settings", [DEFAULT, CURIOUS])
def test_with_a_grant_no_session_of_ours_is_logged(logging_as, granted, logged, settings):
    logging_as(settings)
    assert not logged(granted)
    with granted.session() as opened:
        assert server_logs.leaking(opened) == []


def test_what_any_role_may_set_is_set(store, logging_as):
    logging_as(CURIOUS)
    with store.session() as opened:
        assert opened.scalar(text("show log_parameter_max_length_on_error")) == "0"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (DEFAULT, ["log_min_messages", "log_min_error_statement", "log_error_verbosity"]),
        (
            CURIOUS,
            [
                "log_statement",
                "log_min_duration_statement",
                "log_parameter_max_length",
                "log_min_messages",
                "log_min_error_statement",
                "log_error_verbosity",
            ],
        ),
        ({}, []),  # the embedded server
    ],
)
def test_up_names_what_only_the_servers_administrator_can_change(store, logging_as, settings, named):
    logging_as(settings)
    with store.session() as opened:
        leaking = server_logs.leaking(opened)
    assert leaking == named
    told = []
    up._warn_of_logs(leaking, told.append)
    assert [all(name in line for name in named) for line in told] == [True] * bool(named)
