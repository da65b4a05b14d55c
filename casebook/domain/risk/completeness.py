"""How complete a risk questionnaire is, and whether that is enough for the policy. Declining is an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.policy import InstrumentRules
from casebook.domain.risk import instruments
from casebook.domain.risk.instruments import Instrument
from casebook.domain.risk.risk_model import InstrumentForm


class WhyIncomplete(StrEnum):
    """Why a questionnaire has fewer answers than policy asks for."""

    DECLINED = "declined"  # by the person at risk: nobody needs to accept that
    NO_MORE = "no_more"  # no more answers can be had: a second person accepts it or does not


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """The answers to one questionnaire. A question that is not known, or not asked, counts for nothing."""

    name: str
    known: int  # questions with a yes or a no
    of: int


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """The recorded reason why a questionnaire is not complete."""

    why: str
    recorded_by: str
    accepted: bool | None
    accepted_by: str | None

    @property
    def settles(self) -> bool:
        """Whether nobody needs to ask any more."""
        if self.why == WhyIncomplete.DECLINED:
            return self.accepted is not False  # False: the answer that recorded it was set aside
        return self.accepted is True and self.accepted_by not in {None, self.recorded_by}


def most_complete(
    given: Iterable[Instrument], forms: Mapping[str, InstrumentForm], accepted: Collection[str]
) -> Completeness | None:
    """The most complete of the questionnaires that policy accepts; answers under several versions of one count together."""
    answers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for instrument in given:
        if instrument.name in accepted and instrument.name in forms:
            answers[instrument.name] += instrument.answers
    counted = [_counted(name, replies, forms) for name, replies in sorted(answers.items())]
    return max(counted, key=lambda each: each.known / each.of, default=None)


def _counted(name: str, replies: Sequence[tuple[str, str]], forms: Mapping[str, InstrumentForm]) -> Completeness:
    reading = instruments.read(Instrument(name=name, answers=tuple(replies)), forms)
    asked = len(forms[name].questions)
    return Completeness(name=name, known=asked - len(reading.unknown), of=asked)


def why_not_settled(
    completeness: Completeness | None, shortfalls: Sequence[Shortfall], rules: InstrumentRules
) -> Reason | None:
    """A reason if the questionnaire is too incomplete, and nobody declined it or accepted less. `shortfalls`: oldest first."""
    if completeness and completeness.known * 100 >= rules.complete_percent.value * completeness.of:
        return None
    if shortfalls and shortfalls[-1].settles:
        return None
    return Reason("instrument_incomplete", "the risk questionnaire is less complete than policy asks")
