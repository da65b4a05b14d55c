"""The help text of each option of the actions on an application: of one action, or of every action that has it."""

from __future__ import annotations

from collections.abc import Mapping

from casebook.casework.core.referrals import REFERRED_FOR
from casebook.domain.case import early_end
from casebook.domain.case.circumstances import CircumstanceKind
from casebook.domain.case.early_end import SaidBy
from casebook.domain.case.open_check import CheckPoint, PointResult
from casebook.domain.case.plan_change import AskedBy
from casebook.domain.case.safe_contact import Override, Purpose
from casebook.domain.vocabulary import Answer3, Channel, Identified, Priority

_CODED_REASON = "why, as a code such as test_row"  # it belongs to no case, so there is no place for words
_REASON = "why: a code such as new_threat, words, or both as `code: words`"
_OVERRIDE_GROUNDS = ", ".join(Override)

_OF_ACTION: Mapping[tuple[str, str], str] = {
    ("dispose-row", "reason"): _CODED_REASON,
    ("dispose-row", "reference"): "the rejected row, as `policy retention` prints it",
    ("override-contact", "reason"): "what threatens whose life",
    ("emergency-disclose", "reason"): "why it could not wait for the panel",
    ("emergency-disclose", "channel"): f"how they were told: {', '.join(Channel)}",
    ("emergency-disclose", "override"): f"if it was outside the safe-contact plan, the ground: {_OVERRIDE_GROUNDS}",
    ("circumstance", "what"): f"the circumstance: {', '.join(CircumstanceKind)}",
    ("declare", "reason"): "what connects you with somebody in it, or why what is shared connects you with nobody",
    ("assign", "to"): "the staff id of the case officer",
    ("check", "staff"): "the staff id of whose work was looked at",
    ("bar", "staff"): "the staff id of who has the conflict of interest",
    ("withdraw", "reason"): "why, in your own words: both reasons are shown",
    ("withdraw", "channel"): f"how they said it: {', '.join(Channel)}",
    ("transfer", "channel"): f"how they said it: {', '.join(Channel)}",
    ("no-engagement", "channel"): f"how they said it: {', '.join(Channel)}",
    ("safe-contact", "at"): "when they asked, in ISO 8601 with offset (default: now)",
    ("contact", "channel"): f"how they were contacted: {', '.join(Channel)}",
    ("contact", "override"): "if it was outside the safe-contact plan, the id that `override-contact` printed",
    ("safe-contact", "channel"): f"the safe channel: {', '.join(Channel)}",
}
_OF_ALL: Mapping[str, str] = {
    "reference": "the application",
    "reason": _REASON,
    "said-by": f"who said it, from the first of the two people: {', '.join(SaidBy)}",
    "identified": f"how they were identified: {', '.join(early_end.CHOICES['identified'])}",
    "alone": f"whether they were alone when they said it: {', '.join(Answer3)}",
    "help-offered": "which help was offered to the person at risk, in words",
    "into": "the application that was submitted first and is kept",
    "conflict": "yes or no",
    "staff": "the staff id of the person to name",
    "handover": "what they need to know; it is written as a note",
    "force": "the other force, as a code",
    "accepted-by": "the function of the other force that accepted it, as a code",
    "their-reference": "the number the other force gave it",
    "agency-route": "which partner agency was asked to reach them, and what came of it",
    "expectation": "the code of the expectation, as the gate reports it",
    "to": f"the new priority: {', '.join(Priority)}",
    "party": "a (the person at risk) or c (the third party)",
    "days": "the safe days: mon to sun, separated by ;",
    "start": "when the safe times start: HH:MM, separated by ;",
    "until": "when the safe times end: HH:MM, separated by ;",
    "voicemail": "yes if a message may be left, or no",
    "code-word": "a word agreed with them that shows who is calling; an empty text takes it away",
    "interpreter": "the language in which they need an interpreter; an empty text: none any more",
    "stop": "yes: no contact any more",
    "asked-by": f"who asked for the change: {', '.join(AskedBy)}",
    "identified-by": f"how they were identified: {', '.join(Identified)}",
    "said-word": "with code_word: the word that they said",
    "purpose": f"what the contact was for: {', '.join(Purpose)}",
    "result": "reached or not_reached",
    "asked-plan-again": "yes if it began by asking whether the plan is still safe, or no",
    "left-message": "yes if a message was left, or no",
    "submitted-at": "the right moment, in ISO 8601 with offset",
    "crime-alleged": "yes if a crime was told at it that is not recorded yet, or no",
    "refer": f"who may have to be referred to an agency, separated by ;: {', '.join(REFERRED_FOR)}",
    "value": "yes, no or unknown; partner, ex_partner or other; birth dates of children separated by ;, or none; the address",
    "learned-from": "from whom it was learnt, as a code such as a, c or midwife",
    "since": "since when, as far as it is known: a date, a month or a year",
    "postcode": "the postcode of an address",
    "told-in": "where it was told, as a code such as concern",
    "at": "when, in ISO 8601 with offset (default: now)",
    "not-in-person-because": "why it was not in person",
    "code": f"the ground: {_OVERRIDE_GROUNDS}",
    "recipient": "who was told: a (the person at risk) or protector (a person who can protect them)",
    "told": "what they were told",
    "points": f"each of {', '.join(CheckPoint)} once, as point=result with ; between: {', '.join(PointResult)}",
    "words": "what was wrong, for them to read; needed with a fault",
    "what": "death or serious_injury",
}


def of(action: str, option: str) -> str:
    return _OF_ACTION.get((action, option)) or _OF_ALL[option]
