"""What the monitor reads of an application that people carried through: each act is charted for whoever did it."""

from __future__ import annotations

from datetime import timedelta

from walking import ROW

from casebook.casework.staff import competence
from casebook.domain.monitor.decision_monitor import ChartKind
from casebook.monitor.expected import FEATURES
from casebook.storage.monitor import decisions as stored
from casebook.storage.tables import Candidate, Decision, Finding, Search


def test_an_application_that_went_through_everything_is_a_case_of_each_channel(unit, walked):
    walked(unit, {**ROW, "external_id": "M-1"})
    with unit.acting() as act:
        found = stored.rows(act.session)
        decision = act.session.query(Decision).one()
        qualifying = act.session.query(Finding).filter_by(qualifies="qualifying", party="b").count()
        reviewed = act.session.query(Candidate).filter(Candidate.reviewed_by.is_not(None)).count()
        assert competence.untrained(act) == []
    (decided,) = found[ChartKind.DECISION]
    assert (decided["judged"], decided["happened"]) == ("chair", decision.outcome.startswith("disclosed"))
    assert (decided["findings"], decided["band"] != "none") == (float(qualifying), True)
    (researched,) = found[ChartKind.YIELD]
    assert (researched["judged"], researched["happened"]) == ("research", qualifying > 0)
    assert (researched["b_age"], researched["route"]) == (41.0, "right_to_ask")
    assert [row["judged"] for row in found[ChartKind.REJECTED_CANDIDATE]] == ["research"] * reviewed
    for channel, rows in found.items():
        assert all(set(FEATURES[channel]) <= row.keys() for row in rows)


def test_a_gap_in_the_searches_counts_for_whoever_returned_that_search_and_not_for_the_signer(unit, walked):
    reference = walked(unit, {**ROW, "external_id": "M-1"})
    with unit.acting() as act:
        mine, skipped, narrow, open_ = _searches_by_hand(act.session, reference, 4)
        for search in (mine, skipped, narrow, open_):
            search.returned_by, search.mandatory, search.covered = "research", True, search.required
        skipped.result, skipped.unavailable_reason = "unavailable", "down"
        skipped.returned_by, skipped.accepted_by = "other", "supervise"
        narrow.returned_by, narrow.required, narrow.covered = "third", ["a", "b"], ["a"]
        act.record(act.application(reference), "left_gaps")
    with unit.acting() as act:
        assert _gaps(act.session) == {"research": (False, False), "other": (True, False), "third": (False, True)}
        (yielded,) = stored.rows(act.session)[ChartKind.YIELD]
        assert yielded["judged"] == "research"


def test_a_mandatory_search_that_nobody_returned_counts_for_whoever_signed(unit, walked):
    reference = walked(unit, {**ROW, "external_id": "M-1"})
    with unit.acting() as act:
        returned, never, optional = _searches_by_hand(act.session, reference, 3)
        for search in act.session.query(Search).filter_by(reference=reference, party="b", automatic=False):
            search.returned_by, search.covered = "other", search.required
        returned.mandatory = never.mandatory = True
        optional.mandatory = False
        for search in (never, optional):
            search.result = search.returned_at = search.returned_by = None
        act.record(act.application(reference), "left_open")
    with unit.acting() as act:
        assert _gaps(act.session) == {"other": (False, False), "research": (True, False)}


def _searches_by_hand(session, reference, many):
    query = session.query(Search).filter_by(reference=reference, party="b", automatic=False, superseded=False)
    found = query.order_by(Search.id).all()
    assert len(found) >= many
    return found[:many]


def _gaps(session):
    """By person: whether a source was skipped, and a variant left uncovered."""
    found = stored.rows(session)
    skipped, uncovered = found[ChartKind.SKIPPED_SOURCE], found[ChartKind.UNCOVERED_VARIANT]
    return {row["judged"]: (row["happened"], other["happened"]) for row, other in zip(skipped, uncovered, strict=True)}


def test_what_is_found_after_a_decision_does_not_judge_it(unit, walked):
    reference = walked(unit, {**ROW, "external_id": "M-1"})
    with unit.acting() as act:
        before = stored.decisions(act.session)[0]["findings"]
        finding = act.session.query(Finding).filter_by(reference=reference, qualifies="qualifying").first()
        assert finding is not None
        finding.found_at += timedelta(days=400)
        act.record(act.application(reference), "found_later")
    with unit.acting() as act:
        assert stored.decisions(act.session)[0]["findings"] == before - 1
