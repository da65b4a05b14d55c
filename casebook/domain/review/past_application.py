"""One past application as its lists together tell it, and what today's sources hold of its subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import TypeVar

from casebook.domain.review.reconciling import ReconciledApplication
from casebook.domain.review.register import RegisterEntry, RegisterPerson, Searched
from casebook.domain.review.register_cells import RegisterDoubt, parts_differing, plain, slip
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import Answer3, Applicant, Outcome, Relationship, Route

T = TypeVar("T")
DISCLOSED = frozenset({Outcome.DISCLOSED_TO_A, Outcome.DISCLOSED_TO_PROTECTOR})
REFUSED = frozenset({Outcome.NOTHING_TO_DISCLOSE, Outcome.NOT_DISCLOSED})
# the most worrying first: where lists disagree, the first of these that any of them says
_WORST = (
    Outcome.NOTHING_TO_DISCLOSE, Outcome.NOT_DISCLOSED, Outcome.OUT_OF_SCOPE, Outcome.NO_ENGAGEMENT, Outcome.WITHDRAWN,
    Outcome.DISCLOSED_TO_PROTECTOR, Outcome.DISCLOSED_TO_A,
)  # fmt: skip
HALF_CHANCE = -6.0  # bits at which a linked person is as likely the subject as not, measured on made-up forces
FAR_LIKELIER = 10.0  # bits by which one person outweighs another who is told otherwise
SET_APART = 0.2  # the chance that is left to the other: looked at, and never taken for the subject
ALIKE = 0.75  # of two words


@dataclass(frozen=True, kw_only=True)
class PastApplication:
    reference: str
    registers: tuple[str, ...]
    rows: int
    a: tuple[RegisterPerson, ...]  # each way in which a list tells who A is
    b: tuple[RegisterPerson, ...]
    received_on: date | None
    decided_on: date | None
    disclosed_on: date | None
    route: Route
    applicant: Applicant | None
    relationship: Relationship | None
    living_together: Answer3
    immediate_danger: Answer3
    contact_safe: Answer3
    handlers: frozenset[str]
    approvers: frozenset[str]
    sources_searched: frozenset[str]
    searched_as: tuple[Searched, ...]
    outcome: Outcome | None
    outcomes_differ: bool
    rationale: str
    rationales: tuple[str, ...]  # of every list
    handled: bool  # a list that tells of the handling has it
    references_differ: bool
    findings: tuple[str, ...]  # codes

    @property
    def refused(self) -> bool:
        return self.outcome in REFUSED

    @property
    def disclosed(self) -> bool:
        return self.outcome in DISCLOSED

    def known_by(self, allowed_days: int, today: date) -> date:
        """The last day whose records the decision could have known; if nobody says when that was, the latest it can have been."""
        if decided := self.decided_on or self.disclosed_on:
            return decided
        return min(today, self.received_on + timedelta(days=allowed_days)) if self.received_on else today


@dataclass(frozen=True, kw_only=True)
class Linked:
    """A person of today's sources who may be the subject."""

    source: str
    weight: float  # bits
    words: frozenset[str] = frozenset()  # of forename and surname
    dob: str = ""
    records: tuple[SubjectRecord, ...] = ()
    person_id: str = ""  # in its source
    apart: bool = False  # somebody far likelier is known, and this one is told otherwise: a twin, a parent, a namesake

    @property
    def person(self) -> tuple[str, str]:
        return self.source, self.person_id

    @property
    def chance(self) -> float:
        chance = 1 / (1 + 2 ** -(self.weight - HALF_CHANCE)) if self.weight > -100 else 0.0  # noqa: PLR2004 - no float beyond
        return min(SET_APART, chance) if self.apart else chance


def set_apart(told: Sequence[RegisterPerson], linked: Sequence[Linked]) -> list[Linked]:
    """With a twin or namesake beside the subject, only the subject is taken for the subject.

    Somebody under several ids, by another name or a slip in the birth date, stays; so does everybody if nobody stands out.
    """
    best = max((each.weight for each in linked), default=0.0)
    sure = best > 0 and any(each.weight == best and _fits(told, each) for each in linked)
    return [
        replace(each, apart=True) if sure and best - each.weight >= FAR_LIKELIER and not _fits(told, each) else each
        for each in linked
    ]


