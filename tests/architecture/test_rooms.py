"""The rooms of the code: what may import what, how big a module may grow, and words that may not stand anywhere."""

from __future__ import annotations

import ast
import copy
import importlib
import pickle
import pkgutil
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from source_tree import MIGRATIONS, MODULES, ROOT, dotted, source_of, tracked, tree

# room -> the only places that may import it; a longer prefix is a smaller room
ONLY_IN = {
    "prefect": ("flows/", "tasks/", "deployments/"),
    "great_expectations": ("expectations/",),
    "sqlalchemy": (
        "casebook/storage/", "casebook/casework/", "casebook/sources/", "casebook/cli/opening.py",
        "deployments/dispatcher.py",
    ),
    "psycopg": ("casebook/storage/", "casebook/sources/loading.py", "deployments/dispatcher.py"),
    "alembic": ("casebook/storage/",),
    "statsmodels": ("casebook/monitor/",),
    "matplotlib": ("casebook/drawing.py",),
    "jinja2": ("casebook/cli/printing.py", "casebook/desk/"),
    "fpdf": ("casebook/cli/printing.py",),
    "rich": ("casebook/cli/progress.py",),
    "pandas": (
        "expectations/", "casebook/matching/", "tasks/", "casebook/monitor/", "casebook/demo/", "casebook/cli/offline/match.py",
    ),
}  # fmt: skip
MODULE_LINES, FUNCTION_LINES = 300, 40
LONGER_MODULES: dict[str, str] = {}
LONGER_FUNCTIONS: dict[str, str] = {
    "casebook/casework/playbook.py:answer": "one kind of work after another",
    "casebook/casework/disclosure/emergency.py:disclose": "one row of many columns",
}


