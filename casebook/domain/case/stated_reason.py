"""A reason as somebody gives it with an act: a code, words, or both as `new_threat: he rang her`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from casebook.domain.actors import Reason

IN_WORDS = "in_words"  # the code of a reason that was given in words alone
_ALONE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
# with words behind it a code is told by its underscore: "Anna: he is here" begins with a name, and is words
_BOTH = re.compile(r"(?=[a-z0-9]+_)([a-z][a-z0-9_]{0,63})\s*:\s*(.*\S)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class GivenReason:
    """A reason, taken apart. The code may be shown anywhere, the words only with the case."""

    code: str
    words: str | None = None


MISSING = Reason("reason_missing", "give the reason: a code, words, or both as code: words")


def read(given: str) -> GivenReason | None:
    """The reason, or None if nothing was given."""
    given = given.strip()
    if _ALONE.fullmatch(given):
        return GivenReason(code=given)
    if (both := _BOTH.fullmatch(given)) is not None:
        return GivenReason(code=both.group(1), words=both.group(2))
    return GivenReason(code=IN_WORDS, words=given) if given else None
