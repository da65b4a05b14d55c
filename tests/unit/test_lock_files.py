"""Nobody else on the machine can open a home's lock files, and so nobody else can hold their locks."""

import contextlib
import fcntl
import os
import stat
import tempfile
from pathlib import Path

import pytest
from processes import forked

from casebook import lock_files
from casebook.errors import HomeUnusable
from casebook.storage.server import server_use
from deployments import platform

NOBODY = 65534


def held_by_nobody(path):
    """Whether another user of the machine can open a file in any way and hold its lock."""

    def hold():
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        for flags in (os.O_RDONLY, os.O_WRONLY):
            with contextlib.suppress(PermissionError):
                fcntl.flock(os.open(path, flags), fcntl.LOCK_SH | fcntl.LOCK_NB)
                return True
        return False

    with forked(hold) as result:
        return result(10)


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def folder():
    """A folder as root makes it for the database: everybody may pass through it, for the server's own user must."""
    with tempfile.TemporaryDirectory(prefix="casebook-locks-", dir="/tmp") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else")
@pytest.mark.parametrize("before", [None, 0o644, 0o666])
def test_another_user_can_neither_open_nor_lock_them(folder, before):
    for name in ("lock", "users", "up.lock"):
        if before is not None:
            (folder / name).touch()
            (folder / name).chmod(before)
    with server_use.alone(folder):
        membership = server_use.join(folder)
    with platform._alone(folder):
        for name in ("lock", "users", "up.lock"):
            assert not held_by_nobody(folder / name), name
    os.close(membership)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else")
def test_a_lock_that_is_open_to_others_would_be_held(folder):
    (folder / "lock").touch()
    (folder / "lock").chmod(0o644)
    assert held_by_nobody(folder / "lock")


def test_every_file_of_the_folder_of_a_lock_is_private(folder):
    with server_use.alone(folder), platform._alone(folder) as note:
        note("http://127.0.0.1:4200")
        os.close(server_use.join(folder))
        assert {entry.name: mode(entry) for entry in folder.iterdir()} == dict.fromkeys(
            ("lock", "users", "up.lock"), 0o600
        )


def test_a_second_platform_is_told_where_the_first_one_is(folder):
    with platform._alone(folder) as note:
        note("http://127.0.0.1:4200")
        with pytest.raises(platform.AlreadyUp, match="4200"), platform._alone(folder):
            pass


def test_a_lock_is_neither_a_link_nor_anything_that_is_not_a_file(folder):
    elsewhere = folder / "elsewhere"
    elsewhere.touch(0o644)
    (folder / "link").symlink_to(elsewhere)
    os.mkfifo(folder / "fifo")
    for name in ("link", "fifo"):
        with pytest.raises(HomeUnusable):
            lock_files.opened(folder / name)
    assert mode(elsewhere) == 0o644


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else")
def test_a_lock_that_root_makes_in_a_home_of_somebody_does_not_lock_them_out(folder):
    os.chown(folder, NOBODY, NOBODY)
    descriptor = lock_files.opened(folder / "lock")
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    assert ((folder / "lock").stat().st_uid, mode(folder / "lock")) == (NOBODY, 0o600)
    os.close(descriptor)
