"""Values as people write them: one reading for every file, search and register."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.values import addresses, contact, dates, fillers, identifiers, ids, names, numbers, short_forms, text
from casebook.values.dates import DateFault

TODAY = date(2026, 11, 29)
DAY = date(1985, 11, 7)

WAYS = (
    "07/11/85", "07.11.85", "07-Nov-85", "31358", "31358.0", "19851107", "19851107.0", "07111985", "071185", "7/11/1985", "7.11.1985",
    "7-11-1985", "7 11 1985", "07 / 11 / 1985", "07\\11\\1985", "07_11_1985", "1985/11/07", "1985.11.7", "85/11/07",
    "7 Nov 1985", "7 November 1985", "7th November 1985", "7th of November, 1985", "07NOV85", "7Nov1985", "07/Nov/1985",
    "7 Nov '85", "Nov 7, 1985", "November 7th 1985", "1985 Nov 7", "Thu 7 Nov 1985", "Thursday, 7 November 1985",
    "7/XI/1985", "7 Tachwedd 1985", "1985-11-07 00:00:00", "1985-11-07T09:30:00Z", "07/11/1985 12:00 AM", "DOB: 07/11/1985",
    "born 7 Nov 1985", "07–11–1985", "07\u00a011\u00a01985", "٠٧/١١/١٩٨٥", "０７/１１/１９８５", "1985年11月7日", "7.11.85.",
    "'07/11/1985", '"07/11/1985"', "7;11;1985", "07,11,1985", "07:11:1985", "07-11-1985 (verified)", "07/11/1985 conf",
    "19851107000000", "198511070930", "7ed Tachwedd 1985", "7 novembre 1985", "7 de noviembre de 1985", "7. November 1985",
    "7 Noiembrie 1985", "Nov. 7, 1985", "7/11/'85", "7 of Nov 1985",
    "7 Novemeber 1985", "7 Novmber 85", "7 ноября 1985", "07.11.1985 г.", "7 листопада 1985", "07//11//1985", "07|11|1985",
    "19851107T093000", "1.9851107E7", "3.1358E+04", '="07/11/1985"', "[07/11/1985]", "07/11/1985 (age 41)", "07/11/1985 (41)",
)  # fmt: skip


@pytest.mark.parametrize("written", WAYS)
def test_a_day_is_read_however_it_is_written(written):
    assert dates.read(written, latest=TODAY).day == DAY


@pytest.mark.parametrize(
    ("written", "iso", "approximate"),
    [
        ("1985", "1985", False), ("1985-11", "1985-11", False), ("7 Febuary 1985", "1985-02-07", False), ("7 Dez. 1985", "1985-12-07", False),
        ("7 mrt 1985", "1985-03-07", False), ("7 ene 1985", "1985-01-07", False), ("1 giu 1985", "1985-06-01", False),
        ("[1985]", "1985", False), ("07/11/1985 tbc", "1985-11-07", True), ("1985 (TBC)", "1985", True),
        ("Nov 1985", "1985-11", False), ("Nov-85", "1985-11", False),
        ("11/1985", "1985-11", False), ("11/85", "1985-11", False), ("November '85", "1985-11", False), ("Sept. 1985", "1985-09", False),
        ("1985?", "1985", True), ("c. 1985", "1985", True), ("c1985", "1985", True), ("circa Nov 1985", "1985-11", True),
        ("~1985", "1985", True), ("about 2019", "2019", True), ("1985 (approx)", "1985", True), ("1985ish", "1985", True),
        ("early 1985", "1985", True), ("1985/86", "1985", True), ("1985 or 1986", "1985", True), ("07/11/1985?", "1985-11-07", True),
        ("??/11/1985", "1985-11", False), ("00/00/1985", "1985", False), ("xx/xx/1985", "1985", False), ("1985-11-00", "1985-11", False),
        ("unk/11/1985", "1985-11", False), ("1985.0", "1985", False), ("year 1985", "1985", False), ("1985 (year only)", "1985", False),
        ("'85", "1985", False), ("1985ca", "1985", True), ("1985 or so", "1985", True), ("1985 (year of birth)", "1985", False),
        ("unknown/unknown/1985", "1985", False), ("nk/11/1985", "1985-11", False), ("f\u00e9vrier 1985", "1985-02", False),
        ("12 pa\u017adziernika 1985", "1985-10-12", False), ("3 wrze\u015bnia 1985", "1985-09-03", False),
        ("stycze\u0144 1985", "1985-01", False), ("7 lutego 1985", "1985-02-07", False), ("7 maja 1985", "1985-05-07", False),
        ("7 Kas\u0131m 1985", "1985-11-07", False), ("\u015eubat 1985", "1985-02", False), ("7 maart 1985", "1985-03-07", False),
    ],
)  # fmt: skip
def test_a_partial_date_stays_partial_and_a_doubt_is_kept(written, iso, approximate):
    read = dates.read(written, latest=TODAY)
    assert (read.iso, read.approximate) == (iso, approximate)


@pytest.mark.parametrize(
    "written",
    ["tomorrow", "last week", "2", "40", "85", "07/11", "11/12", "7 November", "1980s", "eighties", "adult", "between 1985 and 1987",
     "1980-1985", "summers", "3rd", "0700 900123", "SN1 2AB", "1985-11-07 to 1986", "x" * 500,
     "7 listopada 1985", "listopad 1985", "1.99E+07", "1.98511E7", "07|11", "1985 (86)"],
)  # fmt: skip
def test_what_is_no_date_is_not_guessed(written):
    read = dates.read(written, latest=TODAY)
    assert (read.iso, read.fault) == ("", DateFault.UNREADABLE)


@pytest.mark.parametrize(
    "written",
    ["1900-01-01", "01/01/1900", "1/1/1900", "1 Jan 1900", "01-01-1970", "25569", "00/00/0000", "31/12/9999", "1/1/1753", "N/K", "?",
     "unknown", "-", "not known", "TBC", "null", "00000000", "00/00/00", "99/99/9999", "dd/mm/yyyy", "xx/xx/xxxx", "DD-MM-YY", "ddmmyyyy",
     "1900-01-00", "#N/A", "__/__/____"],
)  # fmt: skip
def test_a_filler_date_is_one_in_every_spelling(written):
    assert dates.read(written, latest=TODAY).fault is DateFault.FILLER


def test_of_two_centuries_the_later_that_is_possible_counts():
    read = [
        dates.read(written, latest=TODAY).iso for written in ("29/11/26", "30/11/26", "1/1/30", "Dec 26", "5 Mar 12")
    ]
    assert read == ["2026-11-29", "1926-11-30", "1930-01-01", "1926-12", "2012-03-05"]


def test_an_impossible_day_is_kept_for_comparing():
    read = dates.read("31/02/1985", latest=TODAY)
    assert (read.iso, read.fault, read.compared) == ("", DateFault.IMPOSSIBLE, "1985-02-31")


WRITERS = (
    "{0.day}/{0.month}/{0.year}", "{0.day:02}.{0.month:02}.{0.year}", "{0:%d-%b-%Y}", "{0:%d %B %Y}", "{0:%Y%m%d}", "{0:%Y/%m/%d}",
    "{0:%B} {0.day}, {0.year}", "{0:%d%b%Y}", "{0:%Y-%m-%d} 00:00:00",
)  # fmt: skip


@given(st.dates(date(1901, 1, 2), TODAY), st.sampled_from(WRITERS))
def test_every_way_of_writing_a_day_gives_that_day(day, writer):
    if day.isoformat() not in dates.FILLER_DATES:
        assert dates.read(writer.format(day), latest=TODAY).day == day


@given(st.dates(date(1940, 1, 1), TODAY))
def test_a_spreadsheets_count_is_its_day(day):
    if day.isoformat() not in dates.FILLER_DATES:
        assert dates.read(str((day - date(1899, 12, 30)) // timedelta(days=1)), latest=TODAY).day == day


@given(st.text(max_size=70))
def test_reading_a_date_never_fails_and_its_result_reads_as_itself(written):
    read = dates.read(written, latest=TODAY)
    assert not read.iso or dates.read(read.iso, latest=TODAY).iso == read.iso


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("O´Brien", "OBRIEN"), ("OʻBrien", "OBRIEN"), ("O'Brien", "OBRIEN"), ("O’Brien", "OBRIEN"), ("O`Brien", "OBRIEN"), ("Oʼbrien", "OBRIEN"),
        ("Łukasz", "LUKASZ"), ("Ħafsa", "HAFSA"), ("Đorđe", "DORDE"), ("Şahin", "SAHIN"), ("Ğani", "GANI"), ("Nguyễn", "NGUYEN"),
        ("Žižek", "ZIZEK"), ("Søren", "SOREN"), ("Ægir", "AEGIR"), ("Strauß", "STRAUSS"), ("Þór", "THOR"), ("İlhan", "ILHAN"),
        ("ısık", "ISIK"), ("Иванов", "IVANOV"), ("Παπαδόπουλος", "PAPADOPOULOS"), ("Ｓｍｉｔｈ", "SMITH"), ("ﬁon", "FION"), ("ʿAlī", "ALI"),
        ("Zoë\u200b", "ZOE"), ("Zo\u0308e", "ZOE"), ("J\u00adohn", "JOHN"), ("Llŷr", "LLYR"), ("Siân", "SIAN"), ("Ȧdé", "ADE"),
    ],
)  # fmt: skip
def test_letters_fold_to_the_plain_spelling(written, plain):
    assert plain in {spelling.replace(" ", "") for spelling in text.spellings(written)}


@pytest.mark.parametrize(
    ("written", "both"),
    [("Müller", {"MULLER", "MUELLER"}), ("Ŋoma", {"NGOMA", "NOMA"}), ("Åse", {"ASE", "AASE"}), ("Jørgen", {"JORGEN", "JOERGEN"}),
     ("Đurić", {"DURIC", "DJURIC", "DURICH", "DJURICH"}), ("Юлия", {"YULIYA", "IULIYA", "YULIIA", "IULIIA"})],
)  # fmt: skip
def test_a_letter_with_two_usual_spellings_has_both(written, both):
    assert set(text.spellings(written)) == both


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(written):
    once = text.folded(written)
    assert text.folded(once) == once
    assert once.isascii()
    assert text.spellings(written)[0] == once


@pytest.mark.parametrize(
    "written",
    ["N/K", "n/k", "NK", "Unknown", "UNKNOWN", "unk", "Not known", "NOTKNOWN", "NOT PROVIDED", "Name not given", "No name", "NoName", "ANON",
     "Anonymous", "REFUSED", "Refused to say", "WITHHELD", "Declined", "Prefer not to say", "TBC", "To be confirmed", "N/A", "Unknown male",
     "Mr Unknown", "not yet known", "Not recorded", "Not disclosed", "-", "?", "...", "XXX", "ZZZZ", "DATA MIGRATION", "anhysbys",
     "none given", "None recorded", "nothing known", "Doesn't know", "can't remember", "cannot recall", "would not give", "see notes",
     "withheld by request", "A N Other", "#REF!", "#VALUE!", "not on file", "NFN", "unknwon", "I don't know", "U/K", "unknown female 2", "UNKNOWN PERSON 1", "No surname", "not on system", "see log", "n/known",
     "not knwon", "Unkonwn", "partner unknown", "anonymised"],
)  # fmt: skip
def test_a_filler_is_one_in_every_spelling(written):
    assert fillers.is_filler(written)
    assert names.words(written) == ()


@pytest.mark.parametrize(
    "written",
    [
        "Null",
        "None",
        "Test",
        "Nan",
        "Na",
        "No",
        "Known",
        "Noble",
        "Knott",
        "Tba Smith",
        "Anona",
        "Miss",
        "King",
        "Ditto",
        "Pending",
        "Nothard",
        "Cant",
        "Will",
    ],
)
def test_a_name_that_is_a_filler_elsewhere_is_still_a_name(written):
    assert not fillers.is_filler(written)
    assert names.words(written)


@pytest.mark.parametrize(
    ("forename", "surname", "nobody"),
    [("Jenny", "Null", False), ("", "Null", False), ("Null", "Null", True), ("Unknown", "Unknown", True), ("Unknown", "Baker", False),
     ("None", "N/K", True), ("", "", True), ("Test", "Test", True), ("Nan", "Knight", False)],
)  # fmt: skip
def test_a_whole_name_is_nobodys_only_if_all_of_it_is_a_filler(forename, surname, nobody):
    assert fillers.is_no_name(forename, surname) is nobody


@pytest.mark.parametrize(
    "written",
    [
        "No fixed abode",
        "NFA",
        "of no fixed address",
        "Homeless",
        "Unknown",
        "rough sleeper",
        "sofa surfing",
        "N/K",
        "N.F.A.",
        "NFA Swindon",
        "No Fixed Abode, Swindon",
        "no fixed place of abode",
        "living on the streets",
        "Sofa surfing with friends",
        "no address",
        "Temporary accommodation",
        "Hostel",
        "HMP",
        "c/o unknown",
    ],
)
def test_no_fixed_abode_is_no_address(written):
    assert addresses.address(written) == ""


@pytest.mark.parametrize(
    "written",
    [
        "ZZ99 3VZ",
        "zz993wz",
        "ZZ99 6CZ",
        "NF1 1NF",
        "NF1 1FA",
        "nf1 1aa",
        "N/K",
        "unknown",
        "0000",
        "NFA",
        "XX99 9XX",
        "AA99 9AA",
        "99999",
    ],
)
def test_a_pseudo_postcode_is_no_evidence(written):
    assert identifiers.postcode(written) == ("", "")


def test_a_postcode_is_read_among_the_words_beside_it():
    assert {identifiers.postcode(way) for way in ("SN1 2AB", "SN1 2AB, Swindon", "sn1 2ab (old)")} == {
        ("SN12AB", "SN1")
    }
    assert identifiers.postcode("ZZ99 3VZ (none)") == ("", "")
    assert identifiers.postcode("SN1 2AB or SN2 3CD")[1] == ""


@pytest.mark.parametrize("written", ["2000/0000000Z", "00/0Z", "000000/00Z", "SF05/0Z"])
def test_a_number_of_nobody_is_no_evidence(written):
    assert identifiers.check(written, 2026).evidence is None


@pytest.mark.parametrize(
    "written",
    ["07700 900123", "0044 7700 900123", "+44 7700 900123", "+44 (0)7700-900-123", "(07700) 900123", "7700900123", "447700900123", "07700.900.123",
     "tel 07700 900123", "07700 900123 (mum)", "07700 900123 after six", "07700900123.0", "7700900123.0", "07700 9OO123", "O7700 900123", "07700/900123", "07700_900123", "7.700900123E9", "4.47700900123E+11", "０７７００ ９００１２３"],
)  # fmt: skip
def test_a_phone_number_is_one_however_it_is_written(written):
    assert contact.phone(written) == "+447700900123"


def test_two_numbers_in_a_cell_are_two_and_fillers_none():
    assert contact.phones("07700 900123 / 07700 900124") == ("+447700900123", "+447700900124")
    assert [
        contact.phone(written)
        for written in ("N/K", "00000000000", "01234567890", "07777777777", "999", "4.4770090012E+11", "")
    ] == [""] * 7


def test_what_stands_between_two_numbers_of_a_reference_separates_them():
    keys = [ids.reference_key(written) for written in ("1/12", "11/2", "112", "1/1/2")]
    assert len(set(keys)) == len(keys)
    assert ids.reference_key("DV 0012/2018") == ids.reference_key("dv-12-2018") == ids.reference_key("DV12/2018")


def test_ids_and_codes_are_one_whatever_their_letters():
    assert len({ids.staff_key(written) for written in ("j.smith", "J.Smith", "J.SMITH", " j.smith ", "ｊ.smith")}) == 1
    assert ids.code_of("Children's Services", ("childrens_services",)) == "childrens_services"
    assert ids.code_of("Right to Ask", ("right_to_ask", "right_to_know")) == "right_to_ask"
    assert ids.code_of("google", ("pnc",)) == ""


def test_a_share_is_read_as_people_write_it():
    assert [numbers.share(written) for written in ("0.35", ".35", "0,35", "35%", "35 %", "1", "0")] == [0.35] * 5 + [
        1.0,
        0.0,
    ]
    assert [numbers.share(written) for written in ("2", "-1", "nan", "a third", "")] == [None] * 5


@pytest.mark.parametrize(
    ("broken", "whole"),
    [("JosÃ©", "José"), ("Ã\x81gnes", "Ágnes"), ("Ä\x90orÄ‘e", "Đorđe"), ("Ã\x8dris", "Íris"), ("Zoë", "Zoë")],
)
def test_text_decoded_wrongly_is_repaired(broken, whole):
    assert text.repaired(broken) == whole


def test_the_words_of_a_name():
    assert names.words("MARY-JANE O'CONNOR") == ("MARY", "JANE", "OCONNOR")
    assert names.words("Mr John Smith Jnr") == ("JOHN", "SMITH")
    assert names.split_full("Jan van der Berg") == ("Jan", "van der Berg")
    assert names.split_full("Smith, John") == ("John", "Smith")


@pytest.mark.parametrize(
    "written",
    ["12 High Street", "Flat 2, The Hostel, 4 Elm Road", "1 Prison Lane", "Abroad Farm, SN1", "HMP Erlestoke"],
)
def test_an_address_is_one_also_if_a_word_of_it_may_say_that_there_is_none(written):
    assert addresses.address(written)


SEXES = {
    "f": (
        "F",
        "f",
        "Female",
        "FEMALE",
        "fem",
        "woman",
        "F.",
        "(F)",
        "female - F",
        "F (female)",
        "Girl",
        "lady",
        "Benyw",
        "\uff26",
    ),
    "m": ("M", "m", "Male", "MALE", "man", "boy", "M.", "M - Male", "male/M", "Gwryw", "gentleman"),
    "x": ("X", "x", "non-binary", "Non binary", "other", "Indeterminate"),
    "unknown": ("U", "unknown", "N/K", "not known", "?", "-", "prefer not to say", "Not stated", "refused", "n/a"),
    "": ("1", "2", "9", "f/m", "Mr", "seven", "both", "F or M", ""),
}


@pytest.mark.parametrize(("code", "written"), [(code, written) for code, ways in SEXES.items() for written in ways])
def test_a_sex_is_one_however_it_is_written(code, written):
    assert short_forms.sex(written) == code
    assert short_forms.compared_sex(written) == (code if code in {"f", "m"} else None)


ANSWERS = {
    "yes": (
        "Y",
        "y",
        "Yes",
        "YES",
        "yes.",
        "yes!",
        "true",
        "TRUE",
        "T",
        "ja",
        "oui",
        "yep",
        "affirmative",
        "\u2713",
        "\u2714",
        "\u2611",
    ),
    "no": ("N", "n", "No", "NO", "no.", "false", "FALSE", "F", "nein", "nope", "Nage", "negative"),
    "unknown": ("unknown", "U", "N/K", "?", "-", "don't know", "not sure", "n/a", "not asked", "TBC"),
    "": (
        "maybe",
        "possibly",
        "1",
        "0",
        "x",
        "y/n",
        "yes/no",
        "Yes, since May",
        "no longer",
        "tonight",
        "!!!",
        "\u2717",
        "\u2612",
        "none",
        "",
    ),
}


@pytest.mark.parametrize(("code", "written"), [(code, written) for code, ways in ANSWERS.items() for written in ways])
def test_an_answer_is_one_however_it_is_written(code, written):
    assert short_forms.yes_or_no(written) == code


@given(st.text(max_size=30))
def test_a_short_form_is_a_code_and_reads_as_itself(written):
    for read in (short_forms.sex, short_forms.yes_or_no):
        assert read(read(written)) == read(written)


@given(st.text(max_size=30))
def test_a_number_and_an_address_read_as_themselves(written):
    assert contact.phone(contact.phone(written)) == contact.phone(written)
    assert addresses.address(addresses.address(written)) == addresses.address(written)
