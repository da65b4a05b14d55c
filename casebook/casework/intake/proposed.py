"""Right to Know applications that a supervisor opens from a proposal: nobody applied for them."""

from __future__ import annotations

from dataclasses import replace

from casebook.casework.core.acting import Act
from casebook.casework.intake import intake
from casebook.domain import chain
from casebook.domain.case import intake as rules
from casebook.domain.case.intake import Form
from casebook.domain.vocabulary import Answer3, Applicant, Route
from casebook.storage.tables import Application


def take_in_proposed(act: Act, item: str, form: Form) -> Application:
    """Take in what the proposal `item` was about: as of now, by an agency, its danger not known.

    Safe contact with the person at risk is established again, and what is missing is listed.
    """
    fresh = replace(
        form, submitted_at=act.now, route=Route.RIGHT_TO_KNOW, applicant=Applicant.AGENCY,
        immediate_danger=Answer3.UNKNOWN, plans={},
    )  # fmt: skip
    complete = replace(fresh, doubts=tuple(rules.minimum_missing(fresh)))
    opened, _ = intake.take_in(act, complete, chain.digest({"item": item}))
    return opened
