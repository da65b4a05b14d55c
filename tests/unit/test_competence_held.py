"""When training counts: from the day it was granted, or from the moment it was written down if that was the same day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from casebook.domain.case.competence import RecordedTraining, held

JUNE = date(2027, 6, 30)


def recorded(at, granted_on, expires_on):
    return RecordedTraining(at=datetime.fromisoformat(f"{at}+00:00"), granted_on=granted_on, expires_on=expires_on)


TODAY_S = recorded("2026-03-10T12:00", date(2026, 3, 10), JUNE)
EARLIER = recorded("2026-03-10T12:00", date(2026, 2, 1), JUNE)
STOOD = recorded("2026-01-05T09:00", date(2026, 1, 5), JUNE)
CUT_SHORT = recorded("2026-03-10T12:00", date(2026, 3, 10), date(2026, 3, 9))
CORRECTED = recorded("2026-03-10T12:00", date(2026, 1, 5), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("history", "at", "trained"),
    [
        ([], "2026-03-10T12:00", False),
        ([TODAY_S], "2026-03-10T11:59", False),  # done untrained in the morning stays so
        ([TODAY_S], "2026-03-10T12:00", True),
        ([EARLIER], "2026-01-31T23:59", False),
        ([EARLIER], "2026-02-01T00:00", True),
        ([EARLIER], "2026-03-10T08:00", True),
        ([EARLIER], "2027-06-30T23:59", True),
        ([EARLIER], "2027-07-01T00:00", False),
        ([STOOD, CUT_SHORT], "2026-03-01T10:00", True),
        ([STOOD, CUT_SHORT], "2026-03-11T10:00", False),
        ([STOOD, CORRECTED], "2026-01-20T10:00", True),
        ([STOOD, CORRECTED], "2026-02-20T10:00", False),  # the last word, on every day from which it counts
    ],
)
def test_training_counts_from_its_grant_to_its_last_day(history, at, trained):
    assert held(history, datetime.fromisoformat(f"{at}+00:00").astimezone(UTC)) is trained
