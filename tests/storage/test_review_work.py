"""People examine past applications: without conflict, blind, twice where it is asked; and who may be in danger is reached."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import closed_cases
import pytest
import staffing
from sqlalchemy import event, select
from staffing import REVIEWERS, actors

from casebook.casework import work_queue
from casebook.casework.core import blind_review
from casebook.casework.reporting import audit
from casebook.casework.review import (
    account,
    allocation,
    campaigns,
    dossier,
    people,
    ranking,
    reaching,
    referrals,
    registers,
    triage,
)
from casebook.casework.safeguarding.contact import Contact
from casebook.casework.safeguarding.details import SafeContactPlan
from casebook.casework.staff import staff
from casebook.cli.review import page as review_page
from casebook.cli.review.commands import all_ranked, csv_lines
from casebook.domain.case.safe_contact import Purpose, Way
from casebook.domain.review.cases import CHECKLIST, CampaignKind, ContactProgress
from casebook.domain.vocabulary import Role
from casebook.errors import InvalidAnswer, NotPermitted, Refused
from casebook.policies import review as review_policy
from casebook.storage import ledger
from casebook.storage.review import cases as asked
from casebook.storage.review import live as review_live
from casebook.storage.review import registers as stored
from casebook.storage.tables import Application, LedgerEntry, ReviewCase, ReviewOpinion, WorkItem

LATER = datetime(2026, 3, 17, 10, 0, tzinfo=UTC)
COLUMNS = (
    "reference,received_on,a_forename,a_surname,a_dob,b_forename,b_surname,b_dob,handler,approver,sources_searched,"
    "searched_as,outcome,decided_on,rationale,contact_safe"
)
SAYS_NOTHING = "nothing_to_disclose,2019-03-20,Four systems read and nothing found {n},yes"
WHO = actors(REVIEWERS, competences=())
PLAN = SafeContactPlan(channel="phone", days=["mon", "tue", "wed"], windows=[("09:00", "17:00")])
ALL_YES = dict.fromkeys(CHECKLIST, "yes")
OWN = {"decision": "not_disclose", "reasons": "nothing then known would have been told"}
SOUND = {"outcome": "no_failure", "checklist": ALL_YES, "explanation": "all was read"}
FAILED = {"outcome": "service", "modes": ["undisclosed"], "checklist": ALL_YES, "explanation": "a record was missed"}


@pytest.fixture
def past(acting, tmp_path, fill_once):
    """A register of that many applications, triaged. `handlers`: whose they are, in turn; `unsafe`: told where unsafe."""

    def make(count, *, handlers=("H1",), unsafe=0):
        fill_once(("register", count, handlers, unsafe), lambda: fill(count, handlers, unsafe))

    def fill(count, handlers, unsafe):
        lines = [COLUMNS]
        for n in range(count):
            end = SAYS_NOTHING.format(n=n)
            if n < unsafe:
                end = f"disclosed,2019-03-20,Told in person as agreed number {n},no"
            lines.append(
                f"R{n},2019-03-{n % 27 + 1:02d},Ann{n},Canarya{n},1985-02-03,Bob{n},Canaryb{n},1980-05-06,"
                f"{handlers[n % len(handlers)]},S1,pnc;pnd;visor;rms,Bob{n} Canaryb{n}|1980-05-06,{end}"
            )
        path = tmp_path / "list.csv"
        path.write_text("\n".join(lines) + "\n")
        with acting() as act:
            registers.import_file(act, path)
        triage.triage(acting)

    return make


@pytest.fixture
def allocate(acting):
    def run(campaign=None):
        with acting() as act:
            return allocation.allocate(act, campaign)

    return run


@pytest.fixture
def do(acting):
    """Somebody answers whatever part of a case waits for them."""

    def run(who, answer, reference=None):
        with acting(WHO[who]) as act:
            item = next(
                each
                for each in asked.open_items(act.session)
                if each.owner == who and reference in {None, each.subject["past"]}
            )
            work_queue.do(act, item.id, answer)
            return item.subject["past"]

    return run


@pytest.fixture
def policy(monkeypatch):
    """Numbers of the review's policy, changed for one test."""

    def change(**numbers):
        whole = review_policy.load()
        facts = {name: replace(whole.allocation.top_percent, value=value) for name, value in numbers.items()}
        changed = replace(whole, allocation=replace(whole.allocation, **facts))
        monkeypatch.setattr(review_policy, "load", lambda: changed)

    return change


