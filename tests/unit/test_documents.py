"""Documents of policy as text: which kind, what differs, and which keys a later release adds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casebook import policies
from casebook.domain import documents as rules
from casebook.domain.documents import Difference, DocumentKind
from casebook.domain.vocabulary import Role
from casebook.policies import documents, reading, risk_model, wording
from casebook.policies.reading import UnreadablePolicy

SHIPPED = {document.title: document for document in documents.shipped()}


def toml(name):
    return Path(policies.__file__).with_name(f"{name}.toml")


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_shipped_document_of_each_kind_is_read_again_from_what_is_stored(kind):
    found = [document for document in SHIPPED.values() if document.kind is kind]
    assert found
    for document in found:
        assert documents.read(kind, document.body, document.title) is not None


def test_what_is_stored_says_the_same_as_the_file():
    for name in policies.names():
        policy = policies.load(name)
        assert documents.read(DocumentKind.SCHEME, SHIPPED[f"{name}@{policy.version}"].body, name) == policy
    model = SHIPPED["risk-model-1@1"]
    assert documents.read(DocumentKind.RISK_MODEL, model.body, model.title) == risk_model.load()
    words = SHIPPED["wording@1"]
    assert documents.read(DocumentKind.WORDING, words.body, words.title) == wording.load("1")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("england-and-wales-2014", DocumentKind.SCHEME), ("risk-model-1", DocumentKind.RISK_MODEL),
        ("wording-1", DocumentKind.WORDING), ("panel-refusals", DocumentKind.PANEL_REFUSALS),
        ("review-1", DocumentKind.REVIEW), ("monitor-1", DocumentKind.MONITOR),
    ],
)  # fmt: skip
def test_a_file_shows_by_its_keys_what_kind_it_is(name, kind):
    assert documents.from_file(toml(name)).kind is kind


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unknown_kind"),
        ("colour = 'red'", "unknown_kind"),
        ("not toml", "unreadable_policy"),
        ("[charts]", "unreadable_policy"),
    ],
)
def test_a_file_that_is_no_document_is_refused_with_a_reason(tmp_path, text, code):
    (path := tmp_path / "mine.toml").write_text(text)
    with pytest.raises(UnreadablePolicy) as refusal:
        documents.from_file(path)
    assert refusal.value.code == code


def test_one_more_entry_of_a_list_does_not_make_the_rest_differ():
    before = {"limits": [{"limit": "a", "routes": ["x"], "days": 1}, {"limit": "b", "routes": ["x"], "days": 2}]}
    after = {"limits": [{"limit": "b", "routes": ["x"], "days": 3}, {"limit": "a", "routes": ["x"], "days": 1}]}
    assert rules.differences(before, after) == [Difference(key="limits[b/x].days", was=2, now=3)]


def test_each_value_that_differs_is_listed_also_what_is_only_in_one():
    found = rules.differences({"a": {"value": 1}, "b": {"value": [1, 2]}}, {"a": {"value": 2}, "c": {"value": True}})
    assert found == [
        Difference(key="a.value", was=1, now=2), Difference(key="b.value", was=[1, 2], now=None),
        Difference(key="c.value", was=None, now=True),
    ]  # fmt: skip


def test_a_later_release_adds_its_own_keys_and_nothing_that_a_force_left_out():
    known = {"panel": {"quorum": 3}, "fresh": {"value": {"pnc": 28, "pnd": 28}}}
    shipped = {"panel": {"quorum": 3, "cycle": 14}, "fresh": {"value": {"pnc": 28, "pnd": 28, "visor": 28}}, "new": 1}
    own = {"panel": {"quorum": 5}, "fresh": {"value": {"pnc": 7}}}
    full, keys = rules.completed(own, shipped, known)
    assert full == {"panel": {"quorum": 5, "cycle": 14}, "fresh": {"value": {"pnc": 7, "visor": 28}}, "new": 1}
    assert keys == ["panel.cycle", "fresh.value.visor", "new"]


def test_an_entry_of_a_list_gains_the_key_that_a_later_release_reads():
    known = {"limits": [{"limit": "a", "days": 1}]}
    shipped = {"limits": [{"limit": "a", "days": 1, "starts": "submission"}]}
    full, keys = rules.completed({"limits": [{"limit": "a", "days": 9}, {"limit": "ours"}]}, shipped, known)
    assert full == {"limits": [{"limit": "a", "days": 9, "starts": "submission"}, {"limit": "ours"}]}
    assert keys == ["limits[a].starts"]


def test_nobody_sets_the_numbers_that_watch_their_own_work():
    lead = [Role.HEAD_OF_UNIT, Role.SUPERVISOR]
    assert rules.why_not_adopt(DocumentKind.SCHEME, lead) is None
    assert rules.why_not_adopt(DocumentKind.MONITOR, lead).code == "nobody_answerable"
    assert rules.why_not_adopt(DocumentKind.MONITOR, [*lead, Role.PROFESSIONAL_STANDARDS]) is None
    assert rules.why_not_adopt(DocumentKind.SCHEME, [Role.SUPERVISOR]).code == "nobody_answerable"


def test_a_policy_based_on_another_is_stored_whole():
    document = SHIPPED["england-and-wales-2014@1"]
    assert "based_on" not in document.table
    assert document.table["panel"] == SHIPPED["england-and-wales-2023@1"].table["panel"]


def test_a_date_in_a_document_is_a_date_again():
    table = reading.table("england-and-wales-2023")
    stored = json.loads(SHIPPED["england-and-wales-2023@1"].body)
    assert stored["in_force_from"]["value"] == table["in_force_from"]["value"].isoformat()
    with pytest.raises(UnreadablePolicy, match="expected date"):
        policies.from_table(stored | {"in_force_from": {**stored["in_force_from"], "value": "soon"}}, "mine")
