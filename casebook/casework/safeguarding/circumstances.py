"""Stores a changed circumstance: the application has the present, and a row keeps what it was before."""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.casework.core.numbered import next_id
from casebook.casework.safeguarding import danger, parties, referring
from casebook.domain.case import intake
from casebook.domain.case.circumstances import ADDRESS_OF, Change, CircumstanceKind, children_told
from casebook.domain.case.intake import Form
from casebook.domain.vocabulary import Answer3, Applicant, Party, Relationship, Route
from casebook.storage.tables import Application, Circumstance


def change(act: Act, application: Application, changed: Change, *, learned_from: str, since: str | None) -> bool:
    """Store a change, and open what it calls for. Returns whether it says anything new. The caller writes the ledger entry."""
    earlier = _apply(act, application, changed, since)
    if earlier == changed.value:
        return False
    note(act, application, changed.what, earlier=earlier, value=changed.value, learned_from=learned_from, since=since)
    referring.ask_about_children(act, application)
    _raise_priority(act, application)
    return True


def note(
    act: Act,
    application: Application,
    what: CircumstanceKind,
    *,
    earlier: str | None,
    value: str,
    learned_from: str,
    since: str | None = None,
) -> None:
    """Keep what a circumstance was before, and what it is now."""
    act.session.add(
        Circumstance(
            id=next_id(act, Circumstance, application.reference), reference=application.reference, what=what,
            earlier=earlier, value=value, since=since, learned_from=learned_from, recorded_at=act.now,
            recorded_by=act.actor.id,
        )
    )  # fmt: skip
    act.session.flush()


def _apply(act: Act, application: Application, changed: Change, since: str | None) -> str | None:
    """Set the present value. Returns the value before, in the same form."""
    match changed.what:
        case CircumstanceKind.PREGNANCY:
            earlier, application.pregnant = application.pregnant, changed.value
        case CircumstanceKind.LIVING_TOGETHER:
            earlier, application.living_together = application.living_together, changed.value
        case CircumstanceKind.CHILDREN:
            earlier, application.children = children_told(application.children), list(changed.children)
        case CircumstanceKind.RELATIONSHIP:
            before, application.relationship = application.relationship, changed.value
            ended = since if changed.value == Relationship.EX_PARTNER else None
            application.relationship_ended = ended or (
                application.relationship_ended if changed.value == Relationship.EX_PARTNER else None
            )
            return before
        case _:
            return _move(act, application, ADDRESS_OF[changed.what], changed)
    return earlier


def _move(act: Act, application: Application, party: Party, changed: Change) -> str | None:
    person = parties.person_or_new(act, application.reference, party)
    earlier = person.address
    person.address, person.postcode = changed.value, changed.postcode or None
    return earlier


def _raise_priority(act: Act, application: Application) -> None:
    """Raise the priority to what an application with these circumstances begins with. It is never lowered."""
    form = Form(
        external_id="", submitted_at=application.submitted_at, route=Route(application.route),
        applicant=Applicant(application.applicant), immediate_danger=Answer3.NO,
        living_together=Answer3(application.living_together), pregnant=Answer3(application.pregnant),
        children=tuple(application.children),
    )  # fmt: skip
    priority, reason = intake.priority(form)
    danger.raise_priority(act, application, priority, reason=reason)
