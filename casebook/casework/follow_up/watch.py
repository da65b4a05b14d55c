"""The watch over closed applications: a new qualifying record about B becomes a Right to Know proposal.

Accepting opens a Right to Know application; dismissing takes two people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core import two_people
from casebook.casework.core.acting import Act, Summary, named, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, Doing
from casebook.casework.core.work_items import open_items
from casebook.casework.intake import intake
from casebook.casework.intake.proposed import take_in_proposed
from casebook.casework.record_checks import identity, match_weights, own_register
from casebook.casework.record_checks.gathering import READ
from casebook.casework.safeguarding import danger
from casebook.domain import authority
from casebook.domain.authority import Command
from casebook.domain.case import follow_up as rules
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.risk import risk_scoring
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import Answer3, Party, Priority, Source, WorkKind
from casebook.domain.work import Need
from casebook.sources import catalogue
from casebook.sources.local_extract import LocalExtract
from casebook.sources.protocol import Cells
from casebook.storage.case import extracts
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Candidate, Person, Restriction, SourceRecord, Watch


@dataclass(frozen=True, kw_only=True)
class WatchResult:
    """The result of one pass of the watch."""

    watched: int
    proposed: list[str]  # references


@match_weights.forgetting()
def look_again(act: Act) -> WatchResult:
    """Compare the new records of the sources with the subject of every watch. Running it twice opens nothing twice."""
    act.allowed(Command.SWEEP)
    local = catalogue.local(act.session, act.now.year)
    watches = act.session.scalars(select(Watch).where(Watch.until > act.now).order_by(Watch.reference)).all()
    proposed = []
    for watch in watches:
        newer = {source: extract for source, extract in local.items() if extract.extract > (watch.seen_extract or 0)}
        if newer and (records := _new_records(act, watch, newer)):
            _propose(act, watch, records, newest=max(extract.extract for extract in newer.values()))
            proposed.append(watch.reference)
    return WatchResult(watched=len(watches), proposed=proposed)


def renew(act: Act, reference: str, *, reason: str) -> Summary:
    """Extend a watch by its full length. A person gives the reason."""
    act.allowed(Command.RENEW_WATCH, works_on=reference)
    application = act.application(reference)
    if (watch := act.session.get(Watch, reference)) is None:
        refuse_because("not_watched", "this application has no watch: a watch begins when an application is closed")
    policy = policy_of(application)
    zone = ZoneInfo(policy.calendar.timezone)
    watch.until = rules.months_after(max(watch.until, act.now), policy.watch.months.value, zone)
    watch.renewed_by, watch.renewal_reason = act.actor.id, reason
    act.record(application, "watch_renewed", until=watch.until.isoformat())
    return {"reference": reference, "until": watch.until.isoformat()}


def _new_records(act: Act, watch: Watch, newer: Mapping[Source, LocalExtract]) -> list[SubjectRecord]:
    """Qualifying records that the watch has not seen and whose person is or may be the subject."""
    return [
        record
        for source, extract in newer.items()
        for record in _fresh(act, source, watch.seen_extract or 0, _persons(act, watch, source, extract))
    ]


def _persons(act: Act, watch: Watch, source: Source, extract: LocalExtract) -> set[str]:
    """The confirmed candidates, and those who match the subject and were not rejected."""
    query = select(Candidate.person_id, Candidate.verdict).where(
        Candidate.reference == watch.reference, Candidate.party == Party.B, Candidate.source == source,
        Candidate.superseded.is_(False),
    )  # fmt: skip
    verdicts: dict[str, str | None] = {row.person_id: row.verdict for row in act.session.execute(query)}
    confirmed = {person for person, verdict in verdicts.items() if verdict == MatchVerdict.SAME}
    return confirmed | {
        person for person in _alike(act, watch, source, extract) if verdicts.get(person) != MatchVerdict.DIFFERENT
    }


def _alike(act: Act, watch: Watch, source: Source, extract: LocalExtract) -> Iterator[str]:
    subject = act.session.get(Person, f"{watch.reference}:{Party.B}")
    if subject is None or not identity.has_name(subject):
        return
    for cells in (identity.cells_of(subject), *identity.confirmed_cells(act, watch.reference, Party.B)):
        yield from _like(act, watch, source, extract, cells)


def _like(act: Act, watch: Watch, source: Source, extract: LocalExtract, cells: Cells) -> Iterator[str]:
    result = extract.find(cells)
    changed = _with_new_records(
        act, source, watch.seen_extract or 0, [person["person_id"] for person in result.persons]
    )
    persons = [person for person in result.persons if person["person_id"] in changed]
    for candidate in match_weights.score(cells, persons, result.counts, this_year=act.now.year):
        if candidate.band in READ:
            yield candidate.person_id


def _with_new_records(act: Act, source: Source, seen: int, persons: list[str]) -> set[str]:
    query = select(SourceRecord.person_id).where(
        SourceRecord.source == source, SourceRecord.person_id.in_(persons), SourceRecord.since > seen,
        SourceRecord.until.is_(None),
    )  # fmt: skip
    return set(act.session.scalars(query))


def _fresh(act: Act, source: Source, seen: int, persons: set[str]) -> Iterator[SubjectRecord]:
    """Records that qualify now and did not when the watch last saw them."""
    query = select(SourceRecord).where(SourceRecord.source == source, SourceRecord.person_id.in_(persons))
    before: set[str] = set()
    now: list[SubjectRecord] = []
    for row in act.session.scalars(query.order_by(SourceRecord.since)):
        record = SubjectRecord.from_row(extracts.record_cells(row))
        if (
            risk_scoring.qualifying(record, act.now.date(), act.documents.risk_model(act.now)).standing
            is not Disclosability.QUALIFYING
        ):
            continue
        if row.since <= seen:
            before.add(row.record_id)
        elif row.until is None and row.record_id not in before:
            now.append(record)
    yield from now


def _propose(act: Act, watch: Watch, new: list[SubjectRecord], *, newest: int) -> None:
    """Open one proposal for all new records. A sign of danger to life opens safeguarding at once."""
    application = act.application(watch.reference)
    records = sorted({record.label for record in new})
    watch.seen_extract = newest
    act.record(application, "watch_found", records=len(records), extract=newest)
    need = Need(
        kind=WorkKind.REVIEW_WATCH_PROPOSAL,
        key=f"new_record:{newest}",
        subject={"because": "new_record", "records": records},
        priority=Priority.HIGH,
    )
    open_items(act, application, [need], because="new_record")
    for sign in risk_scoring.lethality_signs(new, act.now.date(), act.documents.risk_model(act.now)):
        danger.open_safeguarding(act, application, cause=f"watch:{sign.name}", key=str(newest))


class WatchReviewed(Answer):
    """The decision on a Right to Know proposal."""

    decision: Literal["accept", "dismiss"] = Field(
        description="accept opens a Right to Know application. dismiss needs a second person to agree."
    )
    reason: str = Field(min_length=1)


def _reviewed(doing: Doing) -> None:
    first = two_people.first_to_dismiss(doing.act, doing.item)
    if first is not None:
        refuse(authority.why_not_second(doing.act.actor, [first]))
    if doing.answer.decision == "accept":
        opened = _open_right_to_know(doing)
        doing.act.record(doing.application, "right_to_know_opened", opened=opened)
    elif first is None:
        subject = {**doing.item.subject, "dismissed_by": doing.act.actor.id}
        need = Need(
            kind=WorkKind.REVIEW_WATCH_PROPOSAL, key=f"{doing.item.key}:second", subject=subject,
            priority=Priority(doing.item.priority),
        )  # fmt: skip
        open_items(doing.act, doing.application, [need], because="dismissed_once")
    else:
        doing.act.record(doing.application, "proposal_dismissed", item=doing.item.id, first=first)


def _open_right_to_know(doing: Doing) -> str:
    """Open an application about the same two people, without the first applicant."""
    application = doing.application
    form = intake.form_of(doing.act, application)
    same_people = replace(
        form,
        external_id=f"proposal-{doing.item.id}",
        relationship_started=application.relationship_started or "",
        relationship_ended=application.relationship_ended or "",
        living_together=Answer3(application.living_together),
        pregnant=Answer3(application.pregnant),
        children=tuple(application.children),
        people={party: person for party, person in form.people.items() if party is not Party.C},
    )
    opened = take_in_proposed(doing.act, doing.item.id, same_people)
    if application.restricted:
        _restrict_too(doing.act, application, opened)
    return opened.reference


def _restrict_too(act: Act, application: Application, opened: Application) -> None:
    """What follows from a restricted application is about the same people: the same people are named for it."""
    opened.restricted = True
    for staff_id in sorted(named(act.session, application)):
        act.session.add(
            Restriction(reference=opened.reference, staff_id=staff_id, named_by=act.actor.id, named_at=act.now)
        )
    act.record(opened, "restricted", reason="restricted_before")
    own_register.look(act, opened)


ANSWERS: Answers = {WorkKind.REVIEW_WATCH_PROPOSAL: Answering(schema=WatchReviewed, handler=_reviewed)}
