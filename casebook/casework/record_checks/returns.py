"""Returns from sources that people search or an agency answers, and sources that are unavailable."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select

from casebook import bounds
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.record_checks import automatic, by_hand, candidates, identity
from casebook.casework.record_checks.gathering import Gathered, bounds_of
from casebook.domain import authority
from casebook.domain.case.record_checks import RowResult, SearchResult
from casebook.domain.vocabulary import Flag, MatchBand, Party, RecordKind, Role, VictimRelationship
from casebook.errors import InvalidAnswer, NotPermitted
from casebook.sources.protocol import Answered
from casebook.storage.case.extracts import PERSON_CELLS, RECORD_CELLS
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Candidate, Search, WorkItem


class ReturnPart(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)


_DATE = r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"


class SearchMade(ReturnPart):
    """One search as it was typed. An empty field was not part of it."""

    forename: str = ""
    surname: str = ""
    dob: str = Field(
        default="", pattern=_DATE, description="ISO date, may be partial. Empty if searched without a date."
    )
    age_range: bool = Field(default=False, description="If searched without a date: an age range was given instead.")
    pivot: str = Field(default="", description="An address, postcode, phone or identifier.")
    result: RowResult


class RecordSeen(ReturnPart):
    """What one record says, in the columns of records.csv. Never a copy of the record."""

    record_id: str = Field(min_length=1)
    kind: RecordKind
    offence_code: str = ""
    offence_text: str = ""
    date: str = Field(default="", pattern=_DATE)
    outcome: str = ""
    victim_id: str = ""
    victim_relationship: VictimRelationship = VictimRelationship.UNKNOWN
    flags: list[Flag] = Field(default_factory=list)
    owner: str = Field(default="", description="The originator (owner of the information). Empty: our own force.")
    source_evaluation: Literal["", "1", "2", "3"] = ""
    intelligence_assessment: Literal["", "A", "B", "C", "D", "E"] = ""
    handling: Literal["", "P", "C"] = ""


class PersonSeen(ReturnPart):
    """A person in the source who may be the person searched for."""

    model_config = ConfigDict(str_max_length=bounds.TEXT)

    person_id: str = Field(min_length=1, description="The source's own number for this person.")
    forename: str = ""
    middle_names: str = ""
    surname: str = ""
    aliases: list[str] = Field(default_factory=list, max_length=bounds.NAMES)
    dob: str = Field(default="", pattern=_DATE)
    sex: Literal["f", "m", "x", "unknown"] = "unknown"
    address: str = ""
    postcode: str = ""
    pnc_id: str = ""
    cro: str = ""
    records: list[RecordSeen] = Field(default_factory=list)


class SearchReturned(Answer):
    """The return from one source: each search made, the persons found, and where the evidence is kept."""

    result: Literal["hit", "nil", "unavailable", "asked"] = Field(
        description="nil: a nil return. asked: an agency was asked or chased and has not answered yet."
    )
    searches: list[SearchMade] = Field(default_factory=list, description="Every search made, in order.")
    persons: list[PersonSeen] = Field(
        default_factory=list, description="Every person found who may be the person searched for."
    )
    searched_at: AwareDatetime | None = Field(default=None, description="When the source answered.")
    evidence_reference: str | None = Field(default=None, description="Where the evidence of the searches is kept.")
    summary: str | None = Field(default=None, description="What was found, in one sentence. Never a copy of a record.")
    unavailable_reason: str | None = Field(default=None, description="Why the source cannot be searched.")
    accept_unavailable: bool | None = Field(
        default=None, description="Supervisors only: whether record checks may go on without this source."
    )


def returned(doing: Doing) -> None:
    """Record a return. A nil return must list its searches. A supervisor must accept that a source is unavailable."""
    search = doing.act.session.get_one(Search, doing.item.subject["search"])
    answer: SearchReturned = doing.answer
    if doing.item.subject.get("accept"):
        _accept(doing, search, answer)
        return
    refuse_malformed(answer)
    if answer.result == "asked":
        automatic.attempt(doing.act, search, "asked")
        return
    search.returned_at, search.returned_by = doing.act.now, doing.act.actor.id
    search.searched_at = answer.searched_at or doing.occurred_at
    if search.searched_at > doing.act.now:
        refuse_because(
            "in_the_future", "searched_at is in the future: give the time when the source answered", InvalidAnswer
        )
    search.result, search.unavailable_reason = SearchResult(answer.result), answer.unavailable_reason
    search.evidence_reference, search.summary = answer.evidence_reference, answer.summary
    search.terms = [made.model_dump(mode="json") for made in answer.searches]
    read, keys = by_hand.terms_read(search), by_hand.asked(doing.act, search)
    search.covered = by_hand.covered(doing.act, doing.application, search, read, keys)
    automatic.attempt(doing.act, search, "returned" if answer.result != "unavailable" else "unavailable")
    _propose(doing.act, doing.application, search, answer.persons)


def take_back(act: Act, application: Application, item: WorkItem) -> None:
    """The source is searched again. Whom only this return named is no candidate any more."""
    search = act.session.get_one(Search, item.subject["search"])
    if item.subject.get("accept"):
        search.accepted_by = None
        return
    if search.returned_at is None or search.superseded:
        refuse_because("nothing_returned", "this answer returned nothing, or the source was searched again since")
    search.superseded = True
    found = select(Candidate).where(Candidate.search_id == search.id, Candidate.reference == application.reference)
    for candidate in act.session.scalars(found):
        candidates.take_back(act, candidate)
        candidate.superseded = True


def refuse_malformed(answer: SearchReturned) -> None:
    """Refuse a return that is incomplete or contradicts itself."""
    hits = [made for made in answer.searches if made.result is RowResult.HIT]
    match answer.result:
        case "asked":
            return
        case "unavailable":
            if not answer.unavailable_reason:
                refuse_because(
                    "reason_missing", "say in unavailable_reason why the source is unavailable", InvalidAnswer
                )
            return
        case _ if not answer.searches or not answer.evidence_reference:
            refuse_because(
                "no_searches",
                "list each search made in searches, and give evidence_reference: where the evidence is kept",
                InvalidAnswer,
            )
        case "nil" if hits or answer.persons:
            refuse_because(
                "nil_with_hits",
                "a nil return cannot have hits or persons. If someone was found, the result is hit",
                InvalidAnswer,
            )
        case "nil" if all(made.result is RowResult.TOO_MANY for made in answer.searches):
            refuse_because(
                "nil_with_too_many",
                "this is not a nil return: every search found too many people to read. Narrow the search",
                InvalidAnswer,
            )
        case "hit" if not (hits and answer.persons):
            refuse_because(
                "hit_without_persons", "a hit needs a search whose result is hit, and the persons found", InvalidAnswer
            )
    if any(not (made.forename or made.surname or made.pivot) for made in answer.searches):
        refuse_because(
            "empty_search",
            "each search needs a name, or a pivot: an address, postcode, phone number or identifier",
            InvalidAnswer,
        )


def _propose(act: Act, application: Application, search: Search, persons: list[PersonSeen]) -> None:
    """Propose every person whom the researcher entered as a candidate, however low the match weight."""
    subject = identity.person_of(act, application, Party(search.party))
    cells = identity.cells_of(subject) if subject else {}
    limit = policy_of(application).search.candidates.value
    gathered = Gathered(limit=max(limit, len(persons)), bounds=bounds_of(policy_of(application)))
    records = {
        person.person_id: tuple(_record_cells(search, person, record) for record in person.records)
        for person in persons
    }
    rows = [{**_person_cells(search, person), "records": records[person.person_id]} for person in persons]
    gathered.add(Answered(persons=tuple(rows)), cells, this_year=act.now.year, bands=frozenset(MatchBand))
    gathered.place(records, act.now.date(), act.documents.risk_model(act.now))
    candidates.propose(act, application, search, gathered, records, only_add=True)


def _person_cells(search: Search, person: PersonSeen) -> dict[str, Any]:
    values = person.model_dump(mode="json", exclude={"records"})
    values |= {"source": search.source, "aliases": ";".join(person.aliases)}
    return {name: values.get(name) or "" for name in PERSON_CELLS}


def _record_cells(search: Search, person: PersonSeen, record: RecordSeen) -> dict[str, str]:
    values = record.model_dump(mode="json")
    values |= {"source": search.source, "person_id": person.person_id, "flags": ";".join(record.flags)}
    return {name: values.get(name) or "" for name in RECORD_CELLS}


def _accept(doing: Doing, search: Search, answer: SearchReturned) -> None:
    """Record whether record checks may go on without this source. Needs a supervisor who did not make the return."""
    if Role.SUPERVISOR not in doing.act.actor.roles:
        refuse_because("not_permitted", "only a supervisor can accept that a source is unavailable", NotPermitted)
    refuse(authority.why_not_second(doing.act.actor, [search.returned_by]))
    if answer.accept_unavailable is None or answer.result != "unavailable":
        refuse_because(
            "accept_or_not",
            "say in accept_unavailable whether record checks may go on without this source",
            InvalidAnswer,
        )
    if answer.accept_unavailable:
        search.accepted_by = doing.act.actor.id
    else:
        search.superseded = True  # the source must be searched after all: the next round opens at once
