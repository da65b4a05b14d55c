"""Loads the approved wordings; a version that may not be said is not loaded at all."""

import tomllib
from functools import cache
from importlib import resources

from casebook.domain.wording import Wording, faults
from casebook.errors import Refused
from casebook.policies.reading import UnreadablePolicy, read


class UnknownWording(Refused):
    """There is no approved wording of that version."""

    code = "unknown_wording"


@cache
def versions() -> tuple[str, ...]:
    """The approved versions, the newest last."""
    files = (each.name for each in resources.files(__package__).iterdir())
    found = (name.removeprefix("wording-").removesuffix(".toml") for name in files if _is_wording(name))
    return tuple(sorted(found, key=int))


@cache
def load(version: str) -> Wording:
    if version not in versions():
        raise UnknownWording(f"approved wordings are: {', '.join(versions())}")
    file = f"wording-{version}.toml"
    wording = read(Wording, tomllib.loads((resources.files(__package__) / file).read_text(encoding="utf-8")), file)
    if wrong := faults(wording):
        raise UnreadablePolicy(f"{file}: {'; '.join(reason.message for reason in wrong)}")
    return wording


def current() -> str:
    return versions()[-1]


def _is_wording(name: str) -> bool:
    return name.startswith("wording-") and name.endswith(".toml") and name[len("wording-") : -len(".toml")].isdecimal()
