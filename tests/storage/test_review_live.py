"""The casebook's own closed applications under review: read where they stand, blind, without conflict, gone when disposed of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import closed_cases
import pytest
import sealing
import staffing
from sqlalchemy import event, func, select
from staffing import REVIEWERS, STAFF, actors
from walking import ROW

from casebook.casework import work_queue
from casebook.casework.governance import governance
from casebook.casework.panel_decision import panel_pack
from casebook.casework.reporting import audit, viewing
from casebook.casework.review import account, allocation, campaigns, dossier, reaching, registers, triage
from casebook.casework.safeguarding.details import SafeContactPlan
from casebook.casework.staff import staff
from casebook.casework.sweep import sweep
from casebook.cli.review.commands import progress_lines
from casebook.domain.actors import Actor, system
from casebook.domain.review.cases import CHECKLIST, CampaignKind, ContactProgress
from casebook.domain.vocabulary import Outcome, Role, WorkKind
from casebook.errors import NotPermitted, Refused
from casebook.storage.review import cases as asked
from casebook.storage.review import live
from casebook.storage.review import registers as stored
from casebook.storage.tables import LedgerEntry, ReviewApplication, ReviewCase, ReviewRow, WorkItem

BEGAN = datetime(2025, 9, 1, 9, 0, tzinfo=UTC)
PLAN = SafeContactPlan(channel="phone", days=["mon"], windows=[("13:07", "14:00")])
WHO = actors(REVIEWERS, competences=())
OWN = {"decision": "disclose", "reasons": "canary: two convictions that should have been told"}
SOUND = {
    "outcome": "no_failure",
    "checklist": dict.fromkeys(CHECKLIST, "yes"),
    "explanation": "canary: all was read",
}


@pytest.fixture
def closed(sql):
    """Closed decisions of two chairs in turn: CL-2025-000000, 2, ... are chair-1's."""

    def make(each=2):
        closed_cases.insert(sql, closed_cases.unit(("chair-1", "chair-2"), each=each, failing="chair-1", start=BEGAN))

    return make


@pytest.fixture
def take_in(acting):
    def run(now=None):
        with acting(**({"now": now} if now else {})) as act:
            told = registers.take_in_closed(act)
        triage.triage(lambda: acting(**({"now": now} if now else {})))
        return told

    return run


@pytest.fixture
def taken_in(closed, take_in, fill_once):
    """One closed decision of each chair, taken in and triaged."""

    def fill():
        closed(each=1)
        take_in()

    fill_once("a closed decision of each chair", fill)


@pytest.fixture
def allocate(acting):
    def run():
        with acting() as act:
            return allocation.allocate(act)

    return run


@pytest.fixture
def item_of(acting):
    def find(who):
        with acting() as act:
            return next(each.id for each in asked.open_items(act.session) if each.owner == who)

    return find


def references(acting):
    with acting() as act:
        return sorted(row.reference for row in stored.applications(act.session))


def test_what_went_through_every_stage_is_reviewed_as_a_register_would_tell_it(staffed, store, walked):
    unit = staffed(STAFF)
    reference = walked(unit, {**ROW, "external_id": "X-1"})
    with unit.acting() as act:
        registers.take_in_closed(act)
        assert [row.cells for row in act.session.scalars(select(ReviewRow))] == [{"live": reference}]
    triage.triage(unit.acting)
    with unit.acting() as act:
        [application] = stored.applications(act.session)
        past = registers.past_of(act, application)
        shown = viewing.show(act, reference)
        query = select(WorkItem.done_by).where(WorkItem.reference == reference, WorkItem.done_by.is_not(None))
        doers = set(act.session.scalars(query))
        [approver] = past.approvers
    assert application.reference == reference
    assert (past.outcome, past.decided_on.isoformat()) == (
        Outcome(shown["outcome"]),
        shown["decision"][0]["occurred_at"].date().isoformat(),
    )
    assert approver == "approve"
    assert past.handlers == doers - {"approve"}
    assert {"pnc", "rms"} <= past.sources_searched
    assert ("BARRY OTTERSHAW", "1985-02-03") in {(each.name, each.dob) for each in past.searched_as}
    assert (
        "contact_override" in shown
    )  # in danger, she was met before her plan allowed it; all else was done as it must be
    assert application.assessment["modes"] == ["contact_unknown"]


