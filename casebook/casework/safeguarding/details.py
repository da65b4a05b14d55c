"""Details that become known after intake: completed details, corrections, changed safe-contact plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from casebook import bounds
from casebook.casework.core.acting import Act
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.safeguarding import circumstances, parties, plan_changes
from casebook.casework.safeguarding.plan_changes import PlanChanged
from casebook.domain.case.circumstances import ADDRESS_OF, Change, CircumstanceKind
from casebook.domain.vocabulary import Certainty, Channel, Party, Sex, WorkKind
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Application, Person
from casebook.values import dates

CORRECTION = "correction"  # where a circumstance was learnt that somebody corrected or completed
_ADDRESSES = {party: what for what, party in ADDRESS_OF.items()}


class PersonDetails(BaseModel):
    """The details of one party. A field that is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, str_max_length=bounds.TEXT
    )

    forename: str | None = None
    middle_names: str | None = None
    surname: str | None = None
    former_names: list[str] | None = Field(default=None, max_length=bounds.NAMES)
    aliases: list[str] | None = Field(default=None, max_length=bounds.NAMES)
    dob: str | None = Field(
        default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", description="ISO 8601; year or month alone is allowed"
    )
    dob_certainty: Certainty | None = None
    sex: Sex | None = None
    address: str | None = None
    postcode: str | None = None
    phone: str | None = None
    email: str | None = None
    pnc_id: str | None = None
    cro: str | None = None


class SafeContactPlan(BaseModel):
    """When and how one party may safely be contacted, as agreed with them."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    channel: Channel
    days: list[str] = Field(description="mon..sun", min_length=1)
    windows: list[tuple[str, str]] = Field(description="pairs of HH:MM, Europe/London", min_length=1)
    voicemail: bool = False
    code_word: str | None = None
    interpreter: str | None = None


class DetailsCompleted(Answer):
    """The details that were missing from an application, or why they cannot be obtained."""

    people: dict[Party, PersonDetails] = Field(default_factory=dict)
    safe_contact: dict[Party, PlanChanged] = Field(default_factory=dict)
    relationship: str | None = Field(default=None, pattern="^(partner|ex_partner|other)$")
    explained: dict[str, str] = Field(
        default_factory=dict,
        description="For each doubt, by its code: why the detail cannot be obtained or does not matter.",
    )


def _details_completed(doing: Doing) -> None:
    add_details(doing.act, doing.application, doing.answer)


def add_details(act: Act, application: Application, answer: DetailsCompleted) -> None:
    """Store new details and the explanations. The caller writes the ledger entry."""
    refuse_impossible_dates(act, answer.people)
    for party, details in answer.people.items():
        correct_person(act, application, party, details.model_dump(exclude_none=True))
    for party, change in answer.safe_contact.items():
        plan_changes.change(act, application, party, change)
    if answer.relationship and answer.relationship != application.relationship:
        changed = Change(what=CircumstanceKind.RELATIONSHIP, value=answer.relationship)
        circumstances.change(act, application, changed, learned_from=CORRECTION, since=None)
    application.explained = [
        *application.explained,
        *(code for code in answer.explained if code not in application.explained),
    ]


def refuse_impossible_dates(act: Act, people: Mapping[Party, PersonDetails]) -> None:
    """Refuse birth dates that nobody can have: 30 February, tomorrow, the year 1."""
    today = act.now.date()
    wrong = [
        party
        for party, person in people.items()
        if person.dob and dates.read(person.dob, latest=today).iso != person.dob
    ]
    if wrong:
        fields = ", ".join(f"people.{party}.dob" for party in wrong)
        raise InvalidAnswer(f"nobody can be born on the date in {fields}: give what is known of it", "impossible_date")


def correct_person(act: Act, application: Application, party: Party, details: Mapping[str, Any]) -> Person:
    """Add or correct details of one party. The ledger keeps a digest of what is replaced."""
    person = parties.person_or_new(act, application.reference, party)
    earlier = person.address
    for name, value in details.items():
        setattr(person, name, value)
    if person.address and person.address != earlier and (what := _ADDRESSES.get(party)):
        circumstances.note(act, application, what, earlier=earlier, value=person.address, learned_from=CORRECTION)
    return person


ANSWERS: Answers = {WorkKind.COMPLETE_DETAILS: Answering(schema=DetailsCompleted, handler=_details_completed)}
