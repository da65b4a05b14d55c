"""Staff who make errors: sensible answers, now and then with an error that is typical of the work item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from walking import Unit

from casebook.domain.vocabulary import Stage
from casebook.errors import Refused
from casebook.storage.tables import WorkItem

Given = dict[str, Any]

# kind -> the answer as somebody who is mistaken gives it
WRONG: Mapping[str, Callable[[Given], Given]] = {
    "return_search": lambda said: {
        **said, "result": "nil", "persons": [], "searches": [{**each, "result": "nil"} for each in said.get("searches", [])]
    },
    "review_match": lambda said: {**said, "verdict": "different" if said["verdict"] == "same" else "same"},
    "second_look_at_rejection": lambda said: {**said, "agrees": not said["agrees"]},
    "sign_off_identity": lambda said: {**said, "confidence": "low"},
    "state_adequacy": lambda said: {**said, "uncovered": []},
    "assess_risk": lambda said: {**said, "judgement": "lower", "band": "standard"},
    "validate_with_owner": lambda said: {**said, "agreed": not said["agreed"]},
    "decide": lambda said: {
        **{name: said[name] for name in ("rationale", "representations")}, "outcome": "nothing_to_disclose",
        "limbs": {limb: {**answer, "met": False} for limb, answer in said["limbs"].items()},
    },
    "approve_decision": lambda said: {**said, "approved": not said["approved"]},
    "deliver_disclosure": lambda said: {**said, "items": []},
    "deliver_no_disclosure": lambda said: {**said, "support_offered": False},
    "attest_delivery": lambda said: {**said, "present": False},
}  # fmt: skip


@dataclass(kw_only=True)
class Erring:
    """A unit whose people err in `rate` of their steps: a wrong answer, or work done by whoever did the step before."""

    unit: Unit
    rng: Random
    rate: float
    erred: Counter[str] = field(default_factory=Counter)  # by kind: let through
    caught: Counter[str] = field(default_factory=Counter)  # by kind: refused
    last: str | None = None

    def work(self, reference: str, *, rounds: int = 60) -> str:
        """Work one application as far as possible. What was refused is then done correctly."""
        for _ in range(rounds):
            stage = self.unit.carry(reference)
            if stage == Stage.CLOSED:
                break
            for item in self.unit.open_items(reference):
                self._do(reference, item)
        return stage

    def _do(self, reference: str, item: WorkItem) -> None:
        self.unit.wait_for(item)
        able = self.unit.fitting(item)
        if item.id not in {each.id for each in self.unit.open_items(reference)} or not able:
            return
        who = self.rng.choice(able)
        said = self.unit.answer(who, item)
        if self.rng.random() < self.rate and self._err(who, item, said):
            return
        for each in (who, *(other for other in able if other != who)):
            try:
                self.unit.do(each, item, said)
            except Refused:
                continue
            self.last = each
            return

    def _err(self, who: str, item: WorkItem, said: Given) -> bool:
        """Whether the error was let through."""
        wrong = WRONG[item.kind](said) if item.kind in WRONG and self.rng.random() < 0.8 else said
        doer = who if wrong is not said else (self.last or who)
        try:
            self.unit.do(doer, item, wrong)
        except Refused:
            self.caught[item.kind] += 1
            return False
        self.erred[item.kind] += 1
        return True
