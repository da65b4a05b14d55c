"""How people's judgement changes the band of a score: one person may raise it, and two people may lower it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.risk.risk_bands import FloorHeld
from casebook.domain.vocabulary import Band
from casebook.domain.words.deciding import BAND, JUDGEMENT

# "not enough information" is graver than "standard": nothing is known yet
ORDER = (Band.STANDARD, Band.INSUFFICIENT_INFORMATION, Band.MEDIUM, Band.HIGH, Band.CRITICAL)


class Judgement(StrEnum):
    CONFIRM = "confirm"
    RAISE = "raise"
    LOWER = "lower"
    AGREE = "agree"  # the second person agrees to the lower band
    DISAGREE = "disagree"


FIRST = frozenset({Judgement.CONFIRM, Judgement.RAISE, Judgement.LOWER})
SECOND = frozenset({Judgement.AGREE, Judgement.DISAGREE})


@dataclass(frozen=True, kw_only=True)
class RecordedJudgement:
    """One judgement as it was recorded."""

    band: Band
    scored: Band  # the band of the score that was judged
    lowers: bool
    agreed: bool | None  # by the second person; None: not yet, or not needed
    of_this_score: bool  # a lower band applies to one score only: new facts undo it


def graver(one: Band, other: Band) -> Band:
    return max(one, other, key=ORDER.index)


def effective(scored: Band, judged: Iterable[RecordedJudgement]) -> Band:
    """The band that applies: the score's, raised by any one person or lowered by two. `judged`: in order of time."""
    band = scored
    for judgement in judged:
        if judgement.lowers and judgement.agreed and judgement.of_this_score:
            band = judgement.band
        elif not judgement.lowers and ORDER.index(judgement.band) > ORDER.index(judgement.scored):
            band = graver(band, judgement.band)
    return band


def why_not_judge(judgement: Judgement, *, present: Band, to: Band | None, second: bool) -> Reason | None:
    """A reason if this judgement cannot be given here, or the band does not fit the judgement."""
    if judgement not in (SECOND if second else FIRST):
        return Reason("wrong_judgement", f"answer one of: {JUDGEMENT.choices(sorted(SECOND if second else FIRST))}")
    if judgement not in {Judgement.RAISE, Judgement.LOWER}:
        if to not in {None, present}:
            return Reason("band_contradicts", "to change the band, answer with raise or lower")
        return None
    if to is None:
        return Reason("band_missing", f"say which band to {judgement} it to")
    step = ORDER.index(to) - ORDER.index(present)
    if step == 0 or (step > 0) != (judgement is Judgement.RAISE):
        return Reason(
            "band_contradicts",
            f"the band {BAND.of(to)} is not {'above' if judgement is Judgement.RAISE else 'below'} {BAND.of(present)}",
        )
    return None


def why_not_below(to: Band, floors: Iterable[FloorHeld]) -> Reason | None:
    """A reason if a fact keeps the band above the one somebody wants. Correct the fact then, instead of lowering the band."""
    above = [floor for floor in floors if ORDER.index(floor.band) > ORDER.index(to)]
    if not above:
        return None
    facts = "; ".join(f"at least {BAND.of(floor.band)}: {floor.reason}" for floor in above)
    return Reason(
        "below_floor", f"{facts}. If this is wrong, correct the record or answer it rests on; it is then scored again"
    )
