"""The live rules, asked of every past application: linked to today's sources, judged as of its decision and as of now.

Done in chunks that are committed one by one: an interrupted triage goes on where it stopped and ends with the same ranking.
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

CHUNK = 4_000  # applications linked, judged and committed at a time
RULES = "triage-3"
SHOWN = 10  # likely persons of today's sources whose ids are kept for whoever examines the application
DOMESTIC = frozenset({"intimate_partner", "ex_partner", "family"})


@dataclass(frozen=True, kw_only=True)
class Triaged:
    applications: int
    assessed: int  # in this call; the others were assessed before, on the same facts
    linked: int  # applications whose subject some person of the sources may be
    modes: dict[str, int]
    contact: dict[str, int]
    digest: str  # of the whole ranking


def triage(acting: Acting, progress: Callable[[int, int], None] = lambda _done, _of: None) -> Triaged:
    """Reconcile if need be, assess what is not assessed on today's facts, rank everything."""
    with acting() as act:
        act.allowed(Command.TRIAGE)
        found = registers.reconciled(act)
        basis = _basis(act, found)
        done = stored.assessed(act.session, basis)
        loaded = bool(extracts.loaded(act.session))
    known = review_known.known_of(found)
    del found  # the rows of every list: an assessment needs only what they come to
    pending = sorted(set(known.pasts) - done)
    if pending:
        _assess_all(acting, known, pending, basis=basis, loaded=loaded, progress=progress)
    with acting() as act:
        return _ranked(act, basis, assessed=len(pending))


def _basis(act: Act, found: Reconciled) -> str:
    """Everything that an assessment rests on beside the application itself."""
    return chain.digest(
        [
            RULES,
            found.fingerprint,
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
    """Each way in which a list tells who the subject is, as a row of its own."""
    for id_ in ids:
        yield from (
            (id_, cells)
            for cells in {
                tuple(subject_cells(each).items()): subject_cells(each) for each in known.pasts[id_].b
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
        if link.person not in cells:  # an extract without that person came in meanwhile: the next triage looks again
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
        dob=birth_date(cells["dob"], today)[0],
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
            held(each, day, today, risk_model.load())
            for each in sorted(linked, key=lambda each: (-each.weight, each.source, each.dob))
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
        "held": [[*each.person, each.weight] for each in _likeliest(linked)],
        "model": chain.digest(model.settings())[:16],
        "same_person": known.same_person[id_],
    }
    return assess(evidence, review_policy.load().weights).to_dict() | facts


def _likeliest(linked: Sequence[Linked]) -> list[Linked]:
    """For reviewers to look at, and for telling what another matching model changed."""
    found = sorted(linked, key=lambda each: (-each.weight, each.person))
    return [each for each in found if each.chance >= PERHAPS][:SHOWN]


def held(who: Linked, day: date, today: date, risk: RiskModel) -> LinkedHistory:
    """What a linked person's records say by the live rules: as they could be known on `day`, and since."""
    then = known_by(who.records, day)
    before = {id(each) for each in then}
    since = [each for each in who.records if id(each) not in before]
    rulings = [(each, qualifying(each, day, risk).standing) for each in then]
    grave = [each for each, standing in rulings if standing is Disclosability.QUALIFYING]
    later = [each for each in since if qualifying(each, today, risk).standing is Disclosability.QUALIFYING]
    return LinkedHistory(
        who=who,
        qualifying_then=len(grave),
        close_then=any(row.tier is Tier.GRAVE or row.domestic for each in grave for row in [weigh(each, 0, day, risk)]),
        supporting_then=sum(standing is Disclosability.SUPPORTING for _, standing in rulings),
        points_then=score(ScoreInputs(today=day, records=then), risk).score if then else 0.0,
        qualifying_since=len(later),
        domestic_since=sum(each.victim_relationship in DOMESTIC for each in later),
        sources_then=frozenset(each.source or who.source for each in grave),
    )


def _policy(day: date) -> Policy:
    try:
        return policies.for_receipt(datetime.combine(day, time(12), UTC))
    except policies.NoPolicyInForce:
        return min((policies.load(name) for name in policies.names()), key=lambda each: each.in_force_from.value)


def _ranked(act: Act, basis: str, *, assessed: int) -> Triaged:
    stored.rank(act.session)
    order, linked, modes, contact = list[list[object]](), 0, Counter[str](), Counter[str]()
    for row in stored.ranking(act.session):
        order.append([row.id, row.rank])
        linked += bool(row.linked)
        modes.update(row.modes)
        contact[row.contact_priority] += 1
    told = Triaged(
        applications=len(order),
        assessed=assessed,
        linked=linked,
        modes=dict(sorted(modes.items())),
        contact=dict(sorted(contact.items())),
        digest=chain.digest(order),
    )
    stored.keep_state(act.session, stored.TRIAGED, basis, act.now, {"applications": len(order), "digest": told.digest})
    act.record(None, "review_triaged", applications=len(order), assessed=assessed, ranking=told.digest)
    return told
