"""Recalculates open deadlines after a change of a policy's numbers or calendar, and lists those that moved or could not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from casebook import policies
from casebook.casework.core import clocks
from casebook.casework.core.acting import Act
from casebook.casework.record_checks import record_checks
from casebook.domain import deadlines
from casebook.domain.authority import Command
from casebook.domain.deadlines import Deadline
from casebook.domain.documents import DocumentKind
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Limit, Priority, Route, WorkKind
from casebook.domain.work import SPECS
from casebook.errors import NotFound
from casebook.storage import outbox
from casebook.storage.case import recomputing
from casebook.storage.sweep import escalations as stored
from casebook.storage.tables import Application, Clock, WorkItem

PAGE = 500
OWN_DUE = frozenset({WorkKind.RATIFY_EMERGENCY})  # its due time depends on what is ratified, not on the kind alone
RecomputedLine = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Recomputed:
    """The result. `moved` and `could_not` give reference, limit or kind, and the old and new time or the reason."""

    checked: int = 0
    moved: list[RecomputedLine] = field(default_factory=list)
    could_not: list[RecomputedLine] = field(default_factory=list)


def recompute(
    acting: Callable[[], AbstractContextManager[Act]], only: Collection[str] | None = None, *, to: str | None = None
) -> Recomputed:
    """Bring open applications under the newest version of their policy, page by page, each page in its own transaction.

    `only`: references; all open applications without it. `to`: the title of another policy to bring them under.
    Their open deadlines are recalculated, and what the policy asks besides is opened when they are next looked at. After a
    fault it can be run again.
    """
    with acting() as act:
        act.allowed(Command.RECOMPUTE_DEADLINES)
        references = outbox.open_references(act.session)
        if only is not None:
            _refuse_unknown(only, references)
            references = [reference for reference in references if reference in only]
    moved, could_not = list[RecomputedLine](), list[RecomputedLine]()
    for start in range(0, len(references), PAGE):
        with acting() as act:
            policy = None if to is None else act.documents.policy(act.documents.titled(DocumentKind.SCHEME, to).title)
            _page(act, references[start : start + PAGE], moved, could_not, policy)
    return Recomputed(checked=len(references), moved=moved, could_not=could_not)


def _refuse_unknown(only: Collection[str], references: Collection[str]) -> None:
    if unknown := sorted(set(only) - set(references)):
        raise NotFound(f"no open application has this reference: {', '.join(unknown)}")


def _page(
    act: Act,
    references: Sequence[str],
    moved: list[RecomputedLine],
    could_not: list[RecomputedLine],
    policy: Policy | None,
) -> None:
    applications = stored.lock_applications(act.session, references)
    could_not += [
        {"reference": reference, "why": "somebody_is_at_work_on_it"}
        for reference in references
        if reference not in applications
    ]
    running: dict[str, list[Clock]] = defaultdict(list)
    for clock in stored.clocks_of(act.session, applications):
        running[clock.reference].append(clock)
    items: dict[str, list[WorkItem]] = defaultdict(list)
    for item in recomputing.open_items(act.session, applications):
        items[str(item.reference)].append(item)
    lowered = recomputing.lowered(act.session, applications)
    entries = dict[str, Mapping[str, object]]()
    for reference, application in applications.items():
        again = _Again(act, application, policy, lowered=reference in lowered)
        again.clocks(running[reference])
        again.items(items[reference])
        moved += again.moved
        could_not += again.could_not
        if again.moved or again.another:
            entries[reference] = {
                "policy": application.policy,
                "was": again.was,
                "moved": [line["what"] for line in again.moved],
            }
        if again.another:
            act.wake(application, "policy_recomputed")
            record_checks.ask_again(act, application)
    act.record_many("deadlines_recomputed", entries)


class _Again:
    """Recalculates one application by the newest version of its policy."""

    def __init__(self, act: Act, application: Application, policy: Policy | None, *, lowered: bool) -> None:
        self.act, self.application, self.lowered = act, application, lowered
        self.policy = policy or act.documents.latest_policy(application.policy)
        self.priority = Priority(application.priority)
        self.title = f"{self.policy.name}@{self.policy.version}"
        self.was = application.policy
        self.another = self.title != self.was and application.frozen_at is None
        if self.another:
            application.policy = self.title
        self.moved, self.could_not = list[RecomputedLine](), list[RecomputedLine]()
        self.shifted = dict[str, tuple[datetime, datetime]]()  # limit -> its due moment, before and after

    def clocks(self, running: Sequence[Clock]) -> None:
        for clock in running:
            if clock.met_at is None and clock.ended_at is None and (new := self._deadline(clock)) is not None:
                was = clock.unpaused_due_at
                if was is None or new.due_at == was:
                    continue
                if self._refused(clock.limit_name, was, new.due_at):
                    continue
                before = clock.due_at
                clocks.reset(clock, new)
                if before and clock.due_at:
                    self.shifted[clock.limit_name] = before, clock.due_at
                self._move(clock.limit_name, was, new.due_at, **({"why": "paused"} if before is None else {}))

    def items(self, waiting: Sequence[WorkItem]) -> None:
        for item in waiting:
            kind = WorkKind(item.kind)
            if item.due_at is None or kind in OWN_DUE:
                continue
            if allowance := self.policy.work_allowance(kind):
                priority = min(self.priority, Priority(item.priority), key=lambda priority: priority.rank)
                begins = max(item.opened_at, self.application.raised_at or item.opened_at)
                due_at = clocks.due_from(begins, allowance.allowance(priority).value, self.application)
                if begins > item.opened_at:  # what had less time left when the priority was raised keeps that
                    due_at = min(due_at, item.due_at)
            elif (shift := self.shifted.get(str(SPECS[kind].limit))) and shift[0] == item.due_at:
                due_at = shift[1]  # an item with a due time of its own keeps it
            else:
                continue
            if due_at != item.due_at and not self._refused(kind, item.due_at, due_at):
                self._move(kind, item.due_at, due_at)
                item.due_at = due_at

    def _deadline(self, clock: Clock) -> Deadline | None:
        limit = self.policy.limit(Limit(clock.limit_name), Route(self.application.route))
        if limit is None:
            self._stay(clock.limit_name, "no_such_limit_in_the_policy")
            return None
        return deadlines.due(
            limit,
            clock.anchor_at,
            policy=self.policy,
            priority=self.priority if self.lowered else Priority(clock.priority or self.priority),
            holidays=policies.BankHolidays(self.policy),
        )

    def _refused(self, what: str, was: datetime, now: datetime) -> bool:
        """Whether a deadline must stay, and list it if so.

        A frozen application keeps its deadlines. Those shortened for a priority that two people lowered later stay short.
        """
        if self.application.frozen_at is not None:
            self._stay(what, "frozen")
        elif self.lowered and now > was:
            self._stay(what, "shortened_for_a_higher_priority")
        else:
            return False
        return True

    def _move(self, what: str, was: datetime, now: datetime, **more: str) -> None:
        line = {"what": str(what), "was": was.isoformat(), "due_at": now.isoformat()}
        self.moved.append({"reference": self.application.reference, **line, **more})

    def _stay(self, what: str, why: str) -> None:
        self.could_not.append({"reference": self.application.reference, "what": str(what), "why": why})
