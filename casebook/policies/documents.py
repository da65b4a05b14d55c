"""The documents of policy as text: those shipped with this release, and how any of them is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from casebook import policies, toml_file
from casebook.bounds import BadInput
from casebook.domain.case.panel_decision import Refusals
from casebook.domain.case.wording import Wording
from casebook.domain.documents import ALWAYS, DocumentKind, digest_of
from casebook.domain.monitor.monitor_policy import MonitorPolicy
from casebook.domain.policy import Policy
from casebook.domain.review.weights import ReviewPolicy
from casebook.domain.risk.risk_model import RiskModel, RiskNumbers
from casebook.policies import panel_refusals, reading, risk_model, wording
from casebook.policies.reading import UnreadablePolicy

Table = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class DocumentText:
    """A document as it is stored."""

    kind: DocumentKind
    title: str  # name@version
    body: str  # JSON
    in_force_from: datetime  # what the document itself says; ALWAYS if it says nothing

    @property
    def digest(self) -> str:
        return digest_of(self.body)

    @property
    def table(self) -> Table:
        return dict(json.loads(self.body))


_SHAPES: Mapping[DocumentKind, type] = MappingProxyType({
    DocumentKind.SCHEME: Policy, DocumentKind.RISK_MODEL: RiskNumbers, DocumentKind.WORDING: Wording,
    DocumentKind.PANEL_REFUSALS: Refusals, DocumentKind.REVIEW: ReviewPolicy, DocumentKind.MONITOR: MonitorPolicy,
})  # fmt: skip
_READERS: Mapping[DocumentKind, Callable[[Table, str], object]] = MappingProxyType({
    DocumentKind.SCHEME: policies.from_table,
    DocumentKind.RISK_MODEL: risk_model.from_table,
    DocumentKind.WORDING: wording.from_table,
    DocumentKind.PANEL_REFUSALS: panel_refusals.from_table,
    DocumentKind.REVIEW: lambda table, where: reading.read(ReviewPolicy, table, where),
    DocumentKind.MONITOR: lambda table, where: reading.read(MonitorPolicy, table, where),
})  # fmt: skip


# keys of earlier releases that no rule read: a document adopted under one of those releases still has them
_RETIRED: Mapping[DocumentKind, Sequence[tuple[str, str]]] = MappingProxyType({
    DocumentKind.SCHEME: (
        ("search", "nicknames_per_name"), ("search", "year_slip"), ("watch", "lethality_months"),
        ("oversight", "sampled_percent"), ("oversight", "competence_months"),
    ),
})  # fmt: skip


def read(kind: DocumentKind, body: str, where: str) -> object:
    """A stored document as its dataclass. Refused if a key is missing or unknown, or a value is not what it should be."""
    table = json.loads(body)
    for section, key in _RETIRED.get(kind, ()):
        if isinstance(keys := table.get(section), dict):
            keys.pop(key, None)
    return _READERS[kind](table, where)


def in_force_from(kind: DocumentKind, body: str, where: str) -> datetime:
    """From when a document counts by what it says itself; ALWAYS if it says nothing."""
    return _from(read(kind, body, where))


def from_file(path: Path) -> DocumentText:
    """A document that a force wrote, as a TOML file. Refused if it is of no kind, or not in the expected form."""
    try:
        table = toml_file.read(path)
    except BadInput as fault:
        code = UnreadablePolicy.code if fault.code in {"not_toml", "not_utf8"} else fault.code
        raise UnreadablePolicy(f"{path.name} {fault}", code) from None
    return _text(_kind(table, path.name), table, path.name)


def shipped(of: DocumentKind | None = None) -> Iterator[DocumentText]:
    """Every document of this release, or those of one kind: no other file is read then."""
    for kind in DocumentKind if of is None else (of,):
        for name in _files()[kind]:
            yield _text(kind, reading.table(name), name)


def as_body(table: object) -> str:
    """A document's table as the text that is stored."""
    return json.dumps(table, ensure_ascii=False, separators=(",", ":"), default=_iso)


@cache
def fingerprint(kind: DocumentKind) -> str:
    """A digest of the shipped files of a kind, so that a home sees whether this release brought others."""
    everything = "".join(reading.text(name) for name in _files()[kind])
    if kind is DocumentKind.RISK_MODEL:
        everything += "".join(reading.text(name, "csv") for name in ("offences", "offence_keywords", "harm_days"))
    return digest_of(everything)


@cache
def _files() -> dict[DocumentKind, tuple[str, ...]]:
    def begin(start: str) -> tuple[str, ...]:
        return tuple(sorted(reading.names(start)))

    return {
        DocumentKind.SCHEME: policies.names(), DocumentKind.RISK_MODEL: begin("risk-model-"),
        DocumentKind.WORDING: begin("wording-"), DocumentKind.PANEL_REFUSALS: begin("panel-refusals"),
        DocumentKind.REVIEW: begin("review-"), DocumentKind.MONITOR: begin("monitor-"),
    }  # fmt: skip


def _kind(table: Table, where: str) -> DocumentKind:
    """The kind whose keys the document has. Keys of several kinds, or of none, are refused."""
    own = {"based_on", "name", "version", "title", "source", "verified"}
    keys = {kind: {each.name for each in fields(shape)} - own for kind, shape in _SHAPES.items()}
    fitting = [kind for kind, known in keys.items() if (table.keys() - own) & known]
    if len(fitting) > 1:  # sections of one name, such as `contact`: the kind that knows most of them
        fitting = [max(fitting, key=lambda kind: len(table.keys() & keys[kind]))]
    if not fitting:
        raise UnreadablePolicy(f"{where}: no kind of document has these keys", "unknown_kind")
    return fitting[0]


def _text(kind: DocumentKind, table: Table, where: str) -> DocumentText:
    """The whole of a document: with what it is based on, and the tables that its numbers are read with."""
    if kind is DocumentKind.SCHEME:
        table = policies.whole(table)
    if kind is DocumentKind.RISK_MODEL:
        table = table | {key: value for key, value in risk_model.tables().items() if key not in table}
    body = as_body(table)
    document = _READERS[kind](json.loads(body), where)  # a new document has no retired key
    return DocumentText(kind=kind, title=_title(kind, document), body=body, in_force_from=_from(document))


def _title(kind: DocumentKind, document: object) -> str:
    match document:
        case RiskModel(numbers=numbers):
            return f"{numbers.name}@{numbers.version}"
        case Policy() | ReviewPolicy() | MonitorPolicy():
            return f"{document.name}@{document.version}"
        case Wording() | Refusals():
            return f"{kind}@{document.version}"
        case _:
            raise TypeError(type(document).__name__)


def _from(document: object) -> datetime:
    if not isinstance(document, Policy):
        return ALWAYS
    return datetime.combine(document.in_force_from.value, time(), ZoneInfo(document.calendar.timezone))


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