def rung_up(act):
    return Contact(party="a", purpose=Purpose.OTHER, way=Way(at=act.now, channel="phone"), reached=True)


def case_of(act, reference):
    return act.session.scalars(select(ReviewCase).where(ReviewCase.reference == reference)).one()


def test_allocation_tops_up_each_desk_and_no_further(past, hire_reviewers, allocate, policy):
    policy(open_per_reviewer=3)
    past(10)
    hire_reviewers("o1", "o2")
    first = allocate()
    assert (len(first.allocated), first.waiting) == (6, 4)
    assert first.reviewers == {"o1": 3, "o2": 3}
    again = allocate()
    assert (again.allocated, again.waiting) == ([], 4)


def test_nobody_examines_what_they_or_their_line_handled(past, hire_reviewers, allocate, policy):
    policy(open_per_reviewer=20)
    past(6, handlers=("O1", " boss"))
    hire_reviewers("boss", "o1", "o2", line_managers={"o2": "boss"})
    told = allocate()
    assert {(each["reference"], each["reviewer"]) for each in told.allocated} == {
        *((f"R{n}", "o2") for n in (0, 2, 4)),
        *((f"R{n}", "o1") for n in (1, 3, 5)),
    }


def test_what_everybody_handled_is_told_and_not_given(past, hire_reviewers, allocate):
    past(2, handlers=("o1",))
    hire_reviewers("o1")
    told = allocate()
    assert (told.allocated, sorted(told.conflicted), told.waiting) == ([], ["R0", "R1"], 2)


def test_the_first_decision_is_not_seen_before_ones_own_is_recorded(past, hire_reviewers, allocate, do, acting):
    past(1)
    hire_reviewers("o1")
    allocate()
    with acting(WHO["o1"]) as act:
        before = dossier.dossier(act, "R0")
    assert before["blind"]
    assert "nothing_to_disclose" not in json.dumps(before, default=str)
    assert "undisclosed" not in json.dumps(before["lists"])
    do("o1", OWN)
    with acting(WHO["o1"]) as act:
        after = dossier.dossier(act, "R0")
    assert after["lists"][0]["cells"]["outcome"] == "nothing_to_disclose"


def test_what_to_make_of_it_is_not_asked_first(past, hire_reviewers, allocate, do):
    past(1)
    hire_reviewers("o1")
    allocate()
    with pytest.raises(InvalidAnswer) as refused:
        do("o1", SOUND)
    assert refused.value.code == "own_decision_missing"
    do("o1", OWN)
    with pytest.raises(InvalidAnswer) as refused:
        do("o1", {**SOUND, "checklist": {"sources": "yes"}})
    assert refused.value.code == "checklist_incomplete"
    with pytest.raises(InvalidAnswer) as refused:
        do("o1", {**FAILED, "modes": []})
    assert refused.value.code == "failure_without_modes"


def test_no_failure_in_the_top_band_is_examined_by_a_second_who_sees_nothing_of_the_first(
    past, hire_reviewers, allocate, do, acting, policy
):
    policy(top_percent=100, sampled_percent=0)
    past(1)
    hire_reviewers("o1", "o2")
    allocate()
    do("o1", OWN)
    do("o1", SOUND)
    with acting(WHO["o2"]) as act:
        seen = dossier.dossier(act, "R0")
    assert seen["blind"]
    assert seen["opinions"] == []
    do("o2", OWN)
    do("o2", SOUND)
    with acting() as act:
        assert case_of(act, "R0").outcome == "no_failure"


