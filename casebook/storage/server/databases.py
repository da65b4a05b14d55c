"""The databases and roles inside a server: gives their addresses and creates those that are missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from casebook.errors import DatabaseUnavailable
from casebook.storage.role_names import OWNERS, WORKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

EXTENSIONS = ("pg_trgm", "fuzzystrmatch")
FULL_DISK = ("No space left on device", "could not extend file")
PATIENCE = 5  # seconds to wait for a connection


def addresses(socket: Path, passwords: Mapping[str, str]) -> dict[str, str]:
    """Role -> address. A role has the name of its database; those in `WORKING` work in the database `casebook`."""
    return {
        role: f"postgresql://{role}:{quote(password, safe='')}@/{'casebook' if role in WORKING else role}"
        f"?host={quote(str(socket), safe='/')}"
        for role, password in passwords.items()
    }


def plain(address: str) -> str:
    """The address of a named server in the form of libpq, after a test connection."""
    scheme, _, rest = address.partition("://")
    if scheme.partition("+")[0] not in {"postgresql", "postgres"} or not rest:
        raise DatabaseUnavailable("The address of the database is not a postgresql:// address.")
    address = f"postgresql://{rest}"
    connect(address).close()
    return address


def connect(address: str) -> psycopg.Connection:
    """Open one connection; each statement is its own transaction. A failure is one sentence without the password."""
    import psycopg  # noqa: PLC0415 - 0.2 s that a command which fails earlier need not pay

    try:
        return psycopg.connect(address, autocommit=True, connect_timeout=PATIENCE)
    except psycopg.OperationalError as error:
        # an unescaped @ in a password makes part of it look like the host's name, which the message repeats
        ambiguous = "@" in address.partition("@")[2].partition("/")[0]
        reason = "its password has an @ that is not written %40" if ambiguous else _one_line(str(error))
        raise DatabaseUnavailable(f"The database cannot be reached: {reason}") from None
    except (psycopg.Error, ValueError):
        # the message would repeat the address
        raise DatabaseUnavailable("The address of the database cannot be understood.") from None


def _one_line(message: str) -> str:
    """What went wrong in the first failed attempt, as one line without libpq's questions."""
    if any(sign in message for sign in FULL_DISK):
        return "the disk is full. Nothing is lost: free some space and try again."
    attempts = [line for line in message.splitlines() if "failed:" in line and not line.endswith("failed:")]
    return (attempts or message.splitlines() or ["no reason was given"])[0].removeprefix("- ").strip()


def ensure(known: Mapping[str, str], passwords: Mapping[str, str], *, thorough: bool) -> None:
    """Create the roles, databases and extensions that are missing. Unless `thorough`, check the databases only."""
    import psycopg  # noqa: PLC0415 - as above

    try:
        with connect(known["postgres"]) as superuser:
            have = {name for (name,) in superuser.execute("select datname from pg_database")}
            missing = [name for name in OWNERS if name not in have]
            roles = superuser.execute(
                "select count(*) from pg_roles where rolname = any(%s)", [list(WORKING)]
            ).fetchone()
            # a server that a command of an earlier release started has not all of them
            thorough = thorough or roles != (len(WORKING),)
            if missing or thorough:
                _ensure_roles(superuser, passwords)
            for name in missing:
                superuser.execute(f"create database {name} owner {name}")
                superuser.execute(f"revoke connect on database {name} from public")
            if missing or thorough:
                superuser.execute(f"grant connect on database casebook to {', '.join(WORKING)}")
            if missing or thorough:
                # what a crash loses of it is made again from the casebook, whose own commits wait for the disk
                superuser.execute("alter database prefect set synchronous_commit to off")
        if missing or thorough:
            _ensure_extensions(known["postgres"].replace("/postgres?", "/casebook?"))
    except psycopg.Error as error:
        raise DatabaseUnavailable(f"The databases could not be prepared: {_one_line(str(error))}") from error


def _ensure_extensions(address: str) -> None:
    with connect(address) as superuser:
        for extension in EXTENSIONS:
            superuser.execute(f"create extension if not exists {extension}")


def _ensure_roles(superuser: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    have = {name for (name,) in superuser.execute("select rolname from pg_roles")}
    for name in (*OWNERS, *WORKING):
        if name in have:
            continue
        # the server gets the verifier, never the password
        verifier = superuser.pgconn.encrypt_password(passwords[name].encode(), name.encode(), b"scram-sha-256").decode()
        superuser.execute(f"create role {name} login password '{verifier}'")
    # the casebook's role may also create the engine's database again, and clone its own for tests
    superuser.execute("alter role casebook createdb")
    superuser.execute("grant prefect to casebook")
    # an owner can switch its triggers off one by one anyway; a restore, or a test of tampering, needs this setting
    superuser.execute("grant set on parameter session_replication_role to casebook")
