"""The subject beside a candidate, detail by detail. It shows what is written; what that weighs, the match says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casebook.case_page.blocks import as_sentence, clean
from casebook.domain import words

_DETAILS = {
    "forename": "Forename", "middle_names": "Middle names", "surname": "Surname", "aliases": "Also known as",
    "dob": "Date of birth", "sex": "Sex", "address": "Address", "postcode": "Postcode", "pnc_id": "PNC", "cro": "CRO",
}  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ComparedDetail:
    """One detail of two people. `how`: agrees, differs, or not known of one of them."""

    name: str
    left: str
    right: str
    how: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two people side by side, why the match thinks so, and the records under the second."""

    left: str
    right: str
    rows: tuple[ComparedDetail, ...]
    why: tuple[str, ...]
    records: tuple[str, ...]


def of_item(subject: Mapping[str, Any], shown: Mapping[str, Any]) -> Comparison | None:
    """The comparison for an item about one candidate; None for any other item."""
    candidate = next((row for row in shown.get("candidate") or () if row["id"] == subject.get("candidate")), None)
    if candidate is None or not candidate.get("seen"):
        return None
    party: Row = next((row for row in shown.get("person") or () if row["party"] == candidate["party"]), {})
    seen = candidate["seen"]
    twin = ("May be a twin, or a person of the same name.",) if candidate["twin"] else ()
    weight = f"{words.MATCH_BAND.of(candidate['band']).capitalize()}, {candidate['weight']:.1f} bits"
    return Comparison(
        left=words.PARTY.of(candidate["party"]).capitalize(),
        right=f"{words.SOURCE.of(candidate['source'])} {candidate['person_id']}",
        rows=tuple(_detail(name, title, party, seen) for name, title in _DETAILS.items()),
        why=(weight, *twin, *map(str, candidate.get("explanation") or ())),
        records=tuple(map(_record, seen.get("records") or ())),
    )


@dataclass(frozen=True, kw_only=True)
class ComparedLink:
    """Another application that may be about the same person, and what agrees. Its file is opened by itself."""

    other: str
    why: tuple[str, ...]


def of_link(subject: Mapping[str, Any], shown: Mapping[str, Any]) -> ComparedLink | None:
    """The link that an item asks about; None for any other item."""
    pair = subject.get("pair")
    row = next((row for row in shown.get("application_link") or () if pair and row["pair"] == pair), None)
    if row is None:
        return None
    weight = () if row["weight"] is None else (f"{row['weight']:.1f} bits",)
    why = (words.LINK.of(row["why"]), *weight, *map(str, row.get("explanation") or ()))
    return ComparedLink(other=row["other"], why=tuple(map(as_sentence, why)))


def _detail(name: str, title: str, party: Row, seen: Row) -> ComparedDetail:
    left, right = _text(name, party), _text(name, seen)
    same = "agrees" if left.casefold() == right.casefold() else "differs"
    how = same if left and right else "not known"
    return ComparedDetail(name=title, left=left or "not known", right=right or "not known", how=how)


def _text(name: str, row: Row) -> str:
    value = row.get(name)
    if name == "aliases":
        also = [*(row.get("former_names") or ()), *(value.split(";") if isinstance(value, str) else value or ())]
        return ", ".join(filter(None, map(clean, also)))
    if name == "sex":
        return "" if value in {None, "", "unknown"} else words.SEX.of(value)
    return clean(value)


def _record(row: Row) -> str:
    kind = words.RECORD_KIND.of(row["kind"]) if row.get("kind") else ""
    return ", ".join(filter(None, map(clean, (row.get("date"), kind, row.get("offence_text"), row.get("outcome")))))
