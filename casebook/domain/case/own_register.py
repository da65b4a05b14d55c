"""What two applications about people who are alike are to each other: linked, perhaps about the same person, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from casebook.domain.vocabulary import MatchBand, Party

FULL_DATE = len("YYYY-MM-DD")
MAY_BE = 10  # of one person: the heaviest. Whoever shares more than these with the person is linked anyway
LATEST = 10  # an application is linked to so many of its latest repeats; those are linked to the ones before


class LinkKind(StrEnum):
    """Why two applications are linked. `may_be_...`: not counted before somebody confirms it."""

    SAME_SUBJECT = "same_subject"
    SAME_PERSON_AT_RISK = "same_person_at_risk"
    MAY_BE_SAME_SUBJECT = "may_be_same_subject"
    MAY_BE_SAME_PERSON_AT_RISK = "may_be_same_person_at_risk"


SURE = {Party.B: LinkKind.SAME_SUBJECT, Party.A: LinkKind.SAME_PERSON_AT_RISK}
OPEN_QUESTION = {Party.B: LinkKind.MAY_BE_SAME_SUBJECT, Party.A: LinkKind.MAY_BE_SAME_PERSON_AT_RISK}
CONFIRMED_BY = dict(zip(OPEN_QUESTION.values(), SURE.values(), strict=True))  # what a question becomes if it is "same"


def kind_of_link(party: Party, band: MatchBand, *, twin: bool, same_name_and_date: bool) -> LinkKind | None:
    """The link between two applications whose A, or whose B, are so alike. None: nothing speaks for the same person.

    A usual name with the same full birth date is just below `strong` in the model. It was linked from the first release on.
    """
    if same_name_and_date or (band is MatchBand.STRONG and not twin):
        return SURE[party]
    return OPEN_QUESTION[party] if band in {MatchBand.STRONG, MatchBand.POSSIBLE} else None


def same_name_and_date(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether forename, surname and a full birth date are known and equal, whatever their letters."""
    plain = [tuple(part.strip().casefold() for part in parts) for parts in (one, other)]
    return plain[0] == plain[1] and all(plain[0]) and len(plain[0][-1]) == FULL_DATE


def within_years(moment: datetime, now: datetime, years: int) -> bool:
    """Whether a moment is not longer ago than so many years."""
    return (now - moment).days <= years * 365.25