def test_again_it_changes_nothing_and_what_closed_since_is_added(acting, closed, take_in, sql):
    closed(each=2)
    assert (take_in().rows, references(acting)) == (4, [f"CL-2025-{n:06d}" for n in range(4)])
    with acting() as act:
        spoken = act.session.scalar(select(func.count()).select_from(LedgerEntry))
        again = registers.take_in_closed(act)
        assert (again.rows, again.new) == (0, False)
    with acting() as act:
        assert act.session.scalar(select(func.count()).select_from(LedgerEntry)) == spoken
    closed_cases.insert(sql, [("CL-2025-000009", "chair-2", "not_disclosed", BEGAN, 1)])
    assert (take_in().rows, len(references(acting))) == (1, 5)


def test_the_restricted_and_the_disposed_are_nobodys_to_review(acting, closed, take_in, hire_reviewers, allocate, sql):
    closed(each=2)
    sql("UPDATE application SET restricted = true WHERE reference = 'CL-2025-000003'")
    assert take_in().rows == 3
    hire_reviewers("o1")
    allocate()
    sql("UPDATE application SET restricted = true WHERE reference = 'CL-2025-000002'")
    sql("UPDATE application SET disposed_at = now() WHERE reference = 'CL-2025-000001'")
    for reference in ("CL-2025-000001", "CL-2025-000002"):
        with pytest.raises(Refused) as refused, acting(WHO["o1"]) as act:
            dossier.dossier(act, reference)
        assert refused.value.code == "gone"
    triage.triage(acting)
    assert references(acting) == ["CL-2025-000000"]
    allocate()
    with acting() as act:
        assert [item.subject["past"] for item in asked.open_items(act.session)] == ["CL-2025-000000"]
    sql("UPDATE application SET restricted = false WHERE reference = 'CL-2025-000002'")
    triage.triage(acting)
    assert [each["reference"] for each in allocate().allocated] == ["CL-2025-000002"]  # nobody need take it in again


def test_a_campaign_takes_in_what_a_member_of_staff_did_whatever_it_was(unit, walked):
    reference = walked(unit, {**ROW, "external_id": "X-1"})
    for who in ("o1", "research2"):
        unit.hire(who, Role.REVIEW_OFFICER)
    with unit.acting() as act:
        registers.take_in_closed(act)
    triage.triage(unit.acting)
    with unit.acting() as act:
        for target, listed in (("research", [reference]), ("approve", [reference]), ("head", [])):
            campaign = campaigns.open_campaign(act, CampaignKind.HANDLER, target=target, because="suspension")
            found = [each.application.reference for each in campaigns.members(act, campaign)]
            assert found == listed, target


def test_nobody_is_given_what_they_decided_or_have_looked_at(acting, closed, take_in, hire_reviewers, allocate):
    closed(each=1)
    hire_reviewers("o1", "o2")
    with acting() as act:
        staffing.add(act, "chair-1", [Role.REVIEW_OFFICER])
    with acting(WHO["o1"]) as act:
        viewing.show(act, "CL-2025-000000")
    take_in()
    given = {each["reference"]: each["reviewer"] for each in allocate().allocated}
    assert given["CL-2025-000000"] == "o2"


