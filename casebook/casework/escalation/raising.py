"""One page of the sweep: raises the escalation levels of some items, asks for acknowledgement, and queues notices."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from casebook.casework.core import clocks
from casebook.casework.core.acting import Act, Summaries
from casebook.casework.core.work_items import item_row
from casebook.casework.escalation.concerns import Concern
from casebook.casework.escalation.due import rules_for
from casebook.casework.safeguarding import outreach
from casebook.domain import chain, escalation
from casebook.domain.escalation import LevelToRaise, Wait, WhyStalled
from casebook.domain.policy import EscalationLevel
from casebook.domain.vocabulary import Priority, Role, Stage, WorkKind
from casebook.domain.work import CALLS, SPECS, Need
from casebook.storage import bulk_insert, people
from casebook.storage.documents import policy_of
from casebook.storage.sweep import escalations as stored
from casebook.storage.sweep.escalations import Stalled
from casebook.storage.tables import Application, Base, Clock, Escalation, Notice, WorkItem

GATHERED = ("escalations", "items", "kinds")  # the lists in the subject of an acknowledgement


@dataclass(frozen=True, kw_only=True)
class Raised:
    """The rows of one raised escalation level."""

    escalation: Escalation
    item: WorkItem
    acknowledge: WorkItem | None  # None if nobody on duty could do it, or the item is one itself
    notice: Notice | None


def raise_levels(act: Act, page: Sequence[Stalled]) -> tuple[Summaries, list[Stalled]]:
    """Raise the levels that are due, under lock. Returns what was raised, and the items that another act has locked."""
    applications, items, busy = _locked(act, page)
    return _raise(act, applications, items), busy


def open_safeguarding(act: Act, page: Sequence[Stalled]) -> tuple[Summaries, list[Stalled]]:
    """For each overrun limit: open the work of keeping the person at risk safe, and ask for the reason of the overrun."""
    applications = stored.lock_applications(act.session, (str(stalled.reference) for stalled in page))
    overrun: dict[str, list[Clock]] = defaultdict(list)
    for clock in stored.clocks(act.session, (stalled.id for stalled in page)):
        if clock.reference in applications and clock.due_at is not None and clock.due_at <= act.now:
            overrun[clock.reference].append(clock)
    begun = stored.safeguarding(act.session, overrun)
    _gather(act, {item: overrun.pop(reference) for reference, item in begun.items()})
    opened = [_safeguard(act, applications[reference], clocks) for reference, clocks in overrun.items()]
    kept = stored.lock_items(act.session, (item.id for item in bulk_insert.claim(act.session, opened)))
    busy = [stalled for stalled in page if stalled.reference not in applications]
    return _raise(act, applications, kept, fresh=kept), busy


def tell(act: Act, page: Sequence[Concern]) -> tuple[Summaries, list[Concern]]:
    """Ask a supervisor to acknowledge each concern. It escalates while not acknowledged."""
    applications = stored.lock_applications(act.session, (concern.reference for concern in page if concern.reference))
    free = [concern for concern in page if concern.reference is None or concern.reference in applications]
    fresh = bulk_insert.claim(
        act.session, [_asking(act, applications.get(concern.reference or ""), concern) for concern in free]
    )
    kept = stored.lock_items(act.session, (item.id for item in fresh))
    present = people.present(act.session)
    raised = list[Raised]()
    for item in kept:
        rules = rules_for(act, applications.get(item.reference or ""))
        steps = escalation.levels_to_raise(
            rules, 1, item.subject["reason"], partial(_reachable, item=item, present=present)
        )
        raised += [
            _level_raised(act, item, step, asked=step.reachable or step.rung.level == escalation.highest_level(rules))
            for step in steps
        ]
    return _keep(act, raised, kept), [concern for concern in page if concern not in free]


def close_settled(act: Act, page: Sequence[Stalled]) -> tuple[Summaries, list[Stalled]]:
    """Cancel the acknowledgements of work that has been done meanwhile."""
    _, items, busy = _locked(act, page)
    for item in items:
        item.cancelled_at, item.cancelled_why = act.now, "settled"
    counted = Counter(_chain(item) for item in items)
    entries = {name: {"because": "settled", "acknowledgements": number} for name, number in counted.items()}
    act.record_many("work_cancelled", entries)
    return [], busy


def _locked(act: Act, page: Sequence[Stalled]) -> tuple[dict[str, Application], Sequence[WorkItem], list[Stalled]]:
    """Lock the applications first, as every act does, then those of their items that are still open."""
    applications = stored.lock_applications(act.session, (stalled.reference for stalled in page if stalled.reference))
    free = [stalled for stalled in page if stalled.reference is None or stalled.reference in applications]
    items = stored.lock_items(act.session, (stalled.id for stalled in free))
    return applications, items, [stalled for stalled in page if stalled not in set(free)]


def _raise(
    act: Act, applications: Mapping[str, Application], items: Sequence[WorkItem], *, fresh: Sequence[WorkItem] = ()
) -> Summaries:
    standing = stored.highest(act.session, (item.id for item in items))
    changes = stored.last_changes(act.session, applications)
    present = people.present(act.session)
    raised = list[Raised]()
    for item in items:
        application = applications.get(item.reference or "")
        rules = rules_for(act, application)
        waits = wait(item, standing.get(item.id), changes.get(item.reference or ""))
        if why := escalation.reason(waits, rules, act.now):
            steps = escalation.levels_to_raise(
                rules, item.escalation_level, why, partial(_reachable, item=item, present=present)
            )
            last = escalation.highest_level(rules)
            raised += [
                _level_raised(act, item, step, asked=step.reachable or step.rung.level == last) for step in steps
            ]
    return _keep(act, raised, fresh)


def _keep(act: Act, raised: Sequence[Raised], fresh: Sequence[WorkItem]) -> Summaries:
    """Claim each level by its row. Only levels claimed here get notices and ledger entries here."""
    claimed = {row.id for row in bulk_insert.claim(act.session, [level.escalation for level in raised])}
    mine = [level for level in raised if level.escalation.id in claimed]
    asked = _asked(act, [level.acknowledge for level in mine if level.acknowledge])
    bulk_insert.claim(act.session, [level.notice for level in mine if level.notice])
    for level in mine:
        level.item.escalation_level = max(level.item.escalation_level, level.escalation.rung)
    entries: dict[str, dict[str, list[object]]] = defaultdict(lambda: {"rungs": [], "opened": []})
    for level in mine:
        entries[_chain(level.item)]["rungs"].append(_summary(level))
    for item in fresh:
        entries[_chain(item)]["opened"].append(item.id)
    inserted: list[Base] = [*(level.escalation for level in mine), *asked, *fresh]
    act.record_many("work_escalated", entries, inserted=inserted)
    return [{"reference": level.item.reference, **_summary(level)} for level in mine]


def _asked(act: Act, asks: Sequence[WorkItem]) -> list[WorkItem]:
    """Ask for acknowledgement: each role once for each application and level. What is raised later joins the open item.

    Returns the items that were added. The caller writes the ledger entries.
    """
    gathered = {
        (item.reference, item.subject["rung"], item.role): item
        for item in stored.acknowledgements(act.session, {ask.reference for ask in asks if ask.reference})
    }
    fresh = list[WorkItem]()
    for ask in asks:
        asked_of = ask.reference, ask.subject["rung"], ask.role
        open_ask = gathered.get(asked_of)
        if open_ask is None or ask.reference is None:
            gathered[asked_of] = ask
            fresh.append(ask)
            continue
        both = open_ask.subject, ask.subject
        lists = {name: list(dict.fromkeys(id_ for about in both for id_ in about[name])) for name in GATHERED}
        open_ask.subject = {**open_ask.subject, **lists}
        open_ask.priority = min(map(Priority, (open_ask.priority, ask.priority)), key=lambda priority: priority.rank)
    return bulk_insert.claim(act.session, fresh)


def _about(item: WorkItem, raised: Escalation) -> dict[str, object]:
    """The subject of an acknowledgement: the item that was raised first, and the lists of all that it gathers."""
    return {
        "escalation": raised.id, "item": item.id, "rung": raised.rung, "kind": item.kind, "reason": raised.reason,
        "escalations": [raised.id], "items": [item.id], "kinds": [item.kind],
    }  # fmt: skip


def _summary(raised: Raised) -> dict[str, object]:
    row = raised.escalation
    return {"item": row.item_id, "kind": raised.item.kind, "rung": row.rung, "role": row.role, "reason": row.reason}


def _chain(item: WorkItem) -> str:
    return item.reference or chain.UNIT


def wait(item: WorkItem, last: Escalation | None, changed_at: datetime | None) -> Wait:
    """The facts of an item that the escalation rules need."""
    not_before = item.subject.get("not_before")  # an item that cannot be done yet is not late
    opened_at = max(item.opened_at, datetime.fromisoformat(not_before)) if not_before else item.opened_at
    return Wait(
        kind=WorkKind(item.kind),
        priority=Priority(item.priority),
        stage=Stage(item.stage) if item.stage and item.blocking else None,
        opened_at=opened_at,
        due_at=item.due_at,
        claimed=item.owner is not None and (CALLS not in item.subject or item.claimed_at is not None),
        changed_at=max(changed_at or opened_at, opened_at),
        level=last.rung if last else item.escalation_level,
        raised_at=last.raised_at if last else None,
        acknowledged_at=last.acknowledged_at if last else None,
    )


def _reachable(level: EscalationLevel, *, item: WorkItem, present: Mapping[str, frozenset[str]]) -> bool:
    """Whether somebody on duty can respond: the level's role, or for the first level the owner or whoever may do the work."""
    if level.role is not None:
        return any(level.role in roles for roles in present.values())
    if item.owner is not None and item.reserved:
        return item.owner in present
    doers = {item.role, *SPECS[WorkKind(item.kind)].roles}
    return any(roles & doers for roles in present.values())


