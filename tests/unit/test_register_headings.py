"""Headings and codes as forces write them: one table each, a mapping over it, and nothing guessed."""

from __future__ import annotations

from datetime import date

import pytest

from casebook.casework.review import mappings
from casebook.domain.review import register
from casebook.domain.review.register_cells import RegisterDoubt
from casebook.domain.review.register_codes import CODED, code_in
from casebook.domain.review.register_headings import (
    NO_MAPPING,
    TARGETS,
    HeadingFrom,
    KeptMapping,
    RegisterMapping,
    columns_of,
    header_keys,
)
from casebook.domain.vocabulary import Outcome
from casebook.errors import WrongUsage

TODAY = date(2026, 6, 1)

READ = {
    "APP. NO.": "reference", "Dvds Ref": "reference", "Clare's Law Ref": "reference", "U.R.N.": "reference",
    "Date rec\u2019d": "received_on", "DATE RECEIVED (dd/mm/yyyy)": "received_on", "date_of_application": "received_on",
    "Date of receipt ": "received_on", "RTA / RTK": "route", "Application type": "route",
    "Subject's DOB": "b_dob", "D.O.B. of subject": "b_dob", "Perpetrator - Surname": "b_surname",
    "surname (perpetrator)": "b_surname", "SUSPECT_FIRST_NAME": "b_forename", "NominalPostcode": "b_postcode",
    "Offender date of birth": "b_dob", "Perp AKA": "b_aliases", "Subject maiden name": "b_former_names",
    "PNC ID": "b_pnc_id", "Subject CRO no.": "b_cro", "Person at risk: forename(s)": "a_forename",
    "Victim family name": "a_surname", "Mobile number of the victim": "a_phone", "PAR e-mail": "a_email",
    "Person A date of birth": "a_dob", "Applicant D.O.B": "a_dob", "O.I.C.": "handler", "Officer in the case": "handler",
    "Authorised by": "approver", "Systems checked": "sources_searched", "Names searched": "searched_as",
    "Final decision": "outcome", "Panel outcome": "outcome", "Decision date": "decided_on", "Date of disclosure": "disclosed_on",
    "Reason for decision": "rationale", "Safe to contact?": "contact_safe", "Co-habiting": "living_together",
    "Date of separation": "relationship_ended", "B Surname": "b_surname", "Received-On": "received_on",
    "Perpetrator": "b_name", "Victim": "a_name", "Full name of subject": "b_name",
}  # fmt: skip
# a word too many, or a column that two people or two days could be meant by
LEFT = (
    "Surname", "Forename", "DOB", "Name", "Date", "Address", "Phone", "Postcode", "No", "ID", "#", "Notes", "Comments",
    "Status", "Closed", "Date closed", "Supervisor", "Disclosed", "Disclosure", "Crime number", "Division", "Subject", "Partner",
    "Date of birth of child of the officer", "C surname", "Third party DOB", "Decision maker", "Sex", "",
)  # fmt: skip


@pytest.mark.parametrize(("heading", "ours"), READ.items())
def test_a_heading_that_people_use_is_read(heading, ours):
    [column] = columns_of([heading], NO_MAPPING)
    assert (column.ours, column.heading) == (ours, heading)


@pytest.mark.parametrize("heading", LEFT)
def test_a_heading_that_names_no_column_is_left_to_a_person(heading):
    assert columns_of([heading], NO_MAPPING)[0].ours == ""


@pytest.mark.parametrize("name", TARGETS)
def test_our_own_names_are_always_read_as_themselves(name):
    for heading in (name, name.upper(), name.replace("_", " "), f" {name.title()} "):
        [column] = columns_of([heading], NO_MAPPING)
        assert (column.ours, column.by) == (name, HeadingFrom.OWN)


@pytest.mark.parametrize(
    ("headings", "ours"),
    [
        (["Ref", "App No"], ["", "reference"]),  # the application's own number before any other
        (["App No", "reference"], ["", "reference"]),  # our name before the table
        (["Applicant surname", "Victim surname"], ["", "a_surname"]),  # the applicant may be somebody else
        (["OIC", "OIC"], ["handler", ""]),  # of equal ones the first
        (["Result", "Notes", "Final outcome"], ["", "", "outcome"]),
    ],
)
def test_of_two_headings_of_one_column_the_surer_counts_and_the_other_is_ignored(headings, ours):
    assert [column.ours for column in columns_of(headings, NO_MAPPING)] == ours


def test_what_a_person_said_counts_before_everything():
    mapping = mappings.given({"OIC": "approver", "reference": "", "Box 7": "b_surname"}, [])
    columns = columns_of(["o.i.c.", "Reference", "BOX 7", "handler"], mapping)
    assert [column.ours for column in columns] == ["approver", "", "b_surname", "handler"]
    assert [column.by for column in columns] == [HeadingFrom.MAPPING] * 3 + [HeadingFrom.OWN]


def test_a_mapping_to_what_does_not_exist_is_wrong_usage():
    for columns, codes, code in (
        ({"Box 7": "b_shoe"}, [], "unknown_column"),
        ({"?": "b_surname"}, [], "no_heading"),
        ({}, [("outcome", "NFA", "nfa")], "unknown_code"),
        ({}, [("rationale", "NFA", "withdrawn")], "unknown_column"),
    ):
        with pytest.raises(WrongUsage) as refused:
            mappings.given(columns, codes)
        assert refused.value.code == code


