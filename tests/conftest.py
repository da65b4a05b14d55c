"""What tests of every kind share: one PostgreSQL for the whole run, a migrated database per test, fresh homes."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from processes import default_signals_for_children, started

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from datetime import datetime
    from subprocess import Popen

    from staffing import People
    from walking import Unit

    from casebook.storage.server.cluster import Server
    from casebook.storage.session import Store

RUN_HOME = "CASEBOOK_TEST_RUN_HOME"  # made once by the process that starts the run, inherited by xdist's workers
THEIR_SETTINGS = (
    "CASEBOOK_HOME",
    "CASEBOOK_DATABASE_URL",
    "CASEBOOK_TOKEN",
    "CASEBOOK_SOURCES",
    "CASEBOOK_SERVER_USER",
    "CASEBOOK_CLUSTERS",
)
TEMPLATE = "casebook_template"
COPY = "create database {that} template {this} strategy file_copy owner casebook"
ENOUGH = 4 << 30  # bytes
MOST_FILLINGS = 40  # databases of about 12 MB that a worker keeps to copy from
ONE_AT_A_TIME = 20_140_308  # any number: the advisory lock under which one worker makes the template

settings.register_profile("unhurried", deadline=None)  # no test is failed by a busy machine
settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    for name in THEIR_SETTINGS:
        os.environ.pop(name, None)  # a test never meets the casebook of the person who runs it
    if not hasattr(config, "workerinput"):
        os.environ[RUN_HOME] = str(_new_home())


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and RUN_HOME in os.environ:
        shutil.rmtree(os.environ.pop(RUN_HOME), ignore_errors=True)


def _new_home() -> Path:
    """Short, for the socket; passable, so that root's server user can keep its data there and all goes with it."""
    memory = Path("/dev/shm")  # noqa: S108 - where there is enough of it, a cluster costs no disk
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ENOUGH
    home = Path(tempfile.mkdtemp(prefix="casebook-test-", dir=memory if roomy else "/tmp"))  # noqa: S108 - TMPDIR may be long
    home.chmod(0o711)
    return home


@pytest.fixture(scope="session", autouse=True)
def signals() -> Iterator[None]:
    """Under nohup, or in the background, what tests start hears every signal all the same."""
    with default_signals_for_children():
        yield


