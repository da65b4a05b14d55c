"""Who acts: a member of staff with roles, the operator of the machine, or the system."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from casebook.domain.vocabulary import Role


class Reason(NamedTuple):
    """Why something is not allowed: a reason code for programs and a sentence for people. Neither is personal."""

    code: str
    message: str


class ActOrigin(StrEnum):
    """Through what somebody acts. Every entry of the ledger says it."""

    MACHINE = "machine"  # a command on the machine that holds the home
    DESK = "desk"  # the service for staff
    ENGINE = "engine"  # the system itself


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person or system that acts. `competences` are those valid now, without expired ones.

    `token`: the id of the token that a member of staff proved themselves with.
    """

    id: str
    roles: frozenset[Role]
    competences: frozenset[str] = frozenset()
    token: str | None = None
    origin: ActOrigin = ActOrigin.MACHINE

    @property
    def is_person(self) -> bool:
        """Whether this is a member of staff. The operator and the system never count as one of two people."""
        return not self.roles & {Role.OPERATOR, Role.SYSTEM}


OPERATOR = Actor(id="operator", roles=frozenset({Role.OPERATOR}))


def system(part: str) -> Actor:
    """A part of the machine, such as `lifecycle`, `sweep` or `prefect-ui`."""
    return Actor(id=f"system:{part}", roles=frozenset({Role.SYSTEM}), origin=ActOrigin.ENGINE)


RELEASE = system("release")  # a release that opens a home for the first time
