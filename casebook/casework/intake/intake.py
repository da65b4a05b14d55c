"""Intake: takes an application in, in one transaction. Danger comes first, clocks run from submission, repeats are linked.

At this stage somebody completes what is missing, or explains why it cannot be obtained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from casebook.casework.core import clocks
from casebook.casework.core.acting import Act
from casebook.casework.core.work_items import item_of
from casebook.casework.escalation import early_warnings, raising
from casebook.casework.record_checks import own_register
from casebook.casework.safeguarding import danger, details, parties, referring
from casebook.domain.authority import Command
from casebook.domain.case import intake as rules
from casebook.domain.case.intake import Form
from casebook.domain.vocabulary import Answer3, Party, Priority, Stage, WorkKind
from casebook.domain.work import SPECS, Need
from casebook.errors import Refused
from casebook.storage import ledger
from casebook.storage.documents import policy_of
from casebook.storage.tables import (
    Application,
    Base,
    Clock,
    Person,
    ReferenceCounter,
    SafeContact,
    WorkItem,
)

ANSWERS = details.ANSWERS


class ChangedSince(Refused):
    """An application with this external id was imported before, with different contents."""

    code = "changed_since"


def take_in(act: Act, form: Form, digest: str, *, reference: str | None = None) -> tuple[Application, bool]:
    """Take one application in: people, plans, clocks, links, danger, and the engine's wake-up. False if it existed already.

    `reference` comes from `keep_references`, from a caller who checked that there is no such application yet.
    """
    act.allowed(Command.IMPORT_APPLICATIONS)
    if reference is None:
        earlier = act.session.scalar(select(Application).where(Application.external_id == form.external_id))
        if earlier is not None:
            refuse_changed(earlier.content_digest, digest)
            return earlier, False
        [reference] = keep_references(act, [form.submitted_at.year])
    act.session.flush()
    with act.session.no_autoflush:
        people = [parties.person_row(reference, person) for person in form.people.values()]
        # the applicant gave the plans with the application: what was done since then was done under them
        given_at = min(form.submitted_at, act.now)
        plans = [parties.plan_row(plan, reference, by=act.actor.id, at=given_at) for plan in form.plans.values()]
        keys = own_register.first_keys(people, plans, act.now.year)
        application = _write(act, form, [*people, *plans, *keys], digest=digest, reference=reference)
    if form.immediate_danger is Answer3.YES:
        danger.open_safeguarding(
            act, application, cause="applicant_says_immediate_danger", since=application.submitted_at
        )
    own_register.arrived(act, application, people, keys)
    if coming := early_warnings.at_intake(act, application):
        raising.tell(act, coming)
    return application, True


def refuse_changed(earlier: str, digest: str) -> None:
    """Refuse a second application with the same external id and different contents."""
    if earlier != digest:
        raise ChangedSince


def keep_references(act: Act, years: Sequence[int]) -> list[str]:
    """Reserve the next `CL-YYYY-NNNNNN` for each year given, in that order. A gap means that an import was interrupted."""
    last = {year: _raise_counter(act, year, count) for year, count in sorted(Counter(years).items())}
    kept = {year: iter(range(last[year] - count + 1, last[year] + 1)) for year, count in Counter(years).items()}
    return [f"CL-{year:04d}-{next(kept[year]):06d}" for year in years]


def _raise_counter(act: Act, year: int, count: int) -> int:
    statement = insert(ReferenceCounter).values(year=year, last=count)
    statement = statement.on_conflict_do_update(
        index_elements=[ReferenceCounter.year], set_={"last": ReferenceCounter.last + statement.excluded.last}
    )
    return act.session.scalars(statement.returning(ReferenceCounter.last)).one()


def _write(act: Act, form: Form, rows: Sequence[Base], *, digest: str, reference: str) -> Application:
    """Write the first rows of an application and the first entry of its ledger chain, in one statement."""
    application = _application(act, form, digest=digest, reference=reference)
    act.session.add_all([application, *rows])
    clocks.start(act, application)
    items = _items(act, application, form)
    act.session.add_all(items)
    act.wake(application, "application_received")
    ledger.begin(
        act.session, chain_name=reference, actor=act.actor, event_name="application_received", at=act.now,
        route=form.route, applicant=form.applicant, doubts=len(form.doubts), opened=[item.kind for item in items],
    )  # fmt: skip
    return application


def _items(act: Act, application: Application, form: Form) -> list[WorkItem]:
    """The first work items. Each is due with the clock of its kind, which has just been started."""
    due = {row.limit_name: row.due_at for row in act.session.new if isinstance(row, Clock)}
    policy = policy_of(application)
    return [
        item_of(
            act,
            application,
            need if policy.work_allowance(need.kind) else replace(need, due_at=due.get(SPECS[need.kind].limit or "")),
        )
        for need in [*_needs(application, form), *referring.first_needs(act, application)]
    ]


def prepare(act: Act, application: Application) -> None:
    """Compare the people with those of other applications again: details may have been completed."""
    own_register.look(act, application)


def needs(act: Act, application: Application) -> list[Need]:
    """An item to complete what is missing, or to explain why it cannot be obtained. What was explained is not asked again."""
    return _needs(application, form_of(act, application))


def _needs(application: Application, form: Form) -> list[Need]:
    missing = [doubt for doubt in form.doubts if doubt not in application.explained]
    if not missing:
        return []
    return [Need(kind=WorkKind.COMPLETE_DETAILS, key=f"{len(application.explained)}", subject={"doubts": missing})]


def form_of(act: Act, application: Application) -> Form:
    """The application as it is now, with its doubts."""
    people = act.session.scalars(select(Person).where(Person.reference == application.reference)).all()
    plans = act.session.scalars(select(SafeContact).where(SafeContact.reference == application.reference)).all()
    form = Form(
        external_id=application.external_id or "",
        submitted_at=application.submitted_at,
        route=application.route,  # type: ignore[arg-type]
        applicant=application.applicant,  # type: ignore[arg-type]
        relationship=application.relationship or "",
        immediate_danger=Answer3(application.immediate_danger),
        people={Party(person.party): parties.person_form(person) for person in people},
        plans={Party(plan.party): parties.plan_form(plan) for plan in plans},
    )
    # a doubt about the file ends when it is explained; missing information, when it is there
    kept = [doubt for doubt in application.doubts if doubt not in rules.MINIMUM]
    return replace(form, doubts=(*rules.minimum_missing(form), *kept))


def _application(act: Act, form: Form, *, digest: str, reference: str) -> Application:
    priority, why = _priority(form)
    policy = act.documents.policy_on(form.submitted_at)
    return Application(
        reference=reference,
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
        as_written=dict(form.as_written) or None,
        explained=[],
        stage=Stage.INTAKE,
        priority=priority,
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
        raised_at=None,
        merged_into=None,
    )


def _priority(form: Form) -> tuple[Priority, str]:
    """The first priority and its reason. Immediate danger, or a link with another application, raises it further later."""
    priority, why = rules.priority(form)
    return (Priority.URGENT if priority is Priority.IMMEDIATE else priority), why
