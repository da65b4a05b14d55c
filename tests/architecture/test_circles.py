"""No module reaches itself again through what it imports, also when an import is late or a module is found by its name."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter

import pytest
from source_tree import MIGRATIONS, MODULES, dotted, source_of, tree

# module name -> its path, for every module of the product
PATHS = {dotted(path): path for path in MODULES if not path.startswith(MIGRATIONS)}


def mentioned(module, names):
    """The modules that a module imports at any depth, or names in a string of its own."""
    for node in ast.walk(module):
        match node:
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=str(package), names=aliases, level=0):
                for alias in aliases:
                    yield within if (within := f"{package}.{alias.name}") in names else package
            case ast.Constant(value=str(text)):
                yield text


def graph(trees):
    """Module -> the modules of the same set that it mentions."""
    return {name: set(mentioned(module, trees)) & set(trees) - {name} for name, module in trees.items()}


def circle(trees):
    """One circle of modules, or nothing."""
    try:
        TopologicalSorter(graph(trees)).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_module_reaches_itself_through_its_imports():
    assert circle({name: tree(path) for name, path in PATHS.items()}) == []


@pytest.mark.parametrize(
    "late",
    [
        "def act():\n    from rooms import above\n",  # an import inside a function
        "import importlib\nabove = importlib.import_module('rooms.above')\n",  # a name in a string
        "from rooms.above import act\n",
    ],
)
def test_a_circle_is_found_however_late_it_closes(late):
    above = ast.parse("from rooms import below\n")
    assert circle({"rooms.above": above, "rooms.below": ast.parse(late)}) != []
    assert circle({"rooms.above": above, "rooms.below": ast.parse("import json\n")}) == []


@pytest.mark.parametrize("room", ["casework", "domain", "storage", "cli", "sources", "matching", "monitor", "policies"])
def test_no_use_case_is_found_by_a_module_name_made_at_run_time(room):
    finding = [
        name
        for name, path in PATHS.items()
        if name.startswith(f"casebook.{room}.") and name != "casebook.cli.main" and "import_module" in source_of(path)
    ]
    assert finding == []
