"""A rejected row that tells of danger is kept whole, read by the duty inspector, and can be disposed of."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from early_ends import SAID
from sqlalchemy import select
from staffing import STAFF

from casebook.casework import playbook, work_queue
from casebook.casework.governance import early_ending, governance, retention
from casebook.casework.intake import application_file, rejected_rows
from casebook.casework.reporting import audit, board
from casebook.casework.sweep import sweep
from casebook.domain.actors import OPERATOR, system
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.errors import Refused
from casebook.storage.tables import LedgerEntry, Notice, RejectedRow, WorkItem


@pytest.fixture
def people():
    return STAFF


@pytest.fixture
def row(cells):
    """A row that is rejected for its route, unless something else is said."""

    def make(**overrides):
        said = {"immediate_danger": "yes", "concern": "She wants to know his history", "a_surname": "Zyxcanary"}
        return cells(**{"route": "?", **said, **overrides})

    return make


@pytest.fixture
def brings(store, tmp_path):
    """Import a file of these rows; each import has a file of its own."""

    def bring(*rows, encoding="utf-8"):
        path = tmp_path / "applications.csv"
        with path.open("w", newline="", encoding=encoding) as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(name for each in rows for name in each)))
            writer.writeheader()
            writer.writerows(rows)
        return application_file.import_file(store, OPERATOR, path, playbook=playbook)

    return bring


@pytest.fixture
def to_read(store):
    def find():
        with store.session() as session:
            query = select(WorkItem).where(WorkItem.kind == WorkKind.READ_REJECTED_ROW).order_by(WorkItem.opened_at)
            return session.scalars(query).all()

    return find


@pytest.fixture
def does(acting, crew):
    def do(who, use_case, *given, **named):
        with acting(crew[who]) as act:
            return use_case(act, *given, **named)

    return do


def kept(store):
    with store.session() as session:
        return session.scalars(select(RejectedRow)).all()


def events(store, event):
    with store.session() as session:
        return session.scalars(select(LedgerEntry).where(LedgerEntry.event == event)).all()


def refused(code):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_a_rejected_row_that_tells_of_danger_is_kept_whole_and_read_by_the_duty_inspector(
    store, brings, row, to_read, does
):
    imported = brings(row(**{"a column of theirs": "she is at her mother's"}))
    assert [(fault.line, fault.code) for fault in imported.rejected] == [(2, "unknown_code")]
    assert imported.to_read == 1
    [item] = to_read()
    assert (item.reference, item.role, item.priority) == (None, "duty_inspector", Priority.IMMEDIATE)
    assert item.due_at - item.opened_at == timedelta(minutes=60)
    assert item.id in {listed.id for listed in does("inspect", work_queue.waiting).items}
    with store.session() as session:
        assert session.scalars(select(Notice.role).where(~Notice.reason.startswith("account_change"))).all() == [
            "duty_inspector"
        ]
    _, detail = does("inspect", work_queue.show, item.id)
    cells = {cell["column"]: cell["value"] for cell in detail["cells"]}
    assert cells["a_surname"] == "Zyxcanary"
    assert cells["a column of theirs"] == "she is at her mother's"
    assert [entry.actor for entry in events(store, "rejected_row_viewed")] == ["inspect"]
    with store.session() as session:
        assert "Zyxcanary" not in str(session.scalars(select(LedgerEntry.body)).all())
        assert "Zyxcanary" not in str([item.subject for item in to_read()])


@pytest.mark.parametrize(
    ("cells_said", "tells"),
    [
        ({"immediate_danger": "yes"}, True),
        ({"immediate_danger": " YES "}, True),
        ({"immediate_danger": "he is here"}, True),  # whatever cannot be read counts as yes
        ({"immediate_danger": "no"}, False),
        ({"immediate_danger": "Unknown"}, False),
        ({"immediate_danger": ""}, False),
        ({"immediate_danger": "N/K"}, False),
        ({"immediate_danger": "no", "concern": "He strangled me last night"}, True),
        ({"immediate_danger": "", "concern": "He beats her"}, True),
        ({"immediate_danger": "", "concern": "he will kill me tonight"}, True),
        ({"immediate_danger": "", "concern": "He hits me every night."}, True),
        ({"immediate_danger": "", "concern": "she is so scared of him"}, True),
        ({"immediate_danger": "", "concern": "he keeps knives under the bed"}, True),
        ({"immediate_danger": "", "concern": "I saw a letter from probation"}, False),
        ({"immediate_danger": "", "concern": "We met in April and I want to know his history"}, False),
        ({"immediate_danger": "yes", "external_id": ""}, True),
        ({"immediate_danger": "yes", "route": "right_to_ask", "submitted_at": "last week"}, True),
        ({"immediate_danger": "yes", "route": "right_to_ask", "applicant": "me"}, True),
        ({"immediate_danger": "y\x00s", "route": "right_to_ask"}, True),  # undecodable: rejected, and not empty
    ],
)
def test_a_row_tells_of_danger_by_what_it_says_or_by_the_harm_that_its_concern_names(
    brings, row, to_read, cells_said, tells
):
    assert brings(row(**cells_said)).rejected
    assert len(to_read()) == tells


def test_a_row_whose_cells_may_stand_anywhere_is_read_whole(store, row, to_read, tmp_path):
    said = row(route="right_to_ask", immediate_danger="", concern="he hits me")
    header, line = list(said), [*said.values()]
    line[header.index("concern")] = '"he said "soon", and'
    line.insert(header.index("concern") + 1, "yes")
    path = tmp_path / "applications.csv"
    path.write_text(
        "\n".join([",".join(header), ",".join(line), ",".join(row(immediate_danger="no").values())]), "utf-8"
    )
    imported = application_file.import_file(store, OPERATOR, path, playbook=playbook)
    assert "open_quote" in {fault.code for fault in imported.rejected}
    assert len(to_read()) == 1


def test_a_second_row_with_the_same_id_that_tells_of_danger_is_read_too(brings, row, to_read, store, does):
    first = brings(row(route="right_to_ask", immediate_danger="no"))
    again = brings(row(route="right_to_ask", immediate_danger="yes"))
    assert [fault.code for fault in again.rejected] == ["changed_since"]
    [item] = to_read()
    reference = first.accepted[0]["reference"]
    does("inspect", work_queue.do, item.id, {"done": "taken_in", "application": reference})
    with store.session() as session:
        query = select(WorkItem).where(WorkItem.kind == WorkKind.IMMEDIATE_SAFEGUARDING)
        assert [opened.reference for opened in session.scalars(query)] == [reference]


def test_the_same_file_twice_opens_no_second_item_and_writes_nothing(store, acting, brings, row, to_read):
    rows = [row(), row(external_id="X-2", immediate_danger="no"), row(external_id="X-3")]
    brings(*rows)
    with store.session() as session:
        before = len(session.scalars(select(LedgerEntry)).all())
    again = brings(*rows)
    assert (len(to_read()), again.to_read) == (2, 0)
    with store.session() as session:
        assert len(session.scalars(select(LedgerEntry)).all()) == before
    with acting() as act:
        assert not audit.verify(act).broken


def test_a_file_of_which_every_row_was_rejected_is_in_the_ledger_once(store, brings, row):
    for _ in range(2):
        brings(row(immediate_danger="no"), row(external_id="X-2", immediate_danger="no"))
    [entry] = events(store, "applications_imported")
    assert (entry.body["accepted"], entry.body["rejected"]) == (0, 2)
    brings(row(immediate_danger="no", external_id="X-3"))
    assert len(events(store, "applications_imported")) == 2


def test_new_rejected_rows_are_in_the_ledger_though_the_others_were_known(store, brings, row):
    good = row(route="right_to_ask", immediate_danger="no")
    brings(good)
    brings(good, row(external_id="X-2", immediate_danger="no"))
    assert [entry.body["rejected"] for entry in events(store, "applications_imported")] == [0, 1]


@pytest.mark.parametrize("who", ["intake", "supervise", "head", None])
def test_nobody_but_the_duty_inspector_sees_or_answers_it(acting, crew, brings, row, to_read, who):
    brings(row())
    [item] = to_read()
    actor = crew[who] if who else OPERATOR
    for use_case, given in ((work_queue.show, ()), (work_queue.do, ({"done": "no_danger", "reason": "read"},))):
        with pytest.raises(Refused), acting(actor) as act:
            use_case(act, item.id, *given)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"done": "taken_in"}, "one_result"),
        ({"done": "taken_in", "application": "CL-2026-000099"}, "not_found"),
        ({"done": "passed_on"}, "one_result"),
        ({"done": "passed_on", "reason": "it was late"}, "one_result"),
        ({"done": "no_danger"}, "one_result"),
        ({"done": "no_danger", "reason": "read", "passed_to": "Kent"}, "one_result"),
        ({"done": "no_danger", "reason": " "}, "invalid_answer"),
        ({"done": "passed_on", "passed_to": "Kent Police, 12/345"}, None),
        ({"done": "no_danger", "reason": "a test of their system"}, None),
    ],
)
def test_the_answer_says_what_was_done(brings, row, to_read, does, answer, code):
    brings(row())
    [item] = to_read()
    if code:
        with refused(code):
            does("inspect", work_queue.do, item.id, answer)
    else:
        does("inspect", work_queue.do, item.id, answer)
        assert to_read()[0].done_by == "inspect"


def test_a_row_that_nobody_reads_is_escalated(acting, brings, row, to_read, crew):
    assert crew
    brings(row())
    [item] = to_read()
    late = item.due_at + timedelta(minutes=1)
    done = sweep.sweep(lambda: acting(system("sweep"), now=late), now=late)
    assert WorkKind.READ_REJECTED_ROW in {raised["kind"] for raised in done.escalated}


def test_the_board_shows_it_with_those_in_danger(brings, row, does):
    brings(row())
    figures = does("supervise", board.figures)
    assert [wait["kind"] for wait in figures["danger"]] == [WorkKind.READ_REJECTED_ROW]
    assert "**Danger: the unit waits" in board.markdown(figures)


def test_two_people_dispose_of_a_row_after_it_was_read(store, acting, brings, row, to_read, does):
    brings(row())
    [item] = to_read()
    [stored] = kept(store)
    with refused("not_read"):
        does("supervise", rejected_rows.dispose, stored.id, reason="retention_over")
    does("inspect", work_queue.do, item.id, {"done": "no_danger", "reason": "Zyxcanary rang: a test"})
    assert does("supervise", rejected_rows.dispose, stored.id, reason="retention_over")["proposed"] == "dispose"
    with refused("same_person"):
        does("supervise", rejected_rows.dispose, stored.id, reason="retention_over")
    assert does("head", rejected_rows.dispose, stored.id, reason="retention_over")["disposed"]
    assert not kept(store)[0].cells
    assert to_read()[0].answer is None
    with refused("already_disposed"):
        does("head", rejected_rows.dispose, stored.id, reason="retention_over")
    brings(row())
    assert len(to_read()) == 1  # the same row is not asked about again
    with acting() as act:
        assert not audit.verify(act).broken


def test_a_row_that_was_read_is_proposed_for_disposal_when_its_time_is_over(acting, brings, row, to_read, does):
    brings(row())
    does("inspect", work_queue.do, to_read()[0].id, {"done": "no_danger", "reason": "a test"})
    read_at = to_read()[0].done_at
    for days, listed in ((365 * 5, 0), (365 * 7, 1)):
        with acting(now=read_at + timedelta(days=days)) as act:
            over = retention.over(act)
            assert [kept.rejected_row for kept in over] == [True] * listed
    assert "a rejected row" in retention.page(over)


def test_a_row_for_which_an_application_was_taken_in_is_disposed_of_with_it(store, acting, brings, row, to_read, does):
    brings(row())
    reference = brings(row(route="right_to_ask", concern="He frightens me", immediate_danger="no")).accepted[0][
        "reference"
    ]
    does("inspect", work_queue.do, to_read()[0].id, {"done": "taken_in", "application": reference})
    with refused("with_application"):
        does("supervise", rejected_rows.dispose, kept(store)[0].id, reason="retention_over")
    with store.session() as session:
        query = select(WorkItem.id).where(
            WorkItem.kind == WorkKind.IMMEDIATE_SAFEGUARDING, WorkItem.reference == reference
        )
        item = session.scalars(query).one()
    does("inspect", work_queue.do, item, {"actions": ["no_danger_found"], "incident_number": "I-1"})
    for who in ("intake", "supervise"):
        does(who, early_ending.withdraw, reference, reason="asked", **SAID)
    for who in ("supervise", "head"):
        does(who, governance.dispose, reference, reason="over")
    assert not kept(store)[0].cells
    with acting() as act:
        assert not audit.verify(act).broken
