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
from casebook.casework.core import found_by
from casebook.casework.find import asking, finding
from casebook.casework.opening_home import open_casebook
from casebook.casework.reporting import audit, viewing
from casebook.domain.vocabulary import Role
from casebook.storage import migrate
from casebook.storage.server import databases
from casebook.storage.session import now

KEY = b"a key of no real home, for tests"
# what the page of a case still tells, of what only its revision made possible
TELLS = {
    "0005": "a_dob: 5.1.90", "0006": "not told apart", "0012": "change 1 of A's plan", "0013": "questionnaire: ",
    "0014": "m1 does not ratify it", "0017": "restricted",
}  # fmt: skip


# rows that this test writes by SQL, where a use case of then kept the keys by which people are found
AFTER_THE_FILL = tuple(revision for revision in past_rows.CASES if revision >= "0021")


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
        with store.session() as session:
            for revision in AFTER_THE_FILL:
                found_by.bring_up_all(session, past_rows.reference_of(revision), now(session).year)
            session.commit()
        yield Unit(store=store)
        store.engine.dispose()
        superuser.execute(f"drop database {name} with (force)")


def test_the_people_of_every_revision_are_found(upgraded):
    upgraded.hire("head", Role.HEAD_OF_UNIT)
    with upgraded.acting("head") as act:
        hits = finding.find(act, asking.parsed({"surname": "quilla"}), limit=100).hits
    assert {hit.reference for hit in hits} == {past_rows.reference_of(revision) for revision in past_rows.CASES}


def test_what_each_revision_held_is_whole_today(upgraded):
    with upgraded.acting() as act:
        verified = audit.verify(act)
    assert [(broken.code, broken.what) for broken in verified.broken] == []
    assert verified.rows > len(past_rows.CASES) * 5
    upgraded.hire("head", Role.HEAD_OF_UNIT)
    for revision in past_rows.CASES:
        reference = past_rows.reference_of(revision)
        with upgraded.acting("head") as act:
            text = " ".join(" ".join(page(viewing.show(act, reference))).split())
        assert text.startswith(f"{reference} RECORD CHECKS")
        assert "He frightens me" in text
        assert TELLS.get(revision, "Quilla").lower() in text.lower(), revision
