"""Running cases by the command: the columns, a preview that writes nothing, the taking over, and the same file again."""

from __future__ import annotations

import csv
import stat

import pytest

CANARY = "Canarytwelve"
CELLS = {
    "external_id": "T-1", "submitted_at": "05/01/2026 10:30", "route": "right_to_ask", "applicant": "a", "a_forename": "Anna",
    "a_surname": "Quill", "b_forename": "Barry", "b_surname": "Otter", "stage": "Panel decision", "searched_on": "9.1.26",
    "searched_by": CANARY, "colour": "green",
}  # fmt: skip


@pytest.fixture
def file(desk, tmp_path):
    """The template as the command writes it, filled with one case, and a row that is closed."""
    path = tmp_path / "running.csv"
    desk.ask("applications", "take-over-template", "--out", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(newline="", encoding="utf-8") as read:
        columns = next(csv.reader(read))
    with path.open("w", newline="", encoding="utf-8") as written:
        writer = csv.DictWriter(written, [*columns, "colour"])
        writer.writeheader()
        writer.writerows([CELLS, {**CELLS, "external_id": "T-2", "stage": "closed"}])
    return path


def test_the_columns_are_explained(desk):
    code, said, _ = desk.say("applications", "take-over-template")
    assert code == 0
    assert "submitted_at" in said
    assert "when: the searches" in said


def test_running_cases_are_previewed_taken_over_and_taken_over_once(desk, file):
    code, shown, _ = desk.say("applications", "take-over", file, "--preview", who="in")
    assert code == 1
    assert "1 would be taken over, 0 unchanged, 1 faults in rejected rows" in shown
    assert "told: panel decision" in shown
    assert "LATE" in shown
    assert "[not_running]" in shown
    assert "columns not used: colour" in shown
    code, said, _ = desk.say("applications", "take-over", file, who="in")
    assert (code, said.splitlines()[0]) == (1, "1 taken over, 0 unchanged, 1 faults in rejected rows")
    code, said, _ = desk.say("applications", "take-over", file, who="in")
    assert (code, said.splitlines()[0]) == (1, "0 taken over, 1 unchanged, 1 faults in rejected rows")
    assert CANARY not in said
    assert desk.refusal("applications", "take-over", file, who="re") == "not_permitted"
    assert desk.refusal("applications", "take-over", file, "--preview", who="re") == "not_permitted"


def test_a_file_without_the_columns_is_refused_with_a_code(desk, tmp_path):
    (tmp_path / "a.csv").write_text("name,date\nx,y\n")
    assert desk.refusal("applications", "take-over", tmp_path / "a.csv", who="in") == "missing_column"
    assert desk.refusal("applications", "take-over", tmp_path / "none.csv", who="in", code=2) == "no_such_file"
