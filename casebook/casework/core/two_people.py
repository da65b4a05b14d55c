"""Acts that need two people: the first call proposes, the second, by somebody else, agrees."""

from __future__ import annotations

from casebook.casework.core.acting import Act, refuse
from casebook.domain import authority, chain, freezing
from casebook.domain.vocabulary import Role
from casebook.storage.tables import Application, Proposal, StaffRole


def unfrozen(act: Act, reference: str) -> Application:
    """Load an application in order to change it. Refused while it is frozen after a death or serious injury."""
    application = act.application(reference)
    refuse(freezing.why_not_edit(application.frozen_at))
    return application


def agreed(act: Act, application: Application, what: str, *, reason: str) -> str | None:
    """Propose, or agree as the second person. Returns None for a proposal, and who proposed it once somebody else agrees.

    A proposal can be agreed to once.
    """
    row_id = chain.identity("proposal", application.reference, what)
    proposal = act.session.get(Proposal, row_id, with_for_update=True)
    if proposal is None or proposal.second_by is not None:
        act.session.merge(
            Proposal(
                id=row_id, reference=application.reference, what=what, reason=reason, proposed_by=act.actor.id,
                proposed_at=act.now, second_by=None, second_at=None,
            )
        )  # fmt: skip
        act.record(application, "proposed", what=what)
        return None
    refuse(authority.why_not_second(act.actor, [proposal.proposed_by]))
    proposal.second_by, proposal.second_at = act.actor.id, act.now
    return proposal.proposed_by


def holds(act: Act, staff_id: str, role: Role) -> bool:
    """Whether a member of staff has a role now, such as whoever was the first of two."""
    row = act.session.get(StaffRole, (staff_id, role))
    return row is not None and row.ended_at is None
