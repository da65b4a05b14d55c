"""The interface of every automatic source: asked about one identity, it returns every possible match or raises a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from casebook.domain.case.coverage import VariantFamily
from casebook.domain.vocabulary import Source

Cells = Mapping[str, str]  # a row of persons.csv or records.csv, every cell as text
NOT_USED = "not_used"  # beside the cells of a remote row: the columns that could not be used, and are unknown


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How common the values are in a source: a match on a common value is worth less."""

    persons: int = 0
    of: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (part, plain value) -> persons


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Every person in the source who shares something with the identity. Empty only if it searched and found nobody."""

    persons: tuple[Cells, ...]
    counts: Counts = field(default_factory=Counts)
    complete: bool = True  # False: more persons share something than were returned
    not_returned: int = 0  # of those who bear a name: how many more there are, as far as the source says


class RecordSource(Protocol):
    """One automatic source. `find` raises SourceFault for an incomplete answer: a fault is never a nil return."""

    @property
    def source(self) -> Source: ...

    @property
    def families(self) -> frozenset[VariantFamily]:
        """The identity variants that one search covers."""
        ...

    def find(self, asked: Cells) -> Answered: ...

    def bearers(self, asked: Cells) -> Answered:
        """Whoever bears the name, whatever else is known of them; with the most records first, if not all are returned."""
        ...

    def records_of(self, person_ids: list[str]) -> Mapping[str, tuple[Cells, ...]]:
        """person_id -> records. A person without records may be left out."""
        ...

    def check(self) -> None:
        """Raises SourceFault if the source does not answer."""
        ...
