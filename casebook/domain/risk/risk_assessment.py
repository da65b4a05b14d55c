"""How a person's judgement stands beside the machine's score: raising counts at once, lowering with a second person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.risk.risk_bands import FloorHeld
from casebook.domain.vocabulary import Band

# "nothing is known" is graver than "looked at and slight"
ORDER = (Band.STANDARD, Band.INSUFFICIENT_INFORMATION, Band.MEDIUM, Band.HIGH, Band.CRITICAL)


class Judgement(StrEnum):
    CONFIRM = "confirm"
    RAISE = "raise"
    LOWER = "lower"
    AGREE = "agree"  # the second person on a lowering
    DISAGREE = "disagree"


FIRST = frozenset({Judgement.CONFIRM, Judgement.RAISE, Judgement.LOWER})
SECOND = frozenset({Judgement.AGREE, Judgement.DISAGREE})


@dataclass(frozen=True, kw_only=True)
class RecordedJudgement:
    """One judgement as it was recorded."""

    band: Band
    scored: Band  # what the score it speaks of says
    lowers: bool
    agreed: bool | None  # by the second person; None: nobody yet, or none needed
    of_this_score: bool  # a lowering speaks of one score only: new facts undo it


def graver(one: Band, other: Band) -> Band:
    return max(one, other, key=ORDER.index)


def effective(scored: Band, judged: Iterable[RecordedJudgement]) -> Band:
    """The band that holds: the score's, raised by any one person, lowered by two; `judged` in order of time."""
    band = scored
    for each in judged:
        if each.lowers and each.agreed and each.of_this_score:
            band = each.band
        elif not each.lowers and ORDER.index(each.band) > ORDER.index(each.scored):
            band = graver(band, each.band)
    return band


def why_not_judge(judgement: Judgement, *, present: Band, to: Band | None, second: bool) -> Reason | None:
    """A reason if the judgement does not fit the question, or the band does not fit the judgement."""
    if judgement not in (SECOND if second else FIRST):
        return Reason("wrong_judgement", f"answer one of: {', '.join(sorted(SECOND if second else FIRST))}")
    if judgement not in {Judgement.RAISE, Judgement.LOWER}:
        if to not in {None, present}:
            return Reason("band_contradicts", "another band than the present one is a raise or a lowering")
        return None
    if to is None:
        return Reason("band_missing", f"say to which band to {judgement} it")
    step = ORDER.index(to) - ORDER.index(present)
    if step == 0 or (step > 0) != (judgement is Judgement.RAISE):
        return Reason(
            "band_contradicts", f"{to} is not {'above' if judgement is Judgement.RAISE else 'below'} {present}"
        )
    return None


def why_not_below(to: Band, floors: Iterable[FloorHeld]) -> Reason | None:
    """A reason if a fact holds the band above where somebody would lower it to: the fact is corrected, not its weight."""
    held = [each for each in floors if ORDER.index(each.band) > ORDER.index(to)]
    if not held:
        return None
    told = "; ".join(f"at least {each.band}: {each.reason}" for each in held)
    return Reason("below_floor", f"{told}. If that is wrong, correct what it rests on and it is scored again")
