"""The shape of every use case: authorise, load, rule, save, ledger, outbox, in the caller's one transaction."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import policies
from casebook.domain import authority, chain
from casebook.domain.actors import Actor, Reason
from casebook.domain.authority import Command
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Stage
from casebook.domain.work import Need
from casebook.errors import NotFound, NotPermitted, Refused
from casebook.storage import ledger
from casebook.storage.tables import Application, Outbox, Restriction

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_NUMBER = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9/_.-]{1,64}", re.ASCII)


class StageUseCases(Protocol):
    """What every stage offers to the lifecycle. Each stage's module is one."""

    def needs(self, act: Act, application: Application, /) -> list[Need]:
        """What people must do at this stage, as the facts stand."""

    def prepare(self, act: Act, application: Application, /) -> None:
        """The machine's part of the stage that needs nothing from outside."""


class Playbook(Protocol):
    """Finds the use cases that lower rooms need but may not import. `casebook.casework.playbook` is the one there is."""

    def stage(self, stage: Stage, /) -> StageUseCases:
        """The use cases of an open stage."""

    def keep_up(self, act: Act, application: Application, /) -> bool:
        """Go back to record checks if what was found there no longer holds; returns whether it went back."""

    def close(self, act: Act, application: Application, /) -> None:
        """Everything that closing an application brings."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody doing something now. The caller commits; anything raised leaves no trace."""

    session: Session
    actor: Actor
    now: datetime
    playbook: Playbook

    def record(self, application: Application | None, event: str, /, **body: object) -> None:
        """Write the ledger entry of what was just changed; ids, codes and counts only."""
        ledger.record(
            self.session,
            chain_name=application.reference if application else chain.UNIT,
            actor=self.actor.id,
            event_name=event,
            at=self.now,
            **body,
        )

    def allowed(self, command: Command) -> None:
        """Refuse if the actor's roles do not allow the command."""
        refuse(authority.why_not_allowed(self.actor, command), NotPermitted)

    def application(self, reference: str, *, lock: bool = True) -> Application:
        """The application, locked against other acts on it; refused if the actor may not know it."""
        query = select(Application).where(Application.reference == reference)
        # as an UPDATE locks it: another act waits, a row elsewhere that only points here does not
        found = self.session.scalar(query.with_for_update(key_share=True) if lock else query)
        if found is None:
            raise NotFound(f"there is no application {reference}")
        refuse(
            authority.why_not_see(self.actor, restricted=found.restricted, named=named(self.session, found)),
            NotPermitted,
        )
        return found

    def wake(self, application: Application, reason: str) -> None:
        """Leave a wake-up for the engine, delivered if and only if this transaction is committed."""
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
Summary = dict[str, object]  # what a use case answers to whoever called it: references, codes, moments
Summaries = list[Summary]


def refuse(reason: Reason | None, error: type[Refused] = Refused) -> None:
    """Raise if there is a reason."""
    if reason is not None:
        raise error(reason.message, reason.code)


def refuse_because(code: str, message: str, error: type[Refused] = Refused) -> NoReturn:
    raise error(message, code)


def policy_of(application: Application) -> Policy:
    """The policy the application was received under."""
    return policies.load(application.policy.partition("@")[0])


def named(session: Session, application: Application) -> frozenset[str]:
    """The people named for a restricted application; nobody needs naming for any other."""
    if not application.restricted:
        return frozenset()
    query = select(Restriction.staff_id).where(Restriction.reference == application.reference)
    return frozenset(session.scalars(query))


def reason_code(given: str) -> str:
    """A reason that the ledger or the engine repeats is a code; whatever could hold a name is refused."""
    if not _CODE.fullmatch(given):
        refuse_because("not_a_code", "the reason must be a code such as new_threat: letters, digits and underscores")
    return given


def number_of_theirs(given: str) -> str:
    """The number another service knows it by: no spaces and a digit in it, so that no name is one."""
    if not _NUMBER.fullmatch(given):
        refuse_because("not_a_number", "their reference is a number such as 42/123/26: letters, digits, / _ . -")
    return given


def still_open(application: Application) -> None:
    """Refuse an act on a closed application."""
    if application.stage == Stage.CLOSED:
        refuse_because("closed", f"{application.reference} is closed; a correction is a new application or a review")
