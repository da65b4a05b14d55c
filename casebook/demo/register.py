"""Past applications 2015-2023 for the review, with planted failures and the truth about each.

Shares no code with the rules that look for the failures: this module decides which cases are handled well.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from casebook.demo.failures import ADMINISTRATIVE, SERVICE, later_serious_record
from casebook.demo.lists import PastLists, listed
from casebook.demo.past_case import CaseInTheMaking, Office
from casebook.demo.well_handled import SOUND, nothing_held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from casebook.demo.clerk import Clerk

SERVICE_SHARE = 0.0015  # of all applications, for each mode; at least one of each
ADMINISTRATIVE_SHARE = {
    "late": 0.06,
    "contact_unknown": 0.04,
    "copied_rationale": 0.03,
    "no_rationale": 0.02,
    "no_second_person": 0.01,
    "outcome_unknown": 0.01,
}
LATER_SHARE = 0.005


def past(seed: int, n: int, clerk: Clerk, *, now: date, data_faults: float = 0.0) -> PastLists:
    """Make about n applications (repeats come in pairs) in several lists, and file their subjects with the clerk."""
    cases: list[CaseInTheMaking] = []
    for index, tell in enumerate(_plan(seed, n)):
        cases += tell(Office(seed=seed, index=index, clerk=clerk, now=now))
    cases.sort(key=lambda case: (case.row["received_on"], case.b.key))
    count: dict[str, int] = {}
    for case in cases:
        year = case.row["received_on"][:4]
        count[year] = count.get(year, 0) + 1
        case.row["reference"] = f"DV/{year}/{count[year]:05}"
    return listed(Random(f"{seed}/lists"), cases, data_faults=data_faults)


def _plan(seed: int, n: int) -> list[Callable[[Office], list[CaseInTheMaking]]]:
    """The kind of each case, in random order: the planted failures in their shares, the rest handled well."""
    rng = Random(f"{seed}/plan")
    plan = list(_planted(rng, n))[:n]
    plan += [rng.choice(SOUND) for _ in range(n - len(plan))]
    rng.shuffle(plan)
    return plan


def _planted(rng: Random, n: int) -> Iterator[Callable[[Office], list[CaseInTheMaking]]]:
    for fail in SERVICE:
        yield from [fail] * max(1, round(n * SERVICE_SHARE))
    yield from [later_serious_record] * max(1, round(n * LATER_SHARE))
    for mode, spoil in ADMINISTRATIVE.items():
        for _ in range(max(1, round(n * ADMINISTRATIVE_SHARE[mode]))):
            # an unknown outcome about a person with a history is more than an administrative failure: it is planted separately
            yield _spoilt(nothing_held if mode == "outcome_unknown" else rng.choice(SOUND), spoil)


def _spoilt(
    sound: Callable[[Office], list[CaseInTheMaking]], spoil: Callable[[Office, CaseInTheMaking], None]
) -> Callable[[Office], list[CaseInTheMaking]]:
    def tell(office: Office) -> list[CaseInTheMaking]:
        cases = sound(office)
        spoil(office, cases[-1])
        return cases

    return tell
