"""What goes wrong underneath is told in one sentence, exit 3, and nothing that was committed is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from processes import started

from casebook.cli.main import main
from casebook.errors import DatabaseUnavailable, Fault, HomeUnusable, WrongUsage
from casebook.settings import Settings, load
from casebook.storage.server import cluster, databases, packaged_server, server_place
from casebook.storage.server.packaged_server import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A command of its own: starts or joins, says so, and stays until its input ends.
COMMAND = (
    "import sys; from pathlib import Path; from casebook.storage.server import cluster, databases\n"
    "with cluster.running(Path(sys.argv[1])) as server:\n"
    "    print(databases.connect(server.address('casebook')).execute('select 1').fetchone(), flush=True)\n"
    "    sys.stdin.read()"
)


def ask(server: cluster.Server, question: str) -> list[tuple]:
    with databases.connect(server.address("casebook")) as connection:
        return connection.execute(question).fetchall()


def data_of(home: Path) -> Path:
    return home / "database" / "data"


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.fixture
def command(start_process) -> Callable[[Path], subprocess.Popen[str]]:
    def begin(home: Path) -> subprocess.Popen[str]:
        words = [sys.executable, "-W", "ignore", "-c", COMMAND, str(home)]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return start_process(words, text=True, start_new_session=True, **streams)

    return begin


def test_a_killed_server_recovers_with_all_that_was_committed(made_home: Path) -> None:
    with cluster.running(made_home) as server:
        with databases.connect(server.address("casebook")) as connection:
            connection.execute("create table kept as select 42 as answer")
        pid = packaged_server._pid_file(server.data)[0]
        os.kill(pid, signal.SIGKILL)
        with cluster.running(made_home) as again:  # at once, while its last processes may still be dying
            assert packaged_server._pid_file(server.data)[0] != pid
            assert ask(again, "select * from kept") == [(42,)]
        assert ask(server, "select * from kept") == [(42,)]  # the address of those who were there before still works


def test_a_pid_that_is_now_somebody_elses_does_not_keep_the_server_from_starting(made_home: Path) -> None:
    with cluster.running(made_home) as server:
        notes = (server.data / "postmaster.pid").read_text().splitlines()
    owner = server_place.owner_of(data_of(made_home))
    as_owner = {"user": owner.uid, "group": owner.gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with started(["sleep", "60"], **as_owner) as other:
        stale = "\n".join([str(other.pid), *notes[1:]]) + "\n"
        packaged_server.write_file(data_of(made_home) / "postmaster.pid", stale, owner)
        with cluster.running(made_home) as server:
            assert ask(server, "select 1") == [(1,)]
        assert other.poll() is None


def test_a_killed_command_leaves_a_server_that_the_next_one_joins_and_stops(made_home: Path, command) -> None:
    killed = command(made_home)
    assert killed.stdout.readline() == "(1,)\n"
    killed.kill()
    killed.wait()
    left = packaged_server._pid_file(data_of(made_home))[0]
    with cluster.running(made_home) as server:
        assert packaged_server._pid_file(server.data)[0] == left
    assert packaged_server.observe(data_of(made_home)) is State.GONE


def test_ctrl_c_at_the_command_that_started_the_server_does_not_reach_the_others(made_home: Path, command) -> None:
    starter = command(made_home)
    assert starter.stdout.readline() == "(1,)\n"
    with cluster.running(made_home) as server:
        os.killpg(starter.pid, signal.SIGINT)
        starter.wait(30)
        assert ask(server, "select 1") == [(1,)]
    assert packaged_server.observe(data_of(made_home)) is State.GONE


def test_commands_that_start_a_new_home_at_the_same_moment_share_one_server(home: Path, command) -> None:
    crowd = [command(home) for _ in range(3)]
    assert [one.stdout.readline() for one in crowd] == ["(1,)\n"] * 3
    said = (home / "database" / "server.log").read_text()
    assert said.count("ready to accept connections") == 1
    assert [one.communicate()[1] for one in crowd] == [""] * 3
    assert [one.returncode for one in crowd] == [0] * 3
    assert packaged_server.observe(data_of(home)) is State.GONE


@pytest.mark.parametrize("moment", ["data.new", "data", "data/postmaster.pid"])
def test_a_command_killed_while_it_makes_the_cluster_is_made_good_by_the_next(home: Path, command, moment: str) -> None:
    killed = command(home)
    wait_until((home / "database" / moment).exists)
    killed.kill()
    killed.wait()
    with cluster.running(home) as server:
        assert ask(server, "select 1") == [(1,)]
    left = {path.name for path in (home / "database").iterdir()}
    assert left <= {"cluster.json", "data", "lock", "server.log", "socket", "users"}


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A home on a disk of its own that is too small."""
    words = ["mount", "-t", "tmpfs", "-o", "size=120m,mode=0711", "tmpfs", str(home)]
    if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("needs leave to mount a small disk")
    yield home
    subprocess.run(["umount", "-l", home], check=True)


