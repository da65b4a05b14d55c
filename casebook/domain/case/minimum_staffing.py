"""The smallest crew that the rules allow: who must be somebody else, who must be trained. Pure; asked by the sweep."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from casebook.domain.case.disclosure import TRAINED
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Role

# besides the panel: without them danger, delay or delivery is nobody's
ALWAYS = (Role.DUTY_INSPECTOR, Role.SUPERVISOR, Role.DISCLOSURE_OFFICER)


@dataclass(frozen=True, kw_only=True)
class OnDuty:
    """One who is there: neither absent nor suspended."""

    id: str
    roles: frozenset[Role]
    trained: bool  # in domestic abuse, as those who deliver must be


def missing(
    present: Sequence[OnDuty], policy: Policy, *, researched: Collection[str] = (), barred: Collection[str] = ()
) -> tuple[str, ...]:
    """Codes of what is short. `researched`: who did the research of an application; `barred`: who has a conflict in it."""
    free = [each for each in present if each.id not in barred]
    people, trained = policy.contact.delivering_people.value, policy.contact.trained_among_them.value
    return (
        *_apart(free, policy, researched),
        *(str(role) for role in ALWAYS if not any(role in each.roles for each in free)),
        *(("people_to_deliver",) if len(free) < people else ()),
        *((f"trained:{TRAINED}",) if sum(each.trained for each in free) < trained else ()),
    )


def _apart(free: Sequence[OnDuty], policy: Policy, researched: Collection[str]) -> list[str]:
    """The seats that need different people, and that cannot all be filled: researcher, chair, approver, further members."""
    seats = [Role.PANEL_CHAIR, Role.APPROVER, *[Role.PANEL_MEMBER] * (policy.panel.quorum.value - 1)]
    if not researched:
        seats = [Role.RESEARCHER, *seats]
    candidates = [[each.id for each in free if seat in each.roles and each.id not in researched] for seat in seats]
    taken: dict[str, int] = {}

    def fill(seat: int, asked: set[str]) -> bool:
        """Seat somebody, moving others to another seat of theirs if need be."""
        for who in candidates[seat]:
            if who not in asked:
                asked.add(who)
                if who not in taken or fill(taken[who], asked):
                    taken[who] = seat
                    return True
        return False

    return [str(role) for at, role in enumerate(seats) if not fill(at, set())]
