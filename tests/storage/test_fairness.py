"""Counts by origin of the subject's name and by sex: no person, no group too small to compare."""

from __future__ import annotations

import pytest

from casebook.casework.monitor import fairness
from casebook.policies.name_origins import OTHER, origin_of


@pytest.mark.parametrize(
    ("forename", "surname", "origin"),
    [
        ("Imran", "Hussain", "south_asian"),
        ("Mohammed", "Smith", "arabic_or_turkish"),  # the surname says nothing, so the forename speaks
        ("Piotr", "Kowalski", "east_european"),
        ("Ioana", "Vasilescu", "east_european"),
        ("Mary", "O'Connor", "irish"),
        ("Anna", "Nguyen-Tran", "chinese_or_vietnamese"),  # the last part of a double name
        ("Sarah", "Jones", OTHER),
        ("", None, OTHER),
    ],
)
def test_a_name_is_classed_roughly(forename, surname, origin):
    assert origin_of(forename, surname) == origin


def test_groups_are_counted_and_small_ones_not_compared(acting, received, sql):
    for number in range(22):
        surname = "Kowalski" if number < 20 else "Okafor"
        received(external_id=f"F-{number}", b_surname=surname, b_sex="m", b_dob=f"19{70 + number}-02-03")
    sql("UPDATE application SET stage = 'panel_decision'")
    with acting() as act:
        told = fairness.report(act)
    assert told["applications"] == 22
    assert told["by_origin"]["west_african"] == {"applications": 2, "too_few": True}
    assert told["by_origin"]["east_european"]["proposed"]["rate"] == 0
    assert told["by_origin"]["east_european"]["told"]["rate"] is None
    assert told["by_sex"]["m"]["applications"] == 22
    assert not any("Kowalski" in line for line in fairness.lines(told))
