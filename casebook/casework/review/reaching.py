"""Contact progress of a person at risk: first agree a safe-contact plan, then make contacts within it.

Two people must say that a person cannot safely be contacted, and it is looked at again later. A plan cannot be overridden here.
If a life is in danger, accept the Right to Know proposal: in the live process a duty inspector can override the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from casebook.casework.core import given, unit_items
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.review import allocation, people, ranking, registers
from casebook.casework.safeguarding import contact as contacting
from casebook.casework.safeguarding import safe_contact
from casebook.casework.safeguarding.contact import Contact
from casebook.casework.safeguarding.details import SafeContactPlan
from casebook.domain import authority, chain
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import safe_contact as rules
from casebook.domain.case.safe_contact import Purpose, Way
from casebook.domain.review.cases import ContactProgress, why_not_examine, why_not_say, why_not_step
from casebook.domain.vocabulary import Channel, Party, Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import NotPermitted
from casebook.storage.case import deliveries
from casebook.storage.review import cases as work
from casebook.storage.review import live
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewContact, ReviewContactStep
from casebook.storage.tables.base import Json


def step(
    act: Act,
    reference: str,
    rung: ContactProgress,
    *,
    note: str,
    plan: SafeContactPlan | None = None,
    made: Contact | None = None,
) -> ReviewContact:
    """Record one step. `not_contactable` counts only after a second person has said the same."""
    act.allowed(Command.EXAMINE_REVIEW)
    application = ranking.called(act, reference)
    if not note.strip():
        refuse_because("note_missing", "say in note, in a few words, what was done")
    contact = people.identify_one(act, application, because="by_hand")
    return take(act, contact, rung, note=note, plan=plan, made=made)


def take(
    act: Act,
    contact: ReviewContact,
    rung: ContactProgress,
    *,
    note: str,
    plan: SafeContactPlan | None = None,
    made: Contact | None = None,
) -> ReviewContact:
    """Save the step. Open requests to look again are cancelled. A first `not_contactable` asks for a second person.

    `plan`: for `safe_plan`. Without it, the plan of the casebook's own application is used. `made`: the contact that was made.
    """
    act.session.refresh(contact, with_for_update={"key_share": True})
    if (reason := why_not_step(ContactProgress(contact.rung), rung)) is not None and made is not None:
        _refuse_contact(act, contact.id, rung, made, reason)  # the contact was made, so the refusal is recorded
    refuse(reason)
    refuse(why_not_say(rung, planned=plan is not None, contacted=made is not None))
    steps = work.steps(act.session, contact.id)
    for item in work.looks(act.session, contact.id):
        item.cancelled_at, item.cancelled_why = act.now, "stepped"
    pending = next((step for step in steps[-1:] if _awaits_second(step)), None)
    if rung is ContactProgress.NOT_CONTACTABLE and pending is not None:
        refuse(authority.why_not_second(act.actor, [pending.taken_by]))
        pending.second_by, pending.second_at = act.actor.id, act.now
        _arrive(act, contact, rung)
    else:
        row = _row(act, contact, rung, note, number=len(steps) + 1)
        if rung is ContactProgress.SAFE_PLAN:
            row.plan = _agreed(plan, act.now) if plan else _plan_of_casebook(act, contact, steps)
        elif made is not None:
            _contacted(act, row, steps, made)
        act.session.add(row)
        if rung is ContactProgress.NOT_CONTACTABLE:
            _ask_second(act, contact, number=len(steps) + 1)
        else:
            _arrive(act, contact, rung)
    contact_fields = {"channel": made.way.channel, "occurred_at": made.way.at.isoformat()} if made else {}
    act.record(None, "review_contact_step", contact=contact.id, rung=rung, standing=contact.rung, **contact_fields)
    return contact


def _awaits_second(step: ReviewContactStep) -> bool:
    return step.rung == ContactProgress.NOT_CONTACTABLE and step.second_by is None


def _agreed(plan: SafeContactPlan, at: datetime) -> Json:
    """A plan as it is stored. It does not cover contacts made before it was recorded."""
    extra_fields = plan.model_dump(include={"code_word", "interpreter"}, exclude_none=True)
    return {**(deliveries.as_kept(safe_contact.as_agreed(plan, at)) or {}), **extra_fields}


def _plan_of_casebook(act: Act, contact: ReviewContact, steps: Sequence[ReviewContactStep]) -> Json:
    """The plan in the casebook's own application, with its date there.

    Refused if two people have said since then that the person cannot safely be contacted.
    """
    safe_contact_row = live.plan_of_a(act.session, _rows(act, contact))
    doubts = [taken.second_at for taken in steps if taken.second_at is not None]
    if (
        safe_contact_row is None
        or not safe_contact_row.channel
        or any(safe_contact_row.confirmed_at <= doubt for doubt in doubts)
    ):
        refuse_because("plan_missing", "give a plan: the channel, days and times at which contact is safe")
    extra_fields = {name: value for name in ("code_word", "interpreter") if (value := getattr(safe_contact_row, name))}
    return {
        **(deliveries.as_kept(deliveries.plan_of(safe_contact_row)) or {}),
        **extra_fields,
        work.OF: safe_contact_row.reference,
    }


def _rows(act: Act, contact: ReviewContact) -> list[str]:
    application = work.application_of(act.session, contact.anchor)
    return list(application.rows) if application else [contact.anchor]


def _contacted(act: Act, row: ReviewContactStep, steps: Sequence[ReviewContactStep], made: Contact) -> None:
    """Record a contact with the plan in force. A contact outside the plan is refused, and the refusal is in the ledger."""
    given.refuse_future(made.way.at, act.now)
    plan = standing(act, steps)
    meets = made.way.channel == Channel.IN_PERSON and _has_agreed(steps, made.way.at)
    way = replace(made.way, agreed_meeting=meets)
    _refuse_contact(act, row.contact_id, row.rung, made, _why_not(act, way, plan))
    row.plan, row.channel, row.purpose, row.occurred_at = plan, way.channel, made.purpose, way.at
    row.agreed_meeting, row.asked_plan_again, row.left_message = meets, way.asks_plan_again, way.leaves_message


def _refuse_contact(act: Act, contact: str, rung: str, made: Contact, reason: Reason | None) -> None:
    contacting.refuse_unsafe(act, chain.UNIT, made.way, reason, contact=contact, rung=rung, purpose=made.purpose)


def standing(act: Act, steps: Sequence[ReviewContactStep]) -> Json | None:
    """The plan in force. None if it came from the casebook's own application and was withdrawn there."""
    plan = in_force(steps)
    if plan is None or work.OF not in plan:
        return plan
    source_plan = deliveries.plan(act.session, plan[work.OF], Party.A)
    return plan if source_plan and source_plan.channel else None


