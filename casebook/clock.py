"""The only caller of `datetime.now`. Rules take the time as an argument; the time of a home is `storage.session.now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC, with its offset."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place
