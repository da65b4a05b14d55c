"""What a week's look leads to: a question to professional standards with its evidence, answered, or escalated like anything else.

A signal is a question to be asked, not a finding. The name is visible to the role that asks it, and every view is in the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.answers import Answer, Answering, Answers, UnitDoing
from casebook.casework.review import campaigns, items, registers
from casebook.domain import authority, chain
from casebook.domain.actors import system
from casebook.domain.authority import Command
from casebook.domain.monitor.decision_monitor import ChartKind
from casebook.domain.review.cases import CampaignKind
from casebook.domain.vocabulary import Priority, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer, NotFound, Refused
from casebook.policies import monitor as policy
from casebook.storage.monitor import decisions as stored
from casebook.storage.people import touched_by
from casebook.storage.tables import MonitorRun, MonitorSignal, WorkItem

if TYPE_CHECKING:
    from casebook.monitor.weekly import ChannelReport, ChartSignal

SUSPENSION = "suspension"  # the channel of a question that no chart raised
UPHELD = frozenset({"look_back", "referred"})  # conclusions after which somebody's decisions teach no model

NOT_A_FINDING = (
    "This is a question to be asked, not a finding: a pattern can have many reasons, and chance is one of them."
)
ASKS: Mapping[str, str] = {
    ChartKind.DECISION: "Why were {observed} of {cases} decisions to disclose, where others would make {expected}?",
    ChartKind.YIELD: "Why did research on {cases} applications find something in {observed} ({expected} expected)?",
    ChartKind.SKIPPED_SOURCE: "Why was a mandatory source not searched in {observed} of {cases} cases ({expected} expected)?",
    ChartKind.UNCOVERED_VARIANT: "Why was an identity variant not searched in {observed} of {cases} cases ({expected} expected)?",
    ChartKind.REJECTED_CANDIDATE: "Why were {observed} of {cases} proposed matches rejected ({expected} expected)?",
    ChartKind.HURRIED: "Why were {observed} of {cases} searches quicker than nine in ten of others' ({expected} expected)?",
    ChartKind.DISAGREEMENT: "Why did {observed} of {cases} blind reviews reach another decision ({expected} expected)?",
    SUSPENSION: "Should what this person did be looked at again? They acted on {cases} applications.",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What came of one run."""

    run: str
    cases: int
    questions: int
    opened: int  # items; a question that repeats an open one joins it


def watch_inputs(act: Act) -> dict[str, Any]:
    """What a run reads: rows by channel, restarts, and whose decisions teach no model."""
    act.allowed(Command.ANALYSE)
    return {
        "rows": stored.rows(act.session), "resets": stored.resets(act.session), "in_question": in_question(act),
        "rules": policy.load().charts,
    }  # fmt: skip


def report_inputs(act: Act) -> dict[str, Any]:
    """The same for a report that names everybody, which nobody but professional standards sees."""
    act.allowed(Command.SEE_SIGNALS)
    act.record(None, "monitor_report_viewed")
    return watch_inputs(act)


def in_question(act: Act) -> frozenset[str]:
    """Staff about whom a question is open, or was last answered with a look-back or a referral."""
    rows = stored.signals(act.session)
    waiting = {row.staff_id for row in rows if row.conclusion is None}
    answered = sorted((row.answered_at, row.staff_id, row.conclusion) for row in rows if row.answered_at is not None)
    last = {name: conclusion for _, name, conclusion in answered}
    return frozenset(waiting | {name for name, conclusion in last.items() if conclusion in UPHELD})


def record(act: Act, reports: Sequence[ChannelReport]) -> RunResult:
    """Keep the run, the restarts and the questions; open an item for each question that is not open already."""
    act.allowed(Command.ANALYSE)
    questions = [each for report in reports for each in report.questions]
    run = MonitorRun(
        id=chain.identity("monitor_run", act.now.isoformat()), at=act.now, signals=len(questions),
        channels={str(report.channel): _said(report) for report in reports},
    )  # fmt: skip
    act.session.add(run)
    act.session.flush()
    opened = sum(_raise(act, run, each) for each in questions)
    cases = max((report.cases for report in reports), default=0)
    act.record(None, "monitor_run", run=run.id, cases=cases, signals=len(questions), opened=opened)
    return RunResult(run=run.id, cases=cases, questions=len(questions), opened=opened)


