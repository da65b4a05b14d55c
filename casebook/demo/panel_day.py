"""The panel of the demonstration meets once for all that waits; later cases have panels of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from casebook.demo.engine import Engine
from casebook.demo.unit import SimulatedUnit

CHAIR, MEMBER = "syn-chair", "syn-member"
AT_MOST = 5  # cases at one meeting
SOON = timedelta(hours=1)
CONVENE = "convene_panel"


@dataclass(kw_only=True)
class PanelDay:
    """A meeting with the cases that wait for it, what an agency says at it, who came, and the minutes."""

    crew: SimulatedUnit
    engine: Engine
    files: Path
    tell: Callable[[str], None]
    meeting: str | None = None

    def await_it(self) -> None:
        """Until the meeting is called, the chair convenes nobody."""
        self.crew.at_the_meeting.add(CONVENE)

    def sit(self) -> bool:
        """Call the meeting once something waits for it. False if nothing does, or it was called before."""
        if self.meeting is not None:
            return False
        chair = self.crew.desks[CHAIR]
        waiting = [item["reference"] for item in chair.ask("work", "list") if item["kind"] == CONVENE]
        if not waiting:
            return False
        at = (self.engine.now() + SOON).isoformat()
        self.meeting = chair.ask("panel", "meeting", "--at", at, "--chair", CHAIR, "--member", f"{MEMBER}:probation")[
            "meeting"
        ]
        self.crew.at_the_meeting.clear()
        added = chair.ask("panel", "agenda", str(self.meeting), "--add", *waiting[:AT_MOST], "--asked", "probation")[
            "added"
        ]
        for reference in added[:1]:
            words = (
                "--words",
                "he kept his appointments until May",
                "--handling",
                "C",
                "--conditions",
                "for the panel only",
            )
            chair.ask("panel", "say", reference, "--agency", "probation", "--by", "the duty officer", *words)
        self.tell(f"a panel is called for {len(added)} cases; probation tells it what it knows of one of them")
        return True

    def close(self) -> None:
        """Note who came, and write the minutes."""
        if self.meeting is None:
            return
        chair, file = self.crew.desks[CHAIR], self.files / "minutes.pdf"
        chair.ask("panel", "attend", self.meeting, "--present", CHAIR, MEMBER)
        kept = chair.ask("panel", "minutes", self.meeting, "--pdf", str(file), "--keep")["kept"]
        self.tell(f"minutes of the panel written: {file}, and kept with the papers of {len(kept)} cases")
