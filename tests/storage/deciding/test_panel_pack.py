"""The pack: all a panel needs, nobody else's victim in it, every reading in the ledger."""

from __future__ import annotations

import json

import pytest

from casebook.casework.panel_decision.panel_pack import pack
from casebook.cli.case import pack_page
from casebook.domain.vocabulary import Role, Stage
from casebook.errors import NotPermitted
from casebook.storage.tables import LedgerEntry

RECORD = {"offence_text": "strangulation <of> a partner", "victim_id": "CANARY-V1", "victim_relationship": "ex_partner"}


@pytest.fixture
def packed(researched, acting, crew):
    reference = researched((RECORD, "qualifying", "other_force"), stage=Stage.PANEL_DECISION, b_surname="Żółć-Łęcki")
    with acting(crew["c1"]) as act:
        return pack(act, reference)


def test_it_holds_what_a_panel_decides_on(packed):
    assert packed["printed_by"] == "c1"
    (finding,) = packed["findings"]
    assert (finding["standing"], finding["owner"], finding["may_be_told"]) == ("qualifying", "other_force", False)
    assert packed["coverage"][0]["source"] == "rms"
    assert packed["score"]["contributions"]
    assert packed["safe_contact"][0]["channel"] == "phone"
    json.dumps(packed)


def test_no_victim_is_named_in_it(packed):
    assert "CANARY-V1" not in json.dumps(packed)


def test_it_prints_as_text_html_and_pdf_and_says_whose_it_is(packed):
    text = "\n".join(pack_page.as_text(packed))
    page = pack_page.as_html(packed)
    for printed in (text, page):
        assert f"{packed['reference']} - for the panel only - printed 2026-03-02T10:00:00+00:00 by c1" in printed
        assert "Żółć-Łęcki" in printed
    assert "strangulation &lt;of&gt; a partner" in page
    assert "//" not in page  # nothing is fetched from outside
    assert pack_page.as_pdf(packed).startswith(b"%PDF")


def test_reading_it_stands_in_the_ledger_and_is_not_for_every_role(packed, acting, person, store):
    with store.session() as session:
        (entry,) = session.query(LedgerEntry).filter_by(event="personal_detail_viewed").all()
    assert (entry.actor, entry.body["what"]) == ("c1", "pack")
    with pytest.raises(NotPermitted), acting(person("x", Role.PROFESSIONAL_STANDARDS)) as act:
        pack(act, packed["reference"])
    with pytest.raises(NotPermitted), acting() as act:
        pack(act, packed["reference"])
