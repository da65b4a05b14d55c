"""After a death or serious injury what is known stays as it is: only danger, crimes, referrals are worked on."""

from __future__ import annotations

from datetime import datetime

from casebook.domain.actors import Reason
from casebook.domain.vocabulary import WorkKind

# what keeps people safe, or answers for the unit rather than for the application; everything else waits
GOES_ON = frozenset({
    WorkKind.IMMEDIATE_SAFEGUARDING, WorkKind.RECORD_CRIME, WorkKind.REFER_SAFEGUARDING,
    WorkKind.SAFEGUARD_DURING_DELAY, WorkKind.REVIEW_WATCH_PROPOSAL, WorkKind.ACKNOWLEDGE_ESCALATION,
    WorkKind.ANSWER_SIGNAL, WorkKind.REVIEW_APPLICATION, WorkKind.SECOND_REVIEW, WorkKind.LOOK_AGAIN_AT_CONTACT,
})  # fmt: skip


def why_not_edit(frozen_at: datetime | None, kind: WorkKind | None = None) -> Reason | None:
    """A reason if the application is frozen and this is other work than goes on, or (without a kind) a change of it."""
    if frozen_at is None or kind in GOES_ON:
        return None
    return Reason("frozen", "after a death or serious injury what is known stays as it is until two people unfreeze it")
