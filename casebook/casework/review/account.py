"""Progress and report of the review: how far it is, what it found, reviewer agreement, and an estimate of unlisted applications."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.review import campaigns, ranking, referrals, registers, restricted, stopping
from casebook.casework.review import people as review_people
from casebook.casework.review.ranking import assessment_value
from casebook.domain.authority import Command
from casebook.domain.review import figures
from casebook.domain.review.cases import FAILURES, ReviewOutcome
from casebook.domain.review.evidence import FailureFamily
from casebook.domain.review.figures import Forecast, Pair, ReviewerAgreement, Share, Undetected
from casebook.domain.review.hidden_population import Hidden, estimate
from casebook.domain.review.urgency import ContactPriority
from casebook.errors import NotPermitted
from casebook.monitor import log_linear
from casebook.storage.review import cases as work
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication, ReviewCase, ReviewOpinion

Groups = dict[str, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class ExaminedCases:
    """The applications whose examination is concluded, each with its latest case."""

    rows: Sequence[ReviewApplication]
    latest: Mapping[str, ReviewCase]  # by application
    in_hand: int

    @property
    def cases(self) -> list[ReviewCase]:
        return list(self.latest.values())


def examined(act: Act) -> ExaminedCases:
    rows = stored.applications(act.session)
    by_row = {name: row.id for row in rows for name in row.rows}
    latest: dict[str, ReviewCase] = {}
    open_ones = set[str]()
    for case in work.cases(act.session):
        if (id_ := by_row.get(case.anchor)) is None:
            continue
        if case.concluded_at is None:
            open_ones.add(id_)
        elif id_ not in latest or case.concluded_at > (latest[id_].concluded_at or case.concluded_at):
            latest[id_] = case
    return ExaminedCases(rows=rows, latest=latest, in_hand=len(open_ones))


def progress(act: Act) -> dict[str, object]:
    """What was imported, assessed and examined, who is waiting to be reached, and when the review may end."""
    act.allowed(Command.SEE_REVIEW)
    examined_cases, imports = examined(act), stored.imports(act.session)
    assessed = [row for row in examined_cases.rows if row.rank is not None and row.assessment]
    priorities = Counter(assessment_value(row, "contact_priority") for row in assessed)
    state, end = stored.state(act.session, stored.TRIAGED), forecast(act, examined_cases)
    return {
        "files": len(imports),
        "rows": sum(register.rows for register in imports),
        "applications": len(examined_cases.rows),
        "assessed": len(assessed),
        "waiting_for_triage": len(examined_cases.rows) - len(assessed),
        "triaged_at": state.at.isoformat() if state else None,
        "contact_priority": {name.value: priorities[name] for name in ContactPriority},
        "enquiries": len(ranking.asked_about(act.session)),
        "examined": len(examined_cases.latest),
        "in_hand": examined_cases.in_hand,
        "remaining": len(examined_cases.rows) - len(examined_cases.latest),
        "outcomes": campaigns.outcomes(examined_cases.cases),
        "left": asdict(left) if (left := stopping.left(act, assessed, examined_cases.latest)) else None,
        "forecast": _end(end),
        "people": review_people.progress(act),
        "referrals": {"made": len(work.referrals(act.session)), "owed": referrals.owed(act)},
        "restricted": restricted.figures(act),
        "campaigns": [campaigns.told(act, campaign) for campaign in work.campaigns(act.session)],
    }


def _end(end: Forecast | None) -> dict[str, object] | None:
    if end is None:
        return None
    return {
        "end": end.end.isoformat(),
        "earliest": end.earliest.isoformat(),
        "latest": end.latest.isoformat() if end.latest else None,
        "a_day": end.a_day,
    }


def forecast(act: Act, examined_cases: ExaminedCases) -> Forecast | None:
    """When the review may end, at the pace since the first case was opened."""
    opened_at = [case.opened_at for case in work.cases(act.session)]
    return figures.forecast(
        concluded=len(examined_cases.latest),
        days=(act.now - min(opened_at)).total_seconds() / 86_400 if opened_at else 0.0,
        remaining=len(examined_cases.rows) - len(examined_cases.latest),
        today=registers.today(act),
        needs=act.documents.review(act.now).publishing.forecast_needs.value,
    )


@dataclass(frozen=True, kw_only=True)
class ReviewReport:
    applications: int
    examined: int
    public: bool
    shares: dict[str, tuple[Share, ...]]  # signs of failure, by the rules: mode, family, year, register (and handler)
    found: dict[str, tuple[Share, ...]]  # failures that reviewers found in examined applications, and the outcomes
    agreement: ReviewerAgreement
    undetected: Undetected | None
    forecast: Forecast | None
    people: dict[str, int | None]
    hidden: Hidden | None
    lists: dict[str, dict[str, int]]
    restricted: dict[str, int | None]  # in no list; what was found in them is told nowhere


def report(act: Act, *, internal: bool) -> ReviewReport:
    """The report. For publication it names nobody and omits small counts. `internal` adds rates by handler and all counts.

    Reviewers cannot see the internal report: it shows where most failures are.
    """
    if internal and ranking.blind(act):
        refuse_because(
            "blind", "reviewers cannot see rates by handler. Use the report without --internal", NotPermitted
        )
    few = 0 if internal else act.documents.review(act.now).publishing.fewer_than.value
    rows, examined_cases = ranking.triaged(act), examined(act)
    overlap = registers.reconcile_again(act).overlap
    pairs, undetected = _pairs(act, examined_cases)
    return ReviewReport(
        applications=len(examined_cases.rows),
        examined=len(examined_cases.latest),
        public=not internal,
        shares=_shares(_signs(rows, handlers=internal), few=few),
        found=_shares(_failures(rows, examined_cases, handlers=internal), few=few),
        agreement=figures.agreement(pairs),
        undetected=_undetected(undetected, few=few),
        forecast=forecast(act, examined_cases),
        people={name: _count(count, few=few) for name, count in review_people.progress(act).items()},  # type: ignore[arg-type]
        hidden=estimate(overlap.patterns, log_linear.fit),
        lists={
            "applications": overlap.lists,
            "missing": overlap.missing,
            "doubled": overlap.doubled,
            "only_in": overlap.only_in,
        },
        restricted={name: _count(count, few=few) for name, count in restricted.figures(act).items()},
    )


def _count(count: int, *, few: int) -> int | None:
    return count if not 0 < count < few else None


def _undetected(undetected: Undetected | None, *, few: int) -> Undetected | None:
    if undetected is None or undetected.overturned is None:
        return undetected
    return replace(undetected, overturned=_count(undetected.overturned, few=few))


def _shares(tables: Mapping[str, Groups], *, few: int) -> dict[str, tuple[Share, ...]]:
    if not few:
        return {name: figures.rates(groups) for name, groups in tables.items()}
    return {
        name: figures.publishable(
            figures.rates(figures.pooled(groups, fewer_than=few) if name in {"year", "register"} else groups),
            fewer_than=few,
        )
        for name, groups in tables.items()
    }


def _signs(rows: Sequence[ReviewApplication], *, handlers: bool) -> dict[str, Groups]:
    modes = Counter(mode for row in rows for mode in assessment_value(row, "modes"))
    families = Counter(family for row in rows for family in set(assessment_value(row, "families")))

    def failing(row: ReviewApplication) -> bool:
        return FailureFamily.SERVICE.value in assessment_value(row, "families")

    return {
        "mode": {name: (count, len(rows)) for name, count in modes.items()},
        "family": {family.value: (families[family.value], len(rows)) for family in FailureFamily},
        "year": _by(rows, "year", failing),
        "register": _by(rows, "registers", failing),
        **({"handler": _by(rows, "handlers", failing)} if handlers else {}),
    }


def _failures(rows: Sequence[ReviewApplication], examined_cases: ExaminedCases, *, handlers: bool) -> dict[str, Groups]:
    looked_at = [row for row in rows if row.id in examined_cases.latest]
    modes = Counter(mode for case in examined_cases.cases for mode in case.modes)
    outcomes = campaigns.outcomes(examined_cases.cases)

    def failed(row: ReviewApplication) -> bool:
        return examined_cases.latest[row.id].outcome in FAILURES

    return {
        "outcome": {name: (count, len(examined_cases.latest)) for name, count in outcomes.items()},
        "mode": {name: (count, len(examined_cases.latest)) for name, count in modes.items()},
        "year": _by(looked_at, "year", failed),
        "register": _by(looked_at, "registers", failed),
        **({"handler": _by(looked_at, "handlers", failed)} if handlers else {}),
    }


def _by(rows: Iterable[ReviewApplication], name: str, failing: Callable[[ReviewApplication], bool]) -> Groups:
    """Group -> how many fail, of how many."""
    of, count = Counter[str](), Counter[str]()
    for row in rows:
        value = assessment_value(row, name)
        for group in value if isinstance(value, list) else [str(value) or "unknown"]:
            of[group] += 1
            count[group] += failing(row)
    return {group: (count[group], of[group]) for group in of}


def _pairs(act: Act, examined_cases: ExaminedCases) -> tuple[list[Pair], Undetected | None]:
    """Outcomes by first and second reviewers, and what they suggest for applications that only one person examined."""
    percent = act.documents.review(act.now).allocation.sampled_percent.value
    opinions = _with_outcome(work.opinions(act.session))
    pairs, tally = list[Pair](), Counter[str]()
    for case in examined_cases.cases:
        first, *others = [opinion.outcome or "" for opinion in opinions[case.id]]
        no_failure = first == ReviewOutcome.NO_FAILURE
        if others:
            pairs.append(
                Pair(first=first, second=others[0], chance=1.0 if no_failure and case.top else percent / 100 or 1.0)
            )
        if no_failure and not case.top:
            tally["sampled" if others else "once"] += 1
            tally["overturned"] += bool(others) and case.outcome in FAILURES
    undetected = figures.undetected(
        sampled=tally["sampled"], overturned=tally["overturned"], looked_at_once=tally["once"]
    )
    return pairs, undetected


def _with_outcome(opinions: Mapping[str, Sequence[ReviewOpinion]]) -> dict[str, list[ReviewOpinion]]:
    concluded: dict[str, list[ReviewOpinion]] = defaultdict(list)
    for case, given in opinions.items():
        concluded[case] = [opinion for opinion in given if opinion.outcome]
    return concluded
