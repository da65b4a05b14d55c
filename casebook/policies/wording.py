"""Loads the approved wordings. A version with a fault is refused."""

from functools import cache
from typing import Any

from casebook.domain.case.wording import Wording, faults
from casebook.errors import Refused
from casebook.policies import reading
from casebook.policies.reading import UnreadablePolicy


class UnknownWording(Refused):
    """There is no approved wording of that version."""

    code = "unknown_wording"


@cache
def versions() -> tuple[str, ...]:
    """The approved versions, the newest last."""
    found = (name.removeprefix("wording-") for name in reading.names("wording-"))
    return tuple(sorted((version for version in found if version.isdecimal()), key=int))


@cache
def load(version: str) -> Wording:
    if version not in versions():
        raise UnknownWording(f"there is no approved wording of that version. The versions are: {', '.join(versions())}")
    name = f"wording-{version}"
    return from_table(reading.table(name), name)


def from_table(table: dict[str, Any], name: str) -> Wording:
    """A wording whose texts have no fault."""
    wording = reading.read(Wording, table, name)
    if wrong := faults(wording):
        raise UnreadablePolicy(f"{name}: {'; '.join(reason.message for reason in wrong)}")
    return wording


def current() -> str:
    return versions()[-1]