def test_a_failure_outside_the_sample_needs_no_second(past, hire_reviewers, allocate, do, acting, policy):
    policy(top_percent=100, sampled_percent=0)
    past(1)
    hire_reviewers("o1", "o2")
    allocate()
    do("o1", OWN)
    do("o1", FAILED)
    with acting() as act:
        assert (case_of(act, "R0").outcome, case_of(act, "R0").modes) == ("service", ["undisclosed"])
        assert asked.open_items(act.session) == []


def test_two_who_differ_are_settled_by_a_third(past, hire_reviewers, allocate, do, acting, policy):
    policy(top_percent=0, sampled_percent=100)
    past(1)
    hire_reviewers("o1", "o2", "lead")
    allocate()
    do("o1", OWN)
    do("o1", SOUND)
    do("o2", OWN)
    do("o2", FAILED)
    with acting(WHO["lead"]) as act:
        assert len(dossier.dossier(act, "R0")["opinions"]) == 2
    do("lead", {**FAILED, "outcome": "harm"})
    with acting() as act:
        assert case_of(act, "R0").outcome == "harm"
        report = account.report(act, internal=True)
    assert (report.agreement.pairs, report.agreement.agreed) == (1, 0)
    assert report.undetected.overturned == 1


def test_a_second_whom_nobody_can_be_waits_until_somebody_can(past, hire_reviewers, allocate, do, policy):
    policy(top_percent=100)
    past(1)
    hire_reviewers("o1")
    allocate()
    do("o1", OWN)
    do("o1", SOUND)
    assert allocate().allocated == []
    hire_reviewers("o2")
    assert [each["reviewer"] for each in allocate().allocated] == ["o2"]


def test_who_has_seen_the_first_decision_is_no_second_and_cannot_become_one(
    past, hire_reviewers, allocate, do, acting, policy
):
    policy(top_percent=100)
    past(2)
    hire_reviewers("o1", "lead")
    allocate()
    with acting(WHO["lead"]) as act:
        assert not dossier.dossier(act, "R0")["blind"]
    for reference in ("R0", "R1"):
        do("o1", OWN, reference)
        do("o1", SOUND, reference)
    with acting() as act:
        held = {each.subject["past"]: (each.owner, each.id) for each in asked.open_items(act.session)}
    assert [held[reference][0] for reference in ("R0", "R1")] == [None, "lead"]
    for attempt in (work_queue.claim, lambda act, item: work_queue.do(act, item, OWN)):
        with pytest.raises(NotPermitted) as refused, acting(WHO["lead"]) as act:
            attempt(act, held["R0"][1])
        assert refused.value.code == "not_blind"
    do("lead", OWN, "R1")
    hire_reviewers("boss")
    assert [(each["reference"], each["reviewer"]) for each in allocate().allocated] == [("R0", "boss")]


def test_who_has_seen_the_first_decision_may_settle_between_two(past, hire_reviewers, allocate, do, acting, policy):
    policy(top_percent=0, sampled_percent=100)
    past(1)
    hire_reviewers("o1", "o2", "lead")
    allocate()
    with acting(WHO["lead"]) as act:
        dossier.dossier(act, "R0")
    for who, found in (("o1", SOUND), ("o2", FAILED)):
        do(who, OWN)
        do(who, found)
    assert allocate().allocated == []  # it stays with whom it was given
    with acting(WHO["lead"]) as act:
        work_queue.claim(act, asked.open_items(act.session)[0].id)
    do("lead", FAILED)
    with acting() as act:
        assert case_of(act, "R0").outcome == "service"


def test_what_its_reviewer_turns_out_to_have_seen_goes_to_another(past, hire_reviewers, allocate, do, acting, policy):
    policy(top_percent=100)
    past(1)
    hire_reviewers("o1", "boss", "lead")
    allocate()
    do("o1", OWN)
    do("o1", SOUND)
    with acting() as act:
        [item] = asked.open_items(act.session)
        [row] = stored.applications(act.session)[0].rows
        assert item.owner == "boss"
    with acting(WHO["boss"]) as act:  # by the name that a row had before another list joined it
        act.record(None, review_live.DOSSIER, application=review_live.named(row), blind=False)
    assert [each["reviewer"] for each in allocate().allocated] == ["lead"]
    assert allocate().allocated == []


