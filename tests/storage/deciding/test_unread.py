"""Nobody signs what they have not opened: an assessment, a member's answer, a decision, an approval."""

from __future__ import annotations

import pytest
from signing import telling

from casebook.casework import work_queue
from casebook.casework.panel_decision import panel_pack
from casebook.casework.reporting import viewing
from casebook.domain.vocabulary import WorkKind
from casebook.errors import NotPermitted

ASSAULT = ({"offence_text": "assault occasioning actual bodily harm", "victim_relationship": "ex_partner",
            "victim_id": "V1"}, "qualifying", None)  # fmt: skip
TELL = {
    "outcome": "disclosed_to_a", "recipients": [{"party": "a"}], "wording": "1", "rationale": "all weighed",
    "representations": {"invited": False, "reasons": "it would put her in danger"},
    "limbs": {limb: {"met": True, "reasons": "because"} for limb in ("necessary", "pressing_need", "proportionate")},
}  # fmt: skip


@pytest.fixture
def sign(acting, crew, open_items):
    """Answer without opening anything; gives the reason code of the refusal, or None."""

    def answer(who, reference, kind, given, key=None):
        (item,) = [item for item in open_items(reference, kind) if key is None or item.key.partition(":")[2] == key]
        try:
            with acting(crew[who]) as act:
                work_queue.do(act, item.id, given)
        except NotPermitted as refusal:
            return refusal.code
        return None

    return answer


def test_an_unread_assessment_is_refused_and_an_unread_raise_is_not(researched, sign, acting, crew):
    reference = researched(ASSAULT)
    unread = {"judgement": "confirm", "reason": "it fits"}
    assert sign("a1", reference, WorkKind.ASSESS_RISK, unread) == "not_opened"
    with acting(crew["a2"]) as act:  # what another person reads does not count
        viewing.show(act, reference)
    assert sign("a1", reference, WorkKind.ASSESS_RISK, unread) == "not_opened"
    raised = {"judgement": "raise", "band": "critical", "reason": "he was released this morning"}
    assert sign("a1", reference, WorkKind.ASSESS_RISK, raised) is None


def test_a_member_who_opened_before_the_facts_changed_reads_again(convened, sign, acting, crew, sql):
    reference = convened(ASSAULT, members=["m1"])
    with acting(crew["m1"]) as act:
        panel_pack.printed(act, reference)
    sql("UPDATE finding SET qualifies = 'supporting' WHERE reference = :reference", reference=reference)
    answer = {"outcome": "insufficient_information", "rationale": "too little"}
    assert sign("m1", reference, WorkKind.DECIDE, answer, key="m1") == "not_opened"
    with acting(crew["m1"]) as act:
        panel_pack.printed(act, reference)
    assert sign("m1", reference, WorkKind.DECIDE, answer, key="m1") is None


def test_a_pack_handed_over_on_paper_counts_for_whoever_got_it(convened, sign, acting, crew):
    reference = convened(ASSAULT, members=["m1", "m2"])
    with acting(crew["s1"]) as act:
        panel_pack.printed(act, reference, handed_to="m1")
        with pytest.raises(NotPermitted):
            panel_pack.printed(act, reference, handed_to="nobody")
    answer = {"outcome": "insufficient_information", "rationale": "too little"}
    assert sign("m2", reference, WorkKind.DECIDE, answer, key="m2") == "not_opened"
    assert sign("m1", reference, WorkKind.DECIDE, answer, key="m1") is None


def test_a_chair_reads_what_the_members_answered(convened, sign, acting, crew, do):
    reference = convened(ASSAULT, members=["m1"])
    with acting(crew["c1"]) as act:
        panel_pack.printed(act, reference)
    answer = {"outcome": "insufficient_information", "rationale": "too little", "search_again": ["rms"]}
    do("m1", reference, WorkKind.DECIDE, answer, key="m1")
    assert sign("c1", reference, WorkKind.DECIDE, answer, key="chair") == "not_opened"


def test_an_unread_approval_is_refused(convened, sign, do, open_items, crew, acting):
    reference = convened(ASSAULT)
    do("c1", reference, WorkKind.DECIDE, TELL | telling(f"{reference}:rms:R0"))
    approved = {"approved": True, "reason": "sound"}
    assert sign("p1", reference, WorkKind.APPROVE_DECISION, approved) == "not_opened"
    with acting(crew["p1"]) as act:
        viewing.show(act, reference)
    assert sign("p1", reference, WorkKind.APPROVE_DECISION, approved) is None


def test_a_conflict_is_declared_without_reading(convened, sign):
    reference = convened(ASSAULT, members=["m1", "m2"])
    declared = {"outcome": "not_disclosed", "rationale": "none", "declares_conflict": "he is my neighbour"}
    assert sign("m1", reference, WorkKind.DECIDE, declared, key="m1") is None
