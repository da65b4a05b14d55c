"""The week's look as tasks: what the Prefect UI is shown holds no staff code, and pseudonyms change from week to week."""

from __future__ import annotations

import asyncio
import base64
from contextlib import contextmanager
from datetime import UTC, datetime

import closed_cases
import pytest
from sqlalchemy import text

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.domain.actors import system
from casebook.storage.session import open_store

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CHAIRS = tuple(f"chair-{name}" for name in ("ames", "bell", "cole", "dunn", "eyre"))


@pytest.fixture
def acting(database_url):
    store = open_store(database_url, b"k" * 32)
    rows = closed_cases.unit(CHAIRS, each=50, failing="chair-bell", start=datetime(2026, 1, 1, tzinfo=UTC))
    with store.engine.begin() as connection:
        closed_cases.insert(lambda statement, **values: connection.execute(text(statement), values), rows)

    @contextmanager
    def act(part="monitor"):
        with store.session() as session:
            yield Act(session=session, actor=system(part), now=NOW, playbook=playbook)
            session.commit()

    yield act
    store.engine.dispose()


def test_a_week_asks_draws_and_shows_pseudonyms_only(acting, monkeypatch):
    from tasks import decision_monitor as task  # noqa: PLC0415 - imports Prefect
    from tasks import pictures  # noqa: PLC0415 - the same

    shown = []

    async def keep(**told):
        shown.append(told)

    monkeypatch.setattr(task, "acting", acting)
    monkeypatch.setattr(task, "acreate_markdown_artifact", keep)
    monkeypatch.setattr(pictures, "acreate_image_artifact", keep)
    watched = task.look_at_everybody.fn()
    assert watched.recorded.opened == 1
    assert task.draw_samples.fn() > 0
    pages = set()
    for _ in range(4):
        shown.clear()
        asyncio.run(task.show_charts.fn(watched.reports))
        pages.add(shown[0]["markdown"])
    assert len(pages) > 1  # dealt anew
    assert [each["key"] for each in shown] == ["monitor", "monitor-decision-funnel", "monitor-decision-chart"]
    pictures = [base64.b64decode(each["image_url"].partition(",")[2]).decode() for each in shown[1:]]
    assert all(picture.startswith("<svg") and "person 5" in picture for picture in pictures)
    assert not any(chair in said for chair in CHAIRS for said in (shown[0]["markdown"], *pictures))
