"""PostgreSQL is restarted under a running `casebook sweep`: it ends with one clear error or finishes, and nothing is told twice."""

from __future__ import annotations

import json
import subprocess
import threading
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import staffing
from sqlalchemy import func, select

from casebook import clock
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.escalation import due, raising
from casebook.casework.opening_home import open_casebook
from casebook.casework.sweep import sweep
from casebook.cli.main import main
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import WorkKind
from casebook.errors import DatabaseUnavailable
from casebook.storage import trial
from casebook.storage.server import cluster, packaged_server, server_place
from casebook.storage.tables import Escalation, Notice, WorkItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MANY, PAGE, AT_PAGE = 60, 10, 3  # applications, each with two things to tell of
HEADER = "external_id,submitted_at,route,applicant,immediate_danger,a_forename,a_surname,a_dob,relationship"


@pytest.fixture
def running(begun_home: Path) -> Iterator[cluster.Server]:
    """A server of this test's own, so that nobody else is thrown out when it restarts."""
    with cluster.running(begun_home) as server:
        yield server


@pytest.fixture
def run(
    running: cluster.Server, begun_home: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict]]:
    def call(*words: str) -> tuple[int, dict]:
        code = main([*words, "--json", "--home", str(begun_home)])
        return code, json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def restart(running: cluster.Server) -> Callable[[], None]:
    """As an operator or a crash does it: every connection is cut, and the server recovers from its log."""

    def now() -> None:
        account = server_place.owner_of(running.data)
        pg_ctl = server_place.programs(account, cluster.CLUSTERS) / "pg_ctl"
        words = [pg_ctl, "restart", "-w", "-m", "immediate", "-D", running.data, "-l", running.data / "restarted.log"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, **packaged_server._as_server(account))

    return now


@pytest.fixture
def look(running: cluster.Server, begun_home: Path):
    store = open_casebook(begun_home, running.url("casebook"))

    def ask(query):
        with store.session() as session:
            return list(session.scalars(query))

    yield ask
    store.engine.dispose()


@pytest.fixture
def later(run: Callable[..., tuple[int, dict]], running: cluster.Server, begun_home: Path, tmp_path: Path) -> str:
    """Many applications whose items nobody takes; the moment at which all of them are to be told of."""
    store = open_casebook(begun_home, running.url("casebook"))
    with store.session() as session:
        trial.begin(session)
        session.commit()
    rows = [
        HEADER,
        *(f"N{n},2026-03-02T09:00:00+00:00,right_to_ask,a,no,A{n},B,1990-01-01,partner" for n in range(MANY)),
    ]
    (tmp_path / "many.csv").write_text("\n".join(rows) + "\n")
    code, told = run("applications", "import", str(tmp_path / "many.csv"))
    assert (code, len(told["accepted"])) == (0, MANY)
    with store.session() as session:
        act = Act(session=session, actor=OPERATOR, now=clock.now(), playbook=playbook)
        staffing.hire(act, staffing.SMALLEST, trained={"o1"})
        session.commit()
    return (clock.now() + timedelta(hours=25)).isoformat()


@pytest.fixture
def at_page(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Have something happen once, in the middle of one of the sweep's transactions."""

    def arrange(event: Callable[[], None]) -> None:
        pages = iter(range(1, 1_000))

        def told(act: Act, waiting):
            done = raising.raise_levels(act, waiting)
            act.session.flush()
            if next(pages) == AT_PAGE:
                event()
            return done

        steps = tuple((find, told if page is raising.raise_levels else page) for find, page in sweep.ESCALATIONS)
        assert (due.waiting, told) in steps
        monkeypatch.setattr(sweep, "ESCALATIONS", steps)
        monkeypatch.setattr(sweep, "PAGE", PAGE)

    return arrange


def told_once(run: Callable[..., tuple[int, dict]], look, later: str) -> None:
    """By a second sweep at the latest everybody was told once, and the ledger knows all of it."""
    code, _ = run("sweep", "--now", later)
    assert code == 0
    items = look(select(WorkItem.id).where(WorkItem.kind == WorkKind.COMPLETE_DETAILS))
    rungs = Counter(look(select(Escalation.item_id)))
    assert len(items) == MANY
    assert {rungs[item] for item in items} == {1}
    assert set(Counter(look(select(Notice.escalation_id).where(Notice.escalation_id.is_not(None)))).values()) == {1}
    gathered = func.jsonb_array_elements_text(WorkItem.subject["items"])
    asked = look(select(gathered).where(WorkItem.kind == WorkKind.ACKNOWLEDGE_ESCALATION))
    assert Counter(asked) == rungs
    assert run("sweep", "--now", later)[1]["escalated"] == []
    assert run("audit", "verify")[1]["ok"]


def test_a_restart_in_the_middle_of_a_sweep_ends_it_with_one_error_and_the_next_one_does_the_rest(
    run, later, look, restart, at_page
):
    committed = []

    def event() -> None:
        committed.append(len(look(select(Escalation.id))))
        restart()

    at_page(event)
    code, told = run("sweep", "--now", later)
    assert (code, told["error"]["code"]) == (DatabaseUnavailable.exit_code, "database_unavailable")
    # the pages before are kept, the one it was at is undone whole
    assert committed == [len(look(select(Escalation.id)))]
    assert committed[0] % MANY > 0
    told_once(run, look, later)


def test_a_restart_that_nobody_waits_for_ends_a_sweep_with_one_error_or_not_at_all(run, later, look, restart, at_page):
    restarting = threading.Thread(target=restart)
    at_page(restarting.start)
    code, told = run("sweep", "--now", later)
    restarting.join()
    assert code == 0 or told["error"]["code"] == "database_unavailable"
    told_once(run, look, later)
