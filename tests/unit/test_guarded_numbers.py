"""The survey of guarded numbers itself: it sees every number, notices a change and only a change; `make soak` runs the whole."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks import guarded_numbers
from benchmarks.guarded_numbers import ROOT
from casebook import policies
from casebook.policies import documents, reading


def test_every_number_is_found_and_changed_in_its_own_type():
    table = {"a": {"value": 3, "flag": True}, "b": [{"c": 0.5}, {"d": 0}]}
    found = dict(guarded_numbers.numbers(table))
    assert found == {("a", "value"): 3, ("b", 0, "c"): 0.5, ("b", 1, "d"): 0}
    assert guarded_numbers.changes(3) == {"zero": 0, "half": 1, "double": 6}
    assert guarded_numbers.changes(0.5) == {"zero": 0.0, "half": 0.25, "double": 1.0}
    assert guarded_numbers.changes(0) == {}


def test_the_kept_log_has_every_number_of_every_document_as_it_is_and_nothing_is_left_unnoticed():
    log = json.loads(guarded_numbers.LOG.read_text(encoding="utf-8"))
    for document in guarded_numbers.TESTS:
        names = {
            guarded_numbers.named(place)
            for place, value in guarded_numbers.numbers(reading.table(document))
            if guarded_numbers.changes(value)
        }
        assert set(log[document]["numbers"]) == names, f"run: {log['command']} {document}"
        assert log[document]["not_noticed"] == []


def test_every_document_of_numbers_is_surveyed():
    with_numbers = {
        name
        for name in reading.names("")
        if any(guarded_numbers.changes(value) for _, value in guarded_numbers.numbers(reading.table(name)))
    }
    shipped = {document.title.partition("@")[0] for document in documents.shipped()} | set(policies.names())
    assert with_numbers & shipped == set(guarded_numbers.TESTS)


@pytest.mark.parametrize(("changed", "noticed"), [(91, False), (45, True)])
def test_a_change_is_noticed_and_the_number_itself_is_not(changed, noticed):
    place = ("sampling", "window_days", "value")
    asked = f"from benchmarks.guarded_numbers import is_noticed; print(is_noticed('monitor-1', {place}, {changed}))"
    # in a process of its own: here other tests may have read the document already
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(noticed)
