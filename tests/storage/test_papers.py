"""Papers of a case: sealed in their row, read by those who may, moved nowhere, and erased by disposal."""

from __future__ import annotations

import hashlib
import json
import stat

import pytest
import sealing
from papers import DOCX, PDF, pdf
from sqlalchemy import inspect, select, text
from staffing import STAFF
from walking import ROW

from casebook import bounds
from casebook.casework.chronology.timeline import timeline
from casebook.casework.governance import conflicts, governance, merging
from casebook.casework.panel_decision import panel_pack
from casebook.casework.papers import attaching, reading
from casebook.casework.reporting import audit, viewing
from casebook.domain.authority import MAY, Command
from casebook.domain.case.chronology import TimelineKind
from casebook.domain.vocabulary import Role, Stage
from casebook.errors import Refused
from casebook.storage import ledger, paper_keys, row_values
from casebook.storage.keys import KeyUnusable
from casebook.storage.paper_keys import PaperDamaged
from casebook.storage.tables import CaseDocument, LedgerEntry

CANARY = "Canarynine"
CONTENT = pdf(CANARY)


@pytest.fixture
def people():
    return {**STAFF, "audit": Role.AUDITOR, "outsider": Role.PANEL_MEMBER}


@pytest.fixture
def reference(unit):
    return unit.receive({**ROW, "external_id": "PAPER-1"})


@pytest.fixture
def attach(unit, reference, tmp_path):
    """`attach(who, content=..., title=...)`: its id."""

    def add(who="intake", to=reference, **given):
        asked = {"content": CONTENT, "category": "identity_proof", "title": "driving licence", "about": "a", **given}
        with unit.acting(who) as act:
            return str(attaching.attach(act, to, home=tmp_path, **asked)["document"])

    return add


@pytest.fixture
def read(unit, tmp_path):
    def opened(document, who="read"):
        with unit.acting(who) as act:
            return reading.content(act, document, home=tmp_path)

    return opened


def refusal(do, kind=Refused):
    with pytest.raises(kind) as caught:
        do()
    return caught.value.code


def row_of(unit, document):
    with unit.store.session() as session:
        row = session.get_one(CaseDocument, document)
        assert "sealed" in inspect(row).unloaded  # ten megabytes are read only when somebody asks
        return row, row.sealed


def test_a_paper_is_sealed_and_read_as_it_was(unit, attach, read, tmp_path):
    document = attach()
    row, sealed = row_of(unit, document)
    assert (row.media_type, row.size, row.added_by) == ("pdf", len(CONTENT), "intake")
    assert row.digest == hashlib.sha256(CONTENT).hexdigest()
    assert CANARY.encode() not in sealed
    assert read(document).content == CONTENT
    key = paper_keys.paper_key_file(tmp_path)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert row.key_fingerprint not in key.read_text()


def test_the_same_content_is_never_sealed_alike(unit, attach):
    other = unit.receive({**ROW, "external_id": "PAPER-2", "b_surname": "Elsewhere"})
    one, two = row_of(unit, attach())[1], row_of(unit, attach(to=other))[1]
    assert one != two
    assert one[:12] != two[:12]


def test_who_read_a_paper_is_in_the_chain_of_its_application(unit, reference, attach, read):
    document = attach()
    read(document, "research")
    with unit.store.session() as session:
        entry = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id.desc())).first()
    assert (entry.chain, entry.actor, entry.event) == (reference, "research", "personal_detail_viewed")
    assert entry.body == {"part": "document", "document": document}


