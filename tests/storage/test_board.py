"""The figures that operations see equal what a plain recount gives; who looks at nothing is found out."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from walking import ROW

from casebook import clock, policies
from casebook.casework.core import lifecycle
from casebook.casework.reporting import board, force_figures, forecasting
from casebook.casework.sweep import drift, watchdog
from casebook.domain.vocabulary import Priority, Role, Stage
from casebook.storage import heartbeats
from casebook.storage.reporting import board as stored
from tasks import drift as asking

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
COUPLES = ("abel", "quorn", "zylinski", "ingmar", "veles", "orpheus")


@pytest.fixture
def year(received, sql, fill_once):
    """Sixty applications over a year, some kept, some late, some open; gives (submitted, met or None) of each."""
    return fill_once("sixty applications over a year", lambda: live_through(received, sql))


def live_through(received, sql):
    dice = random.Random(6)  # noqa: S311 - the same year in every run
    lived = []
    for number in range(60):
        submitted = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(hours=dice.randrange(24 * 300))
        submitted = datetime(2026, 4, 20, 9, tzinfo=UTC) if number == 7 else submitted
        # seen from 200 days after NOW: due at that very moment, and within the next day
        submitted = NOW + timedelta(days=172, hours=12 * (number - 8)) if number in {8, 9} else submitted
        reference = received(now=submitted, submitted_at=submitted.isoformat(), **somebody(number))
        met = submitted + timedelta(hours=dice.randrange(24 * 40)) if dice.random() < 0.8 else None
        if number == 7:
            met = submitted + timedelta(days=28)  # at the very moment
        met = None if number in {8, 9} else met
        sql(
            "UPDATE clock SET met_at = :met WHERE reference = :r AND limit_name = 'whole_process'", met=met, r=reference
        )
        lived.append((submitted, met))
    return lived


def somebody(number):
    """One of six couples. All that are about one couple are linked, which takes a time that grows with their square."""
    couple = number % 6
    born = f"{1950 + 7 * couple}-{1 + couple:02}-{11 + couple}"
    return {
        "external_id": f"Y-{number}", "b_surname": f"Canary{COUPLES[couple]}", "b_dob": born, "b_postcode": "",
        "b_address": f"{couple} Synthetic Street", "a_surname": f"Canary{COUPLES[-couple]}", "a_dob": born,
    }  # fmt: skip


def test_28_day_compliance_is_what_a_plain_recount_gives(year, acting):
    now = NOW + timedelta(days=200)
    weeks = defaultdict(lambda: [0, 0])
    for submitted, met in year:
        # the same local time 28 days later: London is an hour ahead from the last Sunday of March to that of October
        due = submitted + timedelta(days=28) + ahead(submitted) - ahead(submitted + timedelta(days=28))
        if (met is None and due >= now) or (met is not None and met > now):
            continue
        day = (due + ahead(due)).date()
        week = weeks[(day - timedelta(days=day.weekday())).isoformat()]
        week[0] += 1
        week[1] += met is not None and met <= due
    with acting(now=now) as act:
        shown = board.figures(act)["compliance"]
    assert len(shown) > 12
    assert {each["monday"]: [each["due"], each["kept"]] for each in shown} == dict(weeks)


def ahead(moment):
    summer = datetime(2026, 3, 29, 1, tzinfo=UTC) <= moment < datetime(2026, 10, 25, 1, tzinfo=UTC)
    return timedelta(hours=summer)


def test_what_came_in_and_what_was_closed_is_what_a_plain_recount_gives(year, acting, sql):
    sql("UPDATE application SET closed_at = received_at + interval '9 days' WHERE reference < 'CL-2026-000021'")
    weeks = defaultdict(lambda: [0, 0])
    for received_at, closed_at in sql("SELECT received_at, closed_at FROM application"):
        for at, moment in enumerate((received_at, closed_at)):
            if moment is not None:
                day = (moment + ahead(moment)).astimezone(UTC).date()
                weeks[(day - timedelta(days=day.weekday())).isoformat()][at] += 1
    with acting(now=NOW + timedelta(days=200)) as act:
        shown = board.figures(act)["throughput"]
    assert {each["monday"]: [each["received"], each["closed"]] for each in shown} == dict(weeks)


def test_every_open_application_is_counted_by_its_stage_as_a_plain_recount_does(year, acting, sql):
    now, dice = NOW + timedelta(days=200), random.Random(7)  # noqa: S311
    soon = policies.for_receipt(now).escalation.due_soon_minutes.value
    applications = sql("SELECT reference FROM application ORDER BY reference").scalars().all()
    for reference in applications:
        stage, priority = dice.choice(("intake", "record_checks", "closed")), dice.choice([*soon])
        due = now + timedelta(minutes=dice.choice((-1, 0, 1, soon[priority], soon[priority] + 1, 90_000)))
        sql(
            "UPDATE application SET stage = :s, priority = :p, outcome = 'withdrawn', closed_at = :n WHERE reference = :r",
            s=stage, p=priority, n=now, r=reference,
        )  # fmt: skip
        sql("UPDATE clock SET due_at = :due, met_at = NULL WHERE reference = :r", due=due, r=reference)
        sql(
            "UPDATE clock SET due_at = :n WHERE id = (SELECT max(id) FROM clock WHERE reference = :r)",
            n=None,
            r=reference,
        )
        if dice.random() < 0.5:  # a limit that was met, and one without a moment, count for nothing
            sql("UPDATE clock SET met_at = :n, due_at = :n WHERE id = (SELECT min(id) FROM clock WHERE reference = :r)",
                n=now - timedelta(days=9), r=reference)  # fmt: skip
        for kind in dice.sample(("mend_quality", "return_search", "decide"), dice.randrange(3)):
            for number in range(2):
                sql(ITEM, id=f"{reference}{kind}{number}", r=reference, kind=kind, p=priority, due=None, at=now, b=True)
    expected = {str(stage): Counter() for stage in Stage if stage is not Stage.CLOSED}
    rows = sql("SELECT reference, stage, priority FROM application WHERE stage <> 'closed'").all()
    for reference, stage, priority in rows:
        unmet = "SELECT due_at FROM clock WHERE reference = :r AND met_at IS NULL AND due_at IS NOT NULL"
        first = min(sql(unmet, r=reference).scalars())
        soonest = now + timedelta(minutes=soon[priority])
        expected[stage]["overdue" if first <= now else "due_soon" if first <= soonest else "on_time"] += 1
        kinds = set(sql("SELECT kind FROM work_item WHERE reference = :r AND done_at IS NULL", r=reference).scalars())
        expected[stage]["held"] += "mend_quality" in kinds
        expected[stage]["waiting_for_source"] += "return_search" in kinds
    with acting(now=now) as act:
        shown = board.figures(act)["stages"]
    assert shown == {stage: {name: counts[name] for name in shown[stage]} for stage, counts in expected.items()}
    assert all(sum(counts[name] for counts in shown.values()) > 1 for name in shown["intake"])


ITEM = """
INSERT INTO work_item (id, reference, kind, stage, role, key, subject, blocking, priority, reserved, opened_at, due_at,
  escalation_level)
