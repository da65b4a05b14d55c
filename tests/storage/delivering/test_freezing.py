"""After a death or serious injury nothing known is changed, by whatever command; what keeps people safe goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import staffing
from sqlalchemy import func, select

from casebook.casework import playbook, work_queue
from casebook.casework.core import answers, lifecycle
from casebook.casework.core.work_items import open_item
from casebook.casework.follow_up import watch
from casebook.casework.governance import freezing, governance
from casebook.casework.record_checks import information, record_checks
from casebook.casework.staff import staff
from casebook.casework.sweep import wakes
from casebook.cli.case.applications import GOVERNANCE
from casebook.domain.actors import system
from casebook.domain.freezing import GOES_ON
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import Refused
from casebook.storage.ledger import digest_of
from casebook.storage.tables import Application, ContactAttempt, Decision, Search, WorkItem

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NONE = {"escalation": "none", "item": "none"}
EVERYTHING = [Role.SUPERVISOR, Role.HEAD_OF_UNIT, Role.DUTY_INSPECTOR, Role.DISCLOSURE_OFFICER]

# every command on one application: refused while it is frozen ...
REFUSED = {
    "unrestrict": {"reason": "known"}, "release": {"reason": "known"}, "dispose": {"reason": "old"},
    "correct-moment": {"submitted_at": "2026-02-01T10:00:00+00:00", "reason": "mistyped"},
    "transfer": {"force": "kent_police", "accepted_by": "duty_sergeant"},
    "reopen": {"reason": "asked"}, "merge": {"into": "CL-2026-000001", "reason": "twice"}, "unmerge": {"reason": "mistaken"},
    "withdraw": {"reason": "asked"}, "no-engagement": {"reason": "silent"}, "lower": {"to": "standard", "reason": "safe"},
    "override-gate": {"expectation": "meeting_recorded", "reason": "late"}, "not-in-person": {"reason": "far away"},
    "circumstance": {"what": "pregnancy", "value": "yes", "learned_from": "a"},
    "safe-contact": {
        "asked_by": "the_person", "identified_by": "code_word", "party": "a", "channel": "phone", "days": "mon",
        "start": "09:00", "until": "10:00",
    },
}  # fmt: skip
# ... or going on, because it protects somebody, holds the record together, or only looks
GOING_ON = {
    "danger": "safeguarding", "harm": "a second harm", "restrict": "protects the record", "name": "protects the record",
    "declare": "protects the record", "bar": "protects the record",
    "dispose-row": "a row of a file, which is no application",
    "crime": "a crime is recorded whatever else happens",
    "check": "says what a supervisor found, and changes nothing",
    "assign": "says who answers for it", "take-back": "says that nobody does any more",
    "hold": "protects the record", "unfreeze": "ends it", "safe-time": "a look", "words": "a look",
    "contact": "a contact that was made is written down; it changes nothing known before",
    "override-contact": "a threat to life", "emergency-disclose": "a threat to life", "renew-watch": "a longer look",
}  # fmt: skip


@pytest.fixture
def frozen(decided, acting, crew):
    """An application at disclosure in which somebody died."""
    reference = decided()
    with acting(crew["n1"], now=NOW) as act:
        freezing.report_harm(act, reference, what="death")
    return reference


@pytest.fixture
def boss(acting, person):
    with acting() as act:
        staffing.add(act, "boss", EVERYTHING)
    return person("boss", *EVERYTHING)


@pytest.fixture
def known(store):
    """The digests of the application and what was decided, searched and asked about it."""

    def read(reference):
        with store.session() as session:
            rows = [
                row
                for table in (Application, Decision, Search)
                for row in session.scalars(select(table).where(table.reference == reference))
            ]
            return sorted(digest_of(b"any", row) for row in rows)

    return read


def test_every_command_is_refused_or_goes_on_for_a_reason():
    assert set(GOVERNANCE) == {*REFUSED, *GOING_ON}


@pytest.mark.parametrize("name", REFUSED)
def test_a_command_that_changes_what_is_known_is_refused(frozen, acting, boss, known, name):
    before = known(frozen)
    with pytest.raises(Refused) as caught, acting(boss, now=NOW) as act:
        GOVERNANCE[name][1](act, frozen, **REFUSED[name])
    assert caught.value.code == "frozen"
    assert known(frozen) == before


def test_so_are_corrections_and_urgency(frozen, acting, crew, known):
    before = known(frozen)
    for change in (
        lambda act: information.add(act, frozen, {"relationship": "partner"}),
        lambda act: wakes.make_urgent(act, frozen, "new_threat"),
    ):
        with pytest.raises(Refused) as caught, acting(crew["s1"], now=NOW) as act:
            change(act)
        assert caught.value.code == "frozen"
    assert known(frozen) == before


@pytest.mark.parametrize("kind", sorted(kind for kind in WorkKind if playbook.answer(kind).handler))
def test_of_the_work_only_what_keeps_people_safe_goes_on(frozen, acting, boss, monkeypatch, kind):
    monkeypatch.setattr(answers, "parse", lambda *_: answers.Answer())
    with acting() as act:
        application = act.application(frozen)
        item = open_item(act, application, Need(kind=WorkKind(kind), key="asked", role=Role.SUPERVISOR)).id
        act.record(application, "work_opened")
    everyone = replace(boss, roles=frozenset(Role) - {Role.OPERATOR, Role.SYSTEM})
    if kind in GOES_ON:
        return
    with pytest.raises(Refused) as caught, acting(everyone, now=NOW) as act:
        work_queue.do(act, item, {})
    assert caught.value.code == "frozen"


def test_an_escalation_is_heard_but_no_reason_is_written_into_the_past(frozen, acting, boss):
    with acting() as act:
        application = act.application(frozen)
        item = open_item(act, application, Need(kind=WorkKind.ACKNOWLEDGE_ESCALATION, key="e", subject=NONE)).id
        act.record(application, "work_opened")
    with pytest.raises(Refused) as caught, acting(boss, now=NOW) as act:
        work_queue.do(act, item, {"action": "other", "overrun_reason": "complexity"})
    assert caught.value.code == "frozen"
    with acting(boss, now=NOW) as act:
        work_queue.do(act, item, {"action": "spoke_to_owner"})


def test_danger_crimes_and_referrals_go_on_and_leave_the_priority_as_it_was(frozen, acting, crew, do, peek):
    before = peek(frozen).priority
    with acting(crew["n1"], now=NOW) as act:
        governance.report_danger(act, frozen, reason="threat_to_kill")
    done = {"actions": ["arrest"], "incident_number": "I-1", "crime_alleged": True, "people_to_refer": ["children"]}
    do("i1", frozen, "immediate_safeguarding", done, now=NOW)
    do("n1", frozen, "record_crime", {"crime_number": "C-1"}, now=NOW)
    do("n1", frozen, "refer_safeguarding", {"agency": "childrens_services", "agency_reference": "R"}, key=":", now=NOW)
    assert peek(frozen).priority == before


def test_the_machine_changes_nothing_either(frozen, acting, known, store):
    before = known(frozen)
    with acting(system("lifecycle"), now=NOW + timedelta(days=40)) as act:
        application = act.application(frozen)
        assert record_checks.search_automatic(act, application) == []
        lifecycle.refresh(act, application, because="stage_run")
    with acting(system("sweep"), now=NOW + timedelta(days=40)) as act:
        watch.look_again(act)
    assert known(frozen) == before
    with store.session() as session:
        assert session.scalar(select(func.count()).select_from(ContactAttempt)) == 0


def test_a_decision_of_somebody_suspended_meanwhile_is_superseded_when_it_is_unfrozen(frozen, acting, crew, rows, peek):
    with acting(crew["h1"], now=NOW) as act:
        staff.suspend(act, "c1")
    assert [row.superseded for row in rows(Decision, frozen)] == [False]
    for who in ("s1", "h1"):
        with acting(crew[who], now=NOW) as act:
            freezing.unfreeze(act, frozen, reason="the regulator has its copy")
    assert [row.superseded for row in rows(Decision, frozen)] == [True]
    assert peek(frozen).stage == "panel_decision"
    assert [item for item in rows(WorkItem, frozen) if item.kind == "convene_panel"]
