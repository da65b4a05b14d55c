"""Adds new information about the people in an application, at any stage, and reopens record checks if needed."""

from __future__ import annotations

from casebook.casework.core import lifecycle
from casebook.casework.core.acting import Act, refuse, still_open
from casebook.casework.core.answers import parse
from casebook.casework.record_checks import record_checks
from casebook.casework.safeguarding import details
from casebook.domain import freezing
from casebook.domain.authority import Command
from casebook.domain.vocabulary import WorkKind
from casebook.storage.tables import Application


def add(act: Act, reference: str, raw: object) -> Application:
    """Add or correct details (schema of `complete_details`). B is searched again where the searches no longer cover them."""
    act.allowed(Command.ADD_INFORMATION, works_on=reference)
    application = act.application(reference)
    still_open(application)
    refuse(freezing.why_not_edit(application.frozen_at))
    details_given = parse(WorkKind.COMPLETE_DETAILS, details.DetailsCompleted, raw)
    lifecycle.refuse_stale(application, details_given.version)
    details.add_details(act, application, details_given)
    act.record(application, "information_added")
    if not record_checks.reopen(act, application, because="information_added"):
        lifecycle.carry_on(act, application, because="information_added")
    return application
