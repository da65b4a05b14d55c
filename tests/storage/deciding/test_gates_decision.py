"""Each rule of the gates of risk scoring and of deciding catches its fault: rows are damaged, the gate is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from damaging import not_caught
from signing import telling

from casebook.domain.gates import GateOutcome
from casebook.domain.vocabulary import Stage, WorkKind
from casebook.errors import InvalidAnswer
from casebook.storage.frames.builders import BUILDERS
from expectations.gate import ask
from expectations.gates import gate_of

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
STRANGLED = {
    "offence_text": "strangulation", "victim_relationship": "ex_partner", "victim_id": "V1", "flags": ["strangulation"],
}  # fmt: skip
GRAVE = (STRANGLED, "qualifying", None)
THEIRS = (STRANGLED, "supporting", "other_force")
LIMBS = {limb: {"met": True, "reasons": "because"} for limb in ("necessary", "pressing_need", "proportionate")}
HEARD = {"representations": {"invited": False, "reasons": "danger"}, "rationale": "all weighed", "limbs": LIMBS}

# what is done to the database, and the rule that must hold the application for it
SCORE_DAMAGE = {
    "score_there": "DELETE FROM risk_assessment; UPDATE risk_score SET superseded = true",
    "answers_there": "UPDATE risk_score SET superseded = true",
    "score_recomputes": "UPDATE risk_score SET score = score - 0.0625",
    "score_recomputes (contribution)": "UPDATE risk_score SET contributions = contributions - 0",
    "score_recomputes (inputs)": "UPDATE risk_score SET inputs = jsonb_set(inputs, '{subject_records}', '[]')",
    "score_recomputes (model)": "UPDATE risk_score SET model = 'risk-model-0/1'",
    "band_known": "UPDATE risk_score SET band = 'green'",
    "score_assessed": "UPDATE risk_assessment SET superseded = true",
    "score_assessed (blank)": "UPDATE risk_assessment SET assessed_by = ' '",
    "lowered_by_two": "UPDATE risk_assessment SET lowers = true",
    "answers_scored": "UPDATE instrument_answer SET answer = 'no' WHERE question = 'q1'",
    "answers_scored (one lost)": "DELETE FROM instrument_answer WHERE question = 'q1'",
    "unknown_counted": "UPDATE risk_score SET uncertainty = '[]'",
    "questionnaire_settled": "DELETE FROM instrument_shortfall",
    "questionnaire_settled (not asked for)": "UPDATE instrument_shortfall SET why = 'no_more'",
    "questionnaire_settled (not accepted)": (
        "UPDATE instrument_shortfall SET why = 'no_more', accepted = false, accepted_by = 's1'"
    ),
    "questionnaire_settled (by nobody)": "UPDATE instrument_shortfall SET why = 'no_more', accepted = true",
}
# other phrases of the same items, with the words that they make: only the approver's words tell the difference
CHANGED_WORDS = (
    "UPDATE decision SET words = replace(words, 'What we hold about this person makes us worry for the safety of a partner.',"
    " 'It involved strangulation.'), passages = replace(passages::text, 'worries', 'involved')::jsonb"
)
DECISION_DAMAGE = {
    "decision_there": "UPDATE decision SET superseded = true",
    "limbs_there": "UPDATE application SET version = version + 1",
    "outcome_known": (
        "ALTER TABLE decision DROP CONSTRAINT ck_decision_outcome; UPDATE decision SET outcome = 'no_concerns'"
    ),
    "rationale_given": "UPDATE decision SET rationale = '  '",
    "representations_weighed": "UPDATE decision SET representations = '{}'",
    "chair_named": "UPDATE decision SET chair = ''",
    "approved": "DELETE FROM approval",
    "approved (sent back)": "UPDATE approval SET approved = false",
    "two_people": "UPDATE decision SET chair = 'p1'",
    "fits_findings": "UPDATE decision SET outcome = 'nothing_to_disclose'",
    "test_met": "UPDATE decision SET limbs = jsonb_set(limbs, '{necessary,met}', 'false')",
    "items_chosen": "UPDATE decision SET items = '[]'",
    "recipients_named": "UPDATE decision SET recipients = '[]'",
    "wording_named": "UPDATE decision SET wording = NULL",
    "words_agreed": "UPDATE decision SET words = words || ' She is called Anna.'",
    "words_agreed (none)": "UPDATE decision SET words = NULL",
    "words_agreed (other phrases)": "UPDATE decision SET passages = jsonb_set(passages, '{0,phrases}', '[\"against\"]')",
    "words_agreed (another item)": "UPDATE decision SET passages = jsonb_set(passages, '{0,item}', '\"x\"')",
    "words_agreed (none of a version)": "UPDATE decision SET wording = '0'",
    "words_approved": "UPDATE approval SET words_digest = 'of others'",
    "words_approved (none)": "UPDATE approval SET words_digest = NULL",
    "words_approved (changed by phrases)": CHANGED_WORDS,
    "refusal_reasoned": "UPDATE decision SET outcome = 'not_disclosed', refusal_reason = NULL",
    "grave_refusal_explained": "UPDATE decision SET outcome = 'not_disclosed'",
    "grave_refusal_explained (by nobody)": (
        "UPDATE decision SET outcome = 'not_disclosed', supervisor = 's1', supervisor_reason = ' '"
    ),
    "facts_current": "UPDATE finding SET qualifies = 'supporting' WHERE qualifies = 'qualifying'",
    "questionnaire_settled": "DELETE FROM instrument_shortfall",
    "quorum_reached": "UPDATE panel SET quorum = 3",
    "quorum_reached (no panel)": "DELETE FROM panel",
    "limb_answered": "UPDATE decision SET limbs = limbs - 'proportionate'",
    "limb_answered (neither)": "UPDATE decision SET limbs = limbs #- '{proportionate,met}'",
    "limb_reasoned": "UPDATE decision SET limbs = jsonb_set(limbs, '{necessary,reasons}', '\" \"')",
    "items_confirmed": "UPDATE decision SET items = '[\"somebody else''s\"]'",
    "items_confirmed (not)": "UPDATE finding SET qualifies = 'not'",
    "items_released": "UPDATE owner_agreement SET agreed = false",
    "items_released (never asked)": "DELETE FROM owner_agreement",
    "approver_no_researcher": "UPDATE search SET returned_by = 'p1'",
    "chair_no_researcher": "UPDATE candidate SET reviewed_by = 'c1'",
}


@pytest.fixture
def verdict(store):
    def ask_about(stage, reference):
        gate = gate_of(stage)
        with store.session() as session:
            rows = BUILDERS[stage](session, [reference])
        tables = {
            frame.name: pd.DataFrame(
                rows[frame.name], columns=None if rows[frame.name] else [*frame.columns, "reference"]
            )
            for frame in gate.frames
        }
        return ask(gate, tables)

    return ask_about


@pytest.fixture
def scored(researched, acting, crew, do, fill_once):
    """An application whose score somebody confirmed."""

    def make(*, answers=(("q1", "yes"), ("q2", "unknown"))):
        return fill_once(("scored", repr(answers)), lambda: fill(answers))

    def fill(answers):
        from casebook.casework.core import lifecycle  # noqa: PLC0415
        from casebook.storage.tables import InstrumentAnswer  # noqa: PLC0415

        reference = researched(GRAVE)
        with acting(crew["r1"]) as act:
            application = act.application(reference)
            for question, answer in answers:
                act.session.add(
                    InstrumentAnswer(
                        id=f"{reference}:{question}", reference=reference, instrument="DASH", instrument_version="2009",
                        question=question, answer=answer, answered_at=act.now, recorded_by="r1", superseded=False,
                    )
                )  # fmt: skip
            act.record(application, "asked")
            lifecycle.refresh(act, application, because="asked")
        do("a1", reference, WorkKind.ASSESS_RISK, {"judgement": "confirm", "reason": "it fits"})
        return reference

    return make


@pytest.fixture
def approved(convened, do, fill_once):
    """An application whose disclosure was decided and approved; one item is another force's."""

    def fill():
        reference = convened(GRAVE, THEIRS)
        items = [f"{reference}:rms:R{number}" for number in (0, 1)]
        do("r1", reference, WorkKind.VALIDATE_WITH_OWNER, {"agreed": True})
        tell = {"outcome": "disclosed_to_a", **telling(*items), "recipients": [{"party": "a"}], "wording": "1", **HEARD}
        do("c1", reference, WorkKind.DECIDE, tell)
        do("p1", reference, WorkKind.APPROVE_DECISION, {"approved": True, "reason": "sound"})
        return reference

    return fill_once("approved, with an item of another force", fill)


