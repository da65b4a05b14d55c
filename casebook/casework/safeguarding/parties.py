"""The people of an application and their safe-contact plans: converts forms to rows and rows to forms."""

from __future__ import annotations

from datetime import datetime

from casebook.casework.core.acting import Act
from casebook.domain.case.intake import PersonForm, PlanForm
from casebook.domain.vocabulary import Party
from casebook.storage.tables import Person, SafeContact

_TEXTS = ("forename", "middle_names", "surname", "dob", "address", "postcode", "phone", "email", "pnc_id", "cro")


def person_row(reference: str, form: PersonForm) -> Person:
    """The row of a person."""
    return Person(
        id=f"{reference}:{form.party}",
        reference=reference,
        party=form.party,
        former_names=list(form.former_names),
        aliases=list(form.aliases),
        dob_certainty=form.dob_certainty,
        sex=form.sex,
        **{name: getattr(form, name) or None for name in _TEXTS},
    )


def person_or_new(act: Act, reference: str, party: Party) -> Person:
    """The row of one party; an empty one if nothing was known of them."""
    person = act.session.get(Person, f"{reference}:{party}")
    if person is None:
        person = person_row(reference, PersonForm(party=party))
        act.session.add(person)
    return person


def person_form(person: Person) -> PersonForm:
    """The form of a person, from their row."""
    return PersonForm(
        party=Party(person.party),
        **{name: getattr(person, name) or "" for name in _TEXTS},
        former_names=tuple(person.former_names),
        aliases=tuple(person.aliases),
        dob_certainty=person.dob_certainty,
        sex=person.sex,
    )


def plan_row(form: PlanForm, reference: str, *, by: str, at: datetime) -> SafeContact:
    """The row of a plan that somebody confirmed at a moment. Its age counts from then."""
    return SafeContact(
        id=f"{reference}:{form.party}",
        reference=reference,
        party=form.party,
        channel=form.channel or None,
        days=list(form.days),
        windows=[list(window) for window in form.windows],
        voicemail=form.voicemail,
        code_word=form.code_word or None,
        interpreter=form.interpreter or None,
        confirmed_at=at,
        confirmed_by=by,
    )


def plan_form(plan: SafeContact) -> PlanForm:
    """The form of a plan, from its row."""
    return PlanForm(
        party=Party(plan.party),
        channel=plan.channel or "",
        days=tuple(plan.days),
        windows=tuple((start, end) for start, end in plan.windows),
        voicemail=plan.voicemail,
        code_word=plan.code_word or "",
        interpreter=plan.interpreter or "",
    )