@pytest.mark.usefixtures("taken_in")
def test_until_ones_own_is_recorded_no_way_leads_to_the_first_decision(acting, hire_reviewers, allocate, item_of):
    hire_reviewers("o1")
    allocate()
    item = item_of("o1")
    with acting() as act:
        reference = act.session.get_one(WorkItem, item).subject["past"]
    many = Actor(id="o1", roles=frozenset({Role.REVIEW_OFFICER, Role.AUDITOR}))
    for look in (viewing.show, panel_pack.printed, sealing.export):
        with pytest.raises(NotPermitted) as refused, acting(many) as act:
            look(act, reference)
        assert refused.value.code == "deciding_blind"
    with acting(WHO["o1"]) as act:
        assert outcomes(act) == {"CL-2025-000000": None, "CL-2025-000001": None}
        seen = json.dumps(dossier.dossier(act, reference), default=str)
        assert not [word for word in ("disclosed", "canary rationale", "chair-1", "chair-2", "p1") if word in seen]
    with acting(WHO["o1"]) as act:
        work_queue.do(act, item, OWN)
    with acting(WHO["o1"]) as act:
        assert "canary rationale" in json.dumps(dossier.dossier(act, reference), default=str)
        assert [name for name, outcome in outcomes(act).items() if outcome] == [reference]
        viewing.show(act, reference)
    with acting() as act:
        chain = select(LedgerEntry.event, LedgerEntry.actor).where(LedgerEntry.chain == reference)
        assert ("review_dossier_viewed", "o1") in set(act.session.execute(chain).tuples())


def outcomes(act):
    return {row["reference"]: row["outcome"] for row in viewing.listing(act)}


@pytest.mark.usefixtures("taken_in")
def test_what_reviewers_wrote_goes_with_what_is_disposed_of(acting, hire_reviewers, allocate, item_of):
    hire_reviewers("o1", "lead", "sup", "aud")
    allocate()
    reference = work_on(acting, item_of("o1"))
    with acting(WHO["lead"]) as act:
        reaching.step(act, reference, ContactProgress.SAFE_PLAN, note="canary lives with her sister", plan=PLAN)
    for who in ("sup", "aud"):
        with acting(WHO[who]) as act:
            governance.dispose(act, reference, reason="time_is_over")
    with acting() as act:
        [case] = act.session.scalars(select(ReviewCase).where(ReviewCase.reference == reference))
        [opinion] = asked.opinions_of(act.session, case.id)
        assert (opinion.decision, opinion.reasons) == ("disclose", None)
        assert opinion.reviewer == "o1"
        [contact] = asked.contacts(act.session)
        items = act.session.scalars(select(WorkItem).where(WorkItem.subject["past"].astext == reference)).all()
        steps = asked.steps(act.session, contact.id)
        left = [[(each.note, each.plan) for each in steps], [each.answer for each in items]]
        assert not [word for word in ("canary", "13:07") if word in json.dumps(left)]
        assert not [each for each in items if each.done_at is None and each.cancelled_at is None]
        # the cases themselves were written past the ledger
        assert not [each for each in audit.verify(act).broken if each.what.startswith(("review", "work_item"))]


def work_on(acting, item):
    with acting(WHO["o1"]) as act:
        return work_queue.do(act, item, OWN).subject["past"]


def test_a_look_back_is_a_campaign_over_what_the_person_did_in_the_casebook(acting, closed, hire_reviewers, allocate):
    closed(each=2)
    hire_reviewers("o1", "psd")
    with acting() as act:
        staffing.add(act, "chair-1", [Role.PANEL_CHAIR])
        question = staff.suspend(act, "chair-1").look_back_proposed
    with acting(WHO["psd"]) as act:
        [item] = [each for each in work_queue.waiting(act).items if each.subject.get("signal") == question]
        work_queue.do(act, item.id, {"conclusion": "look_back", "reasons": "all of it is looked at again"})
    with acting() as act:
        [campaign] = asked.campaigns(act.session)
        assert (campaign.target, campaign.because) == ("chair-1", "suspension")
        with pytest.raises(Refused) as refused:
            campaigns.close(act, campaign.id)
        assert refused.value.code == "not_triaged"  # nothing of it is examined: nothing of it is ranked
    triage.triage(acting)
    assert {each["reference"] for each in allocate().allocated} == {"CL-2025-000000", "CL-2025-000002"}