def held(verdict):
    assert not verdict.faults
    return {result.code for result in verdict.holding}


def test_a_score_without_an_instrument_passes_if_it_says_so(scored, verdict, sql):
    reference = scored(answers=())
    assert verdict(Stage.RISK_SCORING, reference).outcome is GateOutcome.PASSES
    sql("UPDATE risk_score SET uncertainty = '[]'")
    assert "unknown_counted" in held(verdict(Stage.RISK_SCORING, reference))


def test_each_damage_to_a_judged_score_is_held_by_its_rule(scored, owners):
    assert not_caught(owners, Stage.RISK_SCORING, scored(), SCORE_DAMAGE) == {}


@pytest.mark.parametrize(
    ("known", "unknown", "passes"),
    [
        (27, 0, True),
        (22, 5, True),  # 81 in 100 of the 27 questions of DASH
        (21, 6, False),  # 77 in 100
        (2, 0, False),
        (0, 27, False),  # not known is no answer
    ],
)
def test_a_questionnaire_must_be_as_complete_as_policy_asks(scored, verdict, sql, known, unknown, passes):
    answers = [(f"q{number}", "no") for number in range(1, known + 1)]
    answers += [(f"q{number}", "unknown") for number in range(known + 1, known + unknown + 1)]
    reference = scored(answers=answers)
    sql("DELETE FROM instrument_shortfall")
    failed = held(verdict(Stage.RISK_SCORING, reference))
    assert failed == (set() if passes else {"questionnaire_settled"})


