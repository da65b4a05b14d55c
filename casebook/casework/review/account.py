"""What the review can say of itself: how far it is, what it found, how sure its reviewers are, and what no list may hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.review import campaigns, ranking, referrals, registers
from casebook.casework.review import people as review_people
from casebook.casework.review.ranking import said
from casebook.domain.authority import Command
from casebook.domain.review import figures
from casebook.domain.review.cases import FAILURES, ReviewOutcome
from casebook.domain.review.evidence import FailureFamily
from casebook.domain.review.figures import Forecast, Pair, ReviewerAgreement, Share, Undetected
from casebook.domain.review.hidden_population import Hidden, estimate
from casebook.domain.review.ranking import ContactPriority
from casebook.errors import NotPermitted
from casebook.monitor import log_linear
from casebook.policies import review as review_policy
from casebook.storage.review import cases as work
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication, ReviewCase, ReviewOpinion

Groups = dict[str, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class ExaminedCases:
    """The applications people have concluded, each by its latest case."""

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
    """What is in, what is assessed, what people have examined, who waits to be reached, and when it may end."""
    act.allowed(Command.SEE_REVIEW)
    found, imports = examined(act), stored.imports(act.session)
    assessed = [row for row in found.rows if row.rank is not None and row.assessment]
    priorities = Counter(said(row, "contact_priority") for row in assessed)
    state, end = stored.state(act.session, stored.TRIAGED), forecast(act, found)
    return {
        "files": len(imports),
        "rows": sum(each.rows for each in imports),
        "applications": len(found.rows),
        "assessed": len(assessed),
        "waiting_for_triage": len(found.rows) - len(assessed),
        "triaged_at": state.at.isoformat() if state else None,
        "contact_priority": {name.value: priorities[name] for name in ContactPriority},
        "enquiries": len(ranking.asked_about(act.session)),
        "examined": len(found.latest),
        "in_hand": found.in_hand,
        "remaining": len(found.rows) - len(found.latest),
        "outcomes": campaigns.outcomes(found.cases),
        "forecast": _end(end),
        "people": review_people.progress(act),
        "referrals": {"made": len(work.referrals(act.session)), "owed": referrals.owed(act)},
        "campaigns": [campaigns.told(act, each) for each in work.campaigns(act.session)],
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


def forecast(act: Act, found: ExaminedCases) -> Forecast | None:
    """As fast as so far: from the first case opened to now."""
    began = [case.opened_at for case in work.cases(act.session)]
    return figures.forecast(
        concluded=len(found.latest),
        days=(act.now - min(began)).total_seconds() / 86_400 if began else 0.0,
        remaining=len(found.rows) - len(found.latest),
        today=registers.today(act),
        needs=review_policy.load().publishing.forecast_needs.value,
    )


@dataclass(frozen=True, kw_only=True)
class ReviewReport:
    applications: int
    examined: int
    public: bool
    shares: dict[str, tuple[Share, ...]]  # signs of failure, by the rules: mode, family, year, register (and handler)
    found: dict[str, tuple[Share, ...]]  # failures of service people found, of those examined; and the outcomes
    agreement: ReviewerAgreement
    undetected: Undetected | None
    forecast: Forecast | None
    people: dict[str, int | None]
    hidden: Hidden | None
    lists: dict[str, dict[str, int]]


def report(act: Act, *, internal: bool) -> ReviewReport:
    """For publication it names nobody and keeps back small cells; `internal` adds the rates by handler and every count.

    The internal one is not for whoever examines: it says of whom and of what most failures are.
    """
    if internal and ranking.blind(act):
        refuse_because(
            "blind", "whoever examines sees no rates by handler; the report without --internal is for all", NotPermitted
        )
    rows, found = ranking.triaged(act), examined(act)
    overlap = registers.reconcile_again(act).overlap
    pairs, looked = _pairs(act, found)
    return ReviewReport(
        applications=len(found.rows),
        examined=len(found.latest),
        public=not internal,
        shares=_told(_signs(rows, handlers=internal), internal=internal),
        found=_told(_failures(rows, found, handlers=internal), internal=internal),
        agreement=figures.agreement(pairs),
        undetected=_undetected(looked, internal=internal),
        forecast=forecast(act, found),
        people={name: _count(count, internal=internal) for name, count in review_people.progress(act).items()},  # type: ignore[arg-type]
        hidden=estimate(overlap.patterns, log_linear.fit),
        lists={
            "applications": overlap.lists,
            "missing": overlap.missing,
            "doubled": overlap.doubled,
            "only_in": overlap.only_in,
        },
    )


def _count(count: int, *, internal: bool) -> int | None:
    return count if internal or not 0 < count < review_policy.load().publishing.fewer_than.value else None


def _undetected(looked: Undetected | None, *, internal: bool) -> Undetected | None:
    if looked is None or looked.overturned is None:
        return looked
    return replace(looked, overturned=_count(looked.overturned, internal=internal))


def _told(tables: Mapping[str, Groups], *, internal: bool) -> dict[str, tuple[Share, ...]]:
    few = review_policy.load().publishing.fewer_than.value
    if internal:
        return {name: figures.rates(groups) for name, groups in tables.items()}
    return {
        name: figures.publishable(
            figures.rates(figures.pooled(groups, fewer_than=few) if name in {"year", "register"} else groups),
            fewer_than=few,
        )
        for name, groups in tables.items()
    }


def _signs(rows: Sequence[ReviewApplication], *, handlers: bool) -> dict[str, Groups]:
    modes = Counter(mode for row in rows for mode in said(row, "modes"))
    families = Counter(family for row in rows for family in set(said(row, "families")))

    def failing(row: ReviewApplication) -> bool:
        return FailureFamily.SERVICE.value in said(row, "families")

    return {
        "mode": {name: (count, len(rows)) for name, count in modes.items()},
        "family": {family.value: (families[family.value], len(rows)) for family in FailureFamily},
        "year": _by(rows, "year", failing),
        "register": _by(rows, "registers", failing),
        **({"handler": _by(rows, "handlers", failing)} if handlers else {}),
    }


def _failures(rows: Sequence[ReviewApplication], found: ExaminedCases, *, handlers: bool) -> dict[str, Groups]:
    looked_at = [row for row in rows if row.id in found.latest]
    modes = Counter(mode for case in found.cases for mode in case.modes)
    outcomes = campaigns.outcomes(found.cases)

    def failed(row: ReviewApplication) -> bool:
        return found.latest[row.id].outcome in FAILURES

    return {
        "outcome": {name: (count, len(found.latest)) for name, count in outcomes.items()},
        "mode": {name: (count, len(found.latest)) for name, count in modes.items()},
        "year": _by(looked_at, "year", failed),
        "register": _by(looked_at, "registers", failed),
        **({"handler": _by(looked_at, "handlers", failed)} if handlers else {}),
    }


def _by(rows: Iterable[ReviewApplication], name: str, failing: Callable[[ReviewApplication], bool]) -> Groups:
    """Of each group how many fail, of how many."""
    of, count = Counter[str](), Counter[str]()
    for row in rows:
        value = said(row, name)
        for group in value if isinstance(value, list) else [str(value) or "unknown"]:
            of[group] += 1
            count[group] += failing(row)
    return {group: (count[group], of[group]) for group in of}


def _pairs(act: Act, found: ExaminedCases) -> tuple[list[Pair], Undetected | None]:
    """What first and second reviewers said, and what that tells of those whom only one person looked at."""
    percent = review_policy.load().allocation.sampled_percent.value
    opinions = _found(work.opinions(act.session))
    pairs, tally = list[Pair](), Counter[str]()
    for case in found.cases:
        first, *others = [each.outcome or "" for each in opinions[case.id]]
        sound = first == ReviewOutcome.NO_FAILURE
        if others:
            pairs.append(
                Pair(first=first, second=others[0], chance=1.0 if sound and case.top else percent / 100 or 1.0)
            )
        if sound and not case.top:
            tally["sampled" if others else "once"] += 1
            tally["overturned"] += bool(others) and case.outcome in FAILURES
    looked = figures.undetected(sampled=tally["sampled"], overturned=tally["overturned"], looked_at_once=tally["once"])
    return pairs, looked


def _found(opinions: Mapping[str, Sequence[ReviewOpinion]]) -> dict[str, list[ReviewOpinion]]:
    whole: dict[str, list[ReviewOpinion]] = defaultdict(list)
    for case, given in opinions.items():
        whole[case] = [each for each in given if each.outcome]
    return whole