def _said(report: ChannelReport) -> dict[str, object]:
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
    said = (question.channel, question.side, question.judged)
    asked = [row for row in stored.signals(act.session) if (row.channel, row.side, row.staff_id) == said]
    waiting = next((row for row in asked if row.conclusion is None and row.joined_to is None), None)
    signal = MonitorSignal(
        id=chain.identity("monitor_signal", *said, case, at.isoformat()), run_id=run.id, channel=question.channel,
        side=question.side, staff_id=question.judged, on=at.date(), last_at=at, last_case=case,
        evidence=dict(question.evidence), joined_to=waiting.id if waiting else None, item_id=None, raised_at=act.now,
        conclusion=None, answered_by=None, answered_at=None,
    )  # fmt: skip
    _keep(act, signal)
    return waiting is None


def _keep(act: Act, signal: MonitorSignal) -> None:
    """With its item, unless it joins a question that waits. The item does not say whom it is about: queues are read by many."""
    if signal.joined_to is None:
        need = Need(
            kind=WorkKind.ANSWER_SIGNAL, key=signal.id, priority=Priority.HIGH,
            subject={"signal": signal.id, "channel": signal.channel, "side": signal.side},
            due_at=act.now + timedelta(days=policy.load().charts.answer_days.value),
        )  # fmt: skip
        item = items.open_item(act, need)
        act.session.flush()
        signal.item_id = item.id
    act.session.add(signal)
    act.session.flush()


def propose_look_back(act: Act, staff_id: str, *, touched: int) -> str:
    """A suspension asks whether what the person did is looked at again. Returns the signal's id."""
    signal = MonitorSignal(
        id=chain.identity("monitor_signal", SUSPENSION, staff_id, act.now.isoformat()), run_id=None, channel=SUSPENSION,
        side="none", staff_id=staff_id, on=act.now.date(), last_at=act.now, last_case="", evidence={"cases": touched},
        joined_to=None, item_id=None, raised_at=act.now, conclusion=None, answered_by=None, answered_at=None,
    )  # fmt: skip
    _keep(act, signal)
    act.record(None, "look_back_proposed", signal=signal.id)
    return signal.id


def listing(act: Act) -> list[dict[str, object]]:
    """Every question that stands by itself. Names for professional standards, whose view is in the ledger."""
    named = authority.why_not_allowed(act.actor, Command.SEE_SIGNALS) is None
    if not named:
        act.allowed(Command.ANALYSE)
    rows = stored.signals(act.session)
    joined = Counter(row.joined_to for row in rows)
    found = [_line(row, repeated=joined[row.id], named=named) for row in rows if row.joined_to is None]
    act.record(None, "signals_viewed", signals=len(found), named=named)
    return found


def show(act: Act, signal_id: str) -> dict[str, object]:
    """One question with its evidence and the name."""
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
    """What came of asking. Whoever is asked about does not answer."""

    conclusion: Literal["explained", "watched_on", "training", "look_back", "referred"] = Field(
        description="look_back starts one at once; after look_back and referred this person's decisions teach no model"
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
    """Look again at what the person of a signal did, in registers and in the casebook, by a campaign of the review."""
    act.allowed(Command.LOOK_BACK)
    signal = _find(act, signal_id)
    _refuse_own(act, signal)
    taken_in, campaign, code = _campaign(act, signal)
    touched = touched_by(act.session, signal.staff_id)
    act.record(None, "look_back_started", signal=signal.id, taken_in=taken_in, campaign=campaign, touched=len(touched))
    return {"signal": signal.id, "taken_in": taken_in, "campaign": campaign, "no_campaign": code, "touched": touched}


def _campaign(act: Act, signal: MonitorSignal) -> tuple[int, str | None, str | None]:
    """How many closed applications came in for it, and its id; where there is nothing to look at, the code of why not."""
    machine = replace(act, actor=system("monitor"))
    because = "suspension" if signal.channel == SUSPENSION else "monitor_signal"
    taken = registers.take_in_closed(machine)
    try:
        opened = campaigns.open_campaign(machine, CampaignKind.HANDLER, target=signal.staff_id, because=because)
    except Refused as refused:
        return taken.rows, None, refused.code
    return taken.rows, opened.id, None


def _find(act: Act, signal_id: str) -> MonitorSignal:
    found = act.session.get(MonitorSignal, signal_id)
    if found is None:
        item = act.session.get(WorkItem, signal_id)  # the id of its item will do
        found = act.session.get(MonitorSignal, str(item.subject.get("signal"))) if item else None
    if found is None:
        raise NotFound("there is no signal of that id")
    return found


def _refuse_own(act: Act, signal: MonitorSignal) -> None:
    if act.actor.id == signal.staff_id:
        refuse_because("about_you", "somebody else answers what is asked about oneself", InvalidAnswer)


ANSWERS: Answers = {WorkKind.ANSWER_SIGNAL: Answering(schema=SignalAnswered, unit_handler=_answered)}
