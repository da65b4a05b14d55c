"""Where the embedded server lives: nobody's directories are changed, long and private homes work, root or not."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import stat
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from processes import forked

from casebook.casework.opening_home import open_casebook
from casebook.errors import DatabaseUnavailable, HomeUnusable, WrongUsage
from casebook.storage.server import cluster, databases, packaged_server, server_place

if TYPE_CHECKING:
    from collections.abc import Iterator

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone runs the server as another user")


def ask(server: cluster.Server, question: str) -> list[tuple]:
    with databases.connect(server.address("casebook")) as connection:
        return connection.execute(question).fetchall()


def looks(*paths: Path) -> dict[str, tuple[int, int, int]]:
    """Mode and owner of these and of every directory above them."""
    every = {place for path in paths for place in (path, *path.parents)}
    return {str(place): ((found := place.lstat()).st_mode, found.st_uid, found.st_gid) for place in every}


def environment_directories() -> list[Path]:
    """The directories of the installed server, and the interpreter's."""
    package = Path(server_place.util.find_spec(server_place.PACKAGE).submodule_search_locations[0])
    return [Path(directory) for directory, _, _ in os.walk(package)] + [Path(sys.prefix), Path(sys.executable)]


@pytest.fixture
def private(home: Path) -> Path:
    """A directory that only its owner may pass, as pytest's own are, with a neighbour for the home."""
    place = home / "private"
    place.mkdir(mode=0o700)
    (place / "neighbour").mkdir(mode=0o750)
    (place / "neighbour" / "file").write_text("theirs")
    return place


@pytest.fixture
def clusters(home: Path) -> Path:
    return home / "clusters"


@pytest.mark.parametrize("where", ["private", "."])
def test_no_directory_that_was_there_before_changes_mode_or_owner(
    home: Path, private: Path, clusters: Path, where: str
) -> None:
    chosen = home / where / "home"
    theirs = [private, private / "neighbour", private / "neighbour" / "file", *environment_directories()]
    before = looks(*theirs)
    with cluster.running(chosen, clusters=clusters) as server:
        assert ask(server, "select 1") == [(1,)]
        assert looks(*theirs) == before
    assert looks(*theirs) == before


@pytest.mark.parametrize("name", ["Clare's Law", 'a "home"', "back\\slash", "%s $HOME #"])
def test_a_home_may_have_any_name(home: Path, clusters: Path, name: str) -> None:
    with cluster.running(home / name, clusters=clusters) as server:
        assert ask(server, "select 1") == [(1,)]


@pytest.mark.parametrize("name", ["Clare's Law", "a+b %41 #1 & x=é?"])
def test_the_casebook_of_a_home_of_any_name_opens(home: Path, clusters: Path, name: str) -> None:
    with cluster.running(home / name, clusters=clusters) as server:
        for _ in range(2):  # the first time makes keys and tables, the second one asks for both
            store = open_casebook(home / name, server.url("casebook"))
            with store.engine.connect() as connection:
                assert connection.exec_driver_sql("select current_database()").scalar() == "casebook"
            store.engine.dispose()


def test_a_home_whose_path_cannot_be_addressed_is_refused(home: Path, clusters: Path) -> None:
    with pytest.raises(HomeUnusable, match="comma"), cluster.running(home / "law, Clare", clusters=clusters):
        pass


@only_root
def test_a_home_the_servers_user_cannot_reach_keeps_its_data_outside(private: Path, clusters: Path) -> None:
    with cluster.running(private / "home", clusters=clusters) as server:
        ask(server, "select 1")
        assert server.data.is_relative_to(clusters)
        assert stat.S_IMODE(server.data.parent.stat().st_mode) == 0o700
        assert server.data.stat().st_uid != 0


@only_root
def test_a_new_home_at_the_place_of_a_removed_one_starts_empty(private: Path, clusters: Path) -> None:
    home = private / "home"
    with cluster.running(home, clusters=clusters) as server:
        with databases.connect(server.address("casebook")) as connection:
            connection.execute("create table old_news (x int)")
        shutil.rmtree(home)  # even while the old server runs
        with cluster.running(home, clusters=clusters) as fresh:
            assert ask(fresh, "select from pg_tables where tablename = 'old_news'") == []
        assert len(ask(server, "select from pg_tables where tablename = 'old_news'")) == 1


@only_root
def test_a_moved_home_takes_its_data_along_and_a_copied_one_is_refused(private: Path, clusters: Path) -> None:
    home, moved = private / "home", private / "moved"
    with cluster.running(home, clusters=clusters) as server, databases.connect(server.address("casebook")) as one:
        one.execute("create table kept (x int)")
    home.rename(moved)
    with cluster.running(moved, clusters=clusters) as server:
        assert ask(server, "select * from kept") == []
    shutil.copytree(moved, home)
    with pytest.raises(HomeUnusable, match="is a copy of"), cluster.running(home, clusters=clusters):
        pass


