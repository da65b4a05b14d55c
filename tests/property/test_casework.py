"""Random staff with random roles do random things on a real database; what may never happen does not happen.

A few short walks here; `CASEBOOK_SEEDS=20 CASEBOOK_STEPS=1000` for long ones.
"""

from __future__ import annotations

import copy
import os
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select
from walking import HELD, KNOWN, PASSED, ROW, Unit

from casebook.casework import audit, governance, staff, wakes, work
from casebook.domain.actors import OPERATOR, system
from casebook.domain.stages import EARLY_OUTCOMES, why_not_move
from casebook.domain.vocabulary import Outcome, Role, Stage
from casebook.errors import Refused
from casebook.storage.session import open_store
from casebook.storage.tables import Application, Approval, Decision, Disclosure, LedgerEntry, Proposal

SEEDS = int(os.environ.get("CASEBOOK_SEEDS", "4"))
STEPS = int(os.environ.get("CASEBOOK_STEPS", "150"))
VERIFY_EVERY = 20

# one desk each, so that every walk can get far; beside them people whose roles the seed deals out
DESKS = {
    "intake": Role.INTAKE_OFFICER, "research": Role.RESEARCHER, "read": Role.SECOND_READER, "risk": Role.RISK_ASSESSOR,
    "chair": Role.PANEL_CHAIR, "member": Role.PANEL_MEMBER, "approve": Role.APPROVER, "disclose": Role.DISCLOSURE_OFFICER,
    "second": Role.DISCLOSURE_OFFICER, "supervise": Role.SUPERVISOR, "head": Role.HEAD_OF_UNIT,
    "inspect": Role.DUTY_INSPECTOR,
}  # fmt: skip
DEALT = [role for role in Role if role not in {Role.OPERATOR, Role.SYSTEM}]
PLANTED = (
    "",
    " ",
    "x",
    None,
    True,
    -1,
    10**12,
    [],
    {},
    "\u202e",
    "2030-01-01T00:00:00+00:00",
    "nobody",
    "disclosed_to_a",
)


