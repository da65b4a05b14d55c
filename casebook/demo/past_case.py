"""One past application, handled as it should have been. Well handled and failed cases start from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from casebook.demo.dice import chance, pick, some_day, years
from casebook.demo.households import couple, former_couple
from casebook.demo.people import Makers
from casebook.demo.records import Victim
from casebook.demo.statements import statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from casebook.demo.clerk import Clerk
    from casebook.demo.offences import Offence
    from casebook.demo.people import Human
    from casebook.demo.statements import Row

FIRST, LAST = date(2015, 4, 1), date(2023, 8, 31)
SHORTER_SINCE = date(2023, 4, 1)  # 35 days before, 28 from here on
FOUR = "pnc;pnd;visor;rms"
HANDLERS = tuple(f"H{number:02}" for number in range(1, 13))
APPROVERS = tuple(f"S{number:02}" for number in range(1, 6))


@dataclass(kw_only=True)
class CaseInTheMaking:
    row: Row
    a: Human
    b: Human
    received: date
    decided: date
    mode: str = ""  # the planted failure
    severity: str = "none"  # harm | service | administrative | signal | none
    noise: str = ""  # what might mislead about a case handled well
    danger_now: bool = False


def days_allowed(received: date) -> int:
    return 28 if received >= SHORTER_SINCE else 35


@dataclass(kw_only=True)
class Office:
    """Makes one case with its own random draws, and files its people as the sources know them today."""

    seed: int
    index: int
    clerk: Clerk
    now: date
    rng: Random = field(init=False)
    made: int = 0

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.seed}/past/{self.index}")

    def case(self, *, after: CaseInTheMaking | None = None) -> CaseInTheMaking:
        """A new case. With `after`, a later case by another applicant about the same B."""
        rng = self.rng
        earliest = after.decided + timedelta(days=60) if after else FIRST
        received = some_day(rng, min(earliest, LAST - timedelta(days=1)), LAST)
        received = max(received, earliest)
        self.made += 1
        make = Makers(rng, received, f"P{self.index}-{self.made}-")
        b, a = (former_couple if chance(rng, 0.3) else couple)(make).people
        b = after.b if after else make.known_to_police(b)
        decided = received + timedelta(days=5 + int(rng.random() * 17))
        return CaseInTheMaking(row=self._row(a, b, received, decided), a=a, b=b, received=received, decided=decided)

    def _row(self, a: Human, b: Human, received: date, decided: date) -> Row:
        rng = self.rng
        applicant = pick(rng, ("a", "a", "a", "third_party", "agency"))
        return {
            "received_on": received.isoformat(),
            "route": "right_to_know" if applicant == "agency" else "right_to_ask",
            "applicant": applicant,
            **statement(rng, "a", a),
            **statement(rng, "b", b),
            "b_dob_certainty": "exact",
            "relationship": "partner" if a.home == b.home else "ex_partner",
            "living_together": "yes" if a.home == b.home else "no",
            "children": pick(rng, ("", "", "2012", "2014-05;2016-11-02")),
            "immediate_danger": pick(rng, ("no", "no", "no", "no", "unknown")),
            "handler": pick(rng, HANDLERS),
            "approver": pick(rng, APPROVERS),
            "sources_searched": FOUR + pick(rng, ("", ";dvds_register", ";marac;courts")),
            "searched_as": ";".join(searches(b)),
            "decided_on": decided.isoformat(),
            "rationale": rationale(rng),
            "contact_safe": "yes",
        }

    def history(
        self,
        case: CaseInTheMaking,
        level: Sequence[Offence],
        *,
        first: date | None = None,
        last: date | None = None,
        sources: Sequence[str] = ("rms",),
        known_as: Human | None = None,
        victim: Victim | None = None,
        kind: str = "",
    ) -> None:
        """File B with two or three records between two days; by default before receipt."""
        rng, b = self.rng, known_as or case.b
        last = last or case.received - timedelta(days=30)
        first = first or max(b.born + years(16), case.received - years(6))
        if victim is None:
            self.made += 1
            other = Makers(rng, case.received, f"V{self.index}-{self.made}-").human("f" if b.sex == "m" else "m")
            victim = Victim(self.clerk.file(rng, other, "rms"), "ex_partner")
        for source in sources:
            filed = replace(b, home=b.former_home) if chance(rng, 0.25) else b
            person_id = self.clerk.file(rng, filed, source, careful=True)
            for _ in range(2 + int(rng.random() * 2)):
                on = some_day(rng, min(first, last), last)
                usual = "conviction" if source == "pnc" else ""
                self.clerk.enter(
                    rng, source, person_id, on, kind=kind or usual, offence=pick(rng, level), victim=victim
                )

    def disclose(self, case: CaseInTheMaking) -> None:
        case.row["outcome"] = pick(self.rng, ("disclosed_to_a", "disclosed_to_a", "disclosed_to_a", "disclosed"))
        case.row["disclosed_on"] = (case.decided + timedelta(days=1 + int(self.rng.random() * 5))).isoformat()

    def refuse(self, case: CaseInTheMaking, outcome: str = "nothing_to_disclose") -> None:
        case.row["outcome"] = outcome


def searches(b: Human) -> list[str]:
    """The terms of careful research: the name and every other name, with the birth date."""
    names = [b.name, *b.aliases, *([f"{b.forename} {b.former}"] if b.former else [])]
    return [f"{name}|{b.born.isoformat()}" for name in names]


_SENTENCES = tuple(
    text.split("/")
    for text in """\
All four systems read/Research completed on every name given/PNC, PND, ViSOR and RMS reviewed/Full research pack read
history set against the concern/account weighed with what is held/pattern and recency considered/each entry discussed
three-limb test applied/necessity and proportionality recorded/pressing need considered/article 8 balance recorded
safety plan gone through/support offered/IDVA contact given/re-application explained/referral discussed""".splitlines()
)


def rationale(rng: Random) -> str:
    """A reasoned text. It is different for each case."""
    words = "; ".join(pick(rng, part) for part in _SENTENCES)
    return f"{words}. Entry {int(rng.random() * 90_000) + 10_000} in the log, {pick(rng, (2, 3, 4, 5))} present."
