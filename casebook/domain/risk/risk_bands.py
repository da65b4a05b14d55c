"""Calculates the band from the points, and the priority from the band and what is not known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casebook.domain.risk.instruments import Reading
from casebook.domain.risk.record_weight import Weighed, shown
from casebook.domain.risk.risk_doubts import WORDS, Doubt
from casebook.domain.risk.risk_factors import is_escalating, is_serial, signs_in
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.vocabulary import Band, Priority

# `insufficient_information` starts like `standard`: nothing is known, and its doubts raise the priority
SEVERITY = {Band.STANDARD: 0, Band.INSUFFICIENT_INFORMATION: 0, Band.MEDIUM: 1, Band.HIGH: 2, Band.CRITICAL: 3}


@dataclass(frozen=True, kw_only=True)
class FloorHeld:
    """The lowest possible band, however few the points."""

    band: Band
    reason: str


def floors(history: tuple[Weighed, ...], reading: Reading | None, model: RiskModel) -> tuple[FloorHeld, ...]:
    return (
        *(
            FloorHeld(band=each.band, reason=each.words)
            for each in model.numbers.floors
            if shown(each.shows.value, history)
        ),
        *_of_pattern(history, model),
        *(_of_answers(reading, model) if reading else ()),
    )


def _of_pattern(history: tuple[Weighed, ...], model: RiskModel) -> Iterable[FloorHeld]:
    if is_serial(history, model):
        yield FloorHeld(band=model.numbers.bands.serial.value, reason="a serial subject")
    if is_escalating(history, model):
        yield FloorHeld(band=model.numbers.bands.escalation.value, reason="domestic records one after another")


def _of_answers(reading: Reading, model: RiskModel) -> Iterable[FloorHeld]:
    by_sign = model.numbers.answers.floors.value
    signs = {each.sign for each in reading.yes}.union(*(signs_in(code, model) for code in reading.foreign_yes))
    for sign in sorted(signs & by_sign.keys()):
        yield FloorHeld(band=by_sign[sign], reason=f"{sign.replace('_', ' ')}, as the person at risk says")
    if reading.form and 0 < reading.form.high_at.value <= reading.yes_count:
        yield FloorHeld(band=Band.HIGH, reason=f"{reading.yes_count} answers are yes; the form's threshold is reached")


def band(points: float, held: Iterable[FloorHeld], model: RiskModel) -> Band:
    rule, reached = model.numbers.bands, Band.STANDARD
    for each, least in ((Band.MEDIUM, rule.medium), (Band.HIGH, rule.high), (Band.CRITICAL, rule.critical)):
        if points >= least.value:
            reached = each
    return max((reached, *(each.band for each in held)), key=SEVERITY.__getitem__)


@dataclass(frozen=True, kw_only=True)
class Pressing:
    """What raises the priority besides the band, and how much each adds towards the next step."""

    amount: float
    reason: str


def pressing(
    factors: Iterable[str], doubts: Sequence[Doubt], reading: Reading | None, model: RiskModel
) -> list[Pressing]:
    rule, present = model.numbers.priority, set(factors)
    said = {
        "serial": (rule.serial.value, "the subject is serial"),
        "vulnerability": (rule.vulnerability.value, "the person at risk is vulnerable"),
        "earlier_applications": (rule.earlier_application.value, "there were earlier applications"),
    }
    found = [Pressing(amount=amount, reason=reason) for name, (amount, reason) in said.items() if name in present]
    if reading and reading.yes_count:
        amount = rule.answered_yes.value * reading.yes_count
        found.append(Pressing(amount=amount, reason=f"{reading.yes_count} answers are yes"))
    weights = rule.doubts.value
    return found + [Pressing(amount=weights[each.kind] * each.count, reason=WORDS[each.kind]) for each in doubts]


def priority(of: Band, found: Sequence[Pressing], model: RiskModel) -> tuple[Priority, tuple[str, ...]]:
    """The priority and why: that of the band, raised by a step for each sum that is reached."""
    rule = model.numbers.priority
    base = rule.of_band.value[of]
    amount = round(sum(sorted(each.amount for each in found)), 6)
    steps = sum(amount >= step for step in rule.steps.value)
    highest = min(base.rank, rule.at_most.value.rank)
    raised = list(Priority)[max(base.rank - steps, highest)]
    if raised is base:
        return base, (f"the band is {of.replace('_', ' ')}",)
    told = [each.reason for each in sorted(found, key=lambda each: (-each.amount, each.reason)) if each.amount]
    return raised, (f"the band is {of.replace('_', ' ')}", *told)
