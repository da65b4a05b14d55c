"""Loads the numbers of the retrospective review."""

import tomllib
from functools import cache
from importlib import resources

from casebook.domain.review_policy import ReviewPolicy
from casebook.errors import WrongUsage
from casebook.policies.reading import read

CURRENT = "review-1"


class UnknownReviewPolicy(WrongUsage):
    """There is no review policy of that name."""

    code = "unknown_review_policy"


@cache
def load(name: str = CURRENT) -> ReviewPolicy:
    file = resources.files(__package__) / f"{name}.toml"
    if not name.startswith("review-") or not file.is_file():
        raise UnknownReviewPolicy
    return read(ReviewPolicy, tomllib.loads(file.read_text(encoding="utf-8")), name)
