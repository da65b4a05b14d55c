"""The shape of every use case: authorise, load, rule, save, ledger, outbox, in the caller's one transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework.core import found_by
from casebook.domain import authority, chain, freezing
from casebook.domain.actors import Actor, Reason
from casebook.domain.authority import Command
from casebook.domain.case import panel
from casebook.domain.vocabulary import Stage, WorkKind
from casebook.domain.work import OPEN_TO_APPROVERS, Need
from casebook.errors import NotFound, NotPermitted, Refused
from casebook.storage import documents, ledger, people
from casebook.storage.documents import Documents
from casebook.storage.tables import Application, Base, Outbox, Restriction, WorkItem

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_NUMBER = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9/_.-]{1,64}", re.ASCII)


class StageUseCases(Protocol):
    """The functions that the lifecycle calls on a stage. Each stage's module provides them."""

    def needs(self, act: Act, application: Application, /) -> list[Need]:
        """The work items that this stage needs from people, given the present facts."""

    def prepare(self, act: Act, application: Application, /) -> None:
        """Do the automatic part of the stage, as far as it needs nothing from outside."""


class Playbook(Protocol):
    """Finds the use cases that lower rooms need but may not import. `casebook.casework.playbook` is the implementation."""

    def stage(self, stage: Stage, /) -> StageUseCases:
        """The use cases of an open stage."""

    def rests_on(self, act: Act, application: Application, item: WorkItem, /) -> object | None:
        """Ids and codes of the rows that the signature of an item rests on; None if it is no signature."""

    def taking_back(self, kind: WorkKind, /) -> Callable[[Act, Application, WorkItem], None] | None:
        """What takes back an answer that is superseded; None if such an answer cannot be."""

    def keep_up(self, act: Act, application: Application, /) -> bool:
        """Move back to record checks if their results are out of date. Returns whether it moved."""

    def close(self, act: Act, application: Application, /) -> None:
        """Do everything that follows from closing an application."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """One actor doing something at one moment. The caller commits; if an error is raised, nothing is saved."""

    session: Session
    actor: Actor
    now: datetime
    playbook: Playbook

    @property
    def documents(self) -> Documents:
        """The documents of policy that this casebook uses."""
        return documents.of(self.session)

    def record(self, application: Application | None, event: str, /, **body: object) -> None:
        """Write the ledger entry of a change. It holds ids, codes and counts only."""
        found_by.follow(self.session, self.now.year)
        ledger.record(
            self.session,
            chain_name=application.reference if application else chain.UNIT,
            actor=self.actor,
            event_name=event,
            at=self.now,
            **body,
        )

    def record_many(
        self, event: str, said: Mapping[str, Mapping[str, object]], /, inserted: Sequence[Base] = ()
    ) -> None:
        """The same for many chains at once: chain -> body. `inserted`: rows that were not written through the session."""
        if said:
            ledger.record_many(self.session, said, actor=self.actor, event_name=event, at=self.now, inserted=inserted)

    def allowed(self, command: Command, *, works_on: str | None = None) -> None:
        """Refuse if the actor's roles do not allow the command.

        `works_on`: the application on which it is work like any other, which whoever approved its decision may not do.
        """
        refuse(authority.why_not_allowed(self.actor, command), NotPermitted)
        if works_on is not None:
            self.free_to_work(works_on)

    def free_to_work(self, reference: str, kind: WorkKind | None = None) -> None:
        """Refuse if the actor approved the decision of this application. Work that is open to approvers does not ask this."""
        refuse(self.why_not_free(reference, kind), NotPermitted)

    def why_not_free(self, reference: str, kind: WorkKind | None = None) -> Reason | None:
        """A reason if the actor approved the decision of this application, and this is not open to approvers."""
        if kind in OPEN_TO_APPROVERS:
            return None
        approved = people.approved_standing(self.session, reference, self.actor.id)
        return panel.why_not_work_after_approving(approved=approved)

    def application(self, reference: str, *, lock: bool = True, joins: bool = False) -> Application:
        """Load an application and lock it against other acts. Refused if the actor may not see it.

        `joins`: they are about to take a free seat on its panel.
        """
        query = select(Application).where(Application.reference == reference)
        # the lock of an UPDATE: another act waits, inserting a row that only refers to it does not
        application = self.session.scalar(query.with_for_update(key_share=True) if lock else query)
        if application is None:
            raise NotFound(f"there is no application {reference}")
        refuse(why_not_see(self.session, application, self.actor, joins=joins), NotPermitted)
        return application

    def wake(self, application: Application, reason: str) -> None:
        """Queue a wake-up for the engine. It is delivered only if this transaction is committed."""
        self.session.add(
            Outbox(
                reference=application.reference,
                reason=reason,
                priority=application.priority,
                written_at=self.now,
                dispatched_at=None,
                run_id=None,
            )
        )


Acting = Callable[[], AbstractContextManager[Act]]  # opens an act in a transaction of its own, committed at the end
Summary = dict[str, object]  # the result of a use case, for its caller: references, codes, moments
Summaries = list[Summary]


def refuse(reason: Reason | None, error: type[Refused] = Refused) -> None:
    """Raise the error if there is a reason to refuse."""
    if reason is not None:
        raise error(reason.message, reason.code)


def refuse_all(reasons: Iterable[Reason | None], error: type[Refused] = Refused) -> None:
    """Refuse with every fault at once, for checks that do not depend on each other. The code is that of the first.

    That an application is frozen comes first, whatever else is wrong.
    """
    faults = sorted(filter(None, reasons), key=lambda reason: reason.code != freezing.CODE)
    if faults:
        raise error(*together(faults))


def together(faults: Sequence[Reason]) -> tuple[str, str]:
    """Several faults as one message and one code, that of the first."""
    return "; ".join(dict.fromkeys(fault.message for fault in faults)), faults[0].code


def refuse_because(code: str, message: str, error: type[Refused] = Refused) -> NoReturn:
    """Refuse with this code and message."""
    raise error(message, code)


def why_not_see(session: Session, application: Application, actor: Actor, *, joins: bool = False) -> Reason | None:
    """A reason why somebody may not see an application."""
    only_own = authority.sees_only_own_panels(actor)
    sits = joins or not only_own or people.sits_on(session, actor, application.reference)
    return authority.why_not_see(actor, restricted=application.restricted, named=named(session, application), sits=sits)


def named(session: Session, application: Application) -> frozenset[str]:
    """The people named for a restricted application. Empty if it is not restricted."""
    if not application.restricted:
        return frozenset()
    query = select(Restriction.staff_id).where(Restriction.reference == application.reference)
    return frozenset(session.scalars(query))


def why_not_code(given: str, name: str = "the reason") -> Reason | None:
    """A reason if this is no code. The ledger and the engine show it, so text that could hold a name is refused."""
    if _CODE.fullmatch(given):
        return None
    return Reason(
        "not_a_code", f"{name} must be a code such as new_threat: letters, digits, dashes and underscores, no spaces"
    )


def reason_code(given: str) -> str:
    """Check that a reason is a code."""
    refuse(why_not_code(given))
    return given


def why_not_number_of_theirs(given: str) -> Reason | None:
    """A reason if this is no reference number of another service. It has a digit and no spaces, so it cannot be a name."""
    if _NUMBER.fullmatch(given):
        return None
    return Reason(
        "not_a_number",
        "their reference must be a number such as 42/123/26: letters, digits, / _ . - and at least one digit",
    )


def number_of_theirs(given: str) -> str:
    """Check a reference number of another service."""
    refuse(why_not_number_of_theirs(given))
    return given


def still_open(application: Application) -> None:
    """Refuse if the application is closed."""
    refuse(why_closed(application))


def why_closed(application: Application) -> Reason | None:
    """A reason not to act on an application that is closed."""
    if application.stage != Stage.CLOSED:
        return None
    return Reason(
        "closed", f"{application.reference} is closed: to correct it, open a new application or ask for a review"
    )
