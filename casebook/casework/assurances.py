"""Two signatures close the research: how sure the identity is, and that a second person finds it adequate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from casebook.casework import searches
from casebook.casework.acting import refuse, refuse_because
from casebook.casework.answers import Answer, Doing
from casebook.domain import authority, chain
from casebook.domain import record_checks as rules
from casebook.domain.vocabulary import Source
from casebook.errors import InvalidAnswer
from casebook.storage import people
from casebook.storage import record_checks as stored
from casebook.storage.tables import Assurance


class IdentitySigned(Answer):
    """How sure it is that what was found is about B, and that nothing of B's was passed over."""

    confidence: Literal["high", "medium", "low"]
    statement: str = Field(min_length=1, description="What the confidence rests on, and what would change it.")


class AdequacyStated(Answer):
    """Whether the research is adequate, by somebody who did none of it."""

    adequate: bool
    uncovered: list[str] = Field(
        default_factory=list,
        description="Each entry of the item's `uncovered`, named one by one: source and family that no search covers.",
    )
    statement: str = Field(min_length=1, description="Why what was done is enough, or what is missing.")
    search_again: list[Source] = Field(default_factory=list, description="If it is not adequate: where to look again.")


def identity_signed(doing: Doing) -> None:
    """Holds for the facts as they are; any new search or verdict makes it stale."""
    _sign(doing, kind="identity", confidence=doing.answer.confidence, uncovered=[])


def adequacy_stated(doing: Doing) -> None:
    """Sign what stays uncovered, or send the research back to some sources."""
    answer: AdequacyStated = doing.answer
    researchers = people.researchers_of(doing.act.session, doing.application.reference)
    refuse(authority.why_not_second(doing.act.actor, researchers))
    if not answer.adequate:
        if not answer.search_again:
            refuse_because("where_again", "say in search_again which sources to search again", InvalidAnswer)
        searches.again(doing.act, doing.application, answer.search_again)
        return
    uncovered = stored.uncovered(doing.act.session, doing.application.reference)
    refuse(rules.why_not_adequate(by_family(uncovered), answer.uncovered), InvalidAnswer)
    exact = [f"{source}:{key}" for source, keys in uncovered.items() for key in keys]
    _sign(doing, kind="adequacy", confidence=None, uncovered=exact)


def by_family(uncovered: dict[str, tuple[str, ...]]) -> list[str]:
    """`source:family`, each once: what a person can read and name."""
    return sorted({f"{source}:{rules.family_of(key)}" for source, keys in uncovered.items() for key in keys})


def _sign(doing: Doing, *, kind: str, confidence: str | None, uncovered: list[str]) -> None:
    facts = stored.facts(doing.act.session, doing.application.reference)
    if doing.item.subject["facts"] != facts:
        refuse_because("facts_changed", "something was searched or found since this was asked; look again")
    doing.act.session.add(
        Assurance(
            id=chain.identity("assurance", doing.item.id),
            reference=doing.application.reference,
            kind=kind,
            confidence=confidence,
            uncovered=uncovered,
            statement=doing.answer.statement,
            signed_by=doing.act.actor.id,
            signed_at=doing.act.now,
            facts=facts,
            superseded=False,
        )
    )
