"""Crimes to record and people to refer: what opens the question, how it is answered, and the agency's own answer.

A crime told at any contact or in the concern, a child, and a high risk each open their question when they become known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from casebook.casework.core import referrals
from casebook.casework.core.acting import Act, Summary, reason_code, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.referrals import REFERRED_FOR, refuse_other_agency
from casebook.casework.core.work_items import ask_anew, open_items
from casebook.domain.authority import Command
from casebook.domain.case.crime_told import tells_of_crime
from casebook.domain.vocabulary import WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.tables import Application, Referral, WorkItem

CHILDREN = "children"
CONCERN = "concern"


class CrimeRecorded(Answer):
    """The crime that was told has been recorded, or why what was told is no crime to record."""

    crime_number: str | None = Field(default=None, min_length=1, description="The number of the crime record.")
    not_recorded_because: str | None = Field(
        default=None, min_length=1, description="Only if none was recorded: why what was told is not a crime."
    )
    notes: str = ""


class Referred(Answer):
    """A referral of somebody to another agency, or the reason why none was made; later, what the agency answered.

    If the subject names an agency, the answer is about that agency.
    """

    agency: Literal["childrens_services", "adult_services", "idva", "marac", "regulator", "other"]
    agency_reference: str | None = None
    not_referred_because: str | None = Field(default=None, description="Only if no referral was made.")
    answered: Literal["accepted", "declined", "none_yet"] | None = Field(
        default=None, description="Only if `referral` is in the subject: what the agency answered to it."
    )
    notes: str = ""


def first_needs(act: Act, application: Application) -> list[Need]:
    """The questions that an application itself opens."""
    told = bool(application.concern) and tells_of_crime(application.concern or "", act.documents.risk_model(act.now))
    return [*([_crime(CONCERN, key=CONCERN)] if told else []), *_children(application)]


def ask_about_children(act: Act, application: Application) -> None:
    """Open the question of a referral if there is a child, once."""
    open_items(act, application, _children(application), because="child_known")


def ask_for_grave_risk(act: Act, application: Application) -> None:
    """Open the referrals to MARAC and IDVA, once, because the risk is known to be high."""
    needs = [
        Need(kind=WorkKind.REFER_SAFEGUARDING, key=agency, subject={"who": agency, "agency": agency})
        for agency in ("marac", "idva")
    ]
    open_items(act, application, needs, because="grave_risk_known")


def told(act: Act, application: Application, *, at: str, key: str, crime: bool, people: Iterable[str]) -> None:
    """Open what somebody told at a contact calls for. `at`: the kind of work or contact at which they told it."""
    needs = [_crime(at, key=key)] if crime else []
    needs += [
        Need(kind=WorkKind.REFER_SAFEGUARDING, key=f"{key}:{who}", subject={"who": who, "told": at})
        for who in dict.fromkeys(people)
    ]
    open_items(act, application, needs, because="told_at_contact")


def report_crime(act: Act, reference: str, *, told_in: str) -> Summary:
    """Report that a crime was told, in the concern or anywhere else. Any member of staff may do this."""
    act.allowed(Command.OPEN_SAFEGUARDING)
    application = act.application(reference)
    [item] = open_items(
        act, application, [_crime(reason_code(told_in), key=act.now.isoformat())], because="crime_reported"
    )
    return {"reference": reference, "item": item.id, "due_at": item.due_at.isoformat() if item.due_at else None}


def _crime(told_in: str, *, key: str) -> Need:
    return Need(kind=WorkKind.RECORD_CRIME, key=key, subject={"told": told_in})


def _children(application: Application) -> list[Need]:
    if not application.children:
        return []
    return [Need(kind=WorkKind.REFER_SAFEGUARDING, key=CHILDREN, subject={"who": CHILDREN})]


def _crime_recorded(doing: Doing) -> None:
    answer: CrimeRecorded = doing.answer
    if (answer.crime_number is None) == (answer.not_recorded_because is None):
        refuse_because("crime_or_reason", "give crime_number, or say in not_recorded_because why none", InvalidAnswer)
    if answer.crime_number is not None:
        crime_recorded(doing, answer.crime_number, notes=answer.notes)


def crime_recorded(doing: Doing, crime_number: str, *, notes: str = "") -> None:
    """Store the number of a crime record."""
    referrals.add(doing, kind="crime", agency_reference=crime_number, notes=notes)


def _referred(doing: Doing) -> None:
    answer, subject = doing.answer, doing.item.subject
    refuse_other_agency(answer.agency, subject.get("agency") or REFERRED_FOR.get(str(subject.get("who"))))
    if (referral := subject.get("referral")) is not None:
        _answered(doing, doing.act.session.get_one(Referral, referral))
        return
    referrals.refuse_unclear([answer])
    if answer.answered is not None:
        refuse_because("no_referral_yet", "answered is only for a referral that was made before", InvalidAnswer)
    if answer.agency_reference is not None:
        row = referrals.add(doing, kind=answer.agency, agency_reference=answer.agency_reference, notes=answer.notes)
        referrals.chase(doing, row)


def _answered(doing: Doing, row: Referral) -> None:
    """Store what the agency answered, or ask it again after the days of the policy."""
    answer: Referred = doing.answer
    if answer.answered is None or answer.agency_reference or answer.not_referred_because:
        refuse_because("answer_missing", "say in answered what the agency answered, and nothing else", InvalidAnswer)
    if answer.answered == "none_yet":
        referrals.chase(doing, row)
        return
    row.answer, row.answered_at, row.answered_by = answer.answered, doing.occurred_at, doing.act.actor.id


def _take_back_referral(act: Act, application: Application, item: WorkItem) -> None:
    """A referral that was made stays; what its agency is said to have answered does not."""
    if (referral := item.subject.get("referral")) is not None:
        row = act.session.get_one(Referral, referral)
        row.answer = row.answered_at = row.answered_by = None
    ask_anew(act, application, item)


ANSWERS: Answers = {
    WorkKind.RECORD_CRIME: Answering(schema=CrimeRecorded, handler=_crime_recorded, take_back=ask_anew),
    WorkKind.REFER_SAFEGUARDING: Answering(schema=Referred, handler=_referred, take_back=_take_back_referral),
}
