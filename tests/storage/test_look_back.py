"""The look-back of each night: closed cases ranked, restricted ones examined by named people, and warnings before delivery."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime

import closed_cases
import pytest
import staffing
from sqlalchemy import select
from staffing import REVIEWERS, STAFF, actors
from walking import KNOWN, ROW

from casebook.casework import work_queue
from casebook.casework.governance import governance
from casebook.casework.record_checks import extracts
from casebook.casework.review import account, nightly, ranking
from casebook.cli.review.commands import progress_lines
from casebook.domain.actors import system
from casebook.domain.review.before_telling import why_warn
from casebook.domain.review.cases import CHECKLIST, ReviewOutcome, settled_among_named
from casebook.domain.vocabulary import Role, Source, Stage, WorkKind
from casebook.errors import AlreadyDone, NotPermitted, Refused
from casebook.policies import review as review_policy
from casebook.storage.case.extracts import PERSON_CELLS, RECORD_CELLS
from casebook.storage.tables import Application, Decision, LedgerEntry, Restriction, WorkItem

BEGAN = datetime(2025, 9, 1, 9, 0, tzinfo=UTC)
WHO = actors(REVIEWERS, competences=())
SOUND = {"outcome": "no_failure", "checklist": dict.fromkeys(CHECKLIST, "yes"), "explanation": "all was read"}
FAILED = SOUND | {"outcome": "service", "modes": ["undisclosed"]}
STANDS = {"result": "stands", "reason": "the record is about another man, and the panel saw it"}
BACK = {"result": "goes_back", "reason": "the panel did not have this record"}


def night(acting):
    return nightly.look_back(lambda: acting(system("review")))


# --- before anybody is told ---


@pytest.fixture
def decided(staffed, walked, tmp_path):
    """An application that waits to be told "nothing", while a source holds a grave record about its subject."""
    unit = staffed(STAFF)
    reference = walked(unit, {**ROW, "external_id": "X-1"}, Stage.DISCLOSURE)
    with unit.acting() as act:
        [decision] = act.session.scalars(select(Decision))
        decision.outcome = "nothing_to_disclose"
        act.record(act.application(reference), "decision_made", decision=decision.id)
    for what, fields, rows in (("p", PERSON_CELLS, KNOWN.persons), ("r", RECORD_CELLS, KNOWN.records["P1"])):
        with (tmp_path / what).open("w", newline="") as file:
            writer = csv.DictWriter(file, fields, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    with unit.acting() as act:
        extracts.load(act, Source.PNC, persons=tmp_path / "p", records=tmp_path / "r")
    return unit, reference


def warnings_of(unit):
    return [item for item in unit.open_items() if item.kind == WorkKind.CHECK_BEFORE_TELLING]


def test_a_supervisor_is_warned_once_of_a_nil_return_against_a_fact_before_it_is_told(decided):
    unit, reference = decided
    told = night(unit.acting)
    assert (told.untold, told.warned) == (1, 1)
    [item] = warnings_of(unit)
    assert (item.reference, item.role, item.blocking) == (reference, Role.SUPERVISOR, False)
    assert (item.subject["suspicion"], item.subject["person"]) == ("contradicted", "P1")
    assert not [word for word in ("Barry", "Ottershaw", "1985") if word in json.dumps(item.subject)]
    assert night(unit.acting).warned == 0
    assert len(warnings_of(unit)) == 1
    unit.do("supervise", item, STANDS)
    assert night(unit.acting).warned == 0  # it was looked at: the same is not asked again
    with unit.acting() as act:
        assert act.session.get_one(Application, reference).stage == Stage.DISCLOSURE
        assert not [
            entry for entry in act.session.scalars(select(LedgerEntry)) if "Ottershaw" in json.dumps(entry.body)
        ]


def test_what_goes_back_is_decided_again(decided):
    unit, reference = decided
    night(unit.acting)
    [item] = warnings_of(unit)
    unit.do("supervise", item, BACK)
    with unit.acting() as act:
        assert act.session.get_one(Application, reference).stage != Stage.DISCLOSURE
        assert act.session.scalars(select(Decision.superseded)).all() == [True]
    assert night(unit.acting).untold == 0


def test_whoever_chaired_it_does_not_look_at_the_warning(decided):
    unit, _ = decided
    night(unit.acting)
    [item] = warnings_of(unit)
    with unit.acting() as act:
        staffing.give(act, "chair", Role.SUPERVISOR)
    with pytest.raises(Refused) as refused:
        unit.do("chair", item, STANDS)
    assert refused.value.code == "same_person"


def test_once_it_is_told_it_does_not_go_back_and_the_warning_ends(decided):
    unit, reference = decided
    night(unit.acting)
    [item] = warnings_of(unit)
    unit.carry(reference)
    [delivery] = [each for each in unit.open_items(reference) if each.kind == WorkKind.DELIVER_NO_DISCLOSURE]
    unit.wait_for(delivery)
    unit.do("disclose", delivery, unit.answer("disclose", delivery))
    with pytest.raises(Refused) as refused:
        unit.do("supervise", item, BACK)
    assert refused.value.code == "told_already"
    assert night(unit.acting).untold == 0
    assert warnings_of(unit) == []
    with pytest.raises(AlreadyDone):
        unit.do("supervise", item, STANDS)


def test_what_the_review_would_hardly_suspect_is_no_warning(staffed, walked):
    unit = staffed(STAFF)
    walked(unit, {**ROW, "external_id": "X-1"}, Stage.DISCLOSURE)
    told = night(unit.acting)
    assert (told.untold, told.warned) == (1, 0)


@pytest.mark.parametrize(("chance", "warned"), [(0.24, None), (0.25, "refused"), (0.9, "refused")])
def test_the_chance_from_which_a_supervisor_is_warned_is_the_policys(chance, warned, assessed_as):
    assert why_warn(assessed_as(chance), review_policy.load().before_telling) == warned


@pytest.fixture
def assessed_as():
    from casebook.domain.review.ranking import Assessment  # noqa: PLC0415 - only here
    from casebook.domain.review.urgency import ContactPriority  # noqa: PLC0415 - only here

    empty = Assessment(
        score=1.0, chance=0.0, consequence=50.0, suspicion="refused", signs=(), person=None, stated=1.0, administrative=0.0,
        contact_priority=ContactPriority.NONE, urgency=0.0, modes=(), reasons=(), families=(),
    )  # fmt: skip
    return lambda chance: replace(empty, chance=chance)


# --- restricted ---


@pytest.fixture
def restricted(acting, sql, hire_reviewers):
    """Two closed applications, the first restricted to a lead and an officer."""
    closed_cases.insert(sql, closed_cases.unit(("chair-1", "chair-2"), each=1, failing="chair-1", start=BEGAN))
    hire_reviewers()
    with acting(WHO["boss"]) as act:
        governance.restrict(act, "CL-2025-000000", reason="subject_is_police_staff")
        for who in ("lead", "o1", "sup"):
            governance.name_person(act, "CL-2025-000000", staff=who)
    return "CL-2025-000000"


def mine(acting, who):
    with acting(WHO[who]) as act:
        return [item.id for item in work_queue.waiting(act).items if item.kind == WorkKind.REVIEW_RESTRICTED]


def do(acting, who, item, answer):
    with acting(WHO[who]) as act:
        work_queue.do(act, item, answer)


def counted(acting):
    with acting() as act:
        return account.progress(act)["restricted"]


def test_only_named_people_see_and_examine_it_and_no_list_shows_it(acting, restricted):
    assert (night(acting).asked, night(acting).asked) == (1, 0)
    with acting() as act:
        assert [row.reference for row in ranking.ranked(act)] == ["CL-2025-000001"]
        told = account.progress(act)
        lines = list(progress_lines(told))
        published = account.report(act, internal=False)
    assert told["applications"] == 1
    assert told["restricted"] == {"applications": 1, "examined": 0}
    assert restricted not in json.dumps(told) + " ".join(lines)
    assert published.restricted == {"applications": None, "examined": 0}
    assert (mine(acting, "o2"), mine(acting, "psd")) == ([], [])
    [item] = mine(acting, "lead")
    assert mine(acting, "o1") == [item]
    with pytest.raises(NotPermitted) as refused:
        do(acting, "o2", item, SOUND)
    assert refused.value.code == "restricted"


def test_no_failure_needs_a_second_named_person_and_the_graver_outcome_counts(acting, restricted):
    night(acting)
    [first] = mine(acting, "lead")
    do(acting, "lead", first, SOUND)
    assert counted(acting) == {"applications": 1, "examined": 0}
    [second] = mine(acting, "o1")
    with pytest.raises(Refused) as refused:
        do(acting, "lead", second, SOUND)
    assert refused.value.code == "same_person"
    do(acting, "o1", second, FAILED)
    assert counted(acting) == {"applications": 1, "examined": 1}
    assert (mine(acting, "o1"), night(acting).asked) == ([], 0)
    with acting() as act:
        [proposal] = act.session.scalars(select(WorkItem).where(WorkItem.kind == WorkKind.REVIEW_WATCH_PROPOSAL))
    assert proposal.reference == restricted
    with acting(WHO["sup2"]) as act:  # not named
        assert proposal.id not in [item.id for item in work_queue.waiting(act).items]
    with acting(WHO["sup"]) as act:
        assert proposal.id in [item.id for item in work_queue.waiting(act).items]
    do(acting, "sup", proposal.id, {"decision": "accept", "reason": "she may not know"})
    with acting() as act:
        opened = act.session.scalars(select(Application).where(Application.route == "right_to_know")).one()
        assert opened.restricted
        named = select(Restriction.staff_id).where(Restriction.reference == opened.reference)
        assert set(act.session.scalars(named)) == {"boss", "lead", "o1", "sup"}


def test_an_incomplete_finding_is_refused(acting, restricted):
    night(acting)
    [item] = mine(acting, "lead")
    for answer, code in (
        (SOUND | {"checklist": {}}, "checklist_incomplete"),
        (FAILED | {"modes": []}, "failure_without_modes"),
    ):
        with pytest.raises(Refused) as refused:
            do(acting, "lead", item, answer)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("act_of_theirs", "code"),
    [
        ("UPDATE approval SET approver = 'lead'", "approver_only_approves"),
        ("UPDATE decision SET chair = 'lead'", "conflict"),
    ],
)
def test_nobody_reviews_a_restricted_application_that_they_acted_on(acting, restricted, sql, act_of_theirs, code):
    night(acting)
    sql(f"{act_of_theirs} WHERE reference = 'CL-2025-000000'")
    [item] = mine(acting, "lead")
    with pytest.raises(NotPermitted) as refused:
        do(acting, "lead", item, SOUND)
    assert refused.value.code == code


def test_once_unrestricted_it_is_in_the_list_like_any_other(acting, restricted, sql):
    night(acting)
    sql("UPDATE application SET restricted = false")
    night(acting)
    assert mine(acting, "lead") == []
    with acting() as act:
        assert len(ranking.ranked(act)) == 2
    assert counted(acting) == {"applications": 0, "examined": 0}


@pytest.mark.parametrize(
    ("outcomes", "settled"),
    [
        ([], None),
        (["no_failure"], None),  # a second person must look
        (["administrative"], "administrative"),
        (["no_failure", "no_failure"], "no_failure"),
        (["no_failure", "service"], "service"),
        (["harm"], "harm"),
    ],
)
def test_the_graver_of_two_counts(outcomes, settled):
    assert settled_among_named([ReviewOutcome(outcome) for outcome in outcomes]) == settled
