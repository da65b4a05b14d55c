"""The machine's own searches: under one identity after another until everything the source can cover is covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from casebook.casework.core.acting import Act, policy_of
from casebook.casework.record_checks import candidates, identity
from casebook.domain import chain
from casebook.domain.case import record_checks as rules
from casebook.domain.case.coverage import PIVOTS, Terms, Variant, VariantFamily
from casebook.domain.case.record_checks import SearchResult
from casebook.domain.vocabulary import Party, Source
from casebook.errors import SourceFault
from casebook.policies import source_families
from casebook.sources.local_extract import LocalExtract
from casebook.sources.protocol import Cells, RecordSource
from casebook.storage.tables import Application, ApplicationLink, Search, SearchAttempt

MACHINE = "system:record-checks"  # who returned an automatic search
BESIDE = frozenset(
    {VariantFamily.ADDRESS, VariantFamily.IDENTIFIER}
)  # every search of persons looks for these beside the name


@dataclass(frozen=True, kw_only=True)
class SourceQuestion:
    """All that asking a source needs: it is asked outside any transaction if it is not our own database."""

    search_id: str
    reference: str
    source: Source
    cells: Mapping[str, str]  # of the party, as persons.csv has them
    variants: Mapping[str, Variant]
    limit: int
    this_year: int


@dataclass(frozen=True, kw_only=True)
class SourceAnswer:
    """What a source said to a question, whole."""

    gathered: candidates.Gathered
    covered: set[str]  # keys of variants
    terms: list[dict[str, str]]
    records: Mapping[str, Sequence[Cells]]


def run(
    act: Act, application: Application, search: Search, variants: Mapping[str, Variant], local: LocalExtract | None
) -> None:
    """Make one automatic search in our own database. A fault leaves it unreturned, with the try kept."""
    act.session.flush()
    if local is None:
        _ask_own_register(act, application, search, variants)
        return
    try:
        found = ask(question(act, application, search, variants), local)
    except SourceFault as fault:
        attempt(act, search, fault.code)
        return
    write(act, application, search, found)


def confirm(
    act: Act, application: Application, search: Search, variants: Mapping[str, Variant], local: LocalExtract | None
) -> bool:
    """Make a search again. If it says what it said, what people made of it stands, as of now; else nothing is written."""
    act.session.flush()
    if local is None:
        if _links(act, application) != (search.result == SearchResult.HIT):
            return False
    else:
        try:
            found = ask(question(act, application, search, variants), local)
        except SourceFault:
            return False
        same = _result(found) == search.result and found.covered & {*search.required} == {*search.covered}
        if not (same and candidates.said_before(act, application, search, found.gathered)):
            return False
        candidates.propose(act, application, search, found.gathered, found.records)
        search.extract_id = local.extract
    search.searched_at = act.now
    attempt(act, search, "confirmed")
    return True


def adds_nobody(
    act: Act, application: Application, search: Search, variants: Mapping[str, Variant], local: LocalExtract
) -> bool:
    """Whether an extract of a source that a person searched holds nobody whom they did not find there."""
    try:
        found = ask(question(act, application, search, variants), local)
    except SourceFault:
        return False
    if {each.person_id for each in found.gathered.best} - candidates.known(act, application, search):
        return False
    search.extract_id = local.extract
    attempt(act, search, "confirmed")
    return True


def question(act: Act, application: Application, search: Search, variants: Mapping[str, Variant]) -> SourceQuestion:
    person = identity.person_of(act, application, Party(search.party))
    return SourceQuestion(
        search_id=search.id,
        reference=application.reference,
        source=Source(search.source),
        cells=identity.cells_of(person) if person else {},
        variants=variants if person else {},
        limit=policy_of(application).search.candidates.value,
        this_year=act.now.year,
    )


def ask(asking: SourceQuestion, source: RecordSource) -> SourceAnswer:
    """Everybody found under any identity of the party, what is recorded of them, and what is covered by that."""
    gathered, listed = candidates.Gathered(limit=asking.limit), list(asking.variants.values())
    beside = [variant.terms for variant in listed if variant.family in BESIDE & source.families]
    made, covered, overflowed = list[Terms](), set[str](), list[Terms]()
    entries = []
    for key, variant in asking.variants.items():
        tolerated = variant.family in source.families
        if key in covered or (variant.departs_from in overflowed if tolerated else variant.family in PIVOTS):
            continue
        terms = variant.departs_from if tolerated and variant.departs_from not in made else variant.terms
        asked = identity.under(asking.cells, terms)
        # where a date is not tolerated, one that the variant leaves out is left out; it is compared all the same
        typed = asked if tolerated else {**asked, "dob": terms.dob}
        answered = source.find(typed)
        whole = gathered.add(answered, asked, this_year=asking.this_year) and answered.complete
        (made if whole else overflowed).append(terms)
        covered = rules.covered(listed, [*made, *(beside if made else [])], source.families, asking.reference)
        entries.append(_entry(terms, typed, "too_many" if not whole else "hit" if gathered.best else "nil"))
    records = source.records_of([scored.person_id for scored in gathered.best])
    return SourceAnswer(gathered=gathered, covered=covered, terms=entries, records=records)


def write(act: Act, application: Application, search: Search, found: SourceAnswer) -> None:
    """Keep what the source said: the machine's return and the candidates it is about."""
    search.terms = found.terms
    candidates.propose(act, application, search, found.gathered, found.records)
    finish(act, search, result=_result(found), covered=found.covered)


def _result(found: SourceAnswer) -> SearchResult:
    return SearchResult.HIT if found.gathered.best else SearchResult.NIL


def _entry(terms: Terms, asked: Mapping[str, str], result: str) -> dict[str, str]:
    return {**{name: asked[name] for name in ("forename", "surname", "dob")}, "pivot": terms.pivot, "result": result}


def _ask_own_register(act: Act, application: Application, search: Search, variants: Mapping[str, Variant]) -> None:
    """Earlier applications about B or by A were linked when this one was taken in."""
    families = source_families.own_register()
    covered = {key for key, variant in variants.items() if variant.family in families}
    finish(act, search, result=SearchResult.HIT if _links(act, application) else SearchResult.NIL, covered=covered)


def _links(act: Act, application: Application) -> bool:
    query = select(ApplicationLink.other).where(ApplicationLink.reference == application.reference)
    return act.session.scalar(query.limit(1)) is not None


def finish(act: Act, search: Search, *, result: SearchResult, covered: set[str]) -> None:
    """The source answered: the machine's return."""
    search.result, search.covered = result, [key for key in search.required if key in covered]
    search.searched_at = search.returned_at = act.now
    search.returned_by = MACHINE
    attempt(act, search, "returned")


def attempt(act: Act, search: Search, outcome: str) -> None:
    """Keep one try at a source, whatever came of it."""
    act.session.flush()
    made = act.session.scalars(select(SearchAttempt.id).where(SearchAttempt.search_id == search.id)).all()
    act.session.add(
        SearchAttempt(
            id=chain.identity("search_attempt", search.id, len(made)), search_id=search.id, at=act.now, outcome=outcome
        )
    )
