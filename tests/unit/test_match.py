import csv
import json
import random
import runpy
from collections import defaultdict
from math import log2
from pathlib import Path

import pytest

from casebook.cli.main import main
from casebook.errors import UnreadableFile
from casebook.matching import model, scorer
from casebook.matching.learn import learn
from casebook.matching.match import match_files
from casebook.matching.person_rows import COLUMNS
from casebook.sources import keys

PERSONS = """source,person_id,forename,middle_names,surname,aliases,dob,sex,address,postcode,pnc_id,cro
rms,p1,Siobhan,,O'Brien,,1985-03-12,f,4 Elm Road,SN1 2AB,,
rms,p2,Mohammed,,Khan,Mo Malik,1990-07-21,m,9 Mill Lane,SN3 4CD,2002/0073319Z,
rms,p3,Margaret,Rose,Fox-Reed,,1971-11-02,f,12 High Street,SN5 6EF,,
rms,p4,Daniel,,Hill,,1988-02-29,m,1 Ash Close,SN7 8GH,,
rms,p5,Peter,,Hill,,1988-02-29,m,1 Ash Close,SN7 8GH,,
rms,p6,Robert,,Macdonald,,1964-01-30,m,,,,
"""


@pytest.fixture
def match(tmp_path, capsys):
    def run(subjects, persons=PERSONS):
        files = {"subjects": subjects, "persons": persons}
        for name, text in files.items():
            content = text if isinstance(text, bytes) else text.encode()
            (tmp_path / f"{name}.csv").write_bytes(content)
        out = tmp_path / "out.csv"
        words = [f"--{name}={tmp_path / name}.csv" for name in files]
        code = main(["match", "--json", *words, "--out", str(out)])
        rows = list(csv.DictReader(out.read_text().splitlines())) if out.exists() else []
        return code, json.loads(capsys.readouterr().out), rows

    return run


def candidates(rows):
    found = defaultdict(list)
    for row in rows:
        found[row["subject_id"]].append(row["person_id"])
    return found


@pytest.mark.parametrize(
    ("who", "columns", "expected"),
    [
        ("another spelling and no apostrophe", {"forename": "Shivaun", "surname": "OBrien"}, "p1"),
        ("swapped names", {"forename": "Khan", "surname": "Mohammed"}, "p2"),
        ("an alias only", {"forename": "Mo", "surname": "Malik"}, "p2"),
        ("a transliteration", {"forename": "Muhammad", "surname": "Kahn"}, "p2"),
        ("a number only", {"pnc_id": "02/73319Z"}, "p2"),
        ("a nickname and one part of the surname", {"forename": "Peggy", "surname": "Reed"}, "p3"),
        ("a middle name as forename", {"forename": "Rose", "surname": "Fox Reed"}, "p3"),
        ("day and month swapped, name changed", {"forename": "Meg", "surname": "Wood", "dob": "1971-02-11"}, "p3"),
        ("Mc for Mac", {"forename": "Bob", "surname": "Mc Donald", "dob": "1964"}, "p6"),
        ("a date that does not exist", {"forename": "Daniel", "dob": "1988-02-30"}, "p4"),
        ("a postcode only", {"postcode": "sn56ef"}, "p3"),
        ("a house only", {"address": "12 high st"}, "p3"),
    ],
)
def test_a_person_is_found_under(match, who, columns, expected):
    _, answer, rows = match(f"subject_id,{','.join(columns)}\ns1,{','.join(columns.values())}\n")
    assert candidates(rows)["s1"][0] == expected, who
    assert answer["subjects"] == 1


def test_candidates_come_best_first_with_band_by_weight(match):
    _, _, rows = match("subject_id,forename,surname,dob,postcode\ns1,Daniel,Hill,1988-02-29,SN7 8GH\n")
    assert list(rows[0]) == ["subject_id", "person_id", "weight", "probability", "band"]
    assert [row["person_id"] for row in rows[:2]] == ["p4", "p5"]
    weights = [float(row["weight"]) for row in rows]
    assert weights == sorted(weights, reverse=True)
    assert [row["band"] for row in rows] == [model.bands().of(weight) for weight in weights]
    assert rows[0]["band"] == "strong"


def test_a_twin_is_kept_apart_but_listed(match):
    _, _, rows = match("subject_id,forename,surname,dob,postcode\ns1,Daniel,Hill,1988-02-29,SN7 8GH\n")
    twin = next(row for row in rows if row["person_id"] == "p5")
    assert float(twin["weight"]) < 0
    assert twin["band"] == "possible"


