"""The policies a force works under, one TOML file each; an application keeps the one it was received under."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from casebook.domain.policy import Calendar, Policy
from casebook.errors import Refused, WrongUsage
from casebook.policies import reading
from casebook.policies.reading import UnreadablePolicy, read


class UnknownPolicy(WrongUsage):
    """There is no policy of that name."""

    code = "unknown_policy"


class NoPolicyInForce(Refused):
    """No policy was in force on that date."""

    code = "no_policy_in_force"


@cache
def names() -> tuple[str, ...]:
    """The names of the policies. Other tables are in the same directory."""
    return tuple(name for name in sorted(reading.names("")) if "in_force_from" in _table(name))


@cache
def load(name: str) -> Policy:
    if name not in names():
        raise UnknownPolicy(f"there is no policy of that name. The policies are: {', '.join(names())}")
    return from_table(_table(name), name)


def from_table(table: dict[str, Any], where: str) -> Policy:
    policy = read(Policy, table, where)
    _refuse_unknown_calendar(policy.calendar)
    return policy


def for_receipt(received: datetime) -> Policy:
    """The policy in force on the local day of receipt."""
    for name in names():
        policy = load(name)
        if policy.in_force(received.astimezone(ZoneInfo(policy.calendar.timezone)).date()):
            return policy
    raise NoPolicyInForce


def holidays_for(policy: Policy, years: Iterable[int]) -> frozenset[date]:
    """The bank holidays of those years, the policy's own additions among them."""
    calendar, wanted = policy.calendar, frozenset(years)
    known = frozenset[date]().union(*(_bank_holidays(calendar.country, calendar.subdivision, year) for year in wanted))
    return known | {day for day in calendar.extra_bank_holidays.value if day.year in wanted}


@cache
def _bank_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - only what asks for working days pays for it

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
    except NotImplementedError:
        raise UnreadablePolicy(
            "no bank holidays are known for this country and subdivision", "unknown_calendar"
        ) from None


def _refuse_unknown_calendar(calendar: Calendar) -> None:
    try:
        ZoneInfo(calendar.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise UnreadablePolicy("the policy's time zone is not known", "unknown_calendar") from None
    _bank_holidays(calendar.country, calendar.subdivision, calendar.checked_until.value.year)


@cache
def _table(name: str) -> dict[str, Any]:
    return whole(reading.table(name))


def whole(table: dict[str, Any]) -> dict[str, Any]:
    """The table merged into the shipped policy it is based on. A limit in it replaces the limits of that name."""
    if (base := table.get("based_on")) is None:
        return table
    table = {key: value for key, value in table.items() if key != "based_on"}
    if base not in reading.names(""):
        raise UnknownPolicy(f"there is no policy {base!r} to be based on")
    under = _table(base)
    given = {each["limit"] for each in table.get("limits", ())}
    kept = [each for each in under["limits"] if each["limit"] not in given]
    return under | table | {"limits": table.get("limits", []) + kept}


class BankHolidays:
    """The policy's bank holidays of every year, for use with `in`. A year is calculated when it is first needed."""

    def __init__(self, policy: Policy) -> None:
        self._calendar = policy.calendar

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        extra = self._calendar.extra_bank_holidays.value
        return day in extra or day in _bank_holidays(self._calendar.country, self._calendar.subdivision, day.year)