@pytest.fixture
def start_process() -> Iterator[Callable[..., Popen[Any]]]:
    """Start a process that ends with the test: `start_process(words, stdout=PIPE, ...)`."""
    with ExitStack() as stack:
        yield lambda words, **options: stack.enter_context(started(words, **options))


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home."""
    path = _new_home()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def finished_home() -> Iterator[Path]:
    """A home with a cluster that is not running; to be copied, not used."""
    from casebook.storage.server import cluster  # noqa: PLC0415 - only tests with a database pay for it

    path = _new_home()
    with cluster.running(path):
        pass
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def made_home(home: Path, finished_home: Path) -> Path:
    """A home of one's own whose cluster has been made before: three times as fast as an empty one."""
    from casebook.storage.server.server_place import owner_of  # noqa: PLC0415

    shutil.copytree(finished_home, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("socket"))
    owner = owner_of(finished_home / "database" / "data")
    for directory, _, files in os.walk(home / "database" / "data"):
        os.chown(directory, owner.uid, owner.gid)
        for file in files:
            os.chown(Path(directory, file), owner.uid, owner.gid)
    return home


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The one server of this run."""
    from casebook.storage.server import cluster, databases  # noqa: PLC0415

    with cluster.running(Path(os.environ[RUN_HOME])) as running:
        with databases.connect(running.address("postgres")) as superuser:
            superuser.execute("alter system set fsync = off")  # nothing here outlives the run
            superuser.execute("select pg_reload_conf()")
        yield running


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The name of a migrated database, made by the first worker that asks."""
    from casebook.storage import migrate  # noqa: PLC0415
    from casebook.storage.server import databases  # noqa: PLC0415

    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute("select pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        if superuser.execute("select from pg_database where datname = %s", [TEMPLATE]).fetchone() is None:
            superuser.execute(f"drop database if exists {TEMPLATE}_half")
            superuser.execute(f"create database {TEMPLATE}_half owner casebook")
            migrate.upgrade(_renamed(server, f"{TEMPLATE}_half"))
            superuser.execute(f"alter database {TEMPLATE}_half rename to {TEMPLATE}")
    return TEMPLATE


@pytest.fixture
def database_url(server: Server, template: str) -> Iterator[str]:
    """SQLAlchemy's address of a migrated database that is this test's alone."""
    from casebook.storage.server import databases  # noqa: PLC0415

    name = f"test_{uuid.uuid4().hex}"
    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute(COPY.format(this=template, that=name))
        yield _renamed(server, name)
        superuser.execute(f"drop database {name} with (force)")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The casebook in that database."""
    from casebook.storage.session import open_store  # noqa: PLC0415

    store = open_store(database_url, b"a key for tests")
    yield store
    store.engine.dispose()


@dataclass(kw_only=True)
class Filling:
    """What a test's database was filled with: the database that holds a copy, and what the filling returned."""

    name: str
    returned: Any


@pytest.fixture(scope="session")
def fillings(server: Server) -> Iterator[dict[Hashable, Filling]]:
    """Where a database began, and what it was filled with then -> the copy."""
    from casebook.storage.server import databases  # noqa: PLC0415

    made: dict[Hashable, Filling] = {}
    yield made
    with databases.connect(server.address("postgres")) as superuser:
        for filling in made.values():
            superuser.execute(f"drop database {filling.name} with (force)")


@pytest.fixture
def fill_once(server: Server, fillings: dict[Hashable, Filling], store: Store) -> Callable[..., Any]:
    """`fill_once(what, fill)`: fill this test's database; the same from the same beginning once more is a copy.

    `what` says in full what `fill` does: the same words, the same rows, and the same return value. The beginning is the
    ledger, the loaded extracts and the sources elsewhere that this process may ask: the same application at record checks
    has other searches when a source is elsewhere. Copying takes a twentieth of the time of hiring a unit.
    """
    from casebook.storage.server import databases  # noqa: PLC0415

    def fill_or_copy(what: Hashable, fill: Callable[[], Any]) -> Any:
        mine = store.engine.url.database
        key = (what, _beginning_of(store))
        if key not in fillings:
            returned = fill()
            if len(fillings) < MOST_FILLINGS:
                fillings[key] = Filling(name=f"filled_{uuid.uuid4().hex}", returned=returned)
                _copy(server, store, mine, fillings[key].name)
            return returned
        store.engine.dispose()
        with databases.connect(server.address("postgres")) as superuser:
            superuser.execute(f"drop database {mine} with (force)")
        _copy(server, store, fillings[key].name, mine)
        return fillings[key].returned

    return fill_or_copy


def _beginning_of(store: Store) -> tuple[str, ...]:
    from casebook.sources import catalogue  # noqa: PLC0415

    with store.engine.connect() as connection:
        heads = connection.exec_driver_sql("select chain || hash from chain_head order by chain").scalars().all()
        extracts = connection.exec_driver_sql("select source || digest from source_extract order by id")
        return (*heads, *extracts.scalars(), repr(catalogue.remote()))


def _copy(server: Server, store: Store, this: str | None, that: str | None) -> None:
    from casebook.storage.server import databases  # noqa: PLC0415

    store.engine.dispose()
    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute(COPY.format(this=this, that=that))


@pytest.fixture
def people() -> People:
    """Who works in the unit; a module or folder that needs others says so by a fixture of this name."""
    from staffing import STAFF  # noqa: PLC0415

    return STAFF


@pytest.fixture
def staffed(store: Store, fill_once: Callable[..., Any]) -> Callable[..., Unit]:
    """`staffed(people)`: a unit with these people, everybody trained for everything. `kind`: a class of units."""
    from walking import Unit  # noqa: PLC0415

    def make(people: People, kind: type[Unit] = Unit) -> Unit:
        unit = kind.of(store, people)
        fill_once(("a unit", repr(people)), unit.hire_everybody)
        return unit

    return make


@pytest.fixture
def unit(staffed: Callable[..., Unit], people: People) -> Unit:
    """A unit with staff, everybody trained: it takes applications in, and anybody acts in it by their id."""
    return staffed(people)


@pytest.fixture
def walked(fill_once: Callable[..., Any]) -> Callable[..., str]:
    """`walked(unit, row, until=...)`: an application taken in and worked to a stage; gives its reference."""
    from walking import through_everything  # noqa: PLC0415

    from casebook.domain.vocabulary import Stage  # noqa: PLC0415

    def walk(unit: Unit, row: Mapping[str, str], until: Stage = Stage.CLOSED) -> str:
        def fill() -> tuple[str, datetime]:
            reference = unit.receive(row)
            assert through_everything(unit, reference, until=until) == until
            return reference, unit.now

        reference, unit.now = fill_once(("walked", repr(row), until, unit.now), fill)
        return reference

    return walk


def _renamed(server: Server, database: str) -> str:
    return server.url("casebook").replace("/casebook?", f"/{database}?")
