"""Calculates the lines of a score. Points are multiples of 1/16, so that floats add up exactly in any order."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from casebook.domain.risk.instruments import Reading, printable
from casebook.domain.risk.record_weight import Weighed
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.risk.subject_records import PRINTABLE
from casebook.domain.vocabulary import VictimRelationship

AGAINST = {
    VictimRelationship.INTIMATE_PARTNER: "against a partner",
    VictimRelationship.EX_PARTNER: "against a former partner",
    VictimRelationship.FAMILY: "against a relative",
    VictimRelationship.OTHER: "against somebody else",
    VictimRelationship.UNKNOWN: "against nobody knows whom",
}

MANY = 1000  # a higher count adds nothing


@dataclass(frozen=True, kw_only=True)
class Contribution:
    factor: str
    value: float
    reason: str

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def line(factor: str, value: float, reason: str) -> Contribution:
    return Contribution(factor=factor, value=round(value * 16) / 16, reason=reason)


def of_history(history: Sequence[Weighed], model: RiskModel) -> tuple[Contribution, ...]:
    return (
        *(each for row in gravest(history) for each in _of_record(row, model)),
        *_of_frequency(history, model),
        *_of_victims(history, model),
        *([_serial(model)] if is_serial(history, model) else []),
        *([_escalation(model)] if is_escalating(history, model) else []),
    )


def gravest(history: Sequence[Weighed]) -> tuple[Weighed, ...]:
    """One version of each record: the one that weighs most."""
    by_key: dict[object, Weighed] = {}
    for each in sorted(history, key=lambda row: (row.points, repr(row.record))):
        by_key[each.key] = each
    return tuple(by_key.values())


def is_serial(history: Sequence[Weighed], model: RiskModel) -> bool:
    rule = model.numbers.pattern
    victims = {each.record.victim_id.casefold() for each in _certain(history, rule.serial_days.value, model)}
    return len(victims - {""}) >= rule.serial_victims.value


def is_escalating(history: Sequence[Weighed], model: RiskModel) -> bool:
    rule = model.numbers.pattern
    return (
        len({each.key for each in _certain(history, rule.escalation_days.value, model)}) >= rule.escalation_count.value
    )


def _certain(history: Sequence[Weighed], days: int, model: RiskModel) -> list[Weighed]:
    least = model.numbers.pattern.least_weight.value
    return [each for each in history if each.counts and each.domestic and each.sure >= least and each.days_ago <= days]


def _of_record(row: Weighed, model: RiskModel) -> Iterable[Contribution]:
    kind = (row.record.known_kind or "record of an unknown kind").replace("_", " ")
    against, group = AGAINST[row.record.relationship], model.group(row.group)
    harm = line("record", row.harm, f"{kind}: {group.words}, {against}, {_ago(row)} ({row.record.label})")
    yield harm
    if row.signs:
        shown = ", ".join(sorted(row.signs)).replace("_", " ")
        # the two lines add up to the rounded total: rounded separately, a graver record could get a sixteenth less
        whole = line("lethality_signs", row.points, f"shown by {row.record.label}: {shown}")
        yield replace(whole, value=whole.value - harm.value)


def _ago(row: Weighed) -> str:
    if {"unknown_date", "future_date"}.intersection(row.doubts):
        return "taken as today"
    years = row.days_ago / 365.25
    return f"{row.days_ago} days ago" if years < 2 else f"{years:.0f} years ago"  # noqa: PLR2004 - readable at a glance


def _of_frequency(history: Sequence[Weighed], model: RiskModel) -> Iterable[Contribution]:
    rule = model.numbers.pattern
    recent = [each for each in history if each.counts and each.days_ago <= rule.frequency_days.value]
    if amount := _sum_of_greatest(recent, lambda row: row.key):
        number = len({each.key for each in recent})
        told = f"{number} in {_years(rule.frequency_days.value)}, each by its kind"
        yield line("frequency", rule.frequency_points.value * math.log2(1 + amount), told)


def _of_victims(history: Sequence[Weighed], model: RiskModel) -> Iterable[Contribution]:
    """The line for different victims. Records that name no victim count together as one victim, if none is named."""
    named = [each for each in history if each.counts and each.record.victim_id]
    unnamed = max((each.sure for each in history if each.counts and not each.record.victim_id), default=0.0)
    amount = max(_sum_of_greatest(named, lambda row: row.record.victim_id.casefold()), unnamed)
    if amount:
        number = len({each.record.victim_id.casefold() for each in named})
        told = f"{number or 'an unnamed'} different victim{'s' * (number > 1)}, each by the kind of record"
        yield line("victims", model.numbers.pattern.victim_points.value * math.log2(1 + amount), told)


def _sum_of_greatest(rows: Iterable[Weighed], key: Callable[[Weighed], object]) -> float:
    greatest: dict[object, float] = {}
    for each in rows:
        greatest[key(each)] = max(each.sure, greatest.get(key(each), 0.0))
    return math.fsum(greatest.values())


def _serial(model: RiskModel) -> Contribution:
    rule = model.numbers.pattern
    told = f"{rule.serial_victims.value} or more victims in {_years(rule.serial_days.value)}: a serial subject"
    return line("serial", rule.serial_points.value, told)


def _escalation(model: RiskModel) -> Contribution:
    rule = model.numbers.pattern
    told = f"{rule.escalation_count.value} or more domestic records in {rule.escalation_days.value} days"
    return line("escalation", rule.escalation_points.value, told)


def _years(days: int) -> str:
    return f"{days / 365:.3g} years"


def of_answers(reading: Reading | None, model: RiskModel) -> Iterable[Contribution]:
    rule = model.numbers.answers
    if reading is None or reading.form is None:
        yield line("instrument_unknown", rule.unknown_cap.value, "no known instrument: every question is open")
    elif open_questions := reading.unknown_count:
        amount = min(rule.unknown_cap.value, rule.unknown_points.value * open_questions)
        yield line("instrument_unknown", amount, f"{open_questions} questions without yes or no")
    if reading is None:
        return
    telling = [(each.code, each.topic) for each in reading.yes if each.sign]
    telling += [(code, code) for code in reading.foreign_yes if signs_in(code, model)]
    for code, topic in telling:
        yield line(
            "instrument", rule.sign_points.value, f"{printable(code)}, {printable(topic).replace('_', ' ')}: yes"
        )
    if plain := reading.yes_count - len(telling):
        yield line("instrument", rule.yes_points.value * plain, f"{plain} other questions answered yes")


def signs_in(code: str, model: RiskModel) -> set[str]:
    """What a code that the form does not have seems to ask about."""
    return {sign for sign in model.numbers.signs.points.value if sign in code}


def of_person(vulnerabilities: Iterable[str], earlier: int | None, model: RiskModel) -> Iterable[Contribution]:
    rule = model.numbers.person_at_risk
    known, named = rule.vulnerabilities.value, sorted(set(vulnerabilities))
    if named:
        amount = math.fsum(known.get(each, rule.other_vulnerability.value) for each in named)
        told = ", ".join(sorted({_plain(each, each in known) for each in named}))
        yield line("vulnerability", min(amount, rule.vulnerability_cap.value), f"the person at risk: {told}")
    if earlier:
        counted = min(earlier, MANY)
        amount = min(rule.earlier_application_points.value * counted, rule.earlier_application_cap.value)
        yield line("earlier_applications", amount, f"{counted}{'' if counted == earlier else ' or more'} of them")


def of_circumstances(circumstances: Iterable[str], model: RiskModel) -> Iterable[Contribution]:
    known = model.numbers.signs.circumstances.value
    for each in sorted(set(circumstances)):
        amount = known.get(each, model.numbers.signs.other_circumstance.value)
        yield line("circumstance", amount, f"now: {_plain(each, each in known)}")


def _plain(name: str, known: bool) -> str:  # noqa: FBT001 - read as "if known"
    """A known value in words. Unknown free text is not printed, because it may be personal."""
    return name.replace("_", " ") if known and PRINTABLE.fullmatch(name) else "something no table names"
