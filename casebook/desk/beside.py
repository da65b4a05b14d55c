"""What is read beside the form of a work item: the parts of the file, and what the item is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casebook.case_page.blocks import as_sentence, moment
from casebook.domain import words
from casebook.domain.vocabulary import WorkKind

# what of the file is read for which work, beside the form; for any other, the people
BESIDE: Mapping[WorkKind, tuple[str, ...]] = {
    WorkKind.RETURN_SEARCH: ("PEOPLE", "RECORD CHECKS"),
    WorkKind.REVIEW_MATCH: ("PEOPLE", "CANDIDATES"),
    WorkKind.SECOND_LOOK_AT_REJECTION: ("PEOPLE", "CANDIDATES", "READ AND SIGNED"),
    WorkKind.SIGN_OFF_IDENTITY: ("PEOPLE", "MEETING AND SIGNS", "RECORD CHECKS", "CANDIDATES"),
    WorkKind.STATE_ADEQUACY: ("PEOPLE", "RECORD CHECKS", "CANDIDATES", "FACTS"),
    WorkKind.ASSESS_RISK: ("RISK", "FACTS", "MEETING AND SIGNS"),
    WorkKind.REASSESS_RISK: ("RISK", "FACTS", "MEETING AND SIGNS"),
    WorkKind.VALIDATE_WITH_OWNER: ("FACTS",),
    WorkKind.CONVENE_PANEL: ("PEOPLE", "RISK"),
    WorkKind.DECIDE: ("PEOPLE", "RISK", "FACTS", "RECORD CHECKS", "MEETING AND SIGNS"),
    WorkKind.APPROVE_DECISION: ("PANEL AND DECISION", "RISK", "FACTS", "RECORD CHECKS", "PEOPLE", "READ AND SIGNED"),
    WorkKind.DELIVER_DISCLOSURE: ("PANEL AND DECISION", "FACTS", "PEOPLE"),
    WorkKind.DELIVER_NO_DISCLOSURE: ("PANEL AND DECISION", "PEOPLE"),
    WorkKind.ATTEST_DELIVERY: ("DISCLOSURE",),
    WorkKind.CONTACT_FOLLOW_UP: ("PEOPLE", "DISCLOSURE", "FOLLOW-UP AND REFERRALS"),
    WorkKind.CLOSE_GRAVE_CASE: ("DISCLOSURE", "FOLLOW-UP AND REFERRALS", "CONTACTS"),
}
OF_A_LIST = ("CANDIDATES", "PEOPLE", "READ AND SIGNED")  # whoever reads a list of the name reads its lines first
OF_A_LINK = ("PEOPLE", "LINKS AND WATCH", "READ AND SIGNED")  # of another application: what agrees is beside it

# what an item has for programs, and what its form shows
_IDS = frozenset({
    "searches", "why_uncovered", "uncovered", "candidate", "list", "search", "pair", "call", "draft", "signal", "sample",
    "delivery", "finding", "referral", "left_out", "eligible", "items", "may_be_said",
})  # fmt: skip


def about(subject: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an item is about, as its queue says it: names and words."""
    told = []
    for name, value in subject.items():
        if name in _IDS or value in (None, [], {}):
            continue
        text = moment(value) if name.endswith("_at") else words.of_field(name, value) or _plain(value)
        told.append((as_sentence(words.spelled(name)), text))
    return told


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{words.spelled(str(key))}: {_plain(each)}" for key, each in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(map(_plain, value))
    return str(value)
