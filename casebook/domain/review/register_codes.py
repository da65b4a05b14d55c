"""Reads the coded cells of a register: our codes, one table of what people write for them, and what a person said.

A text is an outcome only if it names that outcome. "NFA" or "no disclosure" names none: a person says what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache, lru_cache

from casebook.domain.vocabulary import Answer3, Applicant, Outcome, Relationship, Route, Sex, Source
from casebook.values import text
from casebook.values.ids import code_of
from casebook.values.short_forms import sex, yes_or_no

CODED: Mapping[str, type[StrEnum]] = {
    "route": Route, "applicant": Applicant, "relationship": Relationship, "living_together": Answer3,
    "immediate_danger": Answer3, "outcome": Outcome, "contact_safe": Answer3, "a_sex": Sex, "b_sex": Sex,
    "sources_searched": Source,
}  # fmt: skip

_SHORT_FORMS: Mapping[type[StrEnum], Callable[[str], str]] = {Answer3: yes_or_no, Sex: sex}
_SPELLINGS: Mapping[str, Mapping[StrEnum, str]] = {
    "route": {
        Route.RIGHT_TO_ASK: "RTA, ASK, RIGHT TO ASK RTA, RTA RIGHT TO ASK",
        Route.RIGHT_TO_KNOW: "RTK, KNOW, RIGHT TO KNOW RTK, RTK RIGHT TO KNOW",
    },
    "applicant": {
        Applicant.A: "VICTIM, POTENTIAL VICTIM, PERSON AT RISK, PAR, PARTY A, SELF, HERSELF, HIMSELF, THEMSELVES",
        Applicant.THIRD_PARTY: "3RD PARTY, C, PARTY C, FAMILY, FAMILY MEMBER, RELATIVE, PARENT, MOTHER, FATHER, SISTER, BROTHER,"
        " FRIEND, NEIGHBOUR, COLLEAGUE, EMPLOYER",
        Applicant.AGENCY: "PARTNER AGENCY, PROFESSIONAL, POLICE, SOCIAL SERVICES, SOCIAL CARE, SOCIAL WORKER,"
        " CHILDRENS SERVICES, ADULT SERVICES, PROBATION, HEALTH, HEALTH VISITOR, GP, IDVA, MARAC, HOUSING",
    },
    "relationship": {
        Relationship.PARTNER: "CURRENT PARTNER, HUSBAND, WIFE, SPOUSE, MARRIED, BOYFRIEND, GIRLFRIEND, FIANCE, FIANCEE,"
        " CIVIL PARTNER, PARTNERS, CURRENT",
        Relationship.EX_PARTNER: "EX, EX PARTNERS, FORMER PARTNER, PREVIOUS PARTNER, FORMER, EX HUSBAND, EX WIFE, EX SPOUSE,"
        " EX BOYFRIEND, EX GIRLFRIEND, ESTRANGED, SEPARATED, DIVORCED",
        Relationship.OTHER: "FAMILY, FAMILY MEMBER, RELATIVE, FRIEND",
    },
    "outcome": {
        Outcome.DISCLOSED_TO_A: "DISCLOSED, DISCLOSURE MADE, DISCLOSURE GIVEN, DISCLOSURE TO A, DISCLOSURE MADE TO A,"
        " DISCLOSED TO VICTIM, DISCLOSURE MADE TO VICTIM, DISCLOSED TO PERSON AT RISK, DISCLOSURE MADE TO PERSON AT RISK",
        Outcome.DISCLOSED_TO_PROTECTOR: "DISCLOSURE TO PROTECTOR, DISCLOSURE MADE TO PROTECTOR,"
        " DISCLOSED TO PERSON WHO CAN PROTECT, DISCLOSED TO A PERSON WHO CAN PROTECT, DISCLOSED TO A PERSON WHO CAN PROTECT THEM",
        Outcome.NOTHING_TO_DISCLOSE: "NO INFORMATION TO DISCLOSE, NO INFO TO DISCLOSE, NOTHING FOUND TO DISCLOSE,"
        " NOTHING TO BE DISCLOSED, THERE IS NOTHING TO DISCLOSE",
        Outcome.NOT_DISCLOSED: "DECISION NOT TO DISCLOSE, DECIDED NOT TO DISCLOSE, DISCLOSURE REFUSED, DISCLOSURE NOT MADE,"
        " INFORMATION NOT DISCLOSED",
        Outcome.OUT_OF_SCOPE: "OUTSIDE SCOPE, OUTSIDE OF SCOPE, OUT OF SCOPE OF SCHEME, NOT IN SCOPE, OUTSIDE THE SCHEME",
        Outcome.WITHDRAWN: "APPLICATION WITHDRAWN, WITHDRAWN BY APPLICANT, APPLICANT WITHDREW, APPLICANT WITHDRAWN,"
        " REQUEST WITHDRAWN, WITHDREW, APPLICATION WITHDRAWN BY APPLICANT",
        Outcome.NO_ENGAGEMENT: "NON ENGAGEMENT, NO ENGAGEMENT FROM APPLICANT, DID NOT ENGAGE, APPLICANT DID NOT ENGAGE,"
        " FAILED TO ENGAGE, APPLICANT FAILED TO ENGAGE",
    },
}  # fmt: skip
# Words before an outcome that only say that the matter has ended: "NFA - nothing to disclose".
_ENDED = tuple(
    text.squeezed(words)
    for words in ("NFA", "NO FURTHER ACTION", "CLOSED", "CLOSED AS", "COMPLETED", "COMPLETE", "FINALISED", "FILED")
)

GivenCodes = Mapping[str, Mapping[str, str]]  # column -> key of the text -> code
NONE_GIVEN: GivenCodes = {}


def code_key(written: str) -> str:
    """One key for all ways of writing a code."""
    return text.squeezed(written)


def code_in(column: str, written: str, given: GivenCodes = NONE_GIVEN) -> str:
    """The code that a cell of this column means; empty if nobody knows."""
    said = given.get(column) if given else None
    return (said.get(code_key(written)) if said else None) or _listed(column, written)


@lru_cache(text.KEPT)
def _listed(column: str, written: str) -> str:
    if read := _SHORT_FORMS.get(CODED[column]):
        return read(written)
    if code := code_of(written, CODED[column]):
        return code
    key, table = code_key(written), _table(column)
    if key in table:
        return table[key]
    ended = next((start for start in sorted(_ENDED, key=len, reverse=True) if key.startswith(start)), None)
    rest = key.removeprefix(ended) if ended and column == "outcome" else ""
    return (code_of(rest, CODED[column]) or table.get(rest, "")) if rest else ""


@cache
def _table(column: str) -> Mapping[str, str]:
    return {
        code_key(spelling): code.value
        for code, line in _SPELLINGS.get(column, {}).items()
        for spelling in line.split(",")
    }