@pytest.mark.usefixtures("taken_in")
def test_a_supervisor_who_has_a_proposal_before_them_is_not_asked_again(acting, hire_reviewers, allocate, sql):
    hire_reviewers("o1")
    with acting() as act:
        for row in act.session.scalars(select(ReviewApplication)):
            row.assessment = {**row.assessment, "contact_priority": "now"}
    sql(
        "INSERT INTO work_item (id, reference, kind, role, key, subject, blocking, priority, reserved, opened_at,"
        " escalation_level) VALUES ('w', 'CL-2025-000000', 'review_watch_proposal', 'supervisor', 'k', '{}', false, 'high',"
        " false, now(), 0)"
    )
    assert allocate().proposed == 1


@pytest.mark.usefixtures("taken_in")
def test_who_cannot_safely_be_contacted_is_work_for_somebody_on_the_day(acting, hire_reviewers, store):
    hire_reviewers("o1", "lead")
    with acting(WHO["o1"]) as act:
        reaching.step(act, "CL-2025-000000", ContactProgress.NOT_CONTACTABLE, note="he answers her phone")
    [second] = looks(acting)  # the second person is asked at once
    with pytest.raises(Refused) as refused, acting(WHO["o1"]) as act:
        work_queue.do(act, second.id, {"rung": "not_contactable", "note": "still so"})
    assert refused.value.code == "same_person"
    with acting(WHO["lead"]) as act:
        work_queue.do(act, second.id, {"rung": "not_contactable", "note": "I agree"})
        day = asked.contacts(act.session)[0].look_again_on
    on_the_day = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    assert swept(acting, on_the_day - timedelta(days=1)) == []
    assert looks(acting) == []
    for _ in range(2):  # once, however often it is swept
        swept(acting, on_the_day)
        [item] = looks(acting)
    assert (item.role, item.due_at.date() - day) == ("review_lead", timedelta(days=1))
    late = swept(acting, on_the_day + timedelta(days=2))
    assert item.id in {each["item"] for each in late}
    with acting(WHO["lead"], on_the_day) as act:
        told = account.progress(act)
        assert "TODAY: 1 to look at again" in next(progress_lines(told))
        work_queue.do(act, item.id, {"rung": "safe_plan", "note": "her mother knows when", "plan": PLAN.model_dump()})
        assert "TODAY" not in next(progress_lines(account.progress(act)))
    assert looks(acting) == []


def looks(acting):
    with acting() as act:
        query = select(WorkItem).where(WorkItem.kind == WorkKind.LOOK_AGAIN_AT_CONTACT, WorkItem.done_at.is_(None))
        return act.session.scalars(query.where(WorkItem.cancelled_at.is_(None))).all()


def swept(acting, now):
    done = sweep.sweep(lambda: acting(system("sweep"), now), now=now)
    return [each for each in done.escalated if each["kind"] == WorkKind.LOOK_AGAIN_AT_CONTACT]


@pytest.mark.usefixtures("taken_in")
def test_a_step_of_another_kind_ends_what_was_asked(acting, hire_reviewers):
    hire_reviewers("o1", "lead")
    with acting(WHO["o1"]) as act:
        reaching.step(act, "CL-2025-000000", ContactProgress.NOT_CONTACTABLE, note="he answers her phone")
    assert len(looks(acting)) == 1
    with acting(WHO["lead"]) as act:
        reaching.step(act, "CL-2025-000000", ContactProgress.SAFE_PLAN, note="she rang herself", plan=PLAN)
    assert looks(acting) == []


def test_many_are_read_by_as_many_questions_as_few(acting, closed):
    closed(each=10)
    with acting() as act:
        every = live.untaken(act.session)
        asked_for = []
        event.listen(act.session.get_bind(), "before_cursor_execute", lambda *said: asked_for.append(said[2]))
        few = (len(live.cells(act.session, every[:2])), len(asked_for))
        many = (len(live.cells(act.session, every)), len(asked_for) - few[1])
    assert (few[0], many[0]) == (2, 20)
    assert few[1] == many[1] > 5
