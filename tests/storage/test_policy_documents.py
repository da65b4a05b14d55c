"""Documents of policy that a force owns: two people adopt one, no case moves by itself, and what was used stays readable."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import own_documents
import pytest
import sealing
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from casebook import policies
from casebook.casework.core import lifecycle
from casebook.casework.governance import back_tests, policy_documents, recomputing
from casebook.casework.record_checks import record_checks
from casebook.casework.reporting import audit
from casebook.casework.staff import accounts, staff
from casebook.domain.account_changes import STANDS
from casebook.domain.back_test import Area, Effect
from casebook.domain.documents import DocumentKind
from casebook.domain.vocabulary import Limit, Role, Route, Stage
from casebook.errors import NotPermitted, Refused
from casebook.policies import documents as files
from casebook.policies import wording
from casebook.policies.reading import UnreadablePolicy
from casebook.storage.tables import Application, Clock, LedgerEntry, PolicyDocument, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SCHEME = "england-and-wales-2023@1"
LATER = "england-and-wales-2023@2"


@pytest.fixture
def people():
    return {
        "head": Role.HEAD_OF_UNIT,
        "sup": Role.SUPERVISOR,
        "sup2": Role.SUPERVISOR,
        "psd": Role.PROFESSIONAL_STANDARDS,
    }


@pytest.fixture(autouse=True)
def taken_over(acting, crew):
    with acting() as act:
        policy_documents.take_over(act)


@pytest.fixture
def adopt(acting, crew, tmp_path):
    """Two people adopt a shipped document with a change."""

    def do(change, *, title=SCHEME, first="sup", second="head", version="2", now=NOW):
        path = own_documents.written(tmp_path / "own.toml", title, change, version=version)
        with acting(crew[first], now=now) as act:
            proposed = policy_documents.propose(act, path, reason="the force's own")
        with acting(crew[second], now=now) as act:
            return policy_documents.agree(act, proposed.digest[:12], reason="agreed")

    return do


def one_more_source(table):
    table["sources"]["mandatory"]["right_to_ask"]["value"].append("marac")


def shorter(table):
    for limit in table["limits"]:
        if limit["limit"] == "whole_process":
            limit["usual"]["value"]["budget"] = 21


def everything(session):
    return {
        table.__tablename__: [tuple(row) for row in session.execute(select(table.__table__).order_by(table.id))]
        for table in (Clock, WorkItem)
    } | {
        "application": [
            tuple(row) for row in session.execute(select(Application.__table__).order_by(Application.reference))
        ]
    }


def test_a_home_takes_the_shipped_documents_over_once(acting, store):
    with store.session() as session:
        first = session.scalars(select(PolicyDocument.digest).order_by(PolicyDocument.digest)).all()
        entries = session.scalar(text("SELECT max(id) FROM ledger"))
    with acting() as act:
        assert not policy_documents.take_over(act)
    with store.session() as session:
        assert session.scalars(select(PolicyDocument.digest).order_by(PolicyDocument.digest)).all() == first
        assert session.scalar(text("SELECT max(id) FROM ledger")) == entries
    assert sorted(first) == sorted(document.digest for document in files.shipped())


def test_a_document_with_every_number_changed_moves_no_case_until_told_to(
    acting, adopt, received, checking, store, crew
):
    received(external_id="X-1")
    checking(external_id="X-2", b_surname="Canarythree")
    with store.session() as session:
        before = everything(session)
    adopt(own_documents.every_number_changed)
    with acting(now=NOW + timedelta(minutes=1)) as act:
        for reference in ("CL-2026-000001", "CL-2026-000002"):
            lifecycle.refresh(act, act.application(reference), because="sweep")
    with store.session() as session:
        assert everything(session) == before
    done = recomputing.recompute(lambda: acting(crew["head"]), ["CL-2026-000001"])
    assert done.checked == 1
    assert {line["reference"] for line in done.moved} == {"CL-2026-000001"}
    with store.session() as session:
        by_reference = dict(session.execute(select(Application.reference, Application.policy)).all())
    assert by_reference == {"CL-2026-000001": LATER, "CL-2026-000002": SCHEME}


def test_what_is_received_later_is_under_the_new_document(adopt, received, peek):
    adopt(shorter, now=NOW + timedelta(hours=1))
    earlier = received(external_id="X-1", submitted_at="2026-03-02T09:00:00+00:00", now=NOW + timedelta(hours=3))
    later = received(
        external_id="X-2",
        submitted_at="2026-03-02T12:00:00+00:00",
        b_surname="Canarythree",
        now=NOW + timedelta(hours=3),
    )
    assert [peek(reference).policy for reference in (earlier, later)] == [SCHEME, LATER]


def test_one_person_cannot_do_both(acting, crew, tmp_path):
    path = own_documents.written(tmp_path / "own.toml", SCHEME, shorter)
    with acting(crew["head"]) as act:
        proposed = policy_documents.propose(act, path, reason="mine")
    with acting(crew["head"]) as act, pytest.raises(Refused) as refusal:
        policy_documents.agree(act, proposed.digest, reason="mine too")
    assert refusal.value.code == "same_person"


def test_the_database_refuses_one_person_too(acting, crew, tmp_path, sql):
    path = own_documents.written(tmp_path / "own.toml", SCHEME, shorter)
    with acting(crew["head"]) as act:
        proposed = policy_documents.propose(act, path, reason="mine")
    with pytest.raises(IntegrityError, match="two_people"):
        sql("UPDATE policy_document SET agreed_by = 'head', agreed_at = now() WHERE digest = :d", d=proposed.digest)


@pytest.mark.parametrize(
    ("title", "first", "second", "code"),
    [
        (SCHEME, "sup", "sup2", "nobody_answerable"),
        ("monitor-1@1", "sup", "head", "nobody_answerable"),
        ("monitor-1@1", "head", "psd", None),
        (SCHEME, "head", "sup", None),
    ],
)
def test_one_of_the_two_answers_for_what_the_document_governs(adopt, title, first, second, code):
    if code is None:
        assert adopt(lambda _: None, title=title, first=first, second=second).adopted
        return
    with pytest.raises(Refused) as refusal:
        adopt(lambda _: None, title=title, first=first, second=second)
    assert refusal.value.code == code


def test_whoever_may_not_adopt_is_refused(acting, person, tmp_path):
    path = own_documents.written(tmp_path / "own.toml", SCHEME, shorter)
    with acting(person("r", Role.RESEARCHER)) as act, pytest.raises(NotPermitted):
        policy_documents.propose(act, path, reason="mine")


def test_a_proposal_does_not_outlive_the_standing_of_its_proposer(acting, crew, tmp_path):
    path = own_documents.written(tmp_path / "own.toml", SCHEME, shorter)
    with acting(crew["sup"]) as act:
        proposed = policy_documents.propose(act, path, reason="mine")
    with acting() as act:
        staff.suspend(act, "sup")
    with acting(crew["head"]) as act, pytest.raises(Refused) as refusal:
        policy_documents.agree(act, proposed.digest, reason="agreed")
    assert refusal.value.code == "proposer_suspended"


@pytest.mark.parametrize(
    ("waits", "loses_role", "code"),
    [
        (STANDS - timedelta(seconds=1), False, None),  # the last moment
        (STANDS, False, "proposal_lapsed"),
        (timedelta(hours=1), True, "proposer_may_not"),
    ],
)
def test_a_proposal_that_waits_too_long_or_whose_proposer_lost_the_role_must_be_made_again(
    acting, crew, tmp_path, waits, loses_role, code
):
    path = own_documents.written(tmp_path / "own.toml", SCHEME, shorter)
    with acting(crew["sup"], now=NOW) as act:
        digest = policy_documents.propose(act, path, reason="mine").digest
    if loses_role:
        with acting(now=NOW) as act:
            accounts.take_role(act, "sup", Role.SUPERVISOR)
    with acting(crew["head"], now=NOW + waits) as act:
        assert [row.lapsed for row in policy_documents.listed(act) if row.digest == digest] == [code is not None]
    if code is None:
        with acting(crew["head"], now=NOW + waits) as act:
            assert policy_documents.agree(act, digest, reason="agreed").adopted
        return
    with acting(crew["head"], now=NOW + waits) as act, pytest.raises(Refused) as refusal:
        policy_documents.agree(act, digest, reason="agreed")
    assert refusal.value.code == code
    with acting(crew["head"], now=NOW + waits) as act:
        assert not policy_documents.propose(act, path, reason="wanted still").adopted
    with acting(crew["sup2"], now=NOW + waits) as act:
        assert policy_documents.agree(act, digest, reason="agreed").adopted


def test_a_title_in_use_cannot_stand_for_another_document(adopt):
    with pytest.raises(Refused) as refusal:
        adopt(shorter, version="1")
    assert refusal.value.code == "title_taken"


def test_a_document_that_the_casebook_cannot_work_under_is_refused_when_it_is_proposed(adopt):
    with pytest.raises(UnreadablePolicy, match="quorum"):
        adopt(lambda table: table["panel"].pop("quorum"))


def test_a_new_source_is_asked_for_after_a_recompute_and_not_before(acting, adopt, checking, crew, rows, peek):
    reference = checking()
    with acting() as act:
        application = act.application(reference)
        application.stage = Stage.PANEL_DECISION
        act.record(application, "stage_moved", to="panel_decision")
    adopt(one_more_source)
    with acting() as act:
        assert not record_checks.keep_up(act, act.application(reference))
    recomputing.recompute(lambda: acting(crew["head"]), [reference])
    assert peek(reference).stage == Stage.RECORD_CHECKS


def test_a_frozen_case_stays_under_its_document(acting, adopt, received, crew, peek, sql):
    reference = received()
    sql("UPDATE application SET frozen_at = :at", at=NOW)
    adopt(shorter)
    done = recomputing.recompute(lambda: acting(crew["head"]))
    assert {line["why"] for line in done.could_not} == {"frozen"}
    assert peek(reference).policy == SCHEME


def test_the_words_are_those_in_force_at_the_telling(acting, adopt):
    adopt(
        lambda table: table["texts"].update(to_others=table["texts"]["to_others"] + " Ring us on the new line."),
        title="wording@1", now=NOW + timedelta(hours=1),
    )  # fmt: skip
    with acting() as act:
        assert act.documents.wording_at(NOW) == "1"
        assert act.documents.wording_at(NOW + timedelta(hours=2)) == "2"
        assert "new line" in act.documents.wording("2").texts["to_others"]
        assert act.documents.wording("1") == wording.load("1")


def test_a_later_release_gives_an_own_document_the_keys_it_reads_and_says_so(acting, adopt, store, sql):
    """A key that this release reads stood in no document before: the own document gets the release's value."""
    adopt(shorter)
    with store.session() as session:
        bodies = session.execute(
            select(PolicyDocument.digest, PolicyDocument.body).where(PolicyDocument.kind == "scheme")
        ).all()
    for digest, body in bodies:
        table = json.loads(body)
        del table["panel"]["quorum"]
        sql("UPDATE policy_document SET body = :body WHERE digest = :digest", body=json.dumps(table), digest=digest)
    sql("UPDATE policy_document SET release = 'an earlier release'")
    with acting() as act:
        assert policy_documents.take_over(act)
    with acting() as act:
        mine, shipped = act.documents.policy(LATER), policies.load("england-and-wales-2023")
        assert mine.panel.quorum == shipped.panel.quorum
        assert mine.limit(Limit.WHOLE_PROCESS, Route.RIGHT_TO_ASK).usual.value.budget == 21
        entries = act.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "policy_amended")).all()
        assert {(entry.body["title"], tuple(entry.body["keys"])) for entry in entries} >= {(LATER, ("panel.quorum",))}
        assert not policy_documents.take_over(act)


