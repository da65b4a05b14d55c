"""The lock: every package that pyproject.toml asks for, at a version it admits, with hashes and without a place."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "requirements.lock").read_text("utf-8")
ENTRIES = re.findall(r"^([\w.-]+)(\[[\w, -]+\])?==(\S+)(.*)\n((?:    .*\n)*)", TEXT, re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DECLARED = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["dev"],
]


def run(script):
    """The names of a script that is no part of the package."""
    return runpy.run_path(str(ROOT / "benchmarks" / f"{script}.py"))


@pytest.mark.parametrize("declared", DECLARED)
def test_what_is_declared_is_locked_at_a_version_it_admits(declared):
    wanted = Requirement(declared)
    versions = {
        version for name, _, version, *_ in ENTRIES if canonicalize_name(name) == canonicalize_name(wanted.name)
    }
    assert len(versions) == 1
    assert wanted.specifier.contains(Version(versions.pop()))


def test_every_package_has_the_hashes_of_its_files():
    assert {
        name for name, *_, files in ENTRIES if not re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", files)
    } == set()


def test_the_lock_names_no_place():
    read = sum(2 + files.count("\n") for *_, files in ENTRIES) - len(ENTRIES)
    assert read == TEXT.count("\n") - 1  # nothing but a title and packages: no option, no address, no path


def test_a_package_with_extras_stands_without_them_too():
    plain = {(name, version, files) for name, extras, version, _, files in ENTRIES if not extras}
    assert {(name, version, files) for name, extras, version, _, files in ENTRIES if extras} <= plain
    block = "a[b, c]==1 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\nd==2 \\\n    --hash=sha256:2\n"
    assert run("lock")["with_plain_names"](block) == block.replace("a[b, c]", "a").partition("d==")[0] + block


def test_the_checks_ask_whether_what_is_imported_is_declared():
    assert {"dependencies", "dependencies of tests"} <= {name for name, _ in run("check")["CHECKS"]}
