"""Whatever comes in comes through one door of its kind, and each door has bounds: files, JSON, TOML, numbers of options."""

import ast

import pytest
from source_tree import MODULES, tree

# who may open a file to read it, and why not by `casebook/bounds.py`
FILE_READERS = {
    "casebook/bounds.py": "the door itself",
    "casebook/policies/reading.py": "files of this release",
    "casebook/policies/offence_tables.py": "a table of this repository, made by whoever develops it",
    "casebook/matching/model.py": "files of this release",
    "casebook/matching/names.py": "files of this release",
    "casebook/matching/known_people.py": "files of this release",
    "casebook/cli/main.py": "/dev/null, in place of a stream that is closed",
    "casebook/cli/pages.py": "the pages of this repository, made by whoever develops it",
    "casebook/storage/keys.py": "reads no more than a key has, and only from a file of its owner's",
    "casebook/storage/server/cluster_record.py": "a file of the home",
    "casebook/storage/server/packaged_server.py": "files of the database server, which belong to its own user",
    "casebook/casework/reporting/seal_places.py": "a file of the home",
    "casebook/cli/operations/service.py": "what a command wrote into the folder of its own call",
    "casebook/desk/front/build.py": "files of this repository and of a package, when a checkout is set up",
    "casebook/desk/questions.py": "a file of this release",
}
# who may read JSON without `casebook/json_once.py`, and why
JSON_READERS = {
    "casebook/json_once.py": "the door itself",
    "casebook/policies/documents.py": "bodies of the database, made by us from TOML",
    "casebook/policies/offence_tables.py": "a table of this repository, made by whoever develops it",
    "casebook/matching/model.py": "files of this release",
    "casebook/casework/reporting/bundle.py": "what was made into JSON a line before",
    "casebook/casework/reporting/checked_entries.py": "bodies of the ledger; what is no JSON is told",
    "casebook/casework/governance/policy_documents.py": "bodies of the database",
    "casebook/storage/server/cluster_record.py": "a file of the home",
}
TOML_READERS = {
    "casebook/toml_file.py": "the door itself",
    "casebook/policies/reading.py": "files of this release",
    "casebook/matching/model.py": "files of this release",
    "casebook/desk/questions.py": "a file of this release",
}


def calls(module):
    return (ast.unparse(node.func) for node in ast.walk(module) if isinstance(node, ast.Call))


def reads_a_file(module):
    """Whether a module opens a file to read it: `read_text`, `read_bytes`, or `open` for reading."""
    return any(
        (isinstance(node, ast.Call) and opens(node)) or (isinstance(node, ast.Attribute) and node.attr == "O_RDONLY")
        for node in ast.walk(module)
    )


def opens(call):
    called = ast.unparse(call.func)
    if called.rpartition(".")[2] in {"read_text", "read_bytes"}:
        return True
    modes = "".join(part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str))
    return (
        called.rpartition(".")[2] == "open"
        and called not in {"os.open", "super().open"}
        and not set(modes) & set("wax+")
    )


# the demonstration reads its own files only
OURS = [name for name in MODULES if name.startswith("casebook/") and "/demo/" not in name]


def users(*names):
    """The modules that call one of these."""
    return {name for name in OURS if set(calls(tree(name))) & set(names)}


@pytest.mark.parametrize(
    ("look", "listed"),
    [
        (lambda: {name for name in OURS if reads_a_file(tree(name))}, FILE_READERS),
        (lambda: users("json.loads", "json.load"), JSON_READERS),
        (lambda: users("tomllib.loads", "tomllib.load"), TOML_READERS),
    ],
    ids=["files", "json", "toml"],
)
def test_what_comes_from_outside_is_read_by_one_module_of_its_kind(look, listed):
    found = look()
    assert found - set(listed) == set()
    assert set(listed) - found == set(), "these read nothing any more: take them off the list"


@pytest.mark.parametrize("code", ["path.read_text()", "x.read_bytes()", "path.open('rb')", "open(path)"])
def test_each_way_to_read_a_file_is_seen(code):
    assert reads_a_file(ast.parse(code))


def test_a_whole_number_of_the_command_line_has_bounds():
    """`type=int` takes any number; `whole` of casebook/cli/reading.py has a least and a most."""
    found = {
        name
        for name in OURS
        for node in ast.walk(tree(name))
        if isinstance(node, ast.keyword) and node.arg == "type" and ast.unparse(node.value) in {"int", "float"}
    }
    assert found == set()
