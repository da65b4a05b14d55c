"""Early warnings: a panel that meets too late, staff below the minimum, a calendar that ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, time, timedelta
from itertools import chain as join
from zoneinfo import ZoneInfo

from casebook import policies
from casebook.casework.core.acting import Act, named
from casebook.casework.escalation.concerns import Concern
from casebook.domain import chain, deadlines
from casebook.domain.case import minimum_staffing
from casebook.domain.case.minimum_staffing import OnDuty
from casebook.domain.case.panel import may_be_named
from casebook.domain.case.panel_cycle import next_meeting, too_late
from casebook.domain.escalation import WhyStalled
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Limit, Priority, Route
from casebook.storage import outbox
from casebook.storage.documents import policy_of
from casebook.storage.people import researchers_of, workers_of
from casebook.storage.sweep import foresight as stored
from casebook.storage.sweep.escalations import Stalled
from casebook.storage.tables import Application

OUT_OF_CYCLE = "decide_out_of_cycle"  # the proposal, and the action that agrees to it


def coming(act: Act) -> list[Concern]:
    """Every early warning that applies now and has not been given yet."""
    concerns = list(join(_panels(act), _crews(act), _calendars(act)))
    opened = stored.opened(act.session, [concern.id for concern in concerns])
    return [concern for concern in concerns if concern.id not in opened]


def at_intake(act: Act, application: Application) -> list[Concern]:
    """Warnings about a new application: whether the panel it will reach meets too late, calculated from the policy's limits."""
    policy, zone = policy_of(application), _zone(policy_of(application))
    times = {
        deadline.what: deadline.due_at
        for deadline in deadlines.due_from_receipt(
            application.submitted_at, route=Route(application.route), priority=Priority(application.priority), policy=policy,
            holidays=policies.BankHolidays(policy),
        )
    }  # fmt: skip
    due_at, ready_at = times[Limit.WHOLE_PROCESS], max(times[Limit.RISK_SCORING], act.now)
    if application.out_of_cycle or due_at <= act.now:
        return []
    meeting = too_late(policy.panel, ready_at=ready_at, due_at=due_at, zone=zone)
    return [_panel(application.reference, due_at, meeting.isoformat())] if meeting else []


def missing(act: Act) -> tuple[str, ...]:
    """What the staff on duty lack for minimum staffing, for any application."""
    return minimum_staffing.missing(stored.crew(act.session, act.now.date()), act.documents.policy_on(act.now))


def _panels(act: Act) -> Iterator[Concern]:
    for policy in act.documents.policies():
        zone = _zone(policy)
        meeting = next_meeting(policy.panel, act.now.astimezone(zone).date())
        until = datetime.combine(meeting + timedelta(days=1), time(), zone)
        for clock in stored.due_before(act.session, policy.name, act.now, until):
            yield _panel(clock.reference, clock.due_at, meeting.isoformat())


def _panel(reference: str, due_at: datetime, meeting: str) -> Concern:
    subject = {
        "propose": OUT_OF_CYCLE,
        "panel_meets": meeting,
        "limit": Limit.WHOLE_PROCESS,
        "due_at": due_at.isoformat(),
    }
    return Concern(reference, WhyStalled.PANEL_TOO_LATE, due_at.date().isoformat(), subject)


def passed(act: Act) -> list[Stalled]:
    """Warnings that no longer apply: minimum staffing is met, or the panel has decided or will decide out of cycle."""
    warned = stored.staffing_warnings(act.session)
    short = _short(act) if warned else {}
    met = [
        Stalled(warning.id, warning.reference) for warning in warned if short.get(warning.reference) != warning.short_of
    ]
    return [*met, *stored.decided_meanwhile(act.session)]


def _crews(act: Act) -> Iterator[Concern]:
    """The unit's shortage, once a day until it is acknowledged, and that of one application if conflicts of interest cause it."""
    open_warnings = {(warning.reference, warning.short_of) for warning in stored.staffing_warnings(act.session)}
    today = act.now.astimezone(_zone(act.documents.policy_on(act.now))).date().isoformat()
    for reference, short in _short(act).items():
        if (reference, short) not in open_warnings:
            yield _crew(reference, short, today if reference is None else "")


def _short(act: Act) -> dict[str | None, tuple[str, ...]]:
    """What minimum staffing lacks: under None for the unit, under a reference for one application alone."""
    if not outbox.any_open(act.session):
        return {}
    present, policy = stored.crew(act.session, act.now.date()), act.documents.policy_on(act.now)
    everywhere = minimum_staffing.missing(present, policy)
    short: dict[str | None, tuple[str, ...]] = {None: everywhere} if everywhere else {}
    applications = stored.to_be_convened(act.session)
    names = _names(act, applications, present)
    for application in applications:
        barred = _barred(act, application, present, names[application.reference])
        researched = researchers_of(act.session, application.reference)
        worked = workers_of(act.session, application.reference)
        lacks = minimum_staffing.missing(
            present, policy_of(application), researched=researched, worked=worked, barred=barred
        )
        if own := tuple(code for code in lacks if code not in everywhere):
            short[application.reference] = own
    return short


def _crew(reference: str | None, short: tuple[str, ...], key: str) -> Concern:
    return Concern(reference, WhyStalled.CREW_SHORT, f"{','.join(short)}:{key}", {"short_of": list(short)})


def _names(act: Act, applications: Collection[Application], present: Collection[OnDuty]) -> Mapping[str, set[str]]:
    surnames = defaultdict[str, set[str]](set)
    references = [application.reference for application in applications]
    for reference, name in stored.surnames(act.session, references) if present else ():
        surnames[reference].add(name)
    return surnames


def _barred(act: Act, application: Application, present: Collection[OnDuty], surnames: set[str]) -> set[str]:
    may_see = named(act.session, application)
    return {
        member.id
        for member in present
        if may_be_named(member.id, surnames) or (application.restricted and member.id not in may_see)
    }


def _calendars(act: Act) -> Iterator[Concern]:
    policy = act.documents.policy_on(act.now)
    until = policy.calendar.checked_until.value
    if policy.calendar.must_be_checked(act.now.astimezone(_zone(policy)).date()):
        subject = {"policy": policy.name, "checked_until": until.isoformat()}
        yield Concern(None, WhyStalled.CALENDAR_ENDS, chain.identity(policy.name, until), subject)


def _zone(policy: Policy) -> ZoneInfo:
    return ZoneInfo(policy.calendar.timezone)
