"""Changes of a safe-contact plan. Each is a row of its own; whoever makes a plan wider is never alone.

What narrows or stops contact is in force at once, whoever records it. Every change is an exception that others see.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import false as sql_false
from sqlalchemy import func, select

from casebook.casework.core import two_people
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.given import refuse_future
from casebook.casework.core.work_items import open_items
from casebook.casework.safeguarding import parties
from casebook.domain import authority, chain
from casebook.domain.authority import Command
from casebook.domain.case import plan_change as rules
from casebook.domain.case.intake import DAYS, PlanForm
from casebook.domain.case.plan_change import AskedBy, AskedChange, PlanEffect
from casebook.domain.case.safe_contact import ContactPlan
from casebook.domain.vocabulary import Channel, Identified, Party, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.case import deliveries
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, SafeContact, SafeContactChange


class PlanChanged(BaseModel):
    """A change of how one party may safely be contacted. What is left out stays as it is; an empty text takes it away."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)

    asked_by: AskedBy = Field(description="Who asked for the change. the_person: the one whose plan it is.")
    identified_by: Identified = Field(description="How whoever asked was identified.")
    said_word: str | None = Field(default=None, description="With code_word: the word that they said.")
    asked_at: AwareDatetime | None = Field(default=None, description="When they asked, if that was before now.")
    channel: Channel | None = None
    days: list[str] | None = Field(default=None, description="mon..sun", min_length=1)
    windows: list[tuple[str, str]] | None = Field(
        default=None, description="pairs of HH:MM, Europe/London", min_length=1
    )
    voicemail: bool | None = None
    code_word: str | None = None
    interpreter: str | None = None
    stop: bool = Field(default=False, description="No contact any more.")

    @property
    def asked(self) -> AskedChange:
        """The change in the form that the rules check."""
        return AskedChange(
            channel=self.channel, days=None if self.days is None else tuple(self.days),
            windows=None if self.windows is None else tuple(self.windows), voicemail=self.voicemail,
            code_word=self.code_word, interpreter=self.interpreter, stop=self.stop,
        )  # fmt: skip


def readable(form: PlanForm, at: datetime) -> ContactPlan:
    """The plan in the form that a contact is checked by, confirmed at a moment. Refused if any part of it cannot be read."""
    plan = ContactPlan(
        channel=form.channel or None, days=form.days, windows=form.windows, voicemail=form.voicemail, confirmed_at=at
    )
    if not set(plan.days) <= set(DAYS) or len(plan.hours) != len(plan.windows):
        refuse_because(
            "bad_plan", "days must be mon to sun, times HH:MM, and each window must end after it starts", InvalidAnswer
        )
    return plan


def change(act: Act, application: Application, party: Party, given: PlanChanged) -> SafeContactChange:
    """Change one party's plan: at once as far as that widens nothing, and beyond that with a second person."""
    if party == Party.B:
        refuse_because("bad_plan", "a safe-contact plan must be for a or c", InvalidAnswer)
    plan, before = _standing(act, application.reference, party)
    after = rules.changed(before, given.asked)
    readable(after, act.now)
    if after.channel and not (after.days and after.windows):
        refuse_because("bad_plan", "a plan with a channel must have safe days and times", InvalidAnswer)
    widens = rules.widened(before, after)
    if widens:
        act.allowed(Command.CONTACT, works_on=application.reference)
    else:
        act.allowed(Command.NARROW_CONTACT)
    refuse(
        rules.why_not_ask(before, widens, identified_by=given.identified_by, said_word=given.said_word), InvalidAnswer
    )
    row = _row(act, application, before=before, after=after, widens=widens, asked=given)
    act.session.add(row)
    _put_in_force(act, application, plan, rules.in_force(before, after, PlanEffect(row.effect)), given)
    act.record(
        application, "safe_contact_set", party=party, change=row.id, effect=row.effect, widens=list(widens),
        asked_by=row.asked_by, identified_by=row.identified_by,
    )  # fmt: skip
    act.record(
        application, "exception_recorded", what="safe_contact_changed", party=party, change=row.id, reason=row.effect
    )
    if row.effect != PlanEffect.AT_ONCE:
        _ask_second(act, application, row)
    return row


def _standing(act: Act, reference: str, party: str) -> tuple[SafeContact | None, PlanForm]:
    plan = act.session.get(SafeContact, f"{reference}:{party}")
    return plan, parties.plan_form(plan) if plan else PlanForm(party=Party(party))


