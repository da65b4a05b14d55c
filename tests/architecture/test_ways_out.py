"""Whatever leaves the product leaves by one door of its kind: files, lines at a terminal, cells of a CSV, Markdown."""

import ast

import pytest
from source_tree import MODULES, tree

# who may open a file for writing, and why not by `casebook/writing.py`
WRITERS = {
    "casebook/writing.py": "the door itself",
    "casebook/cli/pages.py": "the pages of this repository, made by whoever develops it",
    "casebook/storage/server/packaged_server.py": "files of the database server, which belong to its own user; its log",
    "casebook/lock_files.py": "lock files",
    "deployments/platform.py": "the log of a step, in a folder that only its owner can enter",
    "deployments/supervisor.py": "logs, to which lines are added",
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
