"""What may be done about an application beside its work: two people where two are asked for, and nobody who is not named."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from early_ends import SAID, UNSAID
from sqlalchemy import inspect, select
from staffing import STAFF
from walking import ROW

from casebook.case_page.page import page
from casebook.casework import work_queue
from casebook.casework.governance import early_ending, governance
from casebook.casework.reporting import audit, viewing
from casebook.casework.sweep import wakes
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role, Stage
from casebook.errors import Refused
from casebook.storage.tables import Application, Base, Disposal, LedgerEntry, StatedReason

PEOPLE = {**STAFF, "head2": Role.HEAD_OF_UNIT, "chief": Role.CHIEF_OFFICER, "audit": Role.AUDITOR}
CANARY = "Zyxcanary"


@contextmanager
def refused(code):
    """The reason code being what programs rely on."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


@pytest.fixture
def people():
    return PEOPLE


@pytest.fixture
def reference(unit):
    return unit.receive({**ROW, "external_id": "G-1"})


@pytest.fixture
def does(unit, reference):
    """`does("head", governance.hold)`: one act of one person on the application."""

    def do(who, use_case, **words):
        words = words or {"reason": "known_to_staff"}
        with unit.acting(who) as act:
            return use_case(act, reference, **words)

    return do


@pytest.fixture
def looked_up(unit, reference):
    def look(name):
        with unit.store.session() as session:
            return getattr(session.get_one(Application, reference), name)

    return look


def seen_by(unit, who):
    """References that somebody finds in the two lists."""
    with unit.acting(who) as act:
        listed = {row["reference"] for row in viewing.listing(act)}
        waiting = {item.reference for item in work_queue.waiting(act).items}
    return listed | waiting


def test_a_restricted_application_is_for_those_who_are_named(unit, reference, does):
    assert reference in seen_by(unit, "supervise")
    does("research", governance.restrict)
    for stranger in ("supervise", "intake", "chief", "audit"):
        assert seen_by(unit, stranger) == set()
        with refused("restricted"), unit.acting(stranger) as act:
            viewing.show(act, reference)
        with refused("restricted"):
            does(stranger, governance.report_danger)
    for named in ("research", "head", "head2"):
        assert reference in seen_by(unit, named)


def test_nobody_does_or_claims_the_work_of_an_application_they_are_not_named_for(unit, does):
    unit.now = unit.now.replace(month=4)
    other = unit.receive({**ROW, "external_id": "G-2", "b_dob": "", "b_surname": ""})
    with unit.acting("research") as act:
        governance.restrict(act, other, reason="known_to_staff")
    (item, *_) = unit.open_items(other)
    for attempt in (lambda act: work_queue.claim(act, item.id), lambda act: work_queue.do(act, item.id, {})):
        with refused("restricted"), unit.acting("intake") as act:
            attempt(act)


def test_a_named_person_sees_it_and_a_name_that_is_none_is_refused(unit, reference, does):
    with refused("not_restricted"):
        does("research", governance.name_person, staff="intake")
    does("research", governance.restrict)
    with refused("not_found"):
        does("research", governance.name_person, staff="nobody")
    with refused("restricted"):
        does("supervise", governance.name_person, staff="supervise")  # nobody names themselves
    does("research", governance.name_person, staff="intake")
    assert seen_by(unit, "intake") >= {reference}
    with refused("already_restricted"):
        does("intake", governance.restrict)


def test_the_operator_sees_that_a_restricted_application_is_there_and_cannot_open_it(unit, reference, does):
    does("research", governance.restrict)
    with unit.acting() as act:
        assert [row["reference"] for row in viewing.listing(act)] == [reference]
        with refused("restricted"):
            viewing.show(act, reference)


def test_a_restriction_is_lifted_by_the_head_of_unit_and_a_second_person(does, looked_up):
    does("research", governance.restrict)
    does("head", governance.name_person, staff="supervise")
    with refused("not_permitted"):
        does("research", governance.lift)
    assert does("head", governance.lift)["proposed"] == "lift_restriction"
    assert looked_up("restricted")
    with refused("same_person"):
        does("head", governance.lift)
    assert looked_up("restricted")
    assert does("supervise", governance.lift)["restricted"] is False
    assert not looked_up("restricted")
    with refused("not_restricted"):
        does("head", governance.lift)


def test_two_who_are_not_the_head_of_unit_lift_nothing(does, looked_up):
    does("research", governance.restrict)
    for each in ("supervise", "supervise2"):
        does("head", governance.name_person, staff=each)
    does("supervise", governance.lift)
    with refused("not_permitted"):
        does("supervise2", governance.lift)
    assert looked_up("restricted")
    does("head", governance.lift)
    assert not looked_up("restricted")


