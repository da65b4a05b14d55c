"""The words of the codes of risk, panel, disclosure, follow-up and contact."""

from __future__ import annotations

from casebook.domain.words.vocabulary import Vocabulary

BAND = Vocabulary("Risk bands", {
    "standard": "standard",
    "medium": "medium",
    "high": "high",
    "critical": "critical",
    "insufficient_information": "not enough information",
})  # fmt: skip
TIER = Vocabulary("Tiers of offence groups", {
    "grave": "grave",
    "harmful": "harmful",
    "other": "other",
    "unmapped": "not graded",
})  # fmt: skip
QUALIFIES = Vocabulary("Whether a finding could be disclosed", {
    "qualifying": "could be disclosed",
    "supporting": "could be disclosed with others",
    "not": "could not be disclosed",
})  # fmt: skip
BASIS = Vocabulary("What an offence was graded by", {"code": "its code", "text": "its words", "none": "nothing"})
FACTOR = Vocabulary("Lines of a score", {
    "record": "record",
    "lethality_signs": "high-risk indicators",
    "frequency": "frequency",
    "victims": "several victims",
    "serial": "serial subject",
    "escalation": "escalating violence",
    "instrument": "risk questionnaire",
    "instrument_unknown": "open questions of the questionnaire",
    "vulnerability": "vulnerability of the person at risk",
    "earlier_applications": "earlier applications",
    "circumstance": "present circumstance",
    "floor": "lowest possible band",
})  # fmt: skip
UNCERTAIN = Vocabulary("What is uncertain in a score", {
    "unknown_answer": "without yes or no in the instrument",
    "unknown_question": "answered that the instrument's form does not have",
    "unknown_instrument": "the instrument is none of those known",
    "no_instrument": "no instrument was used",
    "no_record": "no record about the subject: a nil is not a clearance",
    "unmapped_offence": "an offence that neither code nor words grade",
    "graded_by_text": "an offence graded by its words alone",
    "unknown_kind": "a kind of record that is not known",
    "unknown_flag": "a flag that is not known",
    "unknown_date": "no readable date: taken as today",
    "partial_date": "a date in part: taken as late as it can be",
    "future_date": "a date after today: taken as today",
    "unknown_victim": "no victim is named",
    "unknown_relationship": "nobody says who the victim was to the subject",
    "ungraded_intelligence": "intelligence without a full grading",
    "doubtful_intelligence": "intelligence graded so low that it starts no count",
    "unnumbered_record": "no record number: counted apart from every other",
    "differing_versions": "versions of one record differ: the graver counts",
    "unknown_vulnerability": "a vulnerability that no table names",
    "unknown_circumstance": "a circumstance that no table names",
    "earlier_applications_unknown": "nobody says whether there were earlier applications",
    "unknown_input": "something came along that scoring does not know",
    "unreviewed_candidate": "a possible match that nobody has reviewed",
    "unreachable_source": "a source that could not be reached",
    "unsearched_source": "a source that was not searched",
    "unknown_gap": "something else is still open",
    "near_threshold": "the unknown answers could lift the count of yes to the form's threshold",
})  # fmt: skip
JUDGEMENT = Vocabulary("Judgements of a score", {
    "confirm": "confirm the band",
    "raise": "raise the band",
    "lower": "lower the band",
    "agree": "agree to the lower band",
    "disagree": "do not agree to the lower band",
})  # fmt: skip
INSTRUMENT = Vocabulary("Risk questionnaires", {"DASH": "DASH", "SAFELIVES": "SafeLives", "DARA": "DARA"})
CIRCUMSTANCE = Vocabulary("Circumstances that change", {
    "pregnancy": "pregnant",
    "children": "children born",
    "living_together": "living together",
    "relationship": "B is to A",
    "address": "address of A",
    "subject_address": "address of B",
})  # fmt: skip
INCOMPLETE = Vocabulary("Why a risk questionnaire is not complete", {
    "declined": "the person at risk declined",
    "no_more": "no more answers can be had",
})  # fmt: skip
LIMB = Vocabulary("Limbs of the test", {
    "necessary": "necessary to protect from a crime",
    "pressing_need": "pressing need",
    "proportionate": "proportionate",
})  # fmt: skip
REFUSAL = Vocabulary("Grounds for not disclosing", {
    "not_necessary": "telling would not protect the person at risk from a crime",
    "no_pressing_need": "there is no pressing need to tell",
    "not_proportionate": "telling would interfere with the subject's rights more than protection asks for",
    "telling_raises_risk": "telling would put the person at risk in greater danger",
    "owner_refuses": "the originator does not agree to the release",
    "prejudices_proceedings": "telling now would prejudice pending proceedings",
    "nothing_held": "no information is held on the details given",
    "nothing_qualifies": "what is held shows no harm to anybody",
    "subject_not_identified": "the subject cannot be identified after every effort",
    "never_intimate": "the two are not, and never were, partners",
    "another_scheme": "the concern belongs to another disclosure scheme",
    "another_force": "another force deals with it",
    "relationship_ended": "the relationship has ended",
    "person_at_risk_knows": "the person at risk knows already",
    "person_at_risk_to_blame": "the person at risk is to blame",
    "too_old": "it is too long ago",
    "subject_objects": "the subject objects",
    "workload": "too much work",
})  # fmt: skip
AGENCY = Vocabulary("Agencies", {
    "childrens_services": "children's services",
    "adult_services": "adult services",
    "idva": "independent domestic violence adviser (IDVA)",
    "marac": "MARAC",
    "regulator": "regulator",
    "police": "police",
    "probation": "probation",
    "health": "health services",
    "housing": "housing",
    "education": "education",
    "youth_justice": "youth justice",
    "crime": "crime recorded",
    "other": "another agency",
})  # fmt: skip
TOLD = Vocabulary("Where a crime was told", {"concern": "the concern", "contact": "a contact"})
REFERRAL_ANSWER = Vocabulary("What an agency answers to a referral", {
    "accepted": "accepted",
    "declined": "declined",
    "none_yet": "no answer yet",
})  # fmt: skip
REFERRED = Vocabulary("People to refer", {
    "children": "children",
    "adult_at_risk": "an adult at risk",
    "regulator": "the regulator",
})  # fmt: skip
SAFEGUARDED = Vocabulary("What was done about immediate danger", {
    "attended": "officers attended",
    "arrest": "arrest",
    "protective_notice": "protective notice",
    "person_at_risk_safe": "the person at risk is safe",
    "welfare_check": "welfare check",
    "no_danger_found": "no danger found",
})  # fmt: skip
FOUND = Vocabulary("How the person at risk was", {
    "seen_alone": "seen alone",
    "safe": "safe, not seen alone",
    "not_found": "not found",
})  # fmt: skip
TEXT = Vocabulary("Approved texts", {
    "disclosure": "disclosure",
    "no_disclosure": "no disclosure",
    "not_told_apart": "others of the name who could not be told apart",
    "out_of_scope": "out of scope",
    "another_scheme": "passed on to another scheme",
    "subject_not_identified": "who the subject is could not be found out",
    "transferred": "transferred to another force",
    "to_others": "to whoever applied for somebody else",
})  # fmt: skip
TOLD_FACT = Vocabulary("What a phrase may tell of a record", {
    "year": "the year",
    "offence": "the kind of offence",
    "victim": "what the victim was to the subject",
    "indicators": "high-risk indicators",
})  # fmt: skip
UNDERTAKING = Vocabulary("Undertakings to keep confidential", {
    "signed": "signed",
    "refused_weighed": "signature refused, and the refusal weighed",
})  # fmt: skip
PURPOSE = Vocabulary("Purposes of a contact", {
    "confirm_plan": "ask whether the safe-contact plan still holds",
    "meet": "meet",
    "arrange": "arrange a meeting",
    "deliver": "deliver the outcome",
    "follow_up": "follow up",
    "emergency": "emergency",
    "transfer": "tell about the transfer",
    "other": "another purpose",
})  # fmt: skip
OVERRIDE = Vocabulary("Grounds for contact outside the plan", {
    "threat_to_kill": "threat to kill",
    "subject_on_the_way": "the subject is on the way",
    "subject_released": "the subject was released",
    "person_unaccounted_for": "the person at risk is unaccounted for",
    "child_in_danger": "a child is in danger",
    "immediate_danger": "immediate danger",
})  # fmt: skip
CONTACT_FAULT = Vocabulary("Whether contact is safe at a moment", {
    "safe": "safe",
    "no_plan": "nobody has said how contact is safe",
    "no_channel": "the plan names no safe channel",
    "unsafe_channel": "not the safe channel",
    "plan_is_later": "the plan was set later",
    "stale_plan": "the plan is old: begin by asking whether it still holds",
    "outside_window": "outside the safe times",
    "no_messages": "the plan allows no message",
})  # fmt: skip
ASKED_BY = Vocabulary("Who asked for a change of a plan", {
    "the_person": "the person whose plan it is",
    "professional": "a professional who supports them",
    "somebody_else": "somebody else",
    "staff": "a member of staff",
})  # fmt: skip
PLAN_EFFECT = Vocabulary("When a change of a plan is in force", {
    "at_once": "at once: it widens nothing",
    "first_plan": "at once: it is the first plan, and a second person looks at it",
    "second_person": "once a second person agrees",
    "call_back": "for one call-back, and a second person looks at it",
})  # fmt: skip
CHOSEN = Vocabulary("Choices of a follow-up contact", {
    "accepted": "accepted",
    "another_time": "another time",
    "declined": "declined",
})  # fmt: skip
FOLLOWED = Vocabulary("Results of a contact", {
    "reached": "reached",
    "told": "told",
    "not_reached": "not reached",
    "declined": "declined",
    "exhausted": "ended after enough attempts",
    "try_again": "try again",
})  # fmt: skip
WATCHED = Vocabulary("Decisions on a proposal", {"accept": "accepted", "dismiss": "dismissed"})
READ_ROW = Vocabulary("What was done about a rejected row", {
    "taken_in": "an application was taken in",
    "passed_on": "passed on",
    "no_danger": "no danger found in it",
})  # fmt: skip
PAUSE = Vocabulary("Grounds for pausing a clock", {"person_at_risk_asks_to_wait": "the person at risk asks to wait"})
ACKNOWLEDGED = Vocabulary("What was done about an escalation", {
    "reassigned": "given to somebody else",
    "spoke_to_owner": "spoke to the owner",
    "decide_out_of_cycle": "decide before the next panel",
    "took_over": "took over",
    "accepted_delay": "accepted the delay",
    "other": "something else",
})  # fmt: skip
IN_TIME = Vocabulary("Whether a limit was kept", {
    "kept": "in time",
    "late": "late",
    "running": "still running",
    "no_limit": "without a limit",
})  # fmt: skip
OVERRUN = Vocabulary("Reasons for an overrun", {
    "awaiting_source": "waiting for a source",
    "awaiting_agency": "waiting for an agency",
    "awaiting_applicant": "waiting for the applicant",
    "panel_cycle": "the panel's cycle",
    "staff_shortage": "staff shortage",
    "complexity": "complexity",
    "system_fault": "system fault",
    "other": "another reason",
})  # fmt: skip

