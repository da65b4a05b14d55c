"""Who may examine, when another must look, what settles a case, and which step comes after which."""

from __future__ import annotations

import pytest

from casebook.domain.review.cases import (
    ContactProgress,
    ReviewOutcome,
    line_of,
    settled,
    why_not_examine,
    why_not_find,
    why_not_say,
    why_not_step,
)

SOUND, PAPER, SERVICE, HARM = ReviewOutcome
MANAGERS = {"o1": "sgt", "o2": "sgt", "sgt": "insp", "x": "other"}


def test_a_line_is_everybody_above_and_below_and_nobody_beside():
    assert line_of("sgt", MANAGERS) == {"sgt", "insp", "o1", "o2"}
    assert line_of("o1", MANAGERS) == {"o1", "sgt", "insp"}


def test_a_line_that_turns_in_a_circle_has_an_end():
    assert line_of("a", {"a": "b", "b": "a"}) == {"a", "b"}


@pytest.mark.parametrize(
    ("handled", "before", "code"),
    [
        (["h1"], [], None),
        (["O1 "], [], "conflict"),  # spelled as registers spell it
        (["insp"], [], "conflict"),
        (["o2"], [], None),  # a colleague is not the line
        (["h1"], ["o1"], "same_person"),
    ],
)
def test_nobody_examines_their_own_lines_work_or_twice(handled, before, code):
    found = why_not_examine("o1", handled=handled, managers=MANAGERS, before=before)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("outcomes", "top", "sampled", "expected"),
    [
        ([], True, True, None),
        ([SOUND], False, False, SOUND),
        ([SOUND], True, False, None),  # no failure high in the ranking: a second must look
        ([SERVICE], True, False, SERVICE),
        ([SERVICE], False, True, None),  # drawn, whatever was found
        ([SOUND, SOUND], True, False, SOUND),
        ([SOUND, SERVICE], True, False, None),  # differing: a third settles it
        ([SOUND, SERVICE, HARM], True, False, HARM),
        ([PAPER, SERVICE, PAPER], False, True, PAPER),
    ],
)
def test_what_settles_a_case(outcomes, top, sampled, expected):
    assert settled(outcomes, top=top, sampled=sampled) is expected


def test_a_failure_names_its_ways_and_no_failure_none():
    known = ("late", "undisclosed")
    assert why_not_find(SOUND, [], known) is None
    assert why_not_find(SERVICE, ["undisclosed"], known) is None
    assert why_not_find(SOUND, ["late"], known).code == "no_failure_with_modes"
    assert why_not_find(PAPER, [], known).code == "failure_without_modes"
    assert why_not_find(HARM, ["somehow"], known).code == "unknown_mode"


@pytest.mark.parametrize("at", list(ContactProgress))
def test_nobody_is_attempted_or_reached_before_it_is_known_how_that_is_safe(at):
    planned = at in {
        ContactProgress.SAFE_PLAN,
        ContactProgress.ATTEMPTED,
        ContactProgress.REACHED,
    }  # reached: called again, met as agreed
    assert (why_not_step(at, ContactProgress.ATTEMPTED) is None) is planned
    assert (why_not_step(at, ContactProgress.REACHED) is None) is planned
    assert why_not_step(at, ContactProgress.SAFE_PLAN) is None
    assert why_not_step(at, ContactProgress.IDENTIFIED).code == "no_step"
    assert (why_not_step(at, ContactProgress.SAFEGUARDED) is None) is (at is ContactProgress.REACHED)


def test_who_has_seen_the_first_decision_makes_none_of_their_own():
    found = why_not_examine("o1", handled=[], managers={}, before=[], seen={"o1"})
    assert found.code == "not_blind"
    assert why_not_examine("o2", handled=[], managers={}, before=[], seen={"o1"}) is None


@pytest.mark.parametrize(
    ("rung", "planned", "contacted", "code"),
    [
        (ContactProgress.SAFE_PLAN, True, False, None),
        (ContactProgress.SAFE_PLAN, False, False, None),  # the casebook's own application may hold it
        (ContactProgress.SAFE_PLAN, True, True, "not_a_contact"),
        (ContactProgress.ATTEMPTED, False, True, None),
        (ContactProgress.ATTEMPTED, False, False, "channel_missing"),
        (ContactProgress.REACHED, False, False, "channel_missing"),
        (ContactProgress.REACHED, True, True, "not_a_plan"),
        (ContactProgress.SAFEGUARDED, False, True, None),
        (ContactProgress.SAFEGUARDED, False, False, None),  # by an arrest, by a referral
        (ContactProgress.NOT_CONTACTABLE, False, True, "not_a_contact"),
        (ContactProgress.NOT_CONTACTABLE, False, False, None),
    ],
)
def test_a_plan_goes_with_its_own_step_and_every_contact_names_its_channel(rung, planned, contacted, code):
    found = why_not_say(rung, planned=planned, contacted=contacted)
    assert (found.code if found else None) == code