def _level_raised(act: Act, item: WorkItem, step: LevelToRaise, *, asked: bool) -> Raised:
    level, role = step.rung.level, step.rung.role or Role(item.role)
    row = Escalation(
        id=chain.identity("escalation", item.id, level), item_id=item.id, reference=item.reference, rung=level,
        role=role, reason=_reason(item, step), raised_at=act.now, acknowledged_by=None, acknowledged_at=None,
    )  # fmt: skip
    subject = _about(item, row)
    need = Need(
        kind=WorkKind.ACKNOWLEDGE_ESCALATION, key=row.id, role=role, subject=subject, priority=Priority(item.priority)
    )
    notice = Notice(
        id=chain.identity("notice", row.id), escalation_id=row.id, reference=item.reference, reason=row.reason, role=role,
        queued_at=act.now, tried_at=None, tries=0, received_at=None, channel=None, fault=None,
    )  # fmt: skip
    own = item.kind == WorkKind.ACKNOWLEDGE_ESCALATION  # which is acknowledged by being done
    return Raised(
        escalation=row,
        item=item,
        acknowledge=item_row(act, need, reference=item.reference, stage=item.stage) if asked and not own else None,
        notice=notice if asked else None,
    )


def _reason(item: WorkItem, step: LevelToRaise) -> str:
    limits = item.subject.get("limits")
    return f"{step.why}:{'+'.join(limits)}" if step.why == WhyStalled.OVERRUN and limits else str(step.why)


