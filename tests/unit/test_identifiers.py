"""The public facts about identifiers, row by row."""

import json
import subprocess
import sys

import pytest

from casebook.values.identifiers import check, check_pnc

THIS_YEAR = 2026


@pytest.mark.parametrize(
    ("value", "kind", "canonical"),
    [
        ("2002/0073319Z", "pnc", "2002/0073319Z"),
        ("02/73319Z", "pnc", "2002/0073319Z"),  # short year, short serial
        ("0273319Z", "pnc", "2002/0073319Z"),  # no slash
        ("20020073319Z", "pnc", "2002/0073319Z"),
        ("2002/73319Z", "pnc", "2002/0073319Z"),  # a long year with a short serial
        ("1979/0163001B", "pnc", "1979/0163001B"),
        ("79/163001B", "pnc", "1979/0163001B"),
        ("79163001B", "pnc", "1979/0163001B"),
        ("81/34U", "pnc", "1981/0000034U"),  # fits a CRO number too, whose letter would be wrong
        ("00/223R", "pnc", "2000/0000223R"),
        ("033Y", "pnc", "2003/0000003Y"),
        ("67/9893091D", "pnc", "1967/9893091D"),
        (" 1981/0000034U\t", "pnc", "1981/0000034U"),  # blanks around it are nobody's meaning
        ("65656/91H", "cro", "065656/91H"),
        ("065656/91H", "cro", "065656/91H"),
        ("85227/65L", "cro", "085227/65L"),
        ("SF83/50058Z", "cro", "SF83/50058Z"),  # the serial of a search file is not padded
        ("SF05/482703J", "cro", "SF05/482703J"),
        ("sw1a 1aa", "postcode", "SW1A1AA"),
        ("M1 1AE", "postcode", "M11AE"),
        ("GIR 0AA", "postcode", "GIR0AA"),
        ("1987-04-09", "date_of_birth", "1987-04-09"),
        ("1987-04", "date_of_birth", "1987-04"),
        ("1987", "date_of_birth", "1987"),
        ("1970", "date_of_birth", "1970"),  # a year alone is no filler
        ("2000-02-29", "date_of_birth", "2000-02-29"),
    ],
)
def test_a_right_identifier_has_one_canonical_form(value, kind, canonical):
    found = check(value, THIS_YEAR)
    assert (found.kind, found.valid, found.canonical, found.reason) == (kind, True, canonical, None)


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        ("2003/0011985Z", "pnc", "wrong_check_letter"),  # X
        ("2012/0052494O", "pnc", "wrong_check_letter"),  # Q; O is in no alphabet of letters
        ("2023/0583843N", "pnc", "wrong_check_letter"),  # L
        ("2001/0171310S", "pnc", "wrong_check_letter"),  # W; nor is S
        ("2002/0073319z", "pnc", "letter_not_capital"),
        ("2027/0000001A", "pnc", "year_out_of_range"),  # next year
        ("1899/0000001A", "pnc", "year_out_of_range"),
        ("85227/65G", "cro", "wrong_check_letter"),  # L
        ("SF83/050058Z", "cro", "wrong_check_letter"),  # padded, it is another number
        ("000000/00Z", "cro", "filler"),
        ("00/00Z", "cro", "filler"),  # also the shape of a PNC number, with its right letter
        ("NF1 1NF", "postcode", "filler"),
        ("nf11fa", "postcode", "filler"),
        ("1900-01-01", "date_of_birth", "filler"),
        ("1970-01-01", "date_of_birth", "filler"),
        ("2001-02-29", "date_of_birth", "impossible_date"),
        ("1987-13", "date_of_birth", "impossible_date"),
        ("2027-01-01", "date_of_birth", "year_out_of_range"),
        ("0000", "date_of_birth", "year_out_of_range"),
        ("09/04/1987", "date_of_birth", "not_iso_8601"),
        ("1987-4-9", "date_of_birth", "not_iso_8601"),
        ("", "unknown", "empty"),
        (" \t", "unknown", "empty"),
        ("TOTALLYINVALID", "unknown", "unrecognised"),
        ("1X23/1234567A", "unknown", "unrecognised"),
        ("1923[1234567A", "unknown", "unrecognised"),
        ("1923/1234567AA", "unknown", "unrecognised"),
        ("012345678901234A", "unknown", "unrecognised"),  # too many digits
        ("2002/0073319Z\n2002/0073319Z", "unknown", "unrecognised"),
        ("٢٠٠٢/0073319Z", "unknown", "unrecognised"),  # digits, but not ours
        ("ſw1a 1aa", "unknown", "unrecognised"),  # noqa: RUF001 - upper-cased it would be a postcode
        ("-5", "unknown", "unrecognised"),
        ("9" * 100_000, "unknown", "too_long"),
    ],
)
def test_a_wrong_identifier_has_a_reason_and_no_canonical_form(value, kind, reason):
    found = check(value, THIS_YEAR)
    assert (found.kind, found.valid, found.canonical, found.reason) == (kind, False, None, reason)
    assert found.value == value


def test_a_short_year_is_of_this_century_up_to_this_year():
    years = [check_pnc(f"{year % 100:02}/{n}{letter}", THIS_YEAR) for year, n, letter in SAMPLES]
    assert [each.canonical[:4] for each in years] == [str(year) for year, _, _ in SAMPLES]


def letter(year, serial):
    return "ZABCDEFGHJKLMNPQRTUVWXY"[(year % 100 * 10**7 + serial) % 23]


SAMPLES = [(year, 1234567, letter(year, 1234567)) for year in (1927, 1999, 2000, 2026)]


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "casebook.cli.main", "identifiers", *words], capture_output=True, text=True, check=False
    )


def test_the_command_answers_in_the_order_asked_whatever_the_values_look_like():
    done = run("check", "-5", "--json", "", "81/34U", "-x", "--", "--json")
    assert done.returncode == 0, done.stderr
    assert [each["value"] for each in json.loads(done.stdout)] == ["-5", "", "81/34U", "-x", "--json"]
    assert json.loads(done.stdout)[2] == {
        "value": "81/34U",
        "kind": "pnc",
        "valid": True,
        "canonical": "1981/0000034U",
        "reason": None,
    }


def test_the_command_without_a_value_is_wrong_usage():
    assert run("check").returncode == 2
    assert run().returncode == 2


def test_the_command_imports_nothing_heavy():
    code = (
        "import sys, casebook.cli.main as m; m.main(['identifiers', 'check', 'X'])\n"
        "heavy = {'prefect', 'great_expectations', 'pandas', 'sqlalchemy', 'holidays', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
