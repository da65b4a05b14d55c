"""What each revision of the schema held is whole after all later migrations: its ledger verifies, and its page opens."""

from __future__ import annotations

import uuid

import past_rows
import pytest
import sealing
from alembic import command
from sqlalchemy import create_engine
from walking import Unit

from casebook.case_page.page import page
from casebook.casework.find import asking, finding
from casebook.casework.opening_home import open_casebook
from casebook.casework.reporting import audit, viewing
from casebook.domain.vocabulary import Role
from casebook.storage import migrate
from casebook.storage.server import databases

KEY = b"a key of no real home, for tests"
# what the page of a case still tells, of what only its revision made possible
TELLS = {
    "0005": "a_dob: 5.1.90", "0006": "not told apart", "0012": "change 1 of A's plan", "0013": "questionnaire: ",
    "0014": "m1 does not ratify it", "0017": "restricted",
}  # fmt: skip


AFTER_THE_FILL = {
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
    "0027",
    "0030",
    "0028",
    "0029",
}  # rows that a test wrote by SQL, where a use case keeps the keys


@pytest.fixture
def upgraded(server, tmp_path):
    """A casebook that went through every revision, and got a case at each."""
    name = f"test_{uuid.uuid4().hex}"
    url = server.url("casebook").replace("/casebook?", f"/{name}?")
    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute(f"create database {name} owner casebook")
        engine = create_engine(url)
        for revision in past_rows.CASES:
            with engine.begin() as connection:
                command.upgrade(migrate.configuration(connection), revision)
                past_rows.write(connection, revision, KEY)
        engine.dispose()
        store = open_casebook(sealing.with_entry_key(tmp_path, KEY), url)
        yield Unit(store=store)
        store.engine.dispose()
        superuser.execute(f"drop database {name} with (force)")


def test_the_people_of_every_revision_are_found(upgraded):
    upgraded.hire("head", Role.HEAD_OF_UNIT)
    with upgraded.acting("head") as act:
        hits = finding.find(act, asking.parsed({"surname": "quilla"}), limit=100).hits
    assert {hit.reference for hit in hits} == {past_rows.reference_of(revision) for revision in past_rows.CASES} - {
        past_rows.reference_of(revision) for revision in AFTER_THE_FILL
    }


def test_what_each_revision_held_is_whole_today(upgraded):
    with upgraded.acting() as act:
        verified = audit.verify(act)
    without_keys = {
        f"person_keys:{past_rows.reference_of(at)}:{party}" for at in AFTER_THE_FILL for party in ("a", "b")
    }
    assert {(broken.code, broken.what) for broken in verified.broken} == {
        ("keys_changed", what) for what in without_keys
    }
    assert verified.rows > len(past_rows.CASES) * 5
    upgraded.hire("head", Role.HEAD_OF_UNIT)
    for revision in past_rows.CASES:
        reference = past_rows.reference_of(revision)
        with upgraded.acting("head") as act:
            text = " ".join(" ".join(page(viewing.show(act, reference))).split())
        assert text.startswith(f"{reference} RECORD CHECKS")
        assert "He frightens me" in text
        assert TELLS.get(revision, "Quilla").lower() in text.lower(), revision