@pytest.mark.parametrize("who", [role for role in PEOPLE if role not in {"supervise", "supervise2", "head", "head2"}])
def test_a_priority_is_lowered_by_supervisors_and_heads_only(does, who):
    does("inspect", wakes.make_urgent, reason="new_threat")
    with refused("not_permitted"):
        does(who, governance.lower_priority, to="standard", reason="safe_now")


def test_a_priority_is_lowered_by_two_people_and_never_raised_so(does, looked_up):
    does("intake", wakes.make_urgent, reason="new_threat")
    assert looked_up("priority") == "urgent"
    for to in ("urgent", "immediate", "nonsense", ""):
        with refused("not_lower"):
            does("supervise", governance.lower_priority, to=to, reason="safe_now")
    does("supervise", governance.lower_priority, to="high", reason="safe_now")
    assert looked_up("priority") == "urgent"
    with refused("same_person"):
        does("supervise", governance.lower_priority, to="high", reason="safe_now")
    does("head", governance.lower_priority, to="standard", reason="safe_now")  # another proposal: still one person each
    assert looked_up("priority") == "urgent"
    does("head", governance.lower_priority, to="high", reason="safe_now")
    assert looked_up("priority") == "high"


def test_a_withdrawal_takes_two_people_one_of_them_a_supervisor(does, looked_up):
    does("intake", early_ending.withdraw, reason="she asked", **SAID)
    with refused("same_person"):
        does("intake", early_ending.withdraw, reason="she asked", **SAID)
    with refused("supervisor_needed"):
        does("research", early_ending.withdraw, reason="she asked", **SAID)
    assert (looked_up("stage"), looked_up("outcome")) == (Stage.INTAKE, None)
    does("supervise", early_ending.withdraw, reason="she asked", **SAID)
    assert (looked_up("stage"), looked_up("outcome")) == (Stage.CLOSED, "withdrawn")
    with refused("closed"):
        does("supervise2", early_ending.withdraw, reason="she asked", **SAID)


NEXT_DOOR = {"force": "next_door", "accepted_by": "protection_desk", "their_reference": "42/123/26", **UNSAID}


def test_a_transfer_takes_two_people_who_name_the_same_force_and_one_is_a_supervisor(does, looked_up):
    assert does("intake", early_ending.transfer, **NEXT_DOOR)["proposed"].startswith("transfer:next_door")
    with refused("same_person"):
        does("intake", early_ending.transfer, **NEXT_DOOR)
    with refused("supervisor_needed"):
        does("research", early_ending.transfer, **NEXT_DOOR)
    for other in ({"force": "elsewhere"}, {"accepted_by": "front_desk"}, {"their_reference": "42/124/26"}):
        assert "proposed" in does("supervise", early_ending.transfer, **{**NEXT_DOOR, **other})
    assert (looked_up("stage"), looked_up("outcome")) == (Stage.INTAKE, None)
    does("supervise", early_ending.transfer, **NEXT_DOOR)
    assert (looked_up("stage"), looked_up("outcome")) == (Stage.CLOSED, "out_of_scope")
    assert looked_up("closing_reason") == "another_force"
    with refused("closed"):
        does("supervise2", early_ending.transfer, **NEXT_DOOR)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"force": ""}, "not_a_code"),
        ({"force": "Anna Smith"}, "not_a_code"),
        ({"accepted_by": "a:b"}, "not_a_code"),
        ({"their_reference": "Smith"}, "not_a_number"),
        ({"their_reference": "Anna Smith 1985"}, "not_a_number"),
    ],
)
def test_a_transfer_says_where_to_in_codes(does, wrong, code):
    with refused(code):
        does("supervise", early_ending.transfer, **{**NEXT_DOOR, **wrong})


TRANSFERRED = (early_ending.transfer, NEXT_DOOR)
WITHDRAWN = (early_ending.withdraw, {"reason": "she_asked", **SAID})


@pytest.mark.parametrize(("use_case", "words"), [TRANSFERRED, WITHDRAWN])
def test_nobody_s_application_ends_while_they_may_be_in_danger(unit, reference, does, looked_up, use_case, words):
    does("intake", use_case, **words)
    does("research", governance.report_danger, reason="new_threat")
    for who in ("intake", "supervise"):
        with refused("danger_open"):
            does(who, use_case, **words)
    (item,) = [each for each in unit.open_items(reference) if each.kind == "immediate_safeguarding"]
    unit.do(
        "inspect", item, {"actions": ["attended", "no_danger_found"], "incident_number": "I-1", "crime_alleged": True}
    )
    with refused("danger_open"):  # a crime was told and is not recorded
        does("supervise", use_case, **words)
    (item,) = [each for each in unit.open_items(reference) if each.kind == "record_crime"]
    unit.do("intake", item, {"crime_number": "C-1"})
    does("supervise", use_case, **words)
    assert looked_up("stage") == Stage.CLOSED


