"""Several in one process use a store: its connections stay open for the next command, and are closed in the end."""

from __future__ import annotations

from sqlalchemy import text

from casebook.storage.session import in_use, open_store


def test_connections_stay_open_until_the_last_leaves(database_url):
    with in_use(open_store(database_url, b"k")) as store:
        with in_use(open_store(database_url, b"k")) as inner, inner.session() as session:
            session.execute(text("SELECT 1"))
        assert store.engine.pool.checkedin() == 1
    assert store.engine.pool.checkedin() == 0
