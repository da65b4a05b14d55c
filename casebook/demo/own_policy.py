"""A bank holiday is proclaimed: two people adopt the force's own policy, and open applications are recalculated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from casebook.demo.desk import Desk
from casebook.policies import reading
from casebook.writing import write_whole

BASE = "england-and-wales-2023"
SATURDAY = 5


def adopt(supervisor: Desk, head: Desk, files: Path, today: date, tell: Callable[[str], None]) -> dict[str, Any]:
    """Propose, agree and recompute; then test on the same cases what the earlier scheme would have said of them."""
    holiday = _next_working_day(today)
    path = _written(files / "own-policy.toml", holiday)
    proposed = supervisor.ask("policy", "adopt", str(path), "--reason", "a bank holiday was proclaimed")
    agreed = head.ask("policy", "adopt", proposed["digest"], "--reason", "agreed", "--recompute")
    moved = len(agreed["recomputed"]["moved"])
    tell(f"{agreed['title']} adopted by two people, with a bank holiday on {holiday:%a %d %b}: {moved} deadlines moved")
    tested = head.ask("policy", "back-test", "england-and-wales-2014@1")
    tell(
        f"Under the scheme of 2014, {tested['changed']} of {tested['tested']} applications would have other limits or steps"
    )
    return {
        "policy": {
            "adopted": agreed["title"],
            "deadlines_moved": moved,
            "back_tested": tested["tested"],
            "would_differ": tested["changed"],
        }
    }


def _written(path: Path, holiday: date) -> Path:
    text = reading.text(BASE).replace('version = "1"', 'version = "2"', 1)
    changed = text.replace("extra_bank_holidays = { value = [],", f"extra_bank_holidays = {{ value = [{holiday}],", 1)
    write_whole(path, changed.encode())
    return path


def _next_working_day(today: date) -> date:
    day = today + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day
