"""Campaigns: the whole register, one handler, one rule that was wrong, or a changed matching model, looked at again.

Each selects for itself, ranks as the review does, and closes with its own account. What another campaign has in hand is not
opened twice, and counts here too if it is concluded after this campaign began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from casebook.casework.core.acting import Act, reason_code, refuse_because
from casebook.casework.review import ranking
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.review import failure_modes
from casebook.domain.review.cases import CampaignKind, ReviewOutcome
from casebook.errors import NotFound
from casebook.storage import ledger
from casebook.storage.review import cases as work
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication, ReviewCampaign, ReviewCase


@dataclass(frozen=True, kw_only=True)
class CampaignMember:
    """An application of a campaign, and how far it is there."""

    application: ReviewApplication
    place: int  # in the campaign's ranking
    case: ReviewCase | None  # concluded since the campaign began, or in hand


def open_campaign(act: Act, kind: CampaignKind, *, target: str, because: str) -> ReviewCampaign:
    """Open one, unless one of the same kind and target is open; nothing is selected by opening it twice."""
    act.allowed(Command.LEAD_REVIEW)
    reason_code(because)
    _check(kind, target)
    if not stored.imports(act.session):
        raise ranking.NotTriaged
    for each in work.campaigns(act.session):
        if (each.kind, each.target, each.closed_at) == (kind, target, None):
            return each
    number = work.closed_alike(act.session, kind, target)
    campaign = ReviewCampaign(
        id=named(act, {"kind": kind, "target": target, "number": number}), kind=kind, target=target, because=because,
        opened_at=act.now, opened_by=act.actor.id, closed_at=None, closed_by=None, account=None,
    )  # fmt: skip
    act.session.add(campaign)
    act.record(None, "review_campaign_opened", campaign=campaign.id, kind=kind, because=because)
    select_members(act, campaign, ranking.ranked(act))
    return campaign


def named(act: Act, what: Mapping[str, object]) -> str:
    """Keyed: whoever examines sees ids of campaigns and cases, and could try the name of every colleague."""
    return chain.identity("review_campaign", chain.row_digest(act.session.info[ledger.KEY], "review_campaign", what))


def _check(kind: CampaignKind, target: str) -> None:
    if kind is CampaignKind.HANDLER and not target:
        refuse_because("target_missing", "say whose applications: the staff id as the registers give it")
    if kind is CampaignKind.RULE and target not in failure_modes.NAMES:
        refuse_because("unknown_rule", f"a rule is one of: {', '.join(failure_modes.NAMES)}")
    if kind in {CampaignKind.REGISTER, CampaignKind.MODEL} and target:
        refuse_because("target_needless", f"a campaign of kind {kind} has no target")


def select_members(act: Act, campaign: ReviewCampaign, rows: Sequence[ReviewApplication]) -> int:
    """Take in whatever belongs to the campaign by now; what it has once selected stays."""
    there = work.members(act.session, campaign.id)
    fresh = [row for row in rows if there.isdisjoint(row.rows) and _belongs(row, campaign)]
    if fresh:
        work.add_members(act.session, campaign.id, [row.rows[0] for row in fresh])
        selection = chain.digest(sorted(row.rows[0] for row in fresh))
        act.record(None, "review_selected", campaign=campaign.id, applications=len(fresh), selection=selection)
    return len(fresh)


def _belongs(row: ReviewApplication, campaign: ReviewCampaign) -> bool:
    said = row.assessment or {}
    match CampaignKind(campaign.kind):
        case CampaignKind.REGISTER:
            return True
        case CampaignKind.HANDLER:
            staff = {each.strip().casefold() for each in (*said.get("handlers", []), *said.get("approvers", []))}
            return campaign.target.strip().casefold() in staff
        case CampaignKind.RULE:
            return campaign.target in said.get("modes", [])
        case CampaignKind.MODEL:
            return row.before is not None and _seen(row.before) != _seen(said)


def _seen(said: dict[str, object]) -> tuple[object, object]:
    """What another matching model can change: who is linked, and what follows from it."""
    held = said.get("held")
    return {tuple(each[:2]) for each in held} if isinstance(held, list) else set(), said.get("modes")


def members(act: Act, campaign: ReviewCampaign) -> list[CampaignMember]:
    """In the order of the review's ranking; those somebody asked about first."""
    rows = stored.applications(act.session)
    by_row = {name: row for row in rows for name in row.rows}
    asked = ranking.asked_about(act.session)
    found = {by_row[anchor].id: by_row[anchor] for anchor in work.members(act.session, campaign.id) if anchor in by_row}
    cases: dict[str, ReviewCase] = {}
    for case in work.cases(act.session):
        if case.anchor in by_row and (case.concluded_at is None or case.concluded_at >= campaign.opened_at):
            cases[by_row[case.anchor].id] = case
    order = sorted(
        found.values(), key=lambda row: (asked.isdisjoint(row.rows), row.rank is None, row.rank or 0, row.id)
    )
    return [
        CampaignMember(application=row, place=place, case=cases.get(row.id)) for place, row in enumerate(order, start=1)
    ]


def find(act: Act, campaign_id: str) -> ReviewCampaign:
    found = act.session.get(ReviewCampaign, campaign_id)
    if found is None:
        raise NotFound("there is no campaign of that id")
    return found


def account(act: Act, campaign: ReviewCampaign) -> dict[str, object]:
    """How far it is and what it found: counts only."""
    found = members(act, campaign)
    cases = [each.case for each in found if each.case]
    concluded = [case for case in cases if case.outcome]
    return {
        "applications": len(found),
        "examined": len(concluded),
        "in_hand": len(cases) - len(concluded),
        "remaining": len(found) - len(concluded),
        "outcomes": outcomes(concluded),
    }


def outcomes(cases: Iterable[ReviewCase]) -> dict[str, int]:
    found = [case.outcome for case in cases]
    return {outcome.value: found.count(outcome) for outcome in ReviewOutcome}


def close(act: Act, campaign_id: str) -> ReviewCampaign:
    """Close with its account; refused while anything in it is not examined."""
    act.allowed(Command.LEAD_REVIEW)
    campaign = find(act, campaign_id)
    if campaign.closed_at is not None:
        return campaign
    if stored.imported_since_triage(act.session):
        raise ranking.NotTriaged(
            "lists came in since the last `casebook review triage`: what is in them may belong here"
        )
    told = account(act, campaign)
    if told["remaining"]:
        refuse_because("unfinished", f"{told['remaining']} applications of this campaign are not examined yet")
    campaign.closed_at, campaign.closed_by, campaign.account = act.now, act.actor.id, told
    act.record(None, "review_campaign_closed", campaign=campaign.id, account=told)
    return campaign


def told(act: Act, campaign: ReviewCampaign) -> dict[str, object]:
    """Counts; and of whom and why, but not to the blind: it says who handled what they examine, or how it was decided."""
    why = {"kind": campaign.kind, "target": campaign.target, "because": campaign.because}
    return {
        "campaign": campaign.id,
        **(dict.fromkeys(why) if ranking.blind(act) else why),
        "opened_at": campaign.opened_at.isoformat(),
        "closed_at": campaign.closed_at.isoformat() if campaign.closed_at else None,
        **(campaign.account or account(act, campaign)),
    }


def listing(act: Act) -> list[dict[str, object]]:
    act.allowed(Command.SEE_REVIEW)
    return [told(act, each) for each in work.campaigns(act.session)]