def _row(
    act: Act,
    application: Application,
    *,
    before: PlanForm,
    after: PlanForm,
    widens: tuple[str, ...],
    asked: PlanChanged,
) -> SafeContactChange:
    reference, party = application.reference, before.party
    earlier = select(SafeContactChange).where(
        SafeContactChange.reference == reference, SafeContactChange.party == party
    )
    number = 1 + (act.session.scalar(select(func.count()).select_from(earlier.subquery())) or 0)
    unseen = earlier.where(SafeContactChange.effect != PlanEffect.AT_ONCE, SafeContactChange.agreed.is_(None))
    effect = rules.effect(
        widens, first=number == 1 and not before.channel, asked_by=asked.asked_by, identified_by=asked.identified_by,
        unseen=act.session.scalar(unseen.limit(1)) is not None,
    )  # fmt: skip
    ends_at = policy_of(application).contact.call_back_ends(act.now)
    asked_at = asked.asked_at or act.now
    refuse_future(asked_at, act.now)
    return SafeContactChange(
        id=chain.identity("safe_contact_change", reference, party, number), reference=reference, party=party,
        number=number, effect=effect, widens=list(widens), before=_kept(before), after=_kept(after),
        asked_by=asked.asked_by, identified_by=asked.identified_by, asked_at=asked_at,
        ends_at=ends_at if effect is PlanEffect.CALL_BACK else None, recorded_by=act.actor.id,
        recorded_at=act.now, agreed=None, second_by=None, second_at=None, second_reason=None,
    )  # fmt: skip


def _kept(form: PlanForm) -> dict[str, object]:
    return {name: value for name, value in asdict(form).items() if name != "party"}


def _put_in_force(
    act: Act, application: Application, plan: SafeContact | None, form: PlanForm, given: PlanChanged
) -> None:
    """Replace the plan in force. Its age counts from now only if the person or a professional says that it holds."""
    row = parties.plan_row(form, application.reference, by=act.actor.id, at=act.now)
    if plan is not None and (parties.plan_form(plan) == form or not rules.renews(given.asked_by, given.identified_by)):
        row.confirmed_at, row.confirmed_by = plan.confirmed_at, plan.confirmed_by
    act.session.merge(row)


def _ask_second(act: Act, application: Application, row: SafeContactChange) -> None:
    need = Need(
        kind=WorkKind.LOOK_AT_PLAN_CHANGE, key=row.id,
        subject={"change": row.id, "party": row.party, "effect": row.effect, "first": row.recorded_by},
    )  # fmt: skip
    open_items(act, application, [need], because="safe_contact_set")


def call_back(act: Act, application: Application, party: str, at: datetime) -> ContactPlan | None:
    """The plan of a call-back that the person asked for by their code word, if it allows a contact at a moment.

    It is for one contact that reaches them, and ends when the plan changes or a second person does not agree.
    """
    query = select(SafeContactChange).where(
        SafeContactChange.reference == application.reference,
        SafeContactChange.party == party,
        SafeContactChange.effect == PlanEffect.CALL_BACK,
        SafeContactChange.agreed.is_not(sql_false()),
        SafeContactChange.recorded_at <= at,
        SafeContactChange.ends_at >= at,
    )
    row = act.session.scalar(query.order_by(SafeContactChange.number.desc()).limit(1))
    if row is None or _standing(act, application.reference, row.party)[1] != form_of(row, row.before):
        return None
    attempts = deliveries.attempts(act.session, application.reference)
    if any(attempt.reached and (attempt.plan or {}).get("call_back") == row.id for attempt in attempts):
        return None
    return replace(readable(form_of(row, row.after), row.recorded_at), call_back=row.id)


class PlanChangeSeen(Answer):
    """A second person's answer to a change of a safe-contact plan: `safe_contact_change` shows it before and after."""

    agreed: bool = Field(
        description="Whether the change is what the person needs. If not: a wider plan does not come into force, "
        "a call-back ends, and a first plan stops."
    )
    reason: str = Field(min_length=1, description="What you asked or looked at.")


def _seen(doing: Doing) -> None:
    act, application, answer = doing.act, doing.application, doing.answer
    row = act.session.get_one(SafeContactChange, doing.item.subject["change"])
    refuse(authority.why_not_second(act.actor, [row.recorded_by]))
    if answer.agreed:
        refuse(two_people.why_not_agree(act, row.recorded_by))
    plan, standing = _standing(act, application.reference, row.party)
    before, after = form_of(row, row.before), form_of(row, row.after)
    match PlanEffect(row.effect), answer.agreed:
        case PlanEffect.SECOND_PERSON, True if standing != after:  # else another change has done the same
            if standing != rules.narrowed(before, after):
                refuse_because(
                    "plan_changed", "the plan has changed since: do not agree to this, and have it recorded again"
                )
            act.session.merge(parties.plan_row(after, application.reference, by=act.actor.id, at=act.now))
        case PlanEffect.FIRST_PLAN, False if plan is not None and standing == after:
            plan.channel = None
    row.agreed, row.second_by, row.second_at, row.second_reason = answer.agreed, act.actor.id, act.now, answer.reason
    if not answer.agreed:
        act.record(application, "exception_recorded", what="safe_contact_not_agreed", party=row.party, change=row.id)


def form_of(row: SafeContactChange, kept: dict[str, object] | None) -> PlanForm:
    """A plan that was kept with a change."""
    values = dict(kept or {})
    lists = {"days": tuple(values.pop("days", ())), "windows": tuple(map(tuple, values.pop("windows", ())))}  # type: ignore[arg-type, call-overload]
    return PlanForm(party=Party(row.party), **lists, **values)  # type: ignore[arg-type]


ANSWERS: Answers = {WorkKind.LOOK_AT_PLAN_CHANGE: Answering(schema=PlanChangeSeen, handler=_seen)}
