"""What counts as work on an application: whoever did any of it does not approve its decision."""

from __future__ import annotations

# events of an application's chain that leave their actor free to approve: they read, took the item, declared their interests,
# or told of danger, which is everybody's. Every other event counts, also those that are yet to come.
LEAVES_FREE = frozenset({
    "application_exported", "conflict_declared", "made_urgent", "personal_detail_viewed", "priority_raised",
    "safeguarding_opened", "work_cancelled", "work_claimed", "work_opened",
})  # fmt: skip
# recorded about the signature of an approver, in the moment in which they sign
ABOUT_A_SIGNATURE = "signed_at_once"
