"""Loads a risk model: its numbers, the offence table and the harm days, checked against one another."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from casebook.domain.risk.offences import UNMAPPED, OffenceTable
from casebook.domain.risk.risk_model import RiskModel, RiskNumbers
from casebook.errors import WrongUsage
from casebook.policies import offence_tables, reading
from casebook.policies.reading import UnreadablePolicy

CURRENT = "risk-model-1"
_TABLES = frozenset({"offence_codes", "offence_phrases", "harm_days"})


class UnknownRiskModel(WrongUsage):
    """There is no risk model of that name."""

    code = "unknown_risk_model"


@cache
def load(name: str = CURRENT) -> RiskModel:
    """Load a risk model. A stored score names its model, so the file of a model must never change."""
    if name not in reading.names("risk-model-"):
        raise UnknownRiskModel
    return from_table(reading.table(name) | tables(), name)


def tables() -> dict[str, Any]:
    """The shipped tables that the numbers are read with: a stored document has them beside its numbers."""
    return {
        "offence_codes": {row["code"]: row["group"] for row in reading.rows("offences")},
        "offence_phrases": [list(each) for each in offence_tables.phrases()],
        "harm_days": {row["prc_subgroup"]: row for row in reading.rows("harm_days")},
    }


def from_table(table: dict[str, Any], name: str) -> RiskModel:
    """A risk model from its numbers and tables."""
    numbers = reading.read(RiskNumbers, {key: value for key, value in table.items() if key not in _TABLES}, name)
    offences = OffenceTable(
        groups=table["offence_codes"], phrases=tuple((phrase, group) for phrase, group in table["offence_phrases"])
    )
    if strangers := ({*offences.groups.values(), *(g for _, g in offences.phrases), UNMAPPED} - numbers.groups.keys()):
        raise UnreadablePolicy(f"{name}: no such group: {', '.join(sorted(strangers))}")
    return RiskModel(numbers=numbers, offences=offences, harm_days=_harm_days(numbers, table["harm_days"]))


def _harm_days(numbers: RiskNumbers, table: Mapping[str, Mapping[str, str]]) -> dict[str, float]:
    try:
        return {
            name: float(table[group.value.subgroup][group.value.statistic]) for name, group in numbers.groups.items()
        }
    except KeyError as error:
        raise UnreadablePolicy(f"harm_days.csv has no {error}") from None
