"""Loads a risk model: its numbers, the offence table and the harm days, checked against one another."""

from functools import cache

from casebook.domain.risk.offences import UNMAPPED
from casebook.domain.risk.risk_model import RiskModel, RiskNumbers
from casebook.errors import WrongUsage
from casebook.policies import offence_tables, reading
from casebook.policies.reading import UnreadablePolicy

CURRENT = "risk-model-1"


class UnknownRiskModel(WrongUsage):
    """There is no risk model of that name."""

    code = "unknown_risk_model"


@cache
def load(name: str = CURRENT) -> RiskModel:
    """Load a risk model. A stored score names its model, so the file of a model must never change."""
    if name not in reading.names("risk-model-"):
        raise UnknownRiskModel
    numbers = reading.load(RiskNumbers, name)
    offences = offence_tables.load()
    if strangers := ({*offences.groups.values(), *(g for _, g in offences.phrases), UNMAPPED} - numbers.groups.keys()):
        raise UnreadablePolicy(f"{name}: no such group: {', '.join(sorted(strangers))}")
    return RiskModel(numbers=numbers, offences=offences, harm_days=_harm_days(numbers))


def _harm_days(numbers: RiskNumbers) -> dict[str, float]:
    table = {row["prc_subgroup"]: row for row in reading.rows("harm_days")}
    try:
        return {
            name: float(table[group.value.subgroup][group.value.statistic]) for name, group in numbers.groups.items()
        }
    except KeyError as error:
        raise UnreadablePolicy(f"harm_days.csv has no {error}") from None
