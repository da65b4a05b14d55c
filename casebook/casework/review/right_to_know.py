"""Opens a live Right to Know application from a past application whose person at risk may be in danger now."""

from __future__ import annotations

from collections.abc import Sequence

from casebook.casework.core.acting import Act
from casebook.casework.intake.proposed import take_in_proposed
from casebook.casework.review import registers
from casebook.domain.case.intake import Form, PersonForm
from casebook.domain.review.register import RegisterPerson
from casebook.domain.vocabulary import Applicant, Certainty, Party, Route, Sex
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication


def open_right_to_know(act: Act, application: ReviewApplication, item: str) -> str:
    """Open it about the same two people. A new safe-contact plan is needed. Returns the reference."""
    past = registers.past_of(act, application)
    people = {Party.A: _form(Party.A, past.a), Party.B: _form(Party.B, past.b)}
    cells = [row.cells for row in stored.rows_of(act.session, application.rows)]
    form = Form(
        external_id=f"review-{item}",
        submitted_at=act.now,
        route=Route.RIGHT_TO_KNOW,
        applicant=Applicant.AGENCY,
        relationship=past.relationship or "",
        living_together=past.living_together,
        children=tuple(_first(cells, "children").split(";")) if _first(cells, "children") else (),
        people={party: person for party, person in people.items() if person.known},
    )
    return take_in_proposed(act, item, form).reference


def _first(rows: Sequence[dict[str, str]], column: str) -> str:
    return next((row[column] for row in rows if row.get(column)), "")


def _form(party: Party, entries: Sequence[RegisterPerson]) -> PersonForm:
    """A person from the fullest entry in the lists. Names in other entries become aliases."""
    if not entries:
        return PersonForm(party=party)
    fullest = max(entries, key=lambda entry: sum(bool(cell) for cell in vars(entry).values()))
    names = dict.fromkeys(
        name for entry in entries for name in (f"{entry.forename} {entry.surname}".strip(), *entry.aliases)
    )
    own_name = f"{fullest.forename} {fullest.surname}".strip()
    return PersonForm(
        party=party, forename=fullest.forename, middle_names=fullest.middle_names, surname=fullest.surname,
        former_names=fullest.former_names, aliases=tuple(name for name in names if name and name != own_name), dob=fullest.dob,
        dob_certainty=Certainty.APPROXIMATE if len({entry.dob for entry in entries}) > 1 else Certainty.UNKNOWN,
        sex=fullest.sex if fullest.sex in set(Sex) else Sex.UNKNOWN, address=fullest.address, postcode=fullest.postcode,
        phone=fullest.phone, email=fullest.email, pnc_id=fullest.pnc_id, cro=fullest.cro,
    )  # fmt: skip
