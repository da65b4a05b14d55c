"""The review as a flow: thin, and its state tells counts only."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.review import registers
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