def test_a_namesake_of_another_generation_is_not_strong(match):
    _, _, rows = match(
        "subject_id,forename,surname,dob,address,postcode\ns1,Daniel,Hill,1960-09-01,1 Ash Close,SN7 8GH\n"
    )
    assert {row["person_id"]: row["band"] for row in rows}["p4"] == "possible"


def test_name_and_date_of_birth_alone_are_for_a_person_to_look_at(match):
    _, _, rows = match("subject_id,forename,surname,dob\ns1,Robert,Macdonald,1964-01-30\n")
    assert (rows[0]["person_id"], rows[0]["band"]) == ("p6", "possible")


def test_fillers_share_nothing(match):
    persons = (
        "person_id,forename,surname,dob,postcode\np1,Ann,Lee,1900-01-01,NF1 1NF\np2,Unknown,Fox,1970-01-01,NF1 1FA\n"
    )
    subjects = "subject_id,forename,surname,dob,postcode\ns1,Unknown,Ray,1900-01-01,NF1 1NF\n"
    code, answer, rows = match(subjects, persons)
    assert (code, rows, answer["without_candidates"]) == (0, [], 1)


@pytest.mark.parametrize("persons", ["person_id\n", "person_id,forename,surname\n", PERSONS.splitlines()[0]])
def test_no_persons_is_no_candidates(match, persons):
    code, answer, rows = match("subject_id,forename,surname\ns1,Ann,Lee\n", persons)
    assert (code, rows, answer["persons"]) == (0, [], 0)


def test_no_subjects_is_an_empty_answer(match):
    code, answer, rows = match("subject_id,forename\n")
    assert (code, rows, answer["subjects"], answer["persons"]) == (0, [], 0, 6)


def test_one_person_and_one_subject_is_enough(match):
    _, _, rows = match("subject_id,surname\ns1,Lee\n", "person_id,surname\ns1,Lee\n")
    assert [(row["subject_id"], row["person_id"]) for row in rows] == [("s1", "s1")]


def test_at_most_twenty_and_equals_by_person_id(match):
    persons = "person_id,surname\n" + "".join(f"p{number:02},Lee\n" for number in range(50, 0, -1))
    _, _, rows = match("subject_id,surname\ns1,Lee\n", persons)
    assert [row["person_id"] for row in rows] == [f"p{number:02}" for number in range(1, 21)]


def test_what_a_whole_force_shares_still_gives_candidates(match, monkeypatch):
    monkeypatch.setattr("casebook.matching.candidates.COMMON", 10)
    persons = "person_id,surname\n" + "".join(f"p{number:02},Lee\n" for number in range(50))
    _, _, rows = match("subject_id,surname\ns1,Lee\n", persons)
    assert len(rows) == 10


def test_one_id_in_several_sources_is_one_candidate(match):
    persons = "source,person_id,forename,surname\nrms,p1,Ann,Lee\npnc,p1,Anna,Leigh\nrms,p1,Ann,Lee\n"
    _, _, rows = match("subject_id,forename,surname\ns1,Ann,Lee\n", persons)
    assert [row["person_id"] for row in rows] == ["p1"]


def test_the_same_files_give_the_same_answer(match):
    subjects = "subject_id,surname\ns2,Hill\ns1,Khan\n"
    assert match(subjects) == match(subjects)
    assert [row["subject_id"] for row in match(subjects)[2]][:2] == ["s2", "s2"]


def test_bad_rows_are_listed_and_good_ones_land(match):
    subjects = (
        b"\xef\xbb\xbfsubject_id,surname,dob,sex,shoe\n"
        b's1,Khan,,,\n,"two\nlines",,,\ns3,\xff,,,\ns4,"open,,,\ns5,Hill,yesterday,q,\ns6,Hi\0ll,,,\ns7\ns8,Hill,,,9\ns9,Hill,,,,,\n'
    )
    code, answer, rows = match(subjects)
    assert code == 1  # one row has no id
    assert [(each["line"], each["column"], each["code"], each["landed"]) for each in answer["rejected"]] == [
        (3, "subject_id", "missing", False),
        (5, "surname", "undecodable", True),
        (6, "", "open_quote", True),
        (7, "dob", "unreadable_date", True),
        (7, "sex", "not_in_vocabulary", True),
        (8, "surname", "undecodable", True),
    ]
    assert answer["ignored_columns"] == ["shoe"]
    assert set(candidates(rows)) == {"s1", "s5", "s8", "s9"}
    assert "yesterday" not in json.dumps(answer)


def test_a_number_with_a_wrong_letter_is_counted_and_not_used(match):
    code, answer, rows = match("subject_id,pnc_id\ns1,2002/0073319A\n")
    assert (code, rows, answer["unused_identifiers"]) == (0, [], 1)


