"""The review as a flow: thin, and its state tells counts only."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.review import registers, triage
from casebook.domain.actors import OPERATOR, system
from casebook.storage.session import open_store


@pytest.fixture
def acting(database_url):
    store = open_store(database_url, b"k" * 32)

    @contextmanager
    def act(part="review"):
        with store.session() as session:
            yield Act(session=session, actor=system(part), now=datetime(2026, 6, 1, tzinfo=UTC), playbook=playbook)
            session.commit()

    yield act
    store.engine.dispose()


def test_the_task_ranks_everything_and_shows_how_far_it_is(acting, tmp_path, monkeypatch):
    from tasks import retrospective_review as task  # noqa: PLC0415 - imports Prefect

    (tmp_path / "r.csv").write_text("register,reference,b_surname\nlist,R1,Jones\nlist,R2,Webb\n")
    with acting() as act:
        registers.import_file(
            Act(session=act.session, actor=OPERATOR, now=act.now, playbook=playbook), tmp_path / "r.csv"
        )
    shown = []
    monkeypatch.setattr(task, "acting", acting)
    monkeypatch.setattr(task, "create_progress_artifact", lambda **told: shown.append(told["progress"]))
    monkeypatch.setattr(task, "_show", lambda _artifact, percent: shown.append(percent))
    told = task.triage_past_applications.fn()
    assert (told.applications, told.assessed) == (2, 2)
    assert shown == [0.0, 100.0, 100.0]


def test_the_page_about_the_review_has_counts_and_no_name_or_reference(acting, tmp_path, monkeypatch):
    from tasks import retrospective_review as task  # noqa: PLC0415 - imports Prefect

    (tmp_path / "r.csv").write_text("register,reference,b_surname\nlist,Jones v Webb,Jones\nlist,R2,Webb\n")
    with acting() as act:
        registers.import_file(
            Act(session=act.session, actor=OPERATOR, now=act.now, playbook=playbook), tmp_path / "r.csv"
        )
    triage.triage(acting)
    shown = []

    async def keep(**told):
        shown.append(told)

    monkeypatch.setattr(task, "acting", acting)
    monkeypatch.setattr(task, "acreate_markdown_artifact", keep)
    asyncio.run(task.show_overview.fn())
    [page] = shown
    assert page["key"] == "look-back"
    assert "2 of them are ranked" in page["markdown"]
    assert "0 are examined, 0 are in hand, 2 remain" in page["markdown"]
    assert not [word for word in ("Jones", "Webb", "R2") if word in page["markdown"]]
