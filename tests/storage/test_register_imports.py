"""Imports of registers: corrected, removed and imported again, doubled by nothing, and what people decided stays."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from casebook.casework.reporting import audit
from casebook.casework.review import files, mappings, ranking, registers, replacing, triage
from casebook.errors import NotFound, NotPermitted, Refused, WrongUsage
from casebook.storage.review import registers as stored
from casebook.storage.tables import LedgerEntry, ReviewImport, ReviewMapping, ReviewReferral, ReviewRow

HEADER = "reference,received_on,a_forename,a_surname,b_forename,b_surname,b_dob,handler,approver,outcome,rationale\n"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def line(number, **cells):
    usual = {
        "reference": f"DV-{number}", "received_on": f"2019-03-{number:02}", "a_forename": "Ann",
        "a_surname": f"Hill{LETTERS[number]}", "b_forename": "Karl", "b_surname": f"Denby{LETTERS[number]}",
        "b_dob": f"1985-01-{number:02}", "handler": "H1", "approver": "S1", "outcome": "nothing_to_disclose",
        "rationale": f"the panel saw all of it on day {number}",
    }  # fmt: skip
    return ",".join({**usual, **cells}.values()) + "\n"


@pytest.fixture
def taken_in(acting, tmp_path):
    """Import a file of these lines; gives the report."""

    def make(*lines, name="log.csv", replaces=None, header=HEADER, given=None, columns=None):
        (tmp_path / name).write_text(header + "".join(lines))
        with acting() as act:
            said = mappings.given(columns or {}, given or [])
            [file] = files.read(tmp_path / name, given=said, kept=mappings.kept(act))
            named = replacing.find(act, replaces) if replaces else None
            return registers.take_in(act, file, replaces=named)

    return make


@pytest.fixture
def look(acting):
    """What a review of the imports sees: applications by reference, with their numbers of rows."""

    def see():
        triage.triage(acting)
        with acting() as act:
            assert audit.verify(act).broken == []
            return {row.reference: len(row.rows) for row in stored.applications(act.session)}

    return see


def refused(code):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def ids(acting):
    with acting() as act:
        return {row["name"]: row["import"] for row in replacing.listing(act) if row["counts"]}


def test_a_corrected_file_replaces_its_rows_and_nothing_is_its_own_twin(taken_in, look, acting):
    taken_in(*map(line, range(1, 7)))
    report = taken_in(*map(line, range(1, 6)), line(6, b_surname="Denbie", outcome="withdrawn"), line(7))
    [replaced] = report.replaced
    assert (replaced.rows, replaced.corrected, replaced.gone, report.same_name) == (6, 1, (), ())
    assert look() == {f"DV-{number}": 1 for number in range(1, 8)}
    with acting() as act:
        assessments = [row.assessment for row in stored.applications(act.session)]
        found = {mode for assessment in assessments for mode in assessment["modes"]}
        assert not found & {"repeat_ignored", "copied_rationale"}
        assert [row["counts"] for row in replacing.listing(act)] == [False, True]
        assert act.session.scalar(select(func.count()).select_from(ReviewRow)) == 13  # the earlier ones stay, uncounted


def test_rows_that_a_corrected_file_leaves_out_are_named_and_count_no_more(taken_in, look):
    taken_in(*map(line, range(1, 7)))
    [replaced] = taken_in(*map(line, range(1, 4))).replaced
    assert replaced.gone == (5, 6, 7)
    assert len(look()) == 3


def test_a_register_of_the_same_name_with_other_people_counts_beside_the_first(taken_in, look):
    taken_in(*map(line, range(1, 7)))
    others = (
        line(n, a_surname=f"Else{LETTERS[n]}", b_surname=f"Webb{LETTERS[n]}", received_on="2021-05-06", b_dob="")
        for n in range(1, 7)
    )
    report = taken_in(*others)
    assert (report.replaced, len(report.same_name)) == ((), 1)
    assert len(look()) == 12


def test_a_file_of_another_name_replaces_an_import_that_is_named(taken_in, look, acting):
    taken_in(*map(line, range(1, 4)))
    before = ids(acting)["log"]
    report = taken_in(*map(line, range(1, 4)), line(4), name="log corrected.csv", replaces=before)
    assert ([replaced.import_id for replaced in report.replaced], len(look())) == ([before], 4)
    with refused("already_ended"):
        taken_in(line(1), name="log third.csv", replaces=before)


def test_a_doubled_register_is_mended_by_saying_afterwards_which_import_it_corrects(taken_in, look, acting):
    taken_in(*map(line, range(1, 4)))
    taken_in(*map(line, range(1, 4)), line(4), name="log new.csv")
    assert sum(look().values()) == 7
    taken_in(*map(line, range(1, 4)), line(4), name="log new.csv", replaces=ids(acting)["log"])
    assert look() == {f"DV-{number}": 1 for number in range(1, 5)}


def test_an_import_is_removed_with_a_reason_and_can_be_imported_again(taken_in, look, acting):
    taken_in(*map(line, range(1, 4)))
    taken_in(*map(line, range(5, 8)), name="other.csv")
    with acting() as act:
        told = replacing.remove(act, ids(acting)["other"], reason="wrong_file")
        assert (told["counts"], told["because"], told["ended_by"]) == (False, "wrong_file", "operator")
    assert set(look()) == {"DV-1", "DV-2", "DV-3"}
    with acting() as act, refused("already_ended"):
        replacing.remove(act, told["import"], reason="again")
    assert taken_in(*map(line, range(5, 8)), name="other.csv").new
    assert len(look()) == 6
    assert not taken_in(*map(line, range(5, 8)), name="other.csv").new
    with acting() as act:
        events = [
            entry.event
            for entry in act.session.scalars(select(LedgerEntry).where(LedgerEntry.event.like("register_%")))
        ]
    assert events.count("register_removed") == 1


def test_going_back_to_the_first_state_of_a_file_is_a_correction_too(taken_in, look):
    for lines in ((1, 2, 3), (2, 3, 1, 4), (1, 2, 3), (2, 3, 1, 4), (1, 2, 3)):
        taken_in(*map(line, lines))
        assert look() == {f"DV-{number}": 1 for number in lines}


@pytest.fixture
def worked_on(acting):
    """Something that people did about an application rests on its row."""

    def make(reference):
        with acting() as act:
            ranking.enquire(act, reference)
            row = ranking.called(act, reference).rows[0]
            act.session.add(
                ReviewReferral(
                    id=f"referral of {reference}", anchor=row, reference=reference, ground="harm", regulator_reference="1/26",
                    made_at=act.now, made_by="lead",
                )
            )  # fmt: skip
            act.record(None, "review_referred")

    return make


def test_an_import_on_which_something_rests_is_not_removed(taken_in, look, acting, worked_on):
    taken_in(*map(line, range(1, 4)))
    look()
    worked_on("DV-2")
    with acting() as act, refused("decision_rests"):
        replacing.remove(act, ids(acting)["log"], reason="wrong_file")
    assert len(look()) == 3


def test_what_rests_on_a_row_stays_with_the_corrected_row(taken_in, look, acting, worked_on):
    taken_in(*map(line, range(1, 4)))
    look()
    worked_on("DV-2")
    [replaced] = taken_in(line(1), line(3), line(2, b_surname="Denbie")).replaced
    assert replaced.look_again == ("DV-2",)
    look()
    with acting() as act:
        application = ranking.called(act, "DV-2")
        [referral] = act.session.scalars(select(ReviewReferral))
        assert referral.anchor in application.rows
        assert not ranking.asked_about(act.session).isdisjoint(application.rows)
        assert registers.past_of(act, application).b[0].surname == "Denbie"


def test_a_file_without_a_row_on_which_something_rests_replaces_nothing(taken_in, look, acting, worked_on):
    taken_in(*map(line, range(1, 4)))
    look()
    worked_on("DV-2")
    with refused("decision_rests"):
        taken_in(line(1), line(3))
    assert len(look()) == 3
    taken_in(line(1), line(3), name="another.csv")  # under another name both count
    assert look() == {"DV-1": 2, "DV-2": 1, "DV-3": 2}


def test_a_number_that_begins_no_import_or_several_is_told(acting, taken_in):
    taken_in(line(1))
    for name in ("", "zz", "0" * 12):
        with acting() as act, pytest.raises(NotFound):
            replacing.remove(act, name, reason="wrong_file")


def test_only_who_leads_the_review_removes_an_import(acting, taken_in, hire_reviewers, person):
    from casebook.domain.vocabulary import Role  # noqa: PLC0415

    taken_in(line(1))
    for role in set(Role) - {Role.REVIEW_LEAD, Role.OPERATOR, Role.SYSTEM}:
        with acting(person("somebody", role)) as act, pytest.raises(NotPermitted):
            replacing.remove(act, "a", reason="wrong_file")


THEIRS = "App No,Date rec'd,Box 7,Decision\n"


def test_a_mapping_is_kept_and_used_for_the_next_file_of_the_register(taken_in, look, acting):
    taken_in(
        "1,9.6.19,Denby,NFA\n", header=THEIRS, columns={"Box 7": "b_surname"}, given=[("outcome", "NFA", "withdrawn")]
    )
    report = taken_in("2,10.6.19,Baker,nfa\n", header=THEIRS, name="next year.csv")
    assert (report.findings.get("unknown_code"), report.ignored_columns) == (None, ())
    look()
    with acting() as act:
        pasts = [registers.past_of(act, row) for row in stored.applications(act.session)]
        assert {(past.b[0].surname, past.outcome) for past in pasts} == {("Denby", "withdrawn"), ("Baker", "withdrawn")}
        bodies = [
            entry.body
            for entry in act.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "register_mapping_kept"))
        ]
        assert [(body["columns"], body["codes"]) for body in bodies] == [(1, 1), (1, 1)]
        assert not [body for body in bodies if "Denby" in str(body) or "NFA" in str(body)]


def test_a_changed_mapping_reads_the_same_file_again_in_place_of_the_first_reading(taken_in, look, acting):
    taken_in("1,9.6.19,Denby,NFA\n", "2,10.6.19,Baker,NFA\n", header=THEIRS)
    report = taken_in("1,9.6.19,Denby,NFA\n", "2,10.6.19,Baker,NFA\n", header=THEIRS, columns={"Box 7": "b_surname"})
    assert [replaced.rows for replaced in report.replaced] == [2]
    assert len(look()) == 2
    report = taken_in(
        "1,9.6.19,Denby,NFA\n", "2,10.6.19,Baker,NFA\n", header=THEIRS, given=[("outcome", "NFA", "withdrawn")]
    )
    assert len(report.replaced) == 1
    look()
    with acting() as act:
        pasts = [registers.past_of(act, row) for row in stored.applications(act.session)]
        assert {past.outcome for past in pasts} == {"withdrawn"}
        assert (
            act.session.scalar(select(func.count()).select_from(ReviewImport).where(ReviewImport.ended_at.is_(None)))
            == 1
        )


def test_a_mapping_is_changed_and_forgotten(taken_in, acting):
    taken_in("1,9.6.19,Denby,NFA\n", header=THEIRS, columns={"Box 7": "b_surname"})
    with acting() as act:
        changed = mappings.change(act, "LOG", mappings.given({"Box 7": ""}, [("outcome", "NFA", "withdrawn")]))
    assert (changed["columns"], changed["codes"]) == ({"BOX7": ""}, {"outcome": {"NFA": "withdrawn"}})
    with acting() as act:
        mappings.forget(act, "log")
        assert act.session.scalars(select(ReviewMapping)).all() == []
    with acting() as act, pytest.raises(NotFound):
        mappings.change(act, "log", mappings.given({}, []))


def test_a_heading_that_is_in_no_file_is_wrong_usage(acting, tmp_path):
    (tmp_path / "log.csv").write_text(HEADER)
    said = mappings.given({"Box 7": "b_surname"}, [])
    with pytest.raises(WrongUsage):
        mappings.refuse_unused(said, files.read(tmp_path / "log.csv", given=said))


@pytest.mark.parametrize("rationale", ["", "N/A", "n/k", "-", ".", "none", "Not known", "TBC", "not recorded", "NIL"])
def test_a_blank_rationale_is_not_copied(taken_in, look, acting, rationale):
    taken_in(*(line(number, rationale=rationale) for number in range(1, 8)))
    look()
    with acting() as act:
        found = [row.assessment["modes"] for row in stored.applications(act.session)]
    assert all("no_rationale" in modes and "copied_rationale" not in modes for modes in found)
