"""The inputs of a score, as stored and as `casebook score` reads them. The same JSON always gives the same score."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from casebook.domain.risk.instruments import Instrument
from casebook.domain.risk.subject_records import InputError, SubjectRecord, words

KEYS = frozenset(
    {
        "today",
        "subject_records",
        "instrument",
        "vulnerabilities",
        "earlier_applications",
        "circumstances",
        "gaps",
        "unread",
    }
)


@dataclass(frozen=True, kw_only=True)
class ScoreInputs:
    today: date
    records: tuple[SubjectRecord, ...] = ()
    instrument: Instrument | None = None
    vulnerabilities: tuple[str, ...] = ()  # of the person at risk
    earlier_applications: int | None = None  # about this subject or by this person; None: nobody has checked
    circumstances: tuple[str, ...] = ()  # what the application says about the present: separation, pregnancy, ...
    gaps: tuple[str, ...] = ()  # what is still open, one code for each: unreviewed_candidate, unreachable_source, ...
    unread: int = 0  # input values that scoring does not know

    @classmethod
    def from_dict(cls, data: object, today: date | None = None) -> "ScoreInputs":
        """Read the inputs. `today` is used if the data has none. A wrong type raises InputError; an unknown value is a doubt."""
        if not isinstance(data, Mapping):
            raise InputError("the input must be a JSON object")
        records = data.get("subject_records")
        if not isinstance(records, list | None):
            raise InputError("subject_records must be a list", "bad_record")
        return cls(
            today=_day(data.get("today"), today),
            records=tuple(SubjectRecord.from_row(row) for row in records or ()),
            instrument=Instrument.from_dict(data.get("instrument")),
            vulnerabilities=words(data.get("vulnerabilities"), "vulnerabilities"),
            earlier_applications=_count(data.get("earlier_applications"), "earlier_applications"),
            circumstances=words(data.get("circumstances"), "circumstances"),
            gaps=_gaps(data.get("gaps")),
            unread=(_count(data.get("unread"), "unread") or 0) + len(data.keys() - KEYS),
        )

    def to_dict(self) -> dict[str, object]:
        return {
            "today": self.today.isoformat(),
            "subject_records": [record.to_row() for record in self.records],
            "instrument": self.instrument.to_dict() if self.instrument else None,
            "vulnerabilities": list(self.vulnerabilities),
            "earlier_applications": self.earlier_applications,
            "circumstances": list(self.circumstances),
            "gaps": list(self.gaps),
            "unread": self.unread,
        }


def _day(value: object, otherwise: date | None) -> date:
    if otherwise and (value is None or value == ""):
        return otherwise
    try:
        return datetime.fromisoformat(value if isinstance(value, str) else "").date()
    except ValueError:
        raise InputError("today must be an ISO date", "bad_today") from None


def _count(value: object, name: str) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise InputError(f"{name} must be a whole number, 0 or more", "bad_count")
    return value


def _gaps(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InputError("gaps must be a list of texts", "bad_list")
    return tuple(sorted(value))
