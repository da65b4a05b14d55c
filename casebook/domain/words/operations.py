"""The words of the codes that operations see: commands, the board, escalations, alarms and the forecast."""

from __future__ import annotations

from casebook.domain.words.scheme import ROLE
from casebook.domain.words.vocabulary import Vocabulary

COMMAND = Vocabulary("Commands", {
    "import_applications": "import applications",
    "load_source": "load a source",
    "accept_missing_rows": "accept rows that did not land",
    "reconcile": "wake open applications",
    "triage": "rank past applications",
    "see_review": "see the review",
    "lead_review": "lead the review",
    "examine_review": "examine past applications",
    "refer_review": "refer past applications",
    "receive_enquiry": "receive an enquiry",
    "sweep": "run the sweep",
    "recompute_deadlines": "recalculate deadlines",
    "analyse": "analyse decisions",
    "see_signals": "see signals",
    "look_back": "look back",
    "verify_ledger": "verify the ledger",
    "seal_ledger": "seal the ledger",
    "export_application": "export an application",
    "administer_staff": "administer staff",
    "confirm_staff": "confirm a change of an account",
    "suspend_staff": "suspend staff",
    "list_applications": "list applications",
    "list_work": "list work",
    "claim_work": "claim work",
    "show_application": "show an application",
    "find": "find applications by the people in them",
    "see_other_cases": "see more than the cases one sits on",
    "see_personal_detail": "see personal detail",
    "find_conflict": "find a conflict of interest",
    "raise_priority": "raise a priority",
    "lower_priority": "lower a priority",
    "open_safeguarding": "open immediate safeguarding",
    "restrict": "restrict an application",
    "lift_restriction": "lift a restriction",
    "hold": "set a legal hold",
    "dispose": "erase personal detail",
    "override_gate": "override a gate",
    "override_contact": "override a safe-contact plan",
    "disclose_in_emergency": "disclose in an emergency",
    "contact": "contact somebody",
    "narrow_contact": "narrow or stop a safe-contact plan",
    "close_early": "close early",
    "reopen": "reopen what ended early",
    "merge": "merge duplicates",
    "add_information": "add information",
    "correct_submission": "correct the moment of submission",
    "update_circumstances": "update circumstances",
    "take_application": "take an application down by hand",
    "allocate": "give work to others",
    "check_open_case": "dip-check an open case",
    "add_note": "write a note",
    "take_call": "record a call that came in",
    "attach": "attach a paper",
    "call_panel_meeting": "call a meeting of the panel and note who came",
    "record_statement": "record what an agency said to the panel",
    "enquire": "ask an agency",
    "renew_watch": "renew a watch",
    "adopt_policy": "adopt a document of policy",
    "see_policies": "see the documents of policy",
    "back_test": "test a document on past cases",
})  # fmt: skip
DOCUMENT = Vocabulary("Documents of policy", {
    "scheme": "policy of the scheme",
    "risk_model": "risk model",
    "wording": "wording and help lines",
    "panel_refusals": "grounds on which a panel may refuse",
    "review": "numbers of the review",
    "monitor": "numbers of the monitor",
})  # fmt: skip
AREA = Vocabulary("What a document of policy changes", {
    "limit": "time limit",
    "work": "work item",
    "step": "step",
    "priority": "priority",
})  # fmt: skip
EFFECT = Vocabulary("What another document would change", {
    "stricter": "sooner due",
    "less_strict": "later due",
    "safer": "more is checked, or more people agree",
    "less_safe": "less is checked, or fewer people agree",
    "changed": "other than now",
})  # fmt: skip
STEP = Vocabulary("Steps that a document of policy decides", {
    "source": "source to search",
    "search_again": "search made again before the decision",
    "panel_is_enough": "the panel that decided was enough",
    "questionnaires": "questionnaires accepted",
    "questionnaire_percent": "questions of a questionnaire answered, in per cent",
    "questionnaire_by": "stage by which the questionnaire is due",
    "people_at_delivery": "people at a delivery",
    "trained_at_delivery": "trained people at a delivery",
    "attempts": "attempts before closing for no engagement",
    "plan_stale_days": "days until a safe-contact plan is confirmed again",
    "names_one_by_one": "people of the name read one by one",
    "names_listed": "people of the name on a list",
    "variants": "variants of a person to search",
    "watch_months": "months of watch after closing",
    "escalated": "notified to the next level because nobody claimed it",
    "band": "risk band",
    "priority": "priority",
    "searched": "searched",
    "not_searched": "not searched",
    "mandatory": "mandatory",
    "not_mandatory": "not mandatory",
    "no_limit": "no limit",
    "yes": "yes",
    "no": "no",
})  # fmt: skip
ACT_ORIGIN = Vocabulary("Through what somebody acted", {
    "machine": "at the machine",
    "desk": "at the desk",
    "engine": "the system itself",
})  # fmt: skip
ORIGIN = Vocabulary("Where a document comes from", {
    "shipped": "came with the software",
    "adopted": "adopted by two people",
    "amended": "an earlier document and the keys that a later release reads",
})  # fmt: skip
STATE = Vocabulary("Columns of the board", {
    "on_time": "on time",
    "due_soon": "due soon",
    "overdue": "overdue",
    "held": "held by data quality",
    "waiting_for_source": "waiting for a source",
})  # fmt: skip
ESCALATION = Vocabulary("Causes of an escalation", {
    "overdue": "overdue",
    "overrun": "a limit has passed",
    "gate_hold": "held by a gate, and nobody corrects it",
    "unclaimed": "not claimed",
    "unchanged": "no change for too long",
    "engine_failed": "the engine failed repeatedly",
    "panel_too_late": "the panel meets too late",
    "crew_short": "below minimum staffing",
    "calendar_ends": "the checked bank holidays end soon",
    "silence": "not acknowledged",
    "unreachable": "nobody on duty at this level",
})  # fmt: skip
SHORT_OF = Vocabulary("What minimum staffing lacks", ROLE.words, also={
    "people_to_deliver": "people to deliver a disclosure",
    "trained:domestic_abuse": "somebody trained in domestic abuse",
})  # fmt: skip
TRAINING = Vocabulary("Training", {"domestic_abuse": "domestic abuse"})
ALARM = Vocabulary("Alarms of the engine", {
    "run_failed": "a run failed",
    "run_crashed": "a run crashed",
    "pool_unhealthy": "the work pool is not ready",
    "sweep_missed": "no sweep was completed",
})  # fmt: skip
PART = Vocabulary("Parts that are watched", {
    "sweep": "the sweep",
    "dispatcher": "the dispatcher",
    "sealer": "the ledger is not sealed, or a seal does not reach its place",
    "outbox": "wake-ups are not taken",
    "notifier": "notices are not received",
})  # fmt: skip
CHANNEL_FAULT = Vocabulary("Why a notice was not received", {
    "no_channel": "no channel for this role",
    "unknown_channel": "the channel is not known",
    "no_answer": "the receiver did not answer",
    "not_accepted": "the receiver did not accept it",
})  # fmt: skip
SCENARIO = Vocabulary("Scenarios of the forecast", {
    "as_it_is": "as it is",
    "one_more_researcher": "with one more researcher",
    "one_more_panel_slot": "with one more panel slot",
})  # fmt: skip
NO_FORECAST = Vocabulary("Why there is no forecast", {
    "too_little_history": "{weeks_of_history} weeks of history; a forecast needs {weeks_needed}, so there is none",
    "nothing_decided_and_delivered_yet": "nothing was researched, decided and delivered yet, so there is no forecast",
})  # fmt: skip
ACCOUNT_CHANGE = Vocabulary("Changes of accounts", {
    "account": "new account",
    "role": "new role",
    "token": "new token",
    "reinstatement": "end of a suspension",
    "bootstrap": "account made by one person alone",
})  # fmt: skip
TOLD = Vocabulary("What somebody is told about their own work", {
    "case_given": "you are the case officer now",
    "case_taken_back": "you are the case officer no longer",
    "work_given": "a work item was given to you",
    "work_taken_back": "a work item was taken from you",
    "reminder_due": "a reminder of today",
    "case_checked": "a supervisor looked at your work on a case",
    "digest_late": "late this morning",
    "digest_due_today": "due today",
    "covers_for": "you cover for a colleague who will be away",
})  # fmt: skip
EXCEPTION = Vocabulary("Exceptions", {
    "contact_override": "contact outside the safe-contact plan",
    "safe_contact_changed": "a safe-contact plan was changed",
    "safe_contact_not_agreed": "a second person did not agree to a change of a safe-contact plan",
    "grave_risk_not_disclosed": "not disclosed although the risk is grave",
    "delivery_not_attested": "nobody can attest a delivery as its second officer",
    "delivery_told_otherwise": "the second officer says that a delivery was otherwise than recorded",
    "words_departed_from": "the agreed words of a disclosure were departed from",
    "words_opened_late": "the agreed words of a disclosure were first opened after it was told",
    "not_ratified": "an emergency decision was not ratified",
    "quorum_out_of_reach": "too few people may answer for the quorum: appoint another chair or member, who takes a free seat",
    "signed_at_once": "signed within seconds of opening it",
    "not_told_in_person": "not told in person",
    "not_told_of_transfer": "the applicant was not told about the transfer",
    "not_asked_about_the_name": "others of the name are not told apart, and nobody says that the applicant was asked",
    "not_done": "nobody did it after every escalation level",
})  # fmt: skip

ALL = (
    ACT_ORIGIN,
    COMMAND, STATE, ESCALATION, SHORT_OF, TRAINING, ALARM, PART, CHANNEL_FAULT, SCENARIO, NO_FORECAST, EXCEPTION,
    ACCOUNT_CHANGE, TOLD,
    DOCUMENT, ORIGIN, AREA, EFFECT, STEP,
)  # fmt: skip
