"""The dossier of a past application, for a reviewer. It hides the first decision until the reviewer's own is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.review import allocation, ranking
from casebook.domain.authority import Command
from casebook.domain.review import cases as rules
from casebook.domain.review.why import why_this_one
from casebook.errors import NotPermitted
from casebook.storage.review import cases as work
from casebook.storage.review import live
from casebook.storage.review import registers as stored
from casebook.storage.tables import Application, ReviewApplication, ReviewCase, ReviewOpinion, WorkItem

FIRST_DECISION = frozenset({"outcome", "disclosed_on", "rationale", "handler", "approver"})


def dossier(act: Act, reference: str) -> dict[str, object]:
    """Everything in the lists and today's sources. The view is recorded. Refused to whoever handled it, and their managers."""
    application, lists = _opened(act, reference)
    handled = allocation.handled(application)
    managers = work.managers(act.session)
    refuse(rules.why_not_examine(act.actor.id, handled=handled, managers=managers, before=()), NotPermitted)
    cases = [case for case in work.cases(act.session) if case.anchor in application.rows]
    opinions = [opinion for case in cases for opinion in work.opinions_of(act.session, case.id)]
    owed = [item for item in work.open_items(act.session) if item.owner == act.actor.id and _of(item, cases)]
    settles = any(item.subject["place"] == rules.THIRD for item in owed)
    blind = _blind(act, owed, opinions, settles=settles)
    concluded = {case.id for case in cases if case.concluded_at is not None}
    _viewed(act, application, lists, blind=blind)
    assessment = application.assessment or {}
    return {
        "reference": reference,
        "blind": blind,
        "lists": [_list(row, blind=blind) for row in lists],
        "sources": _sources(act, assessment.get("held", [])),
        **(
            {}
            if blind
            else {
                "failure_modes": assessment.get("modes", []),
                "reasons": assessment.get("reasons", []),
                "why": _why(act, assessment, lists),
            }
        ),
        "opinions": [
            _opinion_shown(opinion)
            for opinion in opinions
            # the reader's own; those of others once the case is concluded, or to the third reviewer who settles it
            if opinion.reviewer == act.actor.id or settles or (opinion.case_id in concluded and not blind)
        ],
        "checklist": dict(rules.CHECKLIST),
    }


def _opened(act: Act, reference: str) -> tuple[ReviewApplication, Sequence[stored.ListedRow]]:
    """The application and what the lists say of it. Refused to whoever may not read it."""
    act.allowed(Command.SEE_PERSONAL_DETAIL)
    act.allowed(Command.SEE_OTHER_CASES)
    application = ranking.called(act, reference)
    lists = stored.rows_of(act.session, application.rows)
    if not lists:
        refuse_because("gone", "this application cannot be reviewed any more: it was restricted or disposed of")
    return application, lists


def _of(item: WorkItem, cases: Sequence[ReviewCase]) -> bool:
    return any(case.id == item.subject["case"] for case in cases)


def _blind(act: Act, owed: Sequence[WorkItem], opinions: Sequence[ReviewOpinion], *, settles: bool) -> bool:
    """Whether the first decision is hidden. `owed`: the reader's open work items on this application."""
    if any(item.subject["part"] == "own" for item in owed):
        return True
    return ranking.blind(act) and not settles and all(opinion.reviewer != act.actor.id for opinion in opinions)


def _viewed(act: Act, application: ReviewApplication, lists: Sequence[stored.ListedRow], *, blind: bool) -> None:
    """Record the view, also in the chain of each application of the casebook whose detail is shown."""
    for row in lists:
        if row.id == live.row_id(reference := row.cells.get("reference", "")):
            act.record(act.session.get_one(Application, reference), live.DOSSIER, blind=blind)
    act.record(None, live.DOSSIER, application=live.named(application.rows[0]), blind=blind)


def _list(row: stored.ListedRow, *, blind: bool) -> dict[str, object]:
    return {
        "file": row.file,
        "line": row.line,
        "cells": {name: cell for name, cell in row.cells.items() if not (blind and name in FIRST_DECISION)},
        "findings": row.notes,
    }


def _sources(act: Act, linked: Sequence[Sequence[object]]) -> list[dict[str, object]]:
    """The likely persons in today's sources, with their records."""
    names = {f"{source}{stored.SEPARATOR}{person}": weight for source, person, weight in linked}
    people, records = stored.cells_of(act.session, names), stored.records_of(act.session, names)
    return [
        {"weight": weight, "person": people[name], "records": records.get(name, [])}
        for name, weight in names.items()
        if name in people
    ]


def _why(act: Act, assessment: Mapping[str, Any], lists: Sequence[stored.ListedRow]) -> dict[str, object] | None:
    """Why it stands where it does; None if nothing speaks against it."""
    if not assessment.get("suspicion"):
        return None
    person = stored.SEPARATOR.join(assessment["person"]) if assessment["person"] else ""
    cells = stored.cells_of(act.session, [person]).get(person) if person else None
    given = next((row.cells for row in lists if row.cells.get("b_surname")), {})
    subject = " ".join(filter(None, (given.get("b_forename"), given.get("b_surname"), given.get("b_dob"))))
    factors = act.documents.review(act.now).weights.signs.value
    return why_this_one(
        assessment["suspicion"], assessment["signs"], factors, person=cells, subject=subject
    ).to_dict()  # fmt: skip


def _opinion_shown(opinion: ReviewOpinion) -> dict[str, object]:
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
