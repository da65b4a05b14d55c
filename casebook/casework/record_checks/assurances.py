"""The two signatures that close the research: confidence in the identity, and adequacy by a second person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.record_checks import automatic, identity, searches
from casebook.domain import authority, chain
from casebook.domain.case import record_checks as rules
from casebook.domain.case import uncovered
from casebook.domain.case.coverage import Terms, VariantFamily
from casebook.domain.case.record_checks import RowResult, SearchResult
from casebook.domain.case.uncovered import Made, WhyUncovered
from casebook.domain.vocabulary import Party, Source
from casebook.errors import InvalidAnswer
from casebook.policies import source_families
from casebook.sources import catalogue
from casebook.storage import people
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import Application, Assurance, Search, WorkItem


class IdentitySigned(Answer):
    """How sure the signer is that the findings are about B, and that no record of B was missed."""

    confidence: Literal["high", "medium", "low"]
    statement: str = Field(min_length=1, description="The reasons for this confidence, and what would change it.")


class AdequacyStated(Answer):
    """Whether the research is adequate. Signed by a person who did none of it."""

    adequate: bool
    uncovered: list[str] = Field(
        default_factory=list,
        description="Every entry of the item's `uncovered`: each names a source and a family that no search covers."
        " The item's `why_uncovered` gives the reasons, and they are signed with it.",
    )
    statement: str = Field(min_length=1, description="Why the research is enough, or what is missing.")
    asked_of_applicant: str | None = Field(
        default=None,
        description="If others of the name are not told apart: what the applicant was asked (age, area, looks, phone) and"
        " answered, or why nobody could ask.",
    )
    search_again: list[Source] = Field(
        default_factory=list, description="If it is not adequate: which sources to search again."
    )


def identity_signed(doing: Doing) -> None:
    """Sign the identity. The signature covers the present facts: a new search or verdict calls for a new one."""
    _sign(doing, kind="identity", confidence=doing.answer.confidence, why={})


def adequacy_stated(doing: Doing) -> None:
    """Sign what stays uncovered, or send the research back to named sources."""
    answer: AdequacyStated = doing.answer
    researchers = people.researchers_of(doing.act.session, doing.application.reference)
    refuse(authority.why_not_second(doing.act.actor, researchers))
    if not answer.adequate:
        if not answer.search_again:
            refuse_because("where_again", "say in search_again which sources to search again", InvalidAnswer)
        searches.again(doing.act, doing.application, answer.search_again)
        return
    why = why_uncovered(doing.act, doing.application)
    entries = uncovered.by_family(why)
    refuse(rules.why_not_adequate(entries, answer.uncovered), InvalidAnswer)
    if stored.not_told_apart(doing.act.session, doing.application.reference) and not answer.asked_of_applicant:
        doing.act.record(doing.application, "exception_recorded", what="not_asked_about_the_name", item=doing.item.id)
    _sign(doing, kind="adequacy", confidence=None, why=why)


def take_back(act: Act, _application: Application, item: WorkItem) -> None:
    signature = act.session.get(Assurance, chain.identity("assurance", item.id))
    if signature is None or signature.superseded:
        refuse_because("superseded", "this answer signed nothing, or its signature does not stand any more")
    signature.superseded = True


def rests_on(act: Act, application: Application, _item: WorkItem) -> object:
    """The statement of adequacy rests on the searches, their candidates and the findings."""
    return stored.facts(act.session, application.reference)


def why_uncovered(act: Act, application: Application) -> dict[str, dict[str, WhyUncovered]]:
    """Source -> key of each variant of B that no current return covers -> why not, by the last search for it.

    This includes variants that no search had to cover because they are beyond the policy's limit.
    """
    variants = identity.variants_of(act, application, Party.B)
    cut = identity.beyond_bound(act, application, Party.B)
    uncovered_keys = stored.uncovered(act.session, application.reference)
    reasons, beyond = dict[str, dict[str, WhyUncovered]](), dict[str, dict[str, WhyUncovered]]()
    for search in stored.searches(act.session, application.reference):
        if (search.party, search.mandatory) != (Party.B, True):
            continue
        made, source = _made(search), search.source
        keys = [key for key in uncovered_keys.get(source, ()) if key in search.required]
        reasons.setdefault(source, {}).update(uncovered.reasons(keys, variants, made, application.reference))
        remaining = {key: cut[key] for key in beyond.get(source, cut)}
        beyond[source] = uncovered.beyond_bound(remaining, variants, made, application.reference)
    return {source: why for source in sorted(reasons) if (why := reasons[source] | beyond[source])}


def _made(search: Search) -> Made:
    terms_by_overflow = {True: list[Terms](), False: list[Terms]()}
    for row in search.terms:
        terms_by_overflow[row["result"] == RowResult.TOO_MANY].append(Terms.of_row(row))
    return Made(
        required=search.required,
        returned=search.returned_at is not None,
        available=search.result != SearchResult.UNAVAILABLE,
        by_machine=search.returned_by == automatic.MACHINE,
        read=terms_by_overflow[False],
        overflowed=terms_by_overflow[True],
        planned=[Terms.of_row(step) for step in search.plan],
        families=_families(search),
    )


def _families(search: Search) -> frozenset[VariantFamily]:
    if search.returned_by != automatic.MACHINE:
        return source_families.manual(search.source)
    if search.extract_id is not None:
        return source_families.extract()
    if search.source == catalogue.OWN_REGISTER:
        return source_families.own_register()
    remote_source = catalogue.remote().get(Source(search.source))
    return remote_source.families if remote_source else frozenset()


def _sign(doing: Doing, *, kind: str, confidence: str | None, why: Mapping[str, Mapping[str, WhyUncovered]]) -> None:
    facts = stored.facts(doing.act.session, doing.application.reference)
    if doing.item.subject["facts"] != facts:
        refuse_because(
            "facts_changed",
            "the searches or findings have changed since this item was opened. Read them again, then sign",
        )
    doing.act.session.add(
        Assurance(
            id=chain.identity("assurance", doing.item.id),
            reference=doing.application.reference,
            kind=kind,
            confidence=confidence,
            uncovered=[f"{source}:{key}" for source, keys in why.items() for key in keys],
            why_uncovered=uncovered.by_family(why),
            statement=doing.answer.statement,
            signed_by=doing.act.actor.id,
            signed_at=doing.act.now,
            facts=facts,
            superseded=False,
        )
    )
