"""Scoring and deciding on a real database: who was first, who must be another, and what begins a round again."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from signing import read_and_do, telling
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from casebook.casework import playbook, work_queue
from casebook.casework.core import lifecycle, work_items
from casebook.casework.core.acting import Act
from casebook.casework.reporting import audit
from casebook.domain.vocabulary import Priority, Role, Stage, WorkKind
from casebook.errors import AlreadyDecided, AlreadyDone, InvalidAnswer, NotPermitted, Refused
from casebook.storage.case import decisions
from casebook.storage.tables import (
    Approval,
    Candidate,
    Decision,
    MemberAnswer,
    Panel,
    RiskAssessment,
    RiskScore,
    Search,
    WorkItem,
)

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LIMBS = {limb: {"met": True, "reasons": "because"} for limb in ("necessary", "pressing_need", "proportionate")}
HEARD = {"representations": {"invited": False, "reasons": "it would put her in danger"}, "rationale": "all weighed"}
TELL = {
    "outcome": "disclosed_to_a", "limbs": LIMBS, "recipients": [{"party": "a"}], "wording": "1", **HEARD,
}  # fmt: skip
REFUSE = {
    "outcome": "not_disclosed", "refusal_reason": "no_pressing_need", **HEARD,
    "limbs": LIMBS | {"pressing_need": {"met": False, "reasons": "he is in prison for life"}},
}  # fmt: skip
NOTHING = {"outcome": "nothing_to_disclose", "limbs": LIMBS, **HEARD}


ASSAULT = ({"offence_text": "assault occasioning actual bodily harm", "victim_relationship": "ex_partner",
            "victim_id": "V1"}, "qualifying", None)  # fmt: skip
SLIGHT = (
    {"offence_text": "criminal damage", "victim_relationship": "ex_partner", "date": "2004-01-01"},
    "qualifying",
    None,
)
GRAVE = ({"offence_text": "strangulation", "victim_relationship": "ex_partner", "victim_id": "V1",
          "flags": ["strangulation", "threats_to_kill"]}, "qualifying", None)  # fmt: skip


def assess(**changes):
    return {"judgement": "confirm", "reason": "it fits"} | changes


# risk scoring


def test_what_is_known_is_scored_and_orders_the_queue(researched, peek, rows, open_items):
    reference = researched(GRAVE, pregnant="yes", children="2020-01-01")
    (score,) = rows(RiskScore, reference)
    application = peek(reference)
    assert (application.band, application.score) == (score.band, score.score)
    assert application.band in {"high", "critical"}
    assert Priority(application.priority).rank <= Priority(score.priority).rank < Priority.STANDARD.rank
    factors = {line["factor"] for line in score.contributions}
    assert {"record", "lethality_signs", "circumstance", "vulnerability"} <= factors
    (item,) = open_items(reference, WorkKind.ASSESS_RISK)
    assert item.subject["band"] == score.band


def test_unchanged_facts_keep_their_score_whatever_the_day(researched, acting, crew, rows):
    reference = researched(ASSAULT)
    with acting(crew["a1"], now=_later(40)) as act:
        lifecycle.refresh(act, act.application(reference), because="looked")
    assert len(rows(RiskScore, reference)) == 1


def test_a_changed_fact_scores_again_and_asks_a_person_again(researched, acting, crew, rows, do, open_items):
    reference = researched(ASSAULT)
    do("a1", reference, WorkKind.ASSESS_RISK, assess())
    assert not open_items(reference, WorkKind.ASSESS_RISK)
    with acting(crew["r1"]) as act:
        application = act.application(reference)
        application.pregnant = "yes"
        act.record(application, "told")
        lifecycle.refresh(act, application, because="told")
    old, new = sorted(rows(RiskScore, reference), key=lambda row: not row.superseded)
    assert (old.superseded, new.superseded) == (True, False)
    assert new.score > old.score
    assert open_items(reference, WorkKind.ASSESS_RISK)


def test_what_nobody_has_looked_at_counts_as_uncertainty(researched, sql, acting, crew, rows):
    reference = researched(ASSAULT)
    with acting(crew["r1"]) as act:
        (candidate,) = act.session.scalars(select(Candidate))
        candidate.verdict = None
        (search,) = act.session.scalars(select(Search))
        search.result, search.unavailable_reason = "unavailable", "down"
        application = act.application(reference)
        act.record(application, "undone")
        lifecycle.refresh(act, application, because="undone")
    (score,) = [row for row in rows(RiskScore, reference) if not row.superseded]
    assert "a possible match that nobody has reviewed" in score.uncertainty
    assert "a source that could not be reached" in score.uncertainty
    assert "no instrument was used" in score.uncertainty


def test_one_person_raises_the_band_and_with_it_the_priority(researched, do, peek):
    reference = researched()
    before = Priority(peek(reference).priority)
    do("a1", reference, WorkKind.ASSESS_RISK, assess(judgement="raise", band="critical"))
    application = peek(reference)
    assert application.band == "critical"
    assert Priority(application.priority).rank < before.rank


def test_a_lowering_counts_when_a_second_person_agrees(researched, do, peek, open_items):
    reference = researched(GRAVE)
    band = peek(reference).band
    do("a1", reference, WorkKind.ASSESS_RISK, assess(judgement="lower", band="high"))
    assert peek(reference).band == band
    with pytest.raises(Refused, match="second person"):
        do("a1", reference, WorkKind.ASSESS_RISK, assess(judgement="agree"))
    priority = peek(reference).priority
    do("a2", reference, WorkKind.ASSESS_RISK, assess(judgement="agree"))
    assert (peek(reference).band, peek(reference).priority) == ("high", priority)
    assert not open_items(reference, WorkKind.ASSESS_RISK)


def test_whoever_lowered_a_band_is_not_offered_the_second_look(researched, do, acting, crew, open_items):
    reference = researched(GRAVE)
    do("a1", reference, WorkKind.ASSESS_RISK, assess(judgement="lower", band="high"))
    (second,) = open_items(reference, WorkKind.ASSESS_RISK)
    with acting(crew["a1"]) as act:
        assert work_queue.waiting(act).barred[second.id].code == "same_person"
        with pytest.raises(Refused, match="second person"):
            work_queue.claim(act, second.id)
    with acting(crew["a2"]) as act:
        assert second.id not in work_queue.waiting(act).barred


def test_a_lowering_nobody_agrees_to_leaves_the_band(researched, do, peek, open_items):
    reference = researched(GRAVE)
    band = peek(reference).band
    do("a1", reference, WorkKind.ASSESS_RISK, assess(judgement="lower", band="high"))
    do("a2", reference, WorkKind.ASSESS_RISK, assess(judgement="disagree"))
    assert peek(reference).band == band
    assert not open_items(reference, WorkKind.ASSESS_RISK)


@pytest.mark.parametrize("band", ["medium", "standard", "insufficient_information"])
def test_nobody_lowers_below_what_a_fact_says(researched, do, rows, peek, band):
    reference = researched(GRAVE)
    with pytest.raises(InvalidAnswer, match="at least high: strangulation within five years") as refused:
        do("a1", reference, WorkKind.ASSESS_RISK, assess(judgement="lower", band=band))
    assert refused.value.code == "below_floor"
    assert rows(RiskAssessment, reference) == []
    assert peek(reference).band == "critical"


def test_where_no_fact_holds_it_the_points_may_be_lowered(researched, do, peek):
    reference = researched(ASSAULT)
    assert peek(reference).band == "high"
    do("a1", reference, WorkKind.ASSESS_RISK, assess(judgement="lower", band="medium"))
    do("a2", reference, WorkKind.ASSESS_RISK, assess(judgement="agree"))
    assert peek(reference).band == "medium"


def test_a_floor_goes_with_the_fact_it_rested_on(researched, do, acting, crew, peek):
    reference = researched(GRAVE, ASSAULT)
    with acting(crew["r1"]) as act:
        next(each for each in decisions.findings(act.session, reference) if each.record["flags"]).withdrawn = True
        application = act.application(reference)
        act.record(application, "finding_withdrawn")
        lifecycle.refresh(act, application, because="finding_withdrawn")
    do("a1", reference, WorkKind.ASSESS_RISK, assess(judgement="lower", band="medium"))
    do("a2", reference, WorkKind.ASSESS_RISK, assess(judgement="agree"))
    assert peek(reference).band == "medium"


# deciding


def tell(reference, *numbers, **changes):
    return TELL | telling(*(f"{reference}:rms:R{number}" for number in numbers or (0,))) | changes


def blocking(items):
    """What the decision waits for; the referrals that a grave risk opens go on beside it."""
    return [item.kind for item in items if item.blocking]


def test_the_smallest_crew_decides_and_approves(convened, do, open_items, rows, peek):
    reference = convened(ASSAULT)
    do("c1", reference, WorkKind.DECIDE, tell(reference))
    assert blocking(open_items(reference)) == [WorkKind.APPROVE_DECISION]
    do("p1", reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "sound"})
    assert blocking(open_items(reference)) == []
    (approval,) = rows(Approval, reference)
    assert (approval.chair, approval.approver, approval.researchers) == ("c1", "p1", ["r1"])
    assert peek(reference).stage == Stage.PANEL_DECISION


@pytest.mark.parametrize(("who", "code"), [("c1", "approver_chaired"), ("r1", "approver_researched")])
def test_neither_chair_nor_researcher_approves(convened, do, who, code, rows):
    reference = convened(ASSAULT)
    do("c1", reference, WorkKind.DECIDE, tell(reference))
    with pytest.raises(Refused) as refusal:
        do(who, reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "mine"})
    assert refusal.value.code == code
    assert rows(Approval, reference) == []


@pytest.mark.parametrize("who", ["c1", "r1"])
def test_the_database_itself_refuses_such_an_approval(convened, do, sql, who):
    reference = convened(ASSAULT)
    do("c1", reference, WorkKind.DECIDE, tell(reference))
    with pytest.raises(IntegrityError):
        sql(
            "INSERT INTO approval VALUES (:d, :r, true, :who, 'c1', '[\"r1\"]', 'x', now())",
            d=f"{reference}:1", r=reference, who=who,
        )  # fmt: skip


def test_three_chairs_at_once_make_one_decision(convened, crew, store, rows, open_items):
    reference = convened(ASSAULT)
    (item,) = open_items(reference, WorkKind.DECIDE)
    start, told = threading.Barrier(3), {}

    def decide(who):
        with store.session() as session:
            act = Act(session=session, actor=crew[who], now=_later(0), playbook=playbook)
            start.wait()
            try:
                read_and_do(act, item, tell(reference))
                session.commit()
                told[who] = None
            except AlreadyDone as refusal:
                told[who] = refusal

    threads = [threading.Thread(target=decide, args=(who,)) for who in ("c1", "c2", "c3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    (decision,) = rows(Decision, reference)
    refusals = {who: refusal for who, refusal in told.items() if refusal is not None}
    assert set(told) - set(refusals) == {decision.chair}
    assert len(refusals) == 2
    for refusal in refusals.values():
        assert isinstance(refusal, AlreadyDecided)
        assert decision.chair in refusal.message
        assert decision.recorded_at.isoformat(timespec="seconds") in refusal.message


def test_a_chair_alone_is_no_panel(researched, do, rows):
    reference = researched(stage=Stage.PANEL_DECISION)
    with pytest.raises(InvalidAnswer) as refusal:
        do("c1", reference, WorkKind.CONVENE_PANEL, {"members": []})
    assert refusal.value.code == "no_quorum"
    assert rows(Panel, reference) == []


def test_a_researcher_neither_chairs_nor_convenes(researched, convene, do):
    reference = researched(stage=Stage.PANEL_DECISION)
    with pytest.raises(Refused) as refusal:
        do("r1", reference, WorkKind.CONVENE_PANEL, {})
    assert refusal.value.code == "researched"
    convene("c1", reference)
    with pytest.raises(Refused) as refusal:
        do("r1", reference, WorkKind.DECIDE, NOTHING)
    assert refusal.value.code == "researched"


def test_the_call_for_a_panel_names_who_could_be_asked_and_who_not(researched, open_items):
    reference = researched(stage=Stage.PANEL_DECISION)
    (item,) = open_items(reference, WorkKind.CONVENE_PANEL)
    assert item.subject["eligible"] == ["m1", "m2"]
    assert item.subject["conflicted"] == {"b.canarytwo": "may_be_named"}


def test_a_namesake_is_asked_only_with_a_word_why(researched, do):
    reference = researched(stage=Stage.PANEL_DECISION)
    seats = {"members": [{"staff": "b.canarytwo"}]}
    with pytest.raises(Refused) as refusal:
        do("c1", reference, WorkKind.CONVENE_PANEL, seats)
    assert refusal.value.code == "may_be_named"
    do("c1", reference, WorkKind.CONVENE_PANEL, seats | {"not_the_person_named": {"b.canarytwo": "no relation"}})


@pytest.mark.parametrize(("members", "code"), [(["nobody"], "unknown_staff"), (["p1"], "not_a_panel_member"),
                                               (["m1", "m1"], "member_twice"), (["r1"], "researched")])  # fmt: skip
def test_a_panel_is_made_of_panel_members(researched, do, members, code):
    reference = researched(stage=Stage.PANEL_DECISION)
    with pytest.raises(Refused) as refusal:
        do("c1", reference, WorkKind.CONVENE_PANEL, {"members": [{"staff": each} for each in members]})
    assert refusal.value.code == code


def test_members_answer_for_themselves_and_their_dissent_is_kept(researched, do, open_items, rows, acting, crew):
    reference = researched(ASSAULT, stage=Stage.PANEL_DECISION)
    meets = {"members": [{"staff": "m1"}, {"staff": "m2"}], "meets_at": _later(1).isoformat()}
    do("c1", reference, WorkKind.CONVENE_PANEL, meets)
    with pytest.raises(Refused) as refusal:
        do("c1", reference, WorkKind.DECIDE, tell(reference), key="chair")
    assert refusal.value.code == "members_unheard"
    (seat,) = [item for item in open_items(reference, WorkKind.DECIDE) if item.owner == "m1"]
    with pytest.raises(NotPermitted), acting(crew["m2"]) as act:
        work_queue.do(act, seat.id, REFUSE)
    do("m1", reference, WorkKind.DECIDE, REFUSE, key="m1")
    do("c1", reference, WorkKind.DECIDE, tell(reference), key="chair", now=_later(1))
    (decision,) = rows(Decision, reference)
    assert decision.dissent == [{"member": "m1", "outcome": "not_disclosed", "reasons": "all weighed"}]
    assert [row.member for row in rows(MemberAnswer, reference)] == ["m1"]
    assert not open_items(reference, WorkKind.DECIDE)  # nobody waits for m2 any longer


def test_a_member_with_an_interest_leaves_the_panel(convened, do, open_items, rows):
    reference = convened(ASSAULT, members=["m1", "m2"])
    do("m1", reference, WorkKind.DECIDE, REFUSE | {"declares_conflict": "his sister"}, key="m1")
    assert rows(MemberAnswer, reference) == []
    do("m2", reference, WorkKind.DECIDE, REFUSE, key="m2")
    do("c1", reference, WorkKind.DECIDE, tell(reference), key="chair")
    assert rows(Decision, reference)


def test_nothing_to_disclose_is_refused_with_a_qualifying_finding(convened, do, rows):
    reference = convened(ASSAULT)
    with pytest.raises(InvalidAnswer) as refusal:
        do("c1", reference, WorkKind.DECIDE, NOTHING)
    assert refusal.value.code == "qualifying_findings"
    assert rows(Decision, reference) == []


def test_somebody_elses_information_is_told_only_with_their_agreement(convened, do, rows, kinds):
    theirs = (SLIGHT[0], "qualifying", "other_force")
    reference = convened(SLIGHT, theirs)
    assert WorkKind.VALIDATE_WITH_OWNER in kinds(reference)
    with pytest.raises(InvalidAnswer) as refusal:
        do("c1", reference, WorkKind.DECIDE, tell(reference, 0, 1))
    assert refusal.value.code == "not_released"
    with pytest.raises(InvalidAnswer) as refusal:
        do("c1", reference, WorkKind.DECIDE, REFUSE)
    assert refusal.value.code == "owner_unheard"
    with pytest.raises(Refused) as refusal:
        do("r1", reference, WorkKind.VALIDATE_WITH_OWNER, {"agreed": False, "silent": True})
    assert refusal.value.code == "too_soon"
    do("r1", reference, WorkKind.VALIDATE_WITH_OWNER, {"agreed": True, "conditions": "not the place"})
    do("c1", reference, WorkKind.DECIDE, tell(reference, 0, 1))
    assert rows(Decision, reference)[0].items == [f"{reference}:rms:R0", f"{reference}:rms:R1"]


def test_refusing_where_the_risk_is_grave_takes_a_supervisor_and_an_approver(convened, do, open_items, rows):
    reference = convened(GRAVE)
    do("c1", reference, WorkKind.DECIDE, REFUSE)
    (item,) = open_items(reference, WorkKind.APPROVE_DECISION)
    assert item.role == Role.SUPERVISOR
    with pytest.raises(Refused):
        do("p1", reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "not mine to say"})
    do("s1", reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "protected in another way"})
    with pytest.raises(Refused) as refusal:
        do("s1", reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "and again"})
    assert refusal.value.code == "same_person"
    do("p1", reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "sound"})
    (decision,) = rows(Decision, reference)
    assert (decision.supervisor, decision.supervisor_reason) == ("s1", "protected in another way")


def test_sent_back_by_the_approver_it_is_decided_anew(convened, convene, do, peek, rows, open_items):
    reference = convened(SLIGHT)
    do("c1", reference, WorkKind.DECIDE, REFUSE)
    do("p1", reference, WorkKind.APPROVE_DECISION, {"approved": False, "reason": "which need?"})
    assert peek(reference).version == 2
    assert rows(Decision, reference)[0].superseded
    convene("c2", reference)
    with pytest.raises(AlreadyDecided):
        do("c2", reference, WorkKind.DECIDE, tell(reference, version=1))
    do("c2", reference, WorkKind.DECIDE, tell(reference, version=2))
    do("p1", reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "sound"})
    assert [row.approved for row in sorted(rows(Approval, reference), key=lambda row: row.decision_id)] == [False, True]


def test_a_decision_on_facts_that_changed_is_superseded(convened, do, acting, crew, peek, rows, open_items):
    reference = convened(ASSAULT)
    do("c1", reference, WorkKind.DECIDE, tell(reference))
    with acting(crew["r1"]) as act:
        (finding,) = decisions.findings(act.session, reference)
        finding.withdrawn = True
        application = act.application(reference)
        act.record(application, "finding_withdrawn")
        lifecycle.refresh(act, application, because="finding_withdrawn")
    assert peek(reference).version == 2
    assert rows(Decision, reference)[0].superseded
    assert blocking(open_items(reference)) == [WorkKind.CONVENE_PANEL]


def test_insufficient_information_goes_back_to_record_checks(convened, do, peek, rows, kinds):
    reference = convened(ASSAULT)
    answer = {"outcome": "insufficient_information", "rationale": "nobody asked probation", "search_again": ["rms"]}
    do("c1", reference, WorkKind.DECIDE, answer)
    application = peek(reference)
    assert (application.stage, application.version, application.outcome) == (Stage.RECORD_CHECKS, 2, None)
    assert rows(Decision, reference)[0].superseded
    assert WorkKind.RETURN_SEARCH in kinds(reference)


def test_what_is_decided_out_of_cycle_is_ratified_later_by_each_other_member(researched, convene, do, open_items):
    reference = researched(SLIGHT, stage=Stage.PANEL_DECISION)
    with pytest.raises(Refused) as refusal:
        convene("c1", reference, out_of_cycle=True)
    assert refusal.value.code == "not_urgent"
    reference = researched(GRAVE, stage=Stage.PANEL_DECISION, external_id="X-2")
    convene("c1", reference, out_of_cycle=True)
    do("c1", reference, WorkKind.DECIDE, tell(reference))
    do("p1", reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "sound"})
    items = open_items(reference, WorkKind.RATIFY_EMERGENCY)
    # neither who decided nor who researched it, nor whoever may be named in it
    assert {item.owner for item in items} == {"c2", "c3", "m1", "m2"}
    assert {item.subject["decision"] for item in items} == {f"{reference}:1"}
    assert not any(item.blocking for item in items)
    assert all(item.due_at > _later(24 * 13) for item in items)


def test_the_ledger_speaks_of_all_of_it(convened, do, acting):
    reference = convened(GRAVE, members=["m1"])
    do("m1", reference, WorkKind.DECIDE, REFUSE, key="m1")
    do("c1", reference, WorkKind.DECIDE, tell(reference), key="chair")
    do("p1", reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "sound"})
    with acting() as act:
        assert not audit.verify(act).broken


def _later(hours):
    return NOW + timedelta(hours=hours)


def test_an_applicant_whom_a_supervisor_did_not_clear_is_not_told(convened, do, sql, rows):
    reference = convened(ASSAULT)
    sql(
        "INSERT INTO applicant_sign (id, reference, code, found_at, cleared, answer, answered_by, answered_at)"
        " VALUES ('sign', :reference, 'same_person', now(), false, 'may be B', 'sup', now())",
        reference=reference,
    )
    with pytest.raises(InvalidAnswer) as refusal:
        do("c1", reference, WorkKind.DECIDE, tell(reference))
    assert refusal.value.code == "applicant_not_cleared"
    assert rows(Decision, reference) == []


def test_a_decision_that_was_overtaken_by_new_checks_is_asked_for_again_afterwards(convened, acting, crew, do, store):
    reference = convened(GRAVE)
    with acting(crew["r1"]) as act:
        application = act.application(reference)
        lifecycle.move(act, application, Stage.RECORD_CHECKS, because="reopened")
        asked = select(WorkItem).where(
            WorkItem.reference == reference, WorkItem.kind == WorkKind.DECIDE, WorkItem.done_at.is_(None)
        )
        assert {item.cancelled_why for item in act.session.scalars(asked)} == {"reopened"}
    with acting(crew["r1"]) as act:
        application = act.application(reference)
        application.stage = Stage.PANEL_DECISION  # the checks are made again
        act.record(application, "checked_again")
        lifecycle.refresh(act, application, because="gate_passed")
        assert {item.cancelled_at for item in act.session.scalars(asked)} == {None}
        assert work_items.blocking(act.session, application)
