"""Scores how grave the danger from a subject looks and how soon somebody must look. Every point has a reason.

A score orders work; it never decides an outcome. Nothing that is added, or found to be graver or more recent, lowers it.
What is not known never counts as a no.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from casebook.domain.risk import instruments, risk_bands, risk_doubts, risk_factors
from casebook.domain.risk.instruments import Reading
from casebook.domain.risk.record_weight import Weighed, shown, weigh
from casebook.domain.risk.risk_bands import FloorHeld
from casebook.domain.risk.risk_factors import Contribution, line
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_model import Disclosability, Fits, RiskModel
from casebook.domain.risk.subject_records import SubjectRecord, latest_day
from casebook.domain.vocabulary import Band, Priority


@dataclass(frozen=True, kw_only=True)
class Score:
    band: Band
    priority: Priority
    score: float  # exactly the sum of the contributions
    contributions: tuple[Contribution, ...]  # the greatest first
    uncertainty: tuple[str, ...]
    priority_reasons: tuple[str, ...]
    model_version: str

    def to_dict(self) -> dict[str, object]:
        return {
            "band": self.band.value,
            "priority": self.priority.value,
            "score": self.score,
            "contributions": [each.to_dict() for each in self.contributions],
            "uncertainty": list(self.uncertainty),
            "priority_reasons": list(self.priority_reasons),
            "model_version": self.model_version,
        }


def score(inputs: ScoreInputs, model: RiskModel) -> Score:
    history = weigh_all(inputs.records, inputs.today, model)
    reading = instruments.read(inputs.instrument, model.numbers.instruments) if inputs.instrument else None
    found = (
        *risk_factors.of_history(history, model),
        *risk_factors.of_answers(reading, model),
        *risk_factors.of_person(inputs.vulnerabilities, inputs.earlier_applications, model),
        *risk_factors.of_circumstances(inputs.circumstances, model),
    )
    doubts = _doubts(inputs, history, reading, model)
    held = risk_bands.floors(history, reading, model)
    points = sum(each.value for each in found)
    band = risk_bands.band(points, held, model)
    if band is Band.STANDARD and not history and _says_little(reading, model):
        band = Band.INSUFFICIENT_INFORMATION
    pressing = risk_bands.pressing((each.factor for each in found), doubts, reading, model)
    priority, reasons = risk_bands.priority(band, pressing, model)
    floors = (line("floor", 0.0, f"at least {each.band}: {each.reason}") for each in held)
    return Score(
        band=band,
        priority=priority,
        score=points,
        contributions=tuple(sorted((*found, *floors), key=lambda each: (-each.value, each.factor, each.reason))),
        uncertainty=tuple(sorted(each.told for each in doubts)),
        priority_reasons=reasons,
        model_version=model.version,
    )


def floors(inputs: ScoreInputs, model: RiskModel) -> tuple[FloorHeld, ...]:
    """The lowest possible bands, and why. People may lower the band of the points, but never a band that a fact requires."""
    reading = instruments.read(inputs.instrument, model.numbers.instruments) if inputs.instrument else None
    return risk_bands.floors(weigh_all(inputs.records, inputs.today, model), reading, model)


def weigh_all(records: Iterable[SubjectRecord], today: date, model: RiskModel) -> tuple[Weighed, ...]:
    """The records with the flags of all their versions: a flag in one version counts for every version."""
    rows, flags = tuple(records), defaultdict[object, set[str]](set)
    for place, each in enumerate(rows):
        flags[each.key or place].update(each.flags)
    return tuple(
        weigh(replace(each, flags=tuple(sorted(flags[each.key or place]))), place, today, model)
        for place, each in enumerate(rows)
    )


def known_by(records: Iterable[SubjectRecord], day: date) -> tuple[SubjectRecord, ...]:
    """The records that a past decision could have known: those dated by that day.

    Call it only to score a past moment. In a present history a date after today is a mistake and counts as today.
    """
    return tuple(each for each in records if latest_day(each.date, day)[1] != "future_date")


def _says_little(reading: Reading | None, model: RiskModel) -> bool:
    return reading is None or reading.share_unknown >= model.numbers.answers.mostly_unknown.value


def _doubts(
    inputs: ScoreInputs, history: tuple[Weighed, ...], reading: Reading | None, model: RiskModel
) -> tuple[risk_doubts.Doubt, ...]:
    return (
        *risk_doubts.of_history(history),
        *risk_doubts.of_answers(reading),
        *risk_doubts.of_person(inputs.vulnerabilities, inputs.circumstances, inputs.earlier_applications, model),
        *risk_doubts.of_gaps(inputs.gaps, inputs.unread),
    )


@dataclass(frozen=True, kw_only=True)
class LethalitySign:
    """A high-risk indicator found by a search, which opens immediate safeguarding."""

    name: str
    words: str
    records: tuple[str, ...]  # labels, source:number


def lethality_signs(records: Iterable[SubjectRecord], today: date, model: RiskModel) -> tuple[LethalitySign, ...]:
    history = weigh_all(records, today, model)
    return tuple(
        LethalitySign(name=rule.name, words=rule.words, records=tuple(sorted({each.record.label for each in bearing})))
        for rule in model.numbers.lethality
        if (bearing := shown(rule.shows.value, history))
    )


@dataclass(frozen=True, kw_only=True)
class Ruling:
    standing: Disclosability
    reason: str


def qualifying(record: SubjectRecord, today: date, model: RiskModel) -> Ruling:
    """Whether a confirmed finding could be disclosed, by the first line of the policy that fits. A person decides."""
    row = weigh(record, 0, today, model)
    for rule in model.numbers.qualifying:
        if _fits(rule.fits.value, row):
            return Ruling(standing=rule.standing, reason=rule.words)
    return Ruling(standing=Disclosability.SUPPORTING, reason="no line of the policy fits: a person has to read it")


def _fits(rule: Fits, row: Weighed) -> bool:
    return (
        (not rule.tiers or row.tier in rule.tiers)
        and (not rule.kinds or row.record.known_kind in rule.kinds)
        and (not rule.victims or row.record.relationship in rule.victims)
        and (not rule.within_days or row.days_ago <= rule.within_days)
        and row.sure >= rule.least_weight
    )