WHO_ASKED = Vocabulary("Who was asked about danger", {
    "person_at_risk": "the person at risk",
    "applicant": "the applicant",
    "professional": "a professional",
})  # fmt: skip
DANGER_ASKED = Vocabulary("Results of asking about danger", {
    "danger": "there is danger now",
    "no_danger": "no danger now",
    "not_reached": "not reached",
    "no_safe_way": "nobody can be asked safely",
})  # fmt: skip
DRAFT_DONE = Vocabulary("What became of a draft", {
    "submitted": "an application was taken in",
    "dropped": "it became no application",
})  # fmt: skip
CALL_DONE = Vocabulary("What was done about a call", {
    "recorded": "details or circumstances were changed",
    "early_end_proposed": "an early end was proposed",
    "rang_back": "they were called back",
    "no_change_needed": "nothing needs to change",
    "caller_not_identified": "it is not known who rang",
})  # fmt: skip

ALL = (
    CALL_DONE,
    DRAFT_DONE,
    WHO_ASKED, DANGER_ASKED, IN_TIME,
    BAND, TIER, QUALIFIES, BASIS, FACTOR, UNCERTAIN, JUDGEMENT, INSTRUMENT, CIRCUMSTANCE, INCOMPLETE, LIMB, REFUSAL, AGENCY,
    TOLD, REFERRAL_ANSWER, REFERRED, SAFEGUARDED, FOUND, TEXT, TOLD_FACT, UNDERTAKING, PURPOSE, OVERRIDE, CONTACT_FAULT, ASKED_BY,
    PLAN_EFFECT, CHOSEN, FOLLOWED, WATCHED, READ_ROW, PAUSE, ACKNOWLEDGED, OVERRUN,
)  # fmt: skip
