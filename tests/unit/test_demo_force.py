"""The synthetic force: right formats, the same bytes again, every phenomenon present, nobody real, rules not shared."""

import csv
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casebook.demo import force as synthetic
from casebook.demo import numbers
from casebook.demo import running as brought
from casebook.demo.applications import applications
from casebook.demo.offences import APART, GRAVE, PUBLIC_VIOLENCE, SERIOUS, SLIGHT
from casebook.demo.specials import HELD_DETAILS, SPECIALS
from casebook.domain import vocabulary as words
from casebook.domain.case import running_cases

SAMPLE = Path(synthetic.__file__).parent / "sample"
POSTCODE = re.compile(r"^([A-Z][A-HJ-Y]?\d[A-Z\d]?\d[A-Z]{2}|GIR0A{2})$")
PERSON_COLUMNS = "source,person_id,forename,middle_names,surname,aliases,dob,sex,address,postcode,pnc_id,cro"
RECORD_COLUMNS = (
    "source,record_id,person_id,kind,offence_code,offence_text,date,outcome,victim_id,victim_relationship,flags,owner,"
    "source_evaluation,intelligence_assessment,handling"
)
TOLD = (
    "forename",
    "middle_names",
    "surname",
    "former_names",
    "aliases",
    "dob",
    "sex",
    "address",
    "postcode",
    "phone",
    "email",
)
PLAN = ("safe_channel", "safe_days", "safe_from", "safe_until", "safe_voicemail", "code_word", "interpreter")


@pytest.fixture(scope="module")
def force():
    return synthetic.build(11, persons=6_000, applications=400, register=600)


@pytest.fixture(scope="module")
def written(force, tmp_path_factory):
    directory = tmp_path_factory.mktemp("force")
    synthetic.write(force, directory)
    return directory


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def humans(force):
    """The person rows of each human."""
    truth = {(one.source, one.person_id): one.human for one in force.people.identities}
    found = defaultdict(list)
    for person in force.people.persons:
        found[truth[person.source, person.person_id]].append(person)
    return found


