"""Each rule of the intake gate catches its fault in PostgreSQL's rows, and in a crowd each application gets its own verdict."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from damaging import IN_ORDER, not_caught
from processes import forked

from casebook.domain.vocabulary import Stage
from casebook.storage.frames.intake import frames
from casebook.storage.session import open_store
from expectations.gate import ask, ask_many
from expectations.intake import GATE
from tasks.stages import tables

# what is done to the database, and the rule that must hold the application for it; None: an application that is not there
DAMAGES = {
    "application_there": None,
    "minimum_asked": None,
    "policy_kept": "UPDATE application SET policy = ' '",
    "triaged": "UPDATE application SET priority = 'soon'",
    "clock_from_submission": "UPDATE clock SET anchor_at = anchor_at + interval '1 day'",
    "clock_from_submission (no clock)": "DELETE FROM clock WHERE limit_name = 'whole_process'",
    "minimum_settled": "UPDATE person SET dob = '' WHERE party = 'b'",
    "minimum_settled (nobody)": "DELETE FROM person WHERE party = 'b'",
    "safe_contact_plan": "DELETE FROM safe_contact",
    "repeats_linked": "DELETE FROM application_link",
    "both_sides_know": "DELETE FROM application_link WHERE reference < other",
}
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PROCESSES, THREADS = 2, 3  # beside this one


def verdict(session, reference):
    return ask(GATE, tables(GATE, frames(session, [reference])))


def test_every_rule_has_a_damage_that_it_catches():
    assert {rule.code for frame in GATE.frames for rule in frame.rules} == {name.partition(" ")[0] for name in DAMAGES}


def test_an_application_whose_rows_are_damaged_is_held_by_the_rule_for_it(received, owners):
    received()
    reference = received(now=NOW + timedelta(hours=1), external_id="X-2", concern="again")
    assert not_caught(owners, Stage.INTAKE, reference, DAMAGES) == {}


def test_a_damage_that_no_rule_catches_and_an_application_that_is_not_in_order_are_told(received, owners, sql):
    reference = received()
    assert not_caught(owners, Stage.INTAKE, reference, {"triaged (by nothing)": "SELECT 1"}) == {
        "triaged (by nothing)": set()
    }
    sql(DAMAGES["triaged"])
    assert not_caught(owners, Stage.INTAKE, reference, {}) == {IN_ORDER: {"triaged"}}


def _born(number):
    """Birth dates of different people: in other years, months and on other days."""
    return f"{1950 + number % 49}-{1 + number % 12:02}-{1 + number % 28:02}"


@pytest.fixture(params=[24, pytest.param(180, marks=pytest.mark.soak)])
def crowd(request, received, sql):
    """So many applications; every second one is damaged, in one of three ways."""
    references = [
        received(
            external_id=f"X-{n}", b_surname=f"Person{n}", b_dob=_born(n), b_address=f"{n} Synthetic Street", b_postcode="",
            a_surname=f"Other{n}", a_dob=_born(n + 7),
        )
        for n in range(request.param)
    ]  # fmt: skip
    ways = ("clock_from_submission", "minimum_settled", "triaged")
    wanted = {reference: ways[n // 2 % 3] if n % 2 else None for n, reference in enumerate(references)}
    for way in ways:
        where = " AND " if "WHERE" in DAMAGES[way] else " WHERE "
        sql(f"{DAMAGES[way]}{where}reference = ANY(:them)", them=[r for r, damage in wanted.items() if damage == way])
    return wanted


def told(store, reference):
    """What holds an application, or what was wrong with the gate itself."""
    with store.session() as session:
        judged = verdict(session, reference)
    return sorted({each.code for each in judged.holding} | {str(each.fault) for each in judged.faults})


def in_threads(url, wanted):
    """Each thread takes every third application, so that good and bad are asked side by side. Who got no verdict is not told of."""
    store, found = open_store(url, b"a key for the tests of casebook.", pool_size=THREADS), {}
    together = threading.Barrier(THREADS)

    def work(mine):
        together.wait()
        for reference in mine:
            found[reference] = told(store, reference)

    threads = [threading.Thread(target=work, args=(wanted[n::THREADS],)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.engine.dispose()
    return found


def test_a_crowd_of_good_and_bad_applications_asked_from_threads_and_processes_get_their_own_verdicts(
    crowd, store, database_url
):
    everybody, wanted = list(crowd), {reference: [code] if code else [] for reference, code in crowd.items()}
    with store.session() as session:
        verdict(session, everybody[0])  # what is forked inherits a used context, and must not use it
        together = ask_many(GATE, tables(GATE, frames(session, everybody)), everybody)
    assert {r: [each.code for each in judged.holding] for r, judged in together.items()} == wanted
    store.engine.dispose()
    share = len(crowd) // (PROCESSES + 1)
    parts = [everybody[number * share : (number + 1) * share] for number in range(PROCESSES)]
    with ExitStack() as stack:
        copies = [stack.enter_context(forked(partial(in_threads, database_url, part))) for part in parts]
        answers = in_threads(database_url, everybody[PROCESSES * share :])
        for result in copies:
            answers |= result(120)
    assert answers == wanted
