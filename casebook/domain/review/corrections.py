"""Which rows of a register's new file stand for rows of an earlier one, so that a corrected file doubles nothing."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from casebook.domain.review.register_cells import plain
from casebook.values import text
from casebook.values.ids import reference_key

# of the rows of the earlier import: a file in which fewer are found again is another register of the same name
FOUND_AGAIN = 0.5
# cells that tell one application from another, besides the two names; an outcome is the same in hundreds
TELLING = ("received_on", "decided_on", "a_dob", "b_dob")


@dataclass(frozen=True, kw_only=True)
class ImportedRow:
    """A row of an import, as it is stored."""

    id: str
    line: int
    digest: str  # of its cells
    cells: Mapping[str, str]

    @cached_property
    def people(self) -> tuple[str, str]:
        a, b = (plain(f"{self.cells.get(f'{x}_forename', '')} {self.cells.get(f'{x}_surname', '')}") for x in "ab")
        return a, b


def successors(
    earlier: Sequence[ImportedRow], new: Sequence[ImportedRow], *, same_file: bool
) -> dict[str, ImportedRow]:
    """Id of an earlier row -> the new row that stands for it; no new row stands for two.

    The same line of the same file; else equal contents, the same reference, or the same two people and day, if only one row
    of each file has them.
    """
    if same_file:
        by_line = {row.line: row for row in new}
        return {row.id: by_line[row.line] for row in earlier if row.line in by_line}
    pairs = _equal(earlier, new)
    for key in (_reference, _people):
        taken = {row.id for row in pairs.values()}
        theirs = _unique((row for row in new if row.id not in taken), key)
        for value, row in _unique((row for row in earlier if row.id not in pairs), key).items():
            if (other := theirs.get(value)) and not _contradict(row, other):
                pairs[row.id] = other
    return pairs


def corrects(earlier: Sequence[ImportedRow], new: Sequence[ImportedRow]) -> bool:
    """Whether a file is a later state of the same register. A number alone is no proof: every list has a number 1."""
    pairs = successors(earlier, new, same_file=False)
    again = sum(
        row.id in pairs and (pairs[row.id].digest == row.digest or _agreeing(row, pairs[row.id])[0] > 0)
        for row in earlier
    )
    return bool(earlier) and again >= FOUND_AGAIN * len(earlier)


def _equal(earlier: Sequence[ImportedRow], new: Sequence[ImportedRow]) -> dict[str, ImportedRow]:
    """Rows of equal contents, one for one and in their order."""
    by_digest: dict[str, deque[ImportedRow]] = defaultdict(deque)
    for row in new:
        by_digest[row.digest].append(row)
    return {row.id: by_digest[row.digest].popleft() for row in earlier if by_digest[row.digest]}


def _reference(row: ImportedRow) -> Hashable:
    reference = reference_key(row.cells.get("reference", ""))
    return (text.squeezed(row.cells.get("register", "")), reference) if reference else None


def _people(row: ImportedRow) -> Hashable:
    return (*row.people, text.folded(row.cells.get("received_on", ""))) if all(row.people) else None


def _unique(rows: Iterable[ImportedRow], key: Callable[[ImportedRow], Hashable]) -> dict[Hashable, ImportedRow]:
    """The rows whose key no other row has."""
    keyed = [(value, row) for row in rows if (value := key(row)) is not None]
    times = Counter(value for value, _ in keyed)
    return {value: row for value, row in keyed if times[value] == 1}


def _contradict(one: ImportedRow, other: ImportedRow) -> bool:
    agreeing, differing = _agreeing(one, other)
    return differing > agreeing


def _agreeing(one: ImportedRow, other: ImportedRow) -> tuple[int, int]:
    """How many telling details that both rows have are equal, and how many differ."""
    mine, theirs = _telling(one), _telling(other)
    equal = [left == right for left, right in zip(mine, theirs, strict=True) if left and right]
    return sum(equal), len(equal) - sum(equal)


def _telling(row: ImportedRow) -> tuple[str, ...]:
    return (*row.people, *(text.folded(row.cells.get(name, "")) for name in TELLING))
