"""Something that a supervisor must know of: opened once for each key as an item to acknowledge; with silence it climbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from casebook.domain.escalation import WhyStalled
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import Need


class Concern(NamedTuple):
    """`reference` None: it is about the unit and not about one application."""

    reference: str | None
    why: WhyStalled
    key: str  # the next time is another item
    subject: Mapping[str, object] = {}

    @property
    def need(self) -> Need:
        return Need(
            kind=WorkKind.ACKNOWLEDGE_ESCALATION,
            key=f"{self.why}:{self.key}",
            role=Role.SUPERVISOR,
            subject={**self.subject, "reason": self.why},
        )

    @property
    def id(self) -> str:
        return self.need.id(self.reference)
