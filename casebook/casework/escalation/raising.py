"""One page of the sweep: the rungs of some items raised, with who must acknowledge them and who is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from casebook.casework.core import clocks
from casebook.casework.core.acting import Act, Summaries, policy_of
from casebook.casework.core.work_items import item_row
from casebook.casework.escalation.concerns import Concern
from casebook.casework.escalation.due import rules_for
from casebook.casework.safeguarding import outreach
from casebook.domain import chain, escalation
from casebook.domain.escalation import LevelToRaise, Wait, WhyStalled
from casebook.domain.policy import EscalationLevel
from casebook.domain.vocabulary import Priority, Role, Stage, WorkKind
from casebook.domain.work import SPECS, Need
from casebook.storage import bulk_insert, ledger
from casebook.storage.sweep import escalations as stored
from casebook.storage.sweep.escalations import Stalled
from casebook.storage.tables import Application, Base, Clock, Escalation, Notice, WorkItem


@dataclass(frozen=True, kw_only=True)
class Raised:
    """What a rung consists of."""

    escalation: Escalation
    item: WorkItem
    acknowledge: WorkItem | None  # nobody is asked where nobody is
    notice: Notice | None


def raise_levels(act: Act, page: Sequence[Stalled]) -> tuple[Summaries, list[Stalled]]:
    """Raise what is due under lock; returns what was raised, and what somebody else is at work on."""
    applications, items, busy = _locked(act, page)
    return _raise(act, applications, items), busy


def open_safeguarding(act: Act, page: Sequence[Stalled]) -> tuple[Summaries, list[Stalled]]:
    """For the limits that have passed: somebody keeps the person safe meanwhile, and says why time was not enough."""
    applications = stored.lock_applications(act.session, (str(found.reference) for found in page))
    overrun: dict[str, list[Clock]] = defaultdict(list)
    for clock in stored.clocks(act.session, (found.id for found in page)):
        if clock.reference in applications and clock.due_at is not None and clock.due_at <= act.now:
            overrun[clock.reference].append(clock)
    begun = stored.safeguarding(act.session, overrun)
    _gather(act, {item: overrun.pop(reference) for reference, item in begun.items()})
    opened = [_safeguard(act, applications[reference], clocks) for reference, clocks in overrun.items()]
    kept = stored.lock_items(act.session, (item.id for item in bulk_insert.claim(act.session, opened)))
    busy = [found for found in page if found.reference not in applications]
    return _raise(act, applications, kept, fresh=kept), busy


def tell(act: Act, page: Sequence[Concern]) -> tuple[Summaries, list[Concern]]:
    """A supervisor is asked about each, and silence climbs from there."""
    applications = stored.lock_applications(act.session, (each.reference for each in page if each.reference))
    free = [each for each in page if each.reference is None or each.reference in applications]
    fresh = bulk_insert.claim(
        act.session, [_asking(act, applications.get(each.reference or ""), each) for each in free]
    )
    kept = stored.lock_items(act.session, (item.id for item in fresh))
    present = stored.present(act.session)
    raised = list[Raised]()
    for item in kept:
        rules = rules_for(applications.get(item.reference or ""), act.now)
        steps = escalation.levels_to_raise(
            rules, 1, item.subject["reason"], partial(_reachable, item=item, present=present)
        )
        raised += [
            _rung(act, item, step, asked=step.reachable or step.rung.level == escalation.highest_level(rules))
            for step in steps
        ]
    return _keep(act, raised, kept), [each for each in page if each not in free]


def close_settled(act: Act, page: Sequence[Stalled]) -> tuple[Summaries, list[Stalled]]:
    """Nobody has to acknowledge what has been done meanwhile."""
    _, items, busy = _locked(act, page)
    for item in items:
        item.cancelled_at, item.cancelled_why = act.now, "settled"
    counted = Counter(_chain(item) for item in items)
    said = {name: {"because": "settled", "acknowledgements": number} for name, number in counted.items()}
    if said:
        ledger.record_many(act.session, said, actor=act.actor.id, event_name="work_cancelled", at=act.now)
    return [], busy


def _locked(act: Act, page: Sequence[Stalled]) -> tuple[dict[str, Application], Sequence[WorkItem], list[Stalled]]:
    """Applications first, as every act locks them, then those items of theirs that are still open."""
    applications = stored.lock_applications(act.session, (found.reference for found in page if found.reference))
    free = [found for found in page if found.reference is None or found.reference in applications]
    items = stored.lock_items(act.session, (found.id for found in free))
    return applications, items, [found for found in page if found not in set(free)]


def _raise(
    act: Act, applications: Mapping[str, Application], items: Sequence[WorkItem], *, fresh: Sequence[WorkItem] = ()
) -> Summaries:
    standing = stored.highest(act.session, (item.id for item in items))
    changes = stored.last_changes(act.session, applications)
    present = stored.present(act.session)
    raised = list[Raised]()
    for item in items:
        application = applications.get(item.reference or "")
        rules = rules_for(application, act.now)
        waits = wait(item, standing.get(item.id), changes.get(item.reference or ""))
        if why := escalation.reason(waits, rules, act.now):
            steps = escalation.levels_to_raise(
                rules, item.escalation_level, why, partial(_reachable, item=item, present=present)
            )
            last = escalation.highest_level(rules)
            raised += [_rung(act, item, step, asked=step.reachable or step.rung.level == last) for step in steps]
    return _keep(act, raised, fresh)


def _keep(act: Act, raised: Sequence[Raised], fresh: Sequence[WorkItem]) -> Summaries:
    """Claim each rung by its row; only what was claimed here is told of and spoken of here."""
    claimed = {each.id for each in bulk_insert.claim(act.session, [each.escalation for each in raised])}
    mine = [each for each in raised if each.escalation.id in claimed]
    asked = bulk_insert.claim(act.session, [each.acknowledge for each in mine if each.acknowledge])
    bulk_insert.claim(act.session, [each.notice for each in mine if each.notice])
    for each in mine:
        each.item.escalation_level = max(each.item.escalation_level, each.escalation.rung)
    said: dict[str, dict[str, list[object]]] = defaultdict(lambda: {"rungs": [], "opened": []})
    for each in mine:
        said[_chain(each.item)]["rungs"].append(_said(each))
    for item in fresh:
        said[_chain(item)]["opened"].append(item.id)
    inserted: list[Base] = [*(each.escalation for each in mine), *asked, *fresh]
    if said:
        ledger.record_many(
            act.session, said, actor=act.actor.id, event_name="work_escalated", at=act.now, inserted=inserted
        )
    return [{"reference": each.item.reference, **_said(each)} for each in mine]


def _said(raised: Raised) -> dict[str, object]:
    row = raised.escalation
    return {"item": row.item_id, "kind": raised.item.kind, "rung": row.rung, "role": row.role, "reason": row.reason}


def _chain(item: WorkItem) -> str:
    return item.reference or chain.UNIT


def wait(item: WorkItem, last: Escalation | None, changed_at: datetime | None) -> Wait:
    """What the ladder's rules ask of an item."""
    not_before = item.subject.get("not_before")  # nobody is late with what cannot be done yet
    opened_at = max(item.opened_at, datetime.fromisoformat(not_before)) if not_before else item.opened_at
    return Wait(
        kind=WorkKind(item.kind),
        priority=Priority(item.priority),
        stage=Stage(item.stage) if item.stage and item.blocking else None,
        opened_at=opened_at,
        due_at=item.due_at,
        claimed=item.owner is not None,
        changed_at=max(changed_at or opened_at, opened_at),
        level=last.rung if last else item.escalation_level,
        raised_at=last.raised_at if last else None,
        acknowledged_at=last.acknowledged_at if last else None,
    )


