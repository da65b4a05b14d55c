"""Taking applications in: each in its own transaction, danger first, the clock from submission, repeats linked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, and_, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert

from casebook import files, policies
from casebook.casework import clocks, danger
from casebook.casework.acting import Act, open_items
from casebook.casework.answers import Answer, Doing, Handler
from casebook.domain import chain
from casebook.domain import intake as rules
from casebook.domain.actors import Actor
from casebook.domain.authority import Command
from casebook.domain.intake import Form, PersonForm, PlanForm
from casebook.domain.vocabulary import Answer3, Certainty, Channel, Party, Priority, Sex, Stage, WorkKind
from casebook.domain.work import Need
from casebook.errors import Collision, Refused
from casebook.files import Rejection
from casebook.storage import session as storage
from casebook.storage.session import Store
from casebook.storage.tables import Application, ApplicationLink, Person, ReferenceCounter, SafeContact

# whose coming again is a sign, and what it is called
REPEATED = {Party.B: "same_subject", Party.A: "same_person_at_risk"}
LINKED = 10  # the latest repeats an application is linked to; those are linked to the ones before them


class ChangedSince(Refused):
    """An application of this external id was imported before with other contents."""

    code = "changed_since"


@dataclass(kw_only=True)
class Imported:
    """What became of each row of a file."""

    accepted: list[dict[str, str]] = field(default_factory=list)
    unchanged: list[dict[str, str]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)


def import_file(store: Store, actor: Actor, path: Path) -> Imported:
    """Import applications.csv. A bad row never takes a good one down; the same file again changes nothing."""
    table = files.read(path, known=rules.COLUMNS, required=rules.REQUIRED)
    imported = Imported(ignored_columns=table.ignored)
    for row in table.rows:
        _import_row(store, actor, row, imported)
    return imported


def _import_row(store: Store, actor: Actor, row: files.Row, imported: Imported) -> None:
    form = rules.read(row.cells, row.undecodable)
    if isinstance(form, list):
        imported.rejected += [Rejection(line=row.line, column=f.column, code=f.code, message=f.message) for f in form]
        return
    try:
        reference, fresh = _take_in_alone(store, actor, form, row.cells)
    except ChangedSince as refusal:
        imported.rejected.append(
            Rejection(line=row.line, column="external_id", code=refusal.code, message=refusal.message)
        )
        return
    (imported.accepted if fresh else imported.unchanged).append(
        {"external_id": form.external_id, "reference": reference}
    )


def _take_in_alone(store: Store, actor: Actor, form: Form, cells: Mapping[str, str]) -> tuple[str, bool]:
    """One row in one transaction; two processes with the same row end up with one application."""
    for last in (False, False, True):
        try:
            with store.session() as session:
                act = Act(session=session, actor=actor, now=storage.now(session))
                application, fresh = take_in(act, form, _digest(store.key, cells))
                session.commit()
                return application.reference, fresh
        except Collision:
            # most often the same external id was committed by another process a moment ago: look again
            if last:
                raise
    raise AssertionError("unreachable")


def take_in(act: Act, form: Form, digest: str) -> tuple[Application, bool]:
    """Take one application in: people, plans, clocks, links, danger, and the engine's wake-up. False if it was there."""
    act.allowed(Command.IMPORT_APPLICATIONS)
    earlier = act.session.scalar(select(Application).where(Application.external_id == form.external_id))
    if earlier is not None:
        if earlier.content_digest != digest:
            raise ChangedSince
        return earlier, False
    application = _application(act, form, digest)
    act.session.add(application)
    act.session.flush()
    act.session.add_all(_person(application.reference, person) for person in form.people.values())
    act.session.add_all(_plan(act, application.reference, plan) for plan in form.plans.values())
    clocks.start(act, application)
    act.session.flush()
    linked = _link_repeats(act, application)
    act.speak(application, "application_received", route=form.route, applicant=form.applicant, doubts=len(form.doubts))
    if form.immediate_danger is Answer3.YES:
        danger.open_safeguarding(act, application, cause="applicant_says_immediate_danger")
    open_items(act, application, _needs(application, form), "application_received")
    act.wake(application, "linked" if linked else "application_received")
    return application, True


def needs(act: Act, application: Application) -> list[Need]:
    """Somebody must complete what is missing, or explain why it cannot be had; once explained, nobody is asked again."""
    return _needs(application, form_of(act, application))


