"""Finding applications by the people in them: every kind of detail, nobody across a restriction, every search in the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casebook.casework.find import asking, finding
from casebook.domain.vocabulary import Role

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ROW = {
    "a_forename": "Katherine", "a_middle_names": "Rose", "a_surname": "Smith", "a_dob": "1990-02-03", "a_sex": "f",
    "a_former_names": "Ollerenshaw", "a_aliases": "Kitty Vandermeer", "a_phone": "07700 900123", "a_postcode": "QX3 4LM",
    "a_email": "Kath.S@example.org", "code_word": "Blue Heron", "b_forename": "David", "b_surname": "Trevanion",
    "b_dob": "1985-11-07", "b_pnc_id": "2001/1234567L", "b_cro": "", "b_postcode": "QX9 1ZZ",
}  # fmt: skip


@pytest.fixture
def find(acting, person):
    def search(who=None, limit=20, now=NOW, **asked):
        with acting(who or person("desk", Role.INTAKE_OFFICER), now) as act:
            return finding.find(act, asking.parsed(asked), limit=limit)

    return search


def test_try(received, find):
    ref = received(external_id="X-9", **ROW)
    for asked in (
        {"words": "kath smyth"},
        {"words": "Kitty Vandermeer"},
        {"words": "smith katherine"},
        {"words": "Kath Ollerenshaw"},
        {"words": "Katherin Smiht"},
        {"words": "07700900123"},
        {"phone": "+44 7700 900123"},
        {"email": "KATH.s@example.org"},
        {"postcode": "qx34lm"},
        {"words": "qx3"},
        {"code_word": "blueheron"},
        {"words": ref},
        {"words": "X-9"},
        {"dob": "1990"},
        {"surname": "smyth", "dob": "1990-03-02"},
        {"words": "trevanion"},
        {"words": "rose smith"},
    ):
        try:
            print(
                asked,
                [
                    (h.reference, h.party, h.name, [(p.kind.value, p.how.value, p.other_name) for p in h.parts])
                    for h in find(**asked).hits
                ],
            )
        except Exception as e:
            print(asked, repr(e))
