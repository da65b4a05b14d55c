"""Triage: links past applications to today's sources, and assesses them by the live rules, as of their decision and now.

It works in chunks that are committed one by one. An interrupted triage continues where it stopped, with the same ranking.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial

from casebook import policies
from casebook.casework.core.acting import Act, Acting
from casebook.casework.review import known as review_known
from casebook.casework.review import learning, registers, sources_today
from casebook.casework.review.known import OtherApplications
from casebook.casework.review.registers import Reconciled
from casebook.casework.review.sources_today import SourceRows
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.policy import Policy
from casebook.domain.review.evidence import PERHAPS, Evidence, LinkedHistory
from casebook.domain.review.learning import LearntOdds
from casebook.domain.review.past_application import Linked, same_text, set_apart
from casebook.domain.review.ranking import assess
from casebook.domain.review.suspicions import Learnt
from casebook.domain.review.urgency import stay_now
from casebook.domain.review.weights import ReviewPolicy
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.vocabulary import Limit, Priority
from casebook.matching import linking, model
from casebook.storage.case import extracts
from casebook.storage.documents import Documents
from casebook.storage.review import registers as stored

CHUNK = 4_000  # applications linked, assessed and committed at a time
RULES = "triage-4"
SHOWN = 10  # likely persons in today's sources whose ids are stored for the reviewer


@dataclass(frozen=True, kw_only=True)
class Triaged:
    applications: int
    assessed: int  # in this run; the others were assessed before on the same facts
    linked: int  # applications whose subject may be a person in the sources
    modes: dict[str, int]
    contact: dict[str, int]
    digest: str  # digest of the whole ranking
    learnt: dict[str, dict[str, object]]  # suspicion -> what reviewers found, and the factor of its odds


def triage(acting: Acting, progress: Callable[[int, int], None] = lambda _done, _of: None) -> Triaged:
    """Reconcile if needed, assess applications that are not assessed on today's facts, and rank all of them."""
    with acting() as act:
        act.allowed(Command.TRIAGE)
        reconciled = registers.reconciled(act)
        learnt = learning.learnt(act)
        basis = _basis(act, reconciled, learnt)
        done = stored.assessed(act.session, basis)
        loaded = bool(extracts.loaded(act.session))
    known = review_known.known_of(reconciled.applications, reconciled.ids)
    del reconciled  # frees the rows of every list, which an assessment does not need
    pending = sorted(set(known.pasts) - done)
    if pending:
        _assess_all(
            acting, known, pending, basis=basis, loaded=loaded,
            learnt={odds.suspicion: odds.factor for odds in learnt}, progress=progress,
        )  # fmt: skip
    with acting() as act:
        return _ranked(act, basis, learnt, assessed=len(pending))


