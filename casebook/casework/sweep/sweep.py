"""The sweep: finds what is overdue, unclaimed, unchanged, not acknowledged or idle, and escalates it.

Two sweeps at once do nothing twice. Each page is a transaction of its own: a sweep that is killed loses at most its present
page, which the next sweep finds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from casebook.casework.allocation import absences, mornings, reminders
from casebook.casework.core import notices
from casebook.casework.core.acting import Act, Acting, Summaries
from casebook.casework.core.channels import NoticeChannel
from casebook.casework.core.notices import Delivered
from casebook.casework.escalation import due, early_warnings, raising
from casebook.casework.record_checks import reopening
from casebook.casework.review import looking_again
from casebook.casework.sweep import retrying, triaging, wakes

PAGE = 500  # rows in one transaction
PATIENCE = (0.2, 1.0, 3.0)  # seconds to wait before each further try at rows that another act has locked

# a function that finds rows, and one that handles a page of them: it returns what it did, and the locked rows to try again
SweepStep = tuple[Callable[[Act], list[Any]], Callable[[Act, Sequence[Any]], tuple[Summaries, list[Any]]]]

# in this order: a higher priority escalates sooner, and what was opened first may be settled at the end
TRIAGE: SweepStep = (triaging.pressing, triaging.raise_priorities)
ARRANGED: tuple[SweepStep, ...] = ((absences.due, absences.begin_and_end), (reminders.due, reminders.bring_forward))
ESCALATIONS: tuple[SweepStep, ...] = (
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
    """The result of one sweep."""

    checked: int
    woken: list[str]
    retried: list[str]
    reconciled: list[str]
    raised: Summaries  # priorities
    arranged: Summaries  # absences that began or ended, and reminders of today
    escalated: Summaries
    delivered: Delivered


def sweep(acting: Acting, *, now: datetime | None = None, ways: Sequence[NoticeChannel] = ()) -> Swept:
    """Run one sweep, at the home's present time or as if it were `now`. `ways` are the channels for notices."""

    @contextmanager
    def at() -> Iterator[Act]:
        with acting() as act:
            yield act if now is None else replace(act, now=now)

    with at() as act:
        woken = wakes.wake_neglected(act)
        retried = retrying.wake_unanswered(act)
    reopened = reopening.reopen_outdated(at)
    raised = _through(at, TRIAGE)
    arranged = [summary for step in ARRANGED for summary in _through(at, step)]
    escalated = [summary for step in ESCALATIONS for summary in _through(at, step)]
    if ways:  # without a channel nobody reads a digest of yesterday
        with at() as act:
            mornings.queue(act)
    return Swept(
        checked=woken.checked,
        woken=[*woken.woken, *reopened],
        retried=retried,
        reconciled=woken.freed,
        raised=raised,
        arranged=arranged,
        escalated=escalated,
        delivered=notices.deliver(at, ways),
    )


def _through(acting: Acting, step: SweepStep) -> Summaries:
    """Run one step page by page. Rows that another act has locked are tried again at the end."""
    find, page = step
    with acting() as act:
        left = find(act)
    done = Summaries()
    for pause in (0.0, *PATIENCE):
        if not left:
            break
        time.sleep(pause)
        locked = list[Any]()
        for start in range(0, len(left), PAGE):
            with acting() as act:
                summaries, busy = page(act, left[start : start + PAGE])
            done += summaries
            locked += busy
        left = locked
    return done
