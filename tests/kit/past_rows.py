"""Rows as each revision of the schema had them, written by SQL with their ledger entries, and carried over by the later ones.

A new migration adds its revision to `CASES`, with the rows that only it makes possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from casebook.domain import chain
from casebook.storage.tables import Base

AT = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
BLANK = {
    "text": "x", "boolean": False, "jsonb": [], "timestamp with time zone": AT, "integer": 1, "bigint": 1,
    "double precision": 1.0, "ARRAY": [1], "date": AT.date(),
}  # fmt: skip
COLUMNS = """
    SELECT column_name, data_type, is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name = :table
"""
LEDGERED = {mapper.class_.__tablename__: mapper for mapper in Base.registry.mappers if mapper.class_.ledgered}

Row = tuple[str, dict[str, Any]]  # a table, and the columns that matter; the others that must have a value are filled


def _case(ref: str, **application: Any) -> list[Row]:
    """What every revision has: an open application, its people, a clock and two items."""
    return [
        ("application", {
            "reference": ref, "route": "right_to_ask", "applicant": "a", "policy": "england-and-wales-2023@1",
            "immediate_danger": "no", "relationship": "partner", "living_together": "no", "pregnant": "no",
            "stage": "record_checks", "priority": "standard", "priority_reason": "none", "concern": "He frightens me",
            **application,
        }),
        *(("person", {"id": f"{ref}:{party}", "reference": ref, "party": party, "surname": f"Quill{party}",
                      "dob_certainty": "exact", "sex": "unknown"}) for party in ("a", "b")),
        ("safe_contact", {"id": f"{ref}:a", "reference": ref, "party": "a", "channel": "phone", "days": ["mon"],
                          "windows": [["09:00", "17:00"]]}),
        ("clock", {"id": f"{ref}:record_checks", "reference": ref, "limit_name": "record_checks",
                   "budget": {"unit": "elapsed_hours", "amount": 1}, "due_at": AT, "unpaused_due_at": AT}),
        *(("work_item", {"id": f"{ref}-{number}", "reference": ref, "kind": "return_search", "role": "researcher",
                         "priority": "standard", "subject": {"source": "pnc"}, "stage": "record_checks", **done})
          for number, done in enumerate([{}, {"done_at": AT, "done_by": "r1", "answer": {"result": "nil"}}])),
    ]  # fmt: skip


def _search(ref: str, **columns: Any) -> Row:
    return "search", {"id": f"{ref}-s", "reference": ref, "party": "b", "source": "pnc", **columns}


def _candidate(ref: str, **columns: Any) -> Row:
    return "candidate", {"id": f"{ref}-c", "reference": ref, "search_id": f"{ref}-s", "party": "b", "source": "pnc",
                         "band": "strong", "seen": {}, **columns}  # fmt: skip


def _decision(ref: str) -> Row:
    return "decision", {
        "id": f"{ref}:1",
        "reference": ref,
        "outcome": "not_disclosed",
        "limbs": {},
        "representations": {},
    }


def _emergency(ref: str) -> Row:
    return "emergency_disclosure", {"id": f"{ref}-e", "reference": ref, "recipient": "a", "channel": "phone"}


def reference_of(revision: str) -> str:
    return f"CL-2026-90{revision}"


# revision -> the rows of a case as it was then
CASES: Mapping[str, list[Row]] = {
    "0001": [*_case(r := reference_of("0001")), ("staff", {"id": "r1"}), _search(r), _candidate(r), _emergency(r)],
    "0002": _case(reference_of("0002")),  # guards and indexes only
    "0003": [*_case(r := reference_of("0003")),
             ("assurance", {"id": f"{r}-i", "reference": r, "kind": "adequacy", "why_uncovered": {}})],
    "0004": _case(reference_of("0004")),  # columns of the review, which belong to no case
    "0005": _case(reference_of("0005"), as_written={"a_dob": "5.1.90"}),
    "0006": [*_case(r := reference_of("0006")), _search(r, beyond=7, below=[]), _candidate(r, place="listed", worst=[])],
    "0007": [*_case(r := reference_of("0007")), ("staff_detail", {"staff_id": "r1", "kind": "phone", "digest": "d"}),
             ("conflict_declaration", {"id": f"{r}-d", "reference": r, "staff_id": "r1", "conflicted": False})],
    "0008": [*_case(r := reference_of("0008")), ("rejected_row", {"id": "row-1", "reference": r}),
             ("missing_rows", {"id": "file-1", "source": "rms"})],
    "0009": [*_case(r := reference_of("0009")),
             ("application_link", {"reference": r, "other": reference_of("0008"), "why": "may_be_same_subject",
                                   "pair": "p", "weight": 3.5, "explanation": ["surname"]})],
    "0010": [*_case(reference_of("0010")), ("review_mapping", {"id": "m1"})],
    "0011": [*_case(r := reference_of("0011"), raised_at=AT),
             ("merger", {"id": f"{r}-m", "reference": r, "other": reference_of("0010"), "undone_at": AT})],
    "0012": [*_case(r := reference_of("0012")),
             ("safe_contact_change", {"id": f"{r}-1", "reference": r, "party": "a", "effect": "at_once",
                                      "asked_by": "the_person", "identified_by": "code_word"})],
    "0013": [*_case(r := reference_of("0013")),
             ("circumstance", {"id": f"{r}-p", "reference": r, "what": "pregnancy", "value": "yes"}),
             ("instrument_shortfall", {"id": f"{r}-q", "reference": r, "why": "declined"})],
    "0014": [*_case(r := reference_of("0014")), _emergency(r),
             ("ratification", {"id": f"{r}-r", "reference": r, "emergency_id": f"{r}-e", "member": "m1"})],
    "0016": _case(reference_of("0016")),  # the shipped documents are adopted when the home is opened
    "0017": [*_case(r := reference_of("0017")), _decision(r),
             ("ratification", {"id": f"{r}-r", "reference": r, "decision_id": f"{r}:1", "member": "m1"}),
             ("stated_reason", {"id": f"{r}-w", "reference": r, "what": "restricted", "code": "in_words"})],
    "0018": _case(reference_of("0018")),  # entries without a code are sealed as before when the home is opened
    "0019": [*_case(reference_of("0019")), ("account_proposal", {"id": "p1", "staff_id": "r1", "roles": ["researcher"]})],
    "0020": _case(reference_of("0020")),  # roles and their rights only
    "0021": [*_case(r := reference_of("0021")),
             *(("person_keys", {"id": f"{r}:{party}", "reference": r, "party": party}) for party in ("a", "b"))],
    "0022": [*_case(r := reference_of("0022")), ("note", {"id": f"{r}-n", "reference": r, "category": "safety"}),
             ("incoming_call", {"id": f"{r}-c", "reference": r, "caller": "a", "opens": ["danger"]})],
    "0023": [*_case(r := reference_of("0023")),
             ("case_owner", {"id": f"{r}-o", "reference": r, "staff_id": "r1"})],
    "0024": [*_case(r := reference_of("0024")),
             ("case_document", {"id": f"{r}-p", "reference": r, "category": "letter", "title": "t", "digest": "d",
                                "key_fingerprint": "k", "media_type": "text", "sealed": b"sealed"})],
    "0025": [*_case(r := reference_of("0025")),
             ("reminder", {"id": f"{r}-m", "reference": r, "staff_id": "r1"}),
             ("intake_draft", {"id": "d1", "cells": {"concern": "x"}, "started_by": "r1"})],
    "0026": [*_case(r := reference_of("0026"))],
    "0027": [*_case(r := reference_of("0027")),
             ("panel_meeting", {"id": "PM-2026-03-02-1", "chair": "c1"}),
             ("agency_statement", {"id": f"{r}-s", "reference": r, "agency": "idva", "said": "x", "handling": "P"})],
    "0028": [*_case(r := reference_of("0028")), ("told_record", {"id": f"{r}-t", "reference": r, "step": "decided"})],
    "0029": [*_case(r := reference_of("0029")), ("open_check", {"id": f"{r}-k", "reference": r, "staff_id": "r1", "points": {}})],
    "0030": [*_case(r := reference_of("0030")),
             ("token", {"id": "t30", "staff_id": "r1", "digest": "d30"}),
             ("desk_session", {"id": "s30", "staff_id": "r1", "token": "t30", "proof": "p"}),
             ("work_item", {"id": f"{r}-w", "reference": r, "kind": "assess_risk", "role": "risk_assessor"}),
             ("answer_draft", {"item_id": f"{r}-w", "staff_id": "r1", "reference": r, "typed": {"reason": "x"}})],
}  # fmt: skip


def write(connection: Connection, revision: str, key: bytes) -> None:
    """Write the rows of a revision, at which the schema is, and one ledger entry with their digests."""
    digests = dict(filter(None, (_insert(connection, table, given, key) for table, given in CASES[revision])))
    entry = {"chain": reference_of(revision), "sequence": 1, "at": AT, "actor": "operator", "event": "application_received",
             "body": {"route": "right_to_ask", "rows": digests}, "previous": chain.GENESIS}  # fmt: skip
    _run(connection, "ledger", {**entry, "hash": (end := chain.entry_hash(**entry))})  # type: ignore[arg-type]
    _run(connection, "chain_head", {"chain": reference_of(revision), "sequence": 1, "hash": end})


def _insert(connection: Connection, table: str, given: dict[str, Any], key: bytes) -> tuple[str, str] | None:
    columns = {name: (kind, needed) for name, kind, needed in connection.execute(text(COLUMNS), {"table": table})}
    filled = {name: BLANK[kind] for name, (kind, needed) in columns.items() if needed} | given
    row = _run(connection, table, filled, jsons={name for name, (kind, _) in columns.items() if kind == "jsonb"})
    if table not in LEDGERED:
        return None
    primary = ":".join(str(row[column.key]) for column in LEDGERED[table].primary_key)
    return f"{table}:{primary}", chain.row_digest(key, table, row)


def _run(
    connection: Connection, table: str, values: dict[str, Any], jsons: frozenset[str] | set[str] = frozenset({"body"})
) -> dict[str, Any]:
    binds = ", ".join(f":{name}" for name in values)
    names = ", ".join(f'"{name}"' for name in values)
    statement = text(f'INSERT INTO "{table}" ({names}) VALUES ({binds}) RETURNING *')
    types = [bind for name in values if name in jsons for bind in [_json(name)]]
    return dict(connection.execute(statement.bindparams(*types), values).mappings().one())


def _json(name: str) -> Any:
    return bindparam(name, type_=JSONB(none_as_null=True))
