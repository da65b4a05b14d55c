"""Minimum staffing: the fewest people the rules allow, who must be different or trained. Pure rules for the sweep."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from casebook.domain.case.disclosure import TRAINED
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Role

# roles needed besides the panel: without them nobody deals with danger, delay or delivery
ALWAYS = (Role.DUTY_INSPECTOR, Role.SUPERVISOR, Role.DISCLOSURE_OFFICER)


@dataclass(frozen=True, kw_only=True)
class OnDuty:
    """A member of staff who is on duty: neither absent nor suspended."""

    id: str
    roles: frozenset[Role]
    trained: bool  # in domestic abuse, as those who deliver must be


def missing(
    present: Sequence[OnDuty],
    policy: Policy,
    *,
    researched: Collection[str] = (),
    worked: Collection[str] = (),
    barred: Collection[str] = (),
) -> tuple[str, ...]:
    """Codes of what is missing for an application: who researched it, who did any work on it, who has a conflict of interest."""
    free = [person for person in present if person.id not in barred]
    people, trained = policy.contact.delivering_people.value, policy.contact.trained_among_them.value
    return (
        *_apart(free, policy, researched, worked),
        *(str(role) for role in ALWAYS if not any(role in person.roles for person in free)),
        *(("people_to_deliver",) if len(free) < people else ()),
        *((f"trained:{TRAINED}",) if sum(person.trained for person in free) < trained else ()),
    )


def _apart(free: Sequence[OnDuty], policy: Policy, researched: Collection[str], worked: Collection[str]) -> list[str]:
    """The seats that cannot be filled. Researcher, chair, approver and further members must be different people.

    Whoever did any work does not approve.
    """
    seats = [Role.PANEL_CHAIR, Role.APPROVER, *[Role.PANEL_MEMBER] * (policy.panel.quorum.value - 1)]
    if not researched:
        seats = [Role.RESEARCHER, *seats]
    barred = {seat: {*researched, *(worked if seat == Role.APPROVER else ())} for seat in seats}
    candidates = [
        [person.id for person in free if seat in person.roles and person.id not in barred[seat]] for seat in seats
    ]
    taken: dict[str, int] = {}

    def fill(seat: int, asked: set[str]) -> bool:
        """Fill a seat, moving others to another seat that they may take if necessary."""
        for who in candidates[seat]:
            if who not in asked:
                asked.add(who)
                if who not in taken or fill(taken[who], asked):
                    taken[who] = seat
                    return True
        return False

    return [str(role) for at, role in enumerate(seats) if not fill(at, set())]
