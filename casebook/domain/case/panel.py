"""Who may sit on a panel, when its chair may decide, and who may approve what it decided."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from casebook.domain.actors import Actor, Reason
from casebook.domain.vocabulary import Band, Priority, Role

OURS = "police"
SITS = frozenset({Role.PANEL_MEMBER, Role.PANEL_CHAIR})
_SHORTEST = 3  # letters; a shorter surname proves nothing
_OF_AGE = 18


@dataclass(frozen=True, kw_only=True)
class Sitter:
    """A member of staff who might sit."""

    id: str
    roles: frozenset[Role]
    suspended: bool = False


@dataclass(frozen=True, kw_only=True)
class Ties:
    """Who is connected with an application, and how."""

    researchers: frozenset[str]
    restricted: bool
    named: frozenset[str]  # who may see it, if it is restricted
    surnames: frozenset[str]  # of everyone in it, lower case, former names and aliases among them


def why_not_sit(  # noqa: PLR0911 - one return for each reason, in the order in which they are told
    sitter: Sitter | None, ties: Ties, *, said_unrelated: Collection[str] = ()
) -> Reason | None:
    """The first reason why somebody may not be on the panel, such as a conflict of interest."""
    if sitter is None:
        return Reason("unknown_staff", "there is no such member of staff")
    if sitter.suspended:
        return Reason("suspended", f"{sitter.id} is suspended")
    if not sitter.roles & SITS:
        return Reason("not_a_panel_member", f"{sitter.id} is not a panel member")
    if sitter.id in ties.researchers:
        return Reason("researched", f"{sitter.id} did research on this application")
    if ties.restricted and sitter.id not in ties.named:
        return Reason("restricted", f"{sitter.id} is not named for this restricted application")
    if sitter.id not in said_unrelated and may_be_named(sitter.id, ties.surnames):
        return Reason(
            "may_be_named",
            f"{sitter.id} has the same surname as somebody in the application: leave them out, or explain why there is no conflict",
        )
    return None


def may_be_named(staff_id: str, surnames: Collection[str]) -> bool:
    """Whether a staff id contains the surname of somebody in the application."""
    parts = {part for part in re.split(r"[^a-z]+", staff_id.lower()) if len(part) >= _SHORTEST}
    return not parts.isdisjoint(surnames)


def why_not_out_of_cycle(priority: str, band: str | None, *, lapses: bool = False) -> Reason | None:
    """A reason if the application can wait for the next meeting of the panel. `lapses`: its limit passes before that."""
    if lapses or Priority(priority).is_danger or band in {Band.HIGH, Band.CRITICAL}:
        return None
    return Reason(
        "not_urgent",
        "only an urgent application, one with a high or critical risk band, or one that would lapse, can be decided before"
        " the next panel",
    )


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """The people who were asked besides the chair, and those who answered."""

    asked: frozenset[str]
    answered: frozenset[str]  # a chair who sat as a member counts once
    agencies: frozenset[str]  # agencies outside the police whose member answered
    meets_at: datetime


def why_not_yet(
    present: Attendance, *, chair: str, now: datetime, quorum: int, agencies_in_quorum: int
) -> Reason | None:
    """Why the chair may not decide yet. Members may answer until the meeting; then those who did must be a quorum."""
    answered = len(present.answered | {chair})
    if (unanswered := present.asked - present.answered - {chair}) and now < present.meets_at:
        return Reason("members_unheard", f"{len(unanswered)} members have not answered and may do so until the meeting")
    if answered < quorum:
        return Reason("no_quorum", f"the quorum is {quorum}, and {answered} have answered, including the chair")
    if len(present.agencies) < agencies_in_quorum:
        return Reason(
            "no_quorum", f"the quorum needs {agencies_in_quorum} agencies, and {len(present.agencies)} have answered"
        )
    return None


def why_not_approve(
    actor: Actor, *, chair: str, supervisor: str | None, researchers: Collection[str], worked: bool = False
) -> Reason | None:
    """Why the actor may not approve: they chaired, did research, gave the supervisor's reason, or did other work on it.

    `worked`: whether they did anything else on this application. Reading, approving and reporting danger do not count.
    """
    if supervisor is not None and actor.id == supervisor:
        return Reason("same_person", "you gave the supervisor's reason, so another person must approve")
    if actor.id == chair:
        return Reason("approver_chaired", "you chaired the panel, so another person must approve")
    if actor.id in researchers:
        return Reason("approver_researched", "you did research on this application, so another person must approve")
    if worked:
        return Reason("approver_worked", "you did other work on this application, so another person must approve")
    return None


def why_not_work_after_approving(*, approved: bool) -> Reason | None:
    """A reason if the actor approved the standing decision: an approver does nothing else in the case.

    It does not hold for danger, safeguarding and emergencies, which are open to everybody.
    """
    if approved:
        return Reason(
            "approver_only_approves", "you approved the decision of this application, so another person must do this"
        )
    return None


def why_not_explain(actor: Actor, *, chair: str, researchers: Collection[str]) -> Reason | None:
    """Why the actor may not give the supervisor's reason for a refusal at grave risk: they chaired or did research."""
    if Role.SUPERVISOR not in actor.roles:
        return Reason("not_permitted", "this needs a supervisor")
    if actor.id == chair:
        return Reason("same_person", "you chaired the panel, so another supervisor must give the reason")
    if actor.id in researchers:
        return Reason(
            "supervisor_researched", "you did research on this application, so another supervisor must give the reason"
        )
    return None


def may_be_minor(born: str | None, today: date) -> bool:
    """Whether somebody with this birth date, which may be partial, could be under 18; False if it is not known."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", born or "", re.ASCII)
    if match is None:
        return False
    year, month, day = (int(part) if part else 0 for part in match.groups())
    # the latest day that a partial date can mean
    return (year + _OF_AGE, month or 12, day or 31) > (today.year, today.month, today.day)
