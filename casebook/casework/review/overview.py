"""The page about the review for people who watch the engine: counts only. References of registers may hold names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from casebook.casework.core.acting import Act
from casebook.casework.review import account
from casebook.domain import words
from casebook.domain.words.vocabulary import Vocabulary

COUNTED: Mapping[str, Vocabulary] = {
    "contact_priority": words.CONTACT_PRIORITY, "outcomes": words.REVIEW_OUTCOME, "people": words.PROGRESS,
}  # fmt: skip
TITLES = {
    "contact_priority": "How soon people must be reached",
    "outcomes": "What reviewers found",
    "people": "How far people are reached",
}


def overview(act: Act) -> str:
    """The page in Markdown: how much is ranked and examined, what was found, and who still waits to be reached."""
    return "\n".join(_lines(account.progress(act)))


def _lines(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "# Look-back at past applications\n"
    yield (
        f"{figures['rows']} rows in {figures['files']} files are {figures['applications']} applications;"
        f" {figures['assessed']} of them are ranked."
    )
    yield f"{figures['examined']} are examined, {figures['in_hand']} are in hand, {figures['remaining']} remain."
    for name, vocabulary in COUNTED.items():
        yield f"\n## {TITLES[name]}\n\n| what | how many |\n|---|---|"
        yield from (f"| {vocabulary.of(code)} | {count} |" for code, count in figures[name].items())
    if (left := figures["left"]) is not None:
        yield f"\nFailures likely left below rank {left['depth']}: {left['low']} to {left['high']}, assuming {left['assumption']}."
