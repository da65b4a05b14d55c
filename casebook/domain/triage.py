"""Raises the priority of an open application as time goes by, as the policy's table says. It never lowers it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from casebook.domain.policy import Triage
from casebook.domain.vocabulary import Priority


class TriageSign(StrEnum):
    """The signs that raise a priority, named as in the policy."""

    REPEAT_APPLICATION = "repeat_application"
    SAFEGUARDING_OVERDUE = "safeguarding_overdue"
    LIMIT_PASSED = "limit_passed"
    POSSIBLE_MATCH_OVERDUE = "possible_match_overdue"


# how a reason for a priority begins if the machine gives it; every other one is what a person said
BY_MACHINE = (
    "lethality_sign:", "watch:", "risk", "received", "intake", "possible_match", *(sign.value for sign in TriageSign),
)  # fmt: skip


def is_danger_said(priority: str, reason: str) -> bool:
    """Whether a person said that there is danger now. It stands above what the machine found, on every list."""
    return priority == Priority.IMMEDIATE and not reason.startswith(BY_MACHINE)


def least(sign: TriageSign, rules: Triage) -> Priority:
    """The lowest priority of an application that shows this sign."""
    match sign:
        case TriageSign.REPEAT_APPLICATION:
            return rules.repeat_application.value
        case TriageSign.SAFEGUARDING_OVERDUE:
            return rules.safeguarding_overdue.value
        case TriageSign.LIMIT_PASSED:
            return rules.limit_passed.value
        case TriageSign.POSSIBLE_MATCH_OVERDUE:
            # no number of a policy: whoever has a high-risk indicator and was not looked at within the hour may be the subject
            return Priority.IMMEDIATE


def raised(present: Priority, signs: Iterable[TriageSign], rules: Triage) -> tuple[Priority, TriageSign] | None:
    """The priority that these signs raise it to, and the sign that does so; None if it is as high already."""
    highest = min(signs, key=lambda sign: least(sign, rules).rank, default=None)
    if highest is None or least(highest, rules).rank >= present.rank:
        return None
    return least(highest, rules), highest
