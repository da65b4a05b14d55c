"""The product's own source, as tests of its structure look at it: which modules there are, and each parsed once."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("casebook", "expectations", "tasks", "flows", "deployments")
MIGRATIONS = "casebook/storage/migrations/"


def tracked(*patterns: str) -> list[str]:
    """Paths of the files of the checkout that git knows and that are there."""
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True).stdout
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


MODULES = tracked(*(f"{room}/*.py" for room in ROOMS))


def source_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@cache
def tree(name: str) -> ast.Module:
    """A parsed module. Everybody gets the same one: copy it before changing it."""
    return ast.parse(source_of(name))


def dotted(name: str) -> str:
    """The name under which a module is imported."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
