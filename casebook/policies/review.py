"""Loads the numbers of the retrospective review."""

from functools import cache

from casebook.domain.review.weights import ReviewPolicy
from casebook.policies import reading


@cache
def load() -> ReviewPolicy:
    return reading.load(ReviewPolicy, "review-1")