def _needs(application: Application, form: Form) -> list[Need]:
    missing = [doubt for doubt in form.doubts if doubt not in application.explained]
    if not missing:
        return []
    return [Need(kind=WorkKind.COMPLETE_DETAILS, key=f"{len(application.explained)}", subject={"doubts": missing})]


def form_of(act: Act, application: Application) -> Form:
    """The application as it now stands, with what is doubtful about it."""
    people = act.session.scalars(select(Person).where(Person.reference == application.reference)).all()
    plans = act.session.scalars(select(SafeContact).where(SafeContact.reference == application.reference)).all()
    form = Form(
        external_id=application.external_id or "",
        submitted_at=application.submitted_at,
        route=application.route,  # type: ignore[arg-type]
        applicant=application.applicant,  # type: ignore[arg-type]
        relationship=application.relationship or "",
        immediate_danger=Answer3(application.immediate_danger),
        people={Party(person.party): person_form(person) for person in people},
        plans={Party(plan.party): plan_form(plan) for plan in plans},
    )
    # a doubt about the file's own words is settled by explaining it, missing information by having it
    kept = [doubt for doubt in application.doubts if doubt not in rules.MINIMUM]
    return replace(form, doubts=(*rules.minimum_missing(form), *kept))


def person_form(person: Person) -> PersonForm:
    names = (
        "forename", "middle_names", "surname", "dob", "address", "postcode", "phone", "email", "pnc_id", "cro",
    )  # fmt: skip
    return PersonForm(
        party=Party(person.party),
        **{name: getattr(person, name) or "" for name in names},
        former_names=tuple(person.former_names),
        aliases=tuple(person.aliases),
        dob_certainty=person.dob_certainty,
        sex=person.sex,
    )


def plan_form(plan: SafeContact) -> PlanForm:
    return PlanForm(
        party=Party(plan.party),
        channel=plan.channel or "",
        days=tuple(plan.days),
        windows=tuple((start, end) for start, end in plan.windows),
        voicemail=plan.voicemail,
        code_word=plan.code_word or "",
        interpreter=plan.interpreter or "",
    )


def _application(act: Act, form: Form, digest: str) -> Application:
    priority, why = rules.priority(form)
    policy = policies.for_receipt(form.submitted_at)
    return Application(
        reference=_next_reference(act, form.submitted_at.year),
        external_id=form.external_id,
        content_digest=digest,
        submitted_at=form.submitted_at,
        received_at=act.now,
        route=form.route,
        applicant=form.applicant,
        policy=f"{policy.name}@{policy.version}",
        concern=form.concern or None,
        immediate_danger=form.immediate_danger,
        relationship=form.relationship or None,
        relationship_started=form.relationship_started or None,
        relationship_ended=form.relationship_ended or None,
        living_together=form.living_together,
        pregnant=form.pregnant,
        children=list(form.children),
        doubts=list(form.doubts),
        explained=[],
        stage=Stage.INTAKE,
        priority=priority if priority is not Priority.IMMEDIATE else Priority.URGENT,  # danger raises it, and says so
        priority_reason=why,
        band=None,
        score=None,
        version=1,
        outcome=None,
        closed_at=None,
        closing_reason=None,
        out_of_cycle=False,
        restricted=False,
        legal_hold=False,
        frozen_at=None,
        disposed_at=None,
    )


def _next_reference(act: Act, year: int) -> str:
    """`CL-YYYY-NNNNNN`; a gap means a transaction that was rolled back, never an application that was lost."""
    statement = insert(ReferenceCounter).values(year=year, last=1)
    statement = statement.on_conflict_do_update(
        index_elements=[ReferenceCounter.year], set_={"last": ReferenceCounter.last + 1}
    )
    number = act.session.scalar(statement.returning(ReferenceCounter.last))
    return f"CL-{year:04d}-{number:06d}"


def _person(reference: str, form: PersonForm) -> Person:
    return Person(
        id=f"{reference}:{form.party}",
        reference=reference,
        party=form.party,
        former_names=list(form.former_names),
        aliases=list(form.aliases),
        dob_certainty=form.dob_certainty,
        sex=form.sex,
        **{
            name: getattr(form, name) or None
            for name in ("forename", "middle_names", "surname", "dob", "address", "postcode", "phone", "email", "pnc_id", "cro")
        },
    )  # fmt: skip


