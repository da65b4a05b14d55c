"""The rules of record checks: what a plan holds, what a search covers, what must be asked about the applicant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casebook.domain.case.coverage import Terms, Variant, VariantFamily
from casebook.domain.case.record_checks import (
    KnownParty,
    OwnRecord,
    SignCode,
    covered,
    is_settled,
    is_stale,
    manual_plan,
    signs_about_applicant,
    variant_key,
    why_not_adequate,
)
from casebook.matching import variants
from casebook.matching.variants import Bounds

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
B = variants.KnownPerson(
    forename="John",
    middle_names="Paul",
    surname="Smith",
    dob="1980-02-03",
    aliases=("Jack Brown", "Johnny Green"),
    former_names=("Jones",),
    addresses=("SN1 2AB",),
    phones=("07700900001",),
    identifiers=("2002/0073319Z",),
)
VARIANTS = variants.identities(B, Bounds())
AS_GIVEN = Terms(forename="John", surname="Smith", dob="1980-02-03")


def keys(found, families=None):
    return {variant_key(v, "s") for v in found if families is None or v.family in families}


def test_a_plan_is_short_begins_as_given_and_has_one_search_without_a_date():
    plan = manual_plan(VARIANTS, 6)
    assert len(plan) == 6
    assert plan[0].terms == AS_GIVEN
    assert (plan[1].family, plan[1].dob) == (VariantFamily.DATE_UNKNOWN, "")
    assert [v.family for v in plan[2:5]] == [VariantFamily.ALIAS, VariantFamily.ALIAS, VariantFamily.FORMER_NAME]
    whole = manual_plan(VARIANTS, 20)
    assert [v.family for v in whole[5:]] == [
        VariantFamily.SWAPPED_NAMES,
        VariantFamily.IDENTIFIER,
        VariantFamily.ADDRESS,
    ]


def test_a_plan_asks_for_the_last_address_by_its_postcode_and_by_its_lines():
    known = variants.KnownPerson(forename="John", surname="Smith", addresses=("SN1 1AA", "12 Mill Lane, Swindon"))
    plan = manual_plan(variants.identities(known, Bounds()), 6)
    assert [v.pivot for v in plan if v.family is VariantFamily.ADDRESS] == ["SN1 1AA", "12 Mill Lane, Swindon"]


def test_a_search_covers_its_own_terms_and_nothing_else_in_a_source_that_tolerates_nothing():
    assert covered(VARIANTS, [AS_GIVEN], frozenset(), "s") == {variant_key(VARIANTS[0], "s")}


def test_the_same_wrong_date_twice_covers_no_more_than_once():
    once = covered(VARIANTS, [AS_GIVEN], frozenset(), "s")
    assert covered(VARIANTS, [AS_GIVEN, AS_GIVEN], frozenset(), "s") == once
    assert not once & keys(
        VARIANTS, {VariantFamily.DATE_SLIP, VariantFamily.DAY_MONTH_SWAPPED, VariantFamily.YEAR_NEAR}
    )


def test_a_search_without_a_date_covers_every_date_of_its_names_and_of_no_others():
    done = covered(VARIANTS, [Terms(forename="john ", surname="SMITH")], frozenset(), "s")
    dates = {
        VariantFamily.DATE_SLIP,
        VariantFamily.DAY_MONTH_SWAPPED,
        VariantFamily.YEAR_NEAR,
        VariantFamily.DATE_UNKNOWN,
    }
    mine = [v for v in VARIANTS if v.departs_from == AS_GIVEN and v.family in {*dates, VariantFamily.AS_GIVEN}]
    assert keys(mine) <= done
    assert not done & keys(v for v in VARIANTS if v.departs_from.forename == "Jack")


def test_a_tolerant_source_covers_the_families_it_says_of_the_identity_that_was_searched():
    done = covered(VARIANTS, [AS_GIVEN], frozenset({VariantFamily.NICKNAME}), "s")
    assert keys(v for v in VARIANTS if v.family is VariantFamily.NICKNAME and v.departs_from == AS_GIVEN) <= done
    assert not done & keys(v for v in VARIANTS if v.family is VariantFamily.NICKNAME and v.departs_from != AS_GIVEN)


def test_keys_name_variants_without_saying_them_and_differ_between_applications():
    one = Variant(forename="John", surname="Smith", family=VariantFamily.ALIAS, departs_from=AS_GIVEN, reason="r")
    assert variant_key(one, "CL-1") == variant_key(one, "CL-1") != variant_key(one, "CL-2")
    assert variant_key(one, "CL-1").startswith("alias:")
    assert "mith" not in variant_key(one, "CL-1")


@pytest.mark.parametrize(
    ("days", "stale"),
    [
        (13, False),
        (14, False),  # policy says fourteen: on the fourteenth day it still holds
        (14.01, True),
    ],
)
def test_a_return_goes_stale_after_the_days_of_policy(days, stale):
    assert is_stale(NOW - timedelta(days=days), NOW, 14) is stale


@pytest.mark.parametrize(
    ("verdict", "agrees", "settled"),
    [
        (None, None, False),
        ("same", None, False),
        ("same", True, True),
        ("different", None, False),
        ("different", True, True),
        ("different", False, False),
        ("cannot_tell", None, False),
        ("cannot_tell", True, True),
    ],
)
def test_a_rejection_and_a_confirmation_are_settled_by_two(verdict, agrees, settled):
    assert is_settled(verdict, agrees) is settled


def test_what_stays_uncovered_must_be_named_one_by_one():
    assert why_not_adequate(["pnc:alias", "pnd:phone"], ["pnc:alias"]).code == "uncovered_not_listed"
    assert why_not_adequate(["pnc:alias"], ["pnc:alias", "more"]) is None
    assert why_not_adequate([], []) is None


A = KnownParty(
    forename="Ann", surname="Ash", dob="1990-01-01", address="1 High St", postcode="SN1 1AA", phone="07700 900001"
)
BARRY = KnownParty(
    forename="Barry", surname="Brook", dob="1980-01-01", address="2 Low St", postcode="SN2 2AA", phone="07700900002"
)
PAIR = {"a": {"p1"}, "b": {"p2"}}


@pytest.mark.parametrize(
    ("applicant", "options", "signs"),
    [
        (A, {}, []),
        (A, {"strong": PAIR, "likely": PAIR}, []),
        (A, {"strong": {"a": {"p1"}, "b": {"p1"}}}, [SignCode.MAY_BE_SUBJECT]),
        (A, {"likely": {"a": {"p1"}, "b": {"p1"}}}, []),  # a couple of one name and address
        # in our records B is the victim and A the suspect; the other way round is why people apply
        (A, {"likely": PAIR, "records": [OwnRecord(person_id="p1", victim_id="p2")]}, [SignCode.SUSPECT_AGAINST_SUBJECT]),
        (A, {"likely": PAIR, "records": [OwnRecord(person_id="p2", victim_id="p1")]}, []),
        (KnownParty(phone="+44 7700 900002"), {}, [SignCode.SHARES_CONTACT]),
        (KnownParty(address="2, Low St.", postcode="sn22aa"), {}, [SignCode.SHARES_ADDRESS]),
        (KnownParty(address="2, Low St.", postcode="sn22aa"), {"living_together": True}, []),
        (KnownParty(forename="BARRY", surname="brook", dob="1980-01-01"), {}, [SignCode.SAME_NAME_AND_BIRTH]),
        (KnownParty(), {}, []),  # nothing known is nothing alike
    ],
)  # fmt: skip
def test_signs_that_the_applicant_is_b_acts_for_b_or_is_the_abuser(applicant, options, signs):
    given = {"living_together": False, "strong": {}, "likely": {}, "records": [], **options}
    assert signs_about_applicant([applicant], BARRY, **given) == sorted(signs)
    assert signs_about_applicant([applicant], KnownParty(), **{**given, "strong": {}, "likely": {}}) == []
