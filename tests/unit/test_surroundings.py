"""The environment of a command: it decides neither where our database is, nor how we ask ourselves."""

from __future__ import annotations

import pytest

from casebook.cli import surroundings
from casebook.cli.reading import read_json
from casebook.errors import InvalidAnswer
from casebook.outside_text import harmless


@pytest.mark.parametrize(
    "name",
    [
        "PGHOST",
        "PGHOSTADDR",
        "PGPORT",
        "PGCLIENTENCODING",
        "PGOPTIONS",
        "PGTZ",
        "PGDATESTYLE",
        "PGSERVICE",
        "PGSSLMODE",
    ],
)
def test_the_database_client_reads_nothing_from_the_environment(name):
    environment = {name: "something", "PATH": "/bin", "PGY_NAME": "kept", "CASEBOOK_HOME": "/home"}
    surroundings.settle(environment)
    assert environment == {"PATH": "/bin", "PGY_NAME": "kept", "CASEBOOK_HOME": "/home"}


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_our_own_addresses_are_never_asked_through_a_proxy(name):
    environment = {name: "http://proxy.example:3128", "no_proxy": "intranet.example"}
    surroundings.settle(environment)
    assert environment[name] == "http://proxy.example:3128"  # sources are asked as configured
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet.example,localhost,127.0.0.1,::1"


def test_without_a_proxy_nothing_is_added():
    environment = {"PATH": "/bin"}
    surroundings.settle(environment)
    assert environment == {"PATH": "/bin"}


@pytest.mark.parametrize("sign", ["\x1b", "\x9b", "\x07", "\x7f", "\u202e", "\r"])
def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(sign):
    shown = harmless(f"before{sign}[31mafter\tand\nmore")
    assert sign not in shown
    assert shown.startswith(("before\\u00", "before\\u202e"))
    assert shown.endswith("[31mafter\tand\nmore")


def test_an_answer_with_one_key_twice_is_refused(tmp_path):
    path = tmp_path / "answer.json"
    path.write_text('{"verdict": "same", "more": {"reason": "a"}, "verdict": "different"}')
    with pytest.raises(InvalidAnswer, match="twice"):
        read_json(str(path))