def _fits(told: Sequence[RegisterPerson], who: Linked) -> bool:
    """As far as both are known, the name is one that was given, and the birth date too or nearly so."""
    names = [plain(text).split() for each in told for text in (f"{each.forename} {each.surname}", *each.other_names)]
    born = [each.dob for each in told if each.dob]
    return any(all(any(_alike(word, other) for other in name) for word in who.words) for name in names) and (
        not who.dob or not born or any((parts_differing(who.dob, day) or 0) <= 1 or slip(who.dob, day) for day in born)
    )


def _alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one) or SequenceMatcher(None, one, other).ratio() >= ALIKE


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """Another application about the same subject."""

    days_before: int
    disclosed: bool
    other_applicant: bool = field(default=False)


def merged(application: ReconciledApplication) -> PastApplication:
    """The lists' rows as one: what most of them say, a good value before a doubtful one."""
    entries = [row.entry for row in application.rows]
    telling = [each for each in entries if each.handled] or entries
    outcomes = {each.outcome for each in entries if each.outcome}
    return PastApplication(
        reference=application.reference,
        registers=tuple(sorted({each.register for each in entries})),
        rows=len(entries),
        a=_told(entries, lambda each: each.a),
        b=_told(entries, lambda each: each.b),
        received_on=_most(telling, lambda each: each.received_on) or _most(entries, lambda each: each.received_on),
        decided_on=_most(telling, lambda each: each.decided_on),
        disclosed_on=_most(telling, lambda each: each.disclosed_on),
        route=_most(entries, lambda each: each.route) or Route.RIGHT_TO_ASK,
        applicant=_most(entries, lambda each: each.applicant),
        relationship=_most(entries, lambda each: each.relationship),
        living_together=_worst(entries, lambda each: each.living_together, Answer3.YES, Answer3.NO),
        immediate_danger=_worst(entries, lambda each: each.immediate_danger, Answer3.YES, Answer3.NO),
        contact_safe=_worst(telling, lambda each: each.contact_safe, Answer3.NO, Answer3.YES),
        handlers=frozenset(who for each in entries for who in each.handlers),
        approvers=frozenset(who for each in entries for who in each.approvers),
        sources_searched=frozenset(source for each in entries for source in each.sources_searched),
        searched_as=tuple(
            sorted({item for each in entries for item in each.searched_as}, key=lambda x: (x.name, x.dob))
        ),
        outcome=next((each for each in _WORST if each in outcomes), None),
        outcomes_differ=len({each in DISCLOSED for each in outcomes}) > 1,
        rationale=_most(entries, lambda each: each.rationale) or "",
        rationales=tuple(sorted({each.rationale for each in entries if each.rationale})),
        handled=any(each.handled for each in entries),
        references_differ=application.disagreeing,
        findings=tuple(sorted({finding for each in entries for finding, _ in each.notes} - {RegisterDoubt.MISSING})),
    )


def _told(
    entries: Sequence[RegisterEntry], of: Callable[[RegisterEntry], RegisterPerson]
) -> tuple[RegisterPerson, ...]:
    people = {of(each) for each in entries if of(each).named}
    return tuple(sorted(people, key=lambda each: (each.surname, each.forename, each.dob, repr(each))))


def _most(entries: Iterable[RegisterEntry], of: Callable[[RegisterEntry], T | None]) -> T | None:
    """What most rows say; of equals the first in the order of texts."""
    said = Counter(value for each in entries if (value := of(each)))
    return min(said, key=lambda value: (-said[value], str(value)), default=None)


def _worst(
    entries: Iterable[RegisterEntry], of: Callable[[RegisterEntry], Answer3], worst: Answer3, best: Answer3
) -> Answer3:
    said = {of(each) for each in entries}
    return worst if worst in said else best if best in said else Answer3.UNKNOWN


def same_text(rationale: str) -> str:
    """For telling copies: case, marks and spaces make no other text."""
    return plain(rationale)
