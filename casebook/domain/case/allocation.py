"""Who may answer for an application, and who may cover for whom. Pure rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.vocabulary import Role

# whoever works on cases; oversight and the panel's agencies answer for none
OFFICERS = frozenset({
    Role.INTAKE_OFFICER, Role.RESEARCHER, Role.SECOND_READER, Role.RISK_ASSESSOR, Role.DISCLOSURE_OFFICER, Role.SUPERVISOR,
    Role.HEAD_OF_UNIT,
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OfficerCandidate:
    """A member of staff who might answer for an application, or cover for somebody."""

    id: str
    roles: frozenset[Role]
    competences: frozenset[str] = frozenset()  # those that are valid to the last day
    suspended: bool = False
    absent: bool = False


def why_not_officer(
    candidate: OfficerCandidate | None, *, named: Collection[str] | None, conflicted: bool, approved: bool
) -> Iterator[Reason]:
    """Everything that stands in the way. `named`: who may see the application, if it is restricted."""
    if candidate is None:
        yield Reason("unknown_staff", "there is no such member of staff")
        return
    if candidate.suspended:
        yield Reason("suspended", f"{candidate.id} is suspended")
    if candidate.absent:
        yield Reason("absent", f"{candidate.id} is away: give it to whoever covers for them")
    if not candidate.roles & OFFICERS:
        yield Reason("not_an_officer", f"{candidate.id} has no role of a case officer: {_names(OFFICERS)}")
    if named is not None and candidate.id not in named:
        yield Reason("restricted", f"{candidate.id} is not named for this restricted application")
    if conflicted:
        yield Reason("conflict_of_interest", f"{candidate.id} has a conflict of interest in this application")
    if approved:
        yield Reason("approver_only_approves", f"{candidate.id} approved the decision of this application")


def why_not_cover(
    absent: OfficerCandidate, cover: OfficerCandidate | None, *, first: date, last: date, today: date
) -> Iterator[Reason]:
    """Everything that stands in the way of one person covering for another: by role and training."""
    if last < first:
        yield Reason("ends_before_it_begins", "the last day of an absence must not be before its first")
    if last < today:
        yield Reason("in_the_past", "this absence is over already")
    if cover is None:
        yield Reason("unknown_staff", "there is no such member of staff to cover")
        return
    if cover.id == absent.id:
        yield Reason("same_person", "nobody covers for themselves")
    if cover.suspended:
        yield Reason("suspended", f"{cover.id} is suspended")
    if cover.absent:
        yield Reason("absent", f"{cover.id} is away in that time too")
    if lacking := (absent.roles & OFFICERS) - cover.roles:
        yield Reason("cover_lacks_role", f"{cover.id} lacks these roles: {_names(lacking)}")
    if untrained := sorted(absent.competences - cover.competences):
        yield Reason("cover_not_trained", f"{cover.id} lacks this training to the last day: {', '.join(untrained)}")


def _names(roles: Collection[Role]) -> str:
    return ", ".join(sorted(map(words.ROLE.of, roles)))
