"""The words of the codes of the application's form, record checks, gates and risk."""

from __future__ import annotations

from casebook.domain.words.vocabulary import Vocabulary

DOUBT = Vocabulary("What is missing or doubtful in an application", {
    "no_subject_name": "no name of B",
    "no_subject_dob": "no date of birth of B",
    "no_subject_address": "no address of B",
    "no_name_of_person_at_risk": "no name of A",
    "no_dob_of_person_at_risk": "no date of birth of A",
    "no_applicant_name": "no name of the applicant",
    "no_relationship": "not known how A and B are related",
    "no_way_to_contact": "no way to contact the applicant",
    "no_safe_contact": "not known how contact is safe",
    "certainty_contradicts_dob": "a date of birth called exact is not whole",
    "third_party_named_but_a_applies": "a third party is named, but A applies",
    "relationship_contradicts_end": "called a present partner, but the relationship has an end date",
})  # fmt: skip
RESULT = Vocabulary("Results of a search", {
    "hit": "hit",
    "nil": "nil return",
    "unavailable": "source unavailable",
    "too_many": "too many people to read",
    "asked": "asked, no answer yet",
})  # fmt: skip
FAMILY = Vocabulary("Families of identity variants", {
    "as_given": "as given",
    "former_name": "former name",
    "alias": "alias",
    "confirmed": "as a confirmed record has it",
    "nickname": "nickname",
    "spelling": "spelling",
    "punctuation": "punctuation",
    "swapped_names": "first name and surname swapped",
    "middle_name": "middle name",
    "day_month_swapped": "day and month swapped",
    "date_slip": "one wrong digit in the date of birth",
    "year_near": "a year of birth nearby",
    "date_unknown": "date of birth not known",
    "address": "address",
    "phone": "phone number",
    "identifier": "identification number",
    "same_name": "others of the name",
    "not_whole": "rows that did not land",
})  # fmt: skip
PLACE = Vocabulary("How people see somebody whom a search found", {
    "one_by_one": "read one by one",
    "listed": "a line of the list",
})  # fmt: skip
UNCOVERED = Vocabulary("Why an identity variant was not covered", {
    "not_returned": "the source has not answered",
    "source_unavailable": "the source could not be searched, and a supervisor accepted that",
    "not_whole": "rows of the source did not land, so whoever is in them was not searched",
    "others_of_the_name": "others bear the name, and nobody will look at them",
    "no_longer_said": "it is no longer part of what is known of the subject",
    "beyond_bound": "the policy's bound on how many identities are to be covered left it out",
    "too_many": "it was searched, and the source knew more people than can be read",
    "planned_not_searched": "the plan asked for it, and it was not searched as the plan says",
    "beyond_plan_limit": "the policy's limit of searches by hand left it, or the name it departs from, out of the plan",
    "source_does_not_cover": "the source cannot be searched for this, and no search of it finds it otherwise",
    "no_search_planned": "no search by hand is planned for this, and the source is not known to find it by another",
})  # fmt: skip
MATCH_BAND = Vocabulary("Strength of a match", {
    "strong": "strong match",
    "possible": "possible match",
    "weak": "weak match",
})  # fmt: skip
VERDICT = Vocabulary("Verdicts on a candidate", {
    "same": "the same person",
    "different": "a different person",
    "cannot_tell": "cannot tell",
})  # fmt: skip
APPLICANT_SIGN = Vocabulary("Signs about the applicant", {
    "applicant_may_be_subject": "the applicant may be the subject",
    "suspect_against_subject": "records name the applicant as suspect and the subject as victim",
    "shares_contact_with_subject": "the applicant has the subject's phone number or email",
    "shares_address_with_subject": "the applicant has the subject's address",
    "same_name_and_birth_as_subject": "the applicant has the subject's name and date of birth",
})  # fmt: skip
TIE = Vocabulary("What staff share with people of an application", {
    "shared_surname": "a surname",
    "shared_address": "an address",
    "shared_phone": "a phone number",
})  # fmt: skip
ASSURANCE = Vocabulary("Signatures under the research", {
    "identity": "identity",
    "adequacy": "adequacy of the research",
})  # fmt: skip
CONFIDENCE = Vocabulary("Confidence in the identity", {"high": "high", "medium": "medium", "low": "low"})
SOURCE_FAULT = Vocabulary("Faults of a source", {
    "source_fault": "it did not answer properly",
    "circuit_open": "not asked: it failed several times just before",
    "database": "its database did not answer",
    "endless": "its answer does not end",
    "half_an_answer": "its pages do not add up to its total",
    "mixed_up": "it answered about somebody else",
    "not_loaded": "no extract is loaded",
    "not_whole": "rows did not land",
    "nothing_to_ask": "the application has nothing that it can be searched for",
    "repeated_id": "it gave one number twice",
    "schema": "its answer is not in the agreed form",
    "too_many": "it knows too many people to read",
})  # fmt: skip
IDENTIFIER = Vocabulary("Kinds of identifier", {
    "pnc": "PNC ID",
    "cro": "CRO number",
    "postcode": "postcode",
    "date_of_birth": "date of birth",
    "unknown": "not a known kind",
})  # fmt: skip
IDENTIFIER_FAULT = Vocabulary("Why an identifier is not used", {
    "filler": "a filler, not a value",
    "letter_not_capital": "the check letter is not a capital",
    "wrong_check_letter": "wrong check letter",
    "year_out_of_range": "the year is out of range",
    "impossible_date": "not a possible date",
    "unreadable_date": "cannot be read as a date",
    "too_long": "too long",
    "empty": "empty",
    "unrecognised": "not recognised",
})  # fmt: skip
PROOF = Vocabulary("Proofs of identity", {
    "passport": "passport",
    "driving_licence": "driving licence",
    "household_bill": "household bill",
    "bank_statement": "bank statement",
    "benefit_notice": "benefit notice",
    "birth_certificate": "birth certificate",
    "identity_card": "identity card",
    "known_to_professional": "known to a professional",
    "other": "another proof",
})  # fmt: skip
MEETING = Vocabulary("Kinds of meeting", {
    "meeting": "meeting with the applicant",
    "located": "location of the person at risk",
})  # fmt: skip
LINK = Vocabulary("Links between applications", {
    "same_subject": "the same subject",
    "same_person_at_risk": "the same person at risk",
    "may_be_same_subject": "may be the same subject",
    "may_be_same_person_at_risk": "may be the same person at risk",
})  # fmt: skip
GATE = Vocabulary("Gate outcomes", {
    "passes": "passed",
    "held": "held",
    "broken": "broken: the gate itself is at fault",
})  # fmt: skip
SEVERITY = Vocabulary("Severity of a failed expectation", {
    "critical": "critical: holds the application",
    "warning": "warning: passes, listed for the supervisor",
    "info": "for information",
})  # fmt: skip
GATE_FAULT = Vocabulary("Why an expectation has no answer", {
    "missing_frame": "its table is missing",
    "missing_column": "a column is missing",
    "stray_row": "a row belongs to no application that was asked about",
    "raised": "it stopped with an error",
    "not_evaluated": "it was not evaluated",
})  # fmt: skip
MENDED = Vocabulary("What was done about a held gate", {
    "mended": "corrected",
    "not_a_fault": "not a fault",
})  # fmt: skip
EVALUATION = Vocabulary("Evaluation of an intelligence source", {
    "1": "reliable",
    "2": "untested",
    "3": "not reliable",
})  # fmt: skip
ASSESSMENT = Vocabulary("Assessment of intelligence", {
    "A": "known directly",
    "B": "known indirectly but corroborated",
    "C": "known indirectly",
    "D": "not known",
    "E": "suspected to be false",
})  # fmt: skip
HANDLING = Vocabulary("Handling of intelligence", {"P": "lawful sharing permitted", "C": "sharing with conditions"})

ALL = (
    DOUBT, RESULT, FAMILY, PLACE, UNCOVERED, MATCH_BAND, VERDICT, APPLICANT_SIGN, TIE, ASSURANCE, CONFIDENCE, SOURCE_FAULT,
    IDENTIFIER, IDENTIFIER_FAULT, PROOF, MEETING, LINK, GATE, SEVERITY, GATE_FAULT, MENDED, EVALUATION, ASSESSMENT,
    HANDLING,
)  # fmt: skip
