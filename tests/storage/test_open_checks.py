"""Dip-checks of open cases: a checklist, told to the person, shown in the case, read by the monitor."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from walking import ROW

from casebook.case_page.page import page
from casebook.casework.allocation import open_checks, owners, telling
from casebook.casework.chronology.timeline import timeline
from casebook.casework.governance import governance
from casebook.casework.monitor import signals
from casebook.casework.reporting import audit, viewing
from casebook.domain.authority import MAY, Command
from casebook.domain.case.chronology import TimelineKind
from casebook.domain.case.open_check import CheckPoint
from casebook.domain.monitor.decision_monitor import ChartKind
from casebook.domain.vocabulary import Role
from casebook.errors import Refused
from casebook.monitor.weekly import watch_all
from casebook.storage.monitor import decisions
from casebook.storage.tables import LedgerEntry, OpenCheck

CANARY = "Canarythirteen"
GOOD = ";".join(f"{point}=good" for point in CheckPoint)
WRONG = GOOD.replace("contact=good", "contact=fault")


@pytest.fixture
def reference(unit):
    """An application whose case officer is the researcher."""
    reference = unit.receive({**ROW, "external_id": "CHECK-1"})
    with unit.acting("supervise") as act:
        owners.assign(act, reference, to="research", reason="workload")
    with unit.acting("research") as act:
        telling.read(act)
    return reference


@pytest.fixture
def checks(unit, reference):
    def do(points=WRONG, who="supervise", staff="research", words=f"rang at night, {CANARY}"):
        with unit.acting(who) as act:
            return open_checks.check(act, reference, staff=staff, points=points, words=words)

    return do


def refusal(do):
    with pytest.raises(Refused) as caught:
        do()
    return caught.value.code


def test_what_is_found_is_told_to_the_person_and_read_in_the_case(unit, reference, checks):
    assert checks()["faults"] == ["contact"]
    with unit.acting("research") as act:
        assert [(row["reference"], row["reason"]) for row in telling.read(act)] == [(reference, "case_checked")]
        text = " ".join(" ".join(page(viewing.show(act, reference))).split())
    assert "1 of 6 points wrong" in text
    assert "not so: Every contact was by the plan" in text
    assert CANARY in text


def test_it_stands_in_the_timeline_and_the_ledger_has_codes_only(unit, reference, checks):
    checks()
    with unit.acting("read") as act:
        [line] = [
            line for line in timeline(act, reference, only=[TimelineKind.WORK]) if line["event"] == "case_checked"
        ]
    assert (line["by"], line["details"]["staff"], line["words"]) == (
        "supervise",
        "research",
        f"rang at night, {CANARY}",
    )
    with unit.store.session() as session:
        assert not [entry for entry in session.scalars(select(LedgerEntry)) if CANARY in str(entry.body)]
    with unit.acting() as act:
        assert audit.verify(act).broken == []


def test_one_without_a_fault_needs_no_words(checks):
    assert checks(points=GOOD, words=None)["faults"] == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"words": " "}, "reason_missing"),  # what was wrong is not said
        ({"points": "danger=good"}, "points_unclear"),
        ({"staff": "supervise"}, "own_work"),
        ({"staff": "second"}, "no_work_here"),
        ({"staff": "nobody"}, "no_work_here"),
        ({"who": "research", "staff": "supervise"}, "not_permitted"),
    ],
)
def test_a_check_that_says_too_little_or_is_of_the_wrong_person_is_refused(unit, checks, given, code):
    assert refusal(lambda: checks(**given)) == code
    with unit.store.session() as session:
        assert session.scalars(select(OpenCheck)).all() == []


def test_the_monitor_reads_the_trend_of_each_person(unit, checks):
    checks(), checks(points=GOOD, words=None)
    with unit.store.session() as session:
        rows = decisions.rows(session)[ChartKind.FOUND_AT_CHECK]
    assert {(row["judged"], row["stage"]) for row in rows} == {("research", "intake")}
    assert sorted(row["happened"] for row in rows) == [False, True]
    with unit.acting() as act:
        reports = watch_all(**signals.watch_inputs(act))
    assert ChartKind.FOUND_AT_CHECK in {report.channel for report in reports}


@pytest.mark.parametrize("role", Role)
def test_those_who_give_work_may_check_it(role):
    assert (role in MAY[Command.CHECK_OPEN_CASE]) == (role in {Role.SUPERVISOR, Role.HEAD_OF_UNIT})


def test_what_was_written_is_erased_by_disposal():
    assert OpenCheck in governance.PERSONAL
    assert set(OpenCheck.personal) == {"words"}
