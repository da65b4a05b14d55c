"""The transcript of one case in docs/operations.md, carried out command by command as it stands there.

Each command runs as `casebook` does, on a fresh home with a real database. The part of `casebook up` is played by the same
tasks with the same gates, without Prefect: what waits for nobody is carried on after each command.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk import Desk
from transcript import Step, difference, fenced, steps

from casebook.domain.vocabulary import Stage

CHECKOUT = Path(__file__).parents[2]
HEADING = "One case by hand"
BEGIN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # of the case, as the page says: a Monday
APART = timedelta(minutes=2)  # from a command to the next
MOST_COMMANDS = 15


@pytest.fixture(scope="module")
def blocks() -> list[str]:
    return fenced((CHECKOUT / "docs" / "operations.md").read_text("utf-8"), HEADING)


class Unit:
    """The terminals of a unit, and the engine."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.now = desk, BEGIN - timedelta(hours=1)

    def carry_out(self, block: str, *, begin: datetime) -> str | None:
        """Give every command; returns the first that does not print what is shown."""
        self.now = begin
        for step in steps(block):
            self.now += APART
            if wrong := self._give(step):
                return f"$ {step.line}\n{wrong}"
        return None

    def _give(self, step: Step) -> str | None:
        if step.staff is not None and step.staff not in self.desk.tokens:
            return f"{step.staff} has no token"
        _, printed, refused = self.desk.say(*step.words, who=step.staff, stdin=step.stdin)
        self.desk.tokens |= dict(re.findall(r"may act with --as (\S+) and CASEBOOK_TOKEN=(\S+)", printed))
        for reference in self._open():
            self._carry(reference)
        return difference(step.shown, printed + refused)

    def _open(self) -> list[str]:
        from casebook.storage import outbox  # noqa: PLC0415
        from tasks import home  # noqa: PLC0415 - imports Prefect

        with home.acting() as act:
            return list(outbox.open_references(act.session))

    def _carry(self, reference: str) -> None:
        """What a run of the engine does."""
        from tasks.record_checks import search_automatic_sources  # noqa: PLC0415 - imports Prefect
        from tasks.stages import finish, look  # noqa: PLC0415

        while (standing := look(reference)).stage is not Stage.CLOSED:
            if standing.stage in {Stage.INTAKE, Stage.RECORD_CHECKS}:
                search_automatic_sources.fn(reference)
            if not finish.fn(reference, standing.stage).moved:
                break


@pytest.fixture
def unit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Unit]:
    from casebook.casework.opening_home import open_casebook  # noqa: PLC0415
    from casebook.storage import session as storage  # noqa: PLC0415
    from casebook.storage.server import cluster  # noqa: PLC0415
    from tasks import home as tasks_home  # noqa: PLC0415 - imports Prefect

    monkeypatch.chdir(CHECKOUT)  # the page names files of a checkout
    home = Path(tempfile.mkdtemp(prefix="casebook-test-", dir="/tmp"))
    home.chmod(0o711)
    unit = Unit(Desk(home))
    monkeypatch.setattr(storage, "now", lambda _session: unit.now)
    with cluster.running(home) as server, storage.in_use(open_casebook(home, server.url("casebook"))) as store:
        monkeypatch.setattr(tasks_home, "store", lambda: store)
        yield unit
    shutil.rmtree(home, ignore_errors=True)


def test_a_case_is_carried_from_intake_to_closure_as_the_page_says(unit, blocks):
    set_up, case = blocks
    assert unit.carry_out(set_up, begin=BEGIN - timedelta(hours=1)) is None
    assert unit.carry_out(case, begin=BEGIN) is None


def test_it_takes_few_commands_besides_the_forms(blocks):
    _, case = blocks
    assert len([step for step in steps(case) if not step.is_form]) <= MOST_COMMANDS


def test_a_shell_reads_every_line(blocks):
    for block in blocks:
        script = "\n".join(f"{step.line} <<'END'\n{step.stdin}END" for step in steps(block))
        assert subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=True).stderr == ""
