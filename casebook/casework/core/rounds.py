"""Decision rounds: a round ends with an approved decision, or the next one begins. Earlier decisions can still be read."""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.storage.case import decisions
from casebook.storage.tables import Application


def next_round(act: Act, application: Application, *, because: str) -> None:
    """Begin the next round. The decision of this round is superseded, and answers to this round are refused from now on."""
    standing = decisions.decision(act.session, application)
    if standing is not None:
        standing.superseded = True
    application.version += 1
    act.record(
        application, "round_begun", because=because, version=application.version,
        superseded=standing.id if standing else None,
    )  # fmt: skip
