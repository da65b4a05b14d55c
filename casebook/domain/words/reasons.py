"""The words of reasons: why something was opened, moved, raised, cancelled or told, also where the code has several parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from casebook.domain.words.checks import DOUBT, SOURCE_FAULT
from casebook.domain.words.deciding import OVERRIDE, PAUSE, REFUSAL
from casebook.domain.words.operations import ACCOUNT_CHANGE, ALARM, ESCALATION, EXCEPTION, SHORT_OF, TOLD
from casebook.domain.words.scheme import FLAG, LIMIT, OUTCOME, PRIORITY, STAGE, WORK
from casebook.domain.words.vocabulary import NOTHING, Vocabulary, spelled

CAUSE = Vocabulary("Causes of danger and of a priority", {
    "immediate_danger": "immediate danger",
    "pregnant": "the person at risk is pregnant",
    "children_in_household": "children in the household",
    "danger_unknown": "not known whether there is danger",
    "intake": "as received",
    "risk": "the assessed risk",
    "lowered_by_two_people": "lowered by two people",
    "repeat_application": "repeat application",
    "several_applicants": "several applicants ask about the same subject",
    "possible_match_not_reviewed": "a possible match with a high-risk indicator, not reviewed",
    "possible_match_overdue": "a possible match with a high-risk indicator was not reviewed within the hour",
    "safeguarding_overdue": "safeguarding is overdue",
    "limit_passed": "the time limit has passed",
    "applicant_says_immediate_danger": "the applicant says there is immediate danger",
    "danger_heard_at_call": "danger heard when somebody rang",
    "subject_rang": "the subject rang: they may know of the application",
    "danger_heard_at_meeting": "danger heard at the meeting",
    "danger_heard_at_located": "danger heard when the person at risk was located",
    "danger_heard_at_delivery": "danger heard at the delivery",
    "danger_heard_at_follow_up": "danger heard at a follow-up contact",
    "danger_heard_after_transfer": "danger heard after the transfer",
    "danger_heard_when_asked": "danger heard when somebody asked",
    "person_at_risk_not_found": "the person at risk was not found",
    "rejected_row_tells_of_danger": "a rejected row of a file tells of danger",
    "self_reported": "reported by the person at risk",
    "new_threat": "a new threat",
    "escalating_violence": "escalating violence",
    "person_at_risk_asked": "the person at risk asked",
    "partner_agency_asked": "a partner agency asked",
    "release_from_custody": "release from custody",
    "emergency_disclosure": "an emergency disclosure",
    "other": "another reason",
})  # fmt: skip
BECAUSE = Vocabulary("Reasons for an event", {
    "danger_told": "what was taken down tells of danger",
    "submitted": "taken down whole",
    "call_taken": "a call came in",
    "taken_over": "taken over from an earlier list",
    "danger_not_answered": "nobody could say yet whether there is danger",
    "call_acted_on": "a call was acted on",
    "answer_superseded": "an answer was superseded",
    "application_received": "the application was received",
    "approver_sent_back": "the approver sent it back",
    "assurance": "quality assurance",
    "by_hand": "started by a member of staff",
    "closed": "the application is closed",
    "closed_early": "closed early",
    "corrected": "a corrected file was imported",
    "death": "a death",
    "decided_otherwise": "the second decision differs",
    "decision_superseded": "the decision was set aside",
    "differing": "the reviewers differ",
    "dismissed_once": "one person dismissed it, a second must agree",
    "disposed": "personal detail was erased",
    "circumstances_changed": "circumstances changed",
    "child_known": "a child is known of",
    "crime_reported": "a crime was reported",
    "grave_risk_known": "the risk is known to be high",
    "referral_made": "a referral was made",
    "told_at_contact": "told at a contact",
    "enquiry": "somebody came forward",
    "enquiry_opened": "an agency enquiry was opened",
    "extract_loaded": "a newer extract was loaded",
    "facts_changed": "the facts changed",
    "finding": "the review found a failure",
    "gate_passed": "the gate passed",
    "gone": "the past application may not be reviewed any more",
    "information_added": "information was added",
    "submission_corrected": "the moment of submission was corrected",
    "insufficient_information": "there is not enough information to decide",
    "linked": "linked with another application",
    "may_be_linked": "another application may be about the same person",
    "link_across_restriction": "a link across a restriction",
    "restriction_lifted": "the restriction was lifted",
    "made_urgent": "made urgent",
    "merged": "merged into another application",
    "monitor_signal": "a signal of the monitor",
    "neglected": "it was idle",
    "new_record": "a new record about the subject",
    "delivery_not_attested": "nobody can attest a delivery as its second officer",
    "delivery_told_otherwise": "the second officer says that a delivery was otherwise than recorded",
    "words_missing": "no words were agreed for the disclosure",
    "words_changed": "the words of the disclosure are not those that were approved",
    "words_departed_from": "the agreed words of a disclosure were departed from",
    "not_ratified": "an emergency decision was not ratified",
    "quorum_out_of_reach": "too few people may answer for the quorum: appoint another chair or member, who takes a free seat",
    "in_words": "a reason given in words",
    "panel_has_ruled": "enough members of the panel have answered",
    "not_reached": "the applicant was not reached",
    "out_of_cycle": "decided before the next panel",
    "overridden by two people": "overridden by two people",
    "override_seconded": "a gate override was agreed",
    "panel_conflicted": "the panel has a conflict of interest",
    "reconciled": "all open applications were woken",
    "reopened": "record checks were reopened",
    "reopened_after_end": "reopened after an early end",
    "restricted_before": "what it follows from is restricted",
    "retention_over": "the retention period is over",
    "record_names_partner": "a new record names a partner without an application",
    "retrospective_review": "the review of past applications",
    "return_too_old": "a return is too old",
    "shipped": "it came with the software",
    "later_release": "a later release reads more keys",
    "policy_recomputed": "it came under another policy",
    "source_became_mandatory": "the policy asks for another source",
    "review": "listed by the review",
    "reviewer_left": "the reviewer is not available",
    "safe_contact_set": "a safe-contact plan was set",
    "second_look": "a second look is due",
    "sent_back": "the panel asked for more information",
    "serious_injury": "a serious injury",
    "settled": "the cause has passed",
    "source_retry": "a source is asked again",
    "source_to_ask": "a source must be asked",
    "staff_suspended": "a member of staff was suspended",
    "stepped": "a step was recorded",
    "supervisor_sent_back": "the supervisor sent it back",
    "suspension": "a suspension",
    "transferred": "transferred to another force",
    "unfrozen": "unfrozen",
    "unmerged": "merging was undone",
    "warned_before_telling": "a warning before it was told",
    "whole_register": "all past applications",
})  # fmt: skip
PROPOSAL = Vocabulary("What needs a second person", {
    "dispose": "erase personal detail",
    "lift_restriction": "lift the restriction",
    "release_hold": "end the legal hold",
    "unfreeze": "unfreeze",
    "withdrawn": "close as withdrawn",
    "no_engagement": "close for no engagement",
    "not_told_in_person": "tell other than in person",
    "pack": "panel pack",
    "decide_out_of_cycle": "decide before the next panel",
})  # fmt: skip

# a code may stand in several of these: the first has it
SIMPLE = (
    TOLD,
    ESCALATION,
    CAUSE,
    BECAUSE,
    PROPOSAL,
    EXCEPTION,
    PAUSE,
    OVERRIDE,
    OUTCOME,
    DOUBT,
    WORK,
    ALARM,
    SOURCE_FAULT,
    REFUSAL,
)


_CODE = re.compile(r"[A-Za-z][\w-]*(:[^\s:]+)*")


def reason(code: object) -> str:
    """The words of a reason, however many parts its code has: `gate_held:intake`, `meet_applicant_done`."""
    if code is None or code == "":
        return NOTHING
    text = str(code)
    if words := next((vocabulary.words[text] for vocabulary in SIMPLE if text in vocabulary.words), None):
        return words
    if not _CODE.fullmatch(text):
        return text  # somebody's own sentence
    head, colon, rest = text.partition(":")
    if colon and head in COMPOSED:
        sentence, say = COMPOSED[head]
        return sentence.format(say(rest))
    if text.removesuffix("_done") in WORK.words:
        return f"work done: {WORK.of(text.removesuffix('_done'))}"
    return f"{reason(head)}: {spelled(rest)}" if colon else spelled(text)


def _limits(rest: str) -> str:
    return ", ".join(map(LIMIT.of, rest.split("+")))


def _stage_and_rule(rest: str) -> str:
    stage, _, rule = rest.partition(":")
    return f"{STAGE.of(stage)} ({spelled(rule)})"


def _transfer(rest: str) -> str:
    force, *others = rest.split(":")
    names = ("accepted by", "their reference")
    return "".join([force, *(f", {name} {other}" for name, other in zip(names, others, strict=False))])


def _account_change(rest: str) -> str:
    change, _, staff_id = rest.partition(":")
    return f"{ACCOUNT_CHANGE.of(change)} ({staff_id})"


COMPOSED: Mapping[str, tuple[str, Callable[[str], str]]] = MappingProxyType({
    "account_change": ("changed account: {}", _account_change),
    "another_force": ("transferred to {}", str),
    "code_not_understood": ("value not understood in column {}", str),
    "crew_short": ("below minimum staffing: {}", SHORT_OF.of),
    "date_not_understood": ("date not understood in column {}", str),
    "impossible_date": ("impossible date in column {}", str),
    "engine": ("alarm of the engine: {}", ALARM.of),
    "gate_broken": ("the gate of {} is broken", STAGE.of),
    "gate_drift": ("an application that passed would fail now: {}", _stage_and_rule),
    "gate_held": ("the gate of {} holds it", STAGE.of),
    "harm": ("reported: {}", reason),
    "immediate_safeguarding": ("immediate safeguarding: {}", reason),
    "lethality_sign": ("high-risk indicator: {}", FLAG.of),
    "lower_priority": ("lower the priority to {}", PRIORITY.of),
    "not_done": ("nobody did this after every escalation level: {}", WORK.of),
    "overrun": ("a limit has passed: {}", _limits),
    "merge": ("merge into {}", str),
    "ratify": ("ratify {}", reason),
    "transfer": ("transfer to {}", _transfer),
    "unmerge": ("undo the merging into {}", str),
    "undecodable": ("text not readable in column {}", str),
    "unusable_windows": ("safe times not usable in column {}", str),
    "watch": ("found by the watch: {}", FLAG.of),
})  # fmt: skip

ALL = (CAUSE, BECAUSE, PROPOSAL)
