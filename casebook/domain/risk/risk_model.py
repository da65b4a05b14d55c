"""The fields of a risk model. The numbers are in `casebook/policies/risk-model-*.toml`; each key is named like its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.policy import Fact
from casebook.domain.risk.offences import OffenceTable
from casebook.domain.vocabulary import Band, Priority, RecordKind, VictimRelationship


class Tier(StrEnum):
    """How relevant a group of offences is to the danger to a partner."""

    GRAVE = "grave"
    HARMFUL = "harmful"
    OTHER = "other"
    UNMAPPED = "unmapped"


class Disclosability(StrEnum):
    """Whether a confirmed finding could be disclosed: alone, with others, or not."""

    QUALIFYING = "qualifying"
    SUPPORTING = "supporting"
    NOT = "not"


@dataclass(frozen=True, kw_only=True)
class OffenceGroup:
    words: str
    tier: Tier
    subgroup: str  # a row of harm_days.csv
    statistic: str  # its column
    signs: tuple[str, ...]  # flags that the offence itself proves


@dataclass(frozen=True, kw_only=True)
class Gravity:
    per_decade: Fact[float]
    relevance: Fact[Mapping[Tier, float]]


@dataclass(frozen=True, kw_only=True)
class RiskWeights:
    kind: Fact[Mapping[str, float]]  # by RecordKind, and "unknown"
    source_evaluation: Fact[Mapping[str, float]]
    intelligence_assessment: Fact[Mapping[str, float]]
    victim: Fact[Mapping[VictimRelationship, float]]
    domestic: Fact[tuple[VictimRelationship, ...]]
    half_life_days: Fact[int]
    recency_floor: Fact[Mapping[Tier, float]]


@dataclass(frozen=True, kw_only=True)
class Signs:
    points: Fact[Mapping[str, float]]
    circumstances: Fact[Mapping[str, float]]
    other_circumstance: Fact[float]


@dataclass(frozen=True, kw_only=True)
class Pattern:
    frequency_points: Fact[float]
    frequency_days: Fact[int]
    escalation_points: Fact[float]
    escalation_count: Fact[int]
    escalation_days: Fact[int]
    victim_points: Fact[float]
    serial_points: Fact[float]
    serial_victims: Fact[int]
    serial_days: Fact[int]
    least_weight: Fact[float]


@dataclass(frozen=True, kw_only=True)
class PersonAtRisk:
    vulnerabilities: Fact[Mapping[str, float]]
    other_vulnerability: Fact[float]
    vulnerability_cap: Fact[float]
    earlier_application_points: Fact[float]
    earlier_application_cap: Fact[float]


@dataclass(frozen=True, kw_only=True)
class AnswerPoints:
    yes_points: Fact[float]
    sign_points: Fact[float]
    unknown_points: Fact[float]
    unknown_cap: Fact[float]
    mostly_unknown: Fact[float]
    floors: Fact[Mapping[str, Band]]


@dataclass(frozen=True, kw_only=True)
class BandThresholds:
    medium: Fact[float]
    high: Fact[float]
    critical: Fact[float]
    serial: Fact[Band]
    escalation: Fact[Band]


@dataclass(frozen=True, kw_only=True)
class Shows:
    signs: tuple[str, ...]
    groups: tuple[str, ...]
    victims: tuple[VictimRelationship, ...]  # none: any
    within_days: int  # 0: any age
    least_weight: float  # from kind and grading
    at_least: int = 1  # this many different ones of the signs and groups


@dataclass(frozen=True, kw_only=True)
class Floor:
    band: Band
    words: str
    shows: Fact[Shows]


@dataclass(frozen=True, kw_only=True)
class LethalityRule:
    name: str
    words: str
    shows: Fact[Shows]


@dataclass(frozen=True, kw_only=True)
class Fits:
    """Which findings a line of the policy is for. An empty tuple fits any."""

    tiers: tuple[Tier, ...]
    kinds: tuple[RecordKind, ...]
    victims: tuple[VictimRelationship, ...]
    within_days: int
    least_weight: float


@dataclass(frozen=True, kw_only=True)
class QualifyingRule:
    standing: Disclosability
    words: str
    fits: Fact[Fits]


@dataclass(frozen=True, kw_only=True)
class PriorityRule:
    of_band: Fact[Mapping[Band, Priority]]
    steps: Fact[tuple[float, ...]]
    at_most: Fact[Priority]
    serial: Fact[float]
    vulnerability: Fact[float]
    earlier_application: Fact[float]
    answered_yes: Fact[float]
    doubts: Fact[Mapping[str, float]]


@dataclass(frozen=True, kw_only=True)
class InstrumentQuestion:
    code: str
    topic: str
    sign: str  # the high-risk indicator that a yes shows; empty: none


@dataclass(frozen=True, kw_only=True)
class InstrumentForm:
    version: str
    high_at: Fact[int]
    source: str
    verified: bool
    questions: tuple[InstrumentQuestion, ...]


@dataclass(frozen=True, kw_only=True)
class RiskNumbers:
    name: str
    version: str
    gravity: Gravity
    groups: Mapping[str, Fact[OffenceGroup]]
    weights: RiskWeights
    signs: Signs
    pattern: Pattern
    person_at_risk: PersonAtRisk
    answers: AnswerPoints
    bands: BandThresholds
    floors: tuple[Floor, ...]
    priority: PriorityRule
    lethality: tuple[LethalityRule, ...]
    qualifying: tuple[QualifyingRule, ...]
    instruments: Mapping[str, InstrumentForm]

    def __post_init__(self) -> None:
        """Checks the conditions that guarantee that no new information ever lowers a score."""
        if not 0 < self.bands.medium.value <= self.bands.high.value <= self.bands.critical.value:
            raise ValueError("the points of the bands must rise")
        if self.answers.unknown_cap.value >= self.bands.medium.value:
            raise ValueError("unknown answers alone must stay below medium")
        if self.answers.unknown_points.value > min(self.answers.yes_points.value, self.answers.sign_points.value):
            raise ValueError("an unknown answer must not outweigh a yes")
        if self.priority.doubts.value["unknown_answer"] > self.priority.answered_yes.value:
            raise ValueError("learning a yes must not lower the priority")
        if list(self.priority.steps.value) != sorted(self.priority.steps.value):
            raise ValueError("the steps must rise")


@dataclass(frozen=True, kw_only=True)
class RiskModel:
    numbers: RiskNumbers
    offences: OffenceTable
    harm_days: Mapping[str, float]  # of each group

    @property
    def version(self) -> str:
        return f"{self.numbers.name}/{self.numbers.version}"

    def group(self, name: str) -> OffenceGroup:
        return self.numbers.groups[name].value
