"""The sweep: whatever is overdue, unclaimed, unchanged, silent or forgotten is found and told. Two at once do nothing twice.

Each page is a transaction of its own, so a sweep that is killed loses at most the page it was at, and the next one finds it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from casebook.casework.core import notices
from casebook.casework.core.acting import Act, Acting, Summaries
from casebook.casework.core.channels import NoticeChannel
from casebook.casework.core.notices import Delivered
from casebook.casework.escalation import due, early_warnings, raising
from casebook.casework.record_checks import reopening
from casebook.casework.review import looking_again
from casebook.casework.sweep import retrying, triaging, wakes

PAGE = 500  # rows looked at in one transaction
PATIENCE = (0.2, 1.0, 3.0)  # seconds; how often and after how long what somebody was at work on is looked at again

# what it finds, and what it does about a page of that: what was told, and what was busy and comes again
SweepStep = tuple[Callable[[Act], list[Any]], Callable[[Act, Sequence[Any]], tuple[Summaries, list[Any]]]]

# in this order: what is more pressing than it was is told sooner, what is opened first may be settled
TRIAGE: SweepStep = (triaging.pressing, triaging.raise_priorities)
STEPS: tuple[SweepStep, ...] = (
    (looking_again.due, looking_again.ask),
    (retrying.failing_runs, raising.tell),
    (early_warnings.coming, raising.tell),
    (due.overruns, raising.open_safeguarding),
    (due.waiting, raising.raise_levels),
    (due.settled, raising.close_settled),
    (early_warnings.passed, raising.close_settled),
)


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What one sweep did."""

    checked: int
    woken: list[str]
    retried: list[str]
    reconciled: list[str]
    raised: Summaries  # priorities
    escalated: Summaries
    delivered: Delivered


def sweep(acting: Acting, *, now: datetime | None = None, ways: Sequence[NoticeChannel] = ()) -> Swept:
    """One sweep, at the home's present or as if it were `now`; `ways` are the channels on which people are told."""

    @contextmanager
    def at() -> Iterator[Act]:
        with acting() as act:
            yield act if now is None else replace(act, now=now)

    with at() as act:
        woken = wakes.wake_neglected(act)
        retried = retrying.wake_unanswered(act)
    reopened = reopening.reopen_outdated(at)
    raised = _through(at, TRIAGE)
    escalated = [told for step in STEPS for told in _through(at, step)]
    return Swept(
        checked=woken.checked,
        woken=[*woken.woken, *reopened],
        retried=retried,
        reconciled=woken.freed,
        raised=raised,
        escalated=escalated,
        delivered=notices.deliver(at, ways),
    )


def _through(acting: Acting, step: SweepStep) -> Summaries:
    """Take everything that is found, page by page; what is locked by an act in progress comes again at the end."""
    find, page = step
    with acting() as act:
        left = find(act)
    done = Summaries()
    for pause in (0.0, *PATIENCE):
        if not left:
            break
        time.sleep(pause)
        passed_over = list[Any]()
        for start in range(0, len(left), PAGE):
            with acting() as act:
                told, busy = page(act, left[start : start + PAGE])
            done += told
            passed_over += busy
        left = passed_over
    return done
