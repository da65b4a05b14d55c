"""Acts that need two people: the first call proposes, the second, by somebody else, agrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import func, select

from casebook.casework.core.acting import Act, refuse
from casebook.domain import account_changes, authority, chain, freezing
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case import stated_reason
from casebook.domain.vocabulary import Role
from casebook.storage.people import may_still, stands
from casebook.storage.tables import AccountProposal, Application, PolicyDocument, Proposal, StaffRole, WorkItem


def unfrozen(act: Act, reference: str) -> Application:
    """Load an application in order to change it. Refused while it is frozen after a death or serious injury."""
    application = act.application(reference)
    refuse(freezing.why_not_edit(application.frozen_at))
    return application


def waiting(act: Act, application: Application, what: str) -> Proposal | None:
    """The proposal that waits for a second person; None if the next call proposes.

    A proposal does not outlive the standing of whoever made it: the next person proposes anew.
    """
    query = select(Proposal).where(
        Proposal.reference == application.reference, Proposal.what == what, Proposal.second_by.is_(None)
    )
    proposals = act.session.scalars(query.with_for_update()).all()
    return next((proposal for proposal in proposals if stands(act.session, proposal.proposed_by)), None)


def first_to_dismiss(act: Act, item: WorkItem) -> str | None:
    """Who dismissed a proposal before, as its item says; None if nobody did, or they do not count any more."""
    first: str | None = item.subject.get("dismissed_by")
    return first if stands(act.session, first) else None


def why_not_agree(act: Act, first: str) -> Reason | None:
    """A reason why nobody can agree to what this person proposed: they are suspended since."""
    if stands(act.session, first):
        return None
    return Reason("proposer_suspended", "whoever proposed this is suspended: it must be proposed again")


def why_lapsed(act: Act, command: Command, proposal: AccountProposal | PolicyDocument) -> Reason | None:
    """A reason if what was proposed by this command waits for nobody any more: it must be proposed again."""
    if (suspended := why_not_agree(act, proposal.proposed_by)) is not None:
        return suspended
    if not may_still(act.session, proposal.proposed_by, command):
        return Reason(
            "proposer_may_not", "whoever proposed this may not propose it any more: it must be proposed again"
        )
    if account_changes.has_lapsed(proposal.proposed_at, act.now):
        days = account_changes.STANDS.days
        return Reason("proposal_lapsed", f"this was proposed {days} days ago or earlier: it must be proposed again")
    return None


def why_not_two(act: Act, *applications: Application, what: str, reason: str) -> Iterator[Reason]:
    """Everything that stands in the way of any act by two people: the first application is the one it is about.

    It is frozen, no reason is given, or the person who proposed it would agree with themselves.
    """
    for application in applications:
        if (frozen := freezing.why_not_edit(application.frozen_at)) is not None:
            yield frozen
    if not reason.strip():
        yield stated_reason.MISSING
    proposal = waiting(act, applications[0], what)
    if proposal is not None and (twice := authority.why_not_second(act.actor, [proposal.proposed_by])) is not None:
        yield twice


def agreed(
    act: Act, application: Application, what: str, *, reason: str, told: Mapping[str, str] | None = None
) -> str | None:
    """Propose, or agree as the second person. Returns None for a proposal, and who proposed it once somebody else agrees.

    A proposal can be agreed to once; the next one is a row of its own, so that the earlier reasons stay. `told` is what they
    know from somebody outside.
    """
    proposal = waiting(act, application, what)
    if proposal is None:
        act.session.add(
            Proposal(
                id=_next_id(act, application, what), reference=application.reference, what=what, reason=reason,
                proposed_by=act.actor.id, proposed_at=act.now, second_by=None, second_at=None, second_reason=None,
                told=dict(told) if told else None,
            )
        )  # fmt: skip
        act.record(application, "proposed", what=what)
        return None
    refuse(authority.why_not_second(act.actor, [proposal.proposed_by]))
    proposal.second_by, proposal.second_at, proposal.second_reason = act.actor.id, act.now, reason
    proposal.told = dict(told) if told else proposal.told
    return proposal.proposed_by


def _next_id(act: Act, application: Application, what: str) -> str:
    query = select(func.count()).where(Proposal.reference == application.reference, Proposal.what == what)
    earlier = act.session.scalar(query) or 0
    return chain.identity("proposal", application.reference, what, *([earlier] if earlier else []))


def holds(act: Act, staff_id: str, role: Role) -> bool:
    """Whether a member of staff has a role now, such as whoever was the first of two."""
    row = act.session.get(StaffRole, (staff_id, role))
    return row is not None and row.ended_at is None
