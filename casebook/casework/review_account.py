"""What the review can say of itself: how far it is, what it found by mode and year, and what no list may hold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from casebook.casework import review
from casebook.casework.acting import Act
from casebook.casework.review_triage import TRIAGED
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.hidden_population import Hidden, estimate
from casebook.domain.review import ContactPriority
from casebook.domain.review_evidence import Family
from casebook.errors import NotFound, Refused
from casebook.storage import review as stored
from casebook.storage.tables import ReviewApplication

Z95 = 1.96
FEWER_THAN = 5  # a published count this small could point at somebody
ENQUIRY = "enquiry:"


class NotTriaged(Refused):
    """Nothing has been triaged yet: `casebook review triage` comes first."""

    code = "not_triaged"


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of how many, with Wilson's 95 % interval."""

    what: str
    of: int
    count: int
    low: float
    high: float


def share(what: str, count: int, of: int) -> Share:
    if not of:
        return Share(what=what, of=0, count=0, low=0.0, high=1.0)
    p, z2 = count / of, Z95**2
    middle, spread = (
        (p + z2 / (2 * of)) / (1 + z2 / of),
        Z95 * math.sqrt(p * (1 - p) / of + z2 / (4 * of**2)) / (1 + z2 / of),
    )
    return Share(
        what=what, of=of, count=count, low=round(max(0.0, middle - spread), 4), high=round(min(1.0, middle + spread), 4)
    )


def triaged(act: Act) -> list[ReviewApplication]:
    """Every application by rank; refused before the first triage."""
    act.allowed(Command.LIST_WORK)
    rows = [row for row in stored.applications(act.session) if row.rank is not None and row.assessment]
    if not rows:
        raise NotTriaged
    return rows


def queue(act: Act, *, by_contact: bool) -> list[ReviewApplication]:
    """In the order to look at them; by contact, those about whom somebody came forward come first."""
    rows = triaged(act)
    if by_contact:
        asked, order = stored.named_states(act.session, ENQUIRY), list(ContactPriority)
        rows.sort(key=lambda row: (not _asked_about(row, asked), order.index(_said(row, "contact_priority")), row.rank))
    return rows


def progress(act: Act) -> dict[str, object]:
    """What is in, what is assessed, what people have looked at, and who waits to be reached."""
    act.allowed(Command.LIST_WORK)
    rows, state = stored.applications(act.session), stored.state(act.session, TRIAGED)
    assessed = [row for row in rows if row.rank is not None and row.assessment]
    return {
        "files": len(stored.imports(act.session)),
        "rows": sum(each.rows for each in stored.imports(act.session)),
        "applications": len(rows),
        "assessed": len(assessed),
        "waiting_for_triage": len(rows) - len(assessed),
        "triaged_at": state.at.isoformat() if state else None,
        "contact_priority": {
            name.value: sum(_said(row, "contact_priority") == name for row in assessed) for name in ContactPriority
        },
        "enquiries": len(stored.named_states(act.session, ENQUIRY)),
        "examined": 0,
        "remaining": len(rows),
    }


@dataclass(frozen=True, kw_only=True)
class Report:
    applications: int
    shares: dict[str, tuple[Share, ...]]  # by mode, family, year, register, and inside the force by handler
    hidden: Hidden | None
    lists: dict[str, dict[str, int]]


def report(act: Act, *, internal: bool) -> Report:
    """For publication it names nobody and keeps small groups together; `internal` adds the rates by handler."""
    rows, overlap = triaged(act), review.reconciled(act).overlap
    by_mode = Counter(mode for row in rows for mode in _said(row, "modes"))
    by_family = Counter(family for row in rows for family in set(_said(row, "families")))
    shares = {
        "mode": tuple(share(name, count, len(rows)) for name, count in sorted(by_mode.items())),
        "family": tuple(share(family.value, by_family[family.value], len(rows)) for family in Family),
        "year": _rates(rows, "year", internal=internal),
        "register": _rates(rows, "registers", internal=internal),
    }
    if internal:
        shares["handler"] = _rates(rows, "handlers", internal=True)
    return Report(
        applications=len(rows),
        shares=shares,
        hidden=estimate(overlap.patterns),
        lists={
            "applications": overlap.lists,
            "missing": overlap.missing,
            "doubled": overlap.doubled,
            "only_in": overlap.only_in,
        },
    )


def _rates(rows: Sequence[ReviewApplication], by: str, *, internal: bool) -> tuple[Share, ...]:
    """Of each group the share with a sign of a service failure."""
    of, count = Counter[str](), Counter[str]()
    for row in rows:
        for name in _listed(_said(row, by)):
            of[name] += 1
            count[name] += Family.SERVICE.value in _said(row, "families")
    if not internal:
        small = [name for name in of if of[name] < FEWER_THAN]
        for name in small:
            of["others"] += of.pop(name)
            count["others"] += count.pop(name)
    return tuple(share(name, count[name], of[name]) for name in sorted(of))


def _listed(value: object) -> Iterable[str]:
    return value if isinstance(value, list) else [str(value) or "unknown"]


def _said(row: ReviewApplication, name: str) -> Any:  # noqa: ANN401 - a cell of JSON
    return (row.assessment or {}).get(name, [])


def enquiry(act: Act, reference: str) -> ReviewApplication:
    """Somebody came forward about a past application: from now on it is first among those to be reached."""
    act.allowed(Command.TRIAGE)
    review.reconciled(act)
    row = act.session.scalar(select(ReviewApplication).where(ReviewApplication.reference == reference))
    if row is None:
        raise NotFound("no list of the review has an application of that name")
    if not _asked_about(row, stored.named_states(act.session, ENQUIRY)):
        # by a row of it: the application may be joined by rows of another list, and what was asked must stay with it
        stored.keep_state(act.session, f"{ENQUIRY}{row.rows[0]}", "open", act.now, {})
        act.speak(None, "review_enquiry_received", application=chain.digest(reference)[:16])
    return row


def _asked_about(row: ReviewApplication, asked: set[str]) -> bool:
    return any(f"{ENQUIRY}{id_}" in asked for id_ in row.rows)
