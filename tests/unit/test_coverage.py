from casebook.domain.case.coverage import ReturnedSearch, Terms, Variant, VariantFamily, uncovered

GIVEN = Terms(forename="Sam", surname="Hill", dob="1980-05-12")


def variant(family, **terms):
    return Variant(**{**vars_of(GIVEN), **terms}, family=family, departs_from=GIVEN, reason="a reason")


def vars_of(terms):
    return {"forename": terms.forename, "surname": terms.surname, "dob": terms.dob, "pivot": terms.pivot}


AS_GIVEN = variant(VariantFamily.AS_GIVEN)
SWAPPED = variant(VariantFamily.SWAPPED_NAMES, forename="Hill", surname="Sam")
UNDATED = variant(VariantFamily.DATE_UNKNOWN, dob="")


def test_nothing_is_covered_before_anything_is_searched():
    assert uncovered([AS_GIVEN, SWAPPED, UNDATED], []) == (AS_GIVEN, SWAPPED, UNDATED)


def test_a_search_covers_the_terms_it_was_made_under_however_they_are_typed():
    assert (
        uncovered([AS_GIVEN], [ReturnedSearch(terms=Terms(forename=" SAM ", surname="hill", dob="1980-05-12"))]) == ()
    )


def test_a_postcode_typed_without_its_space_is_the_same_search_and_another_is_not():
    pivot = Variant(
        pivot="SN1 1AA", family=VariantFamily.ADDRESS, departs_from=Terms(pivot="SN1 1AA"), reason="a reason"
    )
    assert uncovered([pivot], [ReturnedSearch(terms=Terms(pivot="sn11aa"))]) == ()
    assert uncovered([pivot], [ReturnedSearch(terms=Terms(pivot="SN1 1AB"))]) == (pivot,)
    assert uncovered([pivot], [ReturnedSearch(terms=Terms(pivot=""))]) == (pivot,)


def test_a_search_under_a_date_covers_no_search_without_one():
    assert uncovered([AS_GIVEN, UNDATED], [ReturnedSearch(terms=GIVEN)]) == (UNDATED,)


def test_a_tolerant_search_covers_its_families_of_the_identity_it_was_made_under():
    search = ReturnedSearch(terms=GIVEN, families=frozenset({VariantFamily.SWAPPED_NAMES}))
    assert uncovered([AS_GIVEN, SWAPPED, UNDATED], [search]) == (UNDATED,)


def test_a_tolerant_search_under_an_alias_says_nothing_about_the_name_as_given():
    search = ReturnedSearch(terms=Terms(forename="Max", surname="Vale"), families=frozenset(VariantFamily))
    assert uncovered([AS_GIVEN, SWAPPED], [search]) == (AS_GIVEN, SWAPPED)


def test_searches_may_come_as_an_iterator():
    assert uncovered([AS_GIVEN, UNDATED], iter([ReturnedSearch(terms=GIVEN, families=frozenset(VariantFamily))])) == ()
