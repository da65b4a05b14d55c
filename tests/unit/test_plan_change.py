"""What a change of a safe-contact plan keeps, what it makes wider, and when it is in force."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casebook.domain.case.intake import PlanForm
from casebook.domain.case.plan_change import (
    AskedChange,
    PlanEffect,
    changed,
    effect,
    in_force,
    narrowed,
    why_not_ask,
    widened,
)
from casebook.domain.vocabulary import Party

PLAN = PlanForm(
    party=Party.A, channel="phone", days=("mon", "wed"), windows=(("09:00", "11:00"), ("14:00", "15:00")),
    code_word="otter", interpreter="pl",
)  # fmt: skip


def test_what_a_change_does_not_mention_stays():
    assert changed(PLAN, AskedChange()) == PLAN
    assert changed(PLAN, AskedChange(channel="text")) == replace(PLAN, channel="text")
    assert changed(PLAN, AskedChange(stop=True)) == replace(PLAN, channel="")
    assert changed(PLAN, AskedChange(interpreter="")).interpreter == ""


@pytest.mark.parametrize(
    ("asked", "widens"),
    [
        ({}, ()),
        ({"stop": True}, ()),
        ({"channel": "text"}, ("channel",)),
        ({"channel": "phone"}, ()),
        ({"days": ("mon",)}, ()),
        ({"days": ("mon", "tue")}, ("hours",)),
        ({"windows": (("09:30", "10:00"),)}, ()),
        ({"windows": (("09:00", "11:01"),)}, ("hours",)),
        ({"windows": (("09:00", "10:00"), ("10:00", "11:00"))}, ()),  # the same hour in two parts
        ({"windows": (("10:00", "16:00"),)}, ("hours",)),
        ({"voicemail": True}, ("voicemail",)),
        ({"voicemail": False}, ()),
        ({"code_word": "heron"}, ("code_word",)),  # whoever knows it is taken for them
        ({"code_word": ""}, ("code_word",)),
        ({"interpreter": "ro"}, ()),
        ({"channel": "text", "voicemail": True, "days": ("sun",)}, ("channel", "hours", "voicemail")),
    ],
)
def test_what_makes_a_plan_wider(asked, widens):
    assert widened(PLAN, changed(PLAN, AskedChange(**asked))) == widens


def test_a_stopped_plan_is_opened_again_by_two():
    stopped = changed(PLAN, AskedChange(stop=True))
    assert widened(stopped, PLAN) == ("channel",)


@pytest.mark.parametrize(
    ("widens", "first", "asked_by", "identified_by", "unseen", "when"),
    [
        ((), False, "somebody_else", "not_identified", False, PlanEffect.AT_ONCE),
        (("channel",), True, "professional", "known", False, PlanEffect.FIRST_PLAN),
        (("channel",), False, "professional", "known", False, PlanEffect.SECOND_PERSON),
        (("channel",), False, "the_person", "document", False, PlanEffect.SECOND_PERSON),
        (("channel",), False, "the_person", "code_word", False, PlanEffect.CALL_BACK),
        # the code word may have been set by whoever uses it now
        (("channel",), False, "the_person", "code_word", True, PlanEffect.SECOND_PERSON),
        (("code_word",), False, "the_person", "code_word", False, PlanEffect.SECOND_PERSON),
        (("channel",), False, "somebody_else", "code_word", False, PlanEffect.SECOND_PERSON),
    ],
)
def test_when_a_change_is_in_force(widens, first, asked_by, identified_by, unseen, when):
    assert effect(widens, first=first, asked_by=asked_by, identified_by=identified_by, unseen=unseen) is when


def test_until_a_second_person_agrees_only_what_both_plans_allow_is_in_force():
    wider = changed(
        PLAN, AskedChange(days=("wed", "thu"), windows=(("10:00", "14:30"),), voicemail=True, code_word="x")
    )
    both = narrowed(PLAN, wider)
    assert (both.days, both.windows) == (("wed",), (("10:00", "11:00"), ("14:00", "14:30")))
    assert (both.channel, both.voicemail, both.code_word) == ("phone", False, "otter")
    assert widened(PLAN, both) == ()
    assert narrowed(PLAN, replace(PLAN, channel="text")).channel == ""  # they asked that it stops


def test_what_is_in_force_before_anybody_else_looked():
    wider = replace(PLAN, channel="text")
    assert in_force(PLAN, wider, PlanEffect.AT_ONCE) == in_force(PLAN, wider, PlanEffect.FIRST_PLAN) == wider
    assert in_force(PLAN, wider, PlanEffect.SECOND_PERSON) == narrowed(PLAN, wider)
    assert in_force(PLAN, wider, PlanEffect.CALL_BACK) == PLAN


@pytest.mark.parametrize(
    ("plan", "widens", "identified_by", "said_word", "code"),
    [
        (PLAN, ("channel",), "code_word", " Otter ", None),
        (PLAN, ("channel",), "code_word", "heron", "code_word_differs"),
        (PLAN, (), "code_word", None, "code_word_differs"),
        (replace(PLAN, code_word=""), ("channel",), "code_word", "", "no_code_word"),
        (PLAN, ("channel",), "not_identified", None, "not_identified"),
        (PLAN, (), "not_identified", None, None),
        (PLAN, ("channel",), "known", None, None),
    ],
)
def test_nobody_is_taken_for_the_person_by_word_of_mouth_alone(plan, widens, identified_by, said_word, code):
    reason = why_not_ask(plan, widens, identified_by=identified_by, said_word=said_word)
    assert (reason and reason.code) == code
