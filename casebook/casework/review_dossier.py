"""What a reviewer reads of one past application. Without the first decision, until their own is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from casebook.casework import review_allocation
from casebook.casework.acting import Act, refuse
from casebook.domain import chain
from casebook.domain import review_work as rules
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Role
from casebook.errors import NotFound, NotPermitted
from casebook.storage import review as stored
from casebook.storage import review_work as work
from casebook.storage.tables import ReviewApplication, ReviewCase, ReviewOpinion

FIRST_DECISION = frozenset({"outcome", "disclosed_on", "rationale", "handler", "approver"})


def dossier(act: Act, reference: str) -> dict[str, object]:
    """Everything the lists and today's sources say; looking is an act. Not for whoever handled it, nor for their line."""
    act.allowed(Command.SEE_PERSONAL_DETAIL)
    application = work.application_called(act.session, reference)
    if application is None:
        raise NotFound("no list of the review has an application of that name")
    handled = review_allocation.handled(application)
    managers = work.managers(act.session)
    refuse(rules.why_not_examine(act.actor.id, handled=handled, managers=managers, before=()), NotPermitted)
    cases = [case for case in work.cases(act.session) if case.anchor in application.rows]
    opinions = [each for case in cases for each in work.opinions_of(act.session, case.id)]
    blind = _blind(act, cases, opinions)
    act.speak(None, "review_dossier_viewed", application=chain.digest(application.rows[0])[:16], blind=blind)
    said = application.assessment or {}
    return {
        "reference": reference,
        "blind": blind,
        "lists": _lists(act, application, blind=blind),
        "sources": _sources(act, said.get("held", [])),
        **({} if blind else {"failure_modes": said.get("modes", []), "reasons": said.get("reasons", [])}),
        "opinions": [_told(each) for each in opinions if _may_see(act, each, cases, opinions)],
        "checklist": dict(rules.CHECKLIST),
    }


def _blind(act: Act, cases: Sequence[ReviewCase], opinions: Sequence[ReviewOpinion]) -> bool:
    owes = {
        str(item.subject["case"])
        for item in work.open_items(act.session)
        if item.owner == act.actor.id and item.subject["part"] == "own"
    }
    if any(case.id in owes for case in cases):
        return True
    if Role.REVIEW_OFFICER not in act.actor.roles or Role.REVIEW_LEAD in act.actor.roles:
        return False
    mine = any(each.reviewer == act.actor.id for each in opinions)
    return not mine and not _settles(act, cases)


def _settles(act: Act, cases: Sequence[ReviewCase]) -> bool:
    """Whether the actor is the one to decide between two reviewers."""
    ids = {case.id for case in cases}
    return any(
        item.owner == act.actor.id and item.subject["case"] in ids and item.subject["place"] == rules.THIRD
        for item in work.open_items(act.session)
    )


def _may_see(act: Act, opinion: ReviewOpinion, cases: Sequence[ReviewCase], opinions: Sequence[ReviewOpinion]) -> bool:
    """One's own; those of others once the case is concluded, or to settle between them."""
    concluded = {case.id for case in cases if case.concluded_at is not None}
    if opinion.reviewer == act.actor.id or _settles(act, cases):
        return True
    return opinion.case_id in concluded and not _blind(act, cases, opinions)


def _lists(act: Act, application: ReviewApplication, *, blind: bool) -> list[dict[str, object]]:
    return [
        {
            "file": row.file,
            "line": row.line,
            "cells": {name: cell for name, cell in row.cells.items() if not (blind and name in FIRST_DECISION)},
            "findings": row.notes,
        }
        for row in work.rows_of(act.session, application.rows)
    ]


def _sources(act: Act, held: Sequence[Sequence[object]]) -> list[dict[str, object]]:
    """The likely persons of today's sources and what is recorded of them."""
    names = {f"{source}{stored.SEPARATOR}{person}": weight for source, person, weight in held}
    people, records = stored.cells_of(act.session, names), stored.records_of(act.session, names)
    return [
        {"weight": weight, "person": people[name], "records": records.get(name, [])}
        for name, weight in names.items()
        if name in people
    ]


def _told(opinion: ReviewOpinion) -> dict[str, object]:
    return {
        "place": opinion.place,
        "reviewer": opinion.reviewer,
        "decision": opinion.decision,
        "reasons": opinion.reasons,
        "outcome": opinion.outcome,
        "modes": opinion.modes,
        "checklist": opinion.checklist,
        "explanation": opinion.explanation,
    }
