"""Fairness: compares searches and decisions by origin of name and by sex. Counts by group, never a person.

Matching is weakest for transliterated names. A difference is a question about the searches, not a finding about a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from casebook.casework.core.acting import Act
from casebook.domain import words
from casebook.domain.authority import Command
from casebook.policies.name_origins import origin_of
from casebook.storage.monitor import fairness as stored
from casebook.storage.monitor.fairness import SearchedSubject

FEWEST = 20  # a smaller group is counted but not compared: its rates mean little and may identify a person

MEASURES = (
    ("proposed", "the automatic search proposed a candidate"),
    ("confirmed", "a candidate was confirmed as the subject"),
    ("by_hand_only", "confirmed, but found only by hand"),
    ("overturned", "rejected, but the second person did not agree"),
    ("found", "a finding that could be disclosed"),
    ("told", "disclosed, of those decided"),
)


def report(act: Act) -> dict[str, Any]:
    """Rates with exact 95% intervals, by the origin of the subject's name and by sex."""
    act.allowed(Command.ANALYSE)
    subjects = stored.subjects(act.session)
    act.record(None, "fairness_viewed", applications=len(subjects))
    return {
        "applications": len(subjects),
        "by_origin": _groups((origin_of(subject.forename, subject.surname), subject) for subject in subjects),
        "by_sex": _groups((subject.sex, subject) for subject in subjects),
    }


def _groups(pairs: Iterable[tuple[str, SearchedSubject]]) -> dict[str, Any]:
    groups = defaultdict[str, list[SearchedSubject]](list)
    for name, subject in pairs:
        groups[name].append(subject)
    return {name: _measured(group) for name, group in sorted(groups.items())}


def _measured(group: list[SearchedSubject]) -> dict[str, Any]:
    if len(group) < FEWEST:
        return {"applications": len(group), "too_few": True}
    return {
        "applications": len(group),
        "proposed": _rate([subject.proposed for subject in group]),
        "confirmed": _rate([subject.confirmed for subject in group]),
        "by_hand_only": _rate([not subject.by_machine for subject in group if subject.confirmed]),
        "overturned": _rate([subject.overturned for subject in group if subject.rejected]),
        "found": _rate([subject.found for subject in group]),
        "told": _rate([subject.told for subject in group if subject.told is not None]),
    }


def _rate(happened: list[Any]) -> dict[str, Any]:
    from casebook.monitor import sampling  # noqa: PLC0415 - loads scipy

    agreement = sampling.agreement(sum(map(bool, happened)), len(happened))
    return {"of": agreement.sampled, "rate": agreement.rate, "low": agreement.low, "high": agreement.high}


def lines(rates: dict[str, Any]) -> list[str]:
    """The report as text."""
    text_lines = [
        f"{rates['applications']} applications with completed record checks. A difference is a question, not a finding."
    ]
    for by in ("by_origin", "by_sex"):
        text_lines += ["", by.replace("_", " ")]
        for code, group in rates[by].items():
            name = words.SEX.of(code) if by == "by_sex" else words.spelled(code)
            if group.get("too_few"):
                text_lines.append(f"  {name} ({group['applications']}): too few to compare")
                continue
            text_lines.append(f"  {name} ({group['applications']})")
            text_lines += [f"    {_rate_text(group[measure])}  {text}" for measure, text in MEASURES]
    return text_lines


def _rate_text(rate: dict[str, Any]) -> str:
    if rate["rate"] is None:
        return f"{'none':>20}"
    return f"{rate['rate']:>6.1%} ({rate['low']:.1%} to {rate['high']:.1%})"