def test_who_has_seen_what_is_asked_once_for_all_applications(past, hire_reviewers, allocate, acting, policy):
    policy(open_per_reviewer=20)
    past(12)
    hire_reviewers("o1", "lead")
    with acting(WHO["lead"]) as act:
        dossier.dossier(act, "R3")
    questions = []
    with acting() as act:
        event.listen(act.session.get_bind(), "before_cursor_execute", lambda *said: questions.append(str(said[3])))
    assert len(allocate().allocated) == 12
    assert sum(review_live.DOSSIER in each for each in questions) == 1
    with acting() as act:
        seen = review_live.seen(act.session)
        knew = [
            row.reference for row in stored.applications(act.session) if blind_review.seen_by(row, seen) == {"lead"}
        ]
    assert knew == ["R3"]


def test_a_suspended_reviewers_half_opinion_is_begun_anew_by_another(past, hire_reviewers, allocate, do, acting):
    past(1)
    hire_reviewers("o1", "o2")
    allocate()
    with acting() as act:
        first = next(each.owner for each in asked.open_items(act.session))
    other = {"o1": "o2", "o2": "o1"}[first]
    do(first, OWN)
    with acting() as act:
        staff.suspend(act, first)
    assert [each["reviewer"] for each in allocate().allocated] == [other]
    do(other, OWN)
    do(other, FAILED)
    with acting() as act:
        assert [each.reviewer for each in act.session.scalars(select(ReviewOpinion))] == [other]


def test_whoever_handled_it_is_refused_even_if_the_item_is_theirs(past, hire_reviewers, allocate, acting):
    past(1, handlers=("o2",))
    hire_reviewers("o1", "o2")
    allocate()
    with acting() as act:
        item = asked.open_items(act.session)[0]
        item.owner = "o2"
        act.record(None, "test_changed")
        item_id = item.id
    with pytest.raises(NotPermitted) as refused, acting(WHO["o2"]) as act:
        work_queue.do(act, item_id, OWN)
    assert refused.value.code == "conflict"


def test_campaigns_select_rank_and_close_for_themselves(past, hire_reviewers, allocate, do, acting, policy):
    policy(top_percent=0, sampled_percent=0)
    past(5, handlers=("H1", "H2"), unsafe=1)
    hire_reviewers("o1")
    with acting(WHO["lead"]) as act:
        handler = campaigns.open_campaign(act, CampaignKind.HANDLER, target="h2", because="suspension")
        rule = campaigns.open_campaign(act, CampaignKind.RULE, target="contact_unsafe", because="rule_mended")
        twice = campaigns.open_campaign(act, CampaignKind.HANDLER, target="h2", because="suspension")
        names = [campaigns.account(act, each)["applications"] for each in (handler, rule)]
        assert (names, twice.id) == ([2, 1], handler.id)
        first, second = handler.id, rule.id
    assert {each["reference"] for each in allocate().allocated} == {"R0", "R1", "R3"}
    with pytest.raises(Refused) as refused, acting(WHO["lead"]) as act:
        campaigns.close(act, first)
    assert refused.value.code == "unfinished"
    for reference in ("R1", "R3"):
        do("o1", OWN, reference)
        do("o1", SOUND, reference)
    with acting(WHO["lead"]) as act:
        closed = campaigns.close(act, first)
        assert closed.account["outcomes"] == {"no_failure": 2, "administrative": 0, "service": 0, "harm": 0}
        assert campaigns.find(act, second).closed_at is None


