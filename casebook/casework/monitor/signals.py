"""Signals of the weekly monitor: questions to professional standards, with evidence. Unanswered ones escalate.

A signal is a question, not a finding. Only the role that asks it sees the name, and every view is recorded in the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from casebook.casework.core import unit_items
from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, UnitDoing
from casebook.casework.review import campaigns, registers
from casebook.domain import authority, chain
from casebook.domain.actors import system
from casebook.domain.authority import Command
from casebook.domain.monitor.decision_monitor import ChartKind
from casebook.domain.review.cases import CampaignKind
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer, NotFound, Refused
from casebook.storage.monitor import decisions as stored
from casebook.storage.people import touched_by
from casebook.storage.tables import MonitorRun, MonitorSignal, WorkItem

if TYPE_CHECKING:
    from casebook.monitor.weekly import ChannelReport, ChartSignal

SUSPENSION = "suspension"  # the channel of a question that a suspension raised, not a chart
UPHELD = frozenset({"look_back", "referred"})  # after these conclusions a person's decisions are left out of the models

NOT_A_FINDING = "This is a question, not a finding. A pattern can have many reasons, and chance is one of them."
ASKS: Mapping[str, str] = {
    ChartKind.DECISION: "Why were {observed} of {cases} decisions to disclose, where {expected} were expected?",
    ChartKind.YIELD: "Why did research on {cases} applications find something in {observed} ({expected} expected)?",
    ChartKind.SKIPPED_SOURCE: "Why was a mandatory source not searched in {observed} of {cases} cases ({expected} expected)?",
    ChartKind.UNCOVERED_VARIANT: "Why was an identity variant not searched in {observed} of {cases} cases ({expected} expected)?",
    ChartKind.REJECTED_CANDIDATE: "Why were {observed} of {cases} proposed matches rejected ({expected} expected)?",
    ChartKind.HURRIED: "Why were {observed} of {cases} searches quicker than nine in ten of others' ({expected} expected)?",
    ChartKind.DISAGREEMENT: "Why did {observed} of {cases} blind reviews reach another decision ({expected} expected)?",
    ChartKind.FOUND_AT_CHECK: "Why did {observed} of {cases} dip-checks of open cases find a fault ({expected} expected)?",
    SUSPENSION: "Should this person's work be looked at again? They acted on {cases} applications.",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """The result of one run of the monitor."""

    run: str
    cases: int
    questions: int
    opened: int  # new work items; a question that repeats an open one is joined to it


def watch_inputs(act: Act) -> dict[str, Any]:
    """The inputs of a run: rows by channel, restarts, and whose decisions are left out of the models."""
    act.allowed(Command.ANALYSE)
    return {
        "rows": stored.rows(act.session), "resets": stored.resets(act.session), "in_question": in_question(act),
        "rules": act.documents.monitor(act.now).charts,
    }  # fmt: skip


def report_inputs(act: Act) -> dict[str, Any]:
    """The same inputs for the report with names, which only professional standards can see."""
    act.allowed(Command.SEE_SIGNALS)
    act.record(None, "monitor_report_viewed")
    return watch_inputs(act)


def in_question(act: Act) -> frozenset[str]:
    """Staff with an open question, or whose last question was answered with a look-back or a referral."""
    rows = stored.signals(act.session)
    open_about = {row.staff_id for row in rows if row.conclusion is None}
    answered = sorted((row.answered_at, row.staff_id, row.conclusion) for row in rows if row.answered_at is not None)
    last_conclusions = {name: conclusion for _, name, conclusion in answered}
    return frozenset(open_about | {name for name, conclusion in last_conclusions.items() if conclusion in UPHELD})


def record(act: Act, reports: Sequence[ChannelReport]) -> RunResult:
    """Record the run and its questions. Open a work item for each question that is not already open."""
    act.allowed(Command.ANALYSE)
    questions = [question for report in reports for question in report.questions]
    run = MonitorRun(
        id=chain.identity("monitor_run", act.now.isoformat()), at=act.now, signals=len(questions),
        channels={str(report.channel): _summary(report) for report in reports},
    )  # fmt: skip
    act.session.add(run)
    act.session.flush()
    opened = sum(_raise(act, run, question) for question in questions)
    cases = max((report.cases for report in reports), default=0)
    act.record(None, "monitor_run", run=run.id, cases=cases, signals=len(questions), opened=opened)
    return RunResult(run=run.id, cases=cases, questions=len(questions), opened=opened)


def _summary(report: ChannelReport) -> dict[str, object]:
    shown = report.calibration
    return {
        "cases": report.cases, "people": len(report.standing), "odds_ratio": report.odds_ratio,
        "arl0": round(report.arl0, 1), "thresholds": {str(side): limit for side, limit in report.thresholds.items()},
        "dispersion": round(report.dispersion, 4), "questions": len(report.questions),
        "unit_change": report.change and report.change.since.isoformat(),
        "calibration": {"intercept": shown.intercept, "slope": shown.slope, "brier": shown.brier, "tenths": shown.tenths},
    }  # fmt: skip


def _raise(act: Act, run: MonitorRun, question: ChartSignal) -> bool:
    at, case = question.at
    identity = (question.channel, question.side, question.judged)
    earlier = [row for row in stored.signals(act.session) if (row.channel, row.side, row.staff_id) == identity]
    open_signal = next((row for row in earlier if row.conclusion is None and row.joined_to is None), None)
    signal = MonitorSignal(
        id=chain.identity("monitor_signal", *identity, case, at.isoformat()), run_id=run.id, channel=question.channel,
        side=question.side, staff_id=question.judged, on=at.date(), last_at=at, last_case=case,
        evidence=dict(question.evidence), joined_to=open_signal.id if open_signal else None, item_id=None, raised_at=act.now,
        conclusion=None, answered_by=None, answered_at=None,
    )  # fmt: skip
    _keep(act, signal)
    return open_signal is None


def _keep(act: Act, signal: MonitorSignal) -> None:
    """Save a signal, with a work item unless it joins an open question. The item does not name the person: many read queues."""
    if signal.joined_to is None:
        need = Need(
            kind=WorkKind.ANSWER_SIGNAL, key=signal.id, priority=Priority.HIGH,
            subject={"signal": signal.id, "channel": signal.channel, "side": signal.side},
            due_at=act.documents.monitor(act.now).charts.answer_by(act.now),
        )  # fmt: skip
        item = unit_items.open_item(act, need)
        act.session.flush()
        signal.item_id = item.id
    act.session.add(signal)
    act.session.flush()


def propose_look_back(act: Act, staff_id: str, *, touched: int) -> str:
    """After a suspension, ask whether the person's work should be looked at again. Returns the id of the signal."""
    signal = MonitorSignal(
        id=chain.identity("monitor_signal", SUSPENSION, staff_id, act.now.isoformat()), run_id=None, channel=SUSPENSION,
        side="none", staff_id=staff_id, on=act.now.date(), last_at=act.now, last_case="", evidence={"cases": touched},
        joined_to=None, item_id=None, raised_at=act.now, conclusion=None, answered_by=None, answered_at=None,
    )  # fmt: skip
    _keep(act, signal)
    act.record(None, "look_back_proposed", signal=signal.id)
    return signal.id


