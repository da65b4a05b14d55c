"""Gathers the inputs of a risk score from an application. What is not known is included as a gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casebook.casework.core.acting import Act
from casebook.domain.case.panel import may_be_minor
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import Answer3, Party, Relationship
from casebook.storage import links as stored_links
from casebook.storage.case import decisions, questionnaires
from casebook.storage.documents import policy_of
from casebook.storage.tables import (
    Application,
    Candidate,
    Person,
    SafeContact,
    Search,
)


def gather(act: Act, application: Application) -> list[ScoreInputs]:
    """The present inputs: one set for each instrument used, because a score uses one instrument. Never empty."""
    without_instrument = ScoreInputs(
        today=today(act, application),
        records=tuple(
            SubjectRecord.from_row(row.record) for row in decisions.findings(act.session, application.reference)
        ),
        vulnerabilities=tuple(sorted(_vulnerabilities(act, application))),
        earlier_applications=_earlier(act, application),
        circumstances=tuple(sorted(_circumstances(application))),
        gaps=tuple(sorted((*_unknown(application), *_unsearched(act, application)))),
    )
    used = questionnaires.given(act.session, application.reference)
    return [replace(without_instrument, instrument=instrument) for instrument in used] or [without_instrument]


def today(act: Act, application: Application) -> date:
    """Today's date in the time zone of the application's policy."""
    return act.now.astimezone(ZoneInfo(policy_of(application).calendar.timezone)).date()


def _circumstances(application: Application) -> Iterator[str]:
    """Present circumstances recorded in the application."""
    if application.relationship == Relationship.EX_PARTNER or application.relationship_ended:
        yield "separation"
    if application.pregnant == Answer3.YES:
        yield "pregnancy"
    if application.living_together == Answer3.YES:
        yield "living_together"
    if application.children:
        yield "children"


def _vulnerabilities(act: Act, application: Application) -> Iterator[str]:
    """Vulnerabilities of the person at risk that the application records. Those that only a meeting shows are in the instrument."""
    a = act.session.get(Person, f"{application.reference}:{Party.A}")
    if application.pregnant == Answer3.YES:
        yield "pregnancy"
    if application.children:
        yield "dependants"
    if a is not None and may_be_minor(a.dob, today(act, application)):
        yield "under_18"
    plan = act.session.get(SafeContact, f"{application.reference}:{Party.A}")
    if plan is not None and plan.interpreter:
        yield "language_barrier"


def _earlier(act: Act, application: Application) -> int:
    """Other applications about the same people. One that may be about them does not count before somebody confirms it.

    A duplicate that was merged into this one is no other application.
    """
    links = stored_links.standing_links(act.session, application.reference)
    merged = select(Application.reference).where(Application.merged_into == application.reference)
    return len({link.other for link in links if link.why in stored_links.SURE} - set(act.session.scalars(merged)))


def _unknown(application: Application) -> Iterator[str]:
    """Facts that are not known. None of them counts as a no."""
    if application.pregnant == Answer3.UNKNOWN:
        yield "pregnancy_unknown"
    if application.living_together == Answer3.UNKNOWN:
        yield "living_together_unknown"
    if not application.relationship:
        yield "relationship_unknown"


def _unsearched(act: Act, application: Application) -> Iterator[str]:
    """Gaps in the search for the subject, one for each source or candidate."""
    reference = application.reference
    searches = select(Search).where(
        Search.reference == reference, Search.party == Party.B, Search.superseded.is_(False)
    )
    for search in act.session.scalars(searches):
        if search.result == "unavailable":
            yield "unreachable_source"
        elif search.result is None and search.mandatory:
            yield "unsearched_source"
    candidates = select(Candidate.verdict).where(
        Candidate.reference == reference, Candidate.party == Party.B, Candidate.superseded.is_(False)
    )
    for verdict in act.session.scalars(candidates):
        if verdict is None:
            yield "unreviewed_candidate"
        elif verdict == "cannot_tell":
            yield "undecided_candidate"
