"""An early end: what must be known before an application ends without a delivered outcome, and what follows from it.

Somebody who lives with the subject may be made to say that they want nothing more, and the subject may say it for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.actors import Reason
from casebook.domain.vocabulary import Answer3, Band, Channel, Identified, Outcome


class SaidBy(StrEnum):
    """Who said that the application should end."""

    A = "a"
    THIRD_PARTY = "third_party"
    AGENCY = "agency"
    NOBODY = "nobody"  # nobody was reached, or the force itself found the ground


@dataclass(frozen=True, kw_only=True)
class EarlyEnd:
    """What one person records about an early end, as given: `None` is not answered."""

    said_by: str | None = None
    identified: str | None = None
    channel: str | None = None
    alone: str | None = None  # whether they were alone when they said it
    help_offered: str | None = None

    @property
    def as_kept(self) -> dict[str, str]:
        """What is stored with the proposal."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def added_to(self, first: Mapping[str, str]) -> dict[str, str] | None:
        """What the second person recorded, added to what the first one did; None if the two contradict each other."""
        second = self.as_kept
        if any(first.get(name, second[name]) != second[name] for name in CHOICES if name in second):
            return None
        offered = dict.fromkeys(told["help_offered"] for told in (first, second) if "help_offered" in told)
        return {**first, **second, "help_offered": "; ".join(offered)}


CHOICES: Mapping[str, tuple[str, ...]] = {
    "said_by": tuple(SaidBy),
    "identified": tuple(how for how in Identified if how is not Identified.NOT_IDENTIFIED),
    "channel": tuple(Channel),
    "alone": tuple(Answer3),
}
ABOUT_WHO_SAID_IT = ("identified", "channel", "alone")
# what somebody who answers their phone, and knows them well, cannot stand in for
NOT_BY_PHONE = frozenset({
    Identified.CODE_WORD, Identified.IN_PERSON, Identified.DOCUMENT, Identified.KNOWN_PROFESSIONAL,
})  # fmt: skip


def why_not_end(end: EarlyEnd, outcome: Outcome, *, has_code_word: bool) -> Reason | None:
    """A reason not to end, with every fault at once."""
    if faults := list(_faults(end, outcome)):
        return Reason("early_end_incomplete", "; ".join(faults))
    if has_code_word and end.identified is not None and end.identified not in NOT_BY_PHONE:
        return Reason(
            "code_word_needed",
            "a code word was agreed with them: ask for it, or see them in person, because somebody else may answer their phone",
        )
    return None


def _faults(end: EarlyEnd, outcome: Outcome) -> Iterator[str]:
    required = ["said_by", "help_offered"]
    if end.said_by != SaidBy.NOBODY:
        required += ABOUT_WHO_SAID_IT
    elif outcome == Outcome.WITHDRAWN:
        yield "only somebody who said so can withdraw an application: give who it was, as said-by"
    for name in required:
        if not (getattr(end, name) or "").strip():
            yield f"give {_option(name)}{_choices(name)}"
    for name in CHOICES:
        given = getattr(end, name)
        if given and given not in CHOICES[name]:
            yield f"{_option(name)} must be one of: {', '.join(CHOICES[name])}"
    if end.said_by == SaidBy.NOBODY:
        yield from (f"leave out {_option(name)}: nobody said it" for name in ABOUT_WHO_SAID_IT if getattr(end, name))


def _option(name: str) -> str:
    return name.replace("_", "-")


def _choices(name: str) -> str:
    return f" (one of: {', '.join(CHOICES[name])})" if name in CHOICES else ", in words"


def proposes_right_to_know(*, assessed: bool, band: str | None, alone: bool) -> bool:
    """Whether the person at risk may have to be told without asking: unless the risk was assessed as standard.

    A band that nobody assessed is not low. Whoever was not alone may have been made to say it.
    """
    return not (assessed and band == Band.STANDARD and alone)
