"""What is given to a command: moments and codes, checked before anything is done with them.

Each check gives a reason, so that a use case can name every fault at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from casebook import bounds
from casebook.casework.core.acting import refuse
from casebook.domain.actors import Reason
from casebook.errors import InvalidAnswer

_FUTURE = Reason("in_the_future", "the time must not be in the future")


def why_not_moment(text: str | None, now: datetime) -> Reason | None:
    """A reason if this is no time of the past with an offset. Nothing given is now."""
    at = now if text is None else _read(text)
    if at is None:
        return Reason("bad_time", "give the time in ISO 8601 with its offset, such as 2026-03-01T14:30+00:00")
    return _FUTURE if at > now else None


def why_not_one_of(allowed: Iterable[str], given: str, name: str, *, code: str = "bad_value") -> Reason | None:
    """A reason if a value is not one of those allowed."""
    values = [str(value) for value in allowed]
    return None if given in values else Reason(code, f"{name} must be one of: {', '.join(values)}")


def why_not_words(text: str, name: str) -> Reason | None:
    """A reason if nothing was written, or more than anybody reads."""
    if len(text) > bounds.LONG_TEXT:
        return Reason("too_long", f"{name} has more than {bounds.LONG_TEXT:,} characters")
    return None if text.strip() else Reason("reason_missing", f"{name} must not be empty")


def moment(text: str | None, now: datetime) -> datetime:
    """Read a time from the command line. It must have an offset and not be in the future."""
    refuse(why_not_moment(text, now), InvalidAnswer)
    return (None if text is None else _read(text)) or now


def refuse_future(at: datetime, now: datetime) -> None:
    """Refuse a time in the future."""
    refuse(_FUTURE if at > now else None, InvalidAnswer)


def one_of(allowed: Iterable[str], given: str, name: str) -> str:
    """Check that a value from the command line is one of those allowed."""
    refuse(why_not_one_of(allowed, given, name), InvalidAnswer)
    return given


def _read(text: str) -> datetime | None:
    """The time, or None if it cannot be read or has no offset."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
