"""Whatever leaves the product leaves by one door of its kind: files, lines at a terminal, cells of a CSV, Markdown."""

import ast

import pytest
from source_tree import MODULES, source_of, tree

# who may open a file for writing, and why not by `casebook/writing.py`
WRITERS = {
    "casebook/writing.py": "the door itself",
    "casebook/cli/pages.py": "the pages of this repository, made by whoever develops it",
    "casebook/storage/server/packaged_server.py": "files of the database server, which belong to its own user; its log",
    "casebook/lock_files.py": "lock files",
    "deployments/platform.py": "the log of a step, in a folder that only its owner can enter",
    "deployments/supervisor.py": "logs, to which lines are added",
    "casebook/cli/operations/service.py": "files that were sent with a call, in the folder of that call",
    "casebook/desk/front/build.py": "what the pages load, when a checkout is set up",
}


def writes_a_file(call):
    """Whether a call opens a file for writing, as far as can be read from it."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in {"write_text", "write_bytes"}:
        return True
    if name != "open":
        return False
    texts = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return any(set(text) <= set("rwaxbt+") and set(text) & set("wax+") for text in texts if text)


def makes_files(module):
    """Whether a module opens a file for writing anywhere."""
    return any(
        (isinstance(node, ast.Call) and writes_a_file(node))
        or (isinstance(node, ast.Attribute) and node.attr == "O_CREAT")
        for node in ast.walk(module)
    )


def test_files_are_written_by_one_module():
    found = {name for name in MODULES if makes_files(tree(name))}
    assert found - set(WRITERS) == set()
    assert set(WRITERS) - found == set(), "these write no file any more: take them off the list"


@pytest.mark.parametrize(
    "code",
    [
        "path.write_text(x)", "path.open('w', newline='')", "open(path, mode='ab')", "path.open('r+b')",
        "os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)",
    ],
)  # fmt: skip
def test_each_way_to_write_a_file_is_seen(code):
    assert makes_files(ast.parse(code))


# who may print without `casebook/cli/terminal.py`, and why
PRINTERS = {
    "casebook/cli/terminal.py": "the door itself",
    "casebook/cli/main.py": "asks stdout how it encodes, and lets go of it when the reader has ended",
    "casebook/cli/progress.py": "a bar at a terminal; its words go through the same function",
    "casebook/policies/page.py": "a page of this repository, made by whoever develops it",
    "casebook/policies/risk_model_page.py": "a page of this repository, made by whoever develops it",
    "casebook/policies/offence_tables.py": "a table of this repository, made by whoever develops it",
    "deployments/forkserver.py": "a sentence of its own, without values",
}
# a call of these is allowed in these modules only
ONLY_CALLED_IN = {
    "csv.writer": {"casebook/outside_text.py", "casebook/policies/offence_tables.py"},
    "csv.DictWriter": set(),
    "markdown.marked_table": {
        "casebook/policies/page.py",
        "casebook/policies/risk_model_page.py",
        "casebook/cli/pages.py",
    },
    "Environment": {"casebook/cli/printing.py", "casebook/desk/look.py"},  # of Jinja: it escapes and cleans every value
}


def prints(module):
    """Whether a module prints, or takes stdout or stderr itself."""
    return any(
        (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print")
        or (
            isinstance(node, ast.Attribute)
            and node.attr in {"stdout", "stderr"}
            and getattr(node.value, "id", "") == "sys"
        )
        for node in ast.walk(module)
    )


def test_lines_are_printed_by_one_module():
    found = {name for name in MODULES if prints(tree(name))}
    assert found - set(PRINTERS) == set()
    assert set(PRINTERS) - found == set(), "these print nothing any more: take them off the list"


@pytest.mark.parametrize("code", ["print(x)", "sys.stderr.write(x)", "out = sys.stdout"])
def test_each_way_to_print_is_seen(code):
    assert prints(ast.parse(code))


def test_csv_pages_and_marked_tables_are_made_where_nothing_can_be_forgotten():
    found = {
        (called, name)
        for name in MODULES
        for called in (ast.unparse(call.func) for call in calls_of(tree(name)))
        if called in ONLY_CALLED_IN and name not in ONLY_CALLED_IN[called]
    }
    assert found == set()


def calls_of(module):
    return (node for node in ast.walk(module) if isinstance(node, ast.Call))


# what puts a text into a figure: the place of the text among the arguments
LABELS = {
    "annotate": 0, "text": 2, "set_title": 0, "suptitle": 0, "set_xlabel": 0, "set_ylabel": 0, "set_xticks": 1, "set_yticks": 1,
    "set_xticklabels": 0, "set_yticklabels": 0, "legend": 0, "bar_label": 1,
}  # fmt: skip


def bare_labels(module):
    """The calls that put a text into a figure which is no constant and was not made safe for a plot."""
    for call in calls_of(module):
        place = LABELS.get(getattr(call.func, "attr", ""))
        for argument in call.args[place : place + 1] if place is not None else ():
            if not isinstance(argument, ast.Constant) and "plot_text(" not in ast.unparse(argument):
                yield ast.unparse(call)


def test_what_stands_in_a_figure_is_made_safe_for_it():
    draw = [name for name in MODULES if "drawing." in source_of(name) and name != "casebook/drawing.py"]
    assert len(draw) > 3
    assert {name: found for name in draw if (found := list(bare_labels(tree(name))))} == {}


@pytest.mark.parametrize("code", ["axes.set_title(name)", "axes.annotate(f'{name}', at)", "axes.set_yticks(at, names)"])
def test_each_bare_label_is_seen(code):
    assert list(bare_labels(ast.parse(code)))
