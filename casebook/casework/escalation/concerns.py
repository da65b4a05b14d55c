"""A concern that a supervisor must acknowledge. It is opened once for each key, and escalates while not acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from casebook.domain.escalation import WhyStalled
from casebook.domain.vocabulary import Role, WorkKind
from casebook.domain.work import Need


class Concern(NamedTuple):
    """One concern. `reference` is None if it is about the unit and not about one application."""

    reference: str | None
    why: WhyStalled
    key: str  # another key opens another item
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
