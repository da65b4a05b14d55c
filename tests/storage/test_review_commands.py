"""The commands of the review, as another program calls them."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime

import pytest

from casebook import clock
from casebook.cli.main import main
from casebook.demo import force

HEADER = (
    "register,reference,received_on,a_forename,a_surname,b_forename,b_surname,b_dob,"
    "handler,approver,outcome,decided_on,rationale\n"
)


BLIND = (
    ("review", "queue"), ("review", "queue", "--by", "contact"), ("review", "progress"), ("review", "report"),
    ("review", "report", "--internal"), ("review", "people"),
    ("review", "people", "R9"), ("review", "referrals"), ("review", "campaign", "list"),
    ("review", "dossier", "R9"), ("review", "enquiry", "R9"), ("review", "reconcile"), ("review", "triage"),
    ("review", "import", "--live"), ("review", "allocate"), ("work", "list"), ("work", "list", "--mine"),
    ("applications", "list"), ("applications", "show", "R9"), ("monitor", "signals"), ("board",), ("watchdog",),
)  # fmt: skip


@pytest.fixture
def run(begun_home, capsys):
    def call(*words):
        code = main([*words, "--json", "--home", str(begun_home)])
        return code, json.loads(capsys.readouterr().out)

    return call


def test_a_register_full_of_faults_is_taken_in_and_triaged(run, tmp_path):
    register = tmp_path / "list.csv"
    register.write_text(
        HEADER
        + "mailbox,,31/02/2019,Ann,Smith,Bob,Jones,1900-01-01,H1,H1,??,,.\n"
        + 'mailbox,,soonish,,,,,,,,,,"open\n'
        + "mailbox,R9,2019-01-01,Eve,Khan,Ian,Webb,1970-02-03,H2,S1,withdrawn,2019-01-09,A reasoned text of some length\n"
    )
    code, told = run("review", "import", str(register))
    assert (code, told["rows"], told["registers"]) == (0, 3, {"mailbox": 3})
    assert {"impossible_date", "unreadable_date", "unknown_code", "open_quote", "filler"} <= told["findings"].keys()
    assert {2, 3} <= {each["line"] for each in told["listed"]}
    assert told["quality"]["handler"]["H1"]["outcome_unknown"] == 1
    code, told = run("review", "triage", "--out", str(tmp_path / "out.csv"))
    assert (code, told["applications"]) == (0, 3)
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text("utf-8").splitlines()))
    assert list(rows[0]) == ["rank", "reference", "score", "contact_priority", "failure_modes", "reasons"]
    assert [row["rank"] for row in rows] == ["1", "2", "3"]
    assert {row["reference"] for row in rows} == {"mailbox#2", "mailbox#3", "R9"}
    assert not [word for word in ("Jones", "Webb", "Khan", "1970") if word in (tmp_path / "out.csv").read_text()]


def test_the_review_from_import_to_report(run, tmp_path):
    force.write(force.build(3, persons=200, register=40), tmp_path)
    registers = [str(path) for path in sorted(tmp_path.glob("register-*.csv"))]
    assert run("review", "import", "--no-quality", *registers)[0] == 0
    _, found = run("review", "reconcile")
    assert run("review", "queue")[1]["error"]["code"] == "not_triaged"
    _, triage = run("review", "triage")
    assert triage["applications"] == found["applications"] == len(triage["ranking"])
    _, queue = run("review", "queue", "--by", "contact", "--limit", "5")
    assert len(queue) == 5
    last = triage["ranking"][-1]["reference"]
    assert run("review", "enquiry", last)[1]["contact_priority"] == "now"
    assert run("review", "queue", "--by", "contact", "--limit", "1")[1][0]["reference"] == last
    assert run("review", "enquiry", "no such")[0] == 1
    _, progress = run("review", "progress")
    assert (progress["applications"], progress["enquiries"]) == (triage["applications"], 1)
    _, report = run("review", "report")
    assert "handler" not in report["shares"]
    assert report["hidden"]["low"] <= report["hidden"]["high"]
    assert run("audit", "verify")[1]["ok"]


def test_nothing_imported_is_an_empty_ranking(run, tmp_path):
    code, told = run("review", "triage", "--out", str(tmp_path / "out.csv"))
    assert (code, told["applications"]) == (0, 0)
    assert (tmp_path / "out.csv").read_text() == "rank,reference,score,contact_priority,failure_modes,reasons\n"


def test_what_is_no_register_is_wrong_usage_and_nothing_of_the_call_is_taken_in(run, tmp_path):
    good, decisions = tmp_path / "list.csv", tmp_path / "decisions.csv"
    good.write_text(HEADER + "mailbox,R9,2019-01-01\n")
    decisions.write_text("decided_on,decider,reference,outcome,expected\n2026-01-05,D1,R1,disclosed,0.4\n")
    for path, reason in ((decisions, "no_register"), (tmp_path / "none.csv", "no_such_file")):
        code, told = run("review", "import", "--no-quality", str(good), str(path))
        assert (code, told["error"]["code"]) == (2, reason)
    assert run("review", "progress")[1]["rows"] == 0


def test_rows_and_blank_rows_account_for_every_line(run, tmp_path):
    register = tmp_path / "list.csv"
    blank = "," * HEADER.count(",") + "\n"
    register.write_text(HEADER + blank + "mailbox,R9,2019-01-01\n" + blank + blank)
    for new in (True, False):
        code, told = run("review", "import", "--no-quality", str(register))
        assert (code, told["rows"], told["findings"]["blank_row"], told["files"][0]["new"]) == (0, 1, 3, new)
        assert [each["line"] for each in told["listed"] if each["code"] == "blank_row"] == [2, 4, 5]


THEIRS = (
    "Applications 2019\n\nApp No,Date rec'd,Type,Subject surname,Subject DOB,OIC,Decision,Div,Shoe size\n"
    "1,9.6.19,RTA,Denby,7/11/85,H1,NFA - nothing to disclose,C,9\n"
    "2,10.6.19,rtk,Baker,Nov 1985,H2,NFA,C,9\n"
    "Total,2\n"
)


@pytest.fixture
def said(begun_home, capsys):
    """What a person reads on the screen, and the exit code."""

    def call(*words):
        code = main([*words, "--home", str(begun_home)])
        return code, capsys.readouterr().out

    return call


def test_the_screen_says_what_was_ignored(said, tmp_path):
    (tmp_path / "log.csv").write_text(THEIRS)
    code, screen = said("review", "import", "--no-quality", str(tmp_path / "log.csv"))
    assert (code, "WARNING" in screen) == (0, False)
    for part in (
        "4 rows there: 2 imported, 2 no application", "line 6", '"App No" as reference', "ignored columns (2): div, shoe_size",
        "1 in outcome, in 1 row",
    ):  # fmt: skip
        assert part in screen
    assert not [word for word in ("Denby", "Baker", "1985") if word in screen]


@pytest.mark.parametrize(
    ("header", "warned"),
    [
        ("reference,handler,Suspect", False), ("reference,handler,b_forename", False), ("reference,handler,Name of him", True),
        ("Number,handler,b_surname", True), ("handler,a_surname", True),
    ],
)  # fmt: skip
def test_a_register_without_a_reference_or_a_name_of_the_subject_is_warned_of(said, tmp_path, header, warned):
    (tmp_path / "log.csv").write_text(f"{header}\n1,2,Denby\n3,4,Baker\n")
    code, screen = said("review", "import", "--no-quality", str(tmp_path / "log.csv"))
    assert (code, "WARNING" in screen) == (0, warned)


def test_a_preview_shows_columns_codes_and_dates_and_writes_nothing(run, tmp_path):
    (tmp_path / "log.csv").write_text(THEIRS)
    code, told = run("review", "preview", str(tmp_path / "log.csv"), "--column", "Div=handler")
    [file] = told["files"]
    assert (code, file["rows_there"], file["rows"], file["ignored_columns"]) == (0, 4, 2, ["oic", "shoe_size"])
    assert {"heading": "App No", "column": "reference", "by": "table"} in file["columns"]
    assert {"heading": "Div", "column": "handler", "by": "mapping"} in file["columns"]
    assert {code["written"]: code["read_as"] for code in file["codes"]["outcome"]} == {
        "NFA - nothing to disclose": "nothing_to_disclose", "NFA": None,
    }  # fmt: skip
    forms = [(form["form"], form["example"], form["read_as"]) for form in file["dates"]["received_on"]]
    assert forms == [("9.9.99", "9.6.19", "2019-06-09"), ("99.9.99", "10.6.19", "2019-06-10")]
    assert {form["example"] for form in file["dates"]["b_dob"]} == {""}
    assert (run("review", "imports")[1], run("review", "mappings")[1]) == ([], [])


def test_a_preview_makes_no_home(tmp_path, capsys):
    (tmp_path / "log.csv").write_text(THEIRS)
    assert main(["review", "preview", str(tmp_path / "log.csv"), "--home", str(tmp_path / "home")]) == 0
    assert "NFA -> NOT KNOWN (1 row)" in capsys.readouterr().out
    assert not (tmp_path / "home").exists()


def test_a_map_is_a_file_or_words_and_is_listed_changed_and_forgotten(run, tmp_path):
    (tmp_path / "log.csv").write_text(THEIRS)
    (tmp_path / "map.toml").write_text('[columns]\n"Div" = ""\n[codes.outcome]\n"NFA" = "withdrawn"\n')
    importing = ("review", "import", "--no-quality", str(tmp_path / "log.csv"))
    code, told = run(*importing, "--map", str(tmp_path / "map.toml"), "--code", "route:RTA=right_to_ask")
    assert (code, told["files"][0]["unknown_codes"]) == (0, {})
    [kept] = run("review", "mappings")[1]
    assert kept["codes"] == {"outcome": {"NFA": "withdrawn"}, "route": {"RTA": "right_to_ask"}}
    [changed] = run("review", "mappings", "--register", "log", "--column", "Div=register")[1]
    assert changed["columns"] == {"DIV": "register"}
    assert run(*importing)[1]["registers"] == {"C": 2}
    assert run("review", "mappings", "--register", "log", "--forget")[0] == 0
    assert run("review", "mappings")[1] == []
    for words, reason in (
        (("--column", "Box 7=b_surname"), "no_such_heading"), (("--column", "Div=shoe"), "unknown_column"),
        (("--code", "outcome:NFA=nfa"), "unknown_code"), (("--map", str(tmp_path / "none.toml")), "no_such_file"),
        (("--map", str(tmp_path / "log.csv")), "not_toml"),
    ):  # fmt: skip
        code, told = run(*importing, *words)
        assert (code, told["error"]["code"]) == (2, reason)


def test_an_import_is_listed_replaced_and_removed_by_commands(run, said, tmp_path):
    (tmp_path / "log.csv").write_text(THEIRS)
    (tmp_path / "new.csv").write_text(THEIRS.replace("Denby", "Denbie"))
    run("review", "import", "--no-quality", str(tmp_path / "log.csv"))
    [listed] = run("review", "imports")[1]
    code, screen = said("review", "import", "--no-quality", str(tmp_path / "new.csv"), "--replaces", listed["import"])
    assert (code, "1 corrected, 0 not in the new file" in screen) == (0, True)
    before, after = run("review", "imports")[1]
    assert (before["counts"], before["replaced_by"], after["counts"]) == (False, after["import"], True)
    code, screen = said("review", "remove", after["import"], "--reason", "wrong_file")
    assert (code, "no longer count" in screen) == (0, True)
    assert "removed: wrong file (operator)" in said("review", "imports")[1]
    assert run("review", "remove", after["import"], "--reason", "wrong_file")[1]["error"]["code"] == "already_ended"
    assert run("review", "progress")[1]["rows"] == 0
    assert run("audit", "verify")[1]["ok"]


def test_a_register_without_rows_is_a_register(run, tmp_path):
    (tmp_path / "list.csv").write_text(HEADER)
    code, told = run("review", "import", "--no-quality", str(tmp_path / "list.csv"))
    assert (code, told["rows"], told["findings"]) == (0, 0, {})


SEEN = (
    ("queue",),
    ("queue", "--by", "contact"),
    ("progress",),
    ("report",),
    ("people",),
    ("campaign", "list"),
    ("referrals",),
)


def test_the_review_is_kept_from_those_whose_cases_it_reviews_who_may_still_take_a_call(run, tmp_path, monkeypatch):
    (tmp_path / "list.csv").write_text(
        HEADER + "mailbox,R9,2019-01-01,Eve,Khan,Ian,Webb,1970-02-03,r1,r1,withdrawn,,\n"
    )
    assert run("review", "import", "--no-quality", str(tmp_path / "list.csv"))[0] == 0
    assert run("review", "triage")[0] == 0
    roles = {"r1": "researcher", "s1": "supervisor", "a1": "auditor", "v1": "review_lead"}
    tokens = dict[str, str]()
    for who, role in roles.items():
        state = run("staff", "add", who, "--role", role)[1]
        if state["state"] == "proposed":
            with monkeypatch.context() as own:
                own.setenv("CASEBOOK_TOKEN", tokens["s1"])
                state = run("staff", "confirm", who, "--as", "s1")[1]
        tokens[who] = state["token"]

    def as_(who, *words):
        with monkeypatch.context() as own:
            own.setenv("CASEBOOK_TOKEN", tokens[who])
            return run("review", *words, "--as", who)

    for who in ("r1", "s1"):
        for words in SEEN:
            code, told = as_(who, *words)
            assert (code, told["error"]["code"]) == (1, "not_permitted")
        code, told = as_(who, "enquiry", "R9")
        assert (code, told["contact_priority"], told["rank"]) == (0, "now", None)
        assert not told.keys() & {"failure_modes", "score", "reasons"}
    for who in ("a1", "v1"):
        assert [as_(who, *words)[0] for words in SEEN] == [0] * len(SEEN)
    assert as_("v1", "enquiry", "R9")[1]["rank"] == 1
    assert run("review", "queue")[0] == run("review", "report")[0] == 0  # the holder of the machine


@pytest.fixture
def from_noon(monkeypatch):
    """The real clock, set to noon on a Monday when the test begins: a plan has no window from 23:59 to midnight."""
    real, noon = clock.now, datetime(2026, 3, 2, 12, tzinfo=UTC)
    ahead = noon - real()
    monkeypatch.setattr(clock, "now", lambda: real() + ahead)


@pytest.mark.usefixtures("from_noon")
def test_a_person_is_reached_by_commands_only_as_their_plan_allows(run, tmp_path, monkeypatch):
    (tmp_path / "list.csv").write_text(HEADER + "mailbox,R9,2019-01-01,Eve,Khan,Ian,Webb,1970-02-03,h,h,withdrawn,,\n")
    run("review", "import", "--no-quality", str(tmp_path / "list.csv"))
    run("review", "triage")
    monkeypatch.setenv("CASEBOOK_TOKEN", run("staff", "add", "o1", "--role", "review_officer")[1]["token"])

    def step(rung, *words):
        code, told = run("review", "contact", "R9", "--progress", rung, "--note", "Canarynote", *words, "--as", "o1")
        return code, told["error"]["code"] if code else told["rung"]

    days = ("--days", "mon;tue;wed;thu;fri;sat;sun")
    always = (*days, "--start", "00:00;12:00", "--until", "12:00;23:59", "--code-word", "Canaryword")
    assert step("safe_plan") == (1, "plan_missing")
    assert step("safe_plan", "--channel", "phone", *days) == (2, "plan_missing")
    assert step("safe_plan", "--channel", "phone", *always, "--at", "2026-01-01T10:00:00Z") == (2, "not_a_contact")
    assert step("attempted", "--channel", "phone") == (1, "no_safe_plan")
    assert step("safe_plan", "--channel", "phone", *always) == (0, "safe_plan")
    assert step("attempted") == (1, "channel_missing")
    assert step("attempted", "--purpose", "arrange") == (2, "not_a_contact")
    assert step("attempted", "--channel", "phone", "--at", "yesterday") == (1, "bad_time")
    assert step("attempted", "--channel", "phone", "--at", "2019-01-01T10:00:00+00:00") == (1, "plan_is_later")
    assert step("attempted", "--channel", "phone", "--left-message", "yes") == (1, "no_messages")
    assert step("attempted", "--channel", "in_person") == (1, "unsafe_channel")
    code, told = run("review", "people", "R9", "--as", "o1")
    assert (code, told["plan"]["channel"], told["plan"]["code_word"]) == (0, "phone", "Canaryword")
    assert [each["rung"] for each in told["steps"]] == ["safe_plan"]
    assert run("review", "people", "no such", "--as", "o1")[0] == 1
    assert run("audit", "verify")[1]["ok"]


def test_no_command_tells_a_reviewer_whom_a_campaign_is_about_or_how_it_was_decided(
    run, tmp_path, monkeypatch, begun_home, capsys
):
    (tmp_path / "list.csv").write_text(
        HEADER
        + "mailbox,R9,2019-01-01,Eve,Khan,Ian,Webb,1970-02-03,HTARGET,STARGET,nothing_to_disclose,2019-01-09,CANARYTEXT\n"
    )
    run("review", "import", "--no-quality", str(tmp_path / "list.csv"))
    run("review", "triage")
    tokens = {who: run("staff", "add", who, "--role", "review_officer")[1]["token"] for who in ("o1", "o2")}
    run("review", "campaign", "open", "--kind", "handler", "--target", "HTARGET", "--because", "suspension")
    run("review", "campaign", "open", "--kind", "rule", "--target", "no_rationale", "--because", "rule_mended")
    [item] = run("review", "allocate")[1]["allocated"]
    who = item["reviewer"]

    def said(*words):
        with monkeypatch.context() as own:
            own.setenv("CASEBOOK_TOKEN", tokens[who])
            told = []
            for form in ([], ["--json"]):
                main([*words, *form, "--home", str(begun_home), "--as", who])
                told.append("".join(capsys.readouterr()))
            return "\n".join(told)

    targets = ("HTARGET", "STARGET", "suspension", "rule_mended", "nothing_to_disclose", "CANARYTEXT")
    for words in BLIND:
        # a report that may be published names ways of failing, of no application
        unsaid = targets if words == ("review", "report") else (*targets, "no_rationale", "source_missing")
        text = said(*words)
        assert not [word for word in unsaid if word in text], words
    (tmp_path / "own.json").write_text('{"decision": "disclose", "reasons": "as I see it"}')
    said("work", "do", item["item"], "--file", str(tmp_path / "own.json"))
    assert "HTARGET" in said("review", "dossier", "R9")


def test_closed_applications_of_the_casebook_come_in_by_a_word_and_a_call_without_any_is_wrong_usage(run):
    assert (run("review", "import")[0], run("review", "import")[1]["error"]["code"]) == (2, "no_file")
    code, told = run("review", "import", "--live", "--no-quality")
    assert (code, told["rows"], told["restricted"], told["files"][0]["new"]) == (0, 0, 0, False)
