"""Frames of the record-checks gate: a row for each source, variant, candidate and signature that is required.

Built from the rows themselves, not from the use cases: the gate is an independent check of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.domain.case.own_register import LinkKind
from casebook.domain.policy import Policy
from casebook.domain.vocabulary import Party, Route, Source
from casebook.storage import links, people
from casebook.storage import session as storage
from casebook.storage.case import record_checks
from casebook.storage.documents import policy_of
from casebook.storage.frames import FrameRows
from casebook.storage.tables import Application, Assurance, Candidate, Meeting, Person, Search


def frames(session: Session, references: Sequence[str]) -> dict[str, FrameRows]:
    """Build the frames `sources`, `coverage`, `candidates`, `links`, `signatures`, `signs` and `meeting`."""
    rows: dict[str, FrameRows] = {
        name: [] for name in ("sources", "coverage", "candidates", "links", "signatures", "signs", "meeting")
    }
    now = storage.now(session)
    for application in session.scalars(select(Application).where(Application.reference.in_(references))):
        policy = policy_of(application)
        live = record_checks.searches(session, application.reference)
        signed = _signed(session, application.reference)
        rows["sources"] += _sources(session, application, policy, live, now)
        rows["coverage"] += _coverage(application, live, signed["adequacy"])
        rows["candidates"] += _candidates(session, application)
        rows["links"] += _links(session, application)
        rows["signatures"] += _signatures(session, application, signed)
        rows["signs"] += _signs(session, application)
        rows["meeting"].append(_meeting(session, application))
    return rows


def _sources(
    session: Session, application: Application, policy: Policy, live: Sequence[Search], now: datetime
) -> FrameRows:
    """One row for each mandatory source: are all its returns fresh, and was an absence accepted by another person?"""
    required = [(Party.B, source) for source in policy.mandatory_sources(Route(application.route))]
    a = session.get(Person, f"{application.reference}:{Party.A}")
    if a is not None and (a.forename or a.surname or a.aliases):
        required.append((Party.A, Source.RMS))
    return [
        {
            "reference": application.reference,
            "party": party.value,
            "source": source.value,
            **_returned(
                [search for search in live if (search.party, search.source) == (party, source)],
                now - timedelta(days=policy.sources.freshness(source).value),
            ),
        }
        for party, source in required
    ]


def _returned(rounds: Sequence[Search], oldest: datetime) -> dict[str, object]:
    results = [search.result for search in rounds]
    moments = [search.searched_at or search.returned_at for search in rounds]
    absent = [search for search in rounds if search.result == "unavailable"]
    return {
        # the weakest of the rounds; None if one is open or there is none
        "result": None if not results or None in results else "unavailable" if absent else min(r for r in results if r),
        "fresh": bool(moments) and all(moment is not None and moment >= oldest for moment in moments),
        "returned_by": None if not rounds or None in {s.returned_by for s in rounds} else rounds[0].returned_by,
        "acceptable": all(
            search.accepted_by is not None and search.accepted_by != search.returned_by and search.unavailable_reason
            for search in absent
        ),
    }


def _coverage(application: Application, live: Sequence[Search], adequacy: Assurance | None) -> FrameRows:
    """One row per mandatory source and variant of B: covered by a return, or listed in the second person's signature."""
    required: dict[tuple[str, str], bool] = {}
    for search in live:
        if search.party == Party.B and search.mandatory:
            for key in (*search.required, *search.covered):
                pair = (search.source, key)
                required[pair] = required.get(pair, False) or (search.result is not None and key in search.covered)
    named = set(adequacy.uncovered) if adequacy else set()
    return [
        {
            "reference": application.reference,
            "source": source,
            "variant": key,
            "covered_or_signed": covered or f"{source}:{key}" in named,
        }
        for (source, key), covered in required.items()
    ]


def _candidates(session: Session, application: Application) -> FrameRows:
    return [
        {
            "reference": application.reference,
            "candidate": candidate.id,
            "verdict": candidate.verdict,
            "reviewed_by": candidate.reviewed_by,
            "reason": candidate.reason,
            "seen_by_second": _seen(candidate),
        }
        for candidate in record_checks.candidates(session, application.reference, party=None)
    ]


def _links(session: Session, application: Application) -> FrameRows:
    """Each other application that may be about the same B, and what two people say of it."""
    shown = links.shown_links(session, application.reference)
    sure = {link.other for link in shown if link.why == LinkKind.SAME_SUBJECT}
    return [
        {
            "reference": application.reference,
            "pair": link.pair,
            "verdict": link.verdict,
            "seen_by_second": link.verdict == "same" or link.second_by not in {None, link.reviewed_by},
        }
        for link in shown
        if link.why == LinkKind.MAY_BE_SAME_SUBJECT and link.other not in sure
    ]


def _seen(candidate: Candidate) -> bool:
    another = candidate.second_by is not None and candidate.second_by != candidate.reviewed_by
    return another and candidate.second_agrees is True


def _signed(session: Session, reference: str) -> Mapping[str, Assurance | None]:
    facts = record_checks.facts(session, reference)
    return {kind: record_checks.assurance(session, reference, kind, facts) for kind in ("identity", "adequacy")}


def _signatures(session: Session, application: Application, signed: Mapping[str, Assurance | None]) -> FrameRows:
    """One row for each signature that is needed. Only a signature on the present facts counts."""
    researchers = people.researchers_of(session, application.reference)
    return [
        {
            "reference": application.reference,
            "kind": kind,
            "signed_by": row.signed_by if row else None,
            "statement": row.statement if row else None,
            "confidence": row.confidence if row else None,
            "by_another": kind == "identity" or (row is not None and row.signed_by not in researchers),
        }
        for kind, row in signed.items()
    ]


def _signs(session: Session, application: Application) -> FrameRows:
    return [
        {
            "reference": application.reference,
            "sign": sign.code,
            "answered_by": sign.answered_by,
            "answered": sign.cleared is not None,
        }
        for sign in record_checks.signs(session, application.reference)
    ]


def _meeting(session: Session, application: Application) -> dict[str, object]:
    kind = "meeting" if application.route == Route.RIGHT_TO_ASK else "located"
    row = record_checks.meeting(session, application.reference)
    return {
        "reference": application.reference,
        "kind": row.kind if row and row.kind == kind else None,
        "held_or_excepted": row is not None and (row.held or _is_excepted(row)),
    }


def _is_excepted(row: Meeting) -> bool:
    """Whether somebody else accepted the reason why a meeting cannot be held."""
    accepted = row.accepted_by is not None and row.accepted_by != row.recorded_by
    return accepted and bool(row.exception_reason and row.exception_reason.strip())
