"""After a death or serious injury what is known stays as it is: only danger, crimes, referrals are worked on."""

from __future__ import annotations

from datetime import datetime

from casebook.domain.actors import Reason
from casebook.domain.vocabulary import WorkKind
from casebook.domain.work import SPECS


def why_not_edit(frozen_at: datetime | None, kind: WorkKind | None = None) -> Reason | None:
    """A reason if the application is frozen and this is work of a stage, or (without a kind) a change of its details."""
    if frozen_at is None or (kind is not None and SPECS[kind].stage is None):
        return None
    return Reason("frozen", "after a death or serious injury what is known stays as it is until two people unfreeze it")
