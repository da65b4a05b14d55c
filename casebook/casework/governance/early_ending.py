"""Ends an application before its outcome is delivered, and reopens one that ended so.

Two people agree, one of them a supervisor. Danger is answered first, the risk is looked at again on what is known now, and
what was left undone is recorded. A limit that was not met ends; it is never counted as met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from casebook.casework.core import clocks, lifecycle, stated_reasons, two_people, work_items
from casebook.casework.core.acting import (
    Act,
    Summary,
    refuse_all,
    why_closed,
    why_not_code,
    why_not_number_of_theirs,
)
from casebook.casework.disclosure import transfer as moved
from casebook.casework.risk_scoring import risk_scoring
from casebook.casework.safeguarding import contact
from casebook.domain import freezing
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import early_end, stated_reason
from casebook.domain.case.early_end import EarlyEnd
from casebook.domain.stages import ANOTHER_FORCE, EARLY_OUTCOMES, OPEN
from casebook.domain.vocabulary import Answer3, Outcome, Party, Role, Stage, WorkKind
from casebook.domain.work import Need
from casebook.storage.case import decisions
from casebook.storage.tables import Application, LedgerEntry, Proposal, SafeContact, Watch

PARTY_OF = {early_end.SaidBy.A: Party.A, early_end.SaidBy.THIRD_PARTY: Party.C}


def withdraw(act: Act, reference: str, *, reason: str, **told: str | None) -> Summary:
    """End an application because somebody withdraws it. `told`: the fields of EarlyEnd, from the first of the two people."""
    return _end(act, reference, Outcome.WITHDRAWN, EarlyEnd(**told), reason=reason)


def transfer(
    act: Act, reference: str, *, force: str, accepted_by: str, their_reference: str | None = None, **told: str | None
) -> Summary:
    """Transfer an application to another force that has accepted it. Telling the applicant is a work item of its own.

    The force, its number and `accepted_by`, a function of that force, are codes.
    """
    also = [
        why_not_code(force, "force"),
        why_not_code(accepted_by, "accepted-by"),
        why_not_number_of_theirs(their_reference) if their_reference else None,
    ]
    codes = [force, accepted_by, *([their_reference] if their_reference else [])]
    what = ":".join(["transfer", *codes])
    end = EarlyEnd(**told)
    summary = _end(act, reference, Outcome.OUT_OF_SCOPE, end, reason=ANOTHER_FORCE, what=what, also=also)
    if "proposed" not in summary:
        application = act.application(reference)
        moved.record(act, application, force=force, accepted_by=accepted_by, their_reference=their_reference)
    return summary


def no_engagement(
    act: Act, reference: str, *, reason: str, agency_route: str | None = None, **told: str | None
) -> Summary:
    """End an application because the applicant could not be reached in the attempts that policy requires.

    `agency_route`, which is required: which partner agency was asked to reach the applicant, and the result.
    """
    act.allowed(Command.CLOSE_EARLY, works_on=reference)
    also = [
        contact.why_not_give_up(act, act.application(reference), route_tried=bool(agency_route)),
        None if reason.strip() else stated_reason.MISSING,
    ]
    reason = f"{reason}; partner agency: {agency_route}"
    return _end(act, reference, Outcome.NO_ENGAGEMENT, EarlyEnd(**told), reason=reason, also=also)


def reopen(act: Act, reference: str, *, reason: str) -> Summary:
    """Reopen an application that ended early, where it was. One person does this: it takes nothing from anybody.

    The limits of its step start again; the whole process goes on with the time it had left.
    """
    act.allowed(Command.REOPEN)
    application = act.application(reference)
    refuse_all(_why_not_reopen(act, application, reason))
    code = stated_reasons.code_of(act, application, "application_reopened", reason)
    stage = lifecycle.closed_from(act, application)
    if (watch := act.session.get(Watch, reference)) is not None:
        watch.until = act.now  # an open application is checked itself
    limits = clocks.begin_again(act, application, stage)
    act.record(application, "application_reopened", reason=code, stage=stage, limits=limits)
    with act.session.no_autoflush:  # the database refuses a closed row without an outcome
        application.outcome = application.closed_at = application.closing_reason = None
        lifecycle.move(act, application, stage, because="reopened_after_end")
    lifecycle.carry_on(act, application, because="reopened_after_end")
    return {"reference": reference, "stage": application.stage, "limits": limits}


def _why_not_reopen(act: Act, application: Application, reason: str) -> Iterator[Reason | None]:
    """Every reason why an application stays closed, or is not closed."""
    yield freezing.why_not_edit(application.frozen_at)
    if application.stage != Stage.CLOSED:
        yield Reason("not_closed", "only a closed application can be reopened")
    if application.disposed_at is not None:
        yield Reason("already_disposed", "its personal detail was erased: open a new application")
    if application.merged_into is not None:
        yield Reason("merged", f"it was merged into {application.merged_into}: undo that with unmerge")
    elif application.stage == Stage.CLOSED and not _ended_early(act, application):
        yield Reason("delivered", "its outcome was delivered: open a new application about the same people")
    if stated_reason.read(reason) is None:
        yield stated_reason.MISSING


def _ended_early(act: Act, application: Application) -> bool:
    """Whether a closed application ended early. If not, it was closed after a delivery."""
    query = select(LedgerEntry.id).where(
        LedgerEntry.chain == application.reference,
        LedgerEntry.event == "closed_early",
        LedgerEntry.at == application.closed_at,
    )
    return act.session.scalar(query.limit(1)) is not None


def _end(
    act: Act, reference: str, outcome: Outcome, told: EarlyEnd, *, reason: str, what: str | None = None,
    also: Iterable[Reason | None] = (),
) -> Summary:  # fmt: skip
    """Propose the end, or agree to it. `what`: the proposal, if it says more than the outcome; `also`: other faults."""
    act.allowed(Command.CLOSE_EARLY, works_on=reference)
    application, what = act.application(reference), what or outcome
    proposal = two_people.waiting(act, application, what)
    both = told.added_to((proposal.told if proposal else None) or {})
    refuse_all([
        *_why_not_now(act, application), *also, *_why_not_told(act, application, outcome, both),
        *two_people.why_not_two(act, application, what=what, reason=reason), _why_no_supervisor(act, proposal),
    ])  # fmt: skip
    # on what is known now, also where no stage has asked for a score yet: it may tell of danger, which comes first
    risk_scoring.score_now(act, application)
    told_of = work_items.why_danger_first(act.session, application)
    if proposal is not None and told_of is not None:
        return {"reference": reference, "proposed": what, "first": told_of.message}
    first = two_people.agreed(act, application, what, reason=reason, told=both)
    if first is None or proposal is None:
        return {"reference": reference, "proposed": what}
    return _close(act, application, outcome, proposal)


def _why_not_now(act: Act, application: Application) -> Iterator[Reason | None]:
    """Every reason why the application cannot end early as it stands."""
    yield why_closed(application)
    if application.stage != Stage.CLOSED and application.outcome is not None:
        yield Reason(
            "delivered", "the outcome was delivered: the application closes when its follow-up contacts have ended"
        )
    yield work_items.why_danger_first(act.session, application)


def _why_not_told(
    act: Act, application: Application, outcome: Outcome, both: dict[str, str] | None
) -> Iterator[Reason | None]:
    """Every fault of what the two people recorded; None: they contradict each other."""
    if both is None:
        yield Reason(
            "told_differently", "the first person recorded otherwise who said it and how: find out what is right"
        )
    else:
        complete = EarlyEnd(**both)
        yield early_end.why_not_end(complete, outcome, has_code_word=_has_code_word(act, application, complete))


def _why_no_supervisor(act: Act, proposal: Proposal | None) -> Reason | None:
    """A reason if neither of the two is a supervisor."""
    if proposal is None or Role.SUPERVISOR in act.actor.roles:
        return None
    if two_people.holds(act, proposal.proposed_by, Role.SUPERVISOR):
        return None
    return Reason("supervisor_needed", "one of the two must be a supervisor")


def _close(act: Act, application: Application, outcome: Outcome, proposal: Proposal) -> Summary:
    assessed = decisions.is_assessed(act.session, application.reference)
    summary = _left_undone(act, application)
    clocks.end(act, application)
    reasons = dict.fromkeys([proposal.reason, proposal.second_reason or ""])
    application.outcome, application.closed_at = outcome, act.now
    application.closing_reason = "; ".join(filter(None, reasons))
    act.record(
        application, "closed_early", outcome=outcome, what=proposal.what, first=proposal.proposed_by,
        band=application.band, assessed=assessed, **summary,
    )  # fmt: skip
    lifecycle.move(act, application, Stage.CLOSED, because="closed_early")
    if outcome in EARLY_OUTCOMES:
        _propose_right_to_know(act, application, proposal, assessed=assessed)
    return {"reference": application.reference, "outcome": outcome, "band": application.band, **summary}


def _propose_right_to_know(act: Act, application: Application, proposal: Proposal, *, assessed: bool) -> None:
    """Ask a supervisor whether the person at risk must be told without asking, unless the risk was assessed as standard."""
    alone = (proposal.told or {}).get("alone") == Answer3.YES
    if not early_end.proposes_right_to_know(assessed=assessed, band=application.band, alone=alone):
        return
    subject = {
        "because": "closed_early", "outcome": application.outcome, "band": application.band, "assessed": assessed,
    }  # fmt: skip
    need = Need(kind=WorkKind.REVIEW_WATCH_PROPOSAL, key=f"closed_early:{proposal.id}", subject=subject)
    work_items.open_items(act, application, [need], because="closed_early")


def _has_code_word(act: Act, application: Application, told: EarlyEnd) -> bool:
    party = PARTY_OF.get(told.said_by)  # type: ignore[call-overload]
    query = select(SafeContact.id).where(
        SafeContact.reference == application.reference, SafeContact.party == party, SafeContact.code_word.is_not(None)
    )
    return party is not None and act.session.scalars(query).first() is not None


def _left_undone(act: Act, application: Application) -> dict[str, list[str]]:
    """What closing now leaves undone: open work, limits not met, stages not reached."""
    return {
        "undone": sorted({item.kind for item in work_items.open_work(act.session, application)}),
        "limits_unmet": [clock.limit_name for clock in clocks.of(act, application) if clock.met_at is None],
        "stages_unreached": [str(stage) for stage in OPEN[OPEN.index(Stage(application.stage)) + 1 :]],
    }
