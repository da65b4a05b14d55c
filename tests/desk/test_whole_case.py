"""One case from intake to closure, every answer of every role given on a page of the desk."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from walking import ROW, through_everything

from casebook.casework.reporting import audit
from casebook.domain.actors import ActOrigin
from casebook.domain.vocabulary import Stage

CASES = {
    "somebody with a record": {},
    "nobody of the name": {"b_surname": "Nobodyknown", "b_forename": "Quentin"},
    "a third party asks": {
        "applicant": "third_party",
        "c_forename": "Carla",
        "c_surname": "Quillfeather",
        "c_phone": "07700900003",
        "a_safe_channel": "phone",
        "a_safe_days": "mon;tue;wed;thu;fri",
        "a_safe_from": "09:00",
        "a_safe_until": "17:00",
    },
}


@pytest.mark.parametrize("cells", CASES.values(), ids=CASES)
def test_a_case_is_carried_from_intake_to_closure_on_the_pages_alone(office, cells):
    reference = office.unit.receive({**ROW, "external_id": "D-1", **cells})
    assert through_everything(office.unit, reference) == Stage.CLOSED
    done = office.entries(reference, "work_done")
    assert len(done) > 8
    assert {entry.origin for entry in done} == {ActOrigin.DESK}
    assert all(entry.token for entry in done)
    if os.environ.get("CASEBOOK_TELL"):
        print(len(done), sum((browser.effort for browser in office.browsers.values()), Counter()))  # noqa: T201 - asked for
    with office.unit.acting() as act:
        assert audit.verify(act).broken == []
    assert Counter(entry.actor for entry in office.entries(event="signed_in")).keys() >= {entry.actor for entry in done}
