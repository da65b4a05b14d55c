"""Triage: links past applications to today's sources, and assesses them by the live rules, as of their decision and now.

It works in chunks that are committed one by one. An interrupted triage continues where it stopped, with the same ranking.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from casebook import policies
from casebook.casework.core.acting import Act, Acting
from casebook.casework.review import known as review_known
from casebook.casework.review import registers
from casebook.casework.review.known import OtherApplications
from casebook.casework.review.registers import Reconciled
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.policy import Policy
from casebook.domain.review.evidence import PERHAPS, Evidence, LinkedHistory
from casebook.domain.review.past_application import Linked, same_text, set_apart
from casebook.domain.review.ranking import assess
from casebook.domain.review.register import RegisterPerson
from casebook.domain.review.register_cells import birth_date, plain
from casebook.domain.risk.record_weight import weigh
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_model import Disclosability, RiskModel, Tier
from casebook.domain.risk.risk_scoring import known_by, qualifying, score
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import Limit, Priority
from casebook.matching import linking, model
from casebook.policies import review as review_policy
from casebook.policies import risk_model
from casebook.storage.case import extracts
from casebook.storage.review import registers as stored

CHUNK = 4_000  # applications linked, assessed and committed at a time
RULES = "triage-3"
SHOWN = 10  # likely persons in today's sources whose ids are stored for the reviewer
DOMESTIC = frozenset({"intimate_partner", "ex_partner", "family"})


@dataclass(frozen=True, kw_only=True)
class Triaged:
    applications: int
    assessed: int  # in this run; the others were assessed before on the same facts
    linked: int  # applications whose subject may be a person in the sources
    modes: dict[str, int]
    contact: dict[str, int]
    digest: str  # digest of the whole ranking


def triage(acting: Acting, progress: Callable[[int, int], None] = lambda _done, _of: None) -> Triaged:
    """Reconcile if needed, assess applications that are not assessed on today's facts, and rank all of them."""
    with acting() as act:
        act.allowed(Command.TRIAGE)
        reconciled = registers.reconciled(act)
        basis = _basis(act, reconciled)
        done = stored.assessed(act.session, basis)
        loaded = bool(extracts.loaded(act.session))
    known = review_known.known_of(reconciled)
    del reconciled  # frees the rows of every list, which an assessment does not need
    pending = sorted(set(known.pasts) - done)
    if pending:
        _assess_all(acting, known, pending, basis=basis, loaded=loaded, progress=progress)
    with acting() as act:
        return _ranked(act, basis, assessed=len(pending))


def _basis(act: Act, reconciled: Reconciled) -> str:
    """A digest of everything that an assessment depends on, other than the application itself."""
    return chain.digest(
        [
            RULES,
            reconciled.fingerprint,
            sorted(extracts.loaded(act.session).items()),
            risk_model.load().version,
            chain.digest(model.settings()),
            review_policy.load().version,
            registers.today(act).isoformat(),
        ]
    )


def _assess_all(
    acting: Acting,
    known: OtherApplications,
    pending: Sequence[str],
    *,
    basis: str,
    loaded: bool,
    progress: Callable[[int, int], None],
) -> None:
    with acting() as act, linking.linker(stored.persons(act.session), this_year=act.now.year) as linker:
        for start in range(0, len(pending), CHUNK):
            chunk = pending[start : start + CHUNK]
            links = linker.link(_subjects(known, chunk), at_least=model.bands().possible)
            with acting() as inner:
                _assess(inner, known, chunk, links, basis=basis, loaded=loaded)
            progress(start + len(chunk), len(pending))


