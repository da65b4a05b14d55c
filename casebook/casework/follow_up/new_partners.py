"""Right to Know without an application: a new grave record names a partner whom no application covers.

Each such person becomes a proposal to a supervisor. Accepting opens a Right to Know application; dismissing takes two people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import select

from casebook.casework.core import unit_items
from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.answers import Answering, UnitDoing
from casebook.casework.core.work_items import due_by_policy
from casebook.casework.follow_up import unit_proposals
from casebook.casework.intake.proposed import take_in_proposed
from casebook.casework.record_checks import own_register
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.case.intake import Form, PersonForm
from casebook.domain.risk import risk_scoring
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import Applicant, Party, Priority, Route, Sex, Stage, WorkKind
from casebook.domain.work import Need
from casebook.sources import catalogue
from casebook.storage.case import extracts, repeats
from casebook.storage.tables import Application, SourceRecord, Watch, WorkItem
from casebook.values.text import items

NAMES_PARTNER = "record_names_partner"
PARTNER = frozenset({"intimate_partner", "ex_partner"})


def propose(act: Act) -> int:
    """Open a proposal for each person whose new grave records name an uncovered partner. Returns how many were opened.

    New is what the first load of a source did not have. Running it twice opens nothing twice.
    """
    act.allowed(Command.SWEEP)
    opened = 0
    for source in catalogue.local(act.session, act.now.year):
        rows = extracts.added_about(act.session, source, PARTNER)
        for person_id, records in groupby(rows, key=lambda row: row.person_id):
            opened += _propose_one(act, source, person_id, list(records))
    if opened:
        act.record(None, "right_to_know_proposed", because=NAMES_PARTNER, items=opened)
    return opened


def _propose_one(act: Act, source: str, person_id: str, added: list[SourceRecord]) -> bool:
    """Propose it for the grave ones of these records that no proposal has named and no application covers."""
    told = _told(act, source, person_id)
    untold = [row for row in added if _record(row).label not in told]
    grave = _grave(act, source, person_id) if untold else set()
    alarming = [row for row in untold if _record(row).label in grave]
    about_him = _applications(act, Party.B, source, person_id) if alarming else set()
    records = [row for row in alarming if not _covered(act, source, about_him, row.victim_id)]
    if not records:
        return False
    subject: dict[str, object] = {
        "because": NAMES_PARTNER, "source": source, "person": person_id,
        "records": sorted(_record(row).label for row in records),
        "partner": next((row.victim_id for row in records if row.victim_id), None),
    }  # fmt: skip
    key = chain.digest({"partner_of": [source, person_id], "records": subject["records"]})
    need = Need(kind=WorkKind.REVIEW_WATCH_PROPOSAL, key=key, priority=Priority.HIGH, subject=subject, due_at=_due(act))
    unit_items.open_item(act, need)
    return True


def _due(act: Act) -> datetime | None:
    """When such a proposal is due: as one on an application."""
    return due_by_policy(act, WorkKind.REVIEW_WATCH_PROPOSAL, Priority.HIGH)


def _record(row: SourceRecord) -> SubjectRecord:
    return SubjectRecord.from_row(extracts.record_cells(row))


def _grave(act: Act, source: str, person_id: str) -> set[str]:
    """The records of a person, by label, that show a danger to life."""
    history = [_record(row) for row in extracts.records(act.session, source, [person_id])]
    signs = risk_scoring.lethality_signs(history, act.now.date(), act.documents.risk_model(act.now))
    return {label for sign in signs for label in sign.records}


def _told(act: Act, source: str, person_id: str) -> set[str]:
    """The records that an earlier proposal about this person named, whatever came of it."""
    query = select(WorkItem.subject).where(
        WorkItem.kind == WorkKind.REVIEW_WATCH_PROPOSAL, WorkItem.reference.is_(None),
        WorkItem.subject["person"].astext == person_id, WorkItem.subject["source"].astext == source,
    )  # fmt: skip
    return {str(label) for subject in act.session.scalars(query) for label in subject.get("records", ())}


def _covered(act: Act, source: str, about_him: set[str], partner: str | None) -> bool:
    """Whether one of these applications is open or watched and, if the record tells who it is, is the partner's."""
    about = about_him
    if partner and extracts.person(act.session, source, partner) is not None:
        about = about_him & _applications(act, Party.A, source, partner)
    return any(_looked_after(act, reference) for reference in sorted(about))


def _applications(act: Act, party: Party, source: str, person_id: str) -> set[str]:
    """The applications of which somebody confirmed this person, or whose details are surely theirs."""
    confirmed = repeats.applications_of(act.session, party, source, person_id)
    row = extracts.person(act.session, source, person_id)
    return confirmed | (own_register.surely(act, party, extracts.person_cells(row)) if row else set())


def _looked_after(act: Act, reference: str) -> bool:
    application = act.session.get_one(Application, reference)
    if application.stage != Stage.CLOSED:
        return True
    watch = act.session.get(Watch, application.merged_into or reference)
    return watch is not None and watch.until > act.now


def _detail(act: Act, item: WorkItem) -> Mapping[str, object]:
    """What a supervisor reads before they answer: the person, the partner if the source has them, and all records."""
    if item.subject.get("because") != NAMES_PARTNER:
        return {}
    source, person_id = str(item.subject["source"]), str(item.subject["person"])
    act.record(None, "proposal_viewed", item=item.id)
    return {
        "person": _cells(act, source, person_id),
        "partner": _cells(act, source, str(item.subject["partner"] or "")),
        "all_records": [extracts.record_cells(row) for row in extracts.records(act.session, source, [person_id])],
    }


def _cells(act: Act, source: str, person_id: str) -> dict[str, str]:
    row = extracts.person(act.session, source, person_id)
    return extracts.person_cells(row) if row else {}


def beside(of_applications: Answering, of_past_ones: Answering) -> Answering:
    """How a proposal is answered: on an application, about a past application, or from a record alone."""

    def answered(doing: UnitDoing) -> None:
        if doing.item.subject.get("because") == NAMES_PARTNER:
            _decided(doing)
        elif of_past_ones.unit_handler is not None:
            of_past_ones.unit_handler(doing)

    return replace(of_applications, unit_handler=answered, detail=_detail)


def _decided(doing: UnitDoing) -> None:
    act, item = doing.act, doing.item
    unit_proposals.decide(doing, lambda: _open_application(act, item), second_due_at=_due(act), item=item.id)


def _open_application(act: Act, item: WorkItem) -> str:
    source = str(item.subject["source"])
    people = {
        Party.A: _form(Party.A, _cells(act, source, str(item.subject["partner"] or ""))),
        Party.B: _form(Party.B, _cells(act, source, str(item.subject["person"]))),
    }
    if not people[Party.B].known:
        refuse_because("gone", "this person is no longer in the source: ask it again, and enter an application by hand")
    form = Form(
        external_id=f"proposal-{item.id}", submitted_at=act.now, route=Route.RIGHT_TO_KNOW, applicant=Applicant.AGENCY,
        people={party: person for party, person in people.items() if person.known},
    )  # fmt: skip
    return take_in_proposed(act, item.id, form).reference


def _form(party: Party, cells: Mapping[str, str]) -> PersonForm:
    known = defaultdict(str, cells)
    return PersonForm(
        party=party, forename=known["forename"], middle_names=known["middle_names"], surname=known["surname"],
        aliases=items(known["aliases"]), dob=known["dob"], sex=known["sex"] if known["sex"] in set(Sex) else Sex.UNKNOWN,
        address=known["address"], postcode=known["postcode"], pnc_id=known["pnc_id"], cro=known["cro"],
    )  # fmt: skip
