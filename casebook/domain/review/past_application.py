"""One past application, merged from its lists, and the people in today's sources who may be its subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import TypeVar

from casebook.domain.review.reconciling import ReconciledApplication
from casebook.domain.review.register import RegisterEntry, RegisterPerson, Searched
from casebook.domain.review.register_cells import RegisterDoubt, parts_differing, plain, sentence, slip
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import Answer3, Applicant, Outcome, Relationship, Route

T = TypeVar("T")
DISCLOSED = frozenset({Outcome.DISCLOSED_TO_A, Outcome.DISCLOSED_TO_PROTECTOR})
REFUSED = frozenset({Outcome.NOTHING_TO_DISCLOSE, Outcome.NOT_DISCLOSED})
# the most worrying first: if lists disagree, the first of these that is in any list counts
_WORST = (
    Outcome.NOTHING_TO_DISCLOSE, Outcome.NOT_DISCLOSED, Outcome.OUT_OF_SCOPE, Outcome.NO_ENGAGEMENT, Outcome.WITHDRAWN,
    Outcome.DISCLOSED_TO_PROTECTOR, Outcome.DISCLOSED_TO_A,
)  # fmt: skip
HALF_CHANCE = -6.0  # bits at which a linked person is as likely to be the subject as not, measured on invented forces
FAR_LIKELIER = 10.0  # bits by which one person outweighs another whose details differ
SET_APART = 0.2  # the chance that the other keeps: a person looks at them, but they never count as the subject
ALIKE = 0.75  # of two words


@dataclass(frozen=True, kw_only=True)
class PastApplication:
    reference: str
    registers: tuple[str, ...]
    rows: int
    a: tuple[RegisterPerson, ...]  # A as each list gives them
    b: tuple[RegisterPerson, ...]
    received_on: date | None
    decided_on: date | None
    disclosed_on: date | None
    route: Route
    applicant: Applicant | None
    relationship: Relationship | None
    living_together: Answer3
    immediate_danger: Answer3
    children: bool  # a list names some
    contact_safe: Answer3
    handlers: frozenset[str]
    approvers: frozenset[str]
    sources_searched: frozenset[str]
    searched_as: tuple[Searched, ...]
    outcome: Outcome | None
    outcomes_differ: bool
    rationale: str
    rationales: tuple[str, ...]  # of every list
    handled: bool  # it is in a list that records the handling
    references_differ: bool
    findings: tuple[str, ...]  # codes

    @property
    def refused(self) -> bool:
        return self.outcome in REFUSED

    @property
    def disclosed(self) -> bool:
        return self.outcome in DISCLOSED

    def known_by(self, allowed_days: int, today: date) -> date:
        """The last day whose records the decision could have known; if that is not recorded, the latest possible day."""
        if decided := self.decided_on or self.disclosed_on:
            return decided
        return min(today, self.received_on + timedelta(days=allowed_days)) if self.received_on else today


@dataclass(frozen=True, kw_only=True)
class Linked:
    """A person in today's sources who may be the subject."""

    source: str
    weight: float  # bits
    words: frozenset[str] = frozenset()  # of forename and surname
    dob: str = ""
    records: tuple[SubjectRecord, ...] = ()
    person_id: str = ""  # their id in the source
    apart: bool = (
        False  # somebody far more likely is known, and this one's details differ: a twin, a parent, a namesake
    )
    bears_name: bool = False  # a name that was given, or nearly
    fits: bool = False  # and the birth date too, as far as both are known

    @property
    def person(self) -> tuple[str, str]:
        return self.source, self.person_id

    @property
    def chance(self) -> float:
        chance = 1 / (1 + 2 ** -(self.weight - HALF_CHANCE)) if self.weight > -100 else 0.0  # noqa: PLR2004 - no float beyond
        return min(SET_APART, chance) if self.apart else chance

    def years_apart(self, people: Sequence[RegisterPerson]) -> int | None:
        """Years between their birth date and the nearest that was given; None: one of them is not known."""
        given = [int(person.dob[:4]) for person in people if person.dob]
        return min(abs(int(self.dob[:4]) - year) for year in given) if self.dob and given else None


def set_apart(people: Sequence[RegisterPerson], linked: Sequence[Linked]) -> list[Linked]:
    """Say of each person whether they bear a name that was given and fit; and mark those who are somebody else beside them.

    Somebody else is a twin or namesake beside a person who fits far better. The subject under another id, with another
    known name or a slip in the birth date, is not marked. Nobody is marked if nobody fits far better.
    """
    linked = [_compared(people, candidate) for candidate in linked]
    best = max((candidate.weight for candidate in linked), default=0.0)
    sure = best > 0 and any(candidate.weight == best and candidate.fits for candidate in linked)
    return [
        replace(candidate, apart=True)
        if sure and best - candidate.weight >= FAR_LIKELIER and not candidate.fits
        else candidate
        for candidate in linked
    ]