def test_the_list_shows_both_ranks_and_a_blind_reviewer_only_the_one(past, acting):
    past(3)
    with acting() as act:
        *_, last = stored.applications(act.session)
        last.assessment = {**last.assessment, "stated": 99.0}  # reviewers' findings have moved it down since
    with acting() as act:
        rows = stored.applications(act.session)
        assert ranking.stated_ranks(rows) == {rows[2].id: 1, rows[0].id: 2, rows[1].id: 3}
        seen = [(row["rank"], row["rank_before"]) for row in all_ranked(rows, rows, blind=False)]
        assert seen == [(1, 2), (2, 3), (3, 1)]
        assert {row["rank_before"] for row in all_ranked(rows, rows, blind=True)} == {None}
        [only] = all_ranked(rows[2:], rows, blind=False)
        assert only["rank_before"] == 1
        *_, line = csv_lines([only])
        assert "rank 1 before reviewers' findings" in line


def test_another_matching_model_selects_what_it_changed(past, acting):
    past(3)
    with acting() as act:
        rows = stored.applications(act.session)
        rows[0].before = {**rows[0].assessment, "held": [["rms", "P9", 4.0]], "model": "another"}
        rows[1].before = {**rows[1].assessment, "model": "another"}
        changed = rows[0].reference
    with acting(WHO["lead"]) as act:
        campaign = campaigns.open_campaign(act, CampaignKind.MODEL, target="", because="model_changed")
        assert [each.application.reference for each in campaigns.members(act, campaign)] == [changed]


def test_what_one_campaign_has_in_hand_is_not_opened_by_another(past, hire_reviewers, allocate, do, acting, policy):
    policy(top_percent=0, sampled_percent=0)
    past(2)
    hire_reviewers("o1")
    allocate()
    with acting(WHO["lead"]) as act:
        later = campaigns.open_campaign(act, CampaignKind.HANDLER, target="H1", because="monitor_signal")
        name = later.id
    assert allocate(name).allocated == []
    do("o1", OWN, "R0")
    do("o1", SOUND, "R0")
    with acting() as act:
        assert campaigns.account(act, campaigns.find(act, name))["examined"] == 1


def test_nobody_is_attempted_without_a_plan_and_not_contactable_takes_two(past, hire_reviewers, allocate, acting):
    past(2, unsafe=1)
    hire_reviewers("o1", "lead")
    assert allocate().identified == 1
    with pytest.raises(Refused) as refused, acting(WHO["o1"]) as act:
        reaching.step(act, "R0", ContactProgress.ATTEMPTED, note="rang", made=rung_up(act))
    assert refused.value.code == "no_safe_plan"
    with acting(WHO["o1"]) as act:
        assert (
            reaching.step(act, "R0", ContactProgress.NOT_CONTACTABLE, note="he answers her phone").rung
            == ContactProgress.IDENTIFIED
        )
    with pytest.raises(Refused) as refused, acting(WHO["o1"]) as act:
        reaching.step(act, "R0", ContactProgress.NOT_CONTACTABLE, note="still so")
    assert refused.value.code == "same_person"
    with acting(WHO["lead"]) as act:
        contact = reaching.step(act, "R0", ContactProgress.NOT_CONTACTABLE, note="I agree")
        assert contact.rung == ContactProgress.NOT_CONTACTABLE
        assert (contact.look_again_on - registers.today(act)).days == 14
        assert people.progress(act)["not_contactable"] == 1
    with acting(WHO["lead"], now=LATER) as act:
        assert people.progress(act)["look_again"] == 1
        reaching.step(act, "R0", ContactProgress.SAFE_PLAN, note="done", plan=PLAN)
        for rung in (ContactProgress.ATTEMPTED, ContactProgress.REACHED, ContactProgress.SAFEGUARDED):
            reaching.step(
                act, "R0", rung, note="done", made=None if rung is ContactProgress.SAFEGUARDED else rung_up(act)
            )
        assert people.progress(act)["safeguarded"] == 1