def fill(disk: Path, *, leaving: int) -> Path:
    rest = shutil.disk_usage(disk).free - leaving
    (disk / "filler").write_bytes(bytes(max(rest, 0)))
    return disk / "filler"


@pytest.mark.parametrize("megabytes", [0, 1, 20, 30, 38])
def test_a_disk_that_is_full_while_the_cluster_is_made_is_told_and_the_next_try_works(
    small_disk: Path, megabytes: int
) -> None:
    filler = fill(small_disk, leaving=megabytes << 20)
    with pytest.raises(Fault, match=r"[Nn]o space left|disk is full"), cluster.running(small_disk):
        pass
    filler.unlink()
    with cluster.running(small_disk) as server:
        assert ask(server, "select 1") == [(1,)]


def test_a_disk_that_is_full_at_a_start_is_told_and_nothing_is_lost(small_disk: Path) -> None:
    with cluster.running(small_disk) as server, databases.connect(server.address("casebook")) as connection:
        connection.execute("create table kept as select 42 as answer")
    filler = fill(small_disk, leaving=0)
    with pytest.raises(Fault, match=r"[Nn]o space left|disk is full"), cluster.running(small_disk):
        pass
    filler.unlink()
    with cluster.running(small_disk) as server:
        assert ask(server, "select * from kept") == [(42,)]


@pytest.mark.parametrize("place", ["file/home", "file"])
def test_a_home_that_cannot_be_a_directory_is_told(home: Path, place: str) -> None:
    (home / "file").write_text("")
    with pytest.raises(HomeUnusable, match="cannot be used"), cluster.running(home / place):
        pass


def test_a_damaged_record_is_told_and_left_alone(made_home: Path) -> None:
    record = made_home / "database" / "cluster.json"
    record.write_text("{")
    with pytest.raises(HomeUnusable, match="damaged"), cluster.running(made_home):
        pass
    assert record.read_text() == "{"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://casebook:s3cret@127.0.0.1:9/casebook",  # nobody listens there
        "postgresql://casebook:s3cret@nowhere.invalid/casebook",
        "postgresql+psycopg://casebook:s3cret@/casebook?host=/nowhere",
        "postgresql://casebook:pass@s3cret@127.0.0.1/casebook",  # an @ that should be %40
        "postgresql://casebook:s3cret%zz@127.0.0.1/casebook",
        "postgresql://s3cret@[::1",
        "mysql://casebook:s3cret@127.0.0.1/casebook",
        "s3cret",
    ],
)
def test_a_wrong_address_is_a_fault_that_does_not_repeat_the_password(
    home: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASEBOOK_DATABASE_URL", address)
    assert main(["database-url", "casebook", "--home", str(home), "--json"]) == DatabaseUnavailable.exit_code
    said = capsys.readouterr()
    assert json.loads(said.out)["error"]["code"] == "database_unavailable"
    assert said.err.count("\n") == 1
    assert "s3cret" not in said.out + said.err


def test_a_named_server_is_used_as_it_is(home: Path, server: cluster.Server) -> None:
    settings = Settings(home=home, database_url=server.url("casebook"))
    with cluster.database(settings) as named:
        assert named.address("casebook") == server.address("casebook")
        with pytest.raises(DatabaseUnavailable, match="prefect"):
            named.url("prefect")
    assert list(home.iterdir()) == []
    assert server.address("casebook").partition("@")[0].rpartition(":")[2] not in repr((settings, named))


def test_the_operators_address_works_for_a_minute_after_the_command(
    made_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("casebook.cli.operations.database_url.LINGER", 1)
    assert main(["database-url", "casebook", "--home", str(made_home), "--json"]) == 0
    address = json.loads(capsys.readouterr().out)["url"]
    with databases.connect(address) as connection:
        assert connection.execute("select count(*) from alembic_version").fetchone() == (1,)
    wait_until(lambda: packaged_server.observe(data_of(made_home)) is State.GONE)


def test_settings_that_cannot_be_read_are_named_without_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongUsage, match="CASEBOOK_HOME"):
        load()
    monkeypatch.setenv("CASEBOOK_TOKEN", "s3cret")
    monkeypatch.setenv("CASEBOOK_HOME", "/srv/casebook")
    assert load().home == Path("/srv/casebook")
    assert load(Path("/elsewhere")).home == Path("/elsewhere")
    assert "s3cret" not in repr(load())
