"""Why an identity stays uncovered: the first thing that, had it been done, would have covered it."""

from __future__ import annotations

import pytest

from casebook.domain import words
from casebook.domain.case.coverage import Terms, VariantFamily
from casebook.domain.case.record_checks import family_of, manual_plan, variant_key
from casebook.domain.case.uncovered import Made, WhyUncovered, beyond_bound, by_family, reasons
from casebook.matching import variants
from casebook.matching.variants import Bounds

B = variants.KnownPerson(
    forename="John",
    surname="Smith",
    dob="1980-02-03",
    aliases=("Jack Brown", "Johnny Green"),
    phones=("07700900001",),
)
VARIANTS = {variant_key(each, "s"): each for each in variants.identities(B, Bounds())}
AS_GIVEN = Terms(forename="John", surname="Smith", dob="1980-02-03")
UNDATED = Terms(forename="John", surname="Smith")
ALIAS = Terms(forename="Jack", surname="Brown", dob="1980-02-03")
ALL = tuple(VARIANTS)


def why(terms, made):
    """The reason of the variant with these terms."""
    key = next(key for key, variant in VARIANTS.items() if variant.terms == terms)
    return reasons([key], VARIANTS, made, "s")[key]


def by_hand(*read, limit=6, **said):
    plan = [each.terms for each in manual_plan([*VARIANTS.values()], limit)]
    return Made(required=ALL, read=read, planned=plan, **said)


@pytest.mark.parametrize(
    ("terms", "made", "expected"),
    [
        # nothing that was typed counts while the source is silent, or could not be had
        (AS_GIVEN, by_hand(AS_GIVEN, returned=False), WhyUncovered.NOT_RETURNED),
        (AS_GIVEN, by_hand(available=False), WhyUncovered.SOURCE_UNAVAILABLE),
        # typed, and nobody can read what came back
        (AS_GIVEN, by_hand(overflowed=[AS_GIVEN]), WhyUncovered.TOO_MANY),
        # of six searches there was room for this one, and it was not made
        (ALIAS, by_hand(AS_GIVEN), WhyUncovered.PLANNED_NOT_SEARCHED),
        # of two there was not: as given and without a date come first
        (ALIAS, by_hand(AS_GIVEN, limit=2), WhyUncovered.BEYOND_PLAN_LIMIT),
        # a date of an alias would be found only by the alias without a date, and no plan asks for that
        (Terms(forename="Jack", surname="Brown", dob="1980-03-02"), by_hand(AS_GIVEN, limit=2), WhyUncovered.NO_SEARCH_PLANNED),
        # no plan asks for a telephone
        (Terms(pivot="07700900001"), by_hand(AS_GIVEN, UNDATED), WhyUncovered.NO_SEARCH_PLANNED),
        # the machine asks all that its source can be asked, and reads what can be read
        (Terms(pivot="07700900001"), Made(by_machine=True, families=frozenset({VariantFamily.ALIAS})),
         WhyUncovered.SOURCE_DOES_NOT_COVER),
        (ALIAS, Made(by_machine=True, overflowed=[ALIAS]), WhyUncovered.TOO_MANY),
        (Terms(pivot="07700900001"), Made(by_machine=True, overflowed=[ALIAS]), WhyUncovered.SOURCE_DOES_NOT_COVER),
    ],
)  # fmt: skip
def test_the_reason_is_what_would_have_covered_it(terms, made, expected):
    assert why(terms, made) is expected


def test_what_departs_from_a_name_that_the_limit_left_out_is_left_out_by_the_limit():
    spelled = next(
        each for each in VARIANTS.values() if each.family is VariantFamily.NICKNAME and each.departs_from == ALIAS
    )
    tolerant = frozenset({VariantFamily.NICKNAME})
    assert why(spelled.terms, by_hand(AS_GIVEN, limit=2, families=tolerant)) is WhyUncovered.BEYOND_PLAN_LIMIT
    assert why(spelled.terms, by_hand(AS_GIVEN, families=tolerant)) is WhyUncovered.PLANNED_NOT_SEARCHED
    assert why(spelled.terms, by_hand(AS_GIVEN)) is WhyUncovered.NO_SEARCH_PLANNED


def test_what_the_bound_cut_off_is_covered_only_by_a_search_that_covers_it_all_the_same():
    cut = {
        key: each
        for key, each in VARIANTS.items()
        if each.departs_from == ALIAS and each.family is VariantFamily.DATE_SLIP
    }
    rest = {key: each for key, each in VARIANTS.items() if key not in cut}

    def left(made):
        return beyond_bound(cut, rest, made, "s")

    undated = Terms(forename="Jack", surname="Brown")
    assert left(by_hand(AS_GIVEN, ALIAS)) == dict.fromkeys(cut, WhyUncovered.BEYOND_BOUND)
    assert left(by_hand(undated)) == {}
    assert left(by_hand(undated, available=False)) == dict.fromkeys(cut, WhyUncovered.SOURCE_UNAVAILABLE)
    tolerant = {"by_machine": True, "families": frozenset({VariantFamily.DATE_SLIP})}
    assert left(Made(**tolerant)) == {}
    assert (
        left(Made(**tolerant, overflowed=[ALIAS]))
        == left(Made(by_machine=True))
        == dict.fromkeys(cut, WhyUncovered.BEYOND_BOUND)
    )


def test_an_identity_that_is_no_longer_known_of_the_subject_is_said_to_be_so():
    assert reasons(["alias:of another day"], VARIANTS, by_hand(), "s") == {
        "alias:of another day": WhyUncovered.NO_LONGER_SAID
    }


def test_every_reason_has_words_and_is_counted_by_source_and_family():
    assert set(words.UNCOVERED.words) == set(WhyUncovered)
    keys = [key for key in ALL if family_of(key) == "alias"]
    said = by_family(
        {
            "pnd": {keys[0]: WhyUncovered.TOO_MANY, keys[1]: WhyUncovered.BEYOND_PLAN_LIMIT},
            "pnc": {keys[1]: WhyUncovered.TOO_MANY},
        }
    )
    assert said == {"pnc:alias": {"too_many": 1}, "pnd:alias": {"beyond_plan_limit": 1, "too_many": 1}}