def test_a_kept_mapping_fits_by_the_name_or_by_exactly_the_header():
    kept = KeptMapping(register="DVDS log", headings=header_keys(["App No", "Box 7"]), mapping=NO_MAPPING)
    assert kept.fits({"dvds-LOG"}, [])
    assert kept.fits({"other"}, [header_keys(["box 7", "APP NO."])])
    assert not kept.fits({"other"}, [header_keys(["App No", "Box 7", "Box 8"])])


def test_a_later_mapping_is_laid_over_an_earlier_one():
    earlier = RegisterMapping(columns={"X": "handler", "Y": "approver"}, codes={"outcome": {"NFA": "withdrawn"}})
    later = RegisterMapping(
        columns={"X": ""}, codes={"outcome": {"NTD": "nothing_to_disclose"}, "route": {"1": "right_to_ask"}}
    )
    assert later.over(earlier) == RegisterMapping(
        columns={"X": "", "Y": "approver"},
        codes={"outcome": {"NFA": "withdrawn", "NTD": "nothing_to_disclose"}, "route": {"1": "right_to_ask"}},
    )


CODES = {
    "route": {
        "R.T.A.": "right_to_ask", "rtk": "right_to_know", "RIGHT TO ASK (RTA)": "right_to_ask", "Right-to-Know": "right_to_know",
    },
    "applicant": {
        "Person at risk": "a", "SELF": "a", "3rd party": "third_party", "Third-Party": "third_party", "Mother": "third_party",
        "Social Worker": "agency", "I.D.V.A.": "agency", "Agency ": "agency",
    },
    "relationship": {
        "Ex-Partner": "ex_partner", "EX": "ex_partner", "husband": "partner", "Ex wife": "ex_partner", "Current partner": "partner",
    },
    "living_together": {"Y": "yes", "n": "no", "Not known": "unknown", "N/K": "unknown", "TRUE": "yes"},
    "a_sex": {"Female": "f", "M": "m", "male": "m", "non-binary": "x"},
    "sources_searched": {"PNC": "pnc", "ViSOR": "visor", "Childrens services": "childrens_services"},
    "outcome": {
        "Nothing to disclose": "nothing_to_disclose", "NFA - nothing to disclose": "nothing_to_disclose",
        "CLOSED: NOTHING TO DISCLOSE.": "nothing_to_disclose", "nothing_to_disclose": "nothing_to_disclose",
        "No further action (not disclosed)": "not_disclosed", "Decision not to disclose": "not_disclosed",
        "Disclosure made": "disclosed_to_a", "DISCLOSED": "disclosed_to_a", "Disclosed to victim": "disclosed_to_a",
        "Closed as withdrawn": "withdrawn", "Withdrawn by applicant": "withdrawn", "Did not engage": "no_engagement",
        "Outside the scheme": "out_of_scope", "Out-of-scope": "out_of_scope", "Unknown": "unknown",
    },
}  # fmt: skip
# texts that name no outcome, however often a force means one by them
NO_OUTCOME = (
    "NFA", "No further action", "Closed", "Completed", "Refused", "Declined", "Rejected", "No disclosure", "No disclosure made",
    "No trace", "Nil", "NTD", "Yes", "No", "Y", "Pending", "Ongoing", "See log", "Panel", "Referred", "Duplicate", "Filed",
    "Disclosed to third party", "Partially disclosed", "Not yet disclosed", "To be disclosed", "Consider disclosure", "??", "1",
    "NFA - no trace", "Closed - see log", "withdrawn and disclosed", "nothing",
)  # fmt: skip


@pytest.mark.parametrize(
    ("column", "written", "code"),
    [(column, written, code) for column, codes in CODES.items() for written, code in codes.items()],
)
def test_a_code_that_people_write_is_read(column, written, code):
    assert code_in(column, written) == code


@pytest.mark.parametrize("written", NO_OUTCOME)
def test_a_text_that_names_no_outcome_is_none_until_a_person_says_so(written):
    entry = register.read({"outcome": written}, register="x", today=TODAY)
    assert (entry.outcome, (RegisterDoubt.UNKNOWN_CODE, "outcome") in entry.notes) == (None, True)
    said = mappings.given({}, [("outcome", written, "not_disclosed")]).codes if written != "??" else {}
    again = register.read({"outcome": written.lower()}, register="x", today=TODAY, codes=said)
    assert again.outcome == (Outcome.NOT_DISCLOSED if said else None)


@pytest.mark.parametrize("column", CODED)
def test_every_code_of_ours_is_read_as_itself(column):
    for code in CODED[column]:
        for written in (code.value, code.value.upper(), code.value.replace("_", " "), f" {code.value} "):
            assert code_in(column, written) == code


@pytest.mark.parametrize(
    "cell",
    [
        "PNC;PND;ViSOR",
        "pnc, pnd and visor",
        "PNC/PND/VISOR",
        "PNC & PND + visor",
        "PNC|PND\nViSOR",
        "visor AND pnd,PNC",
    ],
)
def test_sources_are_read_however_they_are_listed(cell):
    entry = register.read({"sources_searched": cell}, register="x", today=TODAY)
    assert entry.sources_searched == {"pnc", "pnd", "visor"}
    assert not [doubt for doubt, column in entry.notes if column == "sources_searched"]
