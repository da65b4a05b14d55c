"""Rounds of searches: which sources are searched for whom, and when a search is due again because its return is stale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from casebook.casework.core.acting import Act
from casebook.casework.record_checks import automatic, by_hand, identity
from casebook.casework.record_checks.by_hand import Variants
from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.case import record_checks as rules
from casebook.domain.case.uncovered import COUNTED
from casebook.domain.vocabulary import Party, Route, Source, Stage
from casebook.sources import catalogue
from casebook.sources.local_extract import LocalExtract
from casebook.storage.case import decisions
from casebook.storage.case import record_checks as stored
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Search


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A source to search for one party."""

    party: Party
    source: Source
    mandatory: bool


@dataclass(frozen=True, kw_only=True)
class Round:
    """The facts that decide whether a source is due."""

    act: Act
    application: Application
    wanted: Wanted
    variants: Variants
    extract: int | None  # the current extract; None: not loaded
    missing: int = 0  # rows of it that did not land and that nobody has accepted
    live: Sequence[Search]  # current searches of this party and source
    decided: bool  # a decision was made on the returns: their age alone does not call for a new search

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
    """Bring the searches up to date: open missing ones, replace stale ones, run the automatic ones.

    If an automatic search gives the same answer again, it stands, and so do the reviews of its candidates. Returns the
    searches that were run, and those opened for a remote source, which is asked outside this transaction. Idempotent.
    """
    local = catalogue.local(act.session, act.now.year)
    ran, changed = [], {}
    for due in rounds(act, application, local):
        target = due.wanted
        if _stands(due, local.get(target.source)):
            changed[f"{target.party}:{target.source}"] = "confirmed"
            continue
        if (search := _due(due)) is None:
            continue
        if search.automatic and due.here:
            automatic.run(act, application, search, due.variants, local.get(target.source))
        elif search.automatic and search in due.live and not any(earlier.superseded for earlier in due.live):
            continue  # it still waits for its source
        if search.automatic:
            ran.append(search)
        changed[f"{target.party}:{target.source}"] = search.result or "open"
    if changed:
        act.record(application, "searches_made", searches=changed)
    return ran


def rounds(act: Act, application: Application, local: Mapping[Source, LocalExtract]) -> Iterator[Round]:
    """Every source that must or may be searched, with its current searches."""
    current_searches = stored.searches(act.session, application.reference)
    variants = {party: identity.variants_of(act, application, party) for party in (Party.A, Party.B)}
    decided = decisions.decision(act.session, application) is not None
    for target in wanted(act, application, local, current_searches):
        yield Round(
            act=act,
            application=application,
            wanted=target,
            variants=variants[target.party],
            extract=local[target.source].extract if target.source in local else None,
            missing=local[target.source].missing if target.source in local else 0,
            live=[
                search for search in current_searches if (search.party, search.source) == (target.party, target.source)
            ],
            decided=decided,
        )


def wanted(
    act: Act, application: Application, local: Mapping[Source, LocalExtract], live: Sequence[Search] = ()
) -> list[Wanted]:
    """The sources to search. For B: mandatory, enquired of, and all other automatic ones. For A: force records."""
    mandatory = policy_of(application).mandatory_sources(Route(application.route))
    enquired = {Source(search.source) for search in live if search.party == Party.B and search.mandatory} - {*mandatory}
    automatic_sources = sorted({*local, *catalogue.remote(), catalogue.OWN_REGISTER} - {*mandatory, *enquired})
    targets = [Wanted(party=Party.B, source=source, mandatory=True) for source in (*mandatory, *sorted(enquired))]
    targets += [Wanted(party=Party.B, source=source, mandatory=False) for source in automatic_sources]
    if identity.has_name(identity.person_of(act, application, Party.A)):
        targets.append(Wanted(party=Party.A, source=Source.RMS, mandatory=True))
    return targets


def why_again(act: Act, application: Application) -> str | None:
    """Why record checks must be looked at again, or None: a newer extract was not searched yet, or a return is too old."""
    local = catalogue.local(act.session, act.now.year)
    due = [searched for searched in rounds(act, application, local) if searched.live]
    if any(
        source.extract is not None
        and not any(automatic.made_in(search, source.extract, source.missing) for search in source.live)
        for source in due
    ):
        return "extract_loaded"
    return "return_too_old" if any(_too_old(source, search) for source in due for search in source.live) else None


def never_asked(act: Act, application: Application) -> bool:
    """Whether the application's policy asks for a source that was never asked about B."""
    local = catalogue.local(act.session, act.now.year)
    return any(
        asked.wanted.mandatory and asked.wanted.party is Party.B and not asked.live
        for asked in rounds(act, application, local)
    )