def test_the_questionnaire_is_asked_for_until_another_person_accepts_less(
    researched, do, sql, crew, verdict, open_items
):
    reference = researched(GRAVE)
    sql("DELETE FROM instrument_shortfall")
    do("a1", reference, WorkKind.ASSESS_RISK, {"judgement": "confirm", "reason": "it fits"})
    (asked,) = open_items(reference, WorkKind.COMPLETE_INSTRUMENT)
    assert asked.blocking
    given = {"name": "DASH", "answers": {"q1": "yes", "q2": "no"}}
    for wrong, code in (
        ({}, "answers_or_reason"),
        ({"declined_because": "no", "no_more_because": "no"}, "answers_or_reason"),
        ({"declined_because": "she would not"}, "nobody_asked"),
    ):
        with pytest.raises(InvalidAnswer) as caught:
            do("a1", reference, WorkKind.COMPLETE_INSTRUMENT, wrong)
        assert caught.value.code == code
    do("a1", reference, WorkKind.COMPLETE_INSTRUMENT, {"instrument": given})
    (again,) = open_items(reference, WorkKind.COMPLETE_INSTRUMENT)
    assert (again.subject["known"], again.subject["of"]) == (2, 27)
    do("a1", reference, WorkKind.COMPLETE_INSTRUMENT, {"no_more_because": "she was not asked more"})
    (accept,) = open_items(reference, WorkKind.ACCEPT_LESS)
    assert accept.role == "supervisor"
    do("s1", reference, WorkKind.ACCEPT_LESS, {"accepted": False, "reason": "ask her the rest"})
    assert open_items(reference, WorkKind.COMPLETE_INSTRUMENT)
    do("a1", reference, WorkKind.COMPLETE_INSTRUMENT, {"no_more_because": "she cannot be reached"})
    do("s1", reference, WorkKind.ACCEPT_LESS, {"accepted": True, "reason": "what there is will do"})
    assert not open_items(reference, WorkKind.COMPLETE_INSTRUMENT)
    do("a1", reference, WorkKind.ASSESS_RISK, {"judgement": "confirm", "reason": "as before"})
    assert verdict(Stage.RISK_SCORING, reference).outcome is GateOutcome.PASSES


def test_each_damage_to_an_approved_disclosure_is_held_by_its_rule(approved, owners):
    assert not_caught(owners, Stage.PANEL_DECISION, approved, DECISION_DAMAGE) == {}


@pytest.mark.parametrize(
    ("stage", "damage"), [(Stage.RISK_SCORING, SCORE_DAMAGE), (Stage.PANEL_DECISION, DECISION_DAMAGE)]
)
def test_every_rule_has_a_fixture_that_breaks_it(stage, damage):
    gate = gate_of(stage)
    rules = {rule.code for frame in gate.frames for rule in frame.rules}
    assert rules == {code.partition(" ")[0] for code in damage}


def test_a_score_that_did_not_recompute_is_made_again_once_somebody_has_looked(scored, sql, acting, crew, verdict):
    from casebook.casework import work_queue  # noqa: PLC0415
    from casebook.casework.core import lifecycle  # noqa: PLC0415
    from casebook.storage.tables import WorkItem  # noqa: PLC0415

    reference = scored()
    sql("UPDATE risk_score SET score = 0 WHERE NOT superseded")
    with acting(crew["a1"]) as act:
        lifecycle.leave(act, act.application(reference), verdict(Stage.RISK_SCORING, reference))
    with acting(crew["a1"], now=NOW + timedelta(hours=1)) as act:
        (item,) = act.session.query(WorkItem).filter_by(kind=WorkKind.MEND_QUALITY).all()
        work_queue.do(act, item.id, {"done": "mended", "explanation": "an edit from outside"})
    assert held(verdict(Stage.RISK_SCORING, reference)) == {"score_assessed"}
