"""Each way of having mishandled an application is seen by its evidence, and ranks by what it would mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from casebook.domain.review import failure_modes, ranking, recipient_words, register
from casebook.domain.review.evidence import Evidence, FailureMode, LinkedHistory
from casebook.domain.review.past_application import Earlier, Linked, merged, set_apart
from casebook.domain.review.reconciling import PlacedRow, reconcile
from casebook.domain.review.register import RegisterPerson
from casebook.domain.review.register_cells import plain
from casebook.domain.review.urgency import ContactPriority
from casebook.policies import review as review_policy

TODAY = date(2026, 6, 1)


def assess(evidence):
    return ranking.assess(evidence, review_policy.load())


SOUND = {
    "reference": "R1", "received_on": "2019-03-04", "route": "right_to_ask", "applicant": "a", "relationship": "partner",
    "a_forename": "Ann", "a_surname": "Smith", "a_dob": "1985-02-03", "b_forename": "Bob", "b_surname": "Jones",
    "b_dob": "1980-05-06", "handler": "H1", "approver": "S1", "sources_searched": "pnc;pnd;visor;rms",
    "searched_as": "Bob Jones|1980-05-06", "outcome": "nothing_to_disclose", "decided_on": "2019-03-20",
    "rationale": "All four systems read and nothing was found", "contact_safe": "yes",
}  # fmt: skip
TOLD_A_NEIGHBOUR = {
    "outcome": "disclosed", "applicant": "third_party", "rationale": "Information given to the applicant, by telephone",
}  # fmt: skip
MANDATORY = frozenset({"pnc", "pnd", "visor", "rms"})


def held(weight=25.0, *, then=0, since=0, supporting=0, points=50.0, dob="1980-05-06", close=True, source="rms"):
    return LinkedHistory(
        who=Linked(source=source, weight=weight, words=frozenset({"BOB", "JONES"}), dob=dob),
        qualifying_then=then, supporting_then=supporting, close_then=close and then > 0,
        points_then=points if then or supporting else 0.0,
        qualifying_since=since, domestic_since=since, points_since=40.0 * since,
        sources_then=frozenset({source}) if then else frozenset(),
    )  # fmt: skip


@pytest.fixture
def evidence():
    """Of an application that was handled soundly, but for the cells and facts given."""

    def make(*linked, earlier=(), copies=1, **cells):
        entry = register.read({**SOUND, **cells}, register="case_system", today=TODAY)
        [application] = reconcile([PlacedRow(id="1", file="f", line=2, digest="d", entry=entry)])
        return Evidence(
            past=merged(application), held=linked, known_by=date(2019, 3, 20), mandatory=MANDATORY, allowed_days=35,
            copies=copies, earlier=earlier,
        )  # fmt: skip

    return make


def modes(e):
    return {each.name for each in failure_modes.found(e)}


def test_a_sound_refusal_of_somebody_unknown_has_no_mode_and_no_score(evidence):
    found = assess(evidence())
    assert (found.modes, found.score, found.contact_priority) == ((), 0.0, ContactPriority.NONE)


@pytest.mark.parametrize(
    ("mode", "linked", "cells"),
    [
        ("undisclosed", [held(then=2)], {}),
        ("outcome_unknown_with_history", [held(then=2)], {"outcome": "??"}),
        ("right_to_know_missed", [held(then=2)], {"outcome": "withdrawn"}),
        ("wrong_recipient", [held(then=2)], TOLD_A_NEIGHBOUR),
        ("contact_unsafe", [held(then=2)], {"outcome": "disclosed", "contact_safe": "no"}),
        ("wrong_person_disclosed", [], {"outcome": "disclosed", "searched_as": "Bob Jones|1955-01-02"}),
        ("disclosed_without_ground", [], {"outcome": "disclosed"}),
        ("source_missing", [], {"sources_searched": "pnc;rms"}),
        ("source_missing", [], {"sources_searched": ""}),
        ("single_identity", [], {"b_former_names": "Brown"}),
        ("alias_unsearched", [], {"b_aliases": "Bobby Dazzler"}),
        ("wrong_dob", [held(dob="1980-06-05")], {}),
        ("wrong_person", [], {"searched_as": "Bob Jones|1961-11-30"}),
        ("wrong_person", [], {"searched_as": "Carl Webb|1980-05-06"}),
        ("identity_unrecorded", [], {"searched_as": ""}),
        ("no_second_person", [], {"approver": "H1"}),
        ("no_second_person", [], {"approver": ""}),
        ("late", [], {"decided_on": "2019-06-01"}),
        ("no_rationale", [], {"rationale": "n/a"}),
        ("contact_unknown", [], {"contact_safe": ""}),
        ("outcome_unknown", [], {"outcome": ""}),
        ("serious_record_after", [held(since=1)], {}),
    ],
)  # fmt: skip
def test_each_mode_is_seen_by_its_evidence(evidence, mode, linked, cells):
    assert mode in modes(evidence(*linked, **cells))
    assert mode not in modes(evidence())


def test_a_repeat_after_a_disclosure_that_was_refused_is_a_repeat_ignored(evidence):
    assert "repeat_ignored" in modes(evidence(earlier=(Earlier(days_before=90, disclosed=True),)))
    assert "repeat_ignored" not in modes(
        evidence(earlier=(Earlier(days_before=90, disclosed=True),), outcome="disclosed")
    )


def test_a_rationale_used_many_times_is_a_copy(evidence):
    assert "copied_rationale" in modes(evidence(copies=5))


def test_a_record_only_after_the_decision_is_a_signal_and_no_failure(evidence):
    later, failed = assess(evidence(held(since=1))), assess(evidence(held(then=1, points=5.0)))
    assert later.contact_priority is ContactPriority.NOW
    assert "undisclosed" not in later.modes
    assert later.score < failed.score


def test_paper_never_lifts_one_above_another_with_a_likely_undisclosed_risk(evidence):
    paper = assess(evidence(copies=9, decided_on="2020-01-01", contact_safe="", rationale=""))
    risk = assess(evidence(held(then=1, points=1.0)))
    assert paper.score == 0.0
    assert paper.administrative > 0
    assert risk.score > paper.score


def test_inadequate_research_ranks_above_paper_and_below_a_likely_undisclosed_risk(evidence):
    research = assess(evidence(sources_searched="pnc"))
    assert 0 < research.score < assess(evidence(held(then=1))).score


def test_the_uncertain_stand_above_those_of_whom_nothing_speaks(evidence):
    for cells in ({"b_forename": "", "b_surname": "", "b_dob": ""}, {"outcome": ""}, {"b_dob": ""}):
        assert assess(evidence(**cells)).score > 0


def test_staff_and_names_are_no_evidence(evidence):
    one = assess(evidence(held(then=1), handler="H1", b_surname="Jones", searched_as="Bob Jones|1980-05-06"))
    other = assess(evidence(held(then=1), handler="H9", b_surname="Okafor", searched_as="Bob Okafor|1980-05-06"))
    assert one == other


def test_a_graver_or_likelier_history_never_ranks_lower(evidence):
    base = held(then=1, points=20.0, weight=5.0)
    for more in (
        replace(base, points_then=40.0),
        replace(base, who=replace(base.who, weight=20.0)),
        replace(base, qualifying_then=2),
    ):
        assert assess(evidence(more)).score >= assess(evidence(base)).score


def test_reasons_hold_nothing_personal(evidence):
    e = evidence(
        held(then=2, since=1, dob="1981-05-06"), b_aliases="Bobby Dazzler", sources_searched="pnc", approver="H1"
    )
    text = " ".join(assess(e).reasons).lower()
    assert not [
        word for word in ("bob", "jones", "dazzler", "ann", "smith", "1980", "1981", "h1") if word in text.split()
    ]


def test_a_third_party_who_was_told_nothing_is_no_wrong_recipient(evidence):
    cells = {
        "outcome": "disclosed",
        "applicant": "third_party",
        "rationale": "Told A in person. Nothing was disclosed to the applicant.",
    }
    assert "wrong_recipient" not in modes(evidence(held(then=1), **cells))


def test_a_protector_told_is_no_wrong_recipient(evidence):
    cells = {
        "outcome": "disclosed_to_protector",
        "applicant": "third_party",
        "rationale": "Disclosed to mother, who protects A.",
    }
    assert "wrong_recipient" not in modes(evidence(held(then=1), **cells))


TOLD = RegisterPerson(forename="James", surname="Okonkwo", dob="1980-05-06", aliases=("Danny Brown",))


def someone(name, dob, weight):
    return Linked(source="rms", weight=weight, words=frozenset(name.upper().split()), dob=dob)


SELF = someone("James Okonkwo", "1980-05-06", 24.0)


@pytest.mark.parametrize(
    ("other", "taken"),
    [
        (someone("David Okonkwo", "1980-05-06", -3.0), False),  # a twin
        (someone("James Okonkwo", "1951-02-03", -2.0), False),  # the father
        (someone("Danny Brown", "1980-05-06", 2.0), True),  # the same man by an alias
        (someone("James Okonkwo", "1980-06-05", 10.0), True),  # the same man, his birth date turned round
        (someone("J Okonkwo", "1980", -3.0), True),  # perhaps the same man, badly recorded
        (someone("Robert Okonkwo", "1980-05-06", 20.0), True),  # nobody is far enough ahead
    ],
)
def test_beside_the_subject_a_twin_or_namesake_is_not_taken_for_them(other, taken):
    _, found = set_apart([TOLD], [SELF, other])
    assert (found.chance >= 0.5) is taken
    [alone] = set_apart([TOLD], [other])
    assert alone.chance >= 0.5  # nobody else is known: then it may be them


@pytest.mark.parametrize(
    ("text", "another"),
    [
        ("Information given to the applicant by telephone", True),
        ("Information passed to the applicant's sister", True),
        ("Letter with the disclosure sent to the third party applicant", True),
        ("Disclosed to her mum on the doorstep", True),
        ("Disclosure to A's friend who had applied", True),
        ("Told in person; A not aware of the application", True),
        ("Disclosure delivered to A at home, her mother present for support", False),
        ("Disclosure made to the person at risk by two officers; applicant thanked", False),
        ("Nothing was disclosed to the applicant, A told in person", False),
        ("Officers were told mother was worried; A seen alone and told", False),
        ("Disclosure made to victim in person by DC and IDVA", False),
        ("", False),
    ],
)
def test_who_was_told_is_read_from_the_rationale(text, another):
    assert recipient_words.tell_of_another(plain(text), protector=False) is another


def test_every_failure_mode_has_one_line_in_the_table():
    assert [mode.name for mode in failure_modes.MODES] == list(FailureMode)
    assert all(mode.rule.__name__ == mode.name for mode in failure_modes.MODES)  # so that each line names its own rule
