"""A past application whose person at risk may be in danger now, taken into the live process as a Right to Know application."""

from __future__ import annotations

from collections.abc import Sequence

from casebook.casework.core.acting import Act
from casebook.casework.intake import intake
from casebook.casework.review import registers
from casebook.domain import chain
from casebook.domain.case import intake as rules
from casebook.domain.case.intake import Form, PersonForm
from casebook.domain.review.register import RegisterPerson
from casebook.domain.vocabulary import Answer3, Applicant, Certainty, Party, Route, Sex
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication


def open_right_to_know(act: Act, application: ReviewApplication, item: str) -> str:
    """About the same two people; how the person at risk may be reached is found out anew. Returns its reference."""
    past = registers.past_of(act, application)
    people = {Party.A: _form(Party.A, past.a), Party.B: _form(Party.B, past.b)}
    cells = [row.cells for row in stored.rows_of(act.session, application.rows)]
    form = Form(
        external_id=f"review-{item}",
        submitted_at=act.now,
        route=Route.RIGHT_TO_KNOW,
        applicant=Applicant.AGENCY,
        immediate_danger=Answer3.UNKNOWN,
        relationship=past.relationship or "",
        living_together=past.living_together,
        children=tuple(_first(cells, "children").split(";")) if _first(cells, "children") else (),
        people={party: person for party, person in people.items() if person.known},
        plans={},
    )
    cleaned = Form(**{**vars(form), "doubts": tuple(rules.minimum_missing(form))})
    opened, _ = intake.take_in(act, cleaned, chain.digest({"item": item}))
    return opened.reference


def _first(rows: Sequence[dict[str, str]], column: str) -> str:
    return next((row[column] for row in rows if row.get(column)), "")


def _form(party: Party, told: Sequence[RegisterPerson]) -> PersonForm:
    """The fullest way in which a list tells who somebody is; what others call them are further names."""
    if not told:
        return PersonForm(party=party)
    best = max(told, key=lambda each: sum(bool(cell) for cell in vars(each).values()))
    names = dict.fromkeys(name for each in told for name in (f"{each.forename} {each.surname}".strip(), *each.aliases))
    own = f"{best.forename} {best.surname}".strip()
    return PersonForm(
        party=party, forename=best.forename, middle_names=best.middle_names, surname=best.surname,
        former_names=best.former_names, aliases=tuple(name for name in names if name and name != own), dob=best.dob,
        dob_certainty=Certainty.APPROXIMATE if len({each.dob for each in told}) > 1 else Certainty.UNKNOWN,
        sex=best.sex if best.sex in set(Sex) else Sex.UNKNOWN, address=best.address, postcode=best.postcode,
        phone=best.phone, email=best.email, pnc_id=best.pnc_id, cro=best.cro,
    )  # fmt: skip
