"""The record of a home's embedded cluster: `database/cluster.json`, mode 0600, with the generated passwords."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from casebook.errors import HomeUnusable
from casebook.storage.role_names import OWNERS, WORKING
from casebook.storage.server.packaged_server import write_file

ROLES = ("postgres", *OWNERS, *WORKING)


@dataclass(frozen=True, kw_only=True)
class ClusterRecord:
    """Written before the cluster is made and again when it is complete, so that an interrupted start begins again."""

    cluster_id: str  # random: a new home at an old path never meets the old home's data
    folder: str  # where this record was written, to notice a home that was copied
    outside: str | None  # the directory with the data when it is not in the home
    passwords: dict[str, str] = field(repr=False)
    whole: bool = False


def new(folder: Path) -> ClusterRecord:
    return ClusterRecord(
        cluster_id=secrets.token_hex(6),
        folder=str(folder),
        outside=None,
        passwords={role: secrets.token_urlsafe(24) for role in ROLES},
    )


def read(folder: Path) -> ClusterRecord | None:
    """The record of this home, or None for a new one."""
    path = folder / "cluster.json"
    try:
        record = ClusterRecord(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HomeUnusable(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise HomeUnusable(
            f"{path} is damaged. Restore it from a copy: it has the passwords of the database."
        ) from error
    if record.folder != str(folder):
        record = _moved(record, folder)
    return record if set(ROLES) <= set(record.passwords) else _with_every_role(folder, record)


def _with_every_role(folder: Path, record: ClusterRecord) -> ClusterRecord:
    """The record of an earlier release with passwords for the roles that came since."""
    added = {role: secrets.token_urlsafe(24) for role in ROLES if role not in record.passwords}
    return write(folder, replace(record, passwords=record.passwords | added))


def write(folder: Path, record: ClusterRecord) -> ClusterRecord:
    try:
        write_file(folder / "cluster.json", json.dumps(asdict(record), indent=1) + "\n")
    except OSError as error:
        raise HomeUnusable(f"{folder} cannot be written: {error.strerror}") from error
    return record


def _moved(record: ClusterRecord, folder: Path) -> ClusterRecord:
    """Check a home that was moved or copied. A moved home keeps its cluster. A copy that would share its data is refused."""
    if record.outside and _same_cluster(Path(record.folder), record):
        raise HomeUnusable(f"The home at {folder} is a copy of {record.folder} and would share its database.")
    return write(folder, replace(record, folder=str(folder)))


def _same_cluster(folder: Path, record: ClusterRecord) -> bool:
    try:
        return bool(json.loads((folder / "cluster.json").read_text())["cluster_id"] == record.cluster_id)
    except (OSError, ValueError, KeyError):
        return False
