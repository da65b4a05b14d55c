"""What tests of every kind share: one PostgreSQL for the whole run, a migrated database per test, fresh homes."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from processes import default_signals_for_children, started

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from datetime import datetime
    from subprocess import Popen

    from own_database import OwnDatabase
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
ENOUGH = 4 << 30  # bytes
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


def pytest_collection_finish() -> None:
    """What was imported stays: the collector of garbage no longer walks through it, and comes less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


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
    return _copied(finished_home, home)


@pytest.fixture(scope="session")
def migrated_home(finished_home: Path) -> Iterator[Path]:
    """A home whose casebook is migrated and has its keys and documents of policy; to be copied, not used."""
    from casebook.casework.opening_home import open_casebook  # noqa: PLC0415
    from casebook.storage.server import cluster  # noqa: PLC0415

    path = _copied(finished_home, _new_home())
    with cluster.running(path) as server:
        open_casebook(path, server.url("casebook")).engine.dispose()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def begun_home(home: Path, migrated_home: Path) -> Path:
    """A home of one's own in which the first command need not migrate anything."""
    return _copied(migrated_home, home)


def _copied(this: Path, that: Path) -> Path:
    from casebook.storage.server.server_place import owner_of  # noqa: PLC0415

    shutil.copytree(this, that, dirs_exist_ok=True, ignore=shutil.ignore_patterns("socket"))
    owner = owner_of(this / "database" / "data")
    for directory, _, files in os.walk(that / "database" / "data"):
        os.chown(directory, owner.uid, owner.gid)
        for file in files:
            os.chown(Path(directory, file), owner.uid, owner.gid)
    return that


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The one server of this run."""
    from casebook.storage.server import cluster, databases  # noqa: PLC0415

    with cluster.running(Path(os.environ[RUN_HOME])) as running:
        with databases.connect(running.address("postgres")) as superuser:
            for setting in ("fsync", "full_page_writes", "autovacuum"):  # nothing here outlives the run
                superuser.execute(f"alter system set {setting} = off")
            superuser.execute("select pg_reload_conf()")
        yield running


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The name of a migrated database, made by the first worker that asks."""
    from own_database import named  # noqa: PLC0415

    from casebook.storage import migrate  # noqa: PLC0415
    from casebook.storage.server import databases  # noqa: PLC0415

    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute("select pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        if superuser.execute("select from pg_database where datname = %s", [TEMPLATE]).fetchone() is None:
            superuser.execute(f"drop database if exists {TEMPLATE}_half")
            superuser.execute(f"create database {TEMPLATE}_half owner casebook")
            migrate.upgrade(named(server, f"{TEMPLATE}_half"))
            superuser.execute(f"alter database {TEMPLATE}_half rename to {TEMPLATE}")
    return TEMPLATE


@pytest.fixture(scope="session")
def databases_of_this_process(server: Server, template: str) -> Iterator[OwnDatabase]:
    """The database that its tests have one after the other, and the filled ones that it may be a copy of."""
    from own_database import OwnDatabase  # noqa: PLC0415

    with OwnDatabase.on(server, template) as own:
        yield own


@pytest.fixture
def own_database(databases_of_this_process: OwnDatabase) -> Iterator[OwnDatabase]:
    """A migrated database that is this test's alone. It is made when somebody connects."""
    yield databases_of_this_process
    databases_of_this_process.forget()


@pytest.fixture
def database_url(own_database: OwnDatabase) -> str:
    """SQLAlchemy's address of that database, for whoever connects to it in their own way."""
    return own_database.hand_on()


@pytest.fixture
def store(own_database: OwnDatabase) -> Iterator[Store]:
    """The casebook in that database."""
    from casebook.storage.session import open_store  # noqa: PLC0415

    store = open_store(own_database.working, b"a key for the tests of casebook.")
    own_database.seen_by(store.engine)
    yield store
    store.engine.dispose()


@pytest.fixture
def owners(own_database: OwnDatabase) -> Iterator[Store]:
    """The same database, entered as the owner of its tables, who can do what nobody who works in it can."""
    from casebook.storage.session import open_store  # noqa: PLC0415

    owners = open_store(own_database.url, b"a key for the tests of casebook.")
    own_database.seen_by(owners.engine)
    yield owners
    owners.engine.dispose()


@pytest.fixture
def fill_once(own_database: OwnDatabase, store: Store) -> Callable[..., Any]:
    """`fill_once(what, fill)`: fill this test's database; the same from the same beginning once more is a copy.

    `what` says in full what `fill` does: the same words, the same rows, and the same return value. The beginning is the
    ledger, the loaded extracts and the sources elsewhere that this process may ask: the same application at record checks
    has other searches when a source is elsewhere. A copy is made when somebody looks into it: a filling that begins with a
    copy costs nothing.
    """

    def fill_or_copy(what: Hashable, fill: Callable[[], Any]) -> Any:
        return own_database.fill_once(what, fill, store)

    return fill_or_copy


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
