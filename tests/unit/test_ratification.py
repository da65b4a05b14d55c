"""A panel ratifies by the answers of its members, and by nobody else's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.domain.case.ratification import Vote, seats_for


@pytest.mark.parametrize(
    ("seats", "quorum", "ratified", "against", "outcome"),
    [
        (1, 1, 0, 0, None),  # nobody answered
        (1, 1, 1, 0, True),
        (1, 1, 0, 1, False),
        (2, 2, 1, 0, None),  # one of two is no quorum
        (2, 2, 0, 1, None),  # nor against it
        (2, 2, 2, 0, True),
        (2, 2, 1, 1, False),  # a tie ratifies nothing
        (3, 2, 2, 0, True),  # the third cannot change it
        (3, 2, 1, 1, None),  # the third decides
        (3, 2, 0, 2, False),
        (4, 2, 2, 0, None),  # two against would be a tie
        (4, 2, 0, 2, False),  # the best that could come is a tie
        (5, 2, 2, 0, None),
        (5, 2, 3, 0, True),
        (5, 4, 3, 0, None),  # settled, but four must have answered
        (5, 4, 3, 1, True),
    ],
)
def test_a_majority_of_a_quorum_ratifies(seats, quorum, ratified, against, outcome):
    assert Vote(seats=seats, quorum=quorum, ratified=ratified, against=against).is_ratified is outcome


@given(st.integers(1, 12), st.integers(1, 12), st.lists(st.booleans(), max_size=12))
def test_an_outcome_is_never_changed_by_an_answer_that_comes_later(seats, quorum, answers):
    outcomes = [
        Vote(
            seats=seats, quorum=quorum, ratified=sum(answers[:count]), against=count - sum(answers[:count])
        ).is_ratified
        for count in range(min(seats, len(answers)) + 1)
    ]
    settled = [outcome for outcome in outcomes if outcome is not None]
    assert settled == settled[:1] * len(settled)
    assert None not in outcomes[outcomes.index(settled[0]) :] if settled else all(each is None for each in outcomes)


@given(st.integers(1, 8), st.lists(st.booleans(), min_size=8, max_size=8))
def test_once_everybody_has_answered_there_is_an_outcome(seats, answers):
    given_ = answers[:seats]
    vote = Vote(seats=seats, quorum=seats, ratified=sum(given_), against=seats - sum(given_))
    assert vote.is_ratified is (sum(given_) * 2 > seats)


def test_a_panel_too_small_for_the_quorum_has_free_seats():
    assert seats_for({"b", "a"}, quorum=1) == ["a", "b"]
    assert seats_for({"a"}, quorum=3) == ["a", None, None]
    assert seats_for(set(), quorum=1) == [None]
