"""What is given to a command: moments and codes, checked before anything is done with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from casebook.casework.core.acting import refuse_because
from casebook.errors import InvalidAnswer


def moment(text: str | None, now: datetime) -> datetime:
    """Read a time from the command line. It must have an offset and not be in the future."""
    if text is None:
        return now
    try:
        at: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        refuse_because(
            "bad_time", "give the time in ISO 8601 with its offset, such as 2026-03-01T14:30+00:00", InvalidAnswer
        )
    refuse_future(at, now)
    return at


def refuse_future(at: datetime, now: datetime) -> None:
    """Refuse a time in the future."""
    if at > now:
        refuse_because("in_the_future", "the time must not be in the future", InvalidAnswer)


def one_of(allowed: Iterable[str], given: str, name: str) -> str:
    """Check that a value from the command line is one of those allowed."""
    values = [str(value) for value in allowed]
    if given not in values:
        refuse_because("bad_value", f"{name} must be one of: {', '.join(values)}", InvalidAnswer)
    return given
