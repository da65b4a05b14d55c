"""Rounds of searching: which sources for whom, and when one is due again; a stale return no longer counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from casebook.casework.core.acting import Act, policy_of
from casebook.casework.record_checks import automatic, identity
from casebook.domain.actors import Reason
from casebook.domain.case import record_checks as rules
from casebook.domain.case.coverage import Terms, Variant
from casebook.domain.vocabulary import Party, Route, Source, Stage
from casebook.policies import source_families
from casebook.sources import catalogue
from casebook.sources.local_extract import LocalExtract
from casebook.storage.case import decisions
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import Application, Search

Variants = Mapping[str, Variant]  # by key


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One source to be searched for one party."""

    party: Party
    source: Source
    mandatory: bool


@dataclass(frozen=True, kw_only=True)
class Round:
    """What decides whether a source is due."""

    act: Act
    application: Application
    wanted: Wanted
    variants: Variants
    extract: int | None  # in force; None: not loaded
    live: Sequence[Search]  # of this party and source
    decided: bool  # a decision rests on what was returned: age alone calls for no other search

    @property
    def automatic(self) -> bool:
        return self.extract is not None or self.elsewhere or self.wanted.source is catalogue.OWN_REGISTER

    @property
    def elsewhere(self) -> bool:
        return self.wanted.source in catalogue.remote()

    @property
    def here(self) -> bool:
        """Whether it can be searched in this transaction."""
        return self.automatic and not self.elsewhere


def bring_up(act: Act, application: Application) -> list[Search]:
    """Open what is not being searched, replace what is stale or was made on an older extract, run what is automatic.

    An automatic search that only says again what it said stands as it was, and with it what people made of it. Returns
    the searches that were run, and those that were opened for a source elsewhere to be asked outside this transaction.
    Idempotent: with nothing new it changes nothing.
    """
    local = catalogue.local(act.session, act.now.year)
    ran, changed = [], {}
    for due in rounds(act, application, local):
        each = due.wanted
        if _stands(due, local.get(each.source)):
            changed[f"{each.party}:{each.source}"] = "confirmed"
            continue
        if (search := _due(due)) is None:
            continue
        if search.automatic and due.here:
            automatic.run(act, application, search, due.variants, local.get(each.source))
        elif search.automatic and search in due.live and not any(earlier.superseded for earlier in due.live):
            continue  # it waits for its source, as before
        if search.automatic:
            ran.append(search)
        changed[f"{each.party}:{each.source}"] = search.result or "open"
    if changed:
        act.record(application, "searches_made", searches=changed)
    return ran


def rounds(act: Act, application: Application, local: Mapping[Source, LocalExtract]) -> Iterator[Round]:
    """Every source that must or may be searched, with what was searched there so far."""
    live = stored.searches(act.session, application.reference)
    variants = {party: identity.variants_of(act, application, party) for party in (Party.A, Party.B)}
    decided = decisions.decision(act.session, application) is not None
    for each in wanted(act, application, local, live):
        yield Round(
            act=act,
            application=application,
            wanted=each,
            variants=variants[each.party],
            extract=local[each.source].extract if each.source in local else None,
            live=[search for search in live if (search.party, search.source) == (each.party, each.source)],
            decided=decided,
        )


def wanted(
    act: Act, application: Application, local: Mapping[Source, LocalExtract], live: Sequence[Search] = ()
) -> list[Wanted]:
    """B in every mandatory source, in every one somebody enquired of, and in every other that costs nothing; A in ours."""
    mandatory = policy_of(application).mandatory_sources(Route(application.route))
    asked = {Source(search.source) for search in live if search.party == Party.B and search.mandatory} - {*mandatory}
    free = sorted({*local, *catalogue.remote(), catalogue.OWN_REGISTER} - {*mandatory, *asked})
    found = [Wanted(party=Party.B, source=source, mandatory=True) for source in (*mandatory, *sorted(asked))]
    found += [Wanted(party=Party.B, source=source, mandatory=False) for source in free]
    if identity.has_name(identity.person_of(act, application, Party.A)):
        found.append(Wanted(party=Party.A, source=Source.RMS, mandatory=True))
    return found


def why_again(act: Act, application: Application) -> str | None:
    """Why what was found adequate must be looked at again: an extract that was not searched yet, or a return too old."""
    local = catalogue.local(act.session, act.now.year)
    due = [each for each in rounds(act, application, local) if each.live]
    if any(each.extract is not None and not any(s.extract_id == each.extract for s in each.live) for each in due):
        return "extract_loaded"
    return "return_too_old" if any(_too_old(each, search) for each in due for search in each.live) else None


def _stands(due: Round, local: LocalExtract | None) -> bool:
    """Whether a search that is due again says, asked now, what it said before."""
    match due.live:
        case [search] if due.here and search.returned_at and _outdated(due, search):
            if not set(due.variants) <= set(search.required):
                return False
            if search.automatic:
                return automatic.confirm(due.act, due.application, search, due.variants, local)
            # what a person returned is enough, past record checks, while the machine finds nobody else
            past = due.application.stage not in {Stage.INTAKE, Stage.RECORD_CHECKS}
            if local is None or not past or _too_old(due, search):
                return False
            return automatic.adds_nobody(due.act, due.application, search, due.variants, local)
    return False


