"""How those who write rationales say that somebody else than the person at risk was told."""

from __future__ import annotations

TOLD = (
    "GIVEN TO",
    "GIVEN DIRECTLY TO",
    "DISCLOSED TO",
    "DISCLOSURE TO",
    "DISCLOSURE MADE TO",
    "PASSED TO",
    "SHARED WITH",
)
OTHERS = (
    "THE APPLICANT", "APPLICANT", "THE THIRD PARTY", "THIRD PARTY", "THE CALLER", "CALLER", "THE SUBJECT", "SUBJECT",
    "A NEIGHBOUR", "A COLLEAGUE", "A FRIEND", "A RELATIVE", "THE FAMILY", "MOTHER", "FATHER", "SISTER", "BROTHER",
)  # fmt: skip
DENIALS = frozenset({"NOT", "NOTHING", "NO", "NEVER", "NONE"})
NOT_TOLD = ("RISK NOT SEEN", "RISK NOT INFORMED", "RISK NOT TOLD", "WRONG PERSON", "WRONG RECIPIENT")
TOLD_OTHERS = (*(f"{told} {other}" for told in TOLD for other in OTHERS), *NOT_TOLD)


def tell_of_another(text: str, *, protector: bool) -> bool:
    """`text` in plain capitals. Where a protector was to be told, that somebody else was is no sign by itself."""
    return any(_says(text, phrase) for phrase in (NOT_TOLD if protector else TOLD_OTHERS))


def _says(text: str, phrase: str) -> bool:
    """Whether the words stand in the text and no denial stands just before them."""
    before, there, _ = f" {text} ".partition(f" {phrase} ")
    return bool(there) and DENIALS.isdisjoint(before.split()[-4:])