def _plan(act: Act, reference: str, form: PlanForm) -> SafeContact:
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
        confirmed_at=act.now,
        confirmed_by=act.actor.id,
    )


def _link_repeats(act: Act, application: Application) -> int:
    """Link earlier applications about the same B or by the same A. A repeat is a sign of risk: it raises the priority."""
    people = [act.session.get(Person, f"{application.reference}:{party}") for party in REPEATED]
    queries = [_same_person(person) for person in people if person is not None and person.forename and person.surname]
    found = sorted(set(act.session.execute(union_all(*queries)))) if queries else []
    for party, other in found:
        why = REPEATED[Party(party)]
        act.session.add(ApplicationLink(reference=application.reference, other=other, why=why, found_at=act.now))
    if found:
        danger.raise_priority(act, application, Priority.HIGH, reason="repeat_application")
    return len(found)


def _same_person(person: Person) -> Select[tuple[str, str]]:
    """References whose person of the same party has the same name, and a birth date or identifier that does not differ."""
    same_name = and_(
        func.lower(Person.surname) == (person.surname or "").lower(),
        func.lower(Person.forename) == (person.forename or "").lower(),
        or_(Person.dob == person.dob, Person.dob.is_(None)) if person.dob else Person.dob.is_(None),
    )
    same_id = [getattr(Person, name) == getattr(person, name) for name in ("pnc_id", "cro") if getattr(person, name)]
    query = select(Person.party, Person.reference).where(
        Person.party == person.party, Person.reference != person.reference, or_(same_name, *same_id)
    )
    return select(query.order_by(Person.reference.desc()).limit(LINKED).subquery())


def _digest(key: bytes, cells: Mapping[str, str]) -> str:
    present = {name: value for name, value in cells.items() if value}
    return hashlib.blake2b(chain.canonical(present).encode(), key=key[:64], digest_size=20).hexdigest()


class PersonDetails(BaseModel):
    """What is now known of one party; a field left out stays as it is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    forename: str | None = None
    middle_names: str | None = None
    surname: str | None = None
    former_names: list[str] | None = None
    aliases: list[str] | None = None
    dob: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", description="ISO, may be partial")
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
    """What was missing from an application, or why it cannot be had."""

    people: dict[Party, PersonDetails] = Field(default_factory=dict)
    safe_contact: dict[Party, SafeContactPlan] = Field(default_factory=dict)
    relationship: str | None = Field(default=None, pattern="^(partner|ex_partner|other)$")
    explained: dict[str, str] = Field(
        default_factory=dict, description="code of a doubt -> why what it asks for cannot be had or does not matter"
    )


def _details_completed(doing: Doing) -> None:
    add_details(doing.act, doing.application, doing.answer)


def add_details(act: Act, application: Application, answer: DetailsCompleted) -> None:
    """Write down what is newly known, and why the rest cannot be. The caller speaks of it."""
    for party, details in answer.people.items():
        correct_person(act, application, party, details.model_dump(exclude_none=True))
    for party, plan in answer.safe_contact.items():
        confirm_plan(act, application, party, plan)
    if answer.relationship:
        application.relationship = answer.relationship
    application.explained = [
        *application.explained,
        *(code for code in answer.explained if code not in application.explained),
    ]


def correct_person(act: Act, application: Application, party: Party, details: Mapping[str, Any]) -> Person:
    """Add to or correct what is known of one party. The ledger keeps the digest of what it replaces."""
    person = act.session.get(Person, f"{application.reference}:{party}")
    if person is None:
        person = _person(application.reference, PersonForm(party=party))
        act.session.add(person)
    for name, value in details.items():
        setattr(person, name, value)
    return person


def confirm_plan(act: Act, application: Application, party: Party, plan: SafeContactPlan) -> None:
    """Set or confirm one party's safe-contact plan, as of now."""
    form = PlanForm(
        party=party, channel=plan.channel, days=tuple(plan.days), windows=tuple(plan.windows), voicemail=plan.voicemail,
        code_word=plan.code_word or "", interpreter=plan.interpreter or "",
    )  # fmt: skip
    act.session.merge(_plan(act, application.reference, form))


ANSWERS: dict[WorkKind, tuple[type[Answer], Handler]] = {
    WorkKind.COMPLETE_DETAILS: (DetailsCompleted, _details_completed)
}
