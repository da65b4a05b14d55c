"""Loads a risk model: its numbers, the offence table and the harm days, checked against one another."""

import tomllib
from functools import cache
from importlib import resources

from casebook.domain.offences import UNMAPPED
from casebook.domain.risk_model import RiskModel, RiskNumbers
from casebook.errors import WrongUsage
from casebook.policies import offence_tables
from casebook.policies.reading import UnreadablePolicy, read

CURRENT = "risk-model-1"


class UnknownRiskModel(WrongUsage):
    """There is no risk model of that name."""

    code = "unknown_risk_model"


@cache
def load(name: str = CURRENT) -> RiskModel:
    """A stored score names the model it was made with; that file stays as it was."""
    file = resources.files(__package__) / f"{name}.toml"
    if not name.startswith("risk-model-") or not file.is_file():
        raise UnknownRiskModel
    numbers = read(RiskNumbers, tomllib.loads(file.read_text(encoding="utf-8")), name)
    offences = offence_tables.load()
    if strangers := ({*offences.groups.values(), *(g for _, g in offences.phrases), UNMAPPED} - numbers.groups.keys()):
        raise UnreadablePolicy(f"{name}: no such group: {', '.join(sorted(strangers))}")
    return RiskModel(numbers=numbers, offences=offences, harm_days=_harm_days(numbers))


def _harm_days(numbers: RiskNumbers) -> dict[str, float]:
    table = {row["prc_subgroup"]: row for row in offence_tables.rows("harm_days.csv")}
    try:
        return {
            name: float(table[group.value.subgroup][group.value.statistic]) for name, group in numbers.groups.items()
        }
    except KeyError as error:
        raise UnreadablePolicy(f"harm_days.csv has no {error}") from None