def listing(act: Act) -> list[dict[str, object]]:
    """Every question, without repeats. Only professional standards see names. Every view is recorded in the ledger."""
    named = authority.why_not_allowed(act.actor, Command.SEE_SIGNALS) is None
    if not named:
        act.allowed(Command.ANALYSE)
    rows = stored.signals(act.session)
    joined = Counter(row.joined_to for row in rows)
    lines = [_line(row, repeated=joined[row.id], named=named) for row in rows if row.joined_to is None]
    act.record(None, "signals_viewed", signals=len(lines), named=named)
    return lines


def show(act: Act, signal_id: str) -> dict[str, object]:
    """One question, with its evidence and the name."""
    act.allowed(Command.SEE_SIGNALS)
    signal = _find(act, signal_id)
    _refuse_own(act, signal)
    act.record(None, "signal_viewed", signal=signal.id)
    joined = [row for row in stored.signals(act.session) if row.joined_to == signal.id]
    return {
        **_line(signal, repeated=len(joined), named=True),
        "asks": ASKS[signal.channel].format(**{"observed": "-", "expected": "-", **signal.evidence}),
        "note": NOT_A_FINDING,
        "evidence": signal.evidence,
        "again": [{"on": row.on.isoformat(), "evidence": row.evidence} for row in joined],
    }


