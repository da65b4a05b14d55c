"""The review in a database: nothing is counted twice, an interrupted triage goes on, and the order of files is no matter."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.record_checks import extracts
from casebook.casework.review import registers as review
from casebook.casework.review import triage
from casebook.demo import force
from casebook.domain.actors import OPERATOR, Actor
from casebook.domain.vocabulary import Role, Source
from casebook.errors import NotPermitted
from casebook.storage.review import registers as stored
from casebook.storage.tables import LedgerEntry, ReviewApplication, ReviewRow

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
SEED, PAST = 5, 60


@pytest.fixture
def acting(store):
    @contextmanager
    def act(actor=OPERATOR):
        with store.session() as session:
            yield Act(session=session, actor=actor, now=NOW, playbook=playbook)
            session.commit()

    return act


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    directory = tmp_path_factory.mktemp("force")
    force.write(force.build(SEED, persons=300, register=PAST, data_faults=0.2), directory)
    return directory


@pytest.fixture
def taken_in(take_in, files, fill_once):
    """Every register, not triaged."""
    fill_once("registers", lambda: take_in(registers(files)))


@pytest.fixture
def triaged(acting, take_in, load, files, fill_once):
    """Every source and every register, triaged."""

    def fill():
        load()
        take_in(registers(files))
        triage.triage(acting)

    fill_once("registers, triaged", fill)


@pytest.fixture
def take_in(acting):
    def run(paths):
        for path in paths:
            with acting() as act:
                review.import_file(act, path)

    return run


@pytest.fixture
def load(acting, files):
    def run():
        for source in Source:
            if (persons := files / f"persons-{source}.csv").exists():
                with acting() as act:
                    extracts.load(act, source, persons=persons, records=files / f"records-{source}.csv")

    return run


def ranking(acting):
    """What is the same however the rows came: everything but names made of line numbers."""
    with acting() as act:
        return [(row.rank, row.id, row.assessment) for row in stored.applications(act.session)]


def registers(files):
    return sorted(files.glob("register-*.csv"))


@pytest.mark.usefixtures("taken_in")
def test_the_same_register_twice_changes_nothing(acting, take_in, files):
    with acting() as act:
        before = act.session.scalar(select(func.count()).select_from(ReviewRow))
        spoken = act.session.scalar(select(func.count()).select_from(LedgerEntry))
    take_in(registers(files))
    with acting() as act:
        assert act.session.scalar(select(func.count()).select_from(ReviewRow)) == before
        assert act.session.scalar(select(func.count()).select_from(LedgerEntry)) == spoken


@pytest.mark.usefixtures("taken_in")
def test_every_row_is_in_exactly_one_application(acting, files):
    with acting() as act:
        review.reconciled(act)
        rows = [row for each in stored.applications(act.session) for row in each.rows]
        kept = act.session.scalars(select(ReviewRow.id)).all()
    assert sorted(rows) == sorted(kept)
    lines = sum(
        len(list(csv.DictReader(io.StringIO(path.read_bytes().decode("latin-1"))))) for path in registers(files)
    )
    assert len(kept) == lines


@pytest.mark.usefixtures("taken_in")
def test_without_any_source_everything_is_ranked_once(acting):
    told = triage.triage(acting)
    assert told.applications == len(ranking(acting))
    assert [rank for rank, _, _ in ranking(acting)] == [*range(1, told.applications + 1)]


@pytest.mark.usefixtures("triaged")
def test_an_interrupted_triage_goes_on_and_ends_the_same(acting, monkeypatch):
    whole = ranking(acting)
    with acting() as act:
        act.session.query(ReviewApplication).update({"basis": None, "assessment": None, "rank": None})
    monkeypatch.setattr(triage, "CHUNK", 25)

    def stop(done, _of):
        if done >= 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        triage.triage(acting, stop)
    again = triage.triage(acting)
    assert again.assessed == len(whole) - 50
    assert ranking(acting) == whole
    assert triage.triage(acting).assessed == 0


@pytest.mark.usefixtures("triaged")
def test_shuffled_or_in_halves_it_is_the_same_ranking(acting, take_in, files, tmp_path, owners):
    whole = [each[1:] for each in ranking(acting)]
    with owners.engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE review_row, review_import, review_application, review_state CASCADE")
    for path in registers(files):
        header, *rows = rows_of(path)
        half = len(rows) // 2
        write(tmp_path / f"{path.stem}-2.csv", header, rows[half:][::-1])
        write(tmp_path / f"{path.stem}-1.csv", header, rows[:half][::-1])
    take_in(sorted(tmp_path.glob("*-1.csv")))
    triage.triage(acting)
    take_in(sorted(tmp_path.glob("*-2.csv")))
    triage.triage(acting)
    assert [each[1:] for each in ranking(acting)] == whole


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8", "surrogateescape"))))


def write(path, header, rows):
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([header, *rows])


@pytest.mark.usefixtures("triaged")
def test_what_is_planted_ranks_before_what_is_sound(acting, files):
    with acting() as act:
        ranks = {row.reference: row.rank for row in stored.applications(act.session)}
    truth = list(csv.DictReader((files / "truth-register.csv").read_text("utf-8").splitlines()))
    failed = [
        min(ranks[name] for name in each["also"].split(";") if name in ranks)
        for each in truth
        if each["severity"] in {"service", "harm"}
    ]
    assert failed
    assert sum(rank <= 2 * len(failed) for rank in failed) >= 0.8 * len(failed)


@pytest.mark.usefixtures("taken_in")
def test_a_new_extract_is_a_reason_to_assess_again(acting, load):
    first = triage.triage(acting)
    load()
    assert triage.triage(acting).assessed == first.applications


def test_researchers_of_live_cases_may_not_triage(acting):
    with acting(Actor(id="r1", roles=frozenset({Role.RESEARCHER}))) as act, pytest.raises(NotPermitted):
        review.reconciled(act)


def test_import_reconcile_and_triage_are_in_the_ledger(acting, take_in, files):
    take_in(registers(files)[:1])
    triage.triage(acting)
    with acting() as act:
        events = act.session.scalars(select(LedgerEntry.event).order_by(LedgerEntry.id)).all()
    assert events == ["register_imported", "registers_reconciled", "review_triaged"]
