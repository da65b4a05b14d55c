"""Automatic searches: one identity variant after another, until all that the source can cover is covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.casework.record_checks import candidates, gathering, identity
from casebook.casework.record_checks.gathering import Gathered
from casebook.domain import chain
from casebook.domain.case import record_checks as rules
from casebook.domain.case import uncovered
from casebook.domain.case.coverage import NAMES, PIVOTS, Terms, Variant, VariantFamily
from casebook.domain.case.namesakes import NameBounds
from casebook.domain.case.record_checks import SearchResult
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.vocabulary import Party, Source
from casebook.errors import SourceFault
from casebook.policies import source_families
from casebook.sources.local_extract import LocalExtract
from casebook.sources.protocol import Answered, Cells, RecordSource
from casebook.storage import links as stored_links
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Search, SearchAttempt

MACHINE = "system:record-checks"  # who returned an automatic search
BESIDE = frozenset({VariantFamily.ADDRESS, VariantFamily.IDENTIFIER})  # every search of persons also looks for these


@dataclass(frozen=True, kw_only=True)
class SourceQuestion:
    """Everything needed to ask a source. A remote source is asked outside any transaction."""

    search_id: str
    reference: str
    source: Source
    cells: Mapping[str, str]  # of the party, as persons.csv has them
    variants: Mapping[str, Variant]
    # variant key -> the confirmed person whose record has it
    learnt: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    limit: int
    bounds: NameBounds
    today: date
    model: RiskModel
    whole_name: bool = True  # whoever bears the name comes before people, whatever their birth date

    @property
    def this_year(self) -> int:
        return self.today.year

    def cells_of(self, key: str) -> Mapping[str, str]:
        """Whom a variant is of: the party as told, or a confirmed person."""
        return self.learnt.get(key, self.cells)

    def beside(self, key: str, families: frozenset[VariantFamily]) -> list[Terms]:
        """What a search under this variant also looks for, in a source that tolerates these families."""
        person, kinds = self.cells_of(key), BESIDE & families
        return [v.terms for other, v in self.variants.items() if v.family in kinds and self.cells_of(other) == person]


@dataclass(frozen=True, kw_only=True)
class SourceAnswer:
    """The complete answer of a source to a question."""

    gathered: Gathered
    covered: set[str]  # keys of variants
    terms: list[dict[str, str]]
    records: Mapping[str, Sequence[Cells]]


def run(
    act: Act, application: Application, search: Search, variants: Mapping[str, Variant], local: LocalExtract | None
) -> None:
    """Make one automatic search in our own database. After a fault the search stays open, and the attempt is recorded."""
    act.session.flush()
    if local is None:
        _ask_own_register(act, application, search, variants)
        return
    try:
        answer = ask(question(act, application, search, variants), local)
    except SourceFault as fault:
        attempt(act, search, fault.code)
        return
    write(act, application, search, answer)
    note_missing(search, local.missing)


def confirm(
    act: Act, application: Application, search: Search, variants: Mapping[str, Variant], local: LocalExtract | None
) -> bool:
    """Repeat a search. If the answer is the same, its reviews stand and its date is now. If not, nothing is written."""
    act.session.flush()
    if local is None:
        if _links(act, application) != (search.result == SearchResult.HIT):
            return False
    else:
        try:
            answer = ask(question(act, application, search, variants), local)
        except SourceFault:
            return False
        same = _result(answer) == search.result and answer.gathered.placed.beyond == (search.beyond or 0)
        same = same and answer.covered & {*search.required} == {*search.covered}
        if not (same and candidates.said_before(act, application, search, answer.gathered)):
            return False
        candidates.propose(act, application, search, answer.gathered, answer.records)
        _note_the_others(search, answer.gathered)
        note_missing(search, local.missing)
        search.extract_id = local.extract
    search.searched_at = act.now
    attempt(act, search, "confirmed")
    return True


def adds_nobody(
    act: Act, application: Application, search: Search, variants: Mapping[str, Variant], local: LocalExtract
) -> bool:
    """Whether the extract has nobody beyond the candidates a person already found by searching that source."""
    try:
        answer = ask(question(act, application, search, variants), local)
    except SourceFault:
        return False
    if {candidate.person_id for candidate in answer.gathered.best} - candidates.known(act, application, search):
        return False
    search.extract_id = local.extract
    attempt(act, search, "confirmed")
    return True


def question(act: Act, application: Application, search: Search, variants: Mapping[str, Variant]) -> SourceQuestion:
    party = Party(search.party)
    person = identity.person_of(act, application, party)
    return SourceQuestion(
        search_id=search.id,
        reference=application.reference,
        source=Source(search.source),
        cells=identity.cells_of(person) if person else {},
        variants=variants if person else {},
        learnt=identity.learnt_from(act, application, party),
        limit=policy_of(application).search.candidates.value,
        bounds=gathering.bounds_of(policy_of(application)),
        today=act.now.date(),
        model=act.documents.risk_model(act.now),
        whole_name=search.party == Party.B,
    )


def ask(asking: SourceQuestion, source: RecordSource) -> SourceAnswer:
    """Search under every identity of the party. Returns the candidates, their records, and the variants covered."""
    gathered = Gathered(limit=asking.limit, bounds=asking.bounds, whole_name=asking.whole_name)
    all_variants = list(asking.variants.values())
    completed, beside, covered, overflowed = list[Terms](), list[Terms](), set[str](), list[Terms]()
    entries = []
    for key, variant in asking.variants.items():
        supported = variant.family in source.families
        if key in covered or (variant.departs_from in overflowed if supported else variant.family in PIVOTS):
            continue
        terms = variant.departs_from if supported and variant.departs_from not in completed else variant.terms
        cells = identity.under(asking.cells_of(key), terms)
        # if the source does not tolerate a missing date, search without it as the variant does; it is still compared
        typed = cells if supported else {**cells, "dob": terms.dob}
        answer = source.find(typed)
        complete = gathered.add(answer, cells, this_year=asking.this_year) and answer.complete
        (completed if complete else overflowed).append(terms)
        if complete:
            beside += asking.beside(key, source.families)
        covered = rules.covered(all_variants, [*completed, *beside], source.families, asking.reference)
        entries.append(_entry(terms, typed, "too_many" if not complete else "hit" if gathered.read else "nil"))
    if asking.whole_name:
        _add_bearers(asking, source, gathered)
    records = source.records_of(gathered.to_grade)
    gathered.place(records, asking.today, asking.model)
    return SourceAnswer(gathered=gathered, covered=covered, terms=entries, records=records)


def _add_bearers(asking: SourceQuestion, source: RecordSource, gathered: Gathered) -> None:
    """Add whoever bears one of the party's own names, whatever their birth date: a date told as certain may be wrong."""
    own = {
        variant.departs_from: asking.cells_of(key)
        for key, variant in asking.variants.items()
        if variant.family in NAMES
    }
    answered: dict[
        tuple[str, ...], Answered
    ] = {}  # by name: a birth date learnt later is compared, not asked for again
    for terms, person in own.items():
        name = {"forename": terms.forename, "surname": terms.surname}
        if (bearers := answered.get(terms.plain[:2])) is None:
            bearers = answered[terms.plain[:2]] = source.bearers({**dict.fromkeys(asking.cells, ""), **name})
            # a source that says only that there are more has one more at least
            gathered.not_returned += bearers.not_returned or int(not bearers.complete)
        gathered.add(bearers, identity.under(person, terms), this_year=asking.this_year)