@pytest.mark.parametrize(
    ("subjects", "code"),
    [
        ("", "no_header"),
        ("name\nAnn\n", "missing_column"),
        ("person_id\np1\n", "missing_column"),
        ("subject_id,surname,surname\ns1,Khan,Kahn\n", "repeated_column"),
    ],
)
def test_a_file_without_ids_or_with_a_column_twice_is_wrong_usage(match, subjects, code):
    exit_code, answer, rows = match(subjects)
    assert (exit_code, answer["error"]["code"], rows) == (2, code, [])


def test_what_is_read_is_never_written_over(tmp_path, capsys):
    persons = tmp_path / "persons.csv"
    persons.write_text(PERSONS)
    assert main(["match", "--subjects", str(persons), "--persons", str(persons), "--out", str(persons)]) == 2
    assert persons.read_text() == PERSONS


def test_an_answer_that_cannot_be_written_is_refused_before_the_work(tmp_path):
    persons = tmp_path / "persons.csv"
    persons.write_text(PERSONS)
    with pytest.raises(UnreadableFile):
        match_files(persons, persons, tmp_path / "nowhere" / "out.csv", this_year=2026)


def test_a_single_search_weighs_as_a_whole_file_does(match):
    subject = {"forename": "Margret", "surname": "Fox", "dob": "1971-11-03", "postcode": "SN5 6EF"}
    _, _, rows = match(f"subject_id,{','.join(subject)}\ns1,{','.join(subject.values())}\n")
    persons = [
        keys.compared(person, 2026)
        | {"id": person["person_id"]}
        # each name and postcode stands once among the six, but for the Hills and theirs; one has no postcode
        | {
            f"tf_{column}": model.share(
                2 if person["surname"] == "Hill" and column != "forename" else 1,
                of=5 if column == "postcode" else 6,
                usual=usual,
            )
            for column, usual in model.frequency_columns(model.settings()).items()
        }
        for person in csv.DictReader(PERSONS.splitlines())
    ]
    asked = keys.compared({**dict.fromkeys(COLUMNS, ""), **subject}, 2026)
    asked |= {f"tf_{column}": None for column in model.frequency_columns(model.settings())}
    scored = {each.person_id: each for each in scorer.score(asked, persons, limit=20)}
    assert rows
    for row in rows:
        assert scored[row["person_id"]].weight == float(row["weight"])
        assert scored[row["person_id"]].band == row["band"]
    assert scored["p3"].explanation[0].startswith("postcode: the same postcode")
    assert any("one digit wrong" in line for line in scored["p3"].explanation)


def test_the_documented_weights_are_the_models():
    text = (Path(__file__).parents[2] / "docs" / "matching.md").read_text(encoding="utf-8")
    told = {tuple(line.strip("| ").split(" | ")[:3]) for line in text.splitlines() if line.startswith("| ")}
    for comparison in model.settings()["comparisons"]:
        for level in comparison["comparison_levels"]:
            if "m_probability" in level:
                bits = log2(level["m_probability"] / level["u_probability"])
                assert (comparison["comparison_description"], level["label_for_charts"], f"{bits:+.1f}") in told


def test_what_an_extract_teaches_changes_weights_but_not_rules(tmp_path):
    made_up = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "made_up.py"))
    rng = random.Random(3)  # noqa: S311 - a seeded generator wants to be repeatable
    people = [made_up["person"](rng) for _ in range(600)]
    again = [made_up["Person"](**vars(who)) for who in people[:200]]
    for who in again:
        made_up["corrupt"](rng, who, 1)
    made_up["write"](tmp_path / "persons.csv", "person_id", [(str(at), who) for at, who in enumerate(people + again)])
    learned, committed = learn(tmp_path / "persons.csv", this_year=2026), model.settings()
    probabilities = {"m_probability", "u_probability"}
    changed = set()
    for ours, theirs in zip(committed["comparisons"], learned["comparisons"], strict=True):
        for level, taught in zip(ours["comparison_levels"], theirs["comparison_levels"], strict=True):
            assert {**level, **dict.fromkeys(probabilities)} == {**taught, **dict.fromkeys(probabilities)}
            if level != taught:
                changed.add(ours["output_column_name"])
    assert {"forename", "surname", "dob"} <= changed
    assert not changed & {"numbers", "twin"}
    surname = next(each for each in learned["comparisons"] if each["output_column_name"] == "surname")
    same = surname["comparison_levels"][1]
    assert log2(same["m_probability"] / same["u_probability"]) > 5