def test_the_same_seed_gives_the_same_bytes_streamed_or_built(force, written, tmp_path):
    size = synthetic.Size(persons=6_000, applications=400, register=600)
    synthetic.stream(synthetic.Enlistment(seed=11, size=size), tmp_path)
    names = sorted(path.name for path in written.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    assert all((written / name).read_bytes() == (tmp_path / name).read_bytes() for name in names)


def test_another_seed_gives_other_people():
    assert applications(1, 12) != applications(2, 12)


def test_a_shorter_file_is_the_beginning_of_a_longer_one():
    assert applications(5, 40)[:1] == applications(5, 1)
    assert applications(5, 40)[:25] == applications(5, 25)


def test_the_columns_are_those_of_the_formats(written):
    assert ",".join(rows(written / "persons.csv")[0]) == PERSON_COLUMNS
    assert ",".join(rows(written / "records.csv")[0]) == RECORD_COLUMNS
    header = list(rows(written / "applications.csv")[0])
    assert set(header) == {
        *("external_id", "submitted_at", "route", "applicant", "concern", "immediate_danger"),
        *(f"{party}_{column}" for party in "abc" for column in TOLD),
        *("b_dob_certainty", "b_pnc_id", "b_cro", "relationship", "relationship_started", "relationship_ended"),
        *("living_together", "pregnant", "children"),
        *PLAN,
        *(f"a_{column}" for column in PLAN),
    }


def test_each_source_has_a_file_of_its_own_rows_only(written):
    for source in synthetic.SOURCES:
        assert words.Source(source)
        persons, records = rows(written / f"persons-{source}.csv"), rows(written / f"records-{source}.csv")
        assert persons
        assert records
        assert {row["source"] for row in (*persons, *records)} == {source}
        assert {row["person_id"] for row in records} <= {row["person_id"] for row in persons}
    assert len(rows(written / "persons.csv")) == 6_000


def test_coded_columns_hold_only_words_of_the_vocabulary(force):
    for row in force.applications:
        words.Route(row["route"])
        words.Applicant(row["applicant"])
        assert row["immediate_danger"] in {"", *words.Answer3}
        assert row["b_dob_certainty"] in {"", *words.Certainty}
        assert row["relationship"] in {"", *words.Relationship}
        assert row["safe_channel"] in {"", *words.Channel}
        assert bool(row["c_forename"]) == (row["applicant"] != "a")
        assert datetime.fromisoformat(row["submitted_at"]).utcoffset() is not None
    for record in force.people.records:
        words.RecordKind(record.kind)
        date.fromisoformat(record.date)
        assert record.victim_relationship in {"", *words.VictimRelationship}
        assert set(filter(None, record.flags.split(";"))) <= set(words.Flag)
        assert bool(record.handling) == (record.kind == "intelligence")
    assert all(person.sex in set(words.Sex) for person in force.people.persons)


def test_ids_are_never_used_twice(force):
    assert len({(row.source, row.person_id) for row in force.people.persons}) == len(force.people.persons)
    assert len({(row.source, row.record_id) for row in force.people.records}) == len(force.people.records)
    assert len({row["external_id"] for row in force.applications}) == len(force.applications)


@pytest.mark.parametrize(
    ("digits", "letter"),
    # valid numbers published with the scheme's identifiers; the last three are CRO numbers, standard and SF
    [
        ("020073319", "Z"),
        ("790163001", "B"),
        ("810000034", "U"),
        ("679893091", "D"),
        ("91065656", "H"),
        ("65085227", "L"),
        ("8350058", "Z"),
        ("05482703", "J"),
    ],
)
def test_check_letters_are_the_published_ones(digits, letter):
    assert numbers._letter(digits, right=True) == letter
    assert numbers._letter(digits, right=False) != letter


def letter_is_right(pnc):
    year, serial, letter = re.fullmatch(r"(?:\d\d)?(\d\d)/(\d{7})([A-Z])", pnc).groups()
    return "ZABCDEFGHJKLMNPQRTUVWXY"[int(year + serial) % 23] == letter


def test_nearly_all_pnc_numbers_are_right_and_a_few_are_not(force):
    judged = Counter(letter_is_right(person.pnc_id) for person in force.people.persons if person.pnc_id)
    assert 0.001 < judged[False] / judged.total() < 0.03


def test_nobody_in_it_can_be_a_real_person(force, written):
    for person in force.people.persons:
        assert person.person_id.startswith("SYN-")
        assert not person.address or "Synthetic" in person.address
    postcodes = {person.postcode.upper() for person in force.people.persons if person.postcode}
    for row in force.applications:
        postcodes |= {row[f"{party}_postcode"].upper() for party in "abc"} - {""}
        for party in "abc":
            assert re.fullmatch(r"(07700 900\d{3}|01632 960\d{3})?", row[f"{party}_phone"])
            assert not row[f"{party}_email"] or row[f"{party}_email"].endswith("@example.org")
    assert all(POSTCODE.match(postcode.replace(" ", "")) for postcode in postcodes)
    assert {postcode[0] for postcode in postcodes - {numbers.NO_POSTCODE, "NF11NF"}} <= set("QVX")
    assert "None of them exists" in (SAMPLE / "README.md").read_text(encoding="utf-8")


def test_people_are_filed_as_untidily_as_in_a_real_index(force):
    several = [filed for filed in humans(force).values() if len(filed) > 1]
    share = len(several) / len(humans(force))
    assert 0.1 < share < 0.6
    assert sum(len({one.source for one in filed}) < len(filed) for filed in several) > 20  # twice in one source
    fully_dated = [{one.dob for one in filed if len(one.dob) == 10} for filed in several]
    assert 0.02 < sum(len(dobs) > 1 for dobs in fully_dated) / len(several) < 0.25
    assert sum(len({one.surname.upper() for one in filed}) > 1 for filed in several) / len(several) > 0.05
    persons = force.people.persons
    assert 0.005 < sum(not one.dob for one in persons) / len(persons) < 0.05
    assert sum(len(one.dob) in {4, 7} for one in persons) > 20
    assert sum(bool(one.aliases) for one in persons) / len(persons) > 0.05
    assert sum(one.cro == numbers.NO_CRO for one in persons) > 10


def test_there_are_twins_and_namesakes(force):
    at_home = defaultdict(list)
    for filed in humans(force).values():
        if filed[0].address and filed[0].dob:
            at_home[filed[0].address, filed[0].surname.upper()].append(filed[0])
    pairs = [(one, other) for home in at_home.values() for one in home for other in home if one is not other]
    assert any(one.dob == other.dob and one.forename != other.forename for one, other in pairs)
    assert any(one.forename == other.forename and one.dob[:4] != other.dob[:4] for one, other in pairs)


def test_a_few_names_are_very_common_and_most_are_rare(force):
    surnames = Counter(filed[0].surname.upper() for filed in humans(force).values())
    assert surnames.most_common(1)[0][1] > 20
    assert sum(number == 1 for number in surnames.values()) > 150


def test_histories_name_other_victims_owners_and_gradings(force):
    records = force.people.records
    victims = defaultdict(set)
    for record in records:
        victims[record.person_id] |= {record.victim_id} - {""}
    assert sum(len(hurt) > 1 for hurt in victims.values()) > 50
    assert len({record.owner for record in records if record.source == "pnd"}) > 2
    assert len({record.source_evaluation for record in records if record.kind == "intelligence"}) == 3
    assert any(not record.offence_code for record in records if record.kind == "conviction")


def test_offences_carry_cjs_codes():
    for offence in (*GRAVE, *SERIOUS, *SLIGHT, *APART, *PUBLIC_VIOLENCE):
        assert re.fullmatch(r"[A-Z]{2}\d{5}|COML\d{3}A?", offence.code)
        assert set(offence.flags) <= set(words.Flag)


def test_the_special_cases_stand_first_and_are_what_they_say(force):
    named = {row["external_id"]: row for row in force.applications[: len(SPECIALS)]}
    assert list(named) == [name for name, _ in SPECIALS]
    assert named["SPECIAL-DANGER"]["immediate_danger"] == "yes"
    assert not any(named["SPECIAL-HELD"][column] for column in HELD_DETAILS)
    assert not named["SPECIAL-HELD"]["safe_channel"]
    surnames = Counter(person.surname.upper() for person in force.people.persons)
    assert surnames["QUILLTHORPE"] == surnames["ASHDOWN"] == 0
    hidden = [person for person in force.people.persons if person.surname == "Hartnoll"]
    told = named["SPECIAL-SECOND-IDENTITY"]
    assert {person.dob for person in hidden} == {"1986-03-07"}
    assert (told["b_forename"], told["b_surname"], told["b_dob"]) == ("Lee", "Ashdown", "1986-07-03")
    assert told["b_aliases"] == "Liam Hartnoll"


def test_applications_come_by_every_way_and_with_every_gap(force):
    ways = {(row["route"], row["applicant"]) for row in force.applications}
    assert len(ways) == 6
    share = {
        "contradiction": sum(row["b_dob_certainty"] == "exact" and not row["b_dob"] for row in force.applications),
        "partial": sum(len(row["b_dob"]) in {4, 7} for row in force.applications),
        "no plan": sum(not row["safe_channel"] for row in force.applications),
        "C without a plan for A": sum(
            row["applicant"] != "a" and not row["a_safe_channel"] for row in force.applications
        ),
        "children": sum(bool(row["children"]) for row in force.applications),
    }
    assert all(0.01 < number / len(force.applications) < 0.8 for number in share.values()), share


def test_the_register_holds_every_planted_failure_among_many_sound_ones(written):
    truth = rows(written / "truth-register.csv")
    modes = {(row["mode"], row["severity"] in {"service", "harm"}) for row in truth if row["mode"]}
    assert {mode for mode, service in modes if service} == {
        "undisclosed", "source_missing", "single_identity", "alias_unsearched", "wrong_dob", "wrong_person",
        "wrong_recipient", "contact_unsafe", "repeat_ignored", "outcome_unknown_with_history",
    }  # fmt: skip
    assert {mode for mode, service in modes if not service} == {
        "late", "contact_unknown", "copied_rationale", "no_rationale", "no_second_person", "outcome_unknown",
        "later_serious_record",
    }  # fmt: skip
    assert len({row["noise"] for row in truth if not row["mode"]} - {""}) >= 8
    assert sum(not row["mode"] for row in truth) / len(truth) > 0.7
    assert any(not row["lists"] for row in truth)  # known to no list
    failures = [row for row in truth if row["severity"] in {"service", "harm"}]
    assert all({"case_system", "spreadsheet"} & set(row["lists"].split(";")) for row in failures)


def test_the_truth_names_the_line_on_which_each_register_row_stands(tmp_path):
    force = synthetic.build(4, persons=0, applications=0, register=400, data_faults=0.1)
    synthetic.write(force, tmp_path)
    truth = rows(tmp_path / "truth-register.csv")
    stated = {place for row in truth for place in row["rows"].split(";") if place}
    assert {kind for row in truth for kind in row["filth"].split(";")} >= {"bad_date", "wrong_encoding", "doubled"}
    found = set()
    for path in tmp_path.glob("register-*.csv"):
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            reader, start = csv.reader(file), 1
            for row in reader:
                found |= {f"{row[0]}#{start}"} if start > 1 else set()
                start = reader.line_num + 1
    assert found == stated


def test_a_sound_register_row_was_researched_decided_and_told_in_time(force):
    for case in force.past.cases:
        if case.mode or case.noise:
            continue
        row = case.row
        assert row["approver"] != row["handler"]
        assert {"pnc", "pnd", "visor", "rms"} <= set(row["sources_searched"].split(";"))
        ended = date.fromisoformat(row.get("disclosed_on") or row["decided_on"])
        assert (ended - date.fromisoformat(row["received_on"])).days <= 28
        words.Outcome(
            row["outcome"].replace("disclosed", "disclosed_to_a") if row["outcome"] == "disclosed" else row["outcome"]
        )


def test_the_register_shares_no_code_with_the_rules():
    code = (
        "import sys, casebook.demo.force;"
        "print(*sorted(n for n in sys.modules if n.startswith('casebook.') and not n.startswith('casebook.demo')))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    # how a file is written is no rule
    assert set(loaded) <= {"casebook.errors", "casebook.outside_text", "casebook.writing"}


def test_the_committed_sample_is_what_its_readme_says(tmp_path):
    command = re.search(r"casebook\.demo\.force (.*) --out DIR", (SAMPLE / "README.md").read_text(encoding="utf-8"))
    synthetic.main([*command[1].split(), "--out", str(tmp_path)])
    committed = {path.name for path in SAMPLE.glob("*.csv")}
    assert committed == {path.name for path in tmp_path.iterdir()} - {"persons.csv", "records.csv"}
    assert all((SAMPLE / name).read_bytes() == (tmp_path / name).read_bytes() for name in committed)


def test_what_was_held_at_the_decision_makes_a_failure_and_its_absence_a_sound_refusal(force):
    human = {(one.source, one.person_id): one.human for one in force.people.identities}
    grave = {offence.text for offence in (*GRAVE, *SERIOUS)}
    held = defaultdict(list)
    for record in force.people.records:
        if record.offence_text in grave and record.victim_relationship in {"ex_partner", "intimate_partner"}:
            held[human[record.source, record.person_id]].append(date.fromisoformat(record.date))
    known_then = {case.row["reference"]: any(on < case.decided for on in held[case.b.key]) for case in force.past.cases}
    refusals = {"nothing_to_disclose", "not_disclosed"}
    for case in force.past.cases:
        if case.severity in {"service", "harm"}:
            assert known_then[case.row["reference"]], case.mode
        elif case.row["outcome"] in refusals:
            assert not known_then[case.row["reference"]], case.noise
        if case.danger_now:
            assert any(on > case.decided for on in held[case.b.key])


@pytest.mark.parametrize(("applications", "running"), [(2, 0), (10, 0), (14, 4), (24, 12), (60, 12)])
def test_a_force_brings_its_last_applications_along_as_running_cases(tmp_path, applications, running):
    synthetic.write(synthetic.build(7, applications=applications), tmp_path)
    before = rows(tmp_path / "applications.csv")
    assert brought.bring_along(tmp_path) == running
    rest = rows(tmp_path / "applications.csv")
    told = rows(tmp_path / brought.FILE) if running else []
    assert [row["external_id"] for row in (*rest, *told)] == [row["external_id"] for row in before]
    zone = ZoneInfo("Europe/London")
    read = [running_cases.read(row, today=date(2100, 1, 1), zone=zone) for row in told]
    assert all(isinstance(case, running_cases.RunningCase) and case.told for case in read)
    assert all(
        case.form.submitted_at < datetime.fromisoformat(row["submitted_at"])
        for case, row in zip(read, before[len(rest) :], strict=True)
    )
