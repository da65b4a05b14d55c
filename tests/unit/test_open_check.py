"""A dip-check of an open case: each point once, nobody's own work, and only of those who worked on it."""

import pytest

from casebook.domain.case import open_check
from casebook.domain.case.open_check import CheckPoint

GOOD = ";".join(f"{point}=good" for point in CheckPoint)


def test_each_point_is_read_whatever_the_spaces():
    assert open_check.why_unclear(open_check.read(GOOD.replace("=", " = ").replace(";", " ; "))) is None


@pytest.mark.parametrize(
    "written",
    [
        "",
        GOOD.replace("danger=good;", ""),  # one is missing
        GOOD + ";danger=fault",  # one is there twice: which of them counts?
        GOOD + ";tone=good",  # no such point
        GOOD.replace("danger=good", "danger=fine"),  # no such result
        GOOD.replace("danger=good", "danger"),
    ],
)
def test_a_list_that_is_not_whole_is_refused(written):
    assert open_check.why_unclear(open_check.read(written)).code == "points_unclear"


def test_only_what_is_wrong_is_a_fault():
    assert open_check.faults(open_check.read("danger=fault;contact=not_yet;people=good")) == ["danger"]


@pytest.mark.parametrize(
    ("checker", "worked", "code"), [("s1", True, "own_work"), ("s2", False, "no_work_here"), ("s2", True, None)]
)
def test_whose_work_may_be_looked_at(checker, worked, code):
    reason = open_check.why_not_checked(checker=checker, staff="s1", worked=worked)
    assert (reason and reason.code) == code