@pytest.mark.parametrize(("use_case", "words"), [TRANSFERRED, WITHDRAWN])
def test_an_early_end_says_what_it_left_undone_also_after_disposal(unit, does, reference, use_case, words):
    assert unit.carry(reference) == Stage.RECORD_CHECKS
    unit.carry(reference)
    waiting = sorted({item.kind for item in unit.open_items(reference)})
    assert waiting
    for who in ("intake", "supervise"):
        done = does(who, use_case, **words)
    assert done["undone"] == waiting
    assert set(done["limits_unmet"]) >= {"initial_checks", "face_to_face"}
    assert "whole_process" in done["limits_unmet"]  # neither an end nor another force's delivery is ours
    assert done["stages_unreached"] == ["risk_scoring", "panel_decision", "disclosure", "follow_up"]
    for who in ("supervise", "head"):
        does(who, governance.dispose, reason="time_is_over")
    shown = unit.shown("audit", reference)
    assert shown["left_undone"] | {name: done[name] for name in done if name != "reference"} == (shown["left_undone"])
    text = "\n".join(page(shown))
    assert "LEFT UNDONE" in text
    assert "face-to-face meeting" in text
    assert ("next_door" in text or "next door" in text) is (use_case is early_ending.transfer)


def test_where_it_went_is_a_referral_with_their_number(unit, does, reference):
    for who in ("intake", "supervise"):
        does(who, early_ending.transfer, **NEXT_DOOR)
    (row,) = unit.shown("head", reference)["referral"]
    assert (row["kind"], row["agency_reference"]) == ("another_force:next_door", "42/123/26")


def test_nobody_is_given_up_before_enough_attempts_were_made(does, looked_up):
    with refused("too_few_attempts"):
        does("intake", early_ending.no_engagement, reason="no answer")
    assert looked_up("stage") == Stage.INTAKE


def test_a_hold_ends_by_two_people(does, looked_up):
    does("supervise", governance.hold)
    assert looked_up("legal_hold")
    does("supervise", governance.release)
    with refused("same_person"):
        does("supervise", governance.release)
    assert looked_up("legal_hold")
    does("head", governance.release)
    assert not looked_up("legal_hold")


@pytest.fixture
def closed_with_canaries(unit, walked):
    """Make a whole life, with a word in every personal place that must be gone afterwards; gives its reference."""
    return lambda: walked(unit, {
        **ROW, "external_id": "G-9", "concern": f"{CANARY} concern", "a_surname": CANARY, "a_former_names": CANARY,
        "a_address": f"1 {CANARY} Street", "code_word": CANARY, "interpreter": CANARY, "immediate_danger": "yes",
        "a_email": f"{CANARY}@example.org", "children": "2019-01",
    })  # fmt: skip


def everything(unit, *, but=()):
    """Every value of every row, as text, by table and column."""
    with unit.store.session() as session:
        for mapper in Base.registry.mappers:
            if mapper.class_.__tablename__ in but:
                continue
            for row in session.scalars(select(mapper.class_)):
                for attribute in inspect(mapper.class_).column_attrs:
                    yield mapper.class_, row, attribute.key, getattr(row, attribute.key)


def test_disposal_takes_two_people_a_closed_application_and_no_hold(unit, does, closed_with_canaries):
    with refused("not_closed"):
        does("supervise", governance.dispose, reason="time is over")
    reference = closed_with_canaries()

    def dispose(who, **words):
        with unit.acting(who) as act:
            return governance.dispose(act, reference, reason="time is over", **words)

    with unit.acting("supervise") as act:
        governance.hold(act, reference, reason="complaint")
    with refused("legal_hold"):
        dispose("supervise")
    for who in ("supervise", "head"):
        with unit.acting(who) as act:
            governance.release(act, reference, reason="settled")
    with refused("not_permitted"):
        dispose("research")
    dispose("supervise")
    with refused("same_person"):
        dispose("supervise")
    assert dispose("audit")["disposed"] is True
    with refused("already_disposed"):
        dispose("head")


def test_disposal_leaves_nothing_personal_in_any_table_and_the_ledger_still_verifies(unit, closed_with_canaries):
    reference = closed_with_canaries()
    assert any(CANARY.lower() in str(value).lower() for *_, value in everything(unit))
    for who in ("supervise", "head"):
        with unit.acting(who) as act:
            governance.dispose(act, reference, reason="time is over")
    left = {
        (table.__tablename__, name)
        for table, _, name, value in everything(unit)
        if CANARY.lower() in str(value).lower()
    }
    assert left == set()
    still = {
        (table.__tablename__, name)
        for table, row, name, value in everything(unit, but=("source_person", "source_record"))
        if name in table.personal
        and getattr(row, "reference", None) == reference
        and value not in (None, "", [], {}, False)
    }
    assert still == set()
    with unit.acting() as act:
        assert audit.verify(act).broken == []
    with unit.store.session() as session:
        row = session.get_one(Disposal, reference)
        events = session.scalars(select(LedgerEntry.event).where(LedgerEntry.chain == reference)).all()
    assert {row.proposed_by, row.second_by} == {"supervise", "head"}
    assert "disposed" in events