def test_a_back_test_shows_what_would_differ_and_changes_nothing(acting, crew, received, checking, store, tmp_path):
    received(external_id="X-1")
    checking(external_id="X-2", b_surname="Canarythree")
    path = own_documents.written(tmp_path / "own.toml", SCHEME, lambda table: (shorter(table), one_more_source(table)))
    document = files.from_file(path)
    with store.session() as session:
        before = everything(session)
    with acting(crew["head"]) as act:
        result = back_tests.run(act, document)
    assert (result.tested, result.changed) == (2, 2)
    assert {(change.area, change.what, change.effect) for change in result.changes} == {
        (Area.LIMIT, "whole_process", Effect.STRICTER), (Area.STEP, "source:marac", Effect.SAFER),
    }  # fmt: skip
    assert "2 of 2 cases differ" in back_tests.svg(result)
    with store.session() as session:
        assert everything(session) == before


def test_a_back_test_never_looks_at_restricted_cases(acting, crew, received, sql, tmp_path):
    received()
    sql("UPDATE application SET restricted = true")
    path = own_documents.written(tmp_path / "own.toml", SCHEME, shorter)
    with acting(crew["head"]) as act:
        assert back_tests.run(act, files.from_file(path)).tested == 0


def test_another_risk_model_is_tested_on_the_scores_there_are(acting, crew, received, tmp_path):
    received()
    path = own_documents.written(
        tmp_path / "own.toml", "risk-model-1@1", lambda table: table["gravity"]["per_decade"].update(value=6.0)
    )
    with acting(crew["head"]) as act:
        assert back_tests.run(act, files.from_file(path)).tested == 1