VALUES (:id, :r, :kind, 'intake', 'intake_officer', '', '{}', :b, :p, false, :at, :due, 0)
"""


def test_the_most_pressing_come_first_and_those_that_wait_for_nobody_after_what_is_due(year, acting, sql):
    dice, priorities = random.Random(8), [str(each) for each in Priority]  # noqa: S311
    sql("DELETE FROM outbox")
    sql("UPDATE work_item SET cancelled_at = opened_at")
    lines = []
    rows = sql("SELECT reference, received_at FROM application ORDER BY reference").all()
    for number, (reference, received_at) in enumerate(rows):
        priority = priorities[number % 3 + 1]
        sql("UPDATE application SET priority = :p WHERE reference = :r", p=priority, r=reference)
        opened = NOW + timedelta(days=dice.randrange(9))
        due = NOW + timedelta(days=dice.randrange(40)) if dice.random() < 0.7 else None
        if number % 4 == 0:
            lines.append((priorities.index(priority), datetime.max.replace(tzinfo=UTC), received_at, reference, None))
            sql(ITEM, id=f"B{number}", r=reference, kind="record_crime", p="immediate", due=NOW, at=NOW, b=False)
            continue
        lines.append((priorities.index(priority), due or datetime.max.replace(tzinfo=UTC), opened, reference, "decide"))
        sql(ITEM, id=f"I{number}", r=reference, kind="decide", p=priority, due=due, at=opened, b=True)
    with acting() as act:
        shown = stored.worst(act.session, 55)
        first = stored.longest(act.session)
    assert [(each.reference, each.kind) for each in shown] == [line[3:] for line in sorted(lines)][:55]
    assert len({each.priority for each in shown}) == 3
    waiting = [line for line in lines if line[4]]
    assert first.reference == min(waiting, key=lambda line: (line[2], line[3]))[3]


def test_the_board_shows_nothing_personal(year, acting):
    with acting(now=NOW + timedelta(days=200)) as act:
        text = board.markdown(board.figures(act))
    assert text.count("CL-2026-0000") == 20
    assert not [word for word in ("Canary", "Anna", "Barry", "07700", "QX1", "hurt") if word in text]


def test_the_board_says_in_one_line_who_waits_longest_and_for_whom(received, acting):
    received()  # for nobody
    earlier = received(external_id="X-2", b_dob="", b_surname="", concern="another")
    later = received(now=NOW + timedelta(days=3), external_id="X-3", b_dob="", b_surname="", immediate_danger="yes")
    for reference, opened in ((earlier, NOW), (later, NOW + timedelta(days=3))):
        with acting(now=opened) as act:
            lifecycle.refresh(act, act.application(reference), because="received")
    with acting(now=NOW + timedelta(days=9)) as act:
        shown = board.figures(act)
    assert shown["worst"][0]["reference"] == later  # more pressing, though it waits less
    page = board.markdown(shown)
    assert f"**{earlier} waits longest: 9 days, for intake officer (complete the details).**" in page
    assert not re.findall(r"\b[a-z]+_[a-z_]+\b", page)  # words, not codes


def test_danger_stands_before_everything_on_the_board(received, acting):
    """Immediate safeguarding blocks no stage: it must not be missing for that."""
    earlier = received(external_id="X-2", b_dob="", b_surname="")
    later = received(now=NOW + timedelta(days=3), external_id="X-3", b_dob="", b_surname="", immediate_danger="yes")
    with acting(now=NOW + timedelta(days=9)) as act:
        shown = board.figures(act)
    page = board.markdown(shown)
    said = f"**Danger: {later} waits: 6 days, for duty inspector (immediate safeguarding).**"
    assert 0 < page.index(said) < page.index(f"**{earlier} waits longest")
    rows = page.partition("## Most urgent first")[2].splitlines()
    assert rows[4].startswith(f"| {later} | duty inspector | immediate safeguarding |")
    assert [each["kind"] for each in shown["danger"]] == ["immediate_safeguarding"]


def test_a_restricted_application_is_on_the_board_of_those_named_only(received, acting, person, sql):
    reference = received()
    sql("UPDATE application SET restricted = true")
    with acting(person("r1", Role.RESEARCHER)) as act:
        assert reference not in board.markdown(board.figures(act))
    with acting() as act:
        assert reference in board.markdown(board.figures(act))


def test_the_returns_reconcile_to_the_case_list(year, acting, sql):
    sql("UPDATE application SET outcome = 'withdrawn', closed_at = :now WHERE reference < 'CL-2026-000011'", now=NOW)
    with acting() as act:
        figures = force_figures.figures(act)
    total = {
        name: sum(each["value"] for each in figures if each["measure"] == name) for name in ("applications", "outcome")
    }
    assert total == {"applications": 60, "outcome": 60}
    assert sum(each["value"] for each in figures if each["detail"] == "withdrawn") == 10


def test_the_returns_say_what_regulators_ask_first(year, acting, sql):
    sql("UPDATE clock SET met_at = NULL WHERE limit_name = 'whole_process'")
    sql(
        "UPDATE clock SET met_at = due_at - interval '1 day' WHERE limit_name = 'whole_process' AND reference < 'CL-2026-000011'"
    )
    sql(
        "UPDATE clock SET met_at = due_at + interval '1 day', overrun_reason = 'panel_cycle'"
        " WHERE limit_name = 'whole_process' AND reference BETWEEN 'CL-2026-000011' AND 'CL-2026-000015'"
    )
    sql("UPDATE application SET received_at = submitted_at + interval '3 days'")
    with acting() as act:
        figures = force_figures.figures(act)
    by_detail = {
        (each["measure"], each["detail"]): sum(
            other["value"]
            for other in figures
            if (other["measure"], other["detail"]) == (each["measure"], each["detail"])
        )
        for each in figures
    }
    assert by_detail["whole_process", "kept"] == 10
    assert by_detail["whole_process_late_because", "panel_cycle"] == 5
    assert sum(value for (measure, _), value in by_detail.items() if measure == "whole_process") == 60
    assert {each["value"] for each in figures if each["measure"] == "median_days_before_import"} == {3.0}


def test_the_days_to_a_disclosure_are_counted(unit, walked):
    walked(unit, {**ROW, "external_id": "RETURNS-1"})
    with unit.acting() as act:
        figures = {
            each["measure"]: each["value"] for each in force_figures.figures(act) if each["measure"] != "outcome"
        }
    assert 0 < figures["median_days_to_disclosure"] <= figures["median_days_to_closure"]


def test_a_watchdog_names_whoever_fell_silent(store, received, sql):
    key = b"a key for the tests of casebook."

    def stopped(at):
        with store.session() as session:
            return watchdog.watch(session, key, at)["stopped"]

    received()
    assert stopped(NOW) == ["sweep", "dispatcher", "sealer"]
    with store.session() as session:
        heartbeats.beat(session, "sweep", key)
        heartbeats.beat(session, "dispatcher", key)
        heartbeats.beat(session, "sealer", key)
        session.commit()
    assert stopped(NOW) == []
    assert stopped(NOW + timedelta(hours=1)) == ["outbox"]
    sql("UPDATE heartbeat SET at = :at WHERE name = 'sweep'", at=clock.now() + timedelta(minutes=1))  # forged: unsigned
    assert stopped(NOW) == ["sweep"]


def test_eight_weeks_of_history_are_needed_for_a_forecast(received, acting):
    received()
    with acting(now=NOW + timedelta(days=55)) as act:
        assert forecasting.forecast(act)["reason"] == "too_little_history"
    with acting(now=NOW + timedelta(days=57)) as act:
        assert forecasting.forecast(act)["reason"] == "nothing_decided_and_delivered_yet"


def test_what_would_not_pass_its_gate_today_is_told_once(received, acting, sql, monkeypatch):
    sound, damaged = received(external_id="X-1"), received(external_id="X-2")
    sql("UPDATE application SET stage = 'record_checks'")
    monkeypatch.setattr(asking, "acting", lambda _part: acting())
    with acting() as act:
        assert drift.open_past(act, Stage.INTAKE) == [sound, damaged]
        assert drift.open_past(act, Stage.RECORD_CHECKS) == []
    before = asking.ask_again.fn(Stage.INTAKE, [sound, damaged])
    sql("UPDATE person SET surname = NULL, forename = NULL, dob = NULL WHERE reference = :r AND party = 'b'", r=damaged)
    after = asking.ask_again.fn(Stage.INTAKE, [sound, damaged])
    assert after.get(sound) == before.get(sound)
    assert set(after[damaged]) > set(before.get(damaged, []))
    told = sql("SELECT count(*) FROM notice WHERE reason LIKE 'gate_drift:intake:%'").scalar()
    asking.ask_again.fn(Stage.INTAKE, [sound, damaged])
    assert sql("SELECT count(*) FROM notice WHERE reason LIKE 'gate_drift:intake:%'").scalar() == told > 0
