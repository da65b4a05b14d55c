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
import staffing
from early_ends import SAID, UNSAID
from recount import recounted
from sqlalchemy import select, text
from staffing import ONE_SUPERVISOR
from truths import refused_truths
from walking import HELD, KNOWN, PASSED, ROW, Unit, through_everything

from casebook.casework import work_queue
from casebook.casework.disclosure import disclosure, emergency
from casebook.casework.governance import early_ending, freezing, governance, merging
from casebook.casework.reporting import audit
from casebook.casework.safeguarding import contact, safe_contact
from casebook.casework.staff import accounts, staff
from casebook.casework.sweep import wakes
from casebook.domain.account_changes import AccountChange
from casebook.domain.actors import OPERATOR, system
from casebook.domain.case.plan_change import AskedBy
from casebook.domain.vocabulary import Identified, Role, Stage
from casebook.errors import Refused
from casebook.storage.session import open_store
from casebook.storage.tables import (
    Application,
    Approval,
    ContactAttempt,
    ContactOverride,
    Decision,
    Disclosure,
    EmergencyDisclosure,
    LedgerEntry,
    Staff,
)

SEEDS = int(os.environ.get("CASEBOOK_SEEDS", "2"))
STEPS = int(os.environ.get("CASEBOOK_STEPS", "70"))
VERIFY_EVERY = 50
ASK_EVERY = 1 if "CASEBOOK_STEPS" in os.environ else 4  # each step in the soak: what is untrue stays so
# where two applications of each walk begin: chance alone seldom gets past the panel
FAR = [Stage.PANEL_DECISION, Stage.DISCLOSURE, Stage.FOLLOW_UP]
LATE = {*FAR, Stage.RISK_SCORING}
FOR_ANOTHER = {
    "applicant": "third_party", "c_forename": "Cleo", "c_surname": "Marlingspike", "c_phone": "07700900009",
    "a_safe_channel": "phone", "a_safe_days": "mon;tue;wed;thu;fri", "a_safe_from": "09:00", "a_safe_until": "17:00",
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
        for staff_id, role in ONE_SUPERVISOR.items():
            unit.hire(staff_id, role)
        for number in range(4):
            unit.hire(f"mixed{number}", *self.rng.sample(DEALT, self.rng.randint(1, 5)))
        for stage in self.rng.sample(FAR, 2):
            through_everything(unit, self.receive(), until=stage)
        # somebody who may do everything, so that only the rules that keep people apart stand in their way
        unit.hire("allhands", *DEALT)
        self.receive()

    def receive(self):
        number = len(self.unit.references())
        same = self.rng.random() < 0.6
        return self.unit.receive({
            **ROW, "external_id": f"W-{number}", "concern": f"number {number}",
            "submitted_at": (self.unit.now - timedelta(hours=1)).isoformat(),
            "b_surname": "Ottershaw" if same else f"Fennimore{'abcdefgh'[number % 8]}",
            "immediate_danger": self.rng.choice(["no", "unknown", "yes"]),
            **({"b_dob": "", "a_phone": ""} if self.rng.random() < 0.2 else {}),
            **(FOR_ANOTHER if self.rng.random() < 0.3 else {}),
        })  # fmt: skip

    def step(self):
        kind = self.rng.choices(list(STEPS_OF), [weight for _, weight in STEPS_OF.values()])[0]
        try:
            getattr(self, STEPS_OF[kind][0])()
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
        late = [item for item in items if item.stage in LATE] if self.rng.random() < 0.6 else []
        item = self.rng.choice(late or items[:12])
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
                work_queue.claim(act, self.rng.choice(items).id)

    def do_again(self):
        """Something done long ago, or never there."""
        with self.unit.acting(self.somebody()) as act:
            work_queue.do(act, self.rng.choice(["no-such-item", *self._done()]), {})

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
        try:
            with self.unit.acting(who) as act:
                command(act, self.some_reference(), self.rng, reason)
            self.told[f"used: {command.__name__}"] += 1
        except Refused as refusal:
            self.told[f"tried: {command.__name__}: {refusal.code}"] += 1
            raise

    def manage_staff(self):
        who = self.rng.choice([OPERATOR, self.somebody()])
        spare = [each for each in self.unit.people if each.startswith("mixed")]
        with self.unit.acting(who) as act:
            chosen = self.rng.choice(spare)
            match self.rng.randrange(4):
                case 0:
                    staffing.give(act, chosen, self.rng.choice(DEALT))
                case 1:
                    accounts.take_role(act, chosen, self.rng.choice(DEALT))
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
        for staff_id in ONE_SUPERVISOR if rng.random() < 0.8 else ():
            governance.name_person(act, reference, staff=staff_id)


def change_plan(act, ref, rng):
    """As whoever wants to be through with it would: mostly wider, and often in the name of the person."""
    given = {
        "channel": rng.choice([None, "phone", "text", "in_person"]),
        "days": rng.choice([None, "mon;wed", "mon;tue;wed;thu;fri;sat"]),
        "voicemail": rng.choice([None, "yes", "no"]), "code_word": rng.choice([None, None, "otter"]),
        "stop": rng.choice([None, None, None, "yes"]), "said_word": rng.choice([None, "otter", "heron"]),
    }  # fmt: skip
    start, until = rng.choice([(None, None), ("10:00", "16:00"), ("08:00", "21:00")])
    safe_contact.set_plan(
        act, ref, party=rng.choice(["a", "c"]), asked_by=rng.choice(list(AskedBy)), start=start, until=until,
        identified_by=rng.choice(list(Identified)), **given,
    )  # fmt: skip


def speak_to_somebody(act, ref, rng, _):
    party, channel = rng.choice(["a", "c", "b"]), rng.choice(["phone", "in_person", "text"])
    purpose = rng.choice(["arrange", "other", "meet"])
    contact.record(
        act, ref, party=party, purpose=purpose, channel=channel, result=rng.choice(["reached", "not_reached"])
    )


def tell_at_once(act, ref, rng, why):
    ground = rng.choice([None, "threat_to_kill"])
    emergency.disclose(
        act,
        ref,
        recipient="a",
        channel=rng.choice(["in_person", "phone"]),
        reason=why,
        told="something",
        override=ground,
    )


def withdraw(act, ref, _, why):
    early_ending.withdraw(act, ref, reason=why, **SAID)


def withdraw_with_little(act, ref, rng, why):
    """A short cut: who said it, and how they were known, is left out or nobody."""
    early_ending.withdraw(act, ref, reason=why, **rng.choice([{}, UNSAID, {**SAID, "identified": None}]))


def merge(act, ref, rng, why):
    others = act.session.scalars(select(Application.reference).order_by(Application.reference)).all()
    merging.merge(act, ref, into=rng.choice(others), reason=why)


def harm(act, ref, rng, _):
    if rng.random() < 0.2:
        freezing.report_harm(act, ref, what="serious_injury")


STEPS_OF = {
    "work": ("work_sensibly", 50),
    "work badly": ("work_badly", 14),
    "claim": ("claim", 4),
    "again": ("do_again", 2),
    "engine": ("run_engine", 16),
    "time": ("pass_time", 5),
    "govern": ("govern", 10),
    "staff": ("manage_staff", 2),
    "wake": ("wake", 1),
    "receive": ("receive", 3),
}
GOVERNING = (
    lambda act, ref, _, why: governance.report_danger(act, ref, reason=why),
    restrict,
    lambda act, ref, rng, _: governance.name_person(act, ref, staff=rng.choice([*ONE_SUPERVISOR, "nobody"])),
    lambda act, ref, _, why: governance.lift(act, ref, reason=why),
    lambda act, ref, _, why: governance.hold(act, ref, reason=why),
    lambda act, ref, _, why: governance.release(act, ref, reason=why),
    lambda act, ref, _, why: governance.dispose(act, ref, reason=why),
    withdraw,
    withdraw_with_little,
    lambda act, ref, _, why: early_ending.no_engagement(act, ref, reason=why, agency_route=why, **UNSAID),
    lambda act, ref, _, why: early_ending.transfer(act, ref, force="next_door", accepted_by=why, **UNSAID),
    lambda act, ref, _, why: early_ending.reopen(act, ref, reason=why),
    merge,
    lambda act, ref, _, why: merging.unmerge(act, ref, reason=why),
    lambda act, ref, rng, why: governance.lower_priority(act, ref, to=rng.choice(["standard", "high"]), reason=why),
    lambda act, ref, _, why: wakes.make_urgent(act, ref, why),
    speak_to_somebody,
    tell_at_once,
    harm,
    lambda act, ref, _, why: freezing.unfreeze(act, ref, reason=why),
    lambda act, ref, _, why: disclosure.except_from_meeting(act, ref, reason=why),
    lambda act, ref, rng, why: safe_contact.allow_override(
        act, ref, party=rng.choice(["a", "c"]), code="threat_to_kill", reason=why
    ),
    lambda act, ref, rng, _: change_plan(act, ref, rng),
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


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_anybody_does_the_casebook_stays_true(database_url, seed):
    store = open_store(database_url, b"a key for the tests of casebook.")
    try:
        walk = Walk(Unit(store=store, terminals={"pnc": KNOWN}), seed)
        for number in range(1, STEPS + 1):
            walk.step()
            assert not walk.wordless, walk.told.most_common()
            if number % ASK_EVERY == 0 or number == STEPS:
                with store.session() as session:
                    assert refused_truths(session) == [], (seed, number, walk.told.most_common())
            if number % VERIFY_EVERY == 0 or number == STEPS:
                with walk.unit.acting() as act:
                    broken = audit.verify(act).broken
                assert broken == [], (seed, number, walk.told.most_common())
        assert recounted(walk.unit) == [], seed
        reached = stages_reached(store)
        if os.environ.get("CASEBOOK_TELL"):
            print(seed, walk.told.most_common(), reached)  # noqa: T201 - asked for
        assert reached["approved"] + reached["closed"], reached  # a walk that never got to a decision says little
    finally:
        store.engine.dispose()


def stages_reached(store):
    """How far the applications of a walk got, and how much was done at its end."""
    with store.session() as session:
        found = Counter(session.scalars(select(Application.stage)))
        for name, table in {
            "decided": Decision, "approved": Approval, "told": Disclosure, "contacts": ContactAttempt,
            "overrides": ContactOverride, "emergencies": EmergencyDisclosure,
        }.items():  # fmt: skip
            found[name] = len(session.scalars(select(table)).all())
        return found


class OnePerson(Walk):
    """The same, but one person does everything: they have every role, and were not there at the bootstrap."""

    def __init__(self, unit, seed):
        self.unit, self.rng, self.told, self.wordless = unit, Random(seed), Counter(), 0  # noqa: S311 - to be repeated
        for first in ("first", "second"):
            unit.hire(first, Role.HEAD_OF_UNIT)
        unit.hire("allhands", *DEALT)
        unit.people = ["allhands"]
        for _ in range(3):
            self.receive()

    def manage_staff(self):
        who = self.rng.choice(["allhands", "first", "another"])
        change, role = self.rng.choice([None, *AccountChange]), self.rng.choice(DEALT)
        with self.unit.acting("allhands") as act:
            match self.rng.randrange(6):
                case 0:
                    accounts.add(act, who, [role])
                case 1:
                    accounts.give_role(act, who, role)
                case 2:
                    accounts.new_token(act, who)
                case 3:
                    accounts.reinstate(act, who)
                case 4:
                    staff.set_duty(act, who, on_duty=self.rng.random() < 0.8)
                case _:
                    accounts.confirm(act, who, change, role if change is AccountChange.ROLE else None)


@pytest.mark.parametrize("seed", range(max(1, SEEDS // 3)))
def test_one_person_with_every_role_reaches_no_outcome_in_any_order(database_url, seed):
    store = open_store(database_url, b"a key for the tests of casebook.")
    try:
        walk = OnePerson(Unit(store=store, terminals={"pnc": KNOWN}), seed)
        for number in range(1, STEPS + 1):
            walk.step()
            with store.session() as session:
                ended = session.scalars(
                    select(Application.reference).where(
                        Application.outcome.is_not(None) | (Application.stage == Stage.CLOSED)
                    )
                ).all()
                assert ended == [], (seed, number, walk.told.most_common())
                assert session.scalars(select(Approval)).all() == [], (seed, number, walk.told.most_common())
                assert len(session.scalars(select(Staff)).all()) == 3
        assert walk.told["work"] > STEPS / 20, walk.told.most_common()
    finally:
        store.engine.dispose()


# what breaks each truth once -> what is then said
DAMAGE = {
    "UPDATE application SET outcome = 'not_disclosed'": "fewer than two people",
    "UPDATE proposal SET second_by = proposed_by; UPDATE application SET outcome = 'withdrawn'": "fewer than two people",
    "UPDATE application SET stage = 'panel_decision'; DELETE FROM disclosed_item; DELETE FROM disclosure": "an outcome that nobody",
    "UPDATE approval SET approved_at = now()": "told without approval",
    "UPDATE disclosure SET occurred_at = '2026-01-01'": "told without approval",
    "UPDATE owner_agreement SET agreed = false": "told without release",
    "DELETE FROM owner_agreement": "told without release",
    "UPDATE decision SET items = '[]'": "told without release",
    "UPDATE finding SET qualifies = 'not'": "told without release",
    "UPDATE disclosure SET recipient = 'c'": "another applicant was told something",
    "UPDATE disclosure SET recipient = 'b'": "told to somebody else",
    "UPDATE contact_attempt SET about = 'x' WHERE purpose = 'deliver'": "told outside the log",
    "UPDATE contact_attempt SET party = 'b'": "the subject was contacted",
    "UPDATE contact_attempt SET plan = NULL": "contacted without a plan",
    "UPDATE contact_attempt SET plan = jsonb_set(plan, '{days}', '[]')": "contacted outside the safe window",
    "UPDATE contact_attempt SET plan = jsonb_set(plan, '{windows}', '[[\"03:00\", \"03:01\"]]')": "contacted outside",
    "UPDATE contact_attempt SET occurred_at = occurred_at + interval '10 hours'": "contacted outside the safe window",
    "UPDATE contact_attempt SET channel = 'text'": "contacted over another channel",
    "UPDATE contact_attempt SET purpose = 'other' WHERE purpose = 'arrange'": "contacted over another channel",
    "UPDATE work_item SET answer = answer - 'channel' WHERE done_at IS NOT NULL": "a contact that nobody typed",
    "UPDATE work_item SET answer = answer - 'arranged_at' WHERE done_at IS NOT NULL": "a contact that nobody typed",
    "UPDATE work_item SET answer = jsonb_set(answer, '{result}', '\"not_found\"') WHERE kind = 'immediate_safeguarding'": (
        "a contact that nobody typed"
    ),
    # a plan that somebody made wider by writing it over, and a change that nobody else agreed to
    "UPDATE safe_contact SET voicemail = true": "a plan that no change tells of",
    "UPDATE safe_contact_change SET second_by = NULL, agreed = NULL": "a plan that no change tells of",
    "UPDATE safe_contact_change SET effect = 'at_once'": "a plan that one person widened",
    "UPDATE staff_role SET role = 'auditor' WHERE role = 'duty_inspector'": "an override that is none",
    "UPDATE contact_override SET authorised_at = '2026-01-01'": "an override that is none",
    "UPDATE clock SET met_at = met_at + interval '1 second'": "a limit met outside it",
    "UPDATE clock SET met_at = NULL, ended_at = now() WHERE limit_name = 'whole_process';"
    " UPDATE clock SET met_at = '0001-01-01' WHERE limit_name = 'initial_checks'": "a limit met outside it",
    "UPDATE work_item SET kind = 'record_crime' WHERE cancelled_at IS NULL;"
    " ALTER TABLE ledger DISABLE TRIGGER USER;"
    " UPDATE ledger SET event = 'work_claimed' WHERE event = 'work_done'": "closed in danger",
    "UPDATE application SET stage = 'elsewhere'": "undeclared stage",
}


def widen_by_two(unit, reference):
    asked = {"asked_by": "the_person", "identified_by": "document", "start": "10:00", "until": "19:00"}
    with unit.acting("disclose") as act:
        safe_contact.set_plan(act, reference, party="a", **asked)
    (item,) = [item for item in unit.open_items(reference) if item.kind == "look_at_plan_change"]
    unit.do("supervise", item, {"agreed": True, "reason": "rang her"})


def test_each_truth_is_missed_when_it_is_broken(database_url):
    store = open_store(database_url, b"a key for the tests of casebook.")
    try:
        unit = Unit(store=store, terminals={"pnc": KNOWN})
        for staff_id, role in ONE_SUPERVISOR.items():
            unit.hire(staff_id, role)
        reference = unit.receive({**ROW, "external_id": "W-1", "immediate_danger": "yes"})
        assert through_everything(unit, reference) == Stage.CLOSED
        widen_by_two(unit, reference)
        with store.session() as session:
            assert refused_truths(session) == []
        for statement, said in DAMAGE.items():
            with store.session() as session:
                session.execute(text(statement))
                assert any(str(each[0]).startswith(said) for each in refused_truths(session)), statement
    finally:
        store.engine.dispose()
