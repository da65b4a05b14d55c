"""Cases of every kind, each from a seed: late, paused, raised, ended early, reopened, merged, sent back, told in an emergency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

from early_ends import SAID, UNSAID
from sqlalchemy import select
from walking import PASSED, ROW, Unit

from casebook.casework.core.acting import Act
from casebook.casework.disclosure import emergency
from casebook.casework.governance import early_ending, governance, merging, superseding
from casebook.casework.safeguarding import contact
from casebook.casework.sweep import sweep, wakes
from casebook.domain.vocabulary import Stage
from casebook.errors import Refused
from casebook.storage.tables import WorkItem

ROUNDS = 10
BEGINS = [*Stage][1:-1]
PHONE, WEEK = "phone", timedelta(days=7)


class Life:
    """What becomes of one case; `did` counts what happened, and what was refused."""

    def __init__(self, unit: Unit, seed: int, begin: Callable[[dict[str, str], Stage], str]) -> None:
        """`begin` takes the application in and works it to a stage: most cases share the way there with others."""
        self.unit, self.rng, self.did = unit, Random(seed), Counter[str]()  # noqa: S311 - to be repeated
        # each case has two or three things that happen to it
        self.bents = self.rng.sample(list(BENTS), self.rng.randint(2, 3))
        self.row = {
            **ROW, "external_id": "L-1", "submitted_at": (unit.now - timedelta(hours=1)).isoformat(),
            "b_surname": self.rng.choice(["Ottershaw", "Fennimore"]), "immediate_danger": self.rng.choice(["no", "yes"]),
        }  # fmt: skip
        self.reference = begin(self.row, self.rng.choice(BEGINS))

    def live(self) -> Counter[str]:
        for _ in range(ROUNDS):
            if self.unit.carry(self.reference, PASSED) == Stage.CLOSED and not self.happens(0.5):
                break
            for item in self.unit.open_items(self.reference)[:5]:
                self.attempt("work", lambda item=item: self.work(item))  # type: ignore[misc]
            if self.happens(0.35):
                bent = self.rng.choice(self.bents)
                self.unit.now += timedelta(minutes=1)
                self.attempt(bent, lambda bent=bent: BENTS[bent](self))  # type: ignore[misc]
        return self.did

    def happens(self, chance: float) -> bool:
        return self.rng.random() < chance

    def attempt(self, what: str, act: Callable[[], object]) -> None:
        try:
            act()
            self.did[what] += 1
        except Refused as refusal:
            self.did[f"{what}: {refusal.code}"] += 1

    def work(self, item: WorkItem) -> None:
        if item.id not in {row.id for row in self.unit.open_items(self.reference)}:
            return
        self.unit.wait_for(item)
        if able := self.unit.fitting(item):
            who = self.rng.choice(able)
            self.unit.do(who, item, self.varied(item, self.unit.answer(who, item)))

    def varied(  # noqa: PLR0911 - one return for each kind of work
        self, item: WorkItem, answer: dict[str, Any]
    ) -> dict[str, Any]:
        """A sensible answer, now and then another one that is as sensible."""
        rare = self.happens(0.3)
        if item.kind == "meet_applicant" and rare and answer.get("held"):
            return {"held": False, "new_date": (self.unit.now + timedelta(days=2)).isoformat(), "channel": PHONE,
                    "asked_plan_again": True, "exception_reason": "she could not come"}  # fmt: skip
        if item.kind == "approve_decision" and rare:
            return {"approved": False, "reason": "the reasons do not bear it yet"}
        if item.kind == "assess_risk" and rare and answer["judgement"] == "confirm":
            return {"judgement": "raise", "band": "critical", "reason": "what she said weighs more"}
        if item.kind == "contact_follow_up" and rare and "approve" not in item.subject:
            return answer | {"result": self.rng.choice(["not_reached", "declined"])}
        if item.kind == "ratify_emergency" and rare:
            return {"ratified": False, "reasons": "it could have waited"}
        if limits := answer.get("follow_up"):
            later = (self.unit.now + 6 * WEEK).isoformat()
            choices = ({"chosen": "accepted"}, {"chosen": "declined"}, {"chosen": "another_time", "at": later})
            return answer | {"follow_up": {limit: self.rng.choice(choices) for limit in limits}}
        return answer

    @contextmanager
    def acting(self, who: str) -> Any:
        with self.unit.acting(who) as act:
            yield act


def by_one(who: str, do: Callable[[Act, str], object]) -> Callable[[Life], None]:
    def act(life: Life) -> None:
        with life.acting(who) as acting:
            do(acting, life.reference)

    return act


def by_two(first: str, second: str, do: Callable[[Act, str], object]) -> Callable[[Life], None]:
    def act(life: Life) -> None:
        for who in (first, second) if life.happens(0.8) else (first,):
            with life.acting(who) as acting:
                do(acting, life.reference)
            life.unit.now += timedelta(minutes=7)

    return act


def time_passes(life: Life) -> None:
    life.unit.now += life.rng.choice([timedelta(hours=5), timedelta(days=2), timedelta(days=12), 5 * WEEK])


def sweep_passes(life: Life) -> None:
    time_passes(life)

    @contextmanager
    def acting() -> Any:
        with life.unit.acting() as act:
            yield act

    sweep.sweep(acting, now=life.unit.now)


def danger_in_time(life: Life) -> None:
    with life.acting("intake") as act:
        governance.report_danger(act, life.reference, reason="new_threat: he rang her")


def merged(life: Life) -> None:
    """The same application once more, a day later; merged, and sometimes taken apart again."""
    life.unit.now += timedelta(days=1)
    again = life.unit.receive({**life.row, "external_id": f"{life.row['external_id']}-{life.unit.now:%j%H%M}",
                               "submitted_at": life.unit.now.isoformat()})  # fmt: skip
    for command in (merging.merge, merging.unmerge) if life.happens(0.5) else (merging.merge,):
        for who in ("supervise", "supervise2"):
            with life.acting(who) as act:
                into = {"into": life.reference} if command is merging.merge else {}
                command(act, again, reason="same_row_twice", **into)
            life.unit.now += timedelta(minutes=3)


def taken_back(life: Life) -> None:
    with life.unit.store.session() as session:
        query = select(WorkItem.id).where(
            WorkItem.reference == life.reference, WorkItem.done_at.is_not(None), WorkItem.superseded_at.is_(None)
        )
        done = sorted(session.scalars(query))
    if done:
        with life.acting("supervise") as act:
            superseding.supersede(act, life.rng.choice(done), reason="it was another file")


def withdrawn_and_back(life: Life) -> None:
    by_two("supervise", "supervise2", lambda act, ref: early_ending.withdraw(act, ref, reason="agreed", **SAID))(life)
    if life.happens(0.7):
        life.unit.now += timedelta(days=life.rng.choice([1, 9]))
        by_one("supervise", lambda act, ref: early_ending.reopen(act, ref, reason="she rang again"))(life)


BENTS: dict[str, Callable[[Life], None]] = {
    "time": time_passes,
    "sweep": sweep_passes,
    "danger": danger_in_time,
    "urgent": by_one("supervise", lambda act, ref: wakes.make_urgent(act, ref, "new_facts")),
    "lower": by_two(
        "supervise", "supervise2", lambda act, ref: governance.lower_priority(act, ref, to="standard", reason="a_slip")
    ),
    "withdrawn": withdrawn_and_back,
    "transferred": by_two(
        "supervise", "supervise2",
        lambda act, ref: early_ending.transfer(act, ref, force="next_door", accepted_by="desk", **UNSAID),
    ),
    "merged": merged,
    "taken back": taken_back,
    "emergency": by_one(
        "inspect", lambda act, ref: emergency.disclose(
            act, ref, recipient="a", channel=PHONE, reason="he is on his way", told="what he did", override="threat_to_kill"
        ),
    ),
    "contact": by_one(
        "intake", lambda act, ref: contact.record(act, ref, party="a", purpose="other", channel=PHONE, result="reached")
    ),
    "held": by_two("supervise", "head", lambda act, ref: governance.restrict(act, ref, reason="a colleague is named")),
}  # fmt: skip