def test_a_paper_that_is_elsewhere_is_a_line_without_a_file(unit, reference, read):
    with unit.acting("intake") as act:
        given = {"category": "undertaking", "title": "signed undertaking", "where": "paper file 7/26"}
        document = attaching.refer(act, reference, **given)["document"]
    with unit.acting("read") as act:
        (line,) = reading.listed(act, reference)
    assert (line["where_kept"], line["media_type"], line["digest"]) == ("paper file 7/26", None, None)
    assert refusal(lambda: read(document)) == "no_file"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"category": "gossip"}, "bad_value"), ({"about": "d"}, "bad_value"), ({"title": " "}, "reason_missing"),
        ({"title": "\x1b[2Jlicence"}, "not_printable"), ({"content": b""}, "empty_file"),
        ({"content": b"MZ\x90\0"}, "kind_not_taken"), ({"content": PDF + DOCX + b"\n%%EOF"}, "two_kinds"),
    ],
)  # fmt: skip
def test_what_cannot_be_attached_leaves_no_row_no_key_and_no_word_of_it(unit, attach, tmp_path, given, code):
    assert refusal(lambda: attach(**given)) == code
    with unit.store.session() as session:
        assert session.scalars(select(CaseDocument)).all() == []
    assert not paper_keys.paper_key_file(tmp_path).exists()


def test_the_same_file_is_attached_once(attach):
    document = attach()
    with pytest.raises(Refused, match=document) as caught:
        attach(title="once more")
    assert caught.value.code == "already_attached"


# ---- who may


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM}))
def test_staff_of_a_case_attach_and_whoever_may_see_personal_detail_reads(role):
    outside = {
        Role.OPERATOR, Role.CHIEF_OFFICER, Role.REVIEW_OFFICER, Role.REVIEW_LEAD, Role.PROFESSIONAL_STANDARDS, Role.AUDITOR,
    }  # fmt: skip
    assert (role in MAY[Command.ATTACH]) == (role not in outside)


def test_the_operator_neither_attaches_nor_reads_and_sees_no_title(unit, reference, attach, tmp_path):
    document = attach()
    with unit.acting() as act:
        given = {"content": DOCX, "category": "other", "title": "x"}
        assert refusal(lambda: attaching.attach(act, reference, home=tmp_path, **given)) == "not_permitted"
        assert (
            refusal(lambda: attaching.refer(act, reference, category="other", title="x", where="y")) == "not_permitted"
        )
        assert refusal(lambda: reading.content(act, document, home=tmp_path)) == "not_permitted"
        (line,) = reading.listed(act, reference)
    assert {"title", "digest", "where_kept"} & line.keys() == set()


def test_a_restricted_case_and_a_panel_one_does_not_sit_on_keep_their_papers(unit, reference, attach, read):
    document = attach()
    with unit.acting("outsider") as act:
        assert refusal(lambda: reading.listed(act, reference)) == "not_your_panel"
    assert refusal(lambda: read(document, "outsider")) == "not_your_panel"
    with unit.acting("head") as act:
        governance.restrict(act, reference, reason="known_to_staff")
    assert refusal(lambda: read(document)) == "restricted"
    assert refusal(lambda: attach(content=DOCX)) == "restricted"
    assert read(document, "head").content == CONTENT


def test_whoever_has_a_conflict_of_interest_opens_nothing(unit, reference, attach, read):
    document = attach()
    with unit.acting("research") as act:
        conflicts.declare(act, reference, conflict="yes", reason="my cousin")
    with unit.acting("research") as act:
        shown = refusal(lambda: viewing.show(act, reference))
        assert refusal(lambda: reading.listed(act, reference)) == shown
    assert refusal(lambda: read(document, "research")) == shown


def test_an_id_that_is_none_is_not_found(read):
    assert refusal(lambda: read("CL-2026-000001")) == "not_found"


# ---- what somebody does behind the casebook's back


MOVES = {
    "sealed bytes of another row": "UPDATE case_document SET sealed = (SELECT sealed FROM case_document WHERE id = :other)"
    " WHERE id = :this",
    "a whole content of another row": "UPDATE case_document d SET sealed = o.sealed, digest = o.digest"
    " FROM case_document o WHERE d.id = :this AND o.id = :other",
    "another digest": "UPDATE case_document SET digest = repeat('0', 64) WHERE id = :this AND :other <> ''",
    "one byte": "UPDATE case_document SET sealed = set_byte(sealed, 20, 255 - get_byte(sealed, 20))"
    " WHERE id = :this AND :other <> ''",
    "cut off": "UPDATE case_document SET sealed = substring(sealed for 5) WHERE id = :this AND :other <> ''",
    "empty": "UPDATE case_document SET sealed = '' WHERE id = :this AND :other <> ''",
}


