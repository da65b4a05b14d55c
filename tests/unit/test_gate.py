"""The gate runner: every application gets its own verdict, and nothing that cannot be answered passes."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial

import pandas as pd
import pytest
from processes import forked

from casebook.domain.gates import GateFault, GateOutcome, Rule, Severity, judged, outcome, result_of
from casebook.domain.vocabulary import Role, WorkKind
from expectations import gate as gates
from expectations.gate import ask, ask_many
from expectations.suite import (
    Expectation,
    Frame,
    Gate,
    MayBeEmpty,
    RowCount,
    between,
    filled,
    in_order,
    matching,
    one_of,
    same,
    unique,
)

CANARY = "Quillfeather"


def rule(code: str, severity: Severity = Severity.CRITICAL, *, unwaivable: bool = False) -> Rule:
    return Rule(
        code=code,
        sentence=f"{code} is not right.",
        severity=severity,
        mend_kind=WorkKind.COMPLETE_DETAILS,
        mend_role=Role.INTAKE_OFFICER,
        unwaivable=unwaivable,
    )


GATE = Gate(
    "sample",
    frames=(
        Frame(
            name="application",
            columns=("reference", "name", "route", "score", "began", "ended"),
            rows=RowCount(rule=rule("application_absent", unwaivable=True), most=1),
            expectations=(
                filled("name", rule("name")),
                one_of("route", ["ask", "know"], rule("route")),
                between("score", 0, 10, rule("score", Severity.WARNING)),
                in_order("began", "ended", rule("order")),
            ),
        ),
        Frame(
            name="searches",
            columns=("reference", "source", "state", "asked", "answered"),
            rows=RowCount(rule=rule("no_searches"), least=2),
            expectations=(
                one_of("state", ["hit", "nil"], rule("state", unwaivable=True)),
                unique(["source"], rule("twice")),
                same("asked", "answered", rule("answered", Severity.INFO)),
            ),
        ),
        Frame(
            name="candidates",
            columns=("reference", "reader"),
            rows=MayBeEmpty(because="a nil return has no candidates"),
            expectations=(matching("reader", r"[a-z]\d", rule("reader")),),
        ),
    ),
)


def frames(reference: str = "r", **damage: object) -> dict[str, pd.DataFrame]:
    application = {"name": "N", "route": "ask", "score": 3, "began": 1, "ended": 2}
    search = {"state": "nil", "asked": 2, "answered": 2}
    given = {
        "application": [{"reference": reference, **application}],
        "searches": [{"reference": reference, "source": source, **search} for source in ("pnc", "pnd")],
        "candidates": [{"reference": reference, "reader": "a1"}],
    }
    for rows in given.values():
        rows[-1].update({column: value for column, value in damage.items() if column in rows[-1]})
    return {f.name: pd.DataFrame(given[f.name], columns=list(f.columns)) for f in GATE.frames}


def failing(verdict) -> set[str]:
    return {result.code for result in verdict.results if not result.success}


def test_an_application_in_order_passes_and_every_rule_was_asked():
    verdict = ask(GATE, frames())
    assert verdict.outcome is GateOutcome.PASSES
    assert [result.code for result in verdict.results] == [r.code for frame in GATE.frames for r in frame.rules]


@pytest.mark.parametrize(
    ("damage", "code", "expected"),
    [
        ({"name": None}, "name", GateOutcome.HELD),
        ({"name": " \t\u00a0"}, "name", GateOutcome.HELD),  # white space is not a name
        ({"route": None}, "route", GateOutcome.HELD),  # a null passes in_set
        ({"route": "else"}, "route", GateOutcome.HELD),
        ({"score": 11}, "score", GateOutcome.PASSES),  # a warning never holds
        ({"score": None}, "score", GateOutcome.PASSES),
        ({"ended": 0}, "order", GateOutcome.HELD),
        ({"ended": None}, "order", GateOutcome.HELD),
        ({"source": "pnc"}, "twice", GateOutcome.HELD),
        ({"answered": 1}, "answered", GateOutcome.PASSES),
        ({"state": ""}, "state", GateOutcome.HELD),
        ({"reader": "a1 "}, "reader", GateOutcome.HELD),  # the whole value, not a part
        ({"reader": "a1\n"}, "reader", GateOutcome.HELD),
    ],
)
def test_each_rule_catches_its_damage_alone(damage, code, expected):
    verdict = ask(GATE, frames(**damage))
    assert failing(verdict) == {code}
    assert verdict.outcome is expected


def test_an_empty_frame_holds_unless_it_says_that_it_may_be_empty():
    given = frames()
    assert failing(ask(GATE, {**given, "searches": given["searches"].iloc[:0]})) == {"no_searches"}
    assert failing(ask(GATE, {**given, "searches": given["searches"].iloc[:1]})) == {"no_searches"}
    assert ask(GATE, {**given, "candidates": given["candidates"].iloc[:0]}).outcome is GateOutcome.PASSES
    twice = pd.concat([given["application"]] * 2)
    assert "application_absent" in failing(ask(GATE, {**given, "application": twice}))


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (lambda f: f.pop("searches"), GateFault.MISSING_FRAME),
        (lambda f: f.update(searches=f["searches"].drop(columns="state")), GateFault.MISSING_COLUMN),
        (lambda f: f.update(application=f["application"].assign(score="three")), GateFault.RAISED),
    ],
)
def test_a_gate_that_cannot_answer_is_broken_and_neither_passes_nor_holds(broken, fault, caplog):
    given = frames(name=CANARY)
    broken(given)
    verdict = ask(GATE, given)
    assert verdict.outcome is GateOutcome.BROKEN
    assert {result.fault for result in verdict.faults} == {fault}
    assert verdict.holding == ()
    assert fault in caplog.text


def test_a_check_that_was_not_evaluated_breaks_the_gate(monkeypatch):
    real = gates.gx.ExpectationSuite
    monkeypatch.setattr(
        gates.gx, "ExpectationSuite", lambda name, expectations: real(name=name, expectations=expectations[1:])
    )
    verdict = ask(GATE, frames())
    assert verdict.outcome is GateOutcome.BROKEN
    assert GateFault.NOT_EVALUATED in {result.fault for result in verdict.faults}


def test_no_value_leaves_the_gate(caplog, capfd):
    verdict = ask(GATE, frames(name=" ", route=CANARY, state=CANARY, reader=CANARY, score=CANARY))
    assert verdict.holding != ()
    everything = json.dumps(asdict(verdict), default=str) + caplog.text + "".join(capfd.readouterr())
    assert CANARY not in everything


def test_a_waived_rule_no_longer_holds_but_an_unwaivable_one_does():
    assert ask(GATE, frames(name=None), waived={"name"}).outcome is GateOutcome.PASSES
    assert ask(GATE, frames(state=None), waived={"state"}).outcome is GateOutcome.HELD
    assert not ask(GATE, frames(name=None), waived={"name"}).results[1].success  # waived is not mended


def test_many_applications_at_once_get_the_verdicts_they_get_alone():
    damages = {
        "r1": {},
        "r2": {"name": " "},
        "r3": {"state": None, "source": "pnc"},
        "r4": {"score": 11},
        "r5": {"reader": ""},
        "r6": {},
    }
    alone = {reference: frames(reference, **damage) for reference, damage in damages.items()}
    together = {f.name: pd.concat([given[f.name] for given in alone.values()]) for f in GATE.frames}
    assert ask_many(GATE, together, alone) == {reference: ask(GATE, given) for reference, given in alone.items()}


def test_an_application_that_is_absent_from_a_frame_is_judged_on_its_absence():
    verdicts = ask_many(GATE, frames("here"), ["here", "gone"], waived={"gone": {"no_searches", "application_absent"}})
    assert verdicts["here"].outcome is GateOutcome.PASSES
    assert failing(verdicts["gone"]) == {"application_absent", "no_searches"}
    assert verdicts["gone"].outcome is GateOutcome.HELD  # application_absent cannot be waived


def test_one_application_that_breaks_a_check_does_not_break_its_neighbours():
    alone = {"good": frames("good"), "bad": frames("bad", score="three"), "held": frames("held", name="")}
    together = {f.name: pd.concat([given[f.name] for given in alone.values()]) for f in GATE.frames}
    verdicts = ask_many(GATE, together, alone)
    assert {reference: verdict.outcome.value for reference, verdict in verdicts.items()} == {
        "good": "passes",
        "bad": "broken",
        "held": "held",
    }


def test_a_row_of_an_application_nobody_asked_about_breaks_the_gate():
    verdicts = ask_many(GATE, frames("stranger"), ["asked"])
    assert verdicts["asked"].outcome is GateOutcome.BROKEN


def test_nothing_asked_is_broken_and_a_critical_rule_needs_somebody_to_mend_it():
    assert outcome([]) is GateOutcome.BROKEN
    assert judged("g", [result_of(rule("x"), frame="f")]).outcome is GateOutcome.PASSES
    with pytest.raises(ValueError, match="nobody"):
        Rule(code="x", sentence="x")


def test_a_suite_refuses_what_could_let_a_fault_through():
    checks = gates.gxe
    for check in (
        checks.ExpectColumnValuesToBeInSet(column="c", value_set=[1], mostly=0.9),
        checks.ExpectColumnSumToBeBetween(column="c", min_value=1),
        checks.ExpectColumnValuesToBeUnique(column="c"),
    ):
        with pytest.raises((TypeError, ValueError), match="x: "):
            Expectation(rule=rule("x"), checks=(check,))
    with pytest.raises(ValueError, match="code"):
        Gate("g", frames=(replace(GATE.frames[0]), replace(GATE.frames[0])))
    with pytest.raises(ValueError, match="MayBeEmpty"):
        RowCount(rule=rule("x"), least=0)


def is_own(number: int) -> bool:
    """Whether every second application passes, and the others are held by what is wrong with them and by nothing else."""
    damage = {} if number % 2 else {"name": ""} if number % 4 else {"state": "?", "score": 99}
    return failing(ask(GATE, frames(f"r{number}", **damage))) == set(damage)


def in_threads(first: int, count: int, threads: int) -> dict[int, bool]:
    """Number -> whether its verdict was its own; an application that got none is not in it."""
    answers: dict[int, bool] = {}
    together = threading.Barrier(threads)

    def work(mine: range) -> None:
        together.wait()
        for number in mine:
            answers[number] = is_own(number)

    # an odd number of threads: each asks about good and bad by turns
    workers = [threading.Thread(target=work, args=(range(first + n, first + count, threads),)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return answers


@pytest.mark.parametrize("share", [12, pytest.param(50, marks=pytest.mark.soak)])
def test_good_and_bad_applications_from_threads_and_processes_each_get_their_own_verdict(share):
    ask(GATE, frames())  # the forked processes inherit a used context, and must not use it
    with ExitStack() as stack:
        firsts = range(0, 3 * share, share)
        copies = [stack.enter_context(forked(partial(in_threads, first, share, threads=3))) for first in firsts]
        answers = in_threads(3 * share, share, threads=5)
        for result in copies:
            answers |= result(120)
    assert answers == dict.fromkeys(range(4 * share), True)
