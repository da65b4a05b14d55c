"""Facts from other past applications for an assessment: same subject, same person at risk, same rationale."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from casebook.domain.review.past_application import Earlier, PastApplication, merged, same_text
from casebook.domain.review.reconciling import ReconciledApplication
from casebook.domain.review.register import RegisterEntry, RegisterPerson
from casebook.values import contact


@dataclass(frozen=True, kw_only=True)
class OtherApplications:
    """Facts from all other applications that an assessment needs."""

    pasts: Mapping[str, PastApplication]  # by id
    copies: Mapping[str, int]
    subjects: Mapping[tuple[str, ...], list[str]]  # subject key -> ids
    same_person: Mapping[str, list[str]]  # id -> the applications of the same person at risk, including itself
    kept: Mapping[str, frozenset[str]]  # register -> the columns of its handling that it keeps


def known_of(applications: Sequence[ReconciledApplication], ids: Mapping[str, str]) -> OtherApplications:
    """`ids`: by reference."""
    pasts = {ids[application.reference]: merged(application) for application in applications}
    subjects: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for id_, past in pasts.items():
        for key in _subject_keys(past):
            subjects[key].append(id_)
    # "N/A" and "-" are no rationale: nobody has copied one from another
    copies = Counter(rationale for past in pasts.values() if (rationale := same_text(past.rationale)))
    return OtherApplications(
        pasts=pasts, copies=copies, subjects=subjects, same_person=_same_person(pasts), kept=_kept(applications)
    )


def _kept(applications: Sequence[ReconciledApplication]) -> dict[str, frozenset[str]]:
    """The columns that more than a few of the rows that tell of handling have, by register."""
    rows, filled = Counter[str](), Counter[tuple[str, str]]()
    for application in applications:
        for entry in (row.entry for row in application.rows if row.entry.handled):
            rows[entry.register] += 1
            filled.update((entry.register, column) for column, has in _COLUMNS.items() if has(entry))
    return {
        register: frozenset(column for column in _COLUMNS if filled[register, column] >= FEW * count)
        for register, count in rows.items()
    }


FEW = 0.02  # of the rows: so few are a slip of another column, not a habit
_COLUMNS: Mapping[str, Callable[[RegisterEntry], object]] = {
    "rationale": lambda entry: entry.rationale,
    "approver": lambda entry: entry.approvers,
    "sources_searched": lambda entry: entry.sources_searched,
    "searched_as": lambda entry: entry.searched_as,
}


def unkept(known: OtherApplications, past: PastApplication) -> frozenset[str]:
    """The columns that none of the lists of an application keeps."""
    kept = frozenset[str]().union(*(known.kept.get(register, frozenset()) for register in past.registers))
    return frozenset(_COLUMNS) - kept


def _same_person(pasts: Mapping[str, PastApplication]) -> dict[str, list[str]]:
    """Applications with the same person at risk, by name and date of birth, or name and phone, or PNC ID."""
    by_key: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for id_, past in pasts.items():
        for key in _keys_of(past.a):
            by_key[key].append(id_)
    return {
        id_: sorted({id_, *(other for key in _keys_of(past.a) for other in by_key[key])}) for id_, past in pasts.items()
    }


def _subject_keys(past: PastApplication) -> set[tuple[str, ...]]:
    return _keys_of(past.b)


def _keys_of(people: Iterable[RegisterPerson]) -> set[tuple[str, ...]]:
    keys: set[tuple[str, ...]] = set()
    for person in people:
        if person.dob:
            keys.add(("born", *sorted(person.words), person.dob))
        if person.pnc_id:
            keys.add(("pnc", person.pnc_id))
        if number := contact.phone(person.phone):
            keys.add(("phone", *sorted(person.words), number))
    return keys


def earlier(known: OtherApplications, id_: str) -> tuple[Earlier, ...]:
    past = known.pasts[id_]
    if (day := past.received_on or past.decided_on) is None:
        return ()
    others = {other for key in _subject_keys(past) for other in known.subjects[key]} - {id_}
    earlier_applications = []
    for other in sorted(others):
        before = known.pasts[other].received_on or known.pasts[other].decided_on
        if before and before < day:
            earlier_applications.append(
                Earlier(days_before=(day - before).days, disclosed=known.pasts[other].disclosed)
            )
    return tuple(earlier_applications)
