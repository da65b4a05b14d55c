"""Searches by hand: what to type, and what a return covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from casebook.casework.core.acting import Act
from casebook.casework.record_checks import identity
from casebook.domain.case import record_checks as rules
from casebook.domain.case.coverage import Terms, Variant
from casebook.domain.vocabulary import Party
from casebook.policies import source_families
from casebook.storage.case import record_checks as stored
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Search

Variants = Mapping[str, Variant]  # by key


def plan(application: Application, required: Sequence[str], variants: Variants) -> list[dict[str, object]]:
    """The searches to make by hand, in order, as the researcher is to type them."""
    policy = policy_of(application).search
    chosen = rules.manual_plan([variants[key] for key in required if key in variants], policy.manual_searches.value)
    return [
        {
            "family": variant.family,
            "forename": variant.forename,
            "surname": variant.surname,
            "dob": variant.dob,
            "age_range_years": rules.age_range(variant, policy.age_range_years.value),
            "pivot": variant.pivot,
        }
        for variant in chosen
    ]


def covered(
    act: Act, application: Application, search: Search, made: Sequence[Terms], keys: Iterable[str]
) -> list[str]:
    """Those of the keys that a search by hand covers under these terms."""
    variants = identity.variants_of(act, application, Party(search.party))
    families = source_families.manual(search.source)
    covered_keys = rules.covered(list(variants.values()), made, families, application.reference)
    return [key for key in keys if key in covered_keys]


def terms_read(search: Search) -> list[Terms]:
    """The terms of a return whose results were read."""
    return [Terms.of_row(row) for row in search.terms if row["result"] != rules.RowResult.TOO_MANY]


def asked(act: Act, search: Search) -> list[str]:
    """Keys that any current search of this party and source is to cover: a later one may cover what an earlier did not."""
    current = (search, *stored.of_the_same_source(act.session, search))
    return list(dict.fromkeys(key for other in current for key in other.required))


def left_out(act: Act, application: Application, search: Search) -> list[str]:
    """Families that stay partly uncovered even if the whole plan is searched. They must be listed and signed for."""
    planned_terms = [Terms.of_row(step) for step in search.plan]
    party = Party(search.party)
    beyond_limit = identity.beyond_bound(act, application, party)
    all_variants = [*identity.variants_of(act, application, party).values(), *beyond_limit.values()]
    covered_keys = rules.covered(
        all_variants, planned_terms, source_families.manual(search.source), application.reference
    )
    return list(
        dict.fromkeys(rules.family_of(key) for key in (*search.required, *beyond_limit) if key not in covered_keys)
    )
