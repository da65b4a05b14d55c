"""The only caller of `datetime.now`. Rules take the present as an argument; a home's present is `storage.session.now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The real present, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place
