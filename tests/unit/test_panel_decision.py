"""What a panel may decide, who may sit on it, when it may decide and who may approve."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from casebook.domain.actors import Actor
from casebook.domain.case.agreed_words import Passage
from casebook.domain.case.panel import (
    Attendance,
    Sitter,
    Ties,
    may_be_minor,
    may_be_named,
    why_not_approve,
    why_not_explain,
    why_not_out_of_cycle,
    why_not_sit,
    why_not_yet,
)
from casebook.domain.case.panel_decision import (
    INSUFFICIENT,
    DecisionBasis,
    Draft,
    HeldFinding,
    Limb,
    Recipient,
    needs_supervisor,
    why_not_decide,
)
from casebook.domain.risk.risk_assessment import Judgement, RecordedJudgement, effective, why_not_judge
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.vocabulary import Band, Outcome, Role
from casebook.policies import panel_refusals, wording

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
MET = dict.fromkeys(Limb, True)
QUALIFIES = HeldFinding(id="f1", standing=Disclosability.QUALIFYING)
SUPPORTS = HeldFinding(id="f2", standing=Disclosability.SUPPORTING)
SAYS_NOTHING = HeldFinding(id="f3", standing=Disclosability.NOT)
THEIRS = HeldFinding(id="f4", standing=Disclosability.QUALIFYING, owner="other_force")
TELL = Draft(
    outcome=Outcome.DISCLOSED_TO_A,
    limbs=MET,
    items=("f1",),
    recipients=(Recipient(party="a"),),
    representations_told=True,
    wording="1",
    passages=(Passage(item="f1", phrases=("worries",)),),
)
REFUSE = Draft(
    outcome=Outcome.NOT_DISCLOSED,
    limbs=MET | {Limb.NECESSARY: False},
    refusal="not_necessary",
    representations_told=True,
)
NOTHING = Draft(outcome=Outcome.NOTHING_TO_DISCLOSE, limbs=MET | {Limb.NECESSARY: False}, representations_told=True)


def said(items):
    return tuple(Passage(item=item, phrases=("worries",)) for item in items)


def held(*findings, minor=False):
    return DecisionBasis(
        findings=findings,
        minor=minor,
        refusals=panel_refusals.load(),
        wording=wording.load("1"),
        told={finding.id: ("conviction", {}) for finding in findings},
    )


def code(draft, *findings, minor=False):
    reason = why_not_decide(draft, held(*findings, minor=minor))
    return reason.code if reason else None


@pytest.mark.parametrize("draft", [TELL, REFUSE], ids=["tell", "refuse"])
def test_a_whole_decision_stands(draft):
    assert code(draft, QUALIFIES, SUPPORTS, SAYS_NOTHING) is None


def test_nothing_to_disclose_stands_where_nothing_qualifies():
    assert code(NOTHING, SUPPORTS, SAYS_NOTHING) is None


def test_nothing_to_disclose_is_impossible_with_a_qualifying_finding():
    assert code(NOTHING, SUPPORTS, QUALIFIES) == "qualifying_findings"
    assert code(replace(NOTHING, refusal="nothing_held"), replace(THEIRS, agreed=False)) == "qualifying_findings"


@pytest.mark.parametrize("draft", [TELL, REFUSE, NOTHING])
@pytest.mark.parametrize("limb", Limb)
def test_every_outcome_answers_every_limb(draft, limb):
    limbs = {each: met for each, met in draft.limbs.items() if each is not limb}
    assert code(replace(draft, limbs=limbs), SUPPORTS) == "limb_unanswered"


@pytest.mark.parametrize("limb", Limb)
def test_nothing_is_told_unless_every_limb_is_met(limb):
    assert code(replace(TELL, limbs=MET | {limb: False}), QUALIFIES) == "limb_not_met"


def test_insufficient_information_needs_no_test():
    assert code(Draft(outcome=INSUFFICIENT, limbs={}), QUALIFIES) is None


def test_whether_the_subject_is_heard_is_always_answered():
    assert code(replace(TELL, representations_told=False), QUALIFIES) == "representations_unanswered"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"refusal": None}, "refusal_reason_missing"),
        ({"refusal": "relationship_ended"}, "not_a_reason"),
        ({"refusal": "because"}, "not_a_reason"),
        ({"refusal": "nothing_held"}, "not_a_reason"),  # allowed, for another outcome
        ({"refusal": "no_pressing_need"}, "limb_contradicts"),
        ({"refusal": "owner_refuses"}, "owner_agrees"),
        ({"items": ("f1",)}, "items_without_disclosure"),
    ],
)
def test_a_refusal_has_a_reason_from_the_list(change, told):
    assert code(replace(REFUSE, **change), QUALIFIES) == told


def test_an_ended_relationship_is_no_reason_and_says_why():
    reason = why_not_decide(replace(REFUSE, refusal="relationship_ended"), held(QUALIFIES))
    assert "more danger" in reason.message


def test_a_refusing_owner_is_a_reason_beside_the_test():
    draft = replace(REFUSE, limbs=MET, refusal="owner_refuses")
    assert code(draft, replace(THEIRS, agreed=False)) is None
    assert code(draft, replace(THEIRS, agreed=False), QUALIFIES) == "owner_agrees"


@pytest.mark.parametrize("draft", [REFUSE, replace(REFUSE, outcome=Outcome.OUT_OF_SCOPE, refusal="another_force")])
def test_nothing_is_refused_before_its_owner_has_answered(draft):
    assert code(draft, THEIRS) == "owner_unheard"
    assert code(draft, replace(THEIRS, agreed=True)) is None


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ((), "no_items"),
        (("nobody's",), "unknown_item"),
        (("f3",), "item_does_not_qualify"),
        (("f1", "f4"), "not_released"),
        (("f1", "f2"), None),
    ],
)
def test_an_item_is_a_confirmed_finding_that_may_be_released(items, told):
    assert code(replace(TELL, items=items, passages=said(items)), QUALIFIES, SUPPORTS, SAYS_NOTHING, THEIRS) == told


@pytest.mark.parametrize(("agreed", "told"), [(True, None), (False, "not_released"), (None, "not_released")])
def test_what_is_under_conditions_is_released_by_agreement_even_if_it_is_ours(agreed, told):
    conditional = HeldFinding(id="f1", standing=Disclosability.QUALIFYING, handling="C", agreed=agreed)
    assert code(TELL, conditional) == told


def test_pending_proceedings_are_weighed():
    pending = replace(THEIRS, agreed=True, proceedings_pending=True)
    draft = replace(TELL, items=("f4",), passages=said(("f4",)))
    assert code(draft, pending) == "proceedings_unweighed"
    assert code(replace(draft, proceedings_considered=True), pending) is None


@pytest.mark.parametrize(
    ("outcome", "recipients", "minor", "told"),
    [
        ("disclosed_to_a", [], False, "recipient_missing"),
        ("disclosed_to_a", [Recipient(party="c")], False, "bad_recipient"),
        ("disclosed_to_a", [Recipient()], False, "bad_recipient"),
        ("disclosed_to_a", [Recipient(party="a", protector="mother")], False, "bad_recipient"),
        ("disclosed_to_a", [Recipient(party="a")], True, "minor_alone"),
        ("disclosed_to_a", [Recipient(party="a", with_childrens_services=True)], True, None),
        ("disclosed_to_protector", [Recipient(party="a")], False, "recipient_missing"),
        ("disclosed_to_protector", [Recipient(protector="mother")], False, "protector_unexplained"),
        ("disclosed_to_protector", [Recipient(protector="mother", why="lives there")], True, None),
        ("disclosed_to_a", [Recipient(party="a"), Recipient(protector="mother", why="lives there")], False, None),
    ],
)
def test_only_the_person_at_risk_or_a_protector_is_told(outcome, recipients, minor, told):
    assert code(replace(TELL, outcome=outcome, recipients=tuple(recipients)), QUALIFIES, minor=minor) == told


@pytest.mark.parametrize(
    ("passages", "told"),
    [
        ((), "item_without_words"),
        ((Passage(item="f1", phrases=()),), "item_without_words"),
        ((Passage(item="f1", phrases=("worries",)),) * 2, "words_of_no_item"),
        ((Passage(item="f1", phrases=("worries",)), Passage(item="f2", phrases=("worries",))), "words_of_no_item"),
        ((Passage(item="f1", phrases=("worries", "Her name is Anna")),), "unknown_phrase"),
        ((Passage(item="f1", phrases=("cautioned",)),), "phrase_of_another_kind"),
        ((Passage(item="f1", phrases=("convicted",)),), "fact_not_told"),  # neither year nor offence is known
    ],
)
def test_a_disclosure_says_each_item_in_approved_phrases(passages, told):
    assert code(replace(TELL, passages=passages), QUALIFIES, SUPPORTS) == told


def test_only_a_disclosure_has_words_of_its_own():
    assert code(replace(REFUSE, passages=TELL.passages), QUALIFIES) == "words_without_disclosure"


def test_a_disclosure_names_its_wording():
    assert code(replace(TELL, wording=None), QUALIFIES) == "wording_missing"


@pytest.mark.parametrize(
    ("outcome", "band", "needed"),
    [
        ("not_disclosed", "high", True),
        ("not_disclosed", "critical", True),
        ("out_of_scope", "critical", True),
        ("not_disclosed", "medium", False),
        ("nothing_to_disclose", "high", False),
        ("disclosed_to_a", "critical", False),
    ],
)
def test_refusing_where_the_risk_is_grave_needs_a_supervisor(outcome, band, needed):
    assert needs_supervisor(outcome, band) is needed


MEMBER = Sitter(id="m1", roles=frozenset({Role.PANEL_MEMBER}))
TIES = Ties(researchers=frozenset({"r1"}), restricted=False, named=frozenset(), surnames=frozenset({"canaryone"}))


@pytest.mark.parametrize(
    ("sitter", "ties", "told"),
    [
        (MEMBER, TIES, None),
        (None, TIES, "unknown_staff"),
        (replace(MEMBER, suspended=True), TIES, "suspended"),
        (replace(MEMBER, roles=frozenset({Role.APPROVER})), TIES, "not_a_panel_member"),
        (replace(MEMBER, id="r1"), TIES, "researched"),
        (MEMBER, replace(TIES, restricted=True), "restricted"),
        (MEMBER, replace(TIES, restricted=True, named=frozenset({"m1"})), None),
        (replace(MEMBER, id="j.Canaryone-2"), TIES, "may_be_named"),
    ],
)
def test_conflicts_of_interest_are_found(sitter, ties, told):
    reason = why_not_sit(sitter, ties)
    assert (reason.code if reason else None) == told


def test_a_namesake_sits_once_somebody_has_said_who_they_are_not():
    namesake = replace(MEMBER, id="canaryone")
    assert why_not_sit(namesake, TIES, said_unrelated={"canaryone"}) is None
    assert not may_be_named("canaryoned", TIES.surnames)
    assert not may_be_named("li", {"li"})  # too short to tell anything


@pytest.mark.parametrize(
    ("asked", "answered", "minutes", "quorum", "agencies", "told"),
    [
        ("", "", 0, 1, 0, None),
        ("m1", "", -1, 1, 0, "members_unheard"),
        ("m1", "", 0, 1, 0, None),  # the meeting has begun
        ("m1", "m1", -1, 2, 0, None),
        ("m1", "", 0, 2, 0, "no_quorum"),
        ("m1", "m1", 0, 2, 1, "no_quorum"),
        ("m1 c1", "m1 c1", 0, 3, 0, "no_quorum"),  # a chair who sat as a member counts once
    ],
)
def test_the_chair_waits_for_the_members_and_the_quorum(*, asked, answered, minutes, quorum, agencies, told):
    present = Attendance(
        asked=frozenset(asked.split()), answered=frozenset(answered.split()), agencies=frozenset(), meets_at=NOW
    )
    reason = why_not_yet(
        present, chair="c1", now=NOW + timedelta(minutes=minutes), quorum=quorum, agencies_in_quorum=agencies
    )
    assert (reason.code if reason else None) == told


def actor(staff_id, *roles):
    return Actor(id=staff_id, roles=frozenset(roles))


@pytest.mark.parametrize(
    ("staff_id", "told"),
    [("p1", None), ("c1", "approver_chaired"), ("r1", "approver_researched"), ("s1", "same_person")],
)
def test_the_approver_neither_chaired_nor_researched_nor_answered_for_it(staff_id, told):
    reason = why_not_approve(actor(staff_id, Role.APPROVER), chair="c1", supervisor="s1", researchers={"r1"})
    assert (reason.code if reason else None) == told


def test_the_approver_did_nothing_else_on_the_application():
    asked = {"chair": "c1", "supervisor": None, "researchers": {"r1"}}
    assert why_not_approve(actor("m1", Role.APPROVER), **asked, worked=True).code == "approver_worked"
    assert why_not_approve(actor("m1", Role.APPROVER), **asked, worked=False) is None


@pytest.mark.parametrize(
    ("staff_id", "role", "told"),
    [
        ("s1", Role.SUPERVISOR, None),
        ("s1", Role.APPROVER, "not_permitted"),
        ("c1", Role.SUPERVISOR, "same_person"),
        ("r1", Role.SUPERVISOR, "supervisor_researched"),
    ],
)
def test_the_supervisor_who_answers_for_a_grave_refusal_is_another_person(staff_id, role, told):
    reason = why_not_explain(actor(staff_id, role), chair="c1", researchers={"r1"})
    assert (reason.code if reason else None) == told


@pytest.mark.parametrize(
    ("priority", "band", "allowed"),
    [("urgent", None, True), ("immediate", "standard", True), ("standard", "high", True), ("high", "medium", False)],
)
def test_only_what_cannot_wait_is_decided_out_of_cycle(priority, band, allowed):
    assert (why_not_out_of_cycle(priority, band) is None) is allowed


@pytest.mark.parametrize(
    ("born", "minor"),
    [
        ("2008-03-03", True),  # 18 tomorrow
        ("2008-03-02", False),  # 18 today
        ("2008", True),  # perhaps not yet
        ("2007", False),
        ("2008-03", True),
        ("2008-02", False),
        (None, False),
        ("unknown", False),
    ],
)
def test_a_person_who_could_be_under_18_counts_as_such(born, minor):
    assert may_be_minor(born, date(2026, 3, 2)) is minor


def judged(band, *, scored=Band.MEDIUM, lowers=False, agreed=None, of_this_score=True):
    return RecordedJudgement(band=band, scored=scored, lowers=lowers, agreed=agreed, of_this_score=of_this_score)


@pytest.mark.parametrize(
    ("said", "band"),
    [
        ([], Band.MEDIUM),
        ([judged(Band.HIGH)], Band.HIGH),  # one person raises
        ([judged(Band.STANDARD, lowers=True)], Band.MEDIUM),  # nobody has agreed yet
        ([judged(Band.STANDARD, lowers=True, agreed=False)], Band.MEDIUM),
        ([judged(Band.STANDARD, lowers=True, agreed=True)], Band.STANDARD),
        ([judged(Band.STANDARD, lowers=True, agreed=True, of_this_score=False)], Band.MEDIUM),  # new facts undo it
        ([judged(Band.HIGH, of_this_score=False)], Band.HIGH),  # and leave a raise
        ([judged(Band.CRITICAL), judged(Band.HIGH, lowers=True, agreed=True)], Band.HIGH),
        ([judged(Band.HIGH, scored=Band.HIGH, of_this_score=False)], Band.MEDIUM),  # confirming is no raise
    ],
)
def test_one_person_raises_a_band_and_two_lower_it(said, band):
    assert effective(Band.MEDIUM, said) is band


@pytest.mark.parametrize(
    ("judgement", "to", "second", "told"),
    [
        (Judgement.CONFIRM, None, False, None),
        (Judgement.CONFIRM, Band.HIGH, False, "band_contradicts"),
        (Judgement.RAISE, None, False, "band_missing"),
        (Judgement.RAISE, Band.HIGH, False, None),
        (Judgement.RAISE, Band.STANDARD, False, "band_contradicts"),
        (Judgement.RAISE, Band.MEDIUM, False, "band_contradicts"),
        (Judgement.LOWER, Band.INSUFFICIENT_INFORMATION, False, None),
        (Judgement.LOWER, Band.HIGH, False, "band_contradicts"),
        (Judgement.AGREE, None, False, "wrong_judgement"),
        (Judgement.AGREE, None, True, None),
        (Judgement.CONFIRM, None, True, "wrong_judgement"),
    ],
)
def test_a_judgement_says_what_it_does(judgement, to, second, told):
    reason = why_not_judge(judgement, present=Band.MEDIUM, to=to, second=second)
    assert (reason.code if reason else None) == told
