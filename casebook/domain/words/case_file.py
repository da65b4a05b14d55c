"""The words of the codes of what stands in the file of a case besides work: notes, calls, papers and the timeline."""

from __future__ import annotations

from casebook.domain.words.vocabulary import Vocabulary

NOTE_CATEGORY = Vocabulary("Categories of notes", {
    "contact": "contact",
    "safety": "safety",
    "records": "records",
    "agencies": "other agencies",
    "decision": "the decision",
    "handover": "what is handed over",
    "administration": "administration",
    "other": "other",
})  # fmt: skip
CALLER = Vocabulary("Who rang, wrote or came", {
    "a": "the person at risk",
    "b": "the subject",
    "c": "the other applicant",
    "professional": "a professional",
    "somebody_else": "somebody else",
    "unknown": "not known who",
})  # fmt: skip
CALL_OPENS = Vocabulary("What a call calls for", {
    "danger": "there is danger now",
    "circumstances": "circumstances have changed",
    "withdrawal": "they wish to withdraw",
    "details": "details are to be corrected",
    "call_back": "they ask to be called back",
})  # fmt: skip
TIMELINE = Vocabulary("Kinds of lines in a timeline", {
    "note": "note",
    "call": "call that came in",
    "document": "paper",
    "contact": "contact",
    "danger": "danger and priority",
    "people": "the people in it",
    "searches": "searches",
    "decision": "decision",
    "telling": "telling",
    "work": "work",
    "limits": "limits",
    "stage": "stage",
    "told": "told by an earlier list",
    "access": "who looked",
    "other": "other",
})  # fmt: skip
TOLD_STEP = Vocabulary("What an earlier list told of a case", {
    "stage": "where it stood",
    "initial_checks": "first checks",
    "applicant_met": "applicant met in person",
    "searched": "searches made",
    "assessed": "risk assessed",
    "panel": "panel met",
    "decided": "decided",
    "outcome_told": "outcome told",
    "last_contact": "last contact with the person at risk",
    "notes": "notes",
})  # fmt: skip
CHECK_POINT = Vocabulary("Checklist of a dip-check of an open case", {
    "danger": "Whatever tells of danger was acted on.",
    "contact": "Every contact was by the plan, and the plan is not old.",
    "people": "These are the right people, under every name and birth date that is known.",
    "searches": "What should be searched by now was.",
    "reasons": "What was decided has its reasons written down.",
    "limits": "It is in time, or somebody wrote why not.",
})  # fmt: skip
POINT_RESULT = Vocabulary("Results at a point of a dip-check", {
    "good": "good",
    "fault": "something wrong",
    "not_yet": "not so far yet",
})  # fmt: skip
PAPER_CATEGORY = Vocabulary("Categories of papers", {
    "identity_proof": "proof of identity",
    "risk_questionnaire": "risk questionnaire",
    "record_print": "print of a record",
    "undertaking": "undertaking",
    "minutes": "minutes",
    "letter": "letter",
    "other": "other",
})  # fmt: skip
PAPER_KIND = Vocabulary("Kinds of files of papers", {
    "pdf": "PDF",
    "jpeg": "JPEG picture",
    "png": "PNG picture",
    "tiff": "TIFF picture",
    "docx": "Word file",
    "xlsx": "Excel file",
    "text": "plain text",
})  # fmt: skip
PRESENCE = Vocabulary("Presence at a meeting of the panel", {"present": "present", "apologies": "apologies"})
ANSWER_TIME = Vocabulary("When a member of the panel answered", {
    "before": "before the meeting",
    "at": "at the meeting",
    "after": "after the meeting",
})  # fmt: skip
CASE_STATE = Vocabulary("How far a case on an agenda is", {
    "to_be_decided": "to be decided",
    "to_be_approved": "decided, not yet approved",
    "decided": "decided and approved",
    "another_round": "decided again in another round",
})  # fmt: skip

ALL = (
    PRESENCE, ANSWER_TIME, CASE_STATE, NOTE_CATEGORY, CALLER, CALL_OPENS, TIMELINE, TOLD_STEP, CHECK_POINT, POINT_RESULT,
    PAPER_CATEGORY, PAPER_KIND,
)  # fmt: skip
