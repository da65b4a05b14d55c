"""Pages of a long list: which one is asked for, and what a page says of where it stands."""

from __future__ import annotations

from casebook.desk.visit import Visit

ON_A_PAGE = 25
_MOST_DIGITS = 5  # no list has a million pages


def first(visit: Visit) -> int:
    """The place in the list of the first row of the page that is asked for."""
    number = visit.query("page")
    return (max(1, int(number)) - 1) * ON_A_PAGE if number.isdecimal() and len(number) <= _MOST_DIGITS else 0


def numbers(visit: Visit, total: int) -> dict[str, int]:
    """Which rows of how many, and which page of how many."""
    start = first(visit)
    return {"first": start, "total": total, "page": start // ON_A_PAGE + 1, "pages": max(1, -(-total // ON_A_PAGE))}
