"""The returns by the command: as CSV, and as one page with plots, by the ending of the file."""

from __future__ import annotations

import stat

import pytest

HEADER = "external_id,submitted_at,route,applicant,concern,a_forename,a_surname,b_forename,b_surname\n"
ROW = "R-1,2026-03-02T09:00:00+00:00,right_to_ask,a,He frightens me,Anna,Canaryfourteen,Barry,Otter\n"


@pytest.mark.parametrize(("ending", "begins"), [("csv", b"measure,"), ("html", b"<!doctype html>"), ("pdf", b"%PDF")])
def test_the_ending_says_which_form_it_has(desk, tmp_path, ending, begins):
    (tmp_path / "applications.csv").write_text(HEADER + ROW)
    desk.ask("applications", "import", tmp_path / "applications.csv")
    out = tmp_path / f"returns.{ending}"
    code, said, _ = desk.say("returns", "--from", "2026-01-01", "--out", out)
    assert code == 0
    assert str(out) in said
    assert out.read_bytes().startswith(begins)
    assert b"Canaryfourteen" not in out.read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_page_is_written_over_no_link(desk, tmp_path):
    (tmp_path / "returns.html").symlink_to(tmp_path / "elsewhere")
    assert desk.refusal("returns", "--out", tmp_path / "returns.html", code=2) == "output_is_link"
