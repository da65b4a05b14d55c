"""Decisions of a past year with a planted decider, who never discloses: the monitor must ask about that one person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.demo.engine import Engine
from casebook.demo.unit import Hiring
from casebook.domain.actors import OPERATOR
from casebook.storage import session as storage
from casebook.storage.tables import Application, Approval, Base, Decision

CHAIRS = tuple(f"syn-past-chair-{number}" for number in range(1, 6))
PLANTED = CHAIRS[2]
EACH = 50  # decisions of each
TOLD = 0.45  # of the others' decisions disclose
FIRST = 900_001  # numbers that no application of the demonstration reaches
STANDARDS = "syn-standards"


@dataclass(kw_only=True)
class PastDeciders:
    """Closed decisions of five synthetic chairs, and what the monitor makes of them."""

    hire: Hiring
    engine: Engine
    tell: Callable[[str], None]

    def run(self) -> dict[str, object]:
        """Plant the decisions and let the monitor look at them. Returns its answers for the summary."""
        self.planted = self.plant()
        standards = self.hire(STANDARDS, "professional_standards")
        self.engine.run("decision_monitor/monitor")
        questions = standards.ask("monitor", "signals")
        asked = any(question["staff"] == PLANTED for question in questions)
        self.tell(
            f"The monitor looked at {len(self.planted)} decisions of a past year and asks {len(questions)} questions;"
            f" {'one is' if asked else 'none is'} about the decider who was planted"
        )
        return {"monitor_questions": len(questions), "monitor_asks_about_planted": asked}

    def plant(self) -> set[str]:
        """Write the decisions. Returns the references."""
        rng = Random("planted decider")
        with self.engine.store.session() as session:
            act = Act(session=session, actor=OPERATOR, now=storage.now(session), playbook=playbook)
            references = [f"CL-2025-{FIRST + number:06d}" for number in range(EACH * len(CHAIRS))]
            for number, reference in enumerate(references):
                chair = CHAIRS[number % len(CHAIRS)]
                told = chair != PLANTED and rng.random() < TOLD
                for row in _rows(act, reference, chair, told=told, days=1 + (len(references) - number) // len(CHAIRS)):
                    session.add(row)
                    session.flush()
            act.record_many("application_received", {reference: {"route": "right_to_ask"} for reference in references})
            session.commit()
        return set(references)


def _rows(act: Act, reference: str, chair: str, *, told: bool, days: int) -> Iterator[Base]:
    at, outcome = act.now - timedelta(days=days), "disclosed_to_a" if told else "not_disclosed"
    yield Application(
        reference=reference, content_digest=reference, submitted_at=at, received_at=at, route="right_to_ask", applicant="a",
        policy="england-and-wales-2023@1", immediate_danger="no", living_together="no", pregnant="no", children=[], doubts=[],
        explained=[], stage="closed", priority="standard", priority_reason="none", version=1, outcome=outcome, closed_at=at,
        out_of_cycle=False, restricted=False, legal_hold=False,
    )  # fmt: skip
    yield Decision(
        id=f"{reference}-1", reference=reference, version=1, chair=chair, outcome=outcome, limbs={}, representations={},
        recipients=[], items=[], rationale="synthetic", dissent=[], facts="synthetic", policy="england-and-wales-2023@1",
        occurred_at=at, recorded_at=at, superseded=False,
    )  # fmt: skip
    yield Approval(
        decision_id=f"{reference}-1", reference=reference, approved=True, approver="syn-past-approver", chair=chair,
        researchers=[], reason="synthetic", approved_at=at,
    )  # fmt: skip