@pytest.mark.parametrize("how", MOVES)
def test_what_is_not_what_was_sealed_in_this_row_is_refused_and_verify_names_it(unit, attach, read, sql, how):
    this, other = attach(), attach(content=pdf("another"))
    sql(MOVES[how], this=this, other=other)
    assert refusal(lambda: read(this), PaperDamaged) == "document_damaged"
    with unit.acting() as act:
        assert f"case_document:{this}" in {broken.what for broken in audit.verify(act).broken}
    assert read(other).content == pdf("another")


def test_a_paper_moved_to_another_application_is_refused(unit, attach, read, sql):
    other = unit.receive({**ROW, "external_id": "PAPER-2", "b_surname": "Elsewhere"})
    document = attach()
    sql("UPDATE case_document SET reference = :other WHERE id = :this", this=document, other=other)
    assert refusal(lambda: read(document), PaperDamaged) == "document_damaged"


KEYS = {
    "missing": (lambda file: file.unlink(), "key_missing"),
    "open to others": (lambda file: file.chmod(0o640), "key_open"),
    "damaged": (lambda file: file.write_text("abc"), "key_damaged"),
    "empty": (lambda file: file.write_text(""), "key_damaged"),
    "of another home": (lambda file: file.write_text("ab" * 32), "key_foreign"),
}


@pytest.mark.parametrize("how", KEYS)
def test_a_key_that_is_not_that_of_the_papers_opens_and_seals_nothing(unit, attach, read, tmp_path, how):
    document = attach()
    file = paper_keys.paper_key_file(tmp_path)
    harm, code = KEYS[how]
    harm(file)
    before = file.read_bytes() if file.exists() else None
    with pytest.raises(KeyUnusable) as caught:
        read(document)
    assert caught.value.code == code
    assert refusal(lambda: attach(content=DOCX), KeyUnusable) == code
    assert (file.read_bytes() if file.exists() else None) == before  # none is made in its place
    if how in {"missing", "of another home"}:
        assert "backup" in caught.value.message


# ---- disposal, hold, merging


def close(unit, reference):
    with unit.acting("supervise") as act:
        application = act.application(reference)
        application.stage, application.outcome, application.closed_at = Stage.CLOSED, "not_disclosed", act.now
        act.record(application, "stage_changed", to="closed")


def dispose(unit, reference):
    for who in ("supervise", "head"):
        with unit.acting(who) as act:
            governance.dispose(act, reference, reason="time is over")


def test_disposal_empties_a_paper_and_the_ledger_still_verifies(unit, reference, attach, read):
    document = attach()
    close(unit, reference)
    dispose(unit, reference)
    row, sealed = row_of(unit, document)
    assert (sealed, row.title, row.digest, row.where_kept) == (None, None, None, None)
    assert (row.category, row.media_type, row.size) == ("identity_proof", "pdf", len(CONTENT))
    assert refusal(lambda: read(document)) == "disposed"
    assert refusal(lambda: attach(content=DOCX)) == "disposed"
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_a_legal_hold_keeps_a_paper(unit, reference, attach, read):
    document = attach()
    close(unit, reference)
    with unit.acting("head") as act:
        governance.hold(act, reference, reason="complaint")
    assert refusal(lambda: dispose(unit, reference)) == "legal_hold"
    assert read(document).content == CONTENT


def test_the_papers_of_a_duplicate_are_those_of_what_it_was_merged_into(unit, reference, attach, read):
    document = attach()
    kept = unit.receive({**ROW, "external_id": "PAPER-3"})
    for who in ("research", "supervise"):
        with unit.acting(who) as act:
            merging.merge(act, reference, into=kept, reason="one and the same")
    assert refusal(lambda: attach(content=DOCX)) == "merged"
    with unit.acting("read") as act:
        assert [line["id"] for line in reading.listed(act, kept)] == [document]
        assert [paper["id"] for paper in panel_pack.pack(act, kept)["papers"]] == [document]
    assert read(document).content == CONTENT
    close(unit, kept)
    dispose(unit, kept)
    assert row_of(unit, document)[1] is None


