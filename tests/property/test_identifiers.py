"""The check letter earns its keep: it finds every single wrong digit and every swap of neighbours."""

from hypothesis import given
from hypothesis import strategies as st

from casebook.values.identifiers import check, check_cro, check_letter, check_pnc

THIS_YEAR = 2026
years = st.integers(1900, THIS_YEAR)
pncs = st.builds(
    lambda year, serial: f"{year}/{serial:07}{check_letter(f'{year % 100:02}{serial:07}')}",
    years,
    st.integers(1, 9_999_999),  # 2000/0000000Z is a filler
)
cros = st.builds(
    lambda year, serial: f"{serial:06}/{year:02}{check_letter(f'{year:02}{serial:06}')}",
    st.integers(0, 99),
    st.integers(1, 999_999),
)
files = st.builds(
    lambda year, serial: f"SF{year:02}/{serial}{check_letter(f'{year:02}{serial}')}",
    st.integers(0, 99),
    st.integers(1, 999_999),
)


@given(pncs)
def test_every_way_to_write_a_pnc_number_has_one_canonical_form(pnc):
    year, serial, letter = pnc[:4], pnc[5:12], pnc[12]
    ways = {pnc, f"{year}{serial}{letter}", f"{year}/{int(serial)}{letter}", f" {pnc} "}
    if int(year) >= 1927:  # two digits of an earlier year mean this century
        ways |= {f"{year[2:]}/{serial}{letter}", f"{year[2:]}{serial}{letter}", f"{year[2:]}/{int(serial)}{letter}"}
    assert {check_pnc(way, THIS_YEAR).canonical for way in ways} == {pnc}


@given(cros)
def test_every_way_to_write_a_cro_number_has_one_canonical_form(cro):
    assert {check_cro(way).canonical for way in (cro, cro.lstrip("0"), f"{cro}\n")} == {cro}


@given(pncs | cros | files, st.data())
def test_one_wrong_digit_or_one_swap_never_passes(number, data):
    digits = [at for at, letter in enumerate(number) if letter.isdigit()]
    at = data.draw(st.sampled_from(digits))
    wrong = data.draw(st.sampled_from([each for each in "0123456789" if each != number[at]]))
    assert not same_kind(number, number[:at] + wrong + number[at + 1 :]).valid
    if at + 1 in digits and number[at] != number[at + 1]:
        assert not same_kind(number, number[:at] + number[at + 1] + number[at] + number[at + 2 :]).valid


def same_kind(number, damaged):
    """Read as what it was: digits of a year that no longer are one are found by the year."""
    return check_cro(damaged) or check_pnc(damaged, THIS_YEAR) if check_cro(number) else check_pnc(damaged, THIS_YEAR)


@given(st.text(max_size=60) | st.from_regex(r"[SF0-9/A-Z\- ]{0,20}"))
def test_any_text_has_an_answer_and_a_valid_one_is_its_own_canonical_form(value):
    found = check(value, THIS_YEAR)
    assert found.value == value
    assert (found.canonical is None) == (found.reason is not None)
    if found.canonical is not None:
        again = check(found.canonical, THIS_YEAR)
        assert (again.kind, again.canonical) == (found.kind, found.canonical)