def _why_not(act: Act, way: Way, kept: Json | None) -> Reason | None:
    """Why a contact is not safe, or None. By today's policy, whenever the application was received."""
    plan = deliveries.from_kept(kept) if kept else None
    return contacting.by_plan(way, plan, act.documents.policy_on(act.now))


def in_force(steps: Sequence[ReviewContactStep]) -> Json | None:
    """The latest plan, with its last confirmation by the person. None: contact needs a new plan."""
    plan: Json | None = None
    for taken in steps:
        if taken.rung == ContactProgress.SAFE_PLAN:
            plan = taken.plan
        elif plan and taken.asked_plan_again and taken.occurred_at and taken.rung != ContactProgress.ATTEMPTED:
            plan = {**plan, "confirmed_at": taken.occurred_at.isoformat()}
    return plan


def _has_agreed(steps: Sequence[ReviewContactStep], before: datetime) -> bool:
    reached = [
        (taken, taken.occurred_at)
        for taken in steps
        if taken.rung != ContactProgress.ATTEMPTED and taken.occurred_at is not None and taken.occurred_at <= before
    ]
    return rules.is_agreed(
        arranged=[at for taken, at in reached if taken.purpose == Purpose.ARRANGE],
        held=[at for taken, at in reached if taken.agreed_meeting],
    )


