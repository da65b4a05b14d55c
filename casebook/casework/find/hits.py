"""What is shown of each hit: what tells people apart, and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casebook.casework.core.acting import Act
from casebook.domain.case.finding import ContactCaution, PartAgrees, PersonAgrees, contact_caution
from casebook.domain.vocabulary import Party
from casebook.storage.case import finding as stored
from casebook.storage.case.finding import PersonColumns, Reader
from casebook.storage.tables import Application

LeadsBy = tuple[str, ...]  # references: from the application in which somebody was found to the one that is worked on


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One person of one application. Never what they said, their telephone number or their code word."""

    reference: str  # the one that is worked on, if it was merged
    merged_from: tuple[str, ...]
    party: str | None  # None: its personal detail was erased
    name: str
    born: str
    postcode: str
    stage: str
    submitted_at: datetime
    restricted: bool
    disposed: bool
    waiting_for: tuple[tuple[str, str | None], ...]  # role, and who holds it
    contact: ContactCaution
    parts: tuple[PartAgrees, ...]


@dataclass(frozen=True, kw_only=True)
class _Lead:
    """A person, and the applications that lead to the one that is worked on."""

    person: PersonAgrees
    reference: str
    merged_from: LeadsBy


def shown(act: Act, found: Sequence[PersonAgrees], reader: Reader, limit: int) -> tuple[tuple[Hit, ...], bool]:
    """The first hits of these people, in their order, and whether there are more.

    A person of a merged application stands for the one it leads to, once.
    """
    leads = _leads(_with_kept(act, {person.reference for person in found}, reader), found)
    first = leads[:limit]
    applications = stored.applications(act.session, {lead.reference for lead in first})
    rows = {row["id"]: row for row in stored.people(act.session, [lead.person.person_id for lead in first], ())}
    waiting = stored.waiting(act.session, list(applications))
    channels = stored.channels(act.session, list(rows))
    hits = (
        _hit(
            lead, applications[lead.reference], rows.get(lead.person.person_id),
            waiting=waiting.get(lead.reference, ()), channel=channels.get(lead.person.person_id),
        )
        for lead in first
    )  # fmt: skip
    return tuple(hits), len(leads) > limit


def _hit(
    lead: _Lead,
    application: Application,
    row: PersonColumns | None,
    *,
    waiting: Sequence[tuple[str, str | None]],
    channel: str | None,
) -> Hit:
    party = row["party"] if row else None
    known = row or dict.fromkeys(("forename", "middle_names", "surname", "dob", "postcode"), "")
    return Hit(
        reference=application.reference,
        merged_from=lead.merged_from,
        party=party,
        name=" ".join(known[part] for part in ("forename", "middle_names", "surname") if known[part]),
        born=known["dob"] or "",
        postcode=known["postcode"] or "",
        stage=application.stage,
        submitted_at=application.submitted_at,
        restricted=application.restricted,
        disposed=application.disposed_at is not None,
        waiting_for=tuple(waiting),
        contact=contact_caution(Party(party) if party else None, channel),
        parts=lead.person.parts,
    )


def _leads(merged_into: Mapping[str, str | None], found: Sequence[PersonAgrees]) -> list[_Lead]:
    """Each person of each application that is worked on, once: as they agree best."""
    leads = dict[tuple[str, str], _Lead]()
    for person in found:
        if not (way := _leads_to(merged_into, person.reference)):
            continue
        key = way[-1], person.person_id.removeprefix(person.reference)
        known = leads.get(key)
        merged_from = tuple(dict.fromkeys((*(known.merged_from if known else ()), *way[:-1])))
        leads[key] = _Lead(person=known.person if known else person, reference=way[-1], merged_from=merged_from)
    return list(leads.values())


def _with_kept(act: Act, references: set[str], reader: Reader) -> dict[str, str | None]:
    """The applications, and those they were merged into, as far as the reader may see them; each with where it leads."""
    known: dict[str, str | None] = {}
    wanted = set(references)
    while wanted:
        found = stored.merged_into(act.session, wanted, reader)
        known |= found
        wanted = {into for into in found.values() if into} - known.keys() - wanted
    return known


def _leads_to(merged_into: Mapping[str, str | None], reference: str) -> LeadsBy:
    """The way from an application to the one that is worked on; empty if the reader may not see its end."""
    way = [reference]
    while into := merged_into.get(way[-1]):
        way.append(into)
    return tuple(way) if way[-1] in merged_into else ()
