"""What holds of every deadline and clock, whatever the moment, the limit and the order of pauses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from casebook import policies
from casebook.domain.deadlines import ClockState, after, due_from_receipt, overdue, pause, remaining, resume
from casebook.domain.policy import Allowance, Unit
from casebook.domain.vocabulary import Priority, Route

POLICY = policies.load("england-and-wales-2023")
HOLIDAYS = policies.BankHolidays(POLICY)
LONDON = ZoneInfo("Europe/London")
moments = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
# around the clock changes of 2026, where mistakes live
turns = st.builds(
    lambda turn, minutes: turn + timedelta(minutes=minutes),
    st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]),
    st.integers(-60 * 24 * 30, 60 * 24 * 3),
)
allowances = st.builds(
    lambda unit, budget: Allowance(unit=unit, budget=budget), st.sampled_from(Unit), st.integers(1, 60)
)


@given(moments | turns, allowances)
def test_a_due_time_never_precedes_its_anchor_and_keeps_its_kind(anchor, allowance):
    due_at = after(anchor, allowance, zone=LONDON, holidays=HOLIDAYS)
    assert due_at > anchor
    assert due_at.utcoffset() == due_at.astimezone(LONDON).utcoffset()
    local = anchor.astimezone(LONDON)
    match allowance.unit:
        case Unit.ELAPSED_MINUTES:
            assert due_at - anchor == timedelta(minutes=allowance.budget)
        case Unit.ELAPSED_HOURS:
            assert due_at - anchor == timedelta(hours=allowance.budget)
        case Unit.CALENDAR_DAYS:
            assert due_at.date() == local.date() + timedelta(days=allowance.budget)
            late = due_at.replace(tzinfo=None) - local.replace(tzinfo=None) - timedelta(days=allowance.budget)
            assert late in {timedelta(), timedelta(hours=1)}  # the hour that does not exist in spring
        case Unit.WORKING_DAYS:
            days = [local.date() + timedelta(days=n) for n in range(1, (due_at.date() - local.date()).days + 1)]
            worked = [day for day in days if day.isoweekday() <= 5 and day not in HOLIDAYS]
            assert len(worked) == allowance.budget
            assert worked[-1] == due_at.date()


@given(moments | turns, allowances, st.integers(0, 10**7))
def test_received_later_is_never_due_earlier(anchor, allowance, seconds):
    later = anchor + timedelta(seconds=seconds)
    first, second = (after(each, allowance, zone=LONDON, holidays=HOLIDAYS) for each in (anchor, later))
    # days keep the clock time, so over the hour that exists twice it may step back by that hour, and never by more
    assert first <= second or (allowance.unit is Unit.CALENDAR_DAYS and first - second <= timedelta(hours=1))


@given(moments | turns, st.sampled_from(Route), st.sampled_from(Priority))
def test_what_is_due_from_a_receipt_is_sorted_and_after_it(received, route, priority):
    found = due_from_receipt(received, route=route, priority=priority, policy=POLICY, holidays=HOLIDAYS)
    dues = [each.due_at for each in found]
    assert dues == sorted(dues)
    assert all(due_at > received for due_at in dues)


@given(
    moments | turns,
    st.timedeltas(timedelta(minutes=1), timedelta(days=40)),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=10)), max_size=8),
)
def test_a_pause_moves_a_deadline_by_its_own_length_and_never_forward(anchor, budget, steps):
    clock = ClockState(anchor_at=anchor, unpaused_due_at=anchor + budget, running_since=anchor)
    now, paused_for = anchor, timedelta()
    for step in steps:
        now += step
        if clock.running_since is None:
            clock, paused_for = resume(clock, now), paused_for + step
            assert clock.due_at == clock.unpaused_due_at + paused_for
        else:
            was_overdue = overdue(clock, now)
            clock = pause(clock, now)
            assert clock.due_at is None
            assert overdue(clock, now) == was_overdue
        assert remaining(clock, now) == budget - (now - anchor - paused_for)
    assert clock.due_at is None or clock.due_at >= clock.unpaused_due_at
