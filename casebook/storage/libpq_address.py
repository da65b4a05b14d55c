"""SQLAlchemy's address of a database in the words of libpq, for whoever connects without SQLAlchemy."""

from __future__ import annotations

from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL, make_url


def for_libpq(url: str | URL) -> str:
    """`url` as `name=value` words. Written as an address again, SQLAlchemy makes a plus of a space, and libpq keeps the plus."""
    parts = make_url(url)
    options = {name: value if isinstance(value, str) else ",".join(value) for name, value in parts.query.items()}
    return make_conninfo(**{**parts.translate_connect_args(username="user", database="dbname"), **options})