def _ask_second(act: Act, contact: ReviewContact, *, number: int) -> None:
    need = Need(
        kind=WorkKind.LOOK_AGAIN_AT_CONTACT, key=f"{contact.id}:second:{number}", priority=Priority.HIGH,
        subject={"contact": contact.id, "past": contact.reference, "second": True},
        due_at=act.documents.review(act.now).allocation.examine_by(act.now, urgent=True),
    )  # fmt: skip
    unit_items.open_item(act, need)


def _row(act: Act, contact: ReviewContact, rung: ContactProgress, note: str, *, number: int) -> ReviewContactStep:
    return ReviewContactStep(
        id=chain.identity("review_contact_step", contact.id, number), contact_id=contact.id, number=number, rung=rung,
        note=note, taken_by=act.actor.id, taken_at=act.now, second_by=None, second_at=None, plan=None, channel=None,
        purpose=None, occurred_at=None, agreed_meeting=None, asked_plan_again=None, left_message=None,
    )  # fmt: skip


def _arrive(act: Act, contact: ReviewContact, rung: ContactProgress) -> None:
    if rung is ContactProgress.ATTEMPTED and contact.rung == ContactProgress.REACHED:
        return  # a person who was reached stays reached
    contact.rung, contact.at = rung, act.now
    settings = act.documents.review(act.now).contact
    contact.look_again_on = (
        settings.look_again_on(registers.today(act)) if rung is ContactProgress.NOT_CONTACTABLE else None
    )


def person(act: Act, reference: str) -> dict[str, object]:
    """How to reach one person safely, and the steps so far. The view is recorded. Refused to the handler and their managers."""
    act.allowed(Command.EXAMINE_REVIEW)
    application = ranking.called(act, reference)
    if not stored.rows_of(act.session, application.rows):
        refuse_because("gone", "this application cannot be reviewed any more: it was restricted or disposed of")
    handled, managers = allocation.handled(application), work.managers(act.session)
    refuse(why_not_examine(act.actor.id, handled=handled, managers=managers, before=()), NotPermitted)
    contact = people.contact_of(act, application)
    if contact is None:
        refuse_because(
            "not_on_the_ladder", "this person has no contact progress yet: nobody has asked for them to be reached"
        )
    steps = work.steps(act.session, contact.id)
    kept = standing(act, steps)
    _viewed(act, contact, steps)
    return {
        "reference": reference,
        "rung": contact.rung,
        "since": contact.at.isoformat(),
        "look_again_on": contact.look_again_on.isoformat() if contact.look_again_on else None,
        **_safe(act, kept),
        "steps": [_step_shown(taken) for taken in steps],
    }


def _safe(act: Act, kept: Json | None) -> dict[str, object]:
    """The plan, whether contact is safe now, and the next safe time."""
    plan = deliveries.from_kept(kept) if kept else None
    reason = _why_not(act, Way(at=act.now, channel=(plan.channel or "") if plan else ""), kept)
    following = rules.next_safe(plan, act.now, ZoneInfo(act.documents.policy_on(act.now).calendar.timezone))
    return {
        "plan": kept,
        "now": reason.code if reason else "safe",
        "next_safe": following.isoformat() if following else None,
        "ask_plan_again": bool(reason and reason.code == "stale_plan"),
    }


def _viewed(act: Act, contact: ReviewContact, steps: Sequence[ReviewContactStep]) -> None:
    """Record the view, also in the chain of each application of the casebook whose plan is shown."""
    for reference in sorted({taken.plan[work.OF] for taken in steps if taken.plan and work.OF in taken.plan}):
        act.record(act.application(reference), live.PERSON_VIEWED, contact=contact.id)
    act.record(None, live.PERSON_VIEWED, contact=contact.id)


def _step_shown(row: ReviewContactStep) -> dict[str, object]:
    return {
        "rung": row.rung,
        "note": row.note,
        "by": row.taken_by,
        "at": (row.occurred_at or row.taken_at).isoformat(),
        "channel": row.channel,
        "purpose": row.purpose,
        "second_by": row.second_by,
    }
