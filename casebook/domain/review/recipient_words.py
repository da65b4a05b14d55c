"""How those who write rationales say that somebody else than the person at risk was told."""

from __future__ import annotations

import re

# told: the words by which something reaches somebody; the article or possessive; then who it was
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
# or that the one who had to be told was not
NOT_TOLD = re.compile(
    r"\b(?:A|RISK|VICTIM) (?:WAS |IS )?(?:NOT (?:SEEN|INFORMED|TOLD|AWARE|CONTACTED)|UNAWARE)\b|\bWRONG (?:PERSON|RECIPIENT)\b"
)
DENIALS = frozenset({"NOT", "NOTHING", "NO", "NEVER", "NONE", "WITHOUT"})


def tell_of_another(text: str, *, protector: bool) -> bool:
    """`text` in plain capitals. Where a protector was to be told, that somebody else was is no sign by itself."""
    return any(_said(text, found) for found in (NOT_TOLD if protector else _EITHER).finditer(text))


def _said(text: str, found: re.Match[str]) -> bool:
    """No denial stands just before it."""
    return DENIALS.isdisjoint(text[: found.start()].split()[-4:])


_EITHER = re.compile(f"{TOLD_ANOTHER.pattern}|{NOT_TOLD.pattern}")
