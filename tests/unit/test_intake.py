"""What a row of applications.csv is read as: a form, faults that keep it out, doubts that somebody must clear up."""

from __future__ import annotations

import pytest

from casebook.domain.case import application_file, intake
from casebook.domain.case.intake import Form
from casebook.domain.vocabulary import Party, Priority

WHOLE = {
    "external_id": "X-1", "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a",
    "immediate_danger": "no", "a_forename": "Anna", "a_surname": "Able", "a_dob": "1990-05-06", "a_phone": "07700900001",
    "b_forename": "Barry", "b_surname": "Baker", "b_dob": "1985-02-03", "b_dob_certainty": "exact",
    "b_address": "1 Synthetic Street", "relationship": "partner", "living_together": "no", "pregnant": "no",
    "safe_channel": "phone", "safe_days": "mon;tue", "safe_from": "09:00", "safe_until": "17:00",
}  # fmt: skip


def read(**overrides):
    return application_file.read({**WHOLE, **overrides})


def test_a_whole_row_has_no_doubts():
    form = read()
    assert isinstance(form, Form)
    assert form.doubts == ()
    assert form.plans[Party.A].windows == (("09:00", "17:00"),)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("external_id", "", "missing"),
        ("submitted_at", "", "missing"),
        ("submitted_at", "2026-03-02T09:00:00", "no_offset"),  # whose nine o'clock?
        ("submitted_at", "yesterday", "impossible_date"),
        ("submitted_at", "2026-02-30T09:00:00+00:00", "impossible_date"),
        ("route", "right_to_wonder", "unknown_code"),
        ("applicant", "d", "unknown_code"),
    ],
)
def test_a_fault_keeps_the_row_out_and_names_its_column(column, value, code):
    faults = read(**{column: value})
    assert isinstance(faults, list)
    assert [(fault.column, fault.code) for fault in faults] == [(column, code)]


def test_two_faults_in_one_row_are_two_entries():
    assert [fault.column for fault in read(route="x", applicant="nobody")] == ["route", "applicant"]


def test_a_fault_never_repeats_the_value():
    for fault in read(submitted_at="1985-02-30", route="Barry Baker"):
        assert "1985" not in fault.message
        assert "Barry" not in fault.message


@pytest.mark.parametrize(
    ("overrides", "doubt"),
    [
        ({"b_surname": ""}, "no_subject_name"),
        ({"b_dob": ""}, "no_subject_dob"),
        ({"b_dob": "1985"}, "certainty_contradicts_dob"),
        ({"b_address": ""}, "no_subject_address"),
        ({"a_phone": ""}, "no_way_to_contact"),
        ({"safe_channel": ""}, "no_safe_contact"),
        ({"safe_channel": "pigeon"}, "code_not_understood:safe_channel"),
        ({"immediate_danger": "maybe"}, "code_not_understood:immediate_danger"),
        ({"safe_days": "mon;someday"}, "code_not_understood:safe_days"),
        ({"safe_until": ""}, "unusable_windows:safe_from"),
        ({"safe_from": "17:00", "safe_until": "09:00"}, "unusable_windows:safe_from"),
        ({"relationship": ""}, "no_relationship"),
        ({"applicant": "third_party"}, "no_applicant_name"),
        ({"relationship_ended": "2025-01"}, "relationship_contradicts_end"),
        ({"b_dob": "1985-02-30"}, "impossible_date:b_dob"),
        ({"b_dob": "1985-13"}, "impossible_date:b_dob"),
        ({"b_dob": "2031-01-01"}, "impossible_date:b_dob"),  # not born yet when the application was sent
        ({"b_dob": "eighties"}, "date_not_understood:b_dob"),
        ({"children": "2019-05;2020-13"}, "impossible_date:children"),
        ({"children": "2"}, "date_not_understood:children"),
        ({"relationship_ended": "last week"}, "date_not_understood:relationship_ended"),
        ({"b_dob": "N/K"}, "no_subject_dob"),
        ({"b_forename": "Unknown", "b_surname": "Unknown"}, "no_subject_name"),
        ({"b_surname": "NOT PROVIDED"}, "no_subject_name"),
        ({"b_address": "No fixed abode"}, "no_subject_address"),
    ],
)
def test_a_doubt_is_kept_and_the_row_still_lands(overrides, doubt):
    form = read(**overrides)
    assert isinstance(form, Form), form
    assert doubt in form.doubts


def test_a_row_of_nothing_but_the_four_required_cells_lands():
    form = application_file.read({name: WHOLE[name] for name in application_file.REQUIRED})
    assert isinstance(form, Form)
    assert set(intake.MINIMUM) <= set(form.doubts)


def test_an_undecodable_coded_column_is_a_fault_and_an_undecodable_text_a_doubt():
    assert [fault.code for fault in application_file.read({**WHOLE, "b_sex": ""}, {"b_sex"})] == ["undecodable"]
    form = application_file.read({**WHOLE, "concern": ""}, {"concern"})
    assert "undecodable:concern" in form.doubts


@pytest.mark.parametrize(
    ("written", "dob", "certainty"),
    [
        ("03/02/1985", "1985-02-03", "unknown"),
        ("3.2.85", "1985-02-03", "unknown"),
        ("c. 1985", "1985", "approximate"),
        ("Feb 1985", "1985-02", "unknown"),
        ("1985?", "1985", "approximate"),
    ],
)
def test_a_birth_date_is_read_as_people_write_it_and_kept_as_written(written, dob, certainty):
    form = read(b_dob=written, b_dob_certainty="")
    b = form.people[Party.B]
    assert (b.dob, b.dob_certainty, form.as_written["b_dob"]) == (dob, certainty, written)


@pytest.mark.parametrize("said", ["yes", "Y", "YES!!", "at risk", "maybe", "today", "1"])
def test_danger_that_cannot_be_read_counts_as_danger(said):
    form = read(immediate_danger=said)
    assert (form.immediate_danger, application_file.speaks_of_danger({"immediate_danger": said})) == ("yes", True)


@pytest.mark.parametrize("said", ["", "no", "No", "unknown", "N/K", "UNKNOWN "])
def test_danger_that_is_denied_or_not_known_is_no_danger_said(said):
    assert not application_file.speaks_of_danger({"immediate_danger": said})


def test_children_whose_birth_dates_are_not_known_are_still_children():
    assert read(children="2").children == ("", "")
    assert read(children="none").children == ()
    assert read(children="12/05/2019; ?").children == ("2019-05-12", "")


@pytest.mark.parametrize("partial", ["1985", "1985-02", "1985-02-03", "1984-02-29"])
def test_a_birth_date_may_be_partial(partial):
    assert isinstance(read(b_dob=partial, b_dob_certainty="approximate"), Form)


def test_unknown_danger_comes_before_danger_denied_and_after_danger_said():
    ranks = [intake.priority(read(immediate_danger=said))[0] for said in ("yes", "unknown", "no")]
    assert ranks == [Priority.IMMEDIATE, Priority.HIGH, Priority.STANDARD]


def test_a_plan_for_the_person_at_risk_is_made_only_from_what_was_said_of_them():
    form = read(applicant="third_party", c_forename="Cara", c_surname="Cole", c_phone="07700900002")
    assert Party.A not in form.plans
    assert form.plans[Party.C].channel == "phone"
