"""The words of the scheme's own codes: stages, people, work, limits, priorities."""

from __future__ import annotations

from casebook.domain.words.vocabulary import Vocabulary

STAGE = Vocabulary("Stages", {
    "intake": "intake",
    "record_checks": "record checks",
    "risk_scoring": "risk scoring",
    "panel_decision": "panel decision",
    "disclosure": "disclosure",
    "follow_up": "follow-up",
    "closed": "closed",
})  # fmt: skip
ROUTE = Vocabulary("Routes", {"right_to_ask": "Right to Ask", "right_to_know": "Right to Know"})
APPLICANT = Vocabulary("Applicants", {
    "a": "the person at risk",
    "third_party": "a third party",
    "agency": "an agency",
})  # fmt: skip
PARTY = Vocabulary("Parties", {
    "a": "A, the person at risk",
    "b": "B, the subject",
    "c": "C, the third party",
    "protector": "a person who can protect A",
})  # fmt: skip
ANSWER = Vocabulary("Answers to a question", {
    "yes": "yes",
    "no": "no",
    "unknown": "not known",
    "not_asked": "not asked",
    "not_applicable": "does not apply",
})  # fmt: skip
SEX = Vocabulary("Sex", {"f": "female", "m": "male", "x": "another", "unknown": "not known"})
CERTAINTY = Vocabulary("Certainty of a date of birth", {
    "exact": "exact",
    "approximate": "approximate",
    "unknown": "not known",
})  # fmt: skip
RELATIONSHIP = Vocabulary("Relationship of A and B", {
    "partner": "partner",
    "ex_partner": "former partner",
    "other": "another relationship",
})  # fmt: skip
CHANNEL = Vocabulary("Ways of contact", {
    "phone": "phone call",
    "text": "text message",
    "email": "email",
    "in_person": "in person",
    "through_agency": "through an agency",
})  # fmt: skip
SAID_BY = Vocabulary("Who said that an application should end", {
    "a": "the person at risk",
    "third_party": "the third party who applied",
    "agency": "an agency",
    "nobody": "nobody: nobody was reached, or the force found the ground itself",
})  # fmt: skip
IDENTIFIED = Vocabulary("How somebody was identified", {
    "code_word": "the agreed code word",
    "in_person": "seeing them in person",
    "called_back": "calling back on the number of their safe-contact plan",
    "known_professional": "being known as a professional",
    "document": "a document",
    "questions": "questions that only they can answer",
    "known": "being known to whoever spoke to them",
    "not_identified": "nothing: they were not identified",
})  # fmt: skip
RECORD_KIND = Vocabulary("Kinds of record", {
    "conviction": "conviction",
    "caution": "caution",
    "charge": "charge",
    "arrest": "arrest",
    "no_further_action": "no further action",
    "non_crime_incident": "non-crime incident",
    "intelligence": "intelligence",
    "order": "court order",
})  # fmt: skip
VICTIM = Vocabulary("What the victim is to the subject", {
    "intimate_partner": "intimate partner",
    "ex_partner": "former partner",
    "family": "family member",
    "other": "another person",
    "unknown": "not known",
})  # fmt: skip
FLAG = Vocabulary("High-risk indicators of a record", {
    "strangulation": "strangulation",
    "weapon": "weapon",
    "stalking": "stalking",
    "threats_to_kill": "threats to kill",
    "sexual": "sexual violence",
    "breach_of_order": "breach of a court order",
    "child_present": "child present",
    "pregnancy": "pregnancy",
    "coercive_control": "coercive control",
    "animal_harm": "harm to an animal",
    "killing": "killing",
    "serious_violence": "serious violence",
})  # fmt: skip
SOURCE = Vocabulary("Sources", {
    "pnc": "Police National Computer (PNC)",
    "pnd": "Police National Database (PND)",
    "visor": "register of managed offenders (ViSOR)",
    "rms": "force records (RMS)",
    "dvds_register": "register of earlier applications",
    "marac": "MARAC",
    "courts": "courts",
    "probation": "probation",
    "prison": "prison",
    "childrens_services": "children's services",
    "adult_services": "adult services",
    "health": "health",
    "housing": "housing",
    "acro": "foreign convictions (ACRO)",
})  # fmt: skip
OUTCOME = Vocabulary("Outcomes", {
    "disclosed_to_a": "disclosed to the person at risk",
    "disclosed_to_protector": "disclosed to a person who can protect them",
    "nothing_to_disclose": "nothing to disclose",
    "not_disclosed": "not disclosed",
    "out_of_scope": "out of scope",
    "withdrawn": "withdrawn",
    "no_engagement": "no engagement",
    "unknown": "not known",
    "insufficient_information": "not enough information to decide",
})  # fmt: skip
ROLE = Vocabulary("Roles", {
    "intake_officer": "intake officer",
    "researcher": "researcher",
    "second_reader": "second reader",
    "risk_assessor": "risk assessor",
    "panel_member": "panel member",
    "panel_chair": "panel chair",
    "approver": "approver",
    "disclosure_officer": "disclosure officer",
    "supervisor": "supervisor",
    "head_of_unit": "head of unit",
    "duty_inspector": "duty inspector",
    "chief_officer": "chief officer",
    "review_officer": "review officer",
    "review_lead": "review lead",
    "professional_standards": "professional standards",
    "auditor": "auditor",
    "operator": "operator",
    "system": "the system",
})  # fmt: skip
PRIORITY = Vocabulary("Priorities", {
    "immediate": "immediate",
    "urgent": "urgent",
    "high": "high",
    "standard": "standard",
})  # fmt: skip
WORK = Vocabulary("Work items", {
    "complete_details": "complete the details",
    "immediate_safeguarding": "immediate safeguarding",
    "record_crime": "record a crime",
    "refer_safeguarding": "refer to safeguarding",
    "meet_applicant": "meet the applicant",
    "verify_applicant": "verify the applicant",
    "locate_person_at_risk": "locate the person at risk",
    "return_search": "return a search",
    "review_match": "review a match",
    "second_look_at_rejection": "second look at a match",
    "sign_off_identity": "sign off the identity",
    "state_adequacy": "state research adequacy",
    "assess_risk": "assess the risk",
    "convene_panel": "convene the panel",
    "validate_with_owner": "validate with the originator",
    "decide": "decide",
    "approve_decision": "approve the decision",
    "deliver_disclosure": "deliver the disclosure",
    "deliver_no_disclosure": "deliver a no-disclosure",
    "attest_delivery": "attest a delivery as its second officer",
    "ratify_emergency": "ratify an emergency decision",
    "contact_follow_up": "make a follow-up contact",
    "mend_quality": "correct the data",
    "confirm_urgent": "confirm that it is urgent",
    "acknowledge_escalation": "acknowledge an escalation",
    "safeguard_during_delay": "safeguard during the delay",
    "tell_of_transfer": "tell about the transfer",
    "review_watch_proposal": "review a watch proposal",
    "answer_signal": "answer a signal",
    "redecide_sample": "decide a sample again",
    "review_application": "review a past application",
    "second_review": "second review",
    "look_again_at_contact": "look again at contact",
    "check_before_telling": "check a decision before it is told",
    "review_restricted": "review a restricted application",
    "read_rejected_row": "read a rejected row",
    "reassess_risk": "assess the risk again after a disclosure",
    "close_grave_case": "close a high-risk application with a summary",
    "look_at_plan_change": "look at a change of a safe-contact plan",
    "act_on_call": "act on a call that came in",
    "finish_draft": "finish taking an application down",
    "ask_about_danger": "ask whether there is danger",
    "link_across_restriction": "decide about a link across a restriction",
    "complete_instrument": "complete the risk questionnaire",
    "accept_less": "accept fewer answers",
})  # fmt: skip
# in the order of `casebook.domain.standing`; a run of the engine ends under one of these names
WAITING = Vocabulary("What an application waits for, as a run's state name", {
    "mend_quality": "Held by data quality",
    "complete_details": "Awaiting details",
    "verify_applicant": "Awaiting verification of the applicant",
    "return_search": "Awaiting searches",
    "review_match": "Awaiting review of matches",
    "second_look_at_rejection": "Awaiting second look",
    "sign_off_identity": "Awaiting identity sign-off",
    "state_adequacy": "Awaiting adequacy statement",
    "meet_applicant": "Awaiting meeting with the applicant",
    "locate_person_at_risk": "Awaiting location of the person at risk",
    "complete_instrument": "Awaiting the risk questionnaire",
    "accept_less": "Awaiting acceptance of fewer answers",
    "assess_risk": "Awaiting risk assessment",
    "validate_with_owner": "Awaiting the owner's agreement",
    "convene_panel": "Awaiting panel",
    "decide": "Awaiting panel decision",
    "approve_decision": "Awaiting approval",
    "deliver_disclosure": "Awaiting disclosure",
    "deliver_no_disclosure": "Awaiting delivery of the outcome",
    "attest_delivery": "Awaiting the second officer of a delivery",
    "contact_follow_up": "Awaiting follow-up",
})  # fmt: skip
LIMIT = Vocabulary("Time limits", {
    "immediate_safeguarding": "immediate safeguarding",
    "initial_checks": "initial checks",
    "face_to_face": "face-to-face meeting",
    "record_checks": "record checks",
    "risk_scoring": "risk scoring",
    "panel_decision": "panel decision",
    "disclosure": "disclosure",
    "whole_process": "whole process",
    "follow_up_24h": "follow-up after 24 hours",
    "follow_up_7d": "follow-up after 7 days",
    "follow_up_28d": "follow-up after 28 days",
})  # fmt: skip
UNIT = Vocabulary("How a limit is counted", {
    "elapsed_minutes": "minutes",
    "elapsed_hours": "hours",
    "working_days": "working days",
    "calendar_days": "calendar days",
})  # fmt: skip
ANCHOR = Vocabulary("What starts a clock", {
    "submission": "the submission",
    "danger": "the moment danger is known",
    "delivery": "the delivery",
    "opened": "the opening of the work item",
})  # fmt: skip


ALL = (
    STAGE, ROUTE, APPLICANT, PARTY, ANSWER, SEX, CERTAINTY, RELATIONSHIP, CHANNEL, SAID_BY, IDENTIFIED, RECORD_KIND, VICTIM,
    FLAG, SOURCE, OUTCOME, ROLE, PRIORITY, WORK, WAITING, LIMIT, UNIT, ANCHOR,
)  # fmt: skip
