"""Each rule of the gates of disclosure and follow-up catches its fault: rows are damaged, the gate is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from damaging import not_caught

from casebook.casework.core import lifecycle
from casebook.casework.disclosure import emergency
from casebook.domain.gates import GateOutcome
from casebook.domain.vocabulary import Stage
from casebook.storage.frames.builders import BUILDERS
from expectations.gate import ask
from expectations.gates import gate_of

DELIVERED = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
UNSAFE = "UPDATE contact_attempt SET occurred_at = '2026-03-02T20:00:00+00:00' WHERE purpose = "

# what is done to the database, and the rule that must hold the application for it
DISCLOSURE_DAMAGE = {
    "approved_decision": "UPDATE decision SET superseded = true",
    "approved_decision (next round)": "UPDATE application SET version = 2",
    "outcome_as_decided": "UPDATE application SET outcome = 'nothing_to_disclose'",
    "outcome_as_decided (none)": "UPDATE application SET outcome = NULL",
    "clock_met": "UPDATE clock SET met_at = NULL WHERE limit_name = 'whole_process'",
    "somebody_told": "UPDATE decision SET recipients = '[]'; DELETE FROM disclosed_item; DELETE FROM disclosure",
    "told_once": (
        "INSERT INTO disclosure SELECT 'twin', reference, decision_id, approved, kind, recipient, identity_checked, channel,"
        " verbal, exception_reason, undertaking, wording, support_offered, safety_plan, delivered_by, second_officer,"
        " override_id, occurred_at, recorded_at, attested_at FROM disclosure"
    ),
    "recipient_permitted": "UPDATE disclosure SET recipient = 'c'",
    "recipient_permitted (decided otherwise)": 'UPDATE decision SET recipients = \'[{"protector": "x"}]\'',
    "delivered": "DELETE FROM disclosed_item; DELETE FROM disclosure",
    "delivered (one of two)": 'UPDATE decision SET recipients = recipients || \'[{"protector": "x"}]\'',
    "kind_fits": "UPDATE disclosure SET kind = 'no_disclosure'",
    "approved": (
        "INSERT INTO decision SELECT 'other', reference, 7, chair, outcome, limbs, representations, recipients, items,"
        " wording, refusal_reason, rationale, dissent, supervisor_reason, supervisor, facts, policy, occurred_at,"
        " recorded_at, true FROM decision; INSERT INTO approval SELECT 'other', reference, true, approver, chair,"
        " researchers, reason, approved_at FROM approval; UPDATE disclosure SET decision_id = 'other'"
    ),
    "after_approval": "UPDATE approval SET approved_at = '2026-03-02T12:00:00+00:00'",
    "identity_checked": "UPDATE disclosure SET identity_checked = false",
    "in_person": "UPDATE disclosure SET channel = 'phone'",
    "in_person (in writing)": "UPDATE disclosure SET verbal = false",
    "in_person (nobody agreed)": "UPDATE disclosure SET channel = 'phone', exception_reason = 'quicker'",
    "contact_logged": "DELETE FROM contact_attempt",
    "contact_logged (another time)": "UPDATE disclosure SET occurred_at = occurred_at + interval '1 minute'",
    "undertaking": "UPDATE disclosure SET undertaking = 'not_needed'",
    "something_told": "DELETE FROM disclosed_item",
    "support_offered": "UPDATE disclosure SET support_offered = false",
    "safety_plan": "UPDATE disclosure SET safety_plan = '  '",
    "wording_approved": "UPDATE disclosure SET wording = 'my own words'",
    "words_read": "UPDATE disclosure SET words_digest = 'of others'",
    "words_read (none)": "UPDATE disclosure SET words_digest = NULL",
    "words_read (changed after approval)": "UPDATE decision SET words = words || ' She is called Anna.'",
    "words_read (another approval)": "UPDATE approval SET words_digest = 'x'; UPDATE disclosure SET words_digest = 'x'",
    "words_read (none agreed)": "UPDATE decision SET words = NULL",
    "only_what_was_decided": "UPDATE decision SET items = items - 0",
    "inside_safe_plan": UNSAFE + "'deliver'",
    "inside_safe_plan (agreed at night)": UNSAFE + "'arrange'",
    "inside_safe_plan (channel)": "UPDATE contact_attempt SET channel = 'text'",
    "inside_safe_plan (never agreed)": "UPDATE contact_attempt SET agreed_meeting = false",
    "inside_safe_plan (old)": (
        "UPDATE contact_attempt SET plan = jsonb_set(plan, '{confirmed_at}', '\"2026-01-01T00:00:00+00:00\"')"
    ),
    "inside_safe_plan (no plan)": "UPDATE contact_attempt SET plan = NULL",
    "inside_safe_plan (another's override)": (
        "INSERT INTO contact_override SELECT 'o', reference, 'c', 'threat_to_kill', 'x', 'i1', submitted_at FROM application;"
        " UPDATE contact_attempt SET override_id = 'o'"
    ),
    "follow_up_offered": "DELETE FROM follow_up WHERE limit_name = 'follow_up_7d'",
    "follow_up_offered (not)": "UPDATE follow_up SET offered = false",
    "follow_up_offered (no choice)": "UPDATE follow_up SET chosen = ''",
}
FOLLOW_UP_DAMAGE = {
    "application_there": None,
    "outcome_as_decided": "UPDATE application SET outcome = 'withdrawn'",
    "told": "DELETE FROM disclosed_item; DELETE FROM disclosure",
    "everybody_told": "UPDATE application SET applicant = 'third_party'",
    "support_offered": "UPDATE disclosure SET support_offered = false",
    "all_offered": "DELETE FROM follow_up WHERE limit_name = 'follow_up_28d'",
    "danger_answered": "UPDATE work_item SET kind = 'record_crime', done_at = NULL, done_by = NULL, cancelled_at = NULL",
    "risk_assessed_again": (
        "INSERT INTO risk_score (id, reference, model, inputs, inputs_digest, band, priority, score, contributions,"
        " uncertainty, computed_at, superseded) SELECT 's', reference, '1', '{}', 'd', 'medium', 'standard', 20, '[]', '[]',"
        " submitted_at, false FROM application"
    ),
    "closing_summary": "UPDATE application SET band = 'high'",
    "closing_summary (before the last contact)": (
        "UPDATE application SET band = 'high'; INSERT INTO closing_summary (id, reference, told, safety_plan, open_referrals,"
        " said, written_by, written_at) SELECT 'x', reference, 't', 'p', 'none', 's', 's1', submitted_at FROM application"
    ),
    "closing_summary (by no supervisor)": (
        "UPDATE application SET band = 'high'; INSERT INTO closing_summary (id, reference, told, safety_plan, open_referrals,"
        " said, written_by, written_at) SELECT 'x', reference, 't', 'p', 'none', 's', 'd1', '2027-01-01' FROM application"
    ),
    "two_officers": "UPDATE disclosure SET second_officer = NULL",
    "trained": "UPDATE competence SET expires_on = '2026-03-01', granted_on = '2025-01-01'",
    "contacts_ended": "UPDATE follow_up SET result = NULL",
    "contacts_ended (unknown)": "UPDATE follow_up SET result = 'fine'",
    "reached_in_log": "UPDATE contact_attempt SET reached = false WHERE purpose = 'follow_up'",
    "inside_window": "UPDATE follow_up SET closed_at = closed_at - interval '7 days' WHERE result = 'reached'",
    "attempts_enough": "UPDATE follow_up SET result = 'exhausted', closure_approved_by = 's1'",
    "closure_approved": "UPDATE follow_up SET result = 'exhausted'",
    "closure_approved (no supervisor)": "UPDATE follow_up SET result = 'exhausted', closure_approved_by = 'd2'",
    "inside_safe_plan": UNSAFE + "'follow_up'",
    "inside_safe_plan (message)": "UPDATE contact_attempt SET left_message = true WHERE purpose = 'follow_up'",
    "emergency_judged": "UPDATE emergency_disclosure SET ratified_by = NULL",
    "emergency_judged (decided out of cycle)": (
        "INSERT INTO panel SELECT 'hasty', reference, version, 'c1', '[]', '[]', '[]', now(), true, 2, 'c1', now()"
        " FROM application"
    ),
    "ratified_as_answered": "UPDATE ratification SET ratified = false",
    "ratified_as_answered (a tie)": "UPDATE ratification SET ratified = false WHERE member = 'c2'",
    "ratified_as_answered (nobody)": "DELETE FROM ratification",
    "ratified_as_answered (who authorised it)": "UPDATE ratification SET member = 'i1' WHERE member = 'c1'",
}


@pytest.fixture
def verdict(store):
    def ask_about(stage, reference):
        gate = gate_of(stage)
        with store.session() as session:
            rows = BUILDERS[stage](session, [reference])
        frames = {
            frame.name: pd.DataFrame(
                rows[frame.name], columns=None if rows[frame.name] else ["reference", *frame.columns]
            )
            for frame in gate.frames
        }
        return ask(gate, frames)

    return ask_about


@pytest.fixture
def finished(delivered, do, acting, crew):
    """Everything done: one contact made, two declined; told in an emergency before, and that ratified."""
    chosen = {"follow_up_24h": {"chosen": "accepted"}} | {
        limit: {"chosen": "declined"} for limit in ("follow_up_7d", "follow_up_28d")
    }
    reference = delivered(answer={"follow_up": chosen})
    do("d2", reference, "attest_delivery", {"present": True, "told_as_recorded": True})
    with acting(crew["i1"], now=DELIVERED) as act:
        emergency.disclose(act, reference, recipient="a", channel="phone", reason="he is near", told="that he is",
                           not_in_person_because="no time")  # fmt: skip
    do("i1", reference, "immediate_safeguarding", {"actions": ["no_danger_found"], "incident_number": "I-1"})
    for member in ("c1", "c2"):
        answer = {"ratified": True, "reasons": "there was no time"}
        do(member, reference, "ratify_emergency", answer, key=member)
    with acting(now=DELIVERED + timedelta(hours=2)) as act:
        lifecycle.move(act, act.application(reference), Stage.FOLLOW_UP, because="gate_passed")
    next_day = DELIVERED + timedelta(days=1)
    made = {"result": "reached", "channel": "phone", "support_offered": True, "occurred_at": next_day.isoformat()}
    do("d1", reference, "contact_follow_up", made, now=next_day)
    return reference


def test_a_careful_delivery_passes(delivered, verdict):
    for number, outcome in enumerate(("disclosed_to_a", "nothing_to_disclose", "out_of_scope")):
        reference = delivered(outcome, external_id=f"X-{number}", b_surname=f"Other{number}")
        assert verdict("disclosure", reference).outcome is GateOutcome.PASSES, outcome


def test_the_fixed_words_for_another_applicant_pass_without_visit_or_offers(decided, do, verdict):
    reference = decided(
        "nothing_to_disclose", applicant="third_party", c_forename="C", c_surname="Three", c_phone="07700900003"
    )
    when = datetime(2026, 3, 23, 12, 0, tzinfo=UTC)
    told = {"recipient": "c", "wording": "1", "channel": "phone", "verbal": True, "support_offered": True}
    do("d1", reference, "deliver_no_disclosure", told, now=when)
    assert verdict("disclosure", reference).outcome is GateOutcome.PASSES
    assert verdict("follow_up", reference).outcome is GateOutcome.PASSES


def test_each_damage_to_a_delivery_is_held_by_its_rule(delivered, owners):
    assert not_caught(owners, Stage.DISCLOSURE, delivered(), DISCLOSURE_DAMAGE) == {}


def test_each_damage_to_a_finished_follow_up_is_held_by_its_rule(finished, owners):
    assert not_caught(owners, Stage.FOLLOW_UP, finished, FOLLOW_UP_DAMAGE) == {}


@pytest.mark.parametrize(("stage", "damages"), [("disclosure", DISCLOSURE_DAMAGE), ("follow_up", FOLLOW_UP_DAMAGE)])
def test_every_rule_has_a_damage_that_it_catches(stage, damages):
    gate = gate_of(stage)
    codes = {rule.code for frame in gate.frames for rule in frame.rules}
    assert codes == {name.partition(" ")[0] for name in damages}
