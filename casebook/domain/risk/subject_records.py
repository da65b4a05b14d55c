"""One record about a subject, as a row of records.csv, and what can be read from it. No value is ever refused."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date

from casebook.domain.vocabulary import RecordKind, VictimRelationship

PRINTABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,39}")


class InputError(ValueError):
    """The inputs are not in the form that scoring needs."""

    def __init__(self, message: str, code: str = "bad_input") -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class SubjectRecord:
    source: str = ""
    record_id: str = ""
    kind: str = ""
    offence_code: str = ""
    offence_text: str = ""
    date: str = ""  # ISO, may be partial; empty: not known
    victim_id: str = ""
    victim_relationship: str = ""
    flags: tuple[str, ...] = ()
    source_evaluation: str = ""
    intelligence_assessment: str = ""

    @classmethod
    def from_row(cls, row: object) -> "SubjectRecord":
        """Read a row of records.csv given as an object. Numbers are read as text; columns that do not score are ignored."""
        if not isinstance(row, Mapping):
            raise InputError("each item of subject_records must be an object", "bad_record")
        texts = {each.name: text(row.get(each.name), each.name) for each in fields(cls) if each.name != "flags"}
        return cls(**texts, flags=words(row.get("flags"), "flags"))

    def to_row(self) -> dict[str, object]:
        return asdict(self) | {"flags": list(self.flags)}

    @property
    def key(self) -> tuple[str, str] | None:
        """Rows with equal keys are one record. Rows without a number cannot be compared, so each counts."""
        return (self.source.casefold(), self.record_id) if self.record_id else None

    @property
    def label(self) -> str:
        """The name of the record in a reason. An unusual id is not repeated, because it may be personal."""
        named = f"{self.source.casefold()}:{self.record_id}".removeprefix(":")
        return named if self.record_id and PRINTABLE.fullmatch(named) else "a record"

    @property
    def known_kind(self) -> RecordKind | None:
        return RecordKind(self.kind) if self.kind in set(RecordKind) else None

    @property
    def relationship(self) -> VictimRelationship:
        known = self.victim_relationship in set(VictimRelationship)
        return VictimRelationship(self.victim_relationship) if known else VictimRelationship.UNKNOWN


def text(value: object, name: str) -> str:
    """The text of a cell. Ids, codes, text and grades are only trimmed; coded columns are compared in lower case."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError(f"{name} must be text", "bad_record")
    try:
        plain = str(value).strip()
    except ValueError:  # Python refuses to print integers of thousands of digits
        raise InputError(f"{name} must be text", "bad_record") from None
    return word(plain) if name in {"kind", "victim_relationship"} else plain


def word(value: str) -> str:
    return re.sub(r"[\s-]+", "_", value.strip().casefold())


def words(value: object, name: str) -> tuple[str, ...]:
    """The items of a list, or of one text separated by `;`: sorted, without repeats."""
    if value is None:
        return ()
    items = value.split(";") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise InputError(f"{name} must be a list of texts", "bad_list")
    return tuple(sorted({word(item) for item in items} - {""}))


def latest_day(value: str, today: date) -> tuple[date, str]:
    """The latest day that a date can mean, and what is doubtful about it. An unknown date counts as today."""
    try:
        match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:[T ].*)?", value, re.ASCII)
        year, month, day = (int(part) if part else 0 for part in match.groups()) if match else (0, 0, 0)
        last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    except ValueError:
        return today, "unknown_date"
    if (date(year, month or 1, day or 1)) > today:
        return today, "future_date"
    return min(last, today), "" if day else "partial_date"
