"""Weighs one record: how grave it is, how sure, against whom, and how long ago; and lists what is not known about it."""

import math
from dataclasses import dataclass
from datetime import date

from casebook.domain.risk.offences import UNMAPPED, Basis
from casebook.domain.risk.risk_model import RiskModel, Shows, Tier
from casebook.domain.risk.subject_records import SubjectRecord, latest_day
from casebook.domain.vocabulary import RecordKind, VictimRelationship


@dataclass(frozen=True, kw_only=True)
class Weighed:
    record: SubjectRecord
    key: object  # equal keys are one record
    days_ago: int
    group: str
    tier: Tier
    signs: frozenset[str]  # high-risk indicators: flags, and those that the offence itself proves
    sure: float  # kind and grading, 0..1
    weight: float  # sure x victim x recency
    harm: float  # weight x gravity
    points: float  # harm, plus weight x the points of the signs
    counts: bool  # it is relevant to the danger to a partner
    domestic: bool  # the victim was a partner or relative, or is not known
    doubts: tuple[str, ...]


def weigh(record: SubjectRecord, place: int, today: date, model: RiskModel) -> Weighed:
    """Weigh one record. `place` distinguishes records without a number."""
    weights, grading = model.numbers.weights, model.offences.grade(record.offence_code, record.offence_text)
    group, relationship = model.group(grading.group), record.relationship
    day, dated = latest_day(record.date, today)
    days_ago = (today - day).days
    worth = model.numbers.signs.points.value
    signs = worth.keys() & {*record.flags, *group.signs}
    related = relationship in weights.domestic.value
    counts = group.tier is not Tier.OTHER or bool(signs) or related
    sure, graded = surety(record, model)
    recency = max(0.5 ** (days_ago / weights.half_life_days.value), weights.recency_floor.value[group.tier])
    weight = sure * weights.victim.value[relationship] * recency
    harm = weight * gravity(grading.group, model, counts=counts)
    doubts = (
        *graded,
        dated,
        *_unmapped(grading.basis),
        *_unlisted(record, model),
        *_unattributed(record, counts=counts),
    )
    return Weighed(
        record=record,
        key=record.key or place,
        days_ago=days_ago,
        group=grading.group,
        tier=group.tier,
        signs=frozenset(signs),
        sure=sure,
        weight=weight,
        harm=harm,
        points=harm + weight * math.fsum(worth[sign] for sign in signs),
        counts=counts,
        domestic=related or relationship is VictimRelationship.UNKNOWN,
        doubts=tuple(doubt for doubt in doubts if doubt),
    )


def gravity(group: str, model: RiskModel, *, counts: bool) -> float:
    """The points for how grave an offence is: a logarithm of the harm days."""
    rule, tier = model.numbers.gravity, model.group(group).tier
    relevance = rule.relevance.value[tier]
    if (
        counts and tier is Tier.OTHER
    ):  # against a partner, or with a high-risk indicator, it is as relevant as a harmful one
        relevance = max(relevance, rule.relevance.value[Tier.HARMFUL])
    return rule.per_decade.value * math.log10(1 + model.harm_days[group]) * relevance


def surety(record: SubjectRecord, model: RiskModel) -> tuple[float, tuple[str, ...]]:
    """How much a record counts for its kind and, if it is intelligence, for its grading."""
    weights, kind = model.numbers.weights, record.known_kind
    base = weights.kind.value[kind or "unknown"]
    if kind is not RecordKind.INTELLIGENCE:
        return base, () if kind else ("unknown_kind",)
    by_source, by_content = weights.source_evaluation.value, weights.intelligence_assessment.value
    source, content = record.source_evaluation[:1], record.intelligence_assessment[:1].upper()
    known = source in by_source and content in by_content
    sure = base * by_source.get(source, by_source["unknown"]) * by_content.get(content, by_content["unknown"])
    doubtful = "doubtful_intelligence" if sure < model.numbers.pattern.least_weight.value else ""
    return sure, (doubtful if known else "ungraded_intelligence",)


def shown(rule: Shows, history: tuple[Weighed, ...]) -> tuple[Weighed, ...]:
    """The records that satisfy the rule together; empty if they do not."""
    fitting = tuple(record for record in history if _bears(rule, record))
    wanted = {*rule.signs, *rule.groups}
    shown_by_records = {what for record in fitting for what in (*record.signs, record.group) if what in wanted}
    return fitting if len(shown_by_records) >= rule.at_least else ()


def _bears(rule: Shows, row: Weighed) -> bool:
    return (
        row.sure >= rule.least_weight
        and (not rule.within_days or row.days_ago <= rule.within_days)
        and (not rule.victims or row.record.relationship in rule.victims)
        and (row.group in rule.groups or not row.signs.isdisjoint(rule.signs))
    )


def _unmapped(basis: Basis) -> tuple[str, ...]:
    return {Basis.CODE: (), Basis.TEXT: ("graded_by_text",), Basis.NONE: (f"{UNMAPPED}_offence",)}[basis]


def _unlisted(record: SubjectRecord, model: RiskModel) -> tuple[str, ...]:
    unlisted = set(record.flags) - model.numbers.signs.points.value.keys()
    return ("unknown_flag" if unlisted else "", "" if record.record_id else "unnumbered_record")


def _unattributed(record: SubjectRecord, *, counts: bool) -> tuple[str, ...]:
    if not counts:
        return ()
    nobody = record.relationship is VictimRelationship.UNKNOWN
    return ("" if record.victim_id else "unknown_victim", "unknown_relationship" if nobody else "")
