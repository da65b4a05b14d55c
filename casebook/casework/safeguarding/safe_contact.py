"""Safe-contact plans: when the next contact is safe, what a professional sets, and the one exit, a threat to life."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from casebook.casework.core import lifecycle
from casebook.casework.core.acting import Act, Summary, policy_of, refuse, refuse_because
from casebook.casework.safeguarding import contact, details
from casebook.domain import freezing
from casebook.domain.authority import Command
from casebook.domain.case import safe_contact
from casebook.domain.case.intake import DAYS
from casebook.domain.case.safe_contact import ContactPlan, Override, Way
from casebook.domain.vocabulary import Channel, Party
from casebook.errors import InvalidAnswer
from casebook.storage.case import deliveries


def safe_time(act: Act, reference: str, *, party: str) -> Summary:
    """When and over what somebody may next be contacted. It is a look at personal detail, and kept as one."""
    act.allowed(Command.CONTACT)
    application = act.application(reference)
    policy = policy_of(application)
    plan = deliveries.plan(act.session, reference, contact.one_of(Party, party, "party"))
    channels = sorted(safe_contact.allowed_channels(plan))
    next_safe = safe_contact.next_safe(plan, act.now, ZoneInfo(policy.calendar.timezone))
    reason = contact.why_not_contact(act, application, party, Way(at=act.now, channel=channels[0] if channels else ""))
    act.record(application, "personal_detail_viewed", part="safe_contact", party=party)
    return {
        "reference": reference,
        "party": party,
        "at": act.now.isoformat(),
        "channels": channels,
        "now": reason.code if reason else "safe",
        "next_safe": next_safe.isoformat() if next_safe else None,
        "ask_plan_again": bool(reason and reason.code == "stale_plan"),
    }


def set_plan(
    act: Act,
    reference: str,
    *,
    party: str,
    channel: str,
    days: str,
    start: str,
    until: str,
    voicemail: str | None = None,
    code_word: str | None = None,
) -> Summary:
    """A professional sets, or confirms, how one party may safely be contacted; lists are separated by `;`."""
    act.allowed(Command.CONTACT)
    application = act.application(reference)
    refuse(freezing.why_not_edit(application.frozen_at))
    if party not in {Party.A, Party.C}:
        refuse_because("bad_plan", "a plan is for a or c")
    plan = read_plan(channel=channel, days=days, start=start, until=until, voicemail=voicemail, code_word=code_word)
    as_agreed(plan, act.now)
    details.confirm_plan(act, application, Party(party), plan)
    act.record(application, "safe_contact_set", party=party)
    lifecycle.carry_on(act, application, because="safe_contact_set")
    return {"reference": reference, "party": party, "channel": channel}


def read_plan(
    *, channel: str, days: str, start: str, until: str, voicemail: str | None = None, code_word: str | None = None
) -> details.SafeContactPlan:
    """The plan in the words of a command; lists are separated by `;`."""
    starts, ends = start.split(";"), until.split(";")
    try:
        return details.SafeContactPlan(
            channel=Channel(channel), days=days.lower().split(";"), windows=list(zip(starts, ends, strict=True)),
            voicemail=voicemail == "yes", code_word=code_word,
        )  # fmt: skip
    except (ValueError, ValidationError):
        refuse_because("bad_plan", "a plan has a channel, and as many starts as ends", InvalidAnswer)


def as_agreed(plan: details.SafeContactPlan, at: datetime) -> ContactPlan:
    """The plan as the rule reads it, confirmed at that moment; refused if the rule could not read all of it."""
    readable = ContactPlan(
        channel=plan.channel, days=tuple(plan.days), windows=tuple(plan.windows), voicemail=plan.voicemail,
        confirmed_at=at,
    )  # fmt: skip
    if not set(plan.days) <= set(DAYS) or len(readable.hours) != len(plan.windows):
        refuse_because("bad_plan", "days are mon..sun, times HH:MM, and a window ends after it starts", InvalidAnswer)
    return readable


def allow_override(act: Act, reference: str, *, party: str, code: str, reason: str) -> Summary:
    """A duty inspector lets somebody be contacted outside their plan, for a threat to life. An exception, listed."""
    act.allowed(Command.OVERRIDE_CONTACT)
    application = act.application(reference)
    if party not in {Party.A, Party.C}:
        refuse_because("bad_party", "an override is for contact with a or c")
    override = contact.override_row(
        act, application, party=party, code=contact.one_of(Override, code, "code"), reason=reason
    )
    return {"reference": reference, "override": override.id, "party": party, "code": code}
