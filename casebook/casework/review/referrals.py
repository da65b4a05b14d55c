"""Referrals to the regulator: a register of them, and its weekly export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from casebook.casework.core.acting import Act, reason_code
from casebook.casework.review import ranking, registers
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.review.cases import ReviewOutcome
from casebook.errors import WrongUsage
from casebook.storage.review import cases as work
from casebook.storage.tables import ReviewReferral

COLUMNS = ("week", "referred_on", "reference", "ground", "outcome", "modes", "regulator_reference")
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


def refer(act: Act, reference: str, *, ground: str, regulator_reference: str = "") -> ReviewReferral:
    """Record a referral of an application to the regulator. The same ground twice is one referral."""
    act.allowed(Command.REFER_REVIEW)
    application = ranking.called(act, reference)
    anchors = set(application.rows)
    for earlier in work.referrals(act.session):
        if earlier.anchor in anchors and earlier.ground == ground:
            return earlier
    referral = ReviewReferral(
        id=chain.identity("review_referral", application.rows[0], ground), anchor=application.rows[0],
        reference=reference, ground=reason_code(ground), regulator_reference=regulator_reference, made_at=act.now,
        made_by=act.actor.id,
    )  # fmt: skip
    act.session.add(referral)
    act.record(None, "review_referred", referral=referral.id, ground=ground)
    return referral


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def last_week(act: Act) -> str:
    return week_of(registers.today(act) - timedelta(days=7))


def check_week(text: str) -> str:
    """Check an ISO week, such as 2026-W23."""
    week = _WEEK.fullmatch(text)
    try:
        date.fromisocalendar(int(week[1]), int(week[2]), 1) if week else None
    except ValueError:
        week = None
    if week is None:
        raise WrongUsage("write the week as year and ISO week, such as 2026-W23")
    return text


def listing(act: Act, week: str | None) -> list[dict[str, str]]:
    """The referrals of a week, or all. The export is recorded in the ledger. Findings are hidden from blind reviewers."""
    act.allowed(Command.SEE_REVIEW)
    hidden = dict.fromkeys(("ground", "outcome", "modes"), "") if ranking.blind(act) else {}
    rows = [row | hidden for row in _rows(act) if week in {None, row["week"]}]
    act.record(None, "review_referrals_listed", week=week or "all", referrals=len(rows))
    return rows


def _rows(act: Act) -> Iterator[dict[str, str]]:
    concluded = {case.anchor: case for case in work.cases(act.session) if case.outcome}
    for referral in work.referrals(act.session):
        application = work.application_of(act.session, referral.anchor)
        anchors = application.rows if application else [referral.anchor]
        case = next((concluded[anchor] for anchor in anchors if anchor in concluded), None)
        made_on = referral.made_at.astimezone(registers.LONDON).date()
        yield {
            "week": week_of(made_on),
            "referred_on": made_on.isoformat(),
            "reference": application.reference if application else referral.reference,
            "ground": referral.ground,
            "outcome": (case.outcome if case else None) or "under_review",
            "modes": ";".join(case.modes) if case else "",
            "regulator_reference": referral.regulator_reference,
        }


def owed(act: Act) -> list[str]:
    """Applications with a finding of harm that were not referred to the regulator."""
    referred = {referral.anchor for referral in work.referrals(act.session)}
    references = []
    for case in work.cases(act.session):
        application = work.application_of(act.session, case.anchor)
        if case.outcome == ReviewOutcome.HARM and referred.isdisjoint(
            application.rows if application else [case.anchor]
        ):
            references.append(case.reference)
    return sorted(set(references))