class Walk:
    """One random history; `told` counts what was done and why things were refused."""

    def __init__(self, unit, seed):
        self.unit, self.rng, self.told = unit, Random(seed), Counter()  # noqa: S311 - to be repeated
        self.wordless = 0  # refusals without a code or without words
        for staff_id, role in DESKS.items():
            unit.hire(staff_id, role)
        for number in range(4):
            unit.hire(f"mixed{number}", *self.rng.sample(DEALT, self.rng.randint(1, 5)))
        # somebody who may do everything, so that only the rules that keep people apart stand in their way
        unit.hire("allhands", *DEALT)
        self.receive()

    def receive(self):
        number = len(self.unit.references())
        same = self.rng.random() < 0.3
        self.unit.receive({
            **ROW, "external_id": f"W-{number}", "concern": f"number {number}",
            "submitted_at": (self.unit.now - timedelta(hours=1)).isoformat(),
            "b_surname": "Ottershaw" if same else f"Fennimore{'abcdefgh'[number % 8]}",
            "immediate_danger": self.rng.choice(["no", "unknown", "yes"]),
            **({"b_dob": "", "a_phone": ""} if self.rng.random() < 0.3 else {}),
        })  # fmt: skip

    def step(self):
        kind = self.rng.choices(list(STEPS_OF), [weight for _, weight in STEPS_OF.values()])[0]
        try:
            STEPS_OF[kind][0](self)
            self.told[kind] += 1
        except Refused as refusal:
            self.told[f"{kind}: {refusal.code}"] += 1
            self.wordless += not (refusal.code and refusal.message)

    def somebody(self):
        return self.rng.choice(self.unit.people)

    def some_reference(self):
        return self.rng.choice(self.unit.references())

    def work_sensibly(self):
        if not (items := self.unit.open_items()):
            return
        item = self.rng.choice(items[:12])
        if self.rng.random() < 0.9:
            self.unit.wait_for(item)
        if able := self.unit.fitting(item):
            who = "allhands" if "allhands" in able and self.rng.random() < 0.4 else self.rng.choice(able)
            self.unit.do(who, item, self.unit.answer(who, item))

    def work_badly(self):
        if not (items := self.unit.open_items()):
            return
        item, who = self.rng.choice(items), self.somebody()
        answer = self.unit.answer(self.rng.choice(self.unit.fitting(item) or [who]), item)
        self.unit.do(who, item, damaged(self.rng, answer) if self.rng.random() < 0.7 else answer)

    def claim(self):
        if items := self.unit.open_items():
            with self.unit.acting(self.somebody()) as act:
                work.claim(act, self.rng.choice(items).id)

    def do_again(self):
        """Something done long ago, or never there."""
        with self.unit.acting(self.somebody()) as act:
            work.do(act, self.rng.choice(["no-such-item", *self._done()]), {})

    def _done(self):
        with self.unit.store.session() as session:
            return [str(key) for key in session.scalars(select(LedgerEntry.body["item"].astext).limit(20)) if key]

    def run_engine(self):
        self.unit.carry(self.some_reference(), HELD if self.rng.random() < 0.05 else PASSED)

    def pass_time(self):
        self.unit.now += timedelta(minutes=self.rng.choice([1, 30, 300, 1440, 4000]))

    def govern(self):
        reason = self.rng.choice(["asked_for", "found_out"])
        command = self.rng.choice(GOVERNING)
        who = "allhands" if self.rng.random() < 0.5 else self.somebody()
        with self.unit.acting(who) as act:
            command(act, self.some_reference(), self.rng, reason)

    def manage_staff(self):
        who = self.rng.choice([OPERATOR, self.somebody()])
        spare = [each for each in self.unit.people if each.startswith("mixed")]
        with self.unit.acting(who) as act:
            chosen = self.rng.choice(spare)
            match self.rng.randrange(4):
                case 0:
                    staff.set_role(act, chosen, self.rng.choice(DEALT), given=True)
                case 1:
                    staff.set_role(act, chosen, self.rng.choice(DEALT), given=False)
                case 2:
                    staff.set_duty(act, chosen, on_duty=self.rng.random() < 0.5)
                case _:
                    staff.suspend(act, chosen)

    def wake(self):
        with self.unit.acting(self.rng.choice([system("sweep"), OPERATOR, self.somebody()])) as act:
            wakes.wake_neglected(act)


def restrict(act, reference, rng, reason):
    """Seldom, and mostly with the desks named at once: else the walk would soon be over."""
    if rng.random() < 0.3:
        governance.restrict(act, reference, reason=reason)
        for staff_id in DESKS if rng.random() < 0.8 else ():
            governance.name_person(act, reference, staff=staff_id)


STEPS_OF = {
    "work": (Walk.work_sensibly, 50),
    "work badly": (Walk.work_badly, 14),
    "claim": (Walk.claim, 4),
    "again": (Walk.do_again, 2),
    "engine": (Walk.run_engine, 16),
    "time": (Walk.pass_time, 5),
    "govern": (Walk.govern, 10),
    "staff": (Walk.manage_staff, 2),
    "wake": (Walk.wake, 1),
    "receive": (Walk.receive, 3),
}
GOVERNING = (
    lambda act, ref, _, why: governance.report_danger(act, ref, reason=why),
    restrict,
    lambda act, ref, rng, _: governance.name_person(act, ref, staff=rng.choice([*DESKS, "nobody"])),
    lambda act, ref, _, why: governance.lift(act, ref, reason=why),
    lambda act, ref, _, why: governance.hold(act, ref, reason=why),
    lambda act, ref, _, why: governance.release(act, ref, reason=why),
    lambda act, ref, _, why: governance.dispose(act, ref, reason=why),
    lambda act, ref, _, why: governance.withdraw(act, ref, reason=why),
    lambda act, ref, _, why: governance.no_engagement(act, ref, reason=why),
    lambda act, ref, rng, why: governance.lower_priority(act, ref, to=rng.choice(["standard", "high"]), reason=why),
    lambda act, ref, _, why: wakes.make_urgent(act, ref, why),
)


