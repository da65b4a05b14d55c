"""Triage in every sweep: new signs of risk can raise the priority of an application and shorten its clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from casebook.casework.core import notices
from casebook.casework.core.acting import Act, Summaries
from casebook.casework.safeguarding import danger
from casebook.domain import triage
from casebook.domain.triage import TriageSign
from casebook.domain.vocabulary import Priority, Role
from casebook.storage.documents import policy_of
from casebook.storage.sweep import escalations
from casebook.storage.sweep import triage as stored
from casebook.storage.sweep.triage import SeenSign


def pressing(act: Act) -> list[SeenSign]:
    """Every sign for which any policy could raise a priority."""
    rules = [policy.triage for policy in act.documents.policies()]
    most = min(triage.least(sign, rule).rank for sign in TriageSign for rule in rules)
    return stored.seen(act.session, act.now, [priority for priority in Priority if priority.rank > most])


def raise_priorities(act: Act, page: Sequence[SeenSign]) -> tuple[Summaries, list[SeenSign]]:
    """Raise priorities under lock, each application once, by its own policy."""
    signs = defaultdict[str, set[TriageSign]](set)
    for seen in page:
        signs[seen.reference].add(seen.sign)
    applications = escalations.lock_applications(act.session, signs)
    preloaded = escalations.clocks_of(act.session, applications)  # one query, so that the session has every clock below
    entries = dict[str, dict[str, object]]()
    for reference, application in applications.items():
        to = triage.raised(Priority(application.priority), signs[reference], policy_of(application).triage)
        if to and danger.raise_priority(act, application, to[0], reason=to[1]):
            entries[reference] = {"to": to[0], "reason": to[1]}
            if to[1] is TriageSign.POSSIBLE_MATCH_OVERDUE:
                notices.notify(act, application, role=Role.DUTY_INSPECTOR, reason=to[1])
    del preloaded
    act.record_many("priority_raised", entries)
    raised: Summaries = [{"reference": reference, **entry} for reference, entry in entries.items()]
    return raised, [seen for seen in page if seen.reference not in applications]
