"""Safe-contact plans: when the next contact is safe, setting a plan, and the override for a threat to life."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from casebook.casework.core import given, lifecycle
from casebook.casework.core.acting import Act, Summary, refuse, refuse_all, refuse_because
from casebook.casework.safeguarding import contact, details, plan_changes
from casebook.casework.safeguarding.plan_changes import PlanChanged
from casebook.domain import freezing
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import safe_contact
from casebook.domain.case.intake import PlanForm
from casebook.domain.case.plan_change import AskedBy
from casebook.domain.case.safe_contact import ContactPlan, Override, Way
from casebook.domain.vocabulary import Channel, Identified, Party
from casebook.errors import InvalidAnswer
from casebook.storage.case import deliveries
from casebook.storage.documents import policy_of


def safe_time(act: Act, reference: str, *, party: str) -> Summary:
    """When, and over which channels, a party may next be contacted, and by which code word they are known.

    Only whoever may contact people asks this. The ledger records it as a view of personal detail.
    """
    act.allowed(Command.CONTACT)
    application = act.application(reference)
    policy = policy_of(application)
    plan = deliveries.plan(act.session, reference, given.one_of(Party, party, "party"))
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
        "code_word": deliveries.code_word(act.session, reference, party),
    }


def set_plan(
    act: Act,
    reference: str,
    *,
    party: str,
    asked_by: str,
    identified_by: str,
    said_word: str | None = None,
    at: str | None = None,
    channel: str | None = None,
    days: str | None = None,
    start: str | None = None,
    until: str | None = None,
    voicemail: str | None = None,
    code_word: str | None = None,
    interpreter: str | None = None,
    stop: str | None = None,
) -> Summary:
    """Set, confirm or change how one party may safely be contacted. What is not given stays. Lists are separated by `;`."""
    application = act.application(reference)
    refuse(freezing.why_not_edit(application.frozen_at))
    wrong = _why_not_codes(party=party, asked_by=asked_by, identified_by=identified_by, channel=channel)
    refuse_all([*wrong, given.why_not_moment(at, act.now), _why_not_windows(start, until)], InvalidAnswer)
    asked_for = {
        "asked_by": asked_by, "identified_by": identified_by, "said_word": said_word, "channel": channel,
        "asked_at": given.moment(at, act.now), "days": days.lower().split(";") if days else None,
        "windows": _windows(start, until), "voicemail": None if voicemail is None else voicemail == "yes",
        "code_word": code_word, "interpreter": interpreter, "stop": stop == "yes",
    }  # fmt: skip
    try:
        asked = PlanChanged.model_validate(asked_for)
    except ValidationError:
        refuse_because("bad_plan", "give at least one safe day, and one safe time", InvalidAnswer)
    row = plan_changes.change(act, application, Party(party), asked)
    lifecycle.carry_on(act, application, because="safe_contact_set")
    return {"reference": reference, "party": party, "change": row.id, "effect": row.effect, "widens": row.widens}


def _why_not_codes(*, party: str, asked_by: str, identified_by: str, channel: str | None) -> Iterator[Reason | None]:
    yield given.why_not_one_of(Party, party, "party")
    yield given.why_not_one_of(AskedBy, asked_by, "asked-by", code="bad_plan")
    yield given.why_not_one_of(Identified, identified_by, "identified-by", code="bad_plan")
    if channel is not None:
        yield given.why_not_one_of(Channel, channel, "channel", code="bad_plan")


def _why_not_windows(start: str | None, until: str | None) -> Reason | None:
    if len((start or "").split(";")) == len((until or "").split(";")):
        return None
    return Reason("bad_plan", "give as many starts as ends of the safe times")


def _windows(start: str | None, until: str | None) -> list[tuple[str, str]] | None:
    """The safe times, from two lists of equal length."""
    if start is None and until is None:
        return None
    starts, ends = (start or "").split(";"), (until or "").split(";")
    refuse(_why_not_windows(start, until), InvalidAnswer)
    return list(zip(starts, ends, strict=True))


def read_plan(
    *, channel: str, days: str, start: str, until: str, voicemail: str | None = None, code_word: str | None = None
) -> details.SafeContactPlan:
    """Read a whole plan from the options of a command. Lists are separated by `;`."""
    try:
        return details.SafeContactPlan(
            channel=Channel(channel), days=days.lower().split(";"), windows=_windows(start, until) or [],
            voicemail=voicemail == "yes", code_word=code_word,
        )  # fmt: skip
    except (ValueError, ValidationError):
        refuse_because("bad_plan", "a plan must have a known channel, and as many starts as ends", InvalidAnswer)


def as_agreed(plan: details.SafeContactPlan, at: datetime) -> ContactPlan:
    """The plan in the form that the rule checks, confirmed at a moment. Refused if any part of it cannot be read."""
    form = PlanForm(
        party=Party.A,
        channel=plan.channel,
        days=tuple(plan.days),
        windows=tuple(plan.windows),
        voicemail=plan.voicemail,
    )
    return plan_changes.readable(form, at)


def allow_override(act: Act, reference: str, *, party: str, code: str, reason: str) -> Summary:
    """Allow contact outside a plan because of a threat to life. A duty inspector does this; it is listed as an exception."""
    act.allowed(Command.OVERRIDE_CONTACT)
    application = act.application(reference)
    if party not in {Party.A, Party.C}:
        refuse_because("bad_party", "an override must be for contact with a or c")
    override = contact.override_row(
        act, application, party=party, code=given.one_of(Override, code, "code"), reason=reason
    )
    return {"reference": reference, "override": override.id, "party": party, "code": code}
