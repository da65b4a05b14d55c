import pytest

from casebook.domain.case.coverage import VariantFamily
from casebook.domain.vocabulary import Certainty
from casebook.matching.variants import Bounds, KnownPerson, identities


def found(family, **known):
    return [each for each in identities(KnownPerson(**known), Bounds()) if each.family is family]


def names(family, **known):
    return {(each.forename.upper(), each.surname.upper()) for each in found(family, **known)}


def test_nothing_known_is_nobody_to_search_for():
    assert identities(KnownPerson(), Bounds()) == ()


def test_the_name_as_given_comes_first_and_then_the_other_names():
    families = [
        each.family
        for each in identities(
            KnownPerson(forename="Ann", surname="Lee", former_names=("Fox",), aliases=("Pat Wood",), dob="1980-05-12"),
            Bounds(),
        )
    ]
    assert families[:3] == [VariantFamily.AS_GIVEN, VariantFamily.FORMER_NAME, VariantFamily.ALIAS]


@pytest.mark.parametrize(
    ("family", "forename", "surname", "expected"),
    [
        (VariantFamily.SPELLING, "Mohammed", "Khan", ("MUHAMMAD", "KHAN")),
        (VariantFamily.SPELLING, "Siobhan", "Ray", ("SHIVAUN", "RAY")),
        (VariantFamily.SPELLING, "Ann", "Chaudhry", ("ANN", "CHOUDHURY")),
        (VariantFamily.NICKNAME, "Margaret", "Ray", ("PEGGY", "RAY")),
        (VariantFamily.NICKNAME, "Peggy", "Ray", ("MARGARET", "RAY")),
        (VariantFamily.PUNCTUATION, "Ann", "O'Brien", ("ANN", "OBRIEN")),
        (VariantFamily.PUNCTUATION, "Ann", "OBrien", ("ANN", "O'BRIEN")),
        (VariantFamily.PUNCTUATION, "Ann", "McDonald", ("ANN", "MACDONALD")),
        (VariantFamily.PUNCTUATION, "Ann", "MacDonald", ("ANN", "MCDONALD")),
        (VariantFamily.PUNCTUATION, "Ann", "Fox-Reed", ("ANN", "FOX REED")),
        (VariantFamily.PUNCTUATION, "Ann", "Fox-Reed", ("ANN", "REED")),
        (VariantFamily.PUNCTUATION, "Mary-Jane", "Fox", ("MARYJANE", "FOX")),
        (VariantFamily.SWAPPED_NAMES, "Ann", "Lee", ("LEE", "ANN")),
    ],
)
def test_a_name_is_looked_for_as_others_write_it(family, forename, surname, expected):
    assert expected in names(family, forename=forename, surname=surname)


def test_a_middle_name_may_be_the_one_somebody_goes_by():
    assert names(VariantFamily.MIDDLE_NAME, forename="Ann", middle_names="Rose May", surname="Lee") == {
        ("ROSE", "LEE"),
        ("MAY", "LEE"),
    }


def test_a_former_surname_keeps_the_forename():
    assert names(VariantFamily.FORMER_NAME, forename="Ann", surname="Lee", former_names=("Fox", "Anna Reed")) == {
        ("ANN", "FOX"),
        ("ANNA", "REED"),
    }


@pytest.mark.parametrize(
    ("dob", "family", "expected"),
    [
        ("1980-05-12", VariantFamily.DAY_MONTH_SWAPPED, ["1980-12-05"]),
        ("1980-05-13", VariantFamily.DAY_MONTH_SWAPPED, []),  # there is no thirteenth month
        ("1980-05-05", VariantFamily.DAY_MONTH_SWAPPED, []),
        ("1980-02-29", VariantFamily.YEAR_NEAR, []),  # no leap day in either
        ("1980-05-12", VariantFamily.YEAR_NEAR, ["1979-05-12", "1981-05-12"]),
        ("1980", VariantFamily.YEAR_NEAR, ["1979", "1981"]),
        ("1980-05", VariantFamily.DATE_SLIP, []),
        ("1980-05-12", VariantFamily.DATE_UNKNOWN, [""]),
        ("", VariantFamily.DATE_UNKNOWN, []),
    ],
)
def test_dates_of_birth_go_wrong_in_known_ways(dob, family, expected):
    assert [each.dob for each in found(family, forename="Ann", surname="Lee", dob=dob)] == expected


def test_a_date_said_to_be_exact_is_doubted_all_the_same():
    assert found(VariantFamily.DATE_SLIP, surname="Lee", dob="1980-05-12", dob_certainty=Certainty.EXACT)


def test_an_approximate_date_reaches_two_years_either_way():
    near = found(VariantFamily.YEAR_NEAR, surname="Lee", dob="1980-05-12", dob_certainty=Certainty.APPROXIMATE)
    assert [each.dob[:4] for each in near] == ["1979", "1981", "1978", "1982"]


def test_each_slip_is_a_real_date_one_digit_away():
    slips = [each.dob for each in found(VariantFamily.DATE_SLIP, surname="Lee", dob="1980-02-28")]
    assert "1980-02-29" in slips
    assert "1980-02-30" not in slips
    assert all(sum(a != b for a, b in zip(slip, "1980-02-28", strict=True)) == 1 for slip in slips)


def test_no_terms_are_searched_twice():
    every = identities(KnownPerson(forename="Lee", surname="Lee", aliases=("Lee Lee",), dob="1980-05-12"), Bounds())
    assert len({each.terms.plain for each in every}) == len(every)


def test_the_policy_bounds_each_family_and_all_together():
    known = KnownPerson(forename="Margaret", surname="Hussain", aliases=("Peggy Smith",), dob="1980-05-12")
    assert len(identities(known, Bounds(total=7))) == 7
    few = identities(known, Bounds(per_family=1, date_slips=2))
    origins = {each.departs_from for each in few}
    for origin in origins:
        mine = [each.family for each in few if each.departs_from == origin]
        assert mine.count(VariantFamily.SPELLING) <= 1
        assert mine.count(VariantFamily.DATE_SLIP) <= 2


def test_addresses_phones_and_numbers_are_searched_by_themselves():
    pivots = identities(KnownPerson(addresses=("SN1 1AA",), phones=("0",), identifiers=("2002/0073319Z",)), Bounds())
    assert {each.family: each.pivot for each in pivots} == {
        VariantFamily.IDENTIFIER: "2002/0073319Z",
        VariantFamily.ADDRESS: "SN1 1AA",
        VariantFamily.PHONE: "0",
    }
