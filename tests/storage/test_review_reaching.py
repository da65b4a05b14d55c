"""Nobody whom the review must reach is contacted otherwise than by their plan, and only those who reach them read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import closed_cases
import pytest
from sqlalchemy import select
from staffing import REVIEWERS, actors, hire

from casebook.casework import work_queue
from casebook.casework.governance import governance
from casebook.casework.reporting import audit
from casebook.casework.review import account, allocation, people, reaching, registers, triage
from casebook.casework.safeguarding.contact import Contact, ContactRefused
from casebook.casework.safeguarding.details import SafeContactPlan
from casebook.domain.case.safe_contact import Purpose, Way
from casebook.domain.review.cases import ContactProgress
from casebook.domain.vocabulary import Role
from casebook.errors import InvalidAnswer, NotPermitted, Refused
from casebook.storage.review import cases as asked
from casebook.storage.tables import LedgerEntry, ReviewContactStep, WorkItem

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
LONG_AFTER = datetime(2026, 9, 7, 12, 30, tzinfo=UTC)  # a Monday of summer: 13:30 on her clock
LIVE = "CL-2025-000000"
PLAN = SafeContactPlan(channel="phone", days=["mon"], windows=[("12:17", "14:00")], code_word="Canaryword")
PEOPLE = {name: REVIEWERS[name] for name in ("o1", "lead", "sup", "aud")} | {"h1": Role.REVIEW_LEAD}
WHO = actors(PEOPLE, competences=())


@pytest.fixture
def begun(acting, tmp_path, fill_once):
    """One application of a register, R0, handled by h1, and staff."""
    path = tmp_path / "list.csv"
    path.write_text(
        "reference,received_on,a_forename,a_surname,a_dob,b_forename,b_surname,b_dob,handler,outcome,decided_on\n"
        "R0,2019-03-01,Ann,Canaryone,1985-02-03,Bob,Canarytwo,1980-05-06,h1,nothing_to_disclose,2019-03-20\n"
    )

    def fill():
        with acting() as act:
            hire(act, PEOPLE)
            registers.import_file(act, path)
        triage.triage(acting)

    fill_once("one application of a register", fill)


@pytest.fixture
def closed(acting, sql, begun):
    """Beside it an application of the casebook; what it says of safe contact with A, as columns of SQL."""

    def make(**plan):
        closed_cases.insert(sql, [(LIVE, "chair-1", "not_disclosed", MONDAY - timedelta(days=90), 0)])
        if plan:
            sql(
                "INSERT INTO safe_contact (id, reference, party, channel, days, windows, voicemail, confirmed_at,"
                " confirmed_by) VALUES (:id, :r, 'a', :c, '[\"mon\"]', '[[\"12:17\", \"14:00\"]]', false, :at, 'i1')",
                id=f"{LIVE}:a", r=LIVE, c=plan["channel"], at=plan["at"],
            )  # fmt: skip
        with acting() as act:
            registers.take_in_closed(act)
        triage.triage(acting)

    return make


@pytest.fixture
def take(acting, begun):
    """o1 takes a step. `way`: of a contact."""

    def step(rung, *, now=NOON, reference="R0", plan=None, purpose=Purpose.OTHER, **way):
        made = Contact(party="a", purpose=purpose, way=Way(**{"at": now, **way}), reached=True) if way else None
        with acting(WHO["o1"], now=now) as act:
            return reaching.step(act, reference, rung, note="Canarynote", plan=plan, made=made).rung

    return step


@pytest.fixture
def seen(acting):
    def look(who="lead", *, now=NOON, reference="R0"):
        with acting(WHO[who], now=now) as act:
            return reaching.person(act, reference)

    return look


def refusals(acting):
    with acting() as act:
        query = select(LedgerEntry).where(LedgerEntry.event == "contact_refused").order_by(LedgerEntry.sequence)
        return [(each.chain, each.actor, each.body) for each in act.session.scalars(query)]


UNSAFE = {
    "outside_window": {"now": NOON.replace(hour=14), "channel": "phone"},  # the end is no longer inside
    "outside_window (another day)": {"now": NOON + timedelta(days=1), "channel": "phone"},
    "unsafe_channel": {"channel": "text"},
    "unsafe_channel (never agreed)": {"channel": "in_person"},
    "no_messages": {"channel": "phone", "leaves_message": True},
    "plan_is_later": {"channel": "phone", "at": MONDAY - timedelta(days=7) + timedelta(hours=2, minutes=30)},
    "stale_plan": {"now": LONG_AFTER, "channel": "phone"},
}


@pytest.mark.parametrize("rung", [ContactProgress.ATTEMPTED, ContactProgress.REACHED])
@pytest.mark.parametrize("case", UNSAFE)
def test_a_contact_outside_the_plan_is_refused_and_only_that_stands_in_the_ledger(take, acting, seen, rung, case):
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    with pytest.raises(ContactRefused) as refused:
        take(rung, **UNSAFE[case])
    code = case.partition(" ")[0]
    assert refused.value.code == code
    [(chain, actor, said)] = refusals(acting)
    assert (chain, actor, said["reason"], said["rung"]) == ("house", "o1", code, rung)
    assert said.keys() == {"contact", "rung", "purpose", "channel", "reason", "occurred_at"}
    told = seen()
    assert (told["rung"], len(told["steps"])) == ("safe_plan", 1)


def test_a_contact_inside_the_plan_is_kept_with_it_and_names_nobody_in_the_ledger(take, acting, sql):
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    assert take(ContactProgress.ATTEMPTED, channel="phone") == "attempted"
    assert take(ContactProgress.REACHED, now=NOON + timedelta(hours=3), channel="phone", at=NOON) == "reached"
    assert (
        take(ContactProgress.SAFEGUARDED, now=NOON + timedelta(hours=9)) == "safeguarded"
    )  # by an arrest: nobody was contacted
    with acting() as act:
        rows = act.session.scalars(select(ReviewContactStep).order_by(ReviewContactStep.number)).all()
        assert [each.occurred_at for each in rows] == [None, NOON, NOON, None]
        assert [each.plan["windows"] for each in rows[:3]] == [[["12:17", "14:00"]]] * 3
        assert rows[3].plan is None
        said = json.dumps([each.body for each in act.session.scalars(select(LedgerEntry))])
        assert not [word for word in ("Canary", "12:17") if word in said]
        assert not audit.verify(act).broken
    sql(
        "UPDATE review_contact_step SET plan = jsonb_set(plan, '{windows}', '[[\"00:00\", \"23:59\"]]') WHERE number = 2"
    )
    with acting() as act:
        assert [each.what for each in audit.verify(act).broken] == [f"review_contact_step:{rows[1].id}"]


def test_a_contact_without_any_plan_is_refused_and_stands_in_the_ledger(take, acting):
    with pytest.raises(ContactRefused) as refused:
        take(ContactProgress.ATTEMPTED, channel="phone")
    assert refused.value.code == "no_safe_plan"
    with acting() as act:
        [entry] = act.session.scalars(select(LedgerEntry).where(LedgerEntry.event == "contact_refused"))
        assert (entry.actor, entry.body["reason"]) == ("o1", "no_safe_plan")


def test_who_was_reached_stays_so_when_a_later_call_fails(take):
    take(ContactProgress.SAFE_PLAN, plan=PLAN, now=MORNING)
    take(ContactProgress.REACHED, channel="phone")
    assert take(ContactProgress.ATTEMPTED, channel="phone", now=NOON + timedelta(minutes=5)) == ContactProgress.REACHED
    assert take(ContactProgress.SAFEGUARDED) == ContactProgress.SAFEGUARDED


def test_a_plan_that_the_casebook_withdraws_allows_no_contact_any_more(closed, take, seen, sql):
    closed(channel="phone", at=MONDAY - timedelta(days=1))
    take(ContactProgress.SAFE_PLAN, reference=LIVE)
    sql("UPDATE safe_contact SET channel = NULL")
    with pytest.raises(ContactRefused) as refused:
        take(ContactProgress.ATTEMPTED, reference=LIVE, channel="phone")
    assert (refused.value.code, seen(reference=LIVE)["now"]) == ("no_plan", "no_plan")


def test_what_two_people_said_since_outlives_the_casebooks_older_plan(closed, take, acting):
    closed(channel="phone", at=MONDAY - timedelta(days=1))
    take(ContactProgress.NOT_CONTACTABLE, reference=LIVE)
    with acting(WHO["lead"], now=NOON) as act:
        reaching.step(act, LIVE, ContactProgress.NOT_CONTACTABLE, note="I agree")
    with pytest.raises(Refused) as refused:
        take(ContactProgress.SAFE_PLAN, reference=LIVE)
    assert refused.value.code == "plan_missing"


def test_safeguarding_that_was_a_contact_is_held_to_the_plan(take):
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    take(ContactProgress.REACHED, channel="phone")
    with pytest.raises(ContactRefused) as refused:
        take(ContactProgress.SAFEGUARDED, channel="text")
    assert refused.value.code == "unsafe_channel"


def test_nothing_is_written_down_of_tomorrow(take):
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    with pytest.raises(InvalidAnswer) as refused:
        take(ContactProgress.REACHED, channel="phone", at=NOON + timedelta(minutes=1))
    assert refused.value.code == "in_the_future"


def test_they_are_met_once_for_each_time_it_was_agreed_over_the_safe_channel(take):
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    take(ContactProgress.REACHED, channel="phone")
    with pytest.raises(ContactRefused):  # reached, and nothing agreed
        take(ContactProgress.REACHED, now=NOON + timedelta(minutes=10), channel="in_person")
    take(ContactProgress.REACHED, now=NOON + timedelta(minutes=20), channel="phone", purpose=Purpose.ARRANGE)
    take(ContactProgress.REACHED, now=NOON + timedelta(minutes=30), channel="in_person")
    with pytest.raises(ContactRefused) as refused:
        take(ContactProgress.SAFEGUARDED, now=NOON + timedelta(minutes=40), channel="in_person")
    assert refused.value.code == "unsafe_channel"


def test_who_is_not_reached_agrees_to_nothing(take):
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    take(ContactProgress.ATTEMPTED, channel="phone", purpose=Purpose.ARRANGE)
    with pytest.raises(ContactRefused):
        take(ContactProgress.REACHED, now=NOON + timedelta(minutes=10), channel="in_person")


def test_an_old_plan_is_asked_for_again_and_confirmed_by_whoever_answers(take, seen):
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    assert seen(now=LONG_AFTER)["ask_plan_again"]
    take(ContactProgress.ATTEMPTED, now=LONG_AFTER, channel="phone", asks_plan_again=True)
    assert seen(now=LONG_AFTER)["now"] == "stale_plan"  # nobody answered
    take(ContactProgress.REACHED, now=LONG_AFTER, channel="phone", asks_plan_again=True)
    assert seen(now=LONG_AFTER)["now"] == "safe"


def test_a_step_of_before_plans_were_kept_is_no_plan(take, sql):
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    sql("UPDATE review_contact_step SET plan = NULL")
    with pytest.raises(ContactRefused) as refused:
        take(ContactProgress.ATTEMPTED, channel="phone")
    assert refused.value.code == "no_plan"
    take(ContactProgress.SAFE_PLAN, now=NOON, plan=PLAN)
    assert take(ContactProgress.ATTEMPTED, channel="phone") == "attempted"


@pytest.mark.parametrize("bad", [{"days": ["someday"]}, {"windows": [("14:00", "12:17")]}, {"windows": [("9", "10")]}])
def test_a_plan_that_the_rule_cannot_read_is_refused(take, bad):
    with pytest.raises(InvalidAnswer) as refused:
        take(ContactProgress.SAFE_PLAN, plan=PLAN.model_copy(update=bad))
    assert refused.value.code == "bad_plan"


def test_a_safe_plan_says_how(take):
    with pytest.raises(Refused) as refused:
        take(ContactProgress.SAFE_PLAN)
    assert refused.value.code == "plan_missing"


def test_the_plan_that_the_casebook_holds_serves_and_is_as_old_as_it_is_there(closed, take, seen, acting):
    closed(channel="phone", at=MONDAY - timedelta(days=100))
    take(ContactProgress.SAFE_PLAN, now=MORNING, reference=LIVE)
    told = seen(reference=LIVE)
    assert (told["plan"]["windows"], told["now"]) == ([["12:17", "14:00"]], "stale_plan")
    with pytest.raises(ContactRefused):
        take(ContactProgress.REACHED, reference=LIVE, channel="phone")
    take(ContactProgress.REACHED, reference=LIVE, channel="phone", asks_plan_again=True)
    with acting() as act:
        viewed = select(LedgerEntry.actor).where(LedgerEntry.chain == LIVE, LedgerEntry.event == "review_person_viewed")
        assert act.session.scalars(viewed).all() == ["lead"]


@pytest.mark.parametrize("spoiled", ["channel = NULL", "party = 'c'"])
def test_what_the_casebook_holds_of_others_or_without_a_channel_is_no_plan(closed, take, sql, spoiled):
    closed(channel="phone", at=MONDAY - timedelta(days=10))
    sql(f"UPDATE safe_contact SET {spoiled}")
    with pytest.raises(Refused) as refused:
        take(ContactProgress.SAFE_PLAN, reference=LIVE)
    assert refused.value.code == "plan_missing"


def test_a_restricted_applications_plan_is_neither_taken_nor_shown(closed, take, seen, sql):
    closed(channel="phone", at=MONDAY - timedelta(days=10))
    take(ContactProgress.SAFE_PLAN, now=MORNING, reference=LIVE)
    sql("UPDATE application SET restricted = true")
    with pytest.raises(Refused) as refused:
        seen(reference=LIVE)
    assert refused.value.code == "gone"
    with pytest.raises(Refused) as refused:
        take(ContactProgress.SAFE_PLAN, reference=LIVE)
    assert refused.value.code == "plan_missing"


def test_where_a_register_joins_a_restricted_application_its_plan_is_not_shown_either(closed, take, seen, sql):
    closed(channel="phone", at=MONDAY - timedelta(days=10))
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    sql("UPDATE review_contact_step SET plan = plan || jsonb_build_object('of', CAST(:r AS text))", r=LIVE)
    sql("UPDATE application SET restricted = true")
    with pytest.raises(NotPermitted) as refused:
        seen()
    assert refused.value.code == "restricted"


def test_who_looked_at_how_somebody_is_reached_has_not_seen_what_was_decided(closed, take, seen, acting):
    closed(channel="phone", at=MONDAY - timedelta(days=10))
    take(ContactProgress.SAFE_PLAN, now=MORNING, reference=LIVE)
    seen("o1", reference=LIVE)
    with acting() as act:
        given = {each["reference"]: each["reviewer"] for each in allocation.allocate(act).allocated}
    assert given[LIVE] == "o1"


def test_the_plan_is_told_to_who_may_act_on_it_and_to_no_list(take, seen, acting):
    take(ContactProgress.SAFE_PLAN, now=MORNING, plan=PLAN)
    told = seen("o1")
    assert (told["plan"]["code_word"], told["now"], told["next_safe"]) == ("Canaryword", "safe", NOON.isoformat())
    for who, code in (("sup", "not_permitted"), ("aud", "not_permitted"), ("h1", "conflict")):
        with pytest.raises(NotPermitted) as refused:
            seen(who)
        assert refused.value.code == code
    with acting(WHO["lead"], now=NOON) as act:
        lists = [
            people.listing(act),
            account.progress(act),
            vars(account.report(act, internal=True)),
        ]
        text = json.dumps(lists, default=str)
        assert "safe_plan" in text
        assert not [word for word in ("Canary", "12:17", "phone") if word in text]
    with acting() as act:
        viewed = select(LedgerEntry.chain, LedgerEntry.actor).where(LedgerEntry.event == "review_person_viewed")
        assert act.session.execute(viewed).tuples().all() == [("house", "o1")]


def test_a_plan_taken_from_an_application_goes_with_it_whosever_ladder_it_is_on(closed, take, acting):
    closed(channel="phone", at=MONDAY - timedelta(days=10))
    take(ContactProgress.SAFE_PLAN, now=MORNING, reference=LIVE)
    take(ContactProgress.ATTEMPTED, reference=LIVE, channel="phone")
    with acting() as act:
        [contact] = [each for each in asked.contacts(act.session) if each.reference == LIVE]
        contact.anchor = "a row of a register that the application was joined with"
        act.record(None, "test_changed")
    for who in ("sup", "aud"):
        with acting(WHO[who]) as act:
            governance.dispose(act, LIVE, reason="time_is_over")
    with acting() as act:
        steps = act.session.scalars(select(ReviewContactStep)).all()
        assert [(each.plan, each.note) for each in steps] == [(None, "")] * 2


def test_who_is_looked_at_again_gets_a_plan_or_none(take, acting):
    take(ContactProgress.NOT_CONTACTABLE)
    with acting(WHO["lead"]) as act:
        [item] = act.session.scalars(select(WorkItem.id).where(WorkItem.kind == "look_again_at_contact"))
    with pytest.raises(Refused) as refused, acting(WHO["lead"], now=MORNING) as act:
        work_queue.do(act, item, {"rung": "safe_plan", "note": "her mother knows"})
    assert refused.value.code == "plan_missing"
    with acting(WHO["lead"], now=MORNING) as act:
        work_queue.do(act, item, {"rung": "safe_plan", "note": "her mother knows", "plan": PLAN.model_dump()})
    assert take(ContactProgress.ATTEMPTED, channel="phone") == "attempted"