def _stands(due: Round, local: LocalExtract | None) -> bool:
    """Whether a search that is due again gives the same answer as before."""
    match due.live:
        case [search] if due.here and search.returned_at and _outdated(due, search):
            if not set(due.variants) <= set(search.required):
                return False
            if search.automatic:
                return automatic.confirm(due.act, due.application, search, due.variants, local)
            # after record checks, a person's return is enough as long as the extract has no further candidates
            past_checks = due.application.stage not in {Stage.INTAKE, Stage.RECORD_CHECKS}
            if local is None or not past_checks or _too_old(due, search):
                return False
            return automatic.adds_nobody(due.act, due.application, search, due.variants, local)
    return False


def _due(due: Round) -> Search | None:
    """The search to make now, or None: a new round, one that failed before, or an open one that must cover more."""
    kept = [search for search in due.live if not _outdated(due, search)]
    for search in due.live:
        search.superseded = search not in kept
    asked_for = {key for search in kept for key in search.required}
    missing = [key for key in due.variants if key not in asked_for]
    for search in kept:
        missing = _covered_already(due, search, missing)
    waiting = next((search for search in kept if search.returned_at is None), None)
    if waiting is not None and waiting.automatic:
        others = {key for search in kept if search is not waiting for key in search.required}
        waiting.required = [key for key in due.variants if key not in others]
        return waiting
    if kept and not missing:
        return None
    if waiting is None:
        return open_round(due, missing)
    waiting.required = [*waiting.required, *missing]
    waiting.plan = by_hand.plan(due.application, waiting.required, due.variants)
    return waiting


def _covered_already(due: Round, search: Search, keys: Sequence[str]) -> list[str]:
    """Add what this return, made by hand, covers already: a search without a date covers a date learnt later. Returns the rest."""
    if search.automatic or search.returned_at is None:
        return list(keys)
    read = by_hand.covered(due.act, due.application, search, by_hand.terms_read(search), keys)
    search.required, search.covered = [*search.required, *read], [*search.covered, *read]
    return [key for key in keys if key not in read]


def _outdated(due: Round, search: Search) -> bool:
    """Whether a search must be repeated in full: its extract or the details of the party changed, or it is too old."""
    if due.automatic != search.automatic:
        return due.automatic and (search.extract_id is None or search.extract_id != due.extract)
    if due.here and _variants_asked(search) != set(due.variants):
        return True
    if search.automatic and not automatic.made_in(search, due.extract, due.missing):
        return True
    return _too_old(due, search)


def _variants_asked(search: Search) -> set[str]:
    return {key for key in search.required if rules.family_of(key) not in COUNTED}


def _too_old(due: Round, search: Search) -> bool:
    """Whether the return is too old for a decision. A decision made while it was fresh still stands."""
    if due.decided or search.returned_at is None or not (search.mandatory or search.automatic):
        return False
    fresh_days = policy_of(due.application).sources.freshness(due.wanted.source).value
    return rules.is_stale(search.searched_at or search.returned_at, due.act.now, fresh_days)


def why_too_old(act: Act, application: Application) -> Reason | None:
    """Why a decision cannot be made now, or None: a mandatory return is older than the policy allows."""
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
        "returns_too_old",
        f"the panel cannot decide yet: these returns are too old and must be searched again: {words.SOURCE.of_all(old)}",
    )


def open_round(due: Round, required: Sequence[str]) -> Search:
    """Open a new search. An automatic search or a researcher returns it."""
    application, target = due.application, due.wanted
    number = 1 + (
        due.act.session.scalar(
            select(func.max(Search.round)).where(
                Search.reference == application.reference, Search.party == target.party, Search.source == target.source
            )
        )
        or 0
    )
    search = Search(
        id=f"{application.reference}:{target.party}:{target.source}:{number}",
        reference=application.reference,
        party=target.party,
        source=target.source,
        round=number,
        automatic=due.automatic,
        mandatory=target.mandatory,
        opened_at=due.act.now,
        plan=[] if due.here else by_hand.plan(application, required, due.variants),
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


def again(act: Act, application: Application, sources: Sequence[Source]) -> None:
    """Search B again in these sources for what they leave uncovered, because the research was not adequate."""
    local = catalogue.local(act.session, act.now.year)
    variants = identity.variants_of(act, application, Party.B)
    uncovered = stored.uncovered(act.session, application.reference)
    for due in [*rounds(act, application, local)]:
        if due.wanted.party is not Party.B or due.wanted.source not in sources:
            continue
        search = open_round(due, [key for key in uncovered.get(due.wanted.source, variants) if key in variants])
        if due.here:
            automatic.run(act, application, search, variants, local.get(due.wanted.source))