def _line(row: MonitorSignal, *, repeated: int, named: bool) -> dict[str, object]:
    return {
        "signal": row.id, "channel": row.channel, "side": row.side, "on": row.on.isoformat(),
        "raised_at": row.raised_at.isoformat(), "item": row.item_id, "repeated": repeated, "conclusion": row.conclusion,
        "answered_at": row.answered_at.isoformat() if row.answered_at else None,
        **({"staff": row.staff_id} if named else {}),
    }  # fmt: skip


class SignalAnswered(Answer):
    """The answer to a signal. The person it is about cannot answer it."""

    conclusion: Literal["explained", "watched_on", "training", "look_back", "referred"] = Field(
        description="look_back starts one at once. After look_back or referred, this person's decisions are left out of models."
    )
    reasons: str = Field(min_length=1)


def _answered(doing: UnitDoing) -> None:
    act = doing.act
    signal = _find(act, str(doing.item.subject.get("signal")))
    _refuse_own(act, signal)
    joined = [row for row in stored.signals(act.session) if row.joined_to == signal.id]
    for row in (signal, *joined):
        row.conclusion, row.answered_by, row.answered_at = doing.answer.conclusion, act.actor.id, act.now
    act.record(None, "signal_answered", signal=signal.id, conclusion=signal.conclusion, together=1 + len(joined))
    if signal.conclusion == "look_back":
        look_back(act, signal.id)


def look_back(act: Act, signal_id: str) -> dict[str, object]:
    """Look again at the work of the person of a signal, in registers and in this casebook, by a review campaign."""
    act.allowed(Command.LOOK_BACK)
    signal = _find(act, signal_id)
    _refuse_own(act, signal)
    taken_in, campaign, code = _campaign(act, signal)
    touched = touched_by(act.session, signal.staff_id)
    act.record(None, "look_back_started", signal=signal.id, taken_in=taken_in, campaign=campaign, touched=len(touched))
    return {"signal": signal.id, "taken_in": taken_in, "campaign": campaign, "no_campaign": code, "touched": touched}


def _campaign(act: Act, signal: MonitorSignal) -> tuple[int, str | None, str | None]:
    """How many closed applications were taken in, and the id of the campaign, or the reason code why there is none."""
    machine = replace(act, actor=system("monitor"))
    because = "suspension" if signal.channel == SUSPENSION else "monitor_signal"
    taken = registers.take_in_closed(machine)
    try:
        opened = campaigns.open_campaign(machine, CampaignKind.HANDLER, target=signal.staff_id, because=because)
    except Refused as refused:
        return taken.rows, None, refused.code
    return taken.rows, opened.id, None


def _find(act: Act, signal_id: str) -> MonitorSignal:
    signal = act.session.get(MonitorSignal, signal_id)
    if signal is None:
        item = act.session.get(WorkItem, signal_id)  # the id of its work item is accepted too
        signal = act.session.get(MonitorSignal, str(item.subject.get("signal"))) if item else None
    if signal is None:
        raise NotFound("there is no signal with this id")
    return signal


def _refuse_own(act: Act, signal: MonitorSignal) -> None:
    if act.actor.id == signal.staff_id:
        refuse_because("about_you", "this signal is about you: another person must answer it", InvalidAnswer)


ANSWERS: Answers = {WorkKind.ANSWER_SIGNAL: Answering(schema=SignalAnswered, unit_handler=_answered)}