def _basis(act: Act, reconciled: Reconciled, learnt: Sequence[LearntOdds]) -> str:
    """A digest of everything that an assessment depends on, other than the application itself."""
    return chain.digest(
        [
            RULES,
            reconciled.fingerprint,
            sorted(extracts.loaded(act.session).items()),
            act.documents.risk_model(act.now).version,
            chain.digest(model.settings()),
            act.documents.review(act.now).version,
            [[odds.suspicion, odds.factor] for odds in learnt],
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
    learnt: Learnt,
    progress: Callable[[int, int], None],
) -> None:
    with acting() as act, linking.linker(stored.persons(act.session), this_year=act.now.year) as linker:
        for start in range(0, len(pending), CHUNK):
            chunk = pending[start : start + CHUNK]
            with acting() as inner:
                linked = sources_today.subjects(known, chunk, linker, looked_up(inner), today=registers.today(inner))
                of_a = sources_today.people_at_risk(known, linked, linker)
                assess_one = partial(_assess_one, inner, known, loaded=loaded, learnt=learnt)
                assessments = [assess_one(id_, linked.get(id_, []), of_a.get(id_, ())) for id_ in chunk]
                stored.keep_assessments(
                    inner.session,
                    [
                        {"id": id_, "basis": basis, "assessment": json.dumps(assessment)}
                        for id_, assessment in zip(chunk, assessments, strict=True)
                    ],
                )
            progress(start + len(chunk), len(pending))


def _assess_one(
    act: Act,
    known: OtherApplications,
    id_: str,
    linked: Sequence[Linked],
    of_a: Collection[str],
    *,
    loaded: bool,
    learnt: Learnt,
) -> dict[str, object]:
    used, today = act.documents, registers.today(act)
    evidence = evidence_of(
        known, id_, linked, of_a, loaded=loaded, today=today, used=used, model=used.risk_model(act.now)
    )
    return _assessment(known, id_, evidence, learnt, used.review(act.now))


def looked_up(act: Act) -> SourceRows:
    """The people and records of today's sources."""
    return SourceRows(
        cells=lambda people: stored.cells_of(act.session, people),
        records=lambda people: stored.records_of(act.session, people),
    )


def evidence_of(
    known: OtherApplications,
    id_: str,
    linked: Sequence[Linked],
    of_a: Collection[str],
    *,
    loaded: bool,
    today: date,
    used: Documents,
    model: RiskModel,
) -> Evidence:
    past = known.pasts[id_]
    policy = _policy(used, past.received_on or past.decided_on or today)
    limit = policy.limit(Limit.WHOLE_PROCESS, past.route)
    allowed = limit.allowance(Priority.STANDARD).value.budget if limit else 0
    day = past.known_by(allowed, today)
    return Evidence(
        past=past,
        held=tuple(
            sources_today.history(person, day, today, model, of_a=of_a)
            for person in sorted(
                set_apart(past.b, linked), key=lambda person: (-person.weight, person.source, person.dob)
            )
        ),
        known_by=day,
        mandatory=frozenset(policy.mandatory_sources(past.route)),
        allowed_days=allowed,
        copies=known.copies[same_text(past.rationale)],
        earlier=review_known.earlier(known, id_),
        sources_loaded=loaded,
        unkept=review_known.unkept(known, past),
    )


def _assessment(
    known: OtherApplications, id_: str, evidence: Evidence, learnt: Learnt, numbers: ReviewPolicy
) -> dict[str, object]:
    past, possible = evidence.past, model.bands().possible
    facts = {
        "year": str(past.received_on.year) if past.received_on else "",
        "handlers": sorted(past.handlers),
        "approvers": sorted(past.approvers),
        "registers": list(past.registers),
        "outcome": past.outcome or "unknown",
        "findings": list(past.findings),
        "linked": any(linked.who.weight >= possible for linked in evidence.held),
        "held": [[*linked.who.person, linked.who.weight] for linked in _likeliest(evidence.held)],
        "model": chain.digest(model.settings())[:16],
        "same_person": known.same_person[id_],
    }
    return assess(evidence, numbers, learnt).to_dict() | facts


def _likeliest(held: Sequence[LinkedHistory]) -> list[LinkedHistory]:
    """The likeliest persons and those near the name with a history, for reviewers, and to compare with another model."""
    shown = [
        linked for linked in held if linked.chance >= PERHAPS or (linked.who.bears_name and linked.qualifying_then)
    ]
    return sorted(shown, key=lambda linked: (-linked.who.weight, linked.who.person))[:SHOWN]


def _policy(used: Documents, day: date) -> Policy:
    try:
        return used.policy_on(datetime.combine(day, time(12), UTC))
    except policies.NoPolicyInForce:
        return min(used.policies(), key=lambda policy: policy.in_force_from.value)


def _ranked(act: Act, basis: str, learnt: Sequence[LearntOdds], *, assessed: int) -> Triaged:
    stored.rank(act.session)
    urgencies = stored.urgencies(act.session)
    of = stored.count_assessed(act.session)
    stored.keep_now(act.session, stay_now(urgencies, of=of, u=act.documents.review(act.now).urgency))
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
        learnt={odds.suspicion: odds.to_dict() for odds in learnt},
    )
    stored.keep_state(
        act.session, stored.TRIAGED, basis, act.now, {"applications": len(order), "digest": result.digest}
    )
    act.record(None, "review_triaged", applications=len(order), assessed=assessed, ranking=result.digest)
    return result