def _compared(people: Sequence[RegisterPerson], who: Linked) -> Linked:
    names = [
        plain(text).split()
        for person in people
        for text in (f"{person.forename} {person.surname}", *person.other_names)
    ]
    born = [person.dob for person in people if person.dob]
    named = any(all(any(_alike(word, other) for other in name) for word in who.words) for name in names)
    dated = (
        not who.dob or not born or any((parts_differing(who.dob, day) or 0) <= 1 or slip(who.dob, day) for day in born)
    )
    return replace(who, bears_name=named, fits=named and dated)


def _alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one) or SequenceMatcher(None, one, other).ratio() >= ALIKE


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier application about the same subject."""

    days_before: int
    disclosed: bool
    other_applicant: bool = field(default=False)


def merged(application: ReconciledApplication) -> PastApplication:
    """Merge the rows of all lists: the value that most rows have."""
    entries = [row.entry for row in application.rows]
    telling = [entry for entry in entries if entry.handled] or entries
    outcomes = {entry.outcome for entry in entries if entry.outcome}
    return PastApplication(
        reference=application.reference,
        registers=tuple(sorted({entry.register for entry in entries})),
        rows=len(entries),
        a=_told(entries, lambda entry: entry.a),
        b=_told(entries, lambda entry: entry.b),
        received_on=_most(telling, lambda entry: entry.received_on) or _most(entries, lambda entry: entry.received_on),
        decided_on=_most(telling, lambda entry: entry.decided_on),
        disclosed_on=_most(telling, lambda entry: entry.disclosed_on),
        route=_most(entries, lambda entry: entry.route) or Route.RIGHT_TO_ASK,
        applicant=_most(entries, lambda entry: entry.applicant),
        relationship=_most(entries, lambda entry: entry.relationship),
        living_together=_worst(entries, lambda entry: entry.living_together, Answer3.YES, Answer3.NO),
        immediate_danger=_worst(entries, lambda entry: entry.immediate_danger, Answer3.YES, Answer3.NO),
        children=any(entry.children for entry in entries),
        contact_safe=_worst(telling, lambda entry: entry.contact_safe, Answer3.NO, Answer3.YES),
        handlers=frozenset(who for entry in entries for who in entry.handlers),
        approvers=frozenset(who for entry in entries for who in entry.approvers),
        sources_searched=frozenset(source for entry in entries for source in entry.sources_searched),
        searched_as=tuple(
            sorted({item for entry in entries for item in entry.searched_as}, key=lambda x: (x.name, x.dob))
        ),
        outcome=next((outcome for outcome in _WORST if outcome in outcomes), None),
        outcomes_differ=len({outcome in DISCLOSED for outcome in outcomes}) > 1,
        rationale=_most(entries, lambda entry: entry.rationale) or "",
        rationales=tuple(sorted({entry.rationale for entry in entries if entry.rationale})),
        handled=any(entry.handled for entry in entries),
        references_differ=application.disagreeing,
        findings=tuple(sorted({finding for entry in entries for finding, _ in entry.notes} - {RegisterDoubt.MISSING})),
    )


def _told(
    entries: Sequence[RegisterEntry], of: Callable[[RegisterEntry], RegisterPerson]
) -> tuple[RegisterPerson, ...]:
    people = {of(entry) for entry in entries if of(entry).named}
    return tuple(sorted(people, key=lambda person: (person.surname, person.forename, person.dob, repr(person))))


def _most(entries: Iterable[RegisterEntry], of: Callable[[RegisterEntry], T | None]) -> T | None:
    """The value that most rows have; of equally common ones the first in alphabetical order."""
    values = Counter(value for entry in entries if (value := of(entry)))
    return min(values, key=lambda value: (-values[value], str(value)), default=None)


def _worst(
    entries: Iterable[RegisterEntry], of: Callable[[RegisterEntry], Answer3], worst: Answer3, best: Answer3
) -> Answer3:
    values = {of(entry) for entry in entries}
    return worst if worst in values else best if best in values else Answer3.UNKNOWN


def same_text(rationale: str) -> str:
    """The text for finding copies: without differences in case, punctuation and spaces."""
    return sentence(rationale)
