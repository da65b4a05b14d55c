"""Finds in a rationale the words for telling somebody other than the person at risk."""

from __future__ import annotations

import re

# a word for telling, then an article or possessive, then who was told
TOLD = (
    r"(?:GIVEN|DISCLOSED|DISCLOSURE|MADE|PASSED|SENT|POSTED|EMAILED|PROVIDED|DELIVERED|RELAYED|READ)(?: DIRECTLY| VERBALLY)? TO"
    r"|SHARED WITH|LETTER TO|SPOKE TO|TOLD|INFORMED"
)
WHOSE = r"(?: (?:THE|A|AN|AS|HER|HIS|THEIR|VICTIMS?|APPLICANTS?))*"
OTHERS = (
    "APPLICANT|THIRD PARTY|CALLER|SUBJECT|PERPETRATOR|NEIGHBOUR|COLLEAGUE|EMPLOYER|FRIEND|RELATIVE|FAMILY|MOTHER|MUM|FATHER"
    "|DAD|SISTER|BROTHER|AUNT|UNCLE|GRANDMOTHER|GRANDFATHER|STEPMOTHER|STEPFATHER|COUSIN|SON|DAUGHTER"
)
TOLD_ANOTHER = re.compile(rf"\b(?:{TOLD}){WHOSE} (?:{OTHERS})\b(?! (?:WAS|WERE|IS|THAT|HAD|HAS)\b)")
# or that the person at risk was not told
NOT_TOLD = re.compile(
    r"\b(?:A|RISK|VICTIM) (?:WAS |IS )?(?:NOT (?:SEEN|INFORMED|TOLD|AWARE|CONTACTED)|UNAWARE)\b|\bWRONG (?:PERSON|RECIPIENT)\b"
)
DENIALS = frozenset({"NOT", "NOTHING", "NO", "NEVER", "NONE", "WITHOUT"})


def tell_of_another(text: str, *, protector: bool) -> bool:
    """Whether a text in plain capitals says so. If a protector was to be told, telling somebody else is not a sign."""
    return any(_asserted(text, match) for match in (NOT_TOLD if protector else _EITHER).finditer(text))


def _asserted(text: str, match: re.Match[str]) -> bool:
    """Whether there is no denial just before the match."""
    return DENIALS.isdisjoint(text[: match.start()].split()[-4:])


_EITHER = re.compile(f"{TOLD_ANOTHER.pattern}|{NOT_TOLD.pattern}")
