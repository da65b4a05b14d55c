"""How complete a risk questionnaire is, by the policy that ships; declining is an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casebook import policies
from casebook.domain.policy import Fact
from casebook.domain.risk.completeness import Completeness, Shortfall, most_complete, why_not_settled
from casebook.domain.risk.instruments import Instrument
from casebook.domain.vocabulary import Stage
from casebook.policies import risk_model

RULES = policies.load("england-and-wales-2023").instruments
FORMS = risk_model.load().numbers.instruments


def given(name, *, known, version="", first=1):
    answers = tuple((f"q{number}", "no") for number in range(first, first + known))
    return Instrument(name=name, version=version, answers=answers)


def shortfall(why, *, accepted=None, by=None):
    return Shortfall(why=why, recorded_by="r1", accepted=accepted, accepted_by=by)


def test_every_questionnaire_of_the_policy_has_its_form():
    for name in policies.names():
        assert set(policies.load(name).instruments.accepted.value) <= set(FORMS)


def test_the_most_complete_counts_and_versions_of_one_form_count_together():
    found = most_complete(
        [given("DASH", known=5, version="2009"), given("DASH", known=5, first=10), given("DARA", known=3)],
        FORMS,
        RULES.accepted.value,
    )
    assert found == Completeness(name="DASH", known=10, of=27)


def test_a_form_that_policy_does_not_accept_counts_for_nothing():
    assert most_complete([given("DASH", known=27)], FORMS, ("DARA",)) is None


@pytest.mark.parametrize("reply", ["unknown", "not_asked"])
def test_what_is_not_known_or_not_asked_is_no_answer(reply):
    answers = tuple((question.code, reply) for question in FORMS["DASH"].questions)
    found = most_complete([Instrument(name="DASH", answers=answers)], FORMS, RULES.accepted.value)
    assert (found.known, found.of) == (0, 27)


@pytest.mark.parametrize(
    ("known", "recorded", "settled"),
    [
        (22, [], True),  # 81 in 100
        (21, [], False),
        (0, [], False),
        (0, [shortfall("declined")], True),
        (0, [shortfall("declined", accepted=False)], False),  # the answer that said so was set aside
        (2, [shortfall("no_more")], False),  # nobody has accepted it yet
        (2, [shortfall("no_more", accepted=True, by="s1")], True),
        (2, [shortfall("no_more", accepted=True, by="r1")], False),  # by whoever asked for it
        (2, [shortfall("no_more", accepted=False, by="s1")], False),
        (2, [shortfall("no_more", accepted=True, by="s1"), shortfall("no_more")], False),  # the last one counts
    ],
)
def test_a_questionnaire_is_complete_declined_or_accepted_by_another(known, recorded, settled):
    completeness = Completeness(name="DASH", known=known, of=27) if known else None
    assert (why_not_settled(completeness, recorded, RULES) is None) is settled


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in {Stage.RISK_SCORING, Stage.PANEL_DECISION}])
def test_no_other_stage_can_be_the_one_that_waits_for_it(stage):
    with pytest.raises(ValueError, match="due by"):
        replace(RULES, by_stage=Fact(value=stage, source="local", verified=False))
