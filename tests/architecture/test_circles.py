"""No module reaches itself again through what it imports, also when an import is late or a module is found by its name."""

from __future__ import annotations

import ast
import subprocess
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("casebook", "expectations", "tasks", "flows", "deployments")


def modules():
    """Module name -> its file, for every module of the product."""
    patterns = [f"{room}/*.py" for room in ROOMS]
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [name for name in listed.decode().split("\0") if name and "/migrations/" not in name]
    return {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): ROOT / path
        for path in paths
        if (ROOT / path).is_file()
    }


def mentioned(source, names):
    """The modules that a text imports at any depth, or names in a string of its own."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=str(package), names=aliases, level=0):
                for alias in aliases:
                    yield within if (within := f"{package}.{alias.name}") in names else package
            case ast.Constant(value=str(text)):
                yield text


def graph(sources):
    """Module -> the modules of the same set that it mentions."""
    return {name: set(mentioned(source, sources)) & set(sources) - {name} for name, source in sources.items()}


def circle(sources):
    """One circle of modules, or nothing."""
    try:
        TopologicalSorter(graph(sources)).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_module_reaches_itself_through_its_imports():
    assert circle({name: path.read_text("utf-8") for name, path in modules().items()}) == []


@pytest.mark.parametrize(
    "late",
    [
        "def act():\n    from rooms import above\n",  # an import inside a function
        "import importlib\nabove = importlib.import_module('rooms.above')\n",  # a name in a string
        "from rooms.above import act\n",
    ],
)
def test_a_circle_is_found_however_late_it_closes(late):
    assert circle({"rooms.above": "from rooms import below\n", "rooms.below": late}) != []
    assert circle({"rooms.above": "from rooms import below\n", "rooms.below": "import json\n"}) == []


@pytest.mark.parametrize("room", ["casework", "domain", "storage", "cli", "sources", "matching", "monitor", "policies"])
def test_no_use_case_is_found_by_a_module_name_made_at_run_time(room):
    finding = [
        name
        for name, path in modules().items()
        if name.startswith(f"casebook.{room}.")
        and name != "casebook.cli.main"
        and "import_module" in path.read_text("utf-8")
    ]
    assert finding == []
