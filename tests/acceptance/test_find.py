"""`casebook find` as an officer on the telephone uses it: words in any order, a file or standard input, an answer to read."""

from __future__ import annotations

import json

import pytest

HEADER = (
    "external_id,submitted_at,route,applicant,concern,immediate_danger,a_forename,a_surname,a_dob,a_phone,a_postcode,"
    "b_forename,b_surname,b_dob,relationship,living_together,pregnant,safe_channel,safe_days,safe_from,safe_until,code_word"
)
ROW = (
    "FORM-17,2026-03-02T09:00:00+00:00,right_to_ask,a,He frightens me,no,Katherine,Smith,1990-02-03,07700900123,QX3 4LM,"
    "David,Trevanion,1985-11-07,partner,no,no,phone,mon;tue,09:00,17:00,Blue Heron"
)


@pytest.fixture(scope="module")
def reference(desk, tmp_path_factory):
    file = tmp_path_factory.mktemp("files") / "applications.csv"
    file.write_text(f"{HEADER}\n{ROW}\n", "utf-8")
    [accepted] = desk.ask("applications", "import", file)["accepted"]
    return accepted["reference"]


def test_the_answer_says_who_it_is_how_they_agree_and_how_to_reach_them(desk, reference):
    code, out, _ = desk.say("find", "kath", "smyth", "3 feb 1990", who="re")
    assert code == 0
    for said in (
        reference, "A  Katherine Smith, born 1990-02-03, QX3 4LM", "name: another spelling or a nickname",
        "date of birth: the same", "Contact only by the safe-contact plan", "waits for: ", "submitted Mon 2 Mar 2026",
    ):  # fmt: skip
        assert said in " ".join(out.split()) or said in out
    assert "frightens" not in out
    assert "07700" not in out


def test_as_json(desk, reference):
    answer = desk.ask("find", "--surname", "smyth", "--dob", "1990-02-03", "--code-word", "blue heron", who="re")
    assert {**answer, "hits": len(answer["hits"])} == {
        "hits": 1, "more": False, "searched_by": ["name", "date_of_birth", "code_word"], "not_used": [],
    }  # fmt: skip
    [hit] = answer["hits"]
    assert hit["reference"] == reference
    assert hit["agrees"] == [
        {"kind": "name", "how": "other_form", "other_name": False},
        {"kind": "date_of_birth", "how": "same", "other_name": False},
        {"kind": "code_word", "how": "same", "other_name": False},
    ]
    assert (hit["party"], hit["contact"], hit["differs"], hit["not_known"]) == ("a", "only_by_plan", [], [])
    assert set(hit) == {
        "reference", "merged_from", "party", "name", "dob", "postcode", "stage", "submitted_at", "waiting_for", "restricted",
        "disposed", "contact", "agrees", "differs", "not_known",
    }  # fmt: skip


def test_from_standard_input_so_that_no_name_is_among_the_processes(desk, reference):
    asked = json.dumps({"words": "kath smyth", "dob": "1990"})
    assert [hit["reference"] for hit in desk.ask("find", "--file", "-", who="re", stdin=asked)["hits"]] == [reference]
    assert desk.refusal("find", "kath", "--file", "-", who="re", stdin=asked, code=2) == "wrong_usage"
    code, out, err = desk.say("find", "--file", "-", who="re", stdin='{"name": "Canaryface"}')
    assert code == 1
    assert "its keys are words, forename" in err
    assert "Canaryface" not in out + err


def test_nobody_found_is_said_in_words_without_what_was_searched(desk, reference):
    code, out, err = desk.say("find", "Zoltan Canaryface", "07700900999", who="re")
    assert code == 0
    assert "Nothing was found by telephone number, name. That does not mean that there is nothing" in out
    assert "anaryface" not in out + err
    assert reference not in out


def test_more_than_fit_are_said_to_be_more(desk, reference):
    code, out, _ = desk.say("find", reference, "--limit", "1", who="re")
    assert code == 0
    assert "There are more than these 1." in out
    assert desk.refusal("find", reference, "--limit", "0", who="re", code=2) == "wrong_usage"


def test_an_empty_search_and_the_operator_are_refused(desk, reference):
    assert reference
    assert desk.refusal("find", who="re") == "nothing_asked"
    assert desk.refusal("find", "kath smyth") == "not_permitted"


def test_nothing_that_was_searched_is_left_in_the_home(desk, reference):
    assert reference
    desk.say("find", "Xanthippe Canaryword", "--phone", "07700 900555", "--code-word", "canaryheron", who="re")
    for file in desk.home.rglob("*"):
        if file.is_file() and not file.is_symlink():
            kept = file.read_bytes().lower()
            assert b"canaryword" not in kept, file
            assert b"canaryheron" not in kept, file
            assert b"07700 900555" not in kept, file
