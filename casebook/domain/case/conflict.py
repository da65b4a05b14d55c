"""Conflict of interest: what a member of staff and the people of an application have in common, and what that means.

A researcher with the subject's surname once rejected himself as the match. What is shared asks for a declaration, and bars
nobody by itself: names and streets are shared by strangers. A declaration bars, and so does a finding by a supervisor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from enum import StrEnum

from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.case.panel import may_be_named
from casebook.values import contact
from casebook.values.addresses import address
from casebook.values.text import squeezed


class SharedDetail(StrEnum):
    """What a member of staff shares with somebody in an application."""

    SURNAME = "shared_surname"
    ADDRESS = "shared_address"
    PHONE = "shared_phone"


def compared(kind: SharedDetail, written: str) -> str:
    """A value as it is compared. Empty if it says nothing."""
    match kind:
        case SharedDetail.SURNAME:
            names = written.split()
            return squeezed(names[-1]) if names else ""
        case SharedDetail.ADDRESS:
            return address(written)
        case SharedDetail.PHONE:
            return contact.phone(written)


def digest(staff_id: str, kind: SharedDetail, written: str) -> str:
    """How a detail of staff is kept: enough to compare it, and not to read it."""
    key = f"{staff_id}:{kind}".encode()[:64]
    return hashlib.blake2b(compared(kind, written).encode(), key=key, digest_size=16).hexdigest()


def ties(
    staff_id: str, kept: Collection[tuple[str, str]], theirs: Iterable[tuple[SharedDetail, str]]
) -> list[SharedDetail]:
    """What is shared. `kept`: kind and digest of the details of staff; `theirs`: the details of the application's people."""
    details = [(kind, written) for kind, written in theirs if compared(kind, written)]
    shared = {kind for kind, written in details if (kind.value, digest(staff_id, kind, written)) in kept}
    surnames = {compared(kind, written).lower() for kind, written in details if kind is SharedDetail.SURNAME}
    if may_be_named(staff_id, surnames):
        shared.add(SharedDetail.SURNAME)
    return sorted(shared)


def why_not_work(shared: Collection[SharedDetail], conflicted: bool | None) -> Reason | None:  # noqa: FBT001 - a fact, or not known
    """A reason if somebody has a conflict of interest, or must first say whether they have one."""
    if conflicted:
        return Reason(
            "conflict_of_interest", "you have a conflict of interest in this application: somebody else must do it"
        )
    if shared and conflicted is None:
        what = words.TIE.of_all(shared)
        message = (
            f"say first whether you have a conflict of interest, with `applications declare`. What is shared: {what}"
        )
        return Reason("declare_first", message)
    return None