def write(act: Act, application: Application, search: Search, answer: SourceAnswer, *, only_add: bool = False) -> None:
    """Save the answer of a source: the return and the proposed candidates. `only_add`: others of the source stand."""
    search.terms = answer.terms
    candidates.propose(act, application, search, answer.gathered, answer.records, only_add=only_add)
    _note_the_others(search, answer.gathered)
    finish(act, search, result=_result(answer), covered=answer.covered)


def _note_the_others(search: Search, gathered: Gathered) -> None:
    """Keep what no list has: who is below the line, and how many bearers of the name nobody will look at."""
    search.required = [key for key in search.required if rules.family_of(key) != VariantFamily.SAME_NAME]
    search.below = [
        {"person_id": person_id, "weight": gathered.matches[person_id].weight} for person_id in gathered.placed.folded
    ]
    search.beyond = gathered.placed.beyond
    if search.beyond:
        search.required = [*search.required, f"{VariantFamily.SAME_NAME}:{search.beyond}"]


def note_missing(search: Search, rows: int) -> None:
    """Keep how many rows of the source did not land: no search of it covers whoever is in them."""
    search.required = [key for key in search.required if rules.family_of(key) != VariantFamily.NOT_WHOLE]
    if rows:
        search.required = [*search.required, f"{VariantFamily.NOT_WHOLE}:{rows}"]


def made_in(search: Search, extract: int | None, missing: int) -> bool:
    """Whether a search was made in this extract, while as many rows of it were missing. A person's search has no such rows."""
    if search.extract_id != extract or search.returned_at is None or not search.automatic:
        return search.extract_id == extract
    return uncovered.rows_missing(search.required) == missing


def _result(answer: SourceAnswer) -> SearchResult:
    return SearchResult.HIT if answer.gathered.best or answer.gathered.placed.beyond else SearchResult.NIL


def _entry(terms: Terms, typed: Mapping[str, str], result: str) -> dict[str, str]:
    return {**{name: typed[name] for name in ("forename", "surname", "dob")}, "pivot": terms.pivot, "result": result}


def _ask_own_register(act: Act, application: Application, search: Search, variants: Mapping[str, Variant]) -> None:
    """Search our own register: other applications about B or by A were linked a moment ago, by `own_register.look`."""
    families = source_families.own_register()
    covered = {key for key, variant in variants.items() if variant.family in families}
    finish(act, search, result=SearchResult.HIT if _links(act, application) else SearchResult.NIL, covered=covered)


def _links(act: Act, application: Application) -> bool:
    return bool(stored_links.standing_links(act.session, application.reference))


def finish(act: Act, search: Search, *, result: SearchResult, covered: set[str]) -> None:
    """Record the return of an automatic search."""
    search.result, search.covered = result, [key for key in search.required if key in covered]
    search.searched_at = search.returned_at = act.now
    search.returned_by = MACHINE
    attempt(act, search, "returned")


def attempt(act: Act, search: Search, outcome: str) -> None:
    """Record one attempt at a source and its outcome."""
    act.session.flush()
    earlier_attempts = act.session.scalars(select(SearchAttempt.id).where(SearchAttempt.search_id == search.id)).all()
    act.session.add(
        SearchAttempt(
            id=chain.identity("search_attempt", search.id, len(earlier_attempts)),
            search_id=search.id,
            at=act.now,
            outcome=outcome,
        )
    )