@only_root
def test_programs_the_servers_user_cannot_reach_are_copied_once(
    home: Path, private: Path, clusters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = Path(server_place.util.find_spec(server_place.PACKAGE).submodule_search_locations[0])
    for name in (installed.name, f"{installed.name}.libs"):
        shutil.copytree(installed.with_name(name), private / name)

    class Found:
        submodule_search_locations = (str(private / installed.name),)

    monkeypatch.setattr(server_place.util, "find_spec", lambda _: Found)
    with cluster.running(home / "home", clusters=clusters) as server:
        assert ask(server, "select 1") == [(1,)]
        ours = Path(f"/proc/{packaged_server._pid_file(server.data)[0]}/exe").readlink()
    assert ours.is_relative_to(clusters)
    before = ours.stat().st_mtime_ns, ours.stat().st_ino
    with cluster.running(home / "home", clusters=clusters):
        assert (ours.stat().st_mtime_ns, ours.stat().st_ino) == before


@only_root
def test_a_directory_for_clusters_that_others_may_write_is_refused(private: Path, clusters: Path) -> None:
    clusters.mkdir()
    clusters.chmod(0o777)
    with pytest.raises(HomeUnusable, match="other than root"), cluster.running(private / "home", clusters=clusters):
        pass


@only_root
def test_root_is_told_when_the_servers_user_does_not_exist(home: Path) -> None:
    for name in ("no-such-user", "root"):
        with pytest.raises(WrongUsage, match="CASEBOOK_SERVER_USER"), cluster.running(home, server_user=name):
            pass


def test_a_long_home_has_its_socket_in_a_short_private_directory(made_home: Path) -> None:
    deep = made_home.joinpath(*["a-rather-long-name-for-a-directory"] * 5)
    deep.mkdir(parents=True)
    shutil.copytree(made_home / "database", deep / "database", symlinks=True)
    give_back(made_home / "database" / "data", deep / "database" / "data")
    with cluster.running(deep) as server:
        place = Path(server.address("casebook").partition("?host=")[2])
        assert len(os.fsencode(place / server_place.SOCKET_NAME)) <= server_place.SOCKET_PATH_LIMIT
        assert stat.S_IMODE(place.lstat().st_mode) == 0o700
        assert ask(server, "select 1") == [(1,)]
    assert not place.exists()


def give_back(original: Path, copy: Path) -> None:
    """A copy made by root belongs to root: give it to the original's owner."""
    owner = server_place.owner_of(original)
    for directory, _, files in os.walk(copy):
        for path in (Path(directory), *(Path(directory, file) for file in files)):
            os.chown(path, owner.uid, owner.gid)


@pytest.mark.parametrize("trap", ["link", "open directory"])
def test_a_socket_directory_that_is_not_ours_is_refused(home: Path, trap: str) -> None:
    account = server_place.server_account(None)
    directory = home.joinpath(*["a-rather-long-name-for-a-directory"] * 5)
    place = server_place.socket_directory(directory, account)
    place.rmdir()
    try:
        if trap == "link":
            (home / "elsewhere").mkdir(mode=0o700)
            place.symlink_to(home / "elsewhere")
        else:
            place.mkdir()
            place.chmod(0o777)
        with pytest.raises(DatabaseUnavailable, match="socket directory"):
            server_place.socket_directory(directory, account)
    finally:
        place.unlink() if place.is_symlink() else place.rmdir()


@pytest.fixture
def theirs(made_home: Path) -> Iterator[socket.socket]:
    """A socket in the place of the server's, on which another process listens."""
    with cluster.running(made_home) as server:
        place = server.data.with_name("socket")
    place.mkdir(mode=0o700)
    os.chown(place, (owner := server_place.owner_of(server.data)).uid, owner.gid)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place / server_place.SOCKET_NAME))
        listening.listen()
        yield listening


def test_the_last_process_of_a_killed_server_may_hold_its_socket_for_a_moment(
    made_home: Path, theirs: socket.socket
) -> None:
    closing = threading.Timer(0.3, theirs.close)
    closing.start()
    with cluster.running(made_home) as server:
        assert ask(server, "select 1") == [(1,)]
    closing.join()


def test_a_socket_somebody_else_listens_on_is_reported_and_nothing_is_lost(
    made_home: Path, theirs: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaged_server, "LAST_BREATH", 0.1)
    with theirs, pytest.raises(DatabaseUnavailable, match="uses the socket"), cluster.running(made_home):
        pass
    with cluster.running(made_home) as server:  # the socket file of a server that is gone is no obstacle
        assert ask(server, "select 1") == [(1,)]


@only_root
def test_an_ordinary_user_runs_it_as_themselves(home: Path, finished_home: Path) -> None:
    home.chmod(0o777)
    theirs = home / "theirs"
    assert as_nobody(theirs) == 0
    assert (theirs / "database" / "data").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    # root on an ordinary user's home: the server still runs as its owner, and its owner may go on
    with cluster.running(theirs) as server:
        assert ask(server, "select 1") == [(1,)]
    assert as_nobody(theirs) == 0


@only_root
def test_a_home_an_ordinary_user_may_not_write_is_reported(home: Path, made_home: Path) -> None:
    assert as_nobody(made_home) == HomeUnusable.exit_code
    assert as_nobody(home / "not" / "theirs") == HomeUnusable.exit_code


def as_nobody(home: Path) -> int:
    """Forked, for an interpreter in root's own directory cannot be started by anybody else, nor import from there."""
    nobody = pwd.getpwnam("nobody")

    def use() -> int:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        try:
            with cluster.running(home) as server:
                return 0 if ask(server, "select 1") == [(1,)] else 98
        except HomeUnusable as refusal:
            return refusal.exit_code

    with forked(use) as result:
        return result(120)


def test_data_that_vanished_is_reported_never_replaced(made_home: Path) -> None:
    record = json.loads((made_home / "database" / "cluster.json").read_text())
    shutil.rmtree(made_home / "database" / "data")
    for _ in range(2):
        with pytest.raises(HomeUnusable, match="missing"), cluster.running(made_home):
            pass
    assert json.loads((made_home / "database" / "cluster.json").read_text())["passwords"] == record["passwords"]
