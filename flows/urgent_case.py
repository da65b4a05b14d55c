"""Makes one application urgent from Prefect's own interface. It can only raise; a supervisor confirms within the hour."""

from __future__ import annotations

from typing import Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from casebook.domain.words import PRIORITY
from flows.names import Reference
from tasks.wakes import make_urgent
from tasks.without_text import without_text

ReasonCode = Literal[
    "new_threat", "escalating_violence", "person_at_risk_asked", "partner_agency_asked", "release_from_custody", "other"
]


@flow(name="urgent_case", flow_run_name="{reference} urgent")
@without_text
async def urgent_case(reference: Reference, reason: ReasonCode) -> State[None]:
    """Put one application before all others.

    Args:
        reference: For example CL-2026-000123.
        reason: Why it cannot wait. A supervisor must confirm within the hour.

    """
    priority = make_urgent(reference, reason)
    return Completed(message=f"{reference} now has priority {PRIORITY.of(priority)}")
