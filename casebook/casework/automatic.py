"""The machine's own searches: under one identity after another until everything the source can cover is covered."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from casebook.casework import candidates, identity
from casebook.casework.acting import Act, policy_of
from casebook.domain import chain
from casebook.domain import record_checks as rules
from casebook.domain.coverage import Family, Terms, Variant
from casebook.domain.record_checks import Result
from casebook.domain.vocabulary import Party
from casebook.errors import SourceFault
from casebook.policies import source_families
from casebook.sources.local_extract import LocalExtract
from casebook.sources.protocol import RecordSource
from casebook.storage.tables import Application, ApplicationLink, Search, SearchAttempt

MACHINE = "system:record-checks"  # who returned an automatic search
BESIDE = frozenset({Family.ADDRESS, Family.IDENTIFIER})  # every search of persons looks for these beside the name


def run(
    act: Act, application: Application, search: Search, variants: Mapping[str, Variant], local: LocalExtract | None
) -> None:
    """Make one automatic search. A fault leaves it unreturned, with the try kept."""
    act.session.flush()
    if local is None:
        _ask_own_register(act, application, search, variants)
        return
    try:
        gathered, covered = ask(act, application, search, variants, local)
        records = local.records_of([scored.person_id for scored in gathered.best])
    except SourceFault as fault:
        attempt(act, search, fault.code)
        return
    candidates.propose(act, application, search, gathered, records)
    finish(act, search, result=Result.HIT if gathered.best else Result.NIL, covered=covered)


def ask(
    act: Act, application: Application, search: Search, variants: Mapping[str, Variant], source: RecordSource
) -> tuple[candidates.Gathered, set[str]]:
    """Everybody found under any identity of the party, and the keys of the variants that are covered by it."""
    person = identity.person_of(act, application, Party(search.party))
    gathered = candidates.Gathered(limit=policy_of(application).search.candidates.value)
    if person is None:
        return gathered, set()
    cells, listed = identity.cells_of(person), list(variants.values())
    beside = [variant.terms for variant in listed if variant.family in BESIDE]
    made, covered, overflowed = list[Terms](), set[str](), list[Terms]()
    entries = []
    for key, variant in variants.items():
        if key in covered or variant.family not in source.families or variant.departs_from in overflowed:
            continue
        terms = variant.terms if variant.departs_from in made else variant.departs_from
        asked = identity.under(cells, terms)
        answered = source.find(asked)
        whole = gathered.add(answered, asked, this_year=act.now.year) and answered.complete
        (made if whole else overflowed).append(terms)
        covered = rules.covered(listed, [*made, *(beside if made else [])], source.families, application.reference)
        entries.append(_entry(terms, asked, "too_many" if not whole else "hit" if gathered.best else "nil"))
    search.terms = entries
    return gathered, covered


def _entry(terms: Terms, asked: Mapping[str, str], result: str) -> dict[str, str]:
    return {**{name: asked[name] for name in ("forename", "surname", "dob")}, "pivot": terms.pivot, "result": result}


def _ask_own_register(act: Act, application: Application, search: Search, variants: Mapping[str, Variant]) -> None:
    """Earlier applications about B or by A were linked when this one was taken in."""
    links = act.session.scalars(
        select(ApplicationLink.other).where(ApplicationLink.reference == application.reference)
    ).all()
    families = source_families.own_register()
    covered = {key for key, variant in variants.items() if variant.family in families}
    finish(act, search, result=Result.HIT if links else Result.NIL, covered=covered)


def finish(act: Act, search: Search, *, result: Result, covered: set[str]) -> None:
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