def test_an_urgent_one_becomes_a_live_right_to_know_application_if_a_supervisor_accepts(
    past, hire_reviewers, allocate, acting
):
    past(2, unsafe=1)
    hire_reviewers("sup", "o1")
    assert allocate().proposed == 1
    assert allocate().proposed == 0
    with acting(WHO["sup"]) as act:
        [item] = [each for each in work_queue.waiting(act).items if each.kind == "review_watch_proposal"]
        work_queue.do(act, item.id, {"decision": "accept", "reason": "the contact was never safe"})
    with acting() as act:
        live = act.session.scalars(select(Application)).one()
        assert (live.route, live.applicant, live.stage) == ("right_to_know", "agency", "intake")


def test_a_proposal_is_dismissed_by_two(past, hire_reviewers, allocate, acting):
    past(1, unsafe=1)
    hire_reviewers("sup", "sup2", "o1")
    allocate()
    said = {"decision": "dismiss", "reason": "she has left the country and is safe"}
    with acting(WHO["sup"]) as act:
        [item] = [each for each in work_queue.waiting(act).items if each.kind == "review_watch_proposal"]
        work_queue.do(act, item.id, said)
    with acting() as act:
        [item] = [each for each in work_queue.waiting(act).items if each.kind == "review_watch_proposal"]
    with pytest.raises(Refused) as refused, acting(WHO["sup"]) as act:
        work_queue.do(act, item.id, said)
    assert refused.value.code == "same_person"
    with acting(WHO["sup2"]) as act:
        work_queue.do(act, item.id, said)
        assert not [each for each in work_queue.waiting(act).items if each.kind == "review_watch_proposal"]


def test_an_enquiry_is_first_to_be_reached_and_first_to_be_examined(past, hire_reviewers, allocate, acting, policy):
    policy(open_per_reviewer=1)
    past(4)
    with acting() as act:
        last = stored.applications(act.session)[-1].reference
        people.enquire(act, last)
        assert people.listing(act)[0]["reference"] == last
    hire_reviewers("o1")
    assert [each["reference"] for each in allocate().allocated] == [last]


def test_harm_is_owed_to_the_regulator_until_it_is_referred(past, hire_reviewers, allocate, do, acting, policy):
    policy(top_percent=0, sampled_percent=0)
    past(1)
    hire_reviewers("o1", "psd")
    allocate()
    do("o1", OWN)
    do("o1", {**FAILED, "outcome": "harm"})
    with acting() as act:
        assert account.progress(act)["referrals"] == {"made": 0, "owed": ["R0"]}
    with acting(WHO["psd"]) as act:
        first = referrals.refer(act, "R0", ground="serious_injury").id
        assert referrals.refer(act, "R0", ground="serious_injury").id == first
        week = referrals.week_of(registers.today(act))
        [row] = referrals.listing(act, week)
        assert (row["reference"], row["ground"], row["outcome"]) == ("R0", "serious_injury", "harm")
        assert referrals.listing(act, "2019-W01") == []
        assert account.progress(act)["referrals"] == {"made": 1, "owed": []}


def test_every_step_is_in_the_ledger_and_names_nobody(past, hire_reviewers, allocate, do, acting, policy):
    policy(top_percent=100)
    past(2, unsafe=1)
    hire_reviewers()
    allocate()
    first = do("o1", OWN)
    do("o1", SOUND, first)
    with acting(WHO["lead"]) as act:
        reaching.step(act, "R0", ContactProgress.SAFE_PLAN, note="Canaryword lives with her sister", plan=PLAN)
    with acting() as act:
        entries = act.session.scalars(select(LedgerEntry)).all()
        assert {"review_allocated", "review_campaign_opened", "work_done", "review_contact_step"} <= {
            e.event for e in entries
        }
        assert "canary" not in json.dumps([entry.body for entry in entries]).lower()
        assert not audit.verify(act).broken


