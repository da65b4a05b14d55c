"""Merging a duplicate into the application that was submitted first: what may be merged, and what is kept of each detail.

Nothing is lost: the file of the duplicate stays whole beside the other, and whatever it adds is added there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casebook.domain.actors import Reason
from casebook.domain.vocabulary import Answer3, Certainty

LISTS = frozenset({"children", "doubts", "former_names", "aliases"})
ANSWERS = frozenset({"immediate_danger", "living_together", "pregnant"})
OF_APPLICATION = (
    "concern", "immediate_danger", "relationship", "relationship_started", "relationship_ended", "living_together", "pregnant",
    "children", "doubts",
)  # fmt: skip
OF_PERSON = (
    "forename", "middle_names", "surname", "former_names", "aliases", "dob", "dob_certainty", "address", "postcode", "phone",
    "email", "pnc_id", "cro",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MergeSide:
    """What the rule asks of one of the two applications."""

    reference: str
    submitted_at: datetime
    route: str
    applicant: str
    closed: bool
    decided: bool  # an outcome was delivered, or an approved decision waits to be delivered
    restricted: bool
    plans: Mapping[str, object]  # party -> when and how they may be contacted


def why_not_merge(duplicate: MergeSide, into: MergeSide) -> Iterator[Reason]:
    """Every reason why one may not be merged into the other."""
    if duplicate.reference == into.reference:
        yield Reason("same_application", "an application cannot be merged into itself")
        return
    if duplicate.closed or into.closed:
        yield Reason("closed", "both must be open: reopen the one that ended early first")
    if duplicate.submitted_at < into.submitted_at:
        yield Reason(
            "not_the_earlier",
            "merge the later application into the earlier one: its time limits are the ones that count",
        )
    if (duplicate.route, duplicate.applicant) != (into.route, into.applicant):
        yield Reason("not_a_duplicate", "they differ in route or applicant: each of these people must have an answer")
    if duplicate.restricted or into.restricted:
        yield Reason("restricted", "one of them is restricted to named people: lift the restriction first")
    if duplicate.decided or into.decided:
        yield Reason("decided", "an outcome was decided in one of them: it must be delivered or sent back first")
    if any(plan != into.plans.get(party) for party, plan in duplicate.plans.items()):
        yield Reason(
            "plans_differ", "their safe-contact plans differ: find out which one holds, and set it in both first"
        )


def merged(kept: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """The details of the kept application or person, with what the other adds: only those that change.

    A detail that both have stays as it is; another name becomes an alias, another birth date makes the first approximate.
    """
    values = {name: _merged(name, kept.get(name), added.get(name)) for name in added}
    if "surname" in added and (name := _name(added)) and name.casefold() != _name(kept).casefold() and _name(kept):
        values["aliases"] = list(dict.fromkeys([*(values.get("aliases") or []), name]))
    if kept.get("dob") and added.get("dob") and kept["dob"] != added["dob"]:
        values["dob_certainty"] = Certainty.APPROXIMATE.value
    return {name: value for name, value in values.items() if value != kept.get(name)}


def _merged(name: str, kept: Any, added: Any) -> Any:  # noqa: ANN401 - columns of several types
    if name in LISTS:
        return list(dict.fromkeys([*(kept or []), *(added or [])]))
    if name in ANSWERS:
        return _graver(kept, added)
    if name == "concern" and kept and added and kept != added:
        return f"{kept}\n\n{added}"
    if name == "dob_certainty":
        return kept
    return kept or added


def _graver(kept: str, added: str) -> str:
    """Of two answers the graver one: yes before not known before no."""
    order: Sequence[str] = (Answer3.YES, Answer3.UNKNOWN, Answer3.NO)
    return str(min(kept, added, key=order.index))


def _name(person: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (person.get("forename"), person.get("surname"))))


def restored(present: object, *, before: object, after: object) -> object:
    """A detail once the merging is undone: what it was, unless somebody has changed it since.

    Of a list, what the merging added is taken out again.
    """
    if isinstance(present, list) and isinstance(before, list) and isinstance(after, list):
        return [element for element in present if element in before or element not in after]
    return before if present == after else present
