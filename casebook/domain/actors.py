"""Who acts: a member of staff with roles, the operator of the machine, or the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from casebook.domain.vocabulary import Role


class Reason(NamedTuple):
    """Why not: a reason code for programs and a sentence for people. Nothing personal in either."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One who acts. `competences` are those valid now; an expired one is not in it."""

    id: str
    roles: frozenset[Role]
    competences: frozenset[str] = frozenset()

    @property
    def is_person(self) -> bool:
        """The operator and the system are no witnesses: neither counts as one of two people."""
        return not self.roles & {Role.OPERATOR, Role.SYSTEM}


OPERATOR = Actor(id="operator", roles=frozenset({Role.OPERATOR}))


def system(part: str) -> Actor:
    """A part of the machine, such as `lifecycle`, `sweep` or `prefect-ui`."""
    return Actor(id=f"system:{part}", roles=frozenset({Role.SYSTEM}))