def _safeguard(act: Act, application: Application, overrun: Sequence[Clock]) -> WorkItem:
    kind, priority = WorkKind.SAFEGUARD_DURING_DELAY, Priority(application.priority)
    allowance = policy_of(application).work_allowance(kind)
    due_at = clocks.due_from(act.now, allowance.allowance(priority).value, application) if allowance else None
    first = min(overrun, key=lambda clock: (clock.due_at or act.now, clock.id))
    subject = {**_overrun(overrun), "party": outreach.applicant_of(application)}
    need = Need(kind=kind, key=first.id, subject=subject, priority=priority, due_at=due_at)
    return item_row(act, need, reference=application.reference, stage=application.stage)


def _overrun(overrun: Sequence[Clock]) -> dict[str, list[str]]:
    in_order = sorted(overrun, key=lambda clock: clock.id)
    return {"clocks": [clock.id for clock in in_order], "limits": [clock.limit_name for clock in in_order]}


def _gather(act: Act, further: Mapping[WorkItem, Sequence[Clock]]) -> None:
    """Add further overrun limits to the one item of an application, and ask again whoever gave the reason for the others."""
    for item, overrun in further.items():
        more = _overrun(overrun)
        item.subject = {**item.subject, **{name: [*item.subject[name], *added] for name, added in more.items()}}
    ids = [item.id for item in further]
    still, standing = stored.asked(act.session, ids), stored.highest(act.session, ids)
    asks = [_ask(act, item, standing[item.id]) for item in further if item.id in standing and item.id not in still]
    opened = _asked(act, asks)
    entries = {_chain(item): {"limits": item.subject["limits"]} for item in further}
    act.record_many("overrun_gathered", entries, inserted=opened)


def _ask(act: Act, item: WorkItem, raised: Escalation) -> WorkItem:
    key = f"{raised.id}:{len(item.subject['clocks'])}"
    subject = {**_about(item, raised), "reason": WhyStalled.OVERRUN}
    need = Need(
        kind=WorkKind.ACKNOWLEDGE_ESCALATION, key=key, role=Role(raised.role), subject=subject,
        priority=Priority(item.priority),
    )  # fmt: skip
    return item_row(act, need, reference=item.reference, stage=item.stage)


def _asking(act: Act, application: Application | None, concern: Concern) -> WorkItem:
    priority = Priority(application.priority) if application else Priority.STANDARD
    stage = application.stage if application else None
    row = item_row(act, replace(concern.need, priority=priority), reference=concern.reference, stage=stage)
    row.subject = {**row.subject, "escalation": chain.identity("escalation", row.id, 2), "item": row.id}
    return row
