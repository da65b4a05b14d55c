"""What every automatic source offers: asked about one identity, it gives everybody who may be meant, or fails aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from casebook.domain.case.coverage import VariantFamily
from casebook.domain.vocabulary import Source

Cells = Mapping[str, str]  # a row of persons.csv or records.csv, every cell as text


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How common the values are in a source: agreeing on a common one tells less."""

    persons: int = 0
    of: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (part, plain value) -> persons


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Everybody the source holds who shares something with the identity. Empty only if it looked and found none."""

    persons: tuple[Cells, ...]
    counts: Counts = field(default_factory=Counts)
    complete: bool = True  # False: more shared something than were handed over


class RecordSource(Protocol):
    """One way of asking. `find` raises SourceFault for all that is no whole answer: a fault is never a nil."""

    @property
    def source(self) -> Source: ...

    @property
    def families(self) -> frozenset[VariantFamily]:
        """Variants that one search under an identity covers."""
        ...

    def find(self, asked: Cells) -> Answered: ...

    def records_of(self, person_ids: list[str]) -> Mapping[str, tuple[Cells, ...]]:
        """person_id -> what is recorded of them; somebody without records may be left out."""
        ...

    def check(self) -> None:
        """Raises SourceFault if the source does not answer."""
        ...
