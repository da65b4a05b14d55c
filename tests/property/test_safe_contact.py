"""Whatever the plan and the moment: what is called safe lies inside the plan, and nothing safe is passed over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from casebook.domain.case.safe_contact import DAYS, ContactPlan, Way, is_inside, next_safe, why_not_safe
from casebook.domain.vocabulary import Channel

LONDON = ZoneInfo("Europe/London")
STALE = timedelta(days=28)
NEVER = timedelta(days=100_000)
times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
plans = st.builds(
    ContactPlan,
    channel=st.sampled_from([*Channel]),
    days=st.lists(st.sampled_from(DAYS), unique=True).map(tuple),
    windows=st.lists(st.tuples(times, times), max_size=3).map(tuple),
    voicemail=st.booleans(),
    confirmed_at=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
)
# the two nights on which the clock changes come up often
moments = st.one_of(
    st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - given a zone
    *(
        st.timedeltas(-timedelta(hours=30), timedelta(hours=6)).map(lambda delta, change=change: change + delta)
        for change in (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
    ),
)


@given(plans, moments)
def test_the_next_safe_time_is_safe_and_not_in_the_past(plan, after):
    found = next_safe(plan, after, LONDON)
    if found is not None:
        assert found >= after
        assert is_inside(plan, found, LONDON)


@given(plans, moments, st.integers(0, 14 * 24 * 60))
def test_no_safe_minute_is_passed_over(plan, after, minutes):
    moment = after + timedelta(minutes=minutes)
    if is_inside(plan, moment, LONDON):
        found = next_safe(plan, after, LONDON)
        assert found is not None
        assert found <= moment


@given(plans, moments)
def test_without_a_safe_time_no_contact_is_safe(plan, at):
    if next_safe(plan, at, LONDON) is None:
        assert why_not_safe(Way(at=at, channel=plan.channel), plan, stale_after=NEVER, zone=LONDON) is not None


@given(plans, moments, st.sampled_from([*Channel]), st.booleans(), st.booleans(), st.booleans())
def test_what_is_allowed_is_inside_window_channel_and_age(plan, at, channel, agreed, asks, message):
    way = Way(at=at, channel=channel, agreed_meeting=agreed, asks_plan_again=asks, leaves_message=message)
    if why_not_safe(way, plan, stale_after=STALE, zone=LONDON) is None:
        assert is_inside(plan, at, LONDON)
        assert channel == plan.channel or (agreed and channel == Channel.IN_PERSON)
        assert asks or at - plan.confirmed_at <= STALE
        assert plan.voicemail or not message


@given(plans, moments)
def test_asking_again_changes_nothing(plan, after):
    found = next_safe(plan, after, LONDON)
    assert found is None or next_safe(plan, found, LONDON) == found
