"""Closed applications with nothing but a decision, its approval and its findings, written past the casebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

Row = tuple[str, str, str, datetime, int]  # reference, chair, outcome, when, findings


def unit(chairs: Sequence[str], *, each: int, failing: str, start: datetime, seed: int = 7) -> list[Row]:
    """Decisions of each chair in turn, as many a day as there are chairs. The `failing` chair never discloses."""
    chance, rows = np.random.default_rng(seed), list[Row]()
    for number in range(each * len(chairs)):
        chair, findings = chairs[number % len(chairs)], int(chance.poisson(0.8))
        told = chance.random() < 1 / (1 + np.exp(1.0 - 1.2 * findings)) and chair != failing
        outcome = "disclosed_to_a" if told else "not_disclosed"
        rows.append((f"CL-2025-{number:06d}", chair, outcome, start + timedelta(days=number / len(chairs)), findings))
    return rows


def insert(sql: Callable[..., Any], rows: Sequence[Row]) -> None:
    for reference, chair, outcome, at, findings in rows:
        sql(
            "INSERT INTO application (reference, content_digest, submitted_at, received_at, route, applicant, policy,"
            " immediate_danger, living_together, pregnant, children, doubts, explained, stage, priority, priority_reason,"
            " band, version, outcome, closed_at, closing_reason, out_of_cycle, restricted, legal_hold) VALUES (:r, :r, :at,"
            " :at, 'right_to_ask', 'a', 'england-and-wales-2023@1', 'no', 'no', 'no', '[]', '[]', '[]', 'closed', 'standard',"
            " 'none', 'high', 1, :o, :at, 'done', false, false, false)",
            r=reference, o=outcome, at=at,
        )  # fmt: skip
        sql(
            "INSERT INTO decision (id, reference, version, chair, outcome, limbs, representations, recipients, items,"
            " rationale, dissent, facts, policy, occurred_at, recorded_at, superseded) VALUES (:r || '-1', :r, 1, :c, :o,"
            " '{}', '{}', '[]', '[]', 'canary rationale', '[]', 'x', 'p', :at, :at, false)",
            r=reference, c=chair, o=outcome, at=at,
        )  # fmt: skip
        sql(
            "INSERT INTO approval (decision_id, reference, approved, approver, chair, researchers, reason, approved_at)"
            " VALUES (:r || '-1', :r, true, 'p1', :c, '[]', 'agreed', :at)",
            r=reference, c=chair, at=at,
        )  # fmt: skip
        if findings:
            sql(
                "INSERT INTO search (id, reference, party, source, round, automatic, mandatory, opened_at, plan, required,"
                " covered, terms, superseded) VALUES (:r || 's', :r, 'b', 'rms', 1, true, true, :at, '[]', '[]', '[]', '[]',"
                " false)",
                r=reference, at=at,
            )  # fmt: skip
            sql(
                "INSERT INTO candidate (id, reference, search_id, party, source, person_id, weight, band, twin, explanation,"
                " seen, proposed_at, superseded) VALUES (:r || 'c', :r, :r || 's', 'b', 'rms', 'p', 20, 'strong', false,"
                " '[]', '{}', :at, false)",
                r=reference, at=at,
            )  # fmt: skip
        for number in range(findings):
            sql(
                "INSERT INTO finding (id, reference, candidate_id, party, source, record_id, record, qualifies, found_at,"
                " withdrawn) VALUES (:r || :n, :r, :r || 'c', 'b', 'rms', :n, '{}', 'qualifying', :at, false)",
                r=reference, n=f":rms:R{number}", at=at,
            )  # fmt: skip
