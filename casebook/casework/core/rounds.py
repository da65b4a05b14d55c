"""A round of deciding ends with an approved decision, or the next one begins; what was decided stays to be read."""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.storage.case import decisions
from casebook.storage.tables import Application


def next_round(act: Act, application: Application, *, because: str) -> None:
    """Supersede the decision of this round, if there is one, and begin the next; answers to this round are refused."""
    standing = decisions.decision(act.session, application)
    if standing is not None:
        standing.superseded = True
    application.version += 1
    act.record(
        application, "round_begun", because=because, version=application.version,
        superseded=standing.id if standing else None,
    )  # fmt: skip
