"""Triage again in every sweep: what happened since may make an application more pressing, and then its clocks are shorter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from casebook import policies
from casebook.casework.core.acting import Act, Summaries, policy_of
from casebook.casework.safeguarding import danger
from casebook.domain import triage
from casebook.domain.triage import TriageSign
from casebook.domain.vocabulary import Priority
from casebook.storage import ledger
from casebook.storage.sweep import escalations
from casebook.storage.sweep import triage as stored
from casebook.storage.sweep.triage import SeenSign


def pressing(act: Act) -> list[SeenSign]:
    """Every sign that some policy might raise a priority for."""
    rules = [policies.load(name).triage for name in policies.names()]
    most = min(triage.least(sign, each).rank for sign in TriageSign for each in rules)
    return stored.seen(act.session, act.now, [each for each in Priority if each.rank > most])


def raise_priorities(act: Act, page: Sequence[SeenSign]) -> tuple[Summaries, list[SeenSign]]:
    """Raise what is to be raised under lock, each application once, by the policy it came under."""
    signs = defaultdict[str, set[TriageSign]](set)
    for each in page:
        signs[each.reference].add(each.sign)
    applications = escalations.lock_applications(act.session, signs)
    held = escalations.clocks_of(act.session, applications)  # read at once, so that each is at hand below
    said = dict[str, dict[str, object]]()
    for reference, application in applications.items():
        to = triage.raised(Priority(application.priority), signs[reference], policy_of(application).triage)
        if to and danger.raise_priority(act, application, to[0], reason=to[1]):
            said[reference] = {"to": to[0], "reason": to[1]}
    del held
    if said:
        ledger.record_many(act.session, said, actor=act.actor.id, event_name="priority_raised", at=act.now)
    told: Summaries = [{"reference": reference, **what} for reference, what in said.items()]
    return told, [each for each in page if each.reference not in applications]
