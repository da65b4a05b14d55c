"""One application in the making: its people, and the sources' records about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from casebook.demo.dice import pick, some_day, years
from casebook.demo.households import couple, former_couple
from casebook.demo.offences import Offence
from casebook.demo.people import Makers
from casebook.demo.records import NOBODY, Victim
from casebook.demo.statements import moment, statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from random import Random

    from casebook.demo.clerk import Clerk
    from casebook.demo.people import Human
    from casebook.demo.statements import Row


USUAL_PLAN = {
    "safe_channel": "phone",
    "safe_days": "mon;tue;wed;thu;fri",
    "safe_from": "09:30",
    "safe_until": "14:30",
    "safe_voicemail": "no",
    "code_word": "marigold",
}


@dataclass(kw_only=True)
class Scene:
    """One application in the making: its random draws, its people, and the clerk who files them."""

    rng: Random
    make: Makers
    clerk: Clerk
    now: datetime

    def pair(self, *, former: bool = False) -> tuple[Human, Human]:
        """(A, B)"""
        b, a = (former_couple if former else couple)(self.make).people
        return a, b

    def known(
        self,
        b: Human,
        level: Sequence[Offence],
        *,
        sources: Sequence[str] = ("rms", "pnc", "pnd"),
        careful: bool = True,
    ) -> Human:
        """Give B a history in these sources, with another victim than A. Returns B with police numbers."""
        rng, b = self.rng, self.make.known_to_police(b)
        other = self.make.human("f" if b.sex == "m" else "m")
        victim = Victim(self.clerk.file(rng, other, "rms"), "ex_partner")
        first = max(b.born + years(18), self.now.date() - years(9))
        for source in sources:
            person_id = self.clerk.file(rng, b, source, careful=careful)
            for _ in range(1 + int(rng.random() * 3)):
                on = some_day(rng, first, self.now.date() - timedelta(days=20))
                self.clerk.enter(rng, source, person_id, on, offence=_kind_for(rng, source, level), victim=victim)
            self.clerk.enter(rng, source, person_id, some_day(rng, first, self.now.date()), victim=NOBODY)
        return b

    def row(self, a: Human, about_b: Row, **columns: str) -> Row:
        """A correct Right to Ask application by A, changed by `columns`."""
        rng = self.rng
        started = some_day(rng, self.now.date() - years(2), self.now.date() - years(0.2))
        return {
            "submitted_at": moment(self.now - timedelta(minutes=int(rng.random() * 60 * 50))),
            "route": "right_to_ask",
            "applicant": "a",
            "immediate_danger": "no",
            **statement(rng, "a", a),
            "relationship": "partner",
            "relationship_started": started.isoformat(),
            "living_together": "yes",
            "pregnant": "no",
            **USUAL_PLAN,
            **about_b,
            **columns,
        }


def _kind_for(rng: Random, source: str, level: Sequence[Offence]) -> Offence | None:
    """The kind of a record. Sources without offence codes (courts, MARAC) use their own words."""
    return pick(rng, level) if source in {"rms", "pnc", "pnd", "visor"} else None