def test_a_published_report_keeps_small_cells_back_and_names_nobody(past, hire_reviewers, allocate, do, acting, policy):
    policy(top_percent=0, sampled_percent=0, open_per_reviewer=20)
    past(12, handlers=("H1", "H2"), unsafe=2)
    hire_reviewers("o1")
    allocate()
    for n in range(12):
        do("o1", OWN, f"R{n}")
        do("o1", FAILED if n < 3 else SOUND, f"R{n}")
    with acting() as act:
        public, internal = (account.report(act, internal=each) for each in (False, True))
    counts = {each.what: each.count for each in public.found["outcome"]}
    assert counts["service"] is None
    assert counts["no_failure"] is None  # or the other could be worked out
    assert "handler" not in public.found
    assert {each.what: each.count for each in internal.found["outcome"]}["service"] == 3
    assert internal.found["handler"]
    page = review_page.as_html(public)
    assert "<svg" in review_page.as_html(internal)
    assert not [word for word in ("Canary", "H1", "H2", "R1<", "1980") if word in page]
    assert review_page.as_pdf(public).startswith(b"%PDF")


def test_open_items_of_the_review_are_in_the_queue_of_whoever_they_are_reserved_for(
    past, hire_reviewers, allocate, acting
):
    past(2)
    hire_reviewers("o1", "o2")
    allocate()
    with acting(WHO["o1"]) as act:
        mine = work_queue.waiting(act).items
        assert [item.owner for item in mine] == ["o1"]
        work_queue.claim(act, mine[0].id)
    with acting() as act:
        assert len(act.session.scalars(select(WorkItem)).all()) == 2


def test_a_look_back_covers_registers_and_the_casebook_by_one_campaign(past, hire_reviewers, acting, sql):
    hire_reviewers()
    past(6, handlers=("chair-1", "H2"))
    began = datetime(2025, 9, 1, 9, 0, tzinfo=UTC)
    closed_cases.insert(sql, closed_cases.unit(("chair-1", "chair-2"), each=2, failing="chair-1", start=began))
    with acting() as act:
        staffing.add(act, "chair-1", (Role.PANEL_CHAIR,))
        question = staff.suspend(act, "chair-1").look_back_proposed
    with acting(WHO["psd"]) as act:
        [item] = [each for each in work_queue.waiting(act).items if each.subject.get("signal") == question]
        work_queue.do(act, item.id, {"conclusion": "look_back", "reasons": "all of it is looked at again"})
    triage.triage(acting)
    with acting() as act:
        allocation.allocate(act)
        [campaign] = asked.campaigns(act.session)
        assert (campaign.kind, campaign.target, campaign.because) == (CampaignKind.HANDLER, "chair-1", "suspension")
        listed = [each.application.reference for each in campaigns.members(act, campaign)]
        assert sorted(listed) == ["CL-2025-000000", "CL-2025-000002", "R0", "R2", "R4"]


def test_whose_own_decision_is_owed_is_told_of_no_campaign_whom_or_why(
    past, hire_reviewers, allocate, do, acting, policy
):
    policy(top_percent=100)
    past(1, handlers=("H1",))
    with acting(WHO["lead"]) as act:
        campaigns.open_campaign(act, CampaignKind.HANDLER, target="H1", because="suspension")
    hire_reviewers("o1", "lead")
    allocate()
    why = {"kind": "handler", "target": "H1", "because": "suspension"}
    unsaid = dict.fromkeys(why)
    do("o1", OWN)
    do("o1", SOUND)  # the lead is the second
    for who, told in (("o1", unsaid), ("lead", unsaid), ("psd", why)):
        with acting(WHO[who]) as act:
            assert campaigns.listing(act)[0].items() >= told.items(), who
    do("lead", OWN)
    with acting(WHO["lead"]) as act:
        assert campaigns.listing(act)[0].items() >= why.items()


def test_no_id_that_a_reviewer_sees_can_be_made_of_a_name(past, acting):
    past(1)
    with acting(WHO["lead"]) as act:
        first = campaigns.open_campaign(act, CampaignKind.HANDLER, target="H1", because="suspension").id
        key, act.session.info[ledger.KEY] = act.session.info[ledger.KEY], b"another"
        what = {"kind": "handler", "target": "H1", "number": 0}
        assert campaigns.named(act, what) != first
        act.session.info[ledger.KEY] = key
        assert campaigns.named(act, what) == first