def test_a_document_that_governs_no_case_has_nothing_to_test(acting, crew, tmp_path):
    path = own_documents.written(tmp_path / "own.toml", "wording@1", lambda _: None)
    with acting(crew["head"]) as act, pytest.raises(Refused) as refusal:
        back_tests.run(act, files.from_file(path))
    assert refusal.value.code == "nothing_to_test"


def test_the_list_says_what_is_in_force_and_what_waits(acting, adopt, crew, tmp_path):
    adopt(shorter)
    path = own_documents.written(tmp_path / "next.toml", SCHEME, one_more_source, version="3")
    with acting(crew["sup"]) as act:
        policy_documents.propose(act, path, reason="next")
    with acting() as act:
        rows = {row.title: row for row in policy_documents.listed(act) if row.kind == DocumentKind.SCHEME}
    assert {title: (row.in_force, row.valid_from is not None) for title, row in rows.items()} == {
        "england-and-wales-2014@1": (False, True), SCHEME: (False, True), LATER: (True, True),
        "england-and-wales-2023@3": (False, False),
    }  # fmt: skip


def test_an_edited_document_shows_in_the_ledger(acting, sql):
    sql("UPDATE policy_document SET body = replace(body, '28', '90') WHERE title = :title", title=SCHEME)
    with acting() as act:
        assert {broken.code for broken in audit.verify(act).broken} == {"row_changed", "document_changed"}


def test_a_case_under_a_document_that_is_gone_shows(acting, received, sql):
    received()
    sql("UPDATE policy_document SET valid_from = NULL WHERE title = :title", title=SCHEME)
    with acting() as act:
        codes = {broken.code for broken in audit.verify(act).broken}
    assert codes == {"row_changed", "document_missing"}


def test_a_bundle_names_every_document_the_case_used_and_shows_a_change(acting, adopt, received, crew, tmp_path):
    reference = received()
    adopt(shorter)
    recomputing.recompute(lambda: acting(crew["head"]), [reference])
    with acting(crew["head"]) as act:
        exported = sealing.export(act, reference)
    assert {each["title"] for each in exported["documents"]} >= {SCHEME, LATER, "panel_refusals@1"}
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(exported))
    assert sealing.check(path) == []
    exported["documents"][0]["digest"] = "0" * 64
    path.write_text(json.dumps(exported))
    assert sealing.check(path) == ["documents_changed"]
