"""Freezing after a death or serious injury: nothing may be changed; only danger, crimes and referrals are worked on."""

from __future__ import annotations

from datetime import datetime

from casebook.domain.actors import Reason
from casebook.domain.vocabulary import WorkKind

# work that keeps people safe, or that is about the unit rather than the application; all other work waits
GOES_ON = frozenset({
    WorkKind.IMMEDIATE_SAFEGUARDING, WorkKind.RECORD_CRIME, WorkKind.REFER_SAFEGUARDING,
    WorkKind.SAFEGUARD_DURING_DELAY, WorkKind.REVIEW_WATCH_PROPOSAL, WorkKind.ACKNOWLEDGE_ESCALATION,
    WorkKind.ANSWER_SIGNAL, WorkKind.REVIEW_APPLICATION, WorkKind.SECOND_REVIEW, WorkKind.LOOK_AGAIN_AT_CONTACT,
    WorkKind.READ_REJECTED_ROW, WorkKind.REVIEW_RESTRICTED,
    WorkKind.LINK_ACROSS_RESTRICTION,
})  # fmt: skip


CODE = "frozen"


def why_not_edit(frozen_at: datetime | None, kind: WorkKind | None = None) -> Reason | None:
    """A reason if the application is frozen and this work must wait. Without a kind: a reason not to change it."""
    if frozen_at is None or kind in GOES_ON:
        return None
    return Reason(
        CODE,
        "this application is frozen after a death or serious injury: two people must unfreeze it before it is changed",
    )
