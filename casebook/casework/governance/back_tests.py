"""Shows what another document would have changed in cases, past and open. Nothing is written but that somebody looked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import cast

from casebook import drawing, policies
from casebook.casework.core.acting import Act, refuse_because
from casebook.domain import back_test, words
from casebook.domain.authority import Command
from casebook.domain.back_test import Area, CaseChange, Effect
from casebook.domain.documents import DocumentKind
from casebook.domain.policy import Policy
from casebook.domain.risk.risk_model import RiskModel
from casebook.outside_text import plot_text
from casebook.policies import documents as files
from casebook.policies.documents import DocumentText
from casebook.storage.reporting import back_test as stored
from casebook.storage.reporting.back_test import TestedCase

GOVERN = frozenset(
    {DocumentKind.SCHEME, DocumentKind.RISK_MODEL}
)  # the kinds that limits, steps and priorities come from


@dataclass(frozen=True, kw_only=True)
class BackTest:
    """The result: how many cases were tested, how many would differ, and each thing that would."""

    document: str
    tested: int
    changed: int
    changes: Sequence[CaseChange]

    @property
    def counts(self) -> list[tuple[str, str, Effect, int]]:
        """Area, what and which way -> in how many cases, the most frequent first."""
        seen = Counter((change.area, change.what, change.effect) for change in set(self.changes))
        return [(*key, count) for key, count in sorted(seen.items(), key=lambda item: (-item[1], item[0]))]


def run(act: Act, document: DocumentText, *, since: datetime | None = None, open_only: bool = False) -> BackTest:
    """Test a document on every case since a moment, or on open cases only. Restricted cases are never tested.

    Raises Refused for a kind of document that limits, steps and priorities do not come from.
    """
    act.allowed(Command.BACK_TEST)
    result = _tested(act, document, since=since, open_only=open_only)
    act.record(None, "policy_back_tested", document=document.digest, kind=document.kind, tested=result.tested)
    return result


def effects(act: Act, document: DocumentText) -> BackTest | None:
    """What a recompute would change in open cases if the document was adopted; None if it governs none."""
    return _tested(act, document, since=None, open_only=True) if document.kind in GOVERN else None


def _tested(act: Act, document: DocumentText, *, since: datetime | None, open_only: bool) -> BackTest:
    if document.kind not in GOVERN:
        refuse_because(
            "nothing_to_test", f"no limit, step or priority of a case comes from: {words.DOCUMENT.of(document.kind)}"
        )
    later = files.read(document.kind, document.body, document.title)
    changes, tested = list[CaseChange](), 0
    for case in stored.cases(act.session, since=since, open_only=open_only):
        tested += 1
        changes += _changes(act, case, later)
    return BackTest(
        document=document.title, tested=tested, changed=len({change.reference for change in changes}), changes=changes
    )


def _changes(act: Act, case: TestedCase, later: object) -> list[CaseChange]:
    if isinstance(later, RiskModel):
        if case.inputs is None or case.model is None:
            return []
        earlier = act.documents.risk_model_named(case.model)
        return back_test.rescored(case.facts.reference, case.inputs, earlier, later)
    policy = act.documents.policy(case.policy)
    return back_test.changes(case.facts, policy, cast("Policy", later), _holidays, act.now)


def _holidays(policy: Policy) -> Container[date]:
    return policies.BankHolidays(policy)


def named(area: str, what: str) -> str:
    """The words of what changes."""
    code, _, of = what.partition(":")
    match Area(area):
        case Area.LIMIT:
            return words.LIMIT.of(code)
        case Area.WORK:
            return words.WORK.of(code) + (f", {words.STEP.of(of)}" if of else "")
        case Area.STEP:
            return words.STEP.of(code) + (f" ({words.SOURCE.of(of)})" if of else "")
        case Area.PRIORITY:
            return words.STEP.of(code) if code in words.STEP.words else words.reason(code)


def as_json(result: BackTest) -> dict[str, object]:
    """The result as a command prints it."""
    return {
        "document": result.document,
        "tested": result.tested,
        "changed": result.changed,
        "counts": [
            {"area": area, "what": what, "effect": effect, "cases": cases}
            for area, what, effect, cases in result.counts
        ],
        "changes": [asdict(change) for change in result.changes],
    }


def svg(result: BackTest, *, most: int = 20) -> str:
    """A bar for each thing that would differ: how many cases, safer or stricter in green, less so in red."""
    counts = result.counts[:most][::-1]

    def paint(figure: drawing.Figure) -> None:
        axes = figure.subplots()
        axes.set_title(plot_text(f"Changes under {result.document}: {result.changed} of {result.tested} cases differ"))
        colours = [
            drawing.GREEN if effect in {Effect.SAFER, Effect.STRICTER}
            else drawing.RED if effect in {Effect.LESS_SAFE, Effect.LESS_STRICT}
            else drawing.GREY
            for _, _, effect, _ in counts
        ]  # fmt: skip
        labels = [f"{named(area, what)}: {words.EFFECT.of(effect)}" for area, what, effect, _ in counts]
        axes.barh(range(len(counts)), [cases for *_, cases in counts], color=colours)
        axes.set_yticks(range(len(counts)), [plot_text(label) for label in labels])
        axes.set_xlabel("changes (green: safer or sooner due; red: less safe or later due)")

    return drawing.svg(paint, width=8.0, height=1.2 + 0.25 * max(len(counts), 1))
