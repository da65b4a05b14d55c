"""Whether subjects are searched and decided alike, whatever their name and sex: counts by group, never a person.

Transliterated names are where matching fails. A difference is a question about the searches, not a finding about anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from casebook.casework.core.acting import Act
from casebook.domain.authority import Command
from casebook.policies.name_origins import origin_of
from casebook.storage.monitor import fairness as stored
from casebook.storage.monitor.fairness import SearchedSubject

FEWEST = 20  # a group with fewer is counted and not compared: a rate of five says nothing and may point at somebody

MEASURES = (
    ("proposed", "the machine proposed somebody"),
    ("confirmed", "somebody was confirmed to be the subject"),
    ("by_hand_only", "confirmed, and found by a person only"),
    ("overturned", "a rejection that the second person did not share"),
    ("found", "something that qualifies was found"),
    ("told", "of those decided, disclosed"),
)


def report(act: Act) -> dict[str, Any]:
    """Rates with exact 95 % intervals by origin family of the subject's name and by sex."""
    act.allowed(Command.ANALYSE)
    looked = stored.subjects(act.session)
    act.record(None, "fairness_viewed", applications=len(looked))
    return {
        "applications": len(looked),
        "by_origin": _groups((origin_of(each.forename, each.surname), each) for each in looked),
        "by_sex": _groups((each.sex, each) for each in looked),
    }


def _groups(pairs: Iterable[tuple[str, SearchedSubject]]) -> dict[str, Any]:
    groups = defaultdict[str, list[SearchedSubject]](list)
    for name, each in pairs:
        groups[name].append(each)
    return {name: _measured(each) for name, each in sorted(groups.items())}


def _measured(group: list[SearchedSubject]) -> dict[str, Any]:
    if len(group) < FEWEST:
        return {"applications": len(group), "too_few": True}
    return {
        "applications": len(group),
        "proposed": _rate([each.proposed for each in group]),
        "confirmed": _rate([each.confirmed for each in group]),
        "by_hand_only": _rate([not each.by_machine for each in group if each.confirmed]),
        "overturned": _rate([each.overturned for each in group if each.rejected]),
        "found": _rate([each.found for each in group]),
        "told": _rate([each.told for each in group if each.told is not None]),
    }


def _rate(happened: list[Any]) -> dict[str, Any]:
    from casebook.monitor import sampling  # noqa: PLC0415 - loads scipy

    found = sampling.agreement(sum(map(bool, happened)), len(happened))
    return {"of": found.sampled, "rate": found.rate, "low": found.low, "high": found.high}


def lines(told: dict[str, Any]) -> list[str]:
    """The report as text."""
    found = [f"{told['applications']} applications whose checks are over; a difference is a question, not a finding"]
    for by in ("by_origin", "by_sex"):
        found += ["", by.replace("_", " ")]
        for name, group in told[by].items():
            if group.get("too_few"):
                found.append(f"  {name} ({group['applications']}): too few to compare")
                continue
            found.append(f"  {name} ({group['applications']})")
            found += [f"    {_told(group[measure])}  {text}" for measure, text in MEASURES]
    return found


def _told(rate: dict[str, Any]) -> str:
    if rate["rate"] is None:
        return f"{'none':>20}"
    return f"{rate['rate']:>6.1%} ({rate['low']:.1%} to {rate['high']:.1%})"