def _reachable(rung: EscalationLevel, *, item: WorkItem, present: Mapping[str, frozenset[str]]) -> bool:
    """Whether somebody on duty would hear of it: the owner, or else whoever may do the work; above, the rung's role."""
    if rung.role is not None:
        return any(rung.role in roles for roles in present.values())
    if item.owner is not None and item.reserved:
        return item.owner in present
    doers = {item.role, *SPECS[WorkKind(item.kind)].roles}
    return any(roles & doers for roles in present.values())


def _rung(act: Act, item: WorkItem, step: LevelToRaise, *, asked: bool) -> Raised:
    level, role = step.rung.level, step.rung.role or Role(item.role)
    row = Escalation(
        id=chain.identity("escalation", item.id, level), item_id=item.id, reference=item.reference, rung=level,
        role=role, reason=_reason(item, step), raised_at=act.now, acknowledged_by=None, acknowledged_at=None,
    )  # fmt: skip
    subject = {"escalation": row.id, "item": item.id, "rung": level, "kind": item.kind, "reason": row.reason}
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
    """One item an application: it names each further limit, and who gave the reason of the earlier ones is asked again."""
    for item, overrun in further.items():
        more = _overrun(overrun)
        item.subject = {**item.subject, **{name: [*item.subject[name], *found] for name, found in more.items()}}
    ids = [item.id for item in further]
    still, standing = stored.asked(act.session, ids), stored.highest(act.session, ids)
    asks = [_ask(act, item, standing[item.id]) for item in further if item.id in standing and item.id not in still]
    opened = bulk_insert.claim(act.session, asks)
    if said := {_chain(item): {"limits": item.subject["limits"]} for item in further}:
        ledger.record_many(
            act.session, said, actor=act.actor.id, event_name="overrun_gathered", at=act.now, inserted=opened
        )


def _ask(act: Act, item: WorkItem, rung: Escalation) -> WorkItem:
    key = f"{rung.id}:{len(item.subject['clocks'])}"
    subject = {
        "escalation": rung.id,
        "item": item.id,
        "rung": rung.rung,
        "kind": item.kind,
        "reason": WhyStalled.OVERRUN,
    }
    need = Need(
        kind=WorkKind.ACKNOWLEDGE_ESCALATION, key=key, role=Role(rung.role), subject=subject,
        priority=Priority(item.priority),
    )  # fmt: skip
    return item_row(act, need, reference=item.reference, stage=item.stage)


def _asking(act: Act, application: Application | None, concern: Concern) -> WorkItem:
    priority = Priority(application.priority) if application else Priority.STANDARD
    stage = application.stage if application else None
    row = item_row(act, replace(concern.need, priority=priority), reference=concern.reference, stage=stage)
    row.subject = {**row.subject, "escalation": chain.identity("escalation", row.id, 2), "item": row.id}
    return row
