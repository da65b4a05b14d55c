"""Each expectation of a gate for files has a damaged file that it catches, and it alone where that can be."""

from __future__ import annotations

import importlib
import pkgutil

import pandas as pd
import pytest

import expectations
from casebook.domain.vocabulary import Stage
from expectations import application_file, register
from expectations.gate import ask

APPLICATION = {
    "external_id": "x1", "submitted_at": "2024-03-01T09:30:00+00:00", "route": "right_to_ask", "applicant": "third_party",
}  # fmt: skip
PAST = {
    "register": "mailbox", "reference": "R1", "handler": "H1", "approver": "H2", "sources_searched": "pnc", "searched_as": "x",
    "rationale": "x", "a_surname": "x", "b_surname": "x", "received_on": "2019-03-04", "decided_on": "2019-03-20",
    "b_dob": "1980-05", "route": "right_to_ask", "applicant": "a", "outcome": "disclosed", "contact_safe": "yes",
}  # fmt: skip
NOT_ISO = (
    "31/02/2019"  # sorts after every ISO date: it is unreadable, and no reason to say that a decision came too early
)


def without(*columns):
    return lambda row: pd.DataFrame([row]).drop(columns=[*columns])


def saying(**cells):
    """A row in order, and one that says this."""
    return lambda row: pd.DataFrame([row, row | {"external_id": "x2"} | cells])


def alike(column, *, times):
    """So many rows in order, of which every one says the same in one column."""
    moments = [f"2024-03-{day:02}T09:30:00+00:00" for day in range(1, times + 1)]
    return lambda row: pd.DataFrame(
        [
            row | {"external_id": f"x{number}", "submitted_at": moment, column: "1900-01-01"}
            for number, moment in enumerate(moments)
        ]
    )


def no_rows(row):
    return pd.DataFrame([row]).iloc[:0]


def nothing(_row):
    return pd.DataFrame()


# gate -> code -> what is done to a row in order, and what else that must break
DAMAGES = {
    "application_file": {
        "header_absent": (nothing, {"file_empty"}),  # no columns are no rows
        "essential_column_absent": (without("route"), {"route_invalid"}),
        "file_empty": (no_rows, set()),
        "external_id_missing": (saying(external_id=" "), set()),
        "external_id_repeated": (saying(external_id="x1"), set()),
        "submitted_at_invalid": (saying(submitted_at="2024-03-01T09:30:00"), set()),
        "route_invalid": (saying(route="Right to ask"), set()),
        "applicant_invalid": (saying(applicant=""), set()),
        "row_rejected": (saying(landed=False), set()),
        "column_of_one_value": (alike("b_dob", times=20), set()),
    },
    "register": {
        "no_rows": (no_rows, set()),
        "reference_missing": (saying(reference=""), set()),
        "handler_missing": (saying(handler=""), set()),
        "approver_missing": (saying(approver=" "), set()),
        "sources_searched_missing": (saying(sources_searched=""), set()),
        "searched_as_missing": (saying(searched_as=""), set()),
        "rationale_missing": (saying(rationale=" \t"), set()),
        "a_surname_missing": (saying(a_surname=""), set()),
        "b_surname_missing": (saying(b_surname=""), set()),
        "received_on_unreadable": (saying(received_on=NOT_ISO), set()),
        "decided_on_unreadable": (saying(decided_on="04/03/2019"), set()),
        "b_dob_unreadable": (saying(b_dob="about 1980"), set()),
        "route_unknown": (saying(route="RTA"), set()),
        "applicant_unknown": (saying(applicant="the ex"), set()),
        "outcome_unknown": (saying(outcome="see file"), set()),
        "contact_safe_unknown": (saying(contact_safe="maybe"), set()),
        "decided_before_received": (saying(decided_on="2019-03-03"), set()),
    },
}


def of_applications(rows):
    verdict = ask(application_file.GATE, application_file.frames(rows))
    assert not verdict.faults
    return {result.code for result in verdict.results if not result.success}


def of_past_cases(rows):
    """What it says of the list; by year and by handler it says the same of the same rows."""
    told = register.quality(rows.to_dict("records"), ["mailbox"])
    of_the_list = set(told["register"]["mailbox"])
    for by in ("year", "handler"):
        assert {code for found in told[by].values() for code in found} == of_the_list - {"no_rows"}
    return of_the_list


ASKED = {"application_file": (of_applications, APPLICATION), "register": (of_past_cases, PAST)}


def test_every_expectation_of_every_gate_for_files_has_a_damage():
    names = {module.name for module in pkgutil.iter_modules(expectations.__path__)}
    modules = {name: importlib.import_module(f"expectations.{name}") for name in names - set(Stage)}
    codes = {
        name: {rule.code for frame in module.GATE.frames for rule in frame.rules}
        for name, module in modules.items()
        if hasattr(module, "GATE")  # those of the stages are in tests/storage, where PostgreSQL's rows are damaged
    }
    assert codes == {name: set(damages) for name, damages in DAMAGES.items()}


@pytest.mark.parametrize("gate", DAMAGES)
def test_a_file_in_order_breaks_nothing(gate):
    broken_by, row = ASKED[gate]
    assert broken_by(saying()(row)) == set()


@pytest.mark.parametrize(("gate", "code"), [(gate, code) for gate, damages in DAMAGES.items() for code in damages])
def test_each_expectation_catches_its_damage_alone(gate, code):
    broken_by, row = ASKED[gate]
    damage, also = DAMAGES[gate][code]
    assert broken_by(damage(row)) == {code} | also


def test_too_few_rows_say_nothing_about_a_column_and_one_that_differs_is_enough():
    assert of_applications(alike("b_dob", times=application_file.FEWEST - 1)(APPLICATION)) == set()
    rows = alike("b_dob", times=application_file.FEWEST)(APPLICATION)
    rows.loc[0, "b_dob"] = "1985"
    assert of_applications(rows) == set()
