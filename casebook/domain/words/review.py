"""The words of the codes of the review of past applications and of the monitor of decisions."""

from __future__ import annotations

from casebook.domain.words.vocabulary import Vocabulary

CONTACT_PRIORITY = Vocabulary("How soon a person at risk must be reached", {
    "now": "now",
    "soon": "soon",
    "routine": "routine",
    "none": "no contact priority",
})  # fmt: skip
PROGRESS = Vocabulary("Contact progress", {
    "identified": "identified",
    "safe_plan": "safe-contact plan agreed",
    "attempted": "contact attempted",
    "reached": "reached",
    "safeguarded": "safeguarded",
    "not_contactable": "cannot be contacted safely",
    "look_again": "to be looked at again",
})  # fmt: skip
FAILURE_FAMILY = Vocabulary("Families of failure modes", {
    "service": "failure of service",
    "research": "failure of research",
    "process": "failure of process",
    "signal": "sign of a later event, not a failure",
    "administrative": "administrative failure",
})  # fmt: skip
FAILURE_MODE = Vocabulary("Failure modes", {
    "undisclosed": "not disclosed although there was information",
    "outcome_unknown_with_history": "no outcome recorded although there was information",
    "right_to_know_missed": "ended early although Right to Know applied",
    "repeat_ignored": "an earlier application was ignored",
    "wrong_recipient": "the wrong person was told",
    "contact_unsafe": "contact was not safe",
    "wrong_person_disclosed": "what was disclosed was about another person",
    "source_missing": "a mandatory source was not searched",
    "single_identity": "a former name was not searched",
    "alias_unsearched": "an alias was not searched",
    "wrong_dob": "searched with a wrong date of birth",
    "wrong_person": "the wrong person was researched",
    "identity_unrecorded": "not recorded which identity was searched",
    "no_second_person": "no second person approved",
    "recipient_unclear": "not clear who was told",
    "disclosed_without_ground": "disclosed although nothing is held that could be",
    "serious_record_after": "a serious record since the decision",
    "outcome_unknown": "no outcome recorded",
    "late": "late",
    "no_rationale": "no rationale",
    "copied_rationale": "copied rationale",
    "contact_unknown": "not recorded whether contact is safe",
})  # fmt: skip
SUSPICION = Vocabulary("What may have gone wrong with a past application", {
    "contradicted": "It ended in a nil return, while records that could be disclosed stood in the sources.",
    "refused": "A panel decided not to disclose records that could be disclosed.",
    "near_name": "Nobody was found, and somebody near the name has records that could be disclosed.",
    "no_outcome": "Nobody recorded how it ended, and there are records that could be disclosed.",
    "unlisted": "No list tells how it was handled, and there are records that could be disclosed.",
    "ended_early": "It ended without a decision, and there are records that could be disclosed.",
    "repeat": "An earlier application about the same subject ended in a disclosure, this one did not.",
    "supporting": "Nothing was disclosed, and there are records that support a concern.",
    "told_another": "Somebody other than the person at risk seems to have been told.",
    "told_unsafe": "There was a disclosure, though contact was recorded as unsafe.",
    "told_of_another": "What was disclosed may have been about another person.",
    "recipient_unclear": "A third party asked, and nothing shows who was told.",
    "groundless": "There was a disclosure, and the sources hold nothing about the subject.",
    "unsafe_untold": "Contact was recorded as unsafe, and nothing was disclosed.",
    "research": "The research was not adequate, and today's sources show nothing.",
    "research_told": "The research was not adequate, and there was a disclosure all the same.",
    "later": "A serious record came only after the decision.",
    "one_person": "One person alone decided.",
    "uncertain": "Too little is known of it.",
})  # fmt: skip
CLEARED_IF = Vocabulary("What would clear a past application", {
    "contradicted": "It is cleared if that person is not the subject, or if the records could not be known on the day.",
    "refused": "It is cleared if the panel weighed these records and its reason still stands.",
    "near_name": "It is cleared if none of these people is the subject.",
    "no_outcome": "It is cleared if another list shows that the person at risk was told.",
    "unlisted": "It is cleared if another list shows that the person at risk was told.",
    "ended_early": "It is cleared if somebody offered the Right to Know, or told the person at risk.",
    "repeat": "It is cleared if this person at risk was told another way.",
    "supporting": "It is cleared if the records say nothing of harm to a partner.",
    "told_another": "It is cleared if the person at risk was told in person.",
    "told_unsafe": "It is cleared if contact was made safe before the disclosure.",
    "told_of_another": "It is cleared if what was disclosed was about the subject.",
    "recipient_unclear": "It is cleared if the person at risk was told in person.",
    "groundless": "It is cleared if the sources of that time held what was disclosed.",
    "unsafe_untold": "It is cleared if the person at risk was reached another way.",
    "research": "It is cleared if a new search under every name and birth date finds nobody.",
    "research_told": "It is cleared if what was disclosed was complete.",
    "later": "It is cleared if nothing could be known on the day of the decision.",
    "one_person": "It is cleared if a second person agreed and this was not recorded.",
    "uncertain": "It is cleared if another list says what is missing.",
})  # fmt: skip
SIGN = Vocabulary("Signs that move the odds of a failure", {
    "together": "Nothing says that the relationship had ended.",
    "children": "There are children.",
    "danger_said": "Immediate danger was reported with the application.",
    "grave_and_recent": "The records were grave and recent.",
    "harm_since": "There has been harm to a partner or relative since.",
    "no_reason": "No reason was recorded, or one too short to be looked into.",
    "copied_reason": "Many applications have this very reason.",
    "forbidden_reason": "The reason is one that no panel may have.",
    "one_person": "One person alone decided.",
    "no_support": "Nothing says that support was given.",
    "not_searched_there": "The source that holds the records was not searched.",
    "searched_wrongly": "The search was for another name or birth date.",
    "searched_little": "Not every mandatory source was searched.",
    "earlier_application": "Somebody had applied about the same subject before.",
    "told_otherwise": "The reason says that the person at risk was told another way.",
    "serving_sentence": "The reason says that the subject was in custody.",
    "owner_refuses": "The reason says that the owner of the information did not agree.",
    "several_agreed": "The reason says that several people agreed.",
    "no_contact": "The reason says that there had been no contact for long.",
    "supported": "The reason says that the person at risk was seen or supported.",
    "another_person": "The reason says that the records are about another person.",
    "subject_found": "The sources know the subject as somebody else, without such records.",
})  # fmt: skip
CHECKLIST = Vocabulary("Checklist of a review", {
    "sources": "Every source that had to be searched was searched.",
    "identities": "Every name and birth date under which the subject was known was searched.",
    "right_person": "What was found was about the subject and nobody else.",
    "records_then": "Every record that could be known then was read and weighed.",
    "second_person": "Somebody else than the handler agreed to the outcome.",
    "recipient": "Whoever was told was the person at risk, or somebody who protects them.",
    "safe_contact": "Contact was made in a way that was safe.",
    "repeats": "Earlier applications about the same people were seen.",
    "rationale": "The reasons are of this application and support its outcome.",
    "records_since": "What was recorded since the decision was read.",
})  # fmt: skip
CAMPAIGN = Vocabulary("Review campaigns", {
    "register": "the whole register",
    "handler": "one handler",
    "rule": "one rule",
    "model": "another matching model",
})  # fmt: skip
OWN_DECISION = Vocabulary("What a reviewer would have decided", {
    "disclose": "disclose",
    "not_disclose": "not disclose",
    "cannot_tell": "cannot tell",
})  # fmt: skip
REVIEW_OUTCOME = Vocabulary("Outcomes of a review", {
    "no_failure": "no failure",
    "administrative": "administrative failure",
    "service": "failure of service",
    "harm": "failure with harm",
})  # fmt: skip
CELL = Vocabulary("What is doubtful about a row of a register", {
    "unreadable_date": "a date cannot be read",
    "date_not_iso": "a date is not in the ISO form",
    "impossible_date": "a date is not possible",
    "date_out_of_time": "a date is outside the possible time",
    "decided_before_received": "decided before it was received",
    "disclosed_before_decided": "disclosed before it was decided",
    "unknown_code": "a code is not known",
    "unknown_source": "a source is not known",
    "filler": "a filler instead of a value",
    "missing_person": "a person is missing",
    "missing": "a value is missing",
    "text_repaired": "a text was repaired",
    "not_utf8": "not in UTF-8",
    "undecodable": "cannot be decoded",
    "wrong_number_of_cells": "wrong number of cells",
    "open_quote": "a quotation mark is not closed",
    "blank_row": "a blank row",
    "above_header": "stands above the header",
    "header_again": "the header again",
    "no_application": "a total or a note, and no application",
    "formula_without_value": "a formula without a stored value",
    "of_applicant": "a detail of an applicant who is not the person at risk",
    "too_long": "a text is too long; its beginning is read",
    "too_many_items": "a list is too long; its beginning is read",
})  # fmt: skip
HEADING = Vocabulary("How it is known which column a heading is", {
    "own": "its own name",
    "table": "from the table of headings",
    "mapping": "as mapped by a person",
})  # fmt: skip
CHART = Vocabulary("What the monitor charts", {
    "decision": "decisions to disclose",
    "yield": "research that found something",
    "skipped_source": "sources not searched",
    "uncovered_variant": "identity variants not covered",
    "rejected_candidate": "rejected candidates",
    "hurried": "hurried checks",
    "disagreement": "decisions made otherwise a second time",
    "found_at_check": "faults found at dip-checks of open cases",
    "suspension": "suspension of a member of staff",
})  # fmt: skip
SIDE = Vocabulary("Side of a signal", {
    "low": "fewer than expected",
    "high": "more than expected",
    "none": "neither side",
})  # fmt: skip
FUNNEL = Vocabulary("Place in the funnel plot", {
    "inside": "inside the limits",
    "outside_95": "outside the 95% limits",
    "outside_998": "outside the 99.8% limits",
})  # fmt: skip
EXPECTED = Vocabulary("Where an expected rate comes from", {
    "given": "given in the file",
    "others_rate": "the rate of the others",
    "mixed": "partly given, partly the rate of the others",
})  # fmt: skip
METHOD = Vocabulary("How a threshold was found", {"exact": "exact", "grid": "on a grid"})
CONCLUSION = Vocabulary("Answers to a signal", {
    "explained": "explained",
    "watched_on": "watched further",
    "training": "training",
    "look_back": "look-back started",
    "referred": "referred",
})  # fmt: skip
BEFORE_TELLING = Vocabulary("Answers to a warning before a decision is told", {
    "stands": "the decision stands",
    "goes_back": "it goes back to the panel",
})  # fmt: skip

ALL = (
    BEFORE_TELLING,
    CONTACT_PRIORITY, PROGRESS, FAILURE_FAMILY, FAILURE_MODE, SUSPICION, CLEARED_IF, SIGN, CHECKLIST, CAMPAIGN, OWN_DECISION,
    REVIEW_OUTCOME, CELL, HEADING, CHART, SIDE, FUNNEL, EXPECTED, METHOD, CONCLUSION,
)  # fmt: skip
