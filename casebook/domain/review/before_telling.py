"""When a supervisor is warned before a decision is told: if the review would suspect it with some chance."""

from __future__ import annotations

from casebook.domain.review.ranking import Assessment
from casebook.domain.review.weights import BeforeTelling


def why_warn(assessment: Assessment, rules: BeforeTelling) -> str | None:
    """The suspicion to warn of, or None. Only the one that leads: what is less likely or less grave would be noise."""
    return assessment.suspicion if assessment.chance >= rules.least_chance.value and assessment.suspicion else None
