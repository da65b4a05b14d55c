"""Naughty texts in every free column of applications and registers: no command's output has anything to obey in it."""

from __future__ import annotations

import csv
import stat
import unicodedata

import naughty
import pytest

APPLICATION = {
    "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a", "immediate_danger": "no",
    "a_forename": "Anna", "a_surname": "Quill", "a_dob": "1990-05-06", "a_phone": "07700900001", "b_forename": "Barry",
    "b_surname": "Otter", "b_dob": "1985-02-03", "b_dob_certainty": "exact", "b_postcode": "QX1 1AA",
    "relationship": "partner", "living_together": "no", "pregnant": "no", "safe_channel": "phone",
    "safe_days": "mon;tue;wed;thu;fri", "safe_from": "09:00", "safe_until": "17:00",
}  # fmt: skip

FREE = (
    "a_forename", "a_surname", "a_address", "b_forename", "b_surname", "b_aliases", "b_address", "b_postcode", "b_dob", "concern",
    "relationship", "code_word", "external_id", "interpreter", "safe_channel",
)  # fmt: skip
REGISTER = (
    "register", "reference", "received_on", "a_forename", "a_surname", "b_forename", "b_surname", "b_dob", "b_address", "outcome",
    "decided_on", "approver", "rationale", "handler", "sources_searched",
)  # fmt: skip
DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def obeyed(text):
    return {
        f"{ord(sign):x}"
        for sign in text
        if (unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} and sign not in "\n\t")
        or unicodedata.bidirectional(sign) in DIRECTIONS
    }


def write(path, rows):
    columns = sorted({name for row in rows for name in row})
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def said(desk, tmp_path_factory):
    """What every command said, in words and as JSON, on stdout and stderr: (words of the call, text)."""
    folder, heard = tmp_path_factory.mktemp("naughty"), []

    def say(*words, who=None):
        for more in ((), ("--json",)) if words[1:2] in {("show",), ("queue",), ("list",)} else ((),):
            code, out, err = desk.say(*words, *more, who=who)
            assert "unexpected" not in err, (words, err)
            heard.append((" ".join(map(str, words)), out + err))
        return code, out

    rows = [
        APPLICATION | {name: text if at % 3 == 0 else f"{APPLICATION.get(name, '')}{text}" for name in names}
        for at, text in enumerate(naughty.ALL[::3])
        for names in (FREE[:6] if at % 2 else ("concern", "code_word", "external_id"), (FREE[at % len(FREE)],))
    ]
    past = [
        {"register": "portal", "received_on": "2024-01-05", "b_forename": "Barry", "b_surname": "Otter", "b_dob": "1985-02-03",
         "a_surname": "Quill", "outcome": "nil_return", "decided_on": "2024-01-20"}
        | {"reference": f"{text}{at}"} | dict.fromkeys(names, text)
        for at, text in enumerate(naughty.ALL)
        for names in (("b_forename", "rationale", REGISTER[at % len(REGISTER)]),)
    ]  # fmt: skip
    desk.hire("ch", "panel_chair")
    desk.hire("au", "auditor")
    say("applications", "import", write(folder / "applications.csv", rows))
    strange = folder / "\x1b[2Jstrange\u202e.csv"
    say("applications", "import", write(strange, [{text: "x"} for text in naughty.ALL[:3]]))
    say("review", "preview", write(folder / "register.csv", past))
    say("review", "import", folder / "register.csv")
    say("review", "triage", "--out", folder / "ranking.csv")
    say("review", "queue")
    say("review", "progress")
    say("review", "report", "--out", folder / "report.csv")
    say("applications", "list")
    say("work", "list", who="in")
    say("board")
    references = [shown["reference"] for shown in desk.ask("applications", "list")]
    for reference in references[:: max(1, len(references) // 4)]:
        say("applications", "show", reference)
        say("applications", "show", reference, who="su")
        say("pack", reference, who="ch")
    code, out = say("audit", "export", references[0], "--out", folder / "export.json", who="au")
    assert (folder / "export.json").exists(), (code, out, heard[-1])
    for text in naughty.TERMINAL[:4]:
        say("work", "show", text)
        say(text)
        say("identifiers", "check", text)
        say("applications", "show", text, "--nonsense")
    return folder, heard, len(references)


def test_no_line_of_any_command_has_anything_to_obey(said):
    _, heard, taken = said
    assert taken > 10
    assert {words: obeyed(text) for words, text in heard if obeyed(text)} == {}


def test_what_is_escaped_was_there_to_be_seen(said):
    _, heard, _ = said
    told = {words.split()[0] for words, text in heard if "\\u001b" in text or "\\u202e" in text}
    assert {"applications", "review"} <= told


def test_every_csv_that_was_written_is_text_and_private(said):
    folder, _, _ = said
    for name in ("ranking.csv", "report.csv", "export.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    with (folder / "ranking.csv").open(newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell.startswith("'=") for cell in cells), "no naughty reference came as far as the ranking"
    calculated = [cell for cell in cells if cell.lstrip()[:1] in {"=", "+", "-", "@"} and len(cell.strip()) > 1]
    assert [cell for cell in calculated if not cell.lstrip("+-").replace(".", "").isdigit()] == []