def _due(due: Round) -> Search | None:
    """The search to make now: a new round, one that failed before, or an open one that must cover more."""
    kept = [search for search in due.live if not _outdated(due, search)]
    for search in due.live:
        search.superseded = search not in kept
    asked = {key for search in kept for key in search.required}
    missing = [key for key in due.variants if key not in asked]
    waiting = next((search for search in kept if search.returned_at is None), None)
    if waiting is not None and waiting.automatic:
        return waiting
    if kept and not missing:
        return None
    if waiting is None:
        return open_round(due, missing)
    waiting.required = [*waiting.required, *missing]
    waiting.plan = plan(due.application, waiting.required, due.variants)
    return waiting


def _outdated(due: Round, search: Search) -> bool:
    """An automatic search is made again whole when its extract or what is known of the party changed."""
    if due.automatic != search.automatic:
        return due.automatic and (search.extract_id is None or search.extract_id != due.extract)
    if search.automatic and (search.extract_id != due.extract or not set(due.variants) <= set(search.required)):
        return True
    return _too_old(due, search)


def _too_old(due: Round, search: Search) -> bool:
    """Whether no decision may rest on it any more; one that was made while it was fresh may."""
    if due.decided or search.returned_at is None or not (search.mandatory or search.automatic):
        return False
    fresh_days = policy_of(due.application).sources.freshness(due.wanted.source).value
    return rules.is_stale(search.searched_at or search.returned_at, due.act.now, fresh_days)


def why_too_old(act: Act, application: Application) -> Reason | None:
    """A reason if a decision made now would rest on a return that policy calls too old."""
    live = stored.searches(act.session, application.reference)
    fresh = policy_of(application).sources.freshness
    old = sorted(
        search.source
        for search in live
        if search.mandatory
        and search.returned_at is not None
        and rules.is_stale(search.searched_at or search.returned_at, act.now, fresh(Source(search.source)).value)
    )
    if not old:
        return None
    return Reason(
        "returns_too_old", f"searched too long ago to decide on: {', '.join(old)}; they are to be searched again"
    )


def open_round(due: Round, required: Sequence[str]) -> Search:
    """A search that is to be made; the machine or a researcher returns it."""
    application, each = due.application, due.wanted
    number = 1 + (
        due.act.session.scalar(
            select(func.max(Search.round)).where(
                Search.reference == application.reference, Search.party == each.party, Search.source == each.source
            )
        )
        or 0
    )
    search = Search(
        id=f"{application.reference}:{each.party}:{each.source}:{number}",
        reference=application.reference,
        party=each.party,
        source=each.source,
        round=number,
        automatic=due.automatic,
        mandatory=each.mandatory,
        opened_at=due.act.now,
        plan=[] if due.here else plan(application, required, due.variants),
        required=list(required),
        covered=[],
        terms=[],
        result=None,
        unavailable_reason=None,
        accepted_by=None,
        searched_at=None,
        returned_at=None,
        returned_by=None,
        evidence_reference=None,
        summary=None,
        extract_id=due.extract,
        superseded=False,
    )
    due.act.session.add(search)
    return search


def plan(application: Application, required: Sequence[str], variants: Variants) -> list[dict[str, object]]:
    """The searches to make by hand, in order, as the researcher types them."""
    policy = policy_of(application).search
    chosen = rules.manual_plan([variants[key] for key in required if key in variants], policy.manual_searches.value)
    return [
        {
            "family": variant.family,
            "forename": variant.forename,
            "surname": variant.surname,
            "dob": variant.dob,
            "age_range_years": None if variant.dob or variant.pivot else policy.age_range_years.value,
            "pivot": variant.pivot,
        }
        for variant in chosen
    ]


def covered(act: Act, application: Application, search: Search, made: Sequence[Terms]) -> list[str]:
    """Keys of what a search by hand must cover and, made under these terms, does."""
    variants = identity.variants_of(act, application, Party(search.party))
    families = source_families.manual(search.source)
    done = rules.covered(list(variants.values()), made, families, application.reference)
    return [key for key in search.required if key in done]


def left_out(act: Act, application: Application, search: Search) -> list[str]:
    """The families of which something stays uncovered though the whole plan is made: to be listed and signed."""
    typed = [
        Terms(forename=step["forename"], surname=step["surname"], dob=step["dob"], pivot=step["pivot"])
        for step in search.plan
    ]
    party = Party(search.party)
    cut = identity.beyond_bound(act, application, party)
    every = [*identity.variants_of(act, application, party).values(), *cut.values()]
    done = rules.covered(every, typed, source_families.manual(search.source), application.reference)
    return list(dict.fromkeys(rules.family_of(key) for key in (*search.required, *cut) if key not in done))


def again(act: Act, application: Application, sources: Sequence[Source]) -> None:
    """Search B again in these sources for what stays uncovered there; somebody was not satisfied."""
    local = catalogue.local(act.session, act.now.year)
    variants = identity.variants_of(act, application, Party.B)
    uncovered = stored.uncovered(act.session, application.reference)
    for due in [*rounds(act, application, local)]:
        each = due.wanted
        if each.party is not Party.B or each.source not in sources:
            continue
        search = open_round(due, [key for key in uncovered.get(each.source, variants) if key in variants])
        if due.here:
            automatic.run(act, application, search, variants, local.get(each.source))
