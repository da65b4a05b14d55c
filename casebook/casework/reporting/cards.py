"""The card of an application for people who watch the engine: references, words and times, nothing personal."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from casebook.casework.core import clocks, work_items
from casebook.casework.core.acting import Act
from casebook.domain import words
from casebook.domain.standing import Standing
from casebook.domain.vocabulary import Stage
from casebook.outside_text import markdown_text
from casebook.storage.tables import Application, Clock, GateResult, LedgerEntry


def card(act: Act, reference: str) -> str:
    """The card in Markdown: standing, open work items, limits, gate results and timeline."""
    application = act.application(reference, lock=False)
    return "\n".join(_lines(act, application))


def _lines(act: Act, application: Application) -> Iterator[str]:
    items = work_items.open_work(act.session, application) if application.stage != Stage.CLOSED else []
    waiting = tuple(item.kind for item in items if item.blocking)
    standing = Standing(reference=application.reference, stage=Stage(application.stage), waiting_for=waiting)
    yield f"# {application.reference}: {standing.name}"
    yield ""
    stage, priority = words.STAGE.of(application.stage), words.PRIORITY.of(application.priority)
    yield f"Stage **{stage}** · priority **{priority}** ({markdown_text(words.reason(application.priority_reason))})\\"
    band = _or(words.BAND, application.band, "not scored yet")
    outcome = _or(words.OUTCOME, application.outcome, "none yet")
    yield f"route {words.ROUTE.of(application.route)} · band {band} · outcome {outcome}"
    yield "\n## Open work items\n"
    yield "| what | role | due | claimed | escalation level |\n|---|---|---|---|---|"
    for item in sorted(items, key=lambda item: (item.due_at is None, item.due_at or act.now)):
        late = " **overdue**" if item.due_at and item.due_at < act.now else ""
        claimed = "yes" if item.claimed_at else "no"
        what, role = words.WORK.of(item.kind), words.ROLE.of(item.role)
        yield f"| {what} | {role} | {_time(item.due_at)}{late} | {claimed} | {item.escalation_level} |"
    yield "\n## Time limits\n"
    yield "| limit | due | met |\n|---|---|---|"
    for clock in clocks.of(act, application):
        yield f"| {words.LIMIT.of(clock.limit_name)} | {_due(act, application, clock)} | {_met(clock)} |"
    yield "\n## Gates\n"
    yield "| checked | stage | outcome | failed |\n|---|---|---|---|"
    gate_results = select(GateResult).where(GateResult.reference == application.reference).order_by(GateResult.asked_at)
    for result in act.session.scalars(gate_results):
        failed = ", ".join(markdown_text(words.spelled(failure["code"])) for failure in result.results) or "-"
        yield f"| {_time(result.asked_at)} | {words.STAGE.of(result.stage)} | {words.GATE.of(result.outcome)} | {failed} |"
    yield "\n## Timeline\n"
    entries = select(LedgerEntry).where(LedgerEntry.chain == application.reference).order_by(LedgerEntry.sequence)
    for entry in act.session.scalars(entries):
        yield f"- {_time(entry.at)} {words.EVENT.of(entry.event)}{_about(entry)}"


def _due(act: Act, application: Application, clock: Clock) -> str:
    runs = clock.met_at is None and clock.ended_at is None and application.stage != Stage.CLOSED
    overdue = " **overdue**" if runs and clock.due_at and clock.due_at < act.now else ""
    return f"{_time(clock.due_at)}{overdue}"


def _met(clock: Clock) -> str:
    if clock.ended_at:
        return f"ended early {_time(clock.ended_at)}, not met"
    late = " **late**" if clock.met_at and clock.due_at and clock.met_at > clock.due_at else ""
    return f"{_time(clock.met_at)}{late}"


def _about(entry: LedgerEntry) -> str:
    """The most telling field of a ledger entry, in words."""
    key = next((key for key in ("kind", "to", "outcome", "cause", "because") if entry.body.get(key)), None)
    if key is None:
        return ""
    return f": {markdown_text(words.of_field(key, entry.body[key]))}"


def _or(vocabulary: words.Vocabulary, code: str | None, otherwise: str) -> str:
    return vocabulary.of(code) if code else otherwise


def _time(moment: object) -> str:
    return f"{moment:%d %b %Y %H:%M}" if moment else "-"
