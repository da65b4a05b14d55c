"""Links the people of past applications to today's sources, with their records, weighed then and now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from casebook.casework.review.known import OtherApplications
from casebook.domain.case.namesakes import NEAR_MISS
from casebook.domain.review.evidence import LinkedHistory
from casebook.domain.review.past_application import Linked, PastApplication
from casebook.domain.review.register import RegisterPerson
from casebook.domain.review.register_cells import birth_date, plain
from casebook.domain.risk.record_weight import weigh
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_model import Disclosability, RiskModel, Tier
from casebook.domain.risk.risk_scoring import known_by, qualifying, score
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.matching import linking, model
from casebook.storage.review import registers as stored

DOMESTIC = frozenset({"intimate_partner", "ex_partner", "family"})


@dataclass(frozen=True, kw_only=True)
class SourceRows:
    """Where the rows of linked people come from: cells of persons.csv, and of records.csv, by source and id."""

    cells: Callable[[Collection[str]], Mapping[str, Mapping[str, str]]]
    records: Callable[[Collection[str]], Mapping[str, Sequence[Mapping[str, object]]]]


def subjects(
    known: OtherApplications, ids: Sequence[str], linker: linking.Linker, rows: SourceRows, *, today: date
) -> dict[str, list[Linked]]:
    """The people in today's sources who may be B, by application: as far as a near miss, and whoever bears the name."""
    links = linker.link(_described(known, ids, lambda past: past.b), at_least=NEAR_MISS)
    people = {link.person for link in links}
    cells, records = rows.cells(people), rows.records(people)
    linked: dict[str, list[Linked]] = defaultdict(list)
    for link in links:
        if link.person in cells:  # else a newer extract no longer has this person: the next triage looks again
            linked[link.subject].append(_person(link, cells[link.person], records.get(link.person, []), today))
    return linked


def people_at_risk(
    known: OtherApplications, linked: Mapping[str, Sequence[Linked]], linker: linking.Linker
) -> dict[str, frozenset[str]]:
    """The numbers under which today's sources know A, of those applications where B harmed somebody close since they came."""
    asked = [id_ for id_, people in linked.items() if _harmed_since(known.pasts[id_], people)]
    numbers: dict[str, set[str]] = defaultdict(set)
    strong = model.bands().strong
    for link in linker.link(_described(known, asked, lambda past: past.a), at_least=strong):
        if link.weight >= strong:  # whoever only bears the name is somebody else
            numbers[link.subject].add(link.person.partition(stored.SEPARATOR)[2])
    return {id_: frozenset(found) for id_, found in numbers.items()}


def _harmed_since(past: PastApplication, people: Sequence[Linked]) -> bool:
    day = past.received_on.isoformat() if past.received_on else ""
    return any(
        record.victim_relationship in DOMESTIC and record.date >= day[: len(record.date)]
        for person in people
        for record in person.records
    )


def _described(
    known: OtherApplications, ids: Iterable[str], party: Callable[[PastApplication], Sequence[RegisterPerson]]
) -> Iterator[tuple[str, dict[str, str]]]:
    """A or B of each application, one row for each distinct description in a list."""
    for id_ in ids:
        yield from (
            (id_, cells)
            for cells in {
                tuple(person_cells(person).items()): person_cells(person) for person in party(known.pasts[id_])
            }.values()
        )


def person_cells(person: RegisterPerson) -> dict[str, str]:
    return {
        "forename": person.forename, "middle_names": person.middle_names, "surname": person.surname,
        "aliases": ";".join(person.other_names), "dob": person.dob, "sex": person.sex, "address": person.address,
        "postcode": person.postcode, "pnc_id": person.pnc_id, "cro": person.cro,
    }  # fmt: skip


def _person(
    link: linking.Link, cells: Mapping[str, str], records: Sequence[Mapping[str, object]], today: date
) -> Linked:
    return Linked(
        source=cells["source"],
        person_id=cells["person_id"],
        weight=link.weight,
        words=frozenset(plain(f"{cells['forename']} {cells['surname']}").split()),
        dob=birth_date(cells["dob"], latest=today)[0],
        records=tuple(SubjectRecord.from_row(record) for record in records),
    )


def history(who: Linked, day: date, today: date, risk: RiskModel, *, of_a: Collection[str] = ()) -> LinkedHistory:
    """A linked person's records by the live rules: those that could be known on `day`, and those since.

    `of_a`: the numbers under which the sources know the person at risk.
    """
    then = known_by(who.records, day)
    before = {id(record) for record in then}
    since = [record for record in who.records if id(record) not in before]
    rulings = [(record, qualifying(record, day, risk).standing) for record in then]
    qualifying_records = [record for record, standing in rulings if standing is Disclosability.QUALIFYING]
    later = [record for record in since if qualifying(record, today, risk).standing is Disclosability.QUALIFYING]
    close = [record for record in since if record.victim_relationship in DOMESTIC]
    return LinkedHistory(
        who=who,
        qualifying_then=len(qualifying_records),
        close_then=any(
            row.tier is Tier.GRAVE or row.domestic
            for record in qualifying_records
            for row in [weigh(record, 0, day, risk)]
        ),
        supporting_then=sum(standing is Disclosability.SUPPORTING for _, standing in rulings),
        points_then=score(ScoreInputs(today=day, records=then), risk).score if then else 0.0,
        qualifying_since=len(later),
        domestic_since=sum(record.victim_relationship in DOMESTIC for record in later),
        sources_then=frozenset(record.source or who.source for record in qualifying_records),
        points_since=score(ScoreInputs(today=today, records=tuple(close)), risk).score if close else 0.0,
        against_a_since=any(record.victim_id in of_a for record in since if record.victim_id),
    )
