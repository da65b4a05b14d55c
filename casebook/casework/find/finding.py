"""Finds applications by the people in them. The ledger says who searched, by what kinds of detail, and what was shown.

What a reader may not see is left out inside the query, before anything is compared, counted or cut off: a search that meets
a restricted application asks the same questions, and answers the same, as one that meets nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casebook.casework.core import blind_review, conflict
from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.find import asking
from casebook.casework.find.asking import AskedSearch, ReadSearch
from casebook.casework.find.hits import Hit, shown
from casebook.domain import authority, words
from casebook.domain.authority import Command
from casebook.domain.case import finding as rules
from casebook.domain.case.finding import AskedKind, PersonAgrees, WhyUnused
from casebook.errors import InvalidAnswer
from casebook.matching import known_people
from casebook.matching.known_people import EVERY_KIND, DetailsKnown
from casebook.storage import people
from casebook.storage.case import finding as stored
from casebook.storage.case.finding import Question, Reader
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import Application

LIMIT = 20


@dataclass(frozen=True, kw_only=True)
class FindAnswer:
    """The hits, best first. `more`: others agree as well, and are not listed."""

    hits: tuple[Hit, ...]
    more: bool
    searched_by: tuple[AskedKind, ...]
    unused: tuple[tuple[AskedKind, WhyUnused], ...]


def find(act: Act, asked: AskedSearch, *, limit: int = LIMIT) -> FindAnswer:
    """The applications in which somebody agrees with what was asked, best first. Refused if nothing can be searched by."""
    act.allowed(Command.FIND)
    search = asking.read(asked, act.now.year)
    if not search.parts:
        refuse_because("nothing_asked", _why_nothing(search), InvalidAnswer)
    reader = _reader(act)
    ordered, cut = _people(act, search, reader, limit)
    hits, further = shown(act, ordered, reader, limit)
    searched_by = tuple(dict.fromkeys(part.kind for part in search.parts))
    answer = FindAnswer(hits=hits, more=cut or further, searched_by=searched_by, unused=search.unused)
    _record(act, answer)
    return answer


def _reader(act: Act) -> Reader:
    only = people.seats_of(act.session, act.actor.id) if authority.sees_only_own_panels(act.actor) else None
    closed = conflict.closed_to(act) | blind_review.deciding(act)
    return Reader(named_for=stored.named_for(act.session, act.actor.id), closed_to_them=frozenset(closed), only=only)


def _people(act: Act, search: ReadSearch, reader: Reader, limit: int) -> tuple[list[PersonAgrees], bool]:
    """Everybody who is a hit, in order, and whether a question had more of them than were read."""
    named = _named(act, search, reader)
    compared, cut = _compared(act, search, reader, asking.sure_questions(search, reader.named_for), named)
    ordered = rules.in_order(compared.values())
    near = asking.near_questions(search, reader.named_for)
    if not near or len(ordered) > limit:
        return ordered, cut
    nearly, _ = _compared(act, search, reader, near, ())
    return rules.in_order({**nearly, **compared}.values()), cut


def _named(act: Act, search: ReadSearch, reader: Reader) -> Sequence[Application]:
    """The applications that were asked by their reference or external id."""
    asked = {
        kind: [part.value for part in search.parts if part.kind is kind]
        for kind in (AskedKind.REFERENCE, AskedKind.EXTERNAL_ID)
    }
    return stored.named(act.session, asked[AskedKind.REFERENCE], asked[AskedKind.EXTERNAL_ID], reader)


def _compared(
    act: Act, search: ReadSearch, reader: Reader, questions: Sequence[Question], named: Sequence[Application]
) -> tuple[dict[str, PersonAgrees], bool]:
    """Person id -> how they agree, of everybody whom a question finds, and whether one had too many who agree."""
    sharing = stored.sharing(act.session, questions, reader)
    ids = {person_id for found in sharing for person_id in found.ids}
    of_named = {application.reference: application for application in named}
    rows = stored.people(act.session, ids, of_named)
    confirmed = stored.confirmed(act.session, {row["reference"] for row in rows})
    asked_kinds = {part.kind for part in search.parts}
    code_words = (
        stored.code_words(act.session, [row["id"] for row in rows]) if AskedKind.CODE_WORD in asked_kinds else {}
    )
    agreeing = dict[str, PersonAgrees]()
    for row in rows:
        application = of_named.get(row["reference"])
        details = known_people.details_of(
            row, confirmed=confirmed.get(row["id"], ()), code_words=code_words.get(row["id"], ()),
            this_year=act.now.year, kinds=EVERY_KIND if application else asked_kinds,
        )  # fmt: skip
        if details != DetailsKnown() or application is None:
            agreeing[row["id"]] = _agrees(search, row["id"], row["reference"], details, application)
    # of one whose detail was erased nobody is left: it is found by its reference and its external id alone
    for reference in of_named.keys() - {person.reference for person in agreeing.values()}:
        agreeing[reference] = _agrees(search, reference, reference, DetailsKnown(), of_named[reference])
    hits = {person_id for person_id, person in agreeing.items() if rules.is_hit(person.parts)}
    return agreeing, any(found.cut and hits.issuperset(found.ids) for found in sharing)


def _agrees(
    search: ReadSearch, person_id: str, reference: str, details: DetailsKnown, named: Application | None
) -> PersonAgrees:
    external = [named.external_id] if named and named.external_id else []
    parts = asking.agreeing(search, details, reference=[reference], external_id=external)
    return PersonAgrees(person_id=person_id, reference=reference, parts=parts)


def _record(act: Act, answer: FindAnswer) -> None:
    """One entry in the chain of each application that was shown, and one in the unit's. What was searched is in neither."""
    references = {each for hit in answer.hits for each in (hit.reference, *hit.merged_from)}
    act.record_many(VIEWED, {reference: {"part": "found"} for reference in sorted(references)})
    act.record(None, "applications_searched", by=list(answer.searched_by), hits=len(answer.hits), more=answer.more)


def _why_nothing(search: ReadSearch) -> str:
    asked = "give a name, a date of birth, a number, a postcode, an e-mail address, a code word, or a reference"
    unused = [f"{words.ASKED.of(kind)}: {words.UNUSED.of(why)}" for kind, why in search.unused]
    return "; ".join([*unused, asked])
