"""What applicants are told: one approved version, no false comfort, and for another applicant always the same bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casebook.domain.case.disclosure import addressees, followed
from casebook.domain.case.wording import Text, ToldFact, faults, text_for, words
from casebook.domain.stages import ANOTHER_FORCE
from casebook.domain.vocabulary import Outcome
from casebook.policies import panel_refusals, wording

TELLS = [{"party": "a"}, {"protector": "her mother", "why": "she is near"}]


@pytest.mark.parametrize("version", wording.versions())
def test_every_version_may_be_said(version):
    assert faults(wording.load(version)) == []


@pytest.mark.parametrize("text", Text)
@pytest.mark.parametrize("version", wording.versions())
def test_every_text_says_how_to_get_help_and_how_to_hide_that_one_asked(version, text):
    said = words(wording.load(version), text).lower()
    for needed in ("999", "press 55", "mobile", "101", "online", "history", "apply again", "helpline"):
        assert needed in said
    assert "no concern" not in said


@pytest.mark.parametrize(
    ("text", "phrase", "code"),
    [
        (Text.NO_DISCLOSURE, "We have no concerns.", "no_concerns"),
        (Text.TO_OTHERS, "There are NO  CONCERN about him.", "no_concerns"),
        (Text.NO_DISCLOSURE, "There is no known risk.", "no_risk"),
        (Text.OUT_OF_SCOPE, "You are safe.", "clearance"),
    ],
)
def test_false_comfort_is_refused(text, phrase, code):
    approved = wording.load("1")
    changed = replace(approved, texts={**approved.texts, text: f"{approved.texts[text]} {phrase}"})
    assert [reason.code for reason in faults(changed)] == [code]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("She is {name}.", "phrase_slot"),
        ("She is {year!r}.", "phrase_slot"),
        ("In {year:>100}.", "phrase_slot"),
        ("In {year.real}.", "phrase_slot"),
        ("In {", "phrase_slot"),
        (" ", "phrase_slot"),
        ("There is no risk.", "phrase_promises"),
    ],
)
def test_a_phrase_has_places_for_known_facts_only(sentence, told):
    approved = wording.load("1")
    changed = replace(approved, phrases={"x": replace(approved.phrases["convicted"], words=sentence)})
    assert [reason.code for reason in faults(changed)] == [told]


def test_a_fact_that_may_be_told_has_words():
    approved = wording.load("1")
    assert [reason.code for reason in faults(replace(approved, facts={ToldFact.VICTIM: {"family": " "}}))] == [
        "fact_without_words"
    ]


def test_a_text_without_its_warning_is_refused():
    approved = wording.load("1")
    changed = replace(approved, texts={**approved.texts, Text.NO_DISCLOSURE: "We have nothing to tell you."})
    assert [reason.code for reason in faults(changed)] == ["no_warning"]


@pytest.mark.parametrize("name", ["emergency", "silent", "police", "web_history", "apply_again"])
def test_advice_that_may_save_somebody_is_never_left_out(name):
    approved = wording.load("1")
    changed = replace(approved, advice={key: said for key, said in approved.advice.items() if key != name})
    assert [reason.code for reason in faults(changed)] == ["advice_missing"]


def test_nothing_that_nobody_checked_is_called_verified():
    approved = wording.load("1")
    assert not any(each.verified for each in (*approved.services, *approved.advice.values()))


def test_whoever_applies_for_another_is_told_the_same_whatever_the_outcome_and_its_ground():
    grounds = (None, ANOTHER_FORCE, "never_intimate", "another_scheme", "subject_not_identified")
    assert {text_for(outcome, "c", ground=ground) for outcome in Outcome for ground in grounds} == {Text.TO_OTHERS}


def test_only_the_person_at_risk_hears_that_another_force_has_it_whoever_found_that():
    assert text_for(Outcome.OUT_OF_SCOPE, "a", ground=ANOTHER_FORCE) is Text.TRANSFERRED
    assert text_for(Outcome.OUT_OF_SCOPE, "a", ground="never_intimate") is Text.OUT_OF_SCOPE
    assert text_for(Outcome.NOT_DISCLOSED, "a", ground=ANOTHER_FORCE) is Text.NO_DISCLOSURE
    (to,) = addressees("out_of_scope", [], applicant="a", ground=ANOTHER_FORCE)
    assert to.text is Text.TRANSFERRED
    (to,) = addressees("out_of_scope", [], applicant="agency", ground=ANOTHER_FORCE)
    assert to.text is Text.TO_OTHERS


@pytest.mark.parametrize("ground", ["another_scheme", "subject_not_identified"])
def test_the_ground_of_an_outcome_out_of_scope_is_heard_in_words_of_its_own(ground):
    (to,) = addressees("out_of_scope", [], applicant="a", ground=ground)
    assert to.text == ground
    approved = wording.load("1")
    heard = words(approved, to.text)
    assert heard not in {words(approved, text) for text in Text if text is not to.text}
    assert "intimate relationship" not in heard  # that is the ground of another outcome


def test_every_ground_of_an_outcome_out_of_scope_has_a_text():
    allowed = panel_refusals.load().allowed
    grounds = {code for code, refusal in allowed.items() if Outcome.OUT_OF_SCOPE in refusal.outcomes}
    assert {ground: text_for(Outcome.OUT_OF_SCOPE, "a", ground=ground) for ground in grounds} == {
        "never_intimate": Text.OUT_OF_SCOPE,
        "another_force": Text.TRANSFERRED,
        "another_scheme": Text.ANOTHER_SCHEME,
        "subject_not_identified": Text.SUBJECT_NOT_IDENTIFIED,
    }


def test_whether_there_is_nothing_or_nothing_that_may_be_told_sounds_the_same():
    assert text_for(Outcome.NOTHING_TO_DISCLOSE, "a") is text_for(Outcome.NOT_DISCLOSED, "a")


@pytest.mark.parametrize(
    ("outcome", "recipients", "applicant", "codes"),
    [
        ("disclosed_to_a", TELLS[:1], "a", ["a"]),
        ("disclosed_to_a", TELLS, "a", ["a", "protector:1"]),
        ("disclosed_to_a", TELLS[:1], "third_party", ["a", "c"]),
        ("disclosed_to_protector", TELLS[1:], "agency", ["protector:0", "c"]),
        ("nothing_to_disclose", [], "a", ["a"]),
        ("nothing_to_disclose", [], "third_party", ["c"]),  # A, who did not ask, is not visited
        ("not_disclosed", [], "agency", ["c"]),
    ],
)
def test_who_is_told(outcome, recipients, applicant, codes):
    told = addressees(outcome, recipients, applicant=applicant)
    assert [each.code for each in told] == codes
    assert all(each.is_told_something == (outcome.startswith("disclosed") and each.code != "c") for each in told)


def test_later_contacts_are_with_the_person_at_risk_before_anybody_else():
    assert followed(addressees("disclosed_to_a", TELLS[::-1], applicant="third_party")).code == "a"
    assert followed(addressees("disclosed_to_protector", TELLS[1:], applicant="third_party")).code == "protector:0"
    assert followed(addressees("not_disclosed", [], applicant="third_party")) is None
