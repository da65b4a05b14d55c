"""A birth date that nobody can have is refused wherever it is given, and nothing is stored."""

from __future__ import annotations

import pytest

from casebook.casework import work_queue
from casebook.casework.record_checks import information
from casebook.domain.vocabulary import Role
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Person

IMPOSSIBLE = ["1985-02-30", "1985-13-01", "1985-00", "2026-03-03", "2199", "0001-01-01", "1850-01-01"]


@pytest.mark.parametrize("dob", IMPOSSIBLE)
def test_a_correction_to_a_date_that_nobody_can_have_is_refused(dob, smallest_unit, received, acting, person, store):
    reference = received()
    with pytest.raises(InvalidAnswer) as refused, acting(person("i1", Role.INTAKE_OFFICER)) as act:
        information.add(act, reference, {"people": {"b": {"dob": dob}}})
    assert refused.value.code == "impossible_date"
    assert dob not in str(refused.value)
    with store.session() as session:
        assert session.get(Person, f"{reference}:b").dob == "1985-02-03"


@pytest.mark.parametrize("dob", IMPOSSIBLE)
def test_so_are_completed_details_with_every_party_named(dob, smallest_unit, received, acting, person, sql):
    reference = received(b_dob="", b_surname="")
    item = sql("SELECT id FROM work_item WHERE kind = 'complete_details' AND reference = :r", r=reference).scalar()
    answer = {"people": {"b": {"surname": "Synthetic", "dob": dob}, "a": {"dob": dob}}}
    with pytest.raises(InvalidAnswer) as refused, acting(person("i1", Role.INTAKE_OFFICER)) as act:
        work_queue.do(act, item, answer)
    assert refused.value.code == "impossible_date"
    assert "people.b.dob, people.a.dob" in str(refused.value)


@pytest.mark.parametrize("dob", ["1985", "1985-02", "1985-02-28", "2026-03-02", "1920-01-05"])
def test_what_is_known_of_a_date_is_taken(dob, smallest_unit, received, acting, person, store):
    reference = received()
    with acting(person("i1", Role.INTAKE_OFFICER)) as act:
        information.add(act, reference, {"people": {"b": {"dob": dob}}})
    with store.session() as session:
        assert session.get(Person, f"{reference}:b").dob == dob
