"""A source of which rows did not land is not whole: everywhere, until a later load brings them or somebody accepts that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from signing import read_and_do
from sqlalchemy import select

from casebook.case_page import page as application_page
from casebook.casework import work_queue
from casebook.casework.record_checks import ad_hoc_search, extracts, missing_rows, reopening
from casebook.casework.reporting import audit, board, viewing
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role, Source, WorkKind
from casebook.errors import InvalidAnswer, Refused
from casebook.sources import catalogue
from casebook.storage.tables import LedgerEntry, MissingRows, Search

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PERSONS = "source,person_id,forename,surname,dob\n"
RECORDS = "source,record_id,person_id,kind,date\n"
GOOD = "pnc,p1,Ann,Other,1970-01-01\npnc,p2,Bob,Other,1971-01-01\npnc,p3,Cat,Other,1972-01-01\n"
LOST = "pnc,,Zyxcanary,Canarytwo,1985-02-03\n"  # nobody can say who it is about


@pytest.fixture
def people():
    return {"r1": Role.RESEARCHER, "r2": Role.SECOND_READER, "s1": Role.SUPERVISOR, "n1": Role.INTAKE_OFFICER}


@pytest.fixture
def load(acting, tmp_path):
    """Load text as persons and records; each load comes a minute after the one before."""
    minutes = iter(range(1_000))

    def run(persons="", records="", source=Source.PNC, **options):
        paths = {}
        for name, header, lines in (("persons", PERSONS, persons), ("records", RECORDS, records)):
            path = tmp_path / f"{name}.csv"
            path.write_text(header + lines, "utf-8")
            paths[name] = path if lines else None
        with acting(now=NOW + timedelta(minutes=next(minutes))) as act:
            return extracts.load(act, source, **paths, **options)

    return run


@pytest.fixture
def missing(store):
    """How many rows of the PNC are missing, as `sources list` says."""

    def count():
        with store.session() as session:
            return next(row["missing_rows"] for row in catalogue.listing(session, NOW) if row["source"] == "pnc")

    return count


@pytest.fixture
def accepts(acting, crew):
    def accept(who="s1", reason="test_rows"):
        with acting(crew[who], now=NOW + timedelta(hours=1)) as act:
            rows, touched = missing_rows.accept(act, Source.PNC, reason=reason)
        reopening.look_again(lambda: acting(now=NOW + timedelta(hours=1)), touched)
        return rows

    return accept


@pytest.fixture
def pnc(rows):
    """The search of the PNC that counts."""

    def look(reference):
        return next(row for row in rows(Search, reference) if (row.source, row.superseded) == ("pnc", False))

    return look


def shown(acting, actor, reference):
    with acting(actor, now=NOW) as act:
        return " ".join("\n".join(application_page.page(viewing.show(act, reference))).split())


def test_what_did_not_land_is_kept_with_line_column_and_code_and_never_a_value(load, store, acting):
    loaded = load(
        GOOD + LOST, "pnc,r1,p1,arrest,2020-01-01\npnc,r2,p9,arrest,2020-01-01\npnc,r3,p1,arrest,31/31/2020\n"
    )
    assert loaded.missing == 2
    with acting() as act:
        lists = missing_rows.listing(act, Source.PNC)
    assert [(row["file"], row["rows"], row["rows_in_file"], row["faults"]) for row in lists] == [
        ("persons", 1, 4, [{"line": 5, "column": "person_id", "code": "missing"}]),
        ("records", 1, 3, [{"line": 3, "column": "person_id", "code": "unknown_person"}]),
    ]
    with store.session() as session:
        assert "Zyxcanary" not in str([vars(row) for row in session.scalars(select(MissingRows))])
        entry = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "extract_loaded")).one()
    assert entry.body["missing"] == 2
    with acting() as act:
        assert not audit.verify(act).broken


@pytest.mark.parametrize(
    ("second", "options", "left"),
    [
        (GOOD + LOST, {}, 1),  # the same file again
        (GOOD + "pnc,p4,Barry,Canarytwo,1985-02-03\n", {}, 0),  # corrected
        (GOOD, {"whole": True}, 0),  # the complete source now
        ("pnc,p5,Dan,More,1980-01-01\n", {}, 1),  # some more rows do not show that the lost one landed
        ("pnc,,Dan,More,1980-01-01\n", {}, 2),
        (GOOD + LOST + LOST, {}, 2),
        ("pnc,p5,A,B,\npnc,p6,A,B,\npnc,p7,A,B,\npnc,p8,A,B,\n", {}, 1),  # nor do as many others
    ],
)
def test_a_later_load_brings_what_was_missing_or_does_not(load, missing, second, options, left):
    load(GOOD + LOST)
    assert missing() == 1
    load(second, **options)
    assert missing() == left


def test_records_that_land_say_nothing_of_persons_that_did_not(load, missing):
    load(GOOD + LOST)
    load("", "pnc,r1,p1,arrest,\npnc,r2,p1,arrest,\npnc,r3,p1,arrest,\npnc,r4,p1,arrest,\npnc,r5,p1,arrest,\n")
    assert missing() == 1


def test_one_of_several_different_rows_with_one_id_did_not_land(load, missing):
    load(GOOD + "pnc,p1,Zed,Other,1970-01-01\n" + "pnc,p2,Bob,Other,1971-01-01\n")
    assert missing() == 1


def test_health_and_board_say_that_a_source_is_not_whole(load, acting, store):
    load(GOOD + LOST)
    with store.session() as session:
        [health] = catalogue.health(session)
    assert (health["ok"], health["fault"], health["missing_rows"]) == (False, "not_whole", 1)
    with acting() as act:
        figures = board.figures(act)
    assert [(row["source"], row["rows"]) for row in figures["not_whole"]] == [("pnc", 1)]
    assert "(PNC) is not whole: 1 row did not land" in board.markdown(figures)
    assert [gauge.value for gauge in board.gauges(figures) if gauge.name == "source_rows_missing"] == [1]


def test_a_supervisor_accepts_the_list_by_name_and_the_next_load_starts_afresh(load, missing, accepts, store):
    load(GOOD + LOST)
    for who in ("r1", "n1"):
        with pytest.raises(Refused):
            accepts(who)
    with pytest.raises(Refused, match="must be a code"):
        accepts(reason="Zyxcanary is a test")
    assert accepts() == 1
    assert missing() == 0
    with pytest.raises(Refused, match="nothing to accept"):
        accepts()
    with store.session() as session:
        row = session.scalars(select(MissingRows)).one()
        entry = session.scalars(select(LedgerEntry).where(LedgerEntry.event == "missing_rows_accepted")).one()
    assert (row.accepted_by, row.accepted_because) == ("s1", "test_rows")
    assert (entry.actor, entry.body["missing"], entry.body["reason"]) == ("s1", 1, "test_rows")
    load(GOOD + LOST)
    assert missing() == 0  # the same file again changes nothing
    load(GOOD + LOST.replace("Zyx", "Xyz"))
    assert missing() == 1  # another row at the same line


def test_the_operator_accepts_nothing(load, acting):
    load(GOOD + LOST)
    with pytest.raises(Refused), acting(OPERATOR) as act:
        missing_rows.accept(act, Source.PNC, reason="test_rows")


def test_a_search_of_a_source_that_is_not_whole_does_not_count_as_covering(load, checking, pnc, acting, crew, accepts):
    load(GOOD + LOST)
    reference = checking()
    search = pnc(reference)
    assert "not_whole:1" in search.required
    assert "not_whole:1" not in search.covered
    assert "not whole: 1 row did not land" in shown(acting, crew["r1"], reference)
    accepts()
    assert not any(key.startswith("not_whole") for key in pnc(reference).required)
    assert "not whole" not in shown(acting, crew["r1"], reference)


def test_a_load_that_loses_rows_is_seen_in_open_applications_although_nothing_else_changed(load, checking, pnc, acting):
    load(GOOD)
    reference = checking()
    loaded = load(LOST)
    assert loaded.extract is None
    assert loaded.touched == (reference,)
    reopening.look_again(lambda: acting(now=NOW + timedelta(hours=1)), loaded.touched)
    assert "not_whole:1" in pnc(reference).required


def test_whoever_states_adequacy_signs_for_the_missing_rows_by_name(load, checking, acting, crew, open_items):
    for source in (Source.PND, Source.VISOR, Source.RMS):
        load(GOOD.replace("pnc", source), source=source)
    load(GOOD + LOST)
    reference = checking()
    with acting(crew["n1"], now=NOW + timedelta(hours=1)) as act:
        [item] = open_items(reference, WorkKind.MEET_APPLICANT)
        meets = {"held": True, "identity_evidence": ["passport"], "identity_confirmed": True, "they_came": True}
        work_queue.do(act, item.id, meets)
    [identity] = open_items(reference, WorkKind.SIGN_OFF_IDENTITY)
    with acting(crew["r1"], now=NOW + timedelta(hours=1)) as act:
        work_queue.do(act, identity.id, {"confidence": "high", "statement": "sure"})
    [adequacy] = open_items(reference, WorkKind.STATE_ADEQUACY)
    assert adequacy.subject["why_uncovered"]["pnc:not_whole"] == {"not_whole": 1}
    said = {"adequate": True, "statement": "enough", "uncovered": adequacy.subject["uncovered"]}
    with pytest.raises(InvalidAnswer, match="pnc:not_whole"), acting(crew["r2"], now=NOW + timedelta(hours=1)) as act:
        read_and_do(act, adequacy, {**said, "uncovered": [e for e in said["uncovered"] if "not_whole" not in e]})
    with acting(crew["r2"], now=NOW + timedelta(hours=1)) as act:
        read_and_do(act, adequacy, said)


def test_a_search_outside_an_application_says_how_many_rows_were_not_searched(load, acting):
    load(GOOD + LOST)
    with acting() as act:
        assert ad_hoc_search.search(act, Source.PNC, {"forename": "Ann", "surname": "Other"}, limit=5).missing == 1
