"""Sources elsewhere for real: another process over a socket, another database. What goes wrong there is never a nil."""

from __future__ import annotations

import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from processes import started
from sqlalchemy import event, select

from casebook.casework.core import lifecycle
from casebook.casework.record_checks import ad_hoc_search, record_checks, remote_searches
from casebook.domain.case.record_checks import FAILURES_BEFORE_A_PERSON
from casebook.domain.vocabulary import Party, RecordKind, Source
from casebook.errors import CasebookError, SourceFault
from casebook.sources import catalogue, configured
from casebook.storage import outbox
from casebook.storage.server import databases
from casebook.storage.tables import Candidate, Search, SearchAttempt, WorkItem

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
FAULTS = [
    "silence", "reset", "error", "too_many", "cut_short", "garbled", "other_shape", "page_missing", "bad_cell", "drip",
]  # fmt: skip
RATE = 20  # calls a second
QUICK = "tries = 2\ntimeout_seconds = 0.4\nrate_per_second = 500\n"
FAMILIES = """families = [
    "as_given", "nickname", "swapped_names", "middle_name", "day_month_swapped", "date_slip", "year_near", "date_unknown"
]
"""


@pytest.fixture(scope="module")
def elsewhere():
    """The address of a process that can be told how to fail."""
    script = Path(__file__).with_name("faulty_source.py")
    with started([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"


@pytest.fixture
def tell(elsewhere):
    def control(**said):
        httpx.post(f"{elsewhere}/control", json={"share": 0.0, "faults": [], "known": True, **said}).raise_for_status()

    control()
    return control


@pytest.fixture
def calls(elsewhere):
    return lambda: httpx.get(f"{elsewhere}/control").json()


@pytest.fixture
def configure(tmp_path):
    """Ask sources elsewhere as a TOML file says; nobody is asked any more after the test."""

    def write(text):
        path = tmp_path / "sources.toml"
        path.write_text(text)
        catalogue.configure(path)
        for source in catalogue.remote().values():
            if hasattr(source, "breaker"):
                source.breaker.rest = 0.0  # the tests do not wait
        return catalogue.remote()

    yield write
    catalogue.configure(None)


@pytest.fixture
def pnd(configure, elsewhere, tell):
    return configure(f'[pnd]\nkind = "http"\nurl = "{elsewhere}"\n{QUICK}{FAMILIES}')[Source.PND]


@pytest.fixture
def search_of(store):
    def find(reference, source):
        with store.session() as session:
            query = select(Search).where(
                Search.reference == reference, Search.source == source, Search.party == Party.B,
                Search.superseded.is_(False),
            )  # fmt: skip
            return session.scalars(query).one()

    return find


@pytest.fixture
def outcomes(store):
    def find(search_id):
        with store.session() as session:
            query = select(SearchAttempt.outcome).where(SearchAttempt.search_id == search_id)
            return list(session.scalars(query))

    return find


ASKED = {"forename": "Barry", "surname": "Canarytwo", "dob": "1985-02-03"}


def test_every_page_is_read_and_the_records_of_whom_was_asked(pnd):
    answered = pnd.find(ASKED)
    assert [cells["person_id"] for cells in answered.persons] == ["b1", "o0", "o1", "o2", "o3", "o4"]
    assert pnd.find({"surname": "Nobody"}).persons == ()
    assert pnd.records_of(["b1"])["b1"][0]["kind"] == "conviction"


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_is_an_answer(pnd, tell, fault):
    tell(share=1.0, faults=[fault])
    with pytest.raises(SourceFault) as caught:
        pnd.find(ASKED)
    assert "Canarytwo" not in str(caught.value)


def test_a_source_that_asks_to_be_left_alone_is_asked_again_when_it_said(pnd, tell, calls):
    tell(share=1.0, faults=["too_many"])
    with pytest.raises(SourceFault, match="429"):
        pnd.find(ASKED)
    first, second = calls()["moments"]
    assert second - first >= 1.0


def test_a_source_that_keeps_failing_is_left_alone(pnd, tell, calls):
    pnd.breaker.rest = 60.0
    tell(share=1.0, faults=["error"])
    for _ in range(8):
        with pytest.raises(SourceFault) as caught:
            pnd.find(ASKED)
    assert caught.value.code == "circuit_open"
    assert calls()["calls"] == 8  # four questions of two tries each


def test_no_more_calls_a_second_than_are_allowed(configure, elsewhere, tell, calls):
    source = configure(f'[pnd]\nkind = "http"\nurl = "{elsewhere}"\nrate_per_second = 20\n')[Source.PND]
    for _ in range(4):
        source.find(ASKED)
    moments = calls()["moments"]
    assert len(moments) == 12
    assert moments[-1] - moments[0] >= 11 / 20 - 0.05


def test_one_search_asks_a_source_elsewhere_and_a_fault_is_no_empty_answer(pnd, acting, tell):
    with acting() as act:
        found = ad_hoc_search.search(act, Source.PND, ASKED, limit=3)
    assert found.best[0].person_id == "b1"
    assert len(found.best) == 3
    tell(share=1.0, faults=["error"])
    with pytest.raises(SourceFault), acting() as act:
        ad_hoc_search.search(act, Source.PND, ASKED, limit=3)


def test_a_search_is_opened_here_and_asked_in_no_transaction_of_ours(
    pnd, checking, search_of, acting, store, tell, outcomes
):
    reference = checking()
    search = search_of(reference, Source.PND)
    assert (search.automatic, search.result) == (True, None)
    asked = remote_searches.ask_remote(acting, reference)
    assert search.id in asked.answered
    assert search_of(reference, Source.PND).result == "hit"
    assert outcomes(search.id) == ["returned"]
    with store.session() as session:
        candidate = session.scalars(select(Candidate).where(Candidate.person_id == "b1")).one()
        assert candidate.seen["records"][0]["record_id"] == "r1"
    assert remote_searches.ask_remote(acting, reference).answered == []  # once


def test_a_name_the_source_looked_for_and_does_not_know_is_a_nil(pnd, checking, search_of, acting, tell):
    tell(known=False)
    reference = checking()
    remote_searches.ask_remote(acting, reference)
    search = search_of(reference, Source.PND)
    assert search.result == "nil"
    assert search.terms


def test_what_one_search_does_not_tolerate_is_asked_for_by_itself(
    configure, elsewhere, tell, checking, acting, search_of
):
    configure(f'[pnd]\nkind = "http"\nurl = "{elsewhere}"\n{QUICK}')
    reference = checking()
    remote_searches.ask_remote(acting, reference)
    search = search_of(reference, Source.PND)
    dates = {term["dob"] for term in search.terms}
    assert dates == {"1985-02-03", ""}  # the date left out is left out
    pivots = {key for key in search.required if key.startswith(("address", "phone", "identifier"))}
    assert set(search.covered) == set(search.required) - pivots


@pytest.mark.parametrize(("known", "truth"), [(True, "hit"), (False, "nil")])
def test_under_faults_nothing_is_ever_wrongly_returned_and_all_finish_once_it_recovers(
    configure, elsewhere, checking, search_of, acting, tell, calls, store, outcomes, known, truth
):
    slow = QUICK.replace("rate_per_second = 500", f"rate_per_second = {RATE}")
    configure(f'[pnd]\nkind = "http"\nurl = "{elsewhere}"\n{slow}{FAMILIES}')
    references = [checking(external_id=f"X-{number}") for number in range(6)]

    def people(reference):
        with store.session() as session:
            query = select(Candidate.person_id).where(Candidate.reference == reference, Candidate.source == "pnd")
            return sorted(session.scalars(query))

    tell(share=0.3, faults=FAULTS, seed=7, known=known)
    failed, before = 0, {}
    for reference in references:
        failed += len(remote_searches.ask_remote(acting, reference).failed)
        search = search_of(reference, Source.PND)
        before[reference] = (search.result, people(reference), outcomes(search.id))
        assert search.result in {None, truth}
    assert failed

    def most_in_a_second():
        moments = calls()["moments"]
        return max(sum(begin <= moment < begin + 1 for moment in moments) for begin in moments)

    assert most_in_a_second() <= RATE + 1  # and one on its edge
    tell(known=known)
    for reference in references:
        remote_searches.ask_remote(acting, reference)
        search = search_of(reference, Source.PND)
        result, found, tried = before[reference]
        assert search.result == truth
        assert outcomes(search.id) == (tried if result else [*tried, "returned"])
        assert people(reference) == (found if result else people(references[0]))
    assert most_in_a_second() <= RATE + 1  # nor is what was missed caught up with in a rush
    everybody = {tuple(people(reference)) for reference in references}
    assert len(everybody) == 1
    assert ("b1" in everybody.pop()) is known


def test_the_application_waits_for_the_source_the_sweep_asks_again_and_in_the_end_a_person(
    pnd, checking, search_of, acting, tell, store
):
    tell(share=1.0, faults=["error"])
    reference = checking()

    def items():
        with acting() as act:
            lifecycle.refresh(act, act.application(reference), because="test")
        with store.session() as session:
            query = select(WorkItem).where(WorkItem.reference == reference, WorkItem.kind == "return_search")
            rows = session.scalars(query.where(WorkItem.done_at.is_(None), WorkItem.cancelled_at.is_(None)))
            return {item.subject["source"]: item for item in rows}

    for _ in range(FAILURES_BEFORE_A_PERSON - 1):
        remote_searches.ask_remote(acting, reference)
    assert "pnd" not in items()
    with store.session() as session:
        session.execute(outbox.Outbox.__table__.update().values(dispatched_at=NOW))
        assert remote_searches.awaited(session, reference)  # noqa: PGH005 - no mock: it asks whether a source is awaited
        assert outbox.without_an_answer(session) == [reference]
    remote_searches.ask_remote(acting, reference)
    assert items()["pnd"].subject["searches"]
    tell()
    remote_searches.ask_remote(acting, reference)
    assert "pnd" not in items()
    assert search_of(reference, Source.PND).result == "hit"


def test_an_answer_to_what_was_known_before_is_let_go(pnd, checking, search_of, acting, monkeypatch, sql):
    reference = checking()
    ask = remote_searches._ask

    def meanwhile(question):
        found = ask(question)
        with acting() as act:
            person = act.session.get(remote_searches.identity.Person, f"{reference}:b")
            person.dob = "1985-02-04"
            act.record(act.application(reference), "details_corrected")
            record_checks.prepare(act, act.application(reference))
        return found

    monkeypatch.setattr(remote_searches, "_ask", meanwhile)
    assert remote_searches.ask_remote(acting, reference).answered == []
    monkeypatch.setattr(remote_searches, "_ask", ask)
    assert search_of(reference, Source.PND).result is None
    remote_searches.ask_remote(acting, reference)
    assert search_of(reference, Source.PND).result == "hit"


def test_a_process_that_was_not_told_of_the_source_does_not_answer_for_it(pnd, checking, search_of, acting):
    reference = checking()
    catalogue.configure(None)
    with acting() as act:
        record_checks.prepare(act, act.application(reference))
    search = search_of(reference, Source.PND)
    assert (search.automatic, search.result) == (True, None)


@pytest.fixture
def other_database(server):
    """Another police system's database, with its own ideas of tables and columns."""
    name = f"other_{uuid.uuid4().hex}"
    with databases.connect(server.address("postgres")) as superuser:
        superuser.execute(f"create database {name} owner casebook")
        with databases.connect(server.address("postgres").replace("/postgres?", f"/{name}?")) as other:
            other.execute(
                """create schema nominal; create table nominal."Subject" (id int primary key, given text, "family name" text,
                born date, also text[], post text);
                create table nominal.event (no int, subject int, what text, said text, "on" date);
                insert into nominal."Subject" values
                    (1, 'Barry', 'CANARYTWO ', '1985-03-02', '{Baz Canarytwo}', 'QX1 1AA'),
                    (2, 'Sean', 'O''Brien''; DROP TABLE nominal."Subject"; --', '1970-01-01', null, null),
                    (3, 'Canarytwo', 'Barry', null, null, null), (4, 'Fenwick', 'Quillthorpe', '1950-01-01', null, null);
                insert into nominal.event values (9, 1, 'Conviction', 'Assault', '2019-05-06');
                grant usage on schema nominal to casebook; grant all on all tables in schema nominal to casebook"""
            )
        yield server.url("casebook").replace("/casebook?", f"/{name}?")
        superuser.execute(f"drop database {name} with (force)")


MAPPED = """[visor]
kind = "sql"
url_env = "VISOR_DATABASE"
[visor.persons]
schema = "nominal"
table = "Subject"
columns = {person_id = "id", forename = "given", surname = "family name", dob = "born", aliases = "also", postcode = "post"}
[visor.records]
schema = "nominal"
table = "event"
columns = {record_id = "no", person_id = "subject", kind = "what", offence_text = "said", date = "on"}
"""


@pytest.fixture
def visor(configure, other_database, monkeypatch):
    monkeypatch.setenv("VISOR_DATABASE", other_database)
    return configure(MAPPED)[Source.VISOR]


def test_another_database_is_searched_by_its_own_columns(visor):
    visor.check()
    answered = visor.find({**ASKED, "postcode": "qx11aa"})
    assert [cells["person_id"] for cells in answered.persons] == ["1", "3"]
    assert (answered.persons[0]["dob"], answered.persons[0]["aliases"]) == ("1985-03-02", "Baz Canarytwo")
    assert visor.records_of(["1"])["1"][0]["kind"] == "conviction"


def test_a_name_that_looks_like_a_command_is_a_name(visor):
    name, statements = "O'Brien'; DROP TABLE nominal.\"Subject\"; --", []
    event.listen(visor._engine, "before_cursor_execute", lambda _c, _cursor, said, *_: statements.append(said))
    assert [cells["person_id"] for cells in visor.find({"forename": "Sean", "surname": name}).persons] == ["2"]
    assert visor.find({"surname": "x' OR '1'='1"}).persons == ()
    assert visor.find({"surname": "%", "dob": "19%"}).persons == ()
    evil = "x') OR 1=1; DROP TABLE nominal.event; --"
    assert visor.find(dict.fromkeys(("forename", "surname", "dob", "postcode"), evil)).persons == ()
    assert not any(visor.records_of([evil]).values())
    assert not [said for said in statements if "drop" in said.lower() or "1=1" in said]
    assert visor.find(ASKED).persons
    assert visor.records_of(["1"])["1"]


def test_nothing_can_be_written_there(visor):
    from sqlalchemy import text  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    with pytest.raises(SQLAlchemyError, match="read-only"), visor._reading() as connection:
        connection.execute(text('delete from nominal."Subject"'))


def test_a_database_that_is_gone_or_of_another_shape_is_a_fault(visor, configure, monkeypatch, other_database):
    for text, url in (
        (MAPPED.replace('"born"', '"birthday"'), other_database),
        (MAPPED, other_database.replace("other_", "gone_")),
    ):
        monkeypatch.setenv("VISOR_DATABASE", url)
        source = configure(text)[Source.VISOR]
        with pytest.raises(SourceFault):
            source.find(ASKED)


def test_a_column_that_has_no_kinds_leaves_the_kind_unknown_and_says_so(visor, configure):
    source = configure(MAPPED.replace('kind = "what"', 'kind = "said"'))[Source.VISOR]
    [record] = source.records_of(["1"])["1"]
    assert record["kind"] not in set(RecordKind)
    assert record["not_used"] == "kind"


def test_a_search_of_another_database_from_end_to_end(visor, checking, acting, search_of, store):
    reference = checking()
    remote_searches.ask_remote(acting, reference)
    assert search_of(reference, Source.VISOR).result == "hit"
    with store.session() as session:
        assert "1" in session.scalars(select(Candidate.person_id).where(Candidate.source == "visor")).all()


@pytest.mark.parametrize(
    "text",
    [
        "[pnd", "[nowhere]\nkind = 'http'\nurl = 'https://x'", "[pnd]\nkind = 'http'", "[pnd]\nkind = 'post'\nurl = 'x'",
        "[pnd]\nkind = 'http'\nurl = 'http://pnd.example'",  # without TLS only on this machine
        "[pnd]\nkind = 'http'\nurl = 'https://pnd.example'\ntoken_env = 'NOT_SET_ANYWHERE'",
        "[dvds_register]\nkind = 'http'\nurl = 'https://x.example'",
        MAPPED.replace('person_id = "id", ', ""), MAPPED.replace("forename", "first_name"),
    ],
)  # fmt: skip
def test_a_configuration_that_cannot_be_meant_is_refused(tmp_path, text, monkeypatch):
    monkeypatch.setenv("VISOR_DATABASE", "sqlite://")
    path = tmp_path / "sources.toml"
    path.write_text(text)
    with pytest.raises(CasebookError) as caught:
        configured.read(path)
    assert caught.value.exit_code == 2