def _subjects(known: OtherApplications, ids: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The subject of each application, one row for each distinct description in a list."""
    for id_ in ids:
        yield from (
            (id_, cells)
            for cells in {
                tuple(subject_cells(person).items()): subject_cells(person) for person in known.pasts[id_].b
            }.values()
        )


def subject_cells(person: RegisterPerson) -> dict[str, str]:
    return {
        "forename": person.forename, "middle_names": person.middle_names, "surname": person.surname,
        "aliases": ";".join(person.other_names), "dob": person.dob, "sex": person.sex, "address": person.address,
        "postcode": person.postcode, "pnc_id": person.pnc_id, "cro": person.cro,
    }  # fmt: skip


def _assess(
    act: Act, known: OtherApplications, ids: Sequence[str], links: Sequence[linking.Link], *, basis: str, loaded: bool
) -> None:
    people = {link.person for link in links}
    cells, records = stored.cells_of(act.session, people), stored.records_of(act.session, people)
    linked: dict[str, list[Linked]] = defaultdict(list)
    for link in links:
        if link.person not in cells:  # a newer extract no longer has this person: the next triage looks again
            continue
        linked[link.subject].append(
            _linked(link, cells[link.person], records.get(link.person, []), registers.today(act))
        )
    stored.keep_assessments(
        act.session,
        [
            {
                "id": id_,
                "basis": basis,
                "assessment": json.dumps(
                    _assessment(act, known, id_, set_apart(known.pasts[id_].b, linked[id_]), loaded=loaded)
                ),
            }
            for id_ in ids
        ],
    )


def _linked(
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


def _assessment(
    act: Act, known: OtherApplications, id_: str, linked: Sequence[Linked], *, loaded: bool
) -> dict[str, object]:
    past, today = known.pasts[id_], registers.today(act)
    policy = _policy(past.received_on or past.decided_on or today)
    limit = policy.limit(Limit.WHOLE_PROCESS, past.route)
    allowed = limit.allowance(Priority.STANDARD).value.budget if limit else 0
    day = past.known_by(allowed, today)
    evidence = Evidence(
        past=past,
        held=tuple(
            held(person, day, today, risk_model.load())
            for person in sorted(linked, key=lambda person: (-person.weight, person.source, person.dob))
        ),
        known_by=day,
        mandatory=frozenset(policy.mandatory_sources(past.route)),
        allowed_days=allowed,
        copies=known.copies[same_text(past.rationale)],
        earlier=review_known.earlier(known, id_),
        sources_loaded=loaded,
    )
    facts = {
        "year": str(past.received_on.year) if past.received_on else "",
        "handlers": sorted(past.handlers),
        "approvers": sorted(past.approvers),
        "registers": list(past.registers),
        "outcome": past.outcome or "unknown",
        "findings": list(past.findings),
        "linked": bool(linked),
        "held": [[*match.person, match.weight] for match in _likeliest(linked)],
        "model": chain.digest(model.settings())[:16],
        "same_person": known.same_person[id_],
    }
    return assess(evidence, review_policy.load().weights).to_dict() | facts


def _likeliest(linked: Sequence[Linked]) -> list[Linked]:
    """The likeliest persons, for reviewers, and to compare with another matching model."""
    ordered = sorted(linked, key=lambda match: (-match.weight, match.person))
    return [match for match in ordered if match.chance >= PERHAPS][:SHOWN]


def held(who: Linked, day: date, today: date, risk: RiskModel) -> LinkedHistory:
    """A linked person's records by the live rules: those that could be known on `day`, and those since."""
    then = known_by(who.records, day)
    before = {id(record) for record in then}
    since = [record for record in who.records if id(record) not in before]
    rulings = [(record, qualifying(record, day, risk).standing) for record in then]
    qualifying_records = [record for record, standing in rulings if standing is Disclosability.QUALIFYING]
    later = [record for record in since if qualifying(record, today, risk).standing is Disclosability.QUALIFYING]
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
    )


def _policy(day: date) -> Policy:
    try:
        return policies.for_receipt(datetime.combine(day, time(12), UTC))
    except policies.NoPolicyInForce:
        return min((policies.load(name) for name in policies.names()), key=lambda policy: policy.in_force_from.value)


def _ranked(act: Act, basis: str, *, assessed: int) -> Triaged:
    stored.rank(act.session)
    order, linked, modes, contact = list[list[object]](), 0, Counter[str](), Counter[str]()
    for row in stored.ranking(act.session):
        order.append([row.id, row.rank])
        linked += bool(row.linked)
        modes.update(row.modes)
        contact[row.contact_priority] += 1
    result = Triaged(
        applications=len(order),
        assessed=assessed,
        linked=linked,
        modes=dict(sorted(modes.items())),
        contact=dict(sorted(contact.items())),
        digest=chain.digest(order),
    )
    stored.keep_state(
        act.session, stored.TRIAGED, basis, act.now, {"applications": len(order), "digest": result.digest}
    )
    act.record(None, "review_triaged", applications=len(order), assessed=assessed, ranking=result.digest)
    return result