def test_what_stays_of_a_disposed_application_can_be_listed_and_shown(unit, closed_with_canaries):
    reference = closed_with_canaries()
    for who in ("supervise", "head"):
        with unit.acting(who) as act:
            governance.dispose(act, reference, reason="time is over")
    shown = unit.shown("head", reference)
    assert shown["outcome"]
    assert CANARY.lower() not in str(shown).lower()


def test_the_ledger_s_own_words_hold_nothing_personal_even_of_a_whole_life(unit, closed_with_canaries):
    closed_with_canaries()
    with unit.store.session() as session:
        said = [str(row.body) for row in session.scalars(select(LedgerEntry))]
    assert [body for body in said if CANARY.lower() in body.lower() or "ottershaw" in body.lower()] == []


def test_the_operator_governs_nothing(does):
    for use_case in (
        governance.restrict,
        governance.hold,
        governance.dispose,
        early_ending.withdraw,
        governance.report_danger,
    ):
        with refused("not_permitted"):
            does(OPERATOR, use_case)


def test_an_application_that_is_not_there_is_told_so(unit):
    for use_case in (governance.hold, early_ending.withdraw, governance.dispose):
        with refused("not_found"), unit.acting("supervise") as act:
            use_case(act, "CL-2099-000001", reason="x")


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        ("new_threat", "new_threat", None),
        ("new_threat: he said he would come", "new_threat", "he said he would come"),
        ("Anna Smith said so", "in_words", "Anna Smith said so"),
        ("Anna: he is at the door", "in_words", "Anna: he is at the door"),
        ("new threat", "in_words", "new threat"),
    ],
)
@pytest.mark.parametrize(
    ("use_case", "event"),
    [(governance.restrict, "restricted"), (governance.hold, "legal_hold_set"),
     (governance.report_danger, "safeguarding_opened"), (wakes.make_urgent, "made_urgent")],
)  # fmt: skip
def test_a_reason_is_a_code_or_words_or_both_and_the_words_stay_out_of_the_ledger(
    unit, does, use_case, event, reason, code, words
):
    does("supervise", use_case, reason=reason)
    with unit.store.session() as session:
        kept = [(row.what, row.code, row.words) for row in session.scalars(select(StatedReason))]
        entries = session.scalars(select(LedgerEntry).where(LedgerEntry.event == event)).all()
        said = " ".join(str(entry.body) for entry in session.scalars(select(LedgerEntry)))
    assert kept == ([(event, code, words)] if words else [])
    assert [entry.body.get("reason", entry.body.get("cause")) for entry in entries][-1] == code
    assert words is None or words not in said


@pytest.mark.parametrize(
    "use_case", [governance.restrict, governance.hold, governance.report_danger, wakes.make_urgent]
)
def test_a_reason_is_never_left_out(does, use_case):
    with refused("reason_missing"):
        does("supervise", use_case, reason=" ")


def test_what_is_kept_long_enough_is_named_when_closure_and_watch_are_over_and_a_hold_is_named_too(
    received, acting, sql
):
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from casebook.casework.governance import retention  # noqa: PLC0415

    closed, day = datetime(2026, 3, 31, 12, tzinfo=UTC), timedelta(days=1)
    plain, watched, held, gone, waiting = (
        received(external_id=f"K-{number}", b_surname=f"Kept{number}") for number in range(5)
    )
    sql(
        "UPDATE application SET stage = 'closed', outcome = 'withdrawn', closed_at = :at WHERE reference <> :r",
        at=closed,
        r=waiting,
    )
    sql("UPDATE application SET legal_hold = true WHERE reference = :r", r=held)
    sql("UPDATE application SET disposed_at = :at WHERE reference = :r", at=closed, r=gone)
    sql(
        "INSERT INTO watch (reference, since, until) VALUES (:r, :at, :until)", r=watched, at=closed,
        until=closed + 365 * day,
    )  # fmt: skip

    def over(at):
        with acting(now=at) as act:
            return {each.reference: each.legal_hold for each in retention.propose(act)}

    six_years = closed.replace(year=2032)
    assert over(six_years - day) == {}
    assert sql("SELECT count(*) FROM notice WHERE reason = 'retention_over'").scalar() == 0
    assert over(six_years + day) == {plain: False, held: True}
    assert over(six_years + 366 * day) == {plain: False, held: True, watched: False}
    assert sql("SELECT count(*) FROM notice WHERE reason = 'retention_over'").scalar() == 2  # once a month