def damaged(rng, answer):
    """An answer with one thing left out, put in, or replaced, somewhere in it."""
    answer = copy.deepcopy(answer)
    place = answer
    while isinstance(place, dict) and place:
        key = rng.choice(list(place))
        if isinstance(place[key], dict) and place[key] and rng.random() < 0.6:
            place = place[key]
            continue
        match rng.randrange(3):
            case 0:
                del place[key]
            case 1:
                place[key] = rng.choice(PLANTED)
            case _:
                place[rng.choice(["stranger", "version", "occurred_at"])] = rng.choice(PLANTED)
        break
    return answer


def refused_truths(session):
    """What may never be; empty while it holds."""
    wrong = []
    for application in session.scalars(select(Application)):
        if application.stage not in set(Stage):
            wrong.append(("undeclared stage", application.reference))
        if application.stage == Stage.CLOSED and application.outcome is None:
            wrong.append(("closed without an outcome", application.reference))
        if application.stage != Stage.CLOSED and application.outcome is not None and not _told(session, application):
            wrong.append(("an outcome that nobody was told", application.reference, application.outcome))
        if application.outcome is not None and len(_behind(session, application)) < 2:
            wrong.append(("fewer than two people", application.reference, application.outcome))
    for row in session.scalars(select(Disclosure)):
        approval = session.get(Approval, row.decision_id)
        decision = session.get_one(Decision, row.decision_id)
        if approval is None or not approval.approved or approval.approved_at > row.recorded_at:
            wrong.append(("told without approval", row.id))
        elif approval.approver in {decision.chair, *approval.researchers}:
            wrong.append(("approved by one who chaired or researched", row.id))
    return wrong + _folded(session)


def _told(session, application):
    return session.scalar(select(Disclosure.id).where(Disclosure.reference == application.reference).limit(1))


def _behind(session, application):
    """The people that an outcome rests on."""
    if application.outcome in EARLY_OUTCOMES:
        query = select(Proposal.proposed_by, Proposal.second_by).where(
            Proposal.reference == application.reference, Proposal.what == application.outcome
        )
    else:
        query = (
            select(Decision.chair, Approval.approver)
            .join(Approval, Approval.decision_id == Decision.id)
            .where(
                Decision.reference == application.reference,
                Decision.outcome == application.outcome,
                Decision.superseded.is_(False),
                Approval.approved,
            )
        )
    return {who for row in session.execute(query) for who in row if who and who != "operator" and ":" not in who}


def _folded(session):
    """Replay every stage from the ledger: each move is declared, and the last is where the application is."""
    stages, wrong = {}, []
    query = select(LedgerEntry).where(LedgerEntry.event.in_(["application_received", "stage_changed"]))
    for entry in session.scalars(query.order_by(LedgerEntry.id)):
        if entry.event == "application_received":
            stages[entry.chain] = Stage.INTAKE
            continue
        body = entry.body
        if stages.get(entry.chain) != body["origin"] or why_not_move(body["origin"], body["to"], body["because"]):
            wrong.append(("undeclared move", entry.chain, body["origin"], body["to"], body["because"]))
        stages[entry.chain] = body["to"]
    stored = dict(session.execute(select(Application.reference, Application.stage)).all())
    return wrong + ([("stage does not replay", stored, stages)] if stored != stages else [])


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_anybody_does_the_casebook_stays_true(database_url, seed):
    store = open_store(database_url, b"a key for tests")
    try:
        walk = Walk(Unit(store=store, terminals={"pnc": KNOWN}), seed)
        for number in range(1, STEPS + 1):
            walk.step()
            assert not walk.wordless, walk.told.most_common()
            with store.session() as session:
                assert refused_truths(session) == [], (seed, number, walk.told.most_common())
            if number % VERIFY_EVERY == 0 or number == STEPS:
                with walk.unit.acting() as act:
                    broken = audit.verify(act).broken
                assert broken == [], (seed, number, walk.told.most_common())
        if os.environ.get("CASEBOOK_TELL"):
            print(seed, walk.told.most_common(), stages_reached(store))  # noqa: T201 - asked for
    finally:
        store.engine.dispose()


def stages_reached(store):
    with store.session() as session:
        return Counter(session.scalars(select(Application.stage))), Counter(
            outcome for outcome in session.scalars(select(Application.outcome)) if outcome in set(Outcome)
        )
