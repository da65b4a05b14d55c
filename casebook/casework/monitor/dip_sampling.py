"""Dip samples: closed decisions that another person makes again in a blind review. Drawn at random, weighted by risk.

The work item names neither the application nor its outcome. A person who took part in the application or has viewed it cannot
do the blind review.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core import unit_items
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, UnitDoing
from casebook.casework.core.blind_review import why_not_redecide
from casebook.casework.core.work_items import open_items
from casebook.casework.panel_decision import panel_pack
from casebook.domain import authority, chain
from casebook.domain.authority import Command
from casebook.domain.monitor.decision_monitor import DISCLOSED, NOT_DISCLOSED
from casebook.domain.monitor.monitor_policy import Sampling
from casebook.domain.vocabulary import Band, Outcome, Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import NotFound, NotPermitted
from casebook.storage.monitor import dip_sampling as stored
from casebook.storage.tables import Application, Decision, DipSample, Finding, WorkItem

ASSURANCE = "assurance"  # the reason for the draw
# sections of a pack that do not reveal the first decision
BLIND = ("people", "findings", "coverage", "assurances", "score")
OF_THE_APPLICATION = (
    "route", "applicant", "submitted_at", "band", "concern", "immediate_danger", "relationship", "relationship_started",
    "relationship_ended", "living_together", "pregnant", "children",
)  # fmt: skip


def draw(act: Act, *, in_question: Collection[str] = (), seed: int | None = None) -> list[str]:
    """Draw the samples that are still needed from the decisions closed within the window. Drawing twice adds nothing."""
    from casebook.monitor import sampling  # noqa: PLC0415 - loads scipy, and most acts on samples need none

    act.allowed(Command.ANALYSE)
    rules = act.documents.monitor(act.now).sampling
    closed, drawn = stored.closed(act.session, since=rules.begins(act.now)), stored.drawn(act.session)
    rest = [pair for pair in closed if pair[0].id not in drawn]
    wanted = sampling.sample_size_to_find(
        worst_rate=rules.worst_rate.value, assurance=rules.assurance.value, population=max(1, len(closed))
    )
    size = min(len(rest), wanted - (len(closed) - len(rest)))
    if size <= 0:
        return []
    seed = secrets.randbits(32) if seed is None else seed
    weights = {decision.id: _weight(application, decision, in_question, rules) for decision, application in rest}
    chances = sampling.draw(weights, size=size, seed=seed, random_part=rules.random_part.value)
    by_id = {decision.id: decision for decision, _ in rest}
    return _open(act, [(by_id[drawn_case.reference], drawn_case.chance) for drawn_case in chances], seed=str(seed))


def _weight(application: Application, decision: Decision, in_question: Collection[str], rules: Sampling) -> float:
    band = Band(application.band or Band.INSUFFICIENT_INFORMATION)
    return rules.weight(band, negative=decision.outcome in NOT_DISCLOSED, in_question=decision.chair in in_question)


def _open(act: Act, chosen: Sequence[tuple[Decision, float]], *, seed: str) -> list[str]:
    draw_id = chain.identity("dip_draw", act.now.isoformat(), seed, len(chosen))
    due_at = act.documents.monitor(act.now).sampling.answer_by(act.now)
    for decision, chance in chosen:
        sample_id = chain.identity("dip_sample", decision.id)
        need = Need(kind=WorkKind.REDECIDE_SAMPLE, key=sample_id, subject={"sample": sample_id}, due_at=due_at)
        item = unit_items.open_item(act, need)
        act.session.flush()
        act.session.add(
            DipSample(
                id=sample_id, draw_id=draw_id, seed=seed, because=ASSURANCE, reference=decision.reference,
                decision_id=decision.id, decider=decision.chair, first_outcome=decision.outcome, chance=chance,
                item_id=item.id, drawn_at=act.now, outcome=None, agrees=None, reasons=None, redecided_by=None,
                redecided_at=None,
            )
        )  # fmt: skip
    act.record(None, "samples_drawn", draw=draw_id, because=ASSURANCE, samples=len(chosen))
    return [chain.identity("dip_sample", decision.id) for decision, _ in chosen]


def look(act: Act, item_id: str) -> dict[str, Any]:
    """What the reviewer reads: the facts at the time of the first decision, without that decision."""
    item, sample = _find(act, item_id)
    refuse(
        authority.why_not_work(
            act.actor, WorkKind(item.kind), role=item.role, owner=item.owner, reserved=item.reserved
        ),
        NotPermitted,
    )
    if item.owner != act.actor.id:
        refuse_because("not_claimed", "claim this work item first: whoever reads a sample must also decide it")
    refuse(why_not_redecide(act, sample, item=item), NotPermitted)
    decision = act.session.get_one(Decision, sample.decision_id)
    pack = panel_pack.pack(act, sample.reference)
    query = select(Finding.id).where(Finding.reference == sample.reference, Finding.found_at <= decision.recorded_at)
    known = set(act.session.scalars(query))
    return {
        "sample": sample.id,
        "as_of": decision.recorded_at.isoformat(),
        "application": {name: pack["application"][name] for name in OF_THE_APPLICATION},
        **{name: pack[name] for name in BLIND},
        # ids are left out: they contain the reference, and the outcome could be looked up by it
        "findings": [
            {**finding, "item": number}
            for number, finding in enumerate(pack["findings"], 1)
            if finding["item"] in known
        ],
        "earlier_applications": [{"why": earlier["why"]} for earlier in pack["earlier_applications"]],
    }


class Redecided(Answer):
    """Your own decision on the pack, without knowing the first decision."""

    outcome: Literal["disclosed_to_a", "disclosed_to_protector", "nothing_to_disclose", "not_disclosed"]
    reasons: str = Field(min_length=1)


def _redecided(doing: UnitDoing) -> None:
    """Record the new decision and compare it. If it discloses and the first did not, a work item opens at once."""
    act = doing.act
    _, sample = _find(act, doing.item.id)
    if doing.item.claimed_at is None:
        refuse_because("not_claimed", "claim this work item and read it first: casebook monitor sample ITEM")
    refuse(why_not_redecide(act, sample, item=doing.item), NotPermitted)
    sample.outcome, sample.reasons = doing.answer.outcome, doing.answer.reasons
    sample.redecided_by, sample.redecided_at = act.actor.id, act.now
    # the reasons may contain personal detail: they are kept in the sample and erased on disposal
    doing.item.answer = {"outcome": doing.answer.outcome}
    would, did = Outcome(doing.answer.outcome) in DISCLOSED, Outcome(sample.first_outcome) in DISCLOSED
    sample.agrees = would == did
    application = act.application(sample.reference)
    act.record(application, "decision_made_again", sample=sample.id, agrees=sample.agrees)
    if would and not did:
        need = Need(
            kind=WorkKind.REVIEW_WATCH_PROPOSAL, key=f"redecided:{sample.id}", subject={"because": "decided_otherwise"},
            priority=Priority.HIGH, due_at=act.documents.monitor(act.now).sampling.answer_by(act.now),
        )  # fmt: skip
        open_items(act, application, [need], because="decided_otherwise")


def agreement(act: Act) -> dict[str, object]:
    """How often both decisions agree, with exact 95% intervals, and the rate estimated for all decisions."""
    from casebook.monitor import sampling  # noqa: PLC0415 - loads scipy, and most acts on samples need none

    act.allowed(Command.ANALYSE)
    rows = stored.samples(act.session)
    answered = [row for row in rows if row.redecided_at is not None]
    drawn = [sampling.Drawn(reference=row.id, chance=row.chance) for row in rows]
    differing = {row.id: not row.agrees for row in answered}
    act.record(None, "agreement_viewed", samples=len(rows))
    return {
        "drawn": len(rows),
        "answered": len(answered),
        **_interval(answered),
        "disagreement_among_all": sampling.estimated_rate(differing, drawn),
        "by_first_decision": {
            name: _interval([row for row in answered if row.first_outcome in outcomes])
            for name, outcomes in (("disclosed", DISCLOSED), ("not_disclosed", NOT_DISCLOSED))
        },
    }


def _interval(rows: Sequence[DipSample]) -> dict[str, object]:
    from casebook.monitor import sampling  # noqa: PLC0415 - loads scipy, and most acts on samples need none

    agreement_rate = sampling.agreement(sum(bool(row.agrees) for row in rows), len(rows))
    return {
        "sampled": agreement_rate.sampled,
        "agreed": agreement_rate.agreed,
        "rate": agreement_rate.rate,
        "low": agreement_rate.low,
        "high": agreement_rate.high,
    }


def _find(act: Act, item_id: str) -> tuple[WorkItem, DipSample]:
    item = act.session.get(WorkItem, item_id)
    sample = act.session.get(DipSample, str(item.subject.get("sample"))) if item else None
    if item is None or sample is None:
        raise NotFound("there is no sample for this work item")
    return item, sample


ANSWERS: Answers = {WorkKind.REDECIDE_SAMPLE: Answering(schema=Redecided, unit_handler=_redecided)}