# ---- where it shows


def test_the_pack_names_each_paper_and_not_what_is_in_it(unit, reference, attach):
    attach()
    with unit.acting("chair") as act:
        pack = panel_pack.pack(act, reference)
    (paper,) = pack["papers"]
    assert (paper["title"], paper["category"], paper["added_by"]) == ("driving licence", "identity_proof", "intake")
    assert paper["digest"] == hashlib.sha256(CONTENT).hexdigest()
    assert CANARY not in json.dumps(pack)


def test_the_timeline_has_a_line_for_each_and_who_looked_stands_where_they_looked(unit, reference, attach, read):
    document = attach()
    read(document, "research")
    with unit.acting("read") as act:
        (line,) = timeline(act, reference, only=[TimelineKind.DOCUMENT])
    with unit.acting("read") as act:
        looked = [each for each in timeline(act, reference, only=[TimelineKind.ACCESS]) if each["by"] == "research"]
    assert (line["words"], line["id"], line["details"]["category"]) == ("driving licence", document, "identity_proof")
    assert [each["words"] for each in looked] == [None]
    with unit.acting() as act:
        (line,) = timeline(act, reference, only=[TimelineKind.DOCUMENT])
    assert line["words"] is None


def test_show_has_the_row_and_no_sealed_bytes(unit, reference, attach):
    attach()
    with unit.acting("read") as act:
        (row,) = viewing.show(act, reference)["case_document"]
    assert row["title"] == "driving licence"
    assert "sealed" not in row
    with unit.acting() as act:
        (row,) = viewing.show(act, reference)["case_document"]
    assert {"title", "digest", "sealed", "where_kept"} & row.keys() == set()


def test_a_bundle_has_the_digests_of_a_paper_and_verifies(unit, reference, attach, tmp_path):
    document = attach()
    attach(content=DOCX, about="b", title="a letter about him")
    _, sealed = row_of(unit, document)
    with unit.acting("audit") as act:
        exported = sealing.export(act, reference)
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(exported), "utf-8")
    assert sealing.check(file, sealing.FINGERPRINT) == []
    items = {item["row"]: item for item in exported["items"]}
    values = items[f"case_document:{document}"]["values"]
    assert values["digest"] == hashlib.sha256(CONTENT).hexdigest()
    assert values["sealed"] == f"sha256:{hashlib.sha256(sealed).hexdigest()}"
    assert {item["values"]["about"]: item["subject_access"] for item in items.values() if "sealed" in item["values"]} == {
        "a": "after_advice", "b": "no",
    }  # fmt: skip
    exported["items"] = [item for item in exported["items"] if item["row"] != f"case_document:{document}"]
    file.write_text(json.dumps(exported), "utf-8")
    assert sealing.check(file, sealing.FINGERPRINT) != []


def test_no_word_of_a_paper_is_in_the_ledger_or_any_other_table(unit, attach, read, owners):
    read(attach())
    with owners.session() as session:
        for table in session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
            there = session.scalar(
                text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :canary"), {"canary": f"%{CANARY}%"}
            )
            assert there == 0, table
        assert not [each for each in session.scalars(select(LedgerEntry)) if "driving" in str(each.body)]


def test_the_largest_paper_verifies_without_being_read(unit, attach, read):
    content = b"x" * bounds.PAPER.most_bytes
    document = attach(content=content)
    with unit.store.session() as session:
        stored = dict(ledger.live_values(session, CaseDocument, page=10))[f"case_document:{document}"]
        row = session.get_one(CaseDocument, document)
        assert stored == row_values.values_of(row)
        assert "sealed" in inspect(row).unloaded
        assert stored["sealed"] == f"sha256:{hashlib.sha256(row.sealed).hexdigest()}"
    with unit.acting() as act:
        assert audit.verify(act).broken == []
    assert read(document).content == content