def imported(name):
    """Every module that a file names in an import, wherever in it."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def test_the_domain_loads_only_the_standard_library_and_the_values():
    allowed = {*sys.stdlib_module_names, "casebook"}
    strangers = {
        (name, each)
        for name in MODULES
        if name.startswith("casebook/domain/")
        for each in imported(name)
        if each.partition(".")[0] not in allowed
        or (
            each.startswith("casebook")
            and not each.startswith(("casebook.domain", "casebook.values", "casebook.errors", "casebook.bounds"))
        )
    }
    assert strangers == set()


def test_the_values_load_the_standard_library_and_three_packages():
    allowed = {*sys.stdlib_module_names, "ftfy", "anyascii", "phonenumbers"}
    strangers = {
        (name, each)
        for name in MODULES
        if name.startswith("casebook/values/")
        for each in imported(name)
        if each.partition(".")[0] not in allowed and not each.startswith("casebook.values")
    }
    assert strangers == set()


def test_importing_the_domain_loads_nothing_else():
    names = [module.name for module in pkgutil.walk_packages([str(ROOT / "casebook" / "domain")], "casebook.domain.")]
    assert "casebook.domain.risk.risk_scoring" in names
    script = f"import sys, importlib; [importlib.import_module(n) for n in {names!r}]; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    ours = {
        name
        for name in loaded
        if name.startswith("casebook.") and not name.startswith(("casebook.domain", "casebook.values"))
    }
    assert ours <= {"casebook.errors", "casebook.bounds"}
    assert not {"sqlalchemy", "pydantic", "prefect", "pandas", "numpy", "great_expectations"} & set(loaded)


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_package_is_imported_in_its_rooms_only(package):
    outside = [
        name
        for name in MODULES
        if not name.startswith(ONLY_IN[package]) and package in {each.partition(".")[0] for each in imported(name)}
    ]
    assert outside == []


@pytest.mark.parametrize("room", ["casework", "domain", "storage", "sources", "matching", "policies", "monitor"])
def test_no_room_below_knows_the_demonstration(room):
    knowing = [name for name in MODULES if name.startswith(f"casebook/{room}/") and _mentions(name, "casebook.demo")]
    assert knowing == []


def _mentions(name, module):
    return any(each == module or each.startswith(f"{module}.") for each in imported(name))


# a word in a name or a string of code (not of a comment) that tells of a branch made for showing or testing
PRETENDING = re.compile(r"\b(fake|mock|dummy|simulat\w*|is_demo|demo_mode|testing|under_test|pytest)\b", re.IGNORECASE)
DEMONSTRATES = ("casebook/demo/", "casebook/cli/operations/demo.py")


def test_nothing_outside_the_demonstration_knows_it_is_being_demonstrated():
    found = [
        (name, node.lineno, word.group())
        for name in MODULES
        if not name.startswith(DEMONSTRATES)
        for node in ast.walk(tree(name))
        for text in _words(node)
        if (word := PRETENDING.search(text))
    ]
    assert found == []


def _words(node):
    match node:
        case ast.Name(id=text) | ast.Attribute(attr=text) | ast.arg(arg=text) | ast.FunctionDef(name=text):
            yield text.replace("_", " ") if text not in {"is_demo", "demo_mode"} else text
        case ast.If(test=ast.Compare(comparators=[*values])):
            yield from (str(each.value) for each in values if isinstance(each, ast.Constant))


def test_only_the_clock_asks_what_time_it_is():
    asking = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|datetime\.today|time\.time)\(")
    found = [name for name in MODULES if name != "casebook/clock.py" and _has(name, asking)]
    assert found == []


def _has(name, pattern):
    """Whether the code of a module has this. Most do not have it anywhere."""
    return pattern.search(source_of(name)) and pattern.search(_code(name))


def _code(name):
    """A module without its comments and strings."""
    return ast.unparse(_Silent().visit(copy.deepcopy(tree(name))))


class _Silent(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        del node
        return ast.Constant("")


def test_a_module_fits_on_a_few_screens():
    assert long_modules() <= set(LONGER_MODULES)


def long_modules():
    return {name for name in MODULES if not name.startswith(MIGRATIONS) and _lines(name) > MODULE_LINES}


def _lines(name):
    return len(source_of(name).splitlines())


def test_a_function_fits_on_one_screen():
    assert long_functions() <= set(LONGER_FUNCTIONS)


def long_functions():
    return {
        f"{name}:{node.name}"
        for name in MODULES
        if not name.startswith(MIGRATIONS)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES
    }


def test_an_exception_to_a_size_that_is_needed_no_more_is_taken_off_the_list():
    assert set(LONGER_MODULES) <= long_modules()
    assert set(LONGER_FUNCTIONS) <= long_functions()


def test_every_module_says_what_it_is_for():
    silent = [
        name
        for name in MODULES
        if not name.startswith(MIGRATIONS) and _lines(name) and not ast.get_docstring(tree(name))
    ]
    assert silent == []


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [name for name in MODULES if Path(name).stem in drawers] == []


def test_nothing_is_left_unfinished():
    unfinished = re.compile(r"\bTO[D]O\b|\bFIX[M]E\b|raise NotImplemente[d]Error")
    assert [name for name in MODULES if unfinished.search(source_of(name))] == []


def test_flows_are_known_to_the_engine_by_module_and_never_by_file():
    catalogue = (ROOT / "deployments" / "catalogue.py").read_text("utf-8")
    assert "MODULE_PATH" in catalogue
    by_file = re.compile(r"EntrypointType\.FILE_PATH|\.py:\w+['\"]")
    assert [name for name in MODULES if by_file.search(source_of(name))] == []


# what is started in any other way may be left running, or open, by a test that fails
STARTING = re.compile(r"\b(subprocess\.Popen|Popen|os\.fork|create_subprocess_\w+)\(")


def test_tests_start_processes_by_the_kit_alone():
    kit = "tests/kit/processes.py"
    starting = [name for name in tracked("tests/*.py") if name != kit and _has(name, STARTING)]
    assert starting == []
    assert _has(kit, STARTING)


def test_tests_are_no_packages():
    assert [name for name in tracked("tests") if name.endswith("__init__.py")] == []


# the checkout's own place on disk, and where packages were fetched from
BINARY = (".png", ".pdf", ".xlsx")
WORKPLACE = re.compile(
    rf"{re.escape(str(ROOT))}\b|--(extra-)?inde[x][-]url|\bhttps?:/[/]\S+/simpl[e]\b|/tm[p]/|\bsha1[-]index\b"
)


def test_no_file_speaks_of_the_place_it_was_written_in():
    speaking = [
        name
        for name in tracked()
        if not name.endswith(BINARY) and WORKPLACE.search((ROOT / name).read_text("utf-8", "replace"))
    ]
    assert speaking == []


def public_names(name):
    """Classes and aliases of types that a module defines for others."""
    for node in tree(name).body:
        match node:
            case ast.ClassDef(name=defined):
                yield defined
            case ast.Assign(targets=[ast.Name(id=defined)]) if re.fullmatch(r"[A-Z][a-z]\w*", defined):
                yield defined


def test_a_public_name_means_one_thing():
    owners = defaultdict(set)
    for name in MODULES:
        for defined in public_names(name):
            if not defined.startswith("_"):
                owners[defined].add(name)
    assert {defined: sorted(names) for defined, names in owners.items() if len(names) > 1} == {}


def test_there_is_one_migration_head():
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    assert len(ScriptDirectory(str(ROOT / MIGRATIONS)).get_heads()) == 1


def errors():
    """Every error of ours, wherever it is defined."""
    from casebook.errors import CasebookError  # noqa: PLC0415

    for name in MODULES:
        if "CasebookError" in (text := source_of(name)) or "errors import" in text:
            if name.startswith(("casebook/storage/migrations", "flows/")):
                continue
            importlib.import_module(dotted(name))
    waiting, found = [CasebookError], []
    while waiting:
        found.append(each := waiting.pop())
        waiting += each.__subclasses__()
    return found


def test_every_error_survives_the_way_between_two_processes():
    for error in errors():
        for made in (error(), error("said"), error("said", "code")):
            arrived = pickle.loads(pickle.dumps(made))  # noqa: S301 - what was dumped a moment ago
            assert type(arrived) is error
            assert (arrived.message, arrived.code, str(arrived)) == (made.message, made.code, str(made))


def test_every_error_has_words_a_code_and_an_exit_code():
    for error in errors():
        assert error().message
        assert re.fullmatch(r"[a-z_]+", error().code), error
        assert error.exit_code in {1, 2, 3}
