"""What comes up in a unit on any day beside its queue: calls, papers, a duplicate, somebody who goes on leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from casebook.demo.desk import Desk

# who they are and how they may be reached is said again; what has been told of their lives is not
SAID_AGAIN = ("a_", "b_", "c_", "safe_", "route", "applicant", "relationship", "code_word", "interpreter")
AGAIN = {
    "immediate_danger": "no", "concern": "I sent this form before, and nobody rang.", "living_together": "unknown",
    "pregnant": "unknown",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Everyday:
    """The desks of a unit, and the applications that came in: their references and rows, by external id."""

    desks: Mapping[str, Desk]
    references: Mapping[str, str]
    rows: Mapping[str, Mapping[str, str]]  # of applications.csv
    today: date
    tell: Callable[[str], None]

    def comes_up(self) -> str:
        """Let all of it come up. Returns the reference of the duplicate."""
        self._calls_come_in()
        self._papers_come_in()
        self._somebody_goes_on_leave()
        return self._somebody_asks_twice()

    def _calls_come_in(self) -> None:
        """The telephone rings: staff find the case; one caller is known, another cannot say who they are."""
        intake = self.desks["syn-intake"]
        calls = (
            (intake, "questions", "she has a new number, and asks when we will ring", ("details", "call_back")),
            (self.desks["syn-supervisor"], "not_identified", "somebody asks to take it all back", ("withdrawal",)),
        )
        for reference, (desk, known_by, said, opens) in zip(self.references.values(), calls, strict=False):
            words = ("--caller", "a", "--identified-by", known_by, "--said", said, "--opens", *opens)
            desk.ask("applications", "call", reference, *words)
            note = ("--category", "contact", "--words", "the call was taken down as it was said", "--about", "a")
            desk.ask("applications", "note", reference, *note)
        surname = self.rows[next(iter(self.references))]["b_surname"]
        found = intake.find({"surname": surname})["hits"] if surname else []
        self.tell(f"somebody asks about a name: {len(found)} applications are found by it")
        self.tell("calls come in: what they ask for is work for somebody, and stands in the timeline")

    def _papers_come_in(self) -> None:
        """Somebody hands in a paper, and another stays where it is."""
        intake, reference = self.desks["syn-intake"], next(iter(self.references.values()))
        what = ("--category", "identity_proof", "--title", "proof of address", "--about", "a")
        intake.attach(reference, "SYNTHETIC PAPER OF THE DEMONSTRATION\n\nNobody lives at 1 Synthetic Street.\n", *what)
        where = ("--category", "undertaking", "--title", "form of undertaking", "--where", "paper file SYN-1")
        intake.ask("applications", "refer-paper", reference, *where)
        self.tell(f"{reference}: a paper is attached and sealed, and another written down where it is kept")

    def _somebody_asks_twice(self) -> str:
        """An applicant comes to the counter with what they sent before: two people make one file of it."""
        asked = "SPECIAL-NEGATIVE" if "SPECIAL-NEGATIVE" in self.references else next(iter(self.references))
        said = {name: cell for name, cell in self.rows[asked].items() if cell and name.startswith(SAID_AGAIN)}
        again = self.desks["syn-intake"].take_down({**said, **AGAIN})
        words = ("merge", again, "--into", self.references[asked], "--reason", "the same form once more")
        for who in ("syn-intake", "syn-supervisor"):
            self.desks[who].ask("applications", *words)
        self.tell(f"{again}: taken down at the counter, a duplicate; two people merge it into {self.references[asked]}")
        return again

    def _somebody_goes_on_leave(self) -> None:
        """A researcher who answers for a case is away for a day: somebody of the same role covers and is told of it."""
        supervisor, reference = self.desks["syn-supervisor"], next(iter(self.references.values()))
        supervisor.ask("applications", "assign", reference, "--to", "syn-research-2", "--reason", "knows the family")
        day = (self.today + timedelta(days=1)).isoformat()
        cover = ("--cover", "syn-research-1", "--handover", "ring the housing office about the second address")
        supervisor.ask("staff", "absence", "syn-research-2", "--from", day, "--until", day, *cover)
        self.tell(f"{reference}: its case officer goes on leave, and a colleague covers")
