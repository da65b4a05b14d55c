"""The random sample beside the ranking, and what it says about failures that are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casebook.casework.core.acting import Act
from casebook.domain import chain
from casebook.domain.review.cases import FAILURES
from casebook.domain.review.stopping import LikelyLeft, depth_of, likely_left
from casebook.storage import ledger
from casebook.storage.tables import ReviewApplication, ReviewCase


def beside(act: Act, row: ReviewApplication) -> bool:
    """Whether an application is in the sample. Always the same for one; unpredictable without the casebook's key."""
    digest = chain.row_digest(act.session.info[ledger.KEY], "review_beside", {"row": row.rows[0]})
    return act.documents.review(act.now).allocation.is_beside(lot_of(digest))


def lot_of(digest: str) -> float:
    """The lot that a digest draws: at least 0 and below 1."""
    return int(digest[:8], 16) / 2**32


def left(act: Act, rows: Sequence[ReviewApplication], latest: Mapping[str, ReviewCase]) -> LikelyLeft | None:
    """`rows`: every application that is ranked. `latest`: the concluded case of each that was examined, by application."""
    ordered = sorted(rows, key=lambda row: row.rank or 0)
    depth = depth_of([row.id in latest for row in ordered])
    below = ordered[depth:]
    sampled = [row for row in below if row.id in latest and beside(act, row)]
    return likely_left(
        depth=depth,
        sampled=len(sampled),
        failures=sum(latest[row.id].outcome in FAILURES for row in sampled),
        not_examined=[float((row.assessment or {}).get("chance", 0.0)) for row in below if row.id not in latest],
        found=sum(case.outcome in FAILURES for case in latest.values()),
        hours_each=act.documents.review(act.now).allocation.hours_each.value,
    )
