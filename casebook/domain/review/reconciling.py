"""Finds which rows of several lists are one application: by reference, or else by both people and a date within days.

The result depends on the content of the rows and never on their order, so a list may also be loaded in parts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from casebook.domain.review.register import RegisterEntry, RegisterPerson
from casebook.domain.review.register_cells import slip
from casebook.values import contact
from casebook.values.ids import reference_key

WITHIN_DAYS = 10  # a mailbox and a case system may differ by a weekend; a new application comes later than that
DECIDED_WITHIN = 60  # from receipt in one list to the decision in another
NEIGHBOURS = 12  # rows of one key that are compared with each other, those nearest in time
TELLING_REFERENCE = 5  # signs; a shorter reference is used again every year
ENOUGH = 3  # details that must agree for two rows to be one application


@dataclass(frozen=True, kw_only=True)
class PlacedRow:
    """A row, and where it is in its file."""

    id: str
    file: str
    line: int
    digest: str  # of its cells: rows with the same content have the same digest
    entry: RegisterEntry

    @property
    def where(self) -> str:
        return f"{self.entry.register}#{self.line}"


@dataclass(frozen=True, kw_only=True)
class ReconciledApplication:
    """One past application: its rows, always in the same order, and its reference."""

    rows: tuple[PlacedRow, ...]
    reference: str
    disagreeing: bool  # its lists give different references


def reconcile(rows: Sequence[PlacedRow]) -> tuple[ReconciledApplication, ...]:
    """Group the rows into applications, each row in exactly one."""
    groups = _joined(rows)
    taken = Counter(reference for group in groups for reference in {_named(row) for row in group} - {""})
    applications = [_application(group, taken) for group in groups]
    return _told_apart(applications)


def _named(row: PlacedRow) -> str:
    return reference_key(row.entry.reference)


def _joined(rows: Sequence[PlacedRow]) -> list[list[PlacedRow]]:
    parent = {row.id: row.id for row in rows}

    def root(of: str) -> str:
        while parent[of] != of:
            parent[of] = parent[parent[of]]
            of = parent[of]
        return of

    there = {(row.entry.register, _named(row)) for row in rows}
    for one, other in _worth_comparing(rows):
        left, right = root(one.id), root(other.id)
        if left != right and _same(one, other, there):
            parent[max(left, right)] = min(left, right)
    groups: dict[str, list[PlacedRow]] = defaultdict(list)
    for row in rows:
        groups[root(row.id)].append(row)
    return list(groups.values())


def _worth_comparing(rows: Sequence[PlacedRow]) -> Iterator[tuple[PlacedRow, PlacedRow]]:
    buckets: dict[Hashable, list[PlacedRow]] = defaultdict(list)
    for row in rows:
        for key in _keys(row):
            buckets[key].append(row)
    for bucket in buckets.values():
        bucket.sort(key=lambda row: (row.entry.received_on or date.min, row.digest, row.file, row.line))
        for place, row in enumerate(bucket):
            for other in bucket[place + 1 : place + 1 + NEIGHBOURS]:
                yield row, other


def _keys(row: PlacedRow) -> Iterator[Hashable]:
    a, b = row.entry.a, row.entry.b
    if reference := _named(row):
        yield "reference", reference
    if a.words and b.words:
        yield "names", a.words, b.words
    if a.named or b.named:
        yield "copy", row.digest
    for party, person in (("a", a), ("b", b)):
        if person.words and person.dob:
            yield party, person.words, person.dob
        if number := contact.phone(person.phone):
            yield party, number
    if a.dob and b.dob:
        yield "born", a.dob, b.dob


def _same(one: PlacedRow, other: PlacedRow, there: set[tuple[str, str]]) -> bool:
    mine, theirs = one.entry, other.entry
    left, right = _named(one), _named(other)
    if one.digest == other.digest:
        return True
    agreement, contradiction = _people(mine, theirs)
    if left and left == right:
        near = _near(mine, theirs)
        agreement, contradiction = agreement + (near is True), contradiction + (near is False)
        # lists of nothing but references have only these; "1" is the first of every year's
        return agreement >= contradiction if agreement or contradiction else len(left) >= TELLING_REFERENCE
    if left and right and _both_listed_apart(mine, theirs, left, right, there):
        return False
    if _near(mine, theirs) is False:
        return False
    return _one_couple(mine, theirs)


def _one_couple(mine: RegisterEntry, theirs: RegisterEntry) -> bool:
    """Whether both people agree, or one agrees fully and the other is in only one of the rows."""
    a, b = _agreement(mine.a, theirs.a), _agreement(mine.b, theirs.b)
    if not (mine.b.named and theirs.b.named):
        return a[0] >= ENOUGH and not b[1]
    if not (mine.a.named and theirs.a.named):
        return b[0] >= ENOUGH and not a[1]
    return a[0] >= 1 and b[0] >= 1 and a[0] + b[0] >= ENOUGH and a[1] + b[1] < a[0] + b[0]


def _both_listed_apart(
    mine: RegisterEntry, theirs: RegisterEntry, left: str, right: str, there: set[tuple[str, str]]
) -> bool:
    """Whether two references must mean two applications: one list has both, or two lists each have both."""
    if mine.register == theirs.register:
        return True
    return (mine.register, right) in there and (theirs.register, left) in there


def _near(mine: RegisterEntry, theirs: RegisterEntry) -> bool | None:
    """Whether two rows are within days of each other; None without readable dates: then the people alone decide."""
    days = [(mine.received_on, theirs.received_on, WITHIN_DAYS), (mine.decided_on, theirs.decided_on, WITHIN_DAYS)]
    if not (mine.received_on and theirs.received_on):
        days.append((mine.received_on or mine.decided_on, theirs.received_on or theirs.decided_on, DECIDED_WITHIN))
    near = [abs((one - other).days) <= limit for one, other, limit in days if one and other]
    return any(near) if near else None


def _people(mine: RegisterEntry, theirs: RegisterEntry) -> tuple[int, int]:
    """How far both people agree and disagree, whichever column each of them is in."""
    arranged = ([(mine.a, theirs.a), (mine.b, theirs.b)], [(mine.a, theirs.b), (mine.b, theirs.a)])
    agreements = [[_agreement(one, other) for one, other in pairs] for pairs in arranged]
    return max(
        ((sum(counts[0] for counts in pair), sum(counts[1] for counts in pair)) for pair in agreements),
        key=lambda sums: sums[0],
    )


def _agreement(one: RegisterPerson, other: RegisterPerson) -> tuple[int, int]:
    """How many details agree and how many disagree."""
    answers: list[bool] = []
    if one.words and other.words:
        answers.append(len(one.words & other.words) >= min(len(one.words), len(other.words), 2))
    if one.dob and other.dob:
        answers.append(one.dob.startswith(other.dob) or other.dob.startswith(one.dob) or slip(one.dob, other.dob))
    for left, right in (
        (contact.phone(one.phone), contact.phone(other.phone)),
        (one.postcode, other.postcode),
        (contact.email(one.email), contact.email(other.email)),
    ):
        if left and right:
            answers.append(left == right)
    return sum(answers), len(answers) - sum(answers)


def _application(group: Iterable[PlacedRow], taken: Counter[str]) -> ReconciledApplication:
    """An application with the reference that most of its rows have; of equals, the one that fewer others have."""
    rows = tuple(sorted(group, key=lambda row: (row.entry.register, row.digest, row.file, row.line)))
    given = Counter(row.entry.reference for row in rows if _named(row))
    best = min(given, key=lambda name: (-given[name], taken[reference_key(name)], name), default="")
    first = min(rows, key=lambda row: (row.file, row.line))
    return ReconciledApplication(
        rows=rows, reference=best or first.where, disagreeing=len({reference_key(name) for name in given}) > 1
    )


def _told_apart(applications: Sequence[ReconciledApplication]) -> tuple[ReconciledApplication, ...]:
    """Give every application a reference of its own: of those that share one, that with most rows for it keeps it."""
    by_name: dict[str, list[ReconciledApplication]] = defaultdict(list)
    for application in applications:
        by_name[application.reference].append(application)
    named: list[ReconciledApplication] = []
    for name, sharing in by_name.items():
        sharing.sort(key=lambda application: (-_saying(application), [row.digest for row in application.rows]))
        named.append(sharing[0])
        for application in sharing[1:]:
            first = min(application.rows, key=lambda row: (row.file, row.line))
            where = first.where if first.where != name else f"{first.where}@{first.file}"
            named.append(
                ReconciledApplication(rows=application.rows, reference=where, disagreeing=application.disagreeing)
            )
    return tuple(sorted(named, key=lambda application: [row.digest for row in application.rows]))


def _saying(application: ReconciledApplication) -> int:
    return sum(row.entry.reference == application.reference for row in application.rows)


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """What the lists have in common, and what is missing from each or in it twice."""

    rows: int
    applications: int
    lists: dict[str, int]  # applications in each
    missing: dict[str, int]  # applications that another list has and this one has not
    doubled: dict[str, int]  # rows beyond one of an application in one list
    only_in: dict[str, int]  # applications that no other list has
    disagreeing_references: int
    patterns: dict[tuple[str, ...], int]  # lists -> applications that are in exactly these


def overlap(applications: Sequence[ReconciledApplication]) -> Overlap:
    names = sorted({row.entry.register for application in applications for row in application.rows})
    patterns = Counter(tuple(sorted({row.entry.register for row in application.rows})) for application in applications)
    rows = Counter(row.entry.register for application in applications for row in application.rows)
    lists = {name: sum(count for pattern, count in patterns.items() if name in pattern) for name in names}
    return Overlap(
        rows=rows.total(),
        applications=len(applications),
        lists=lists,
        missing={name: len(applications) - lists[name] for name in names},
        doubled={name: rows[name] - lists[name] for name in names},
        only_in={name: patterns[(name,)] for name in names},
        disagreeing_references=sum(application.disagreeing for application in applications),
        patterns=dict(sorted(patterns.items())),
    )


@dataclass(frozen=True, kw_only=True)
class Doubled:
    """An application that is more than once in one list, with its files and lines."""

    reference: str
    where: tuple[str, ...]  # FILE:LINE


def missing(applications: Sequence[ReconciledApplication]) -> dict[str, tuple[str, ...]]:
    """List -> the references that other lists have and it does not."""
    registers = {
        application.reference: {row.entry.register for row in application.rows} for application in applications
    }
    names = sorted(set().union(*registers.values())) if registers else []
    return {
        name: tuple(sorted(reference for reference, lists in registers.items() if name not in lists)) for name in names
    }


def doubled(applications: Sequence[ReconciledApplication]) -> dict[str, tuple[Doubled, ...]]:
    """List -> the applications that are in it more than once."""
    repeats: dict[str, list[Doubled]] = defaultdict(list)
    for application in sorted(applications, key=lambda application: application.reference):
        by_list: dict[str, list[str]] = defaultdict(list)
        for row in sorted(application.rows, key=lambda row: (row.file, row.line)):
            by_list[row.entry.register].append(f"{row.file}:{row.line}")
        for name, where in by_list.items():
            if len(where) > 1:
                repeats[name].append(Doubled(reference=application.reference, where=tuple(where)))
    return {name: tuple(rows) for name, rows in sorted(repeats.items())}
