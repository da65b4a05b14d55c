"""Review campaigns: the whole register, one handler, one wrong rule, or a changed matching model.

Each campaign selects its own applications, uses the ranking of the review, and closes with its own account. An application
that another campaign is examining is not opened twice. It counts here too if it is concluded after this campaign began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from casebook.casework.core.acting import Act, reason_code, refuse_because
from casebook.casework.review import ranking
from casebook.domain import chain, words
from casebook.domain.authority import Command
from casebook.domain.review import failure_modes
from casebook.domain.review.cases import CampaignKind, ReviewOutcome
from casebook.errors import NotFound
from casebook.storage import ledger
from casebook.storage.review import cases as work
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication, ReviewCampaign, ReviewCase
from casebook.values.ids import staff_key


@dataclass(frozen=True, kw_only=True)
class CampaignMember:
    """An application in a campaign, and how far its examination is."""

    application: ReviewApplication
    place: int  # in the campaign's ranking
    case: ReviewCase | None  # concluded since the campaign began, or in hand


def open_campaign(act: Act, kind: CampaignKind, *, target: str, because: str) -> ReviewCampaign:
    """Open a campaign, or return the open one of the same kind and target. Opening it twice selects nothing new."""
    act.allowed(Command.LEAD_REVIEW)
    reason_code(because)
    _check(kind, target)
    if not stored.imports(act.session):
        raise ranking.NotTriaged
    for earlier in work.campaigns(act.session):
        if (earlier.kind, earlier.target, earlier.closed_at) == (kind, target, None):
            return earlier
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
    """The id of a campaign. Keyed, because reviewers see the ids and could otherwise find a handler by trying names."""
    return chain.identity("review_campaign", chain.row_digest(act.session.info[ledger.KEY], "review_campaign", what))


def _check(kind: CampaignKind, target: str) -> None:
    if kind is CampaignKind.HANDLER and not target:
        refuse_because("target_missing", "name the handler in target: the staff id as the registers have it")
    if kind is CampaignKind.RULE and target not in failure_modes.NAMES:
        refuse_because("unknown_rule", f"unknown rule. Choose one of: {', '.join(failure_modes.NAMES)}")
    if kind in {CampaignKind.REGISTER, CampaignKind.MODEL} and target:
        refuse_because("target_needless", f"leave out target: a campaign for {words.CAMPAIGN.of(kind)} has none")


def select_members(act: Act, campaign: ReviewCampaign, rows: Sequence[ReviewApplication]) -> int:
    """Add applications that now belong to the campaign. Applications already selected stay."""
    selected = work.members(act.session, campaign.id)
    added = [row for row in rows if selected.isdisjoint(row.rows) and _belongs(row, campaign)]
    if added:
        work.add_members(act.session, campaign.id, [row.rows[0] for row in added])
        selection = chain.digest(sorted(row.rows[0] for row in added))
        act.record(None, "review_selected", campaign=campaign.id, applications=len(added), selection=selection)
    return len(added)


def _belongs(row: ReviewApplication, campaign: ReviewCampaign) -> bool:
    assessment = row.assessment or {}
    match CampaignKind(campaign.kind):
        case CampaignKind.REGISTER:
            return True
        case CampaignKind.HANDLER:
            staff = {staff_key(name) for name in (*assessment.get("handlers", []), *assessment.get("approvers", []))}
            return staff_key(campaign.target) in staff
        case CampaignKind.RULE:
            return campaign.target in assessment.get("modes", [])
        case CampaignKind.MODEL:
            return row.before is not None and _seen(row.before) != _seen(assessment)


def _seen(assessment: dict[str, object]) -> tuple[object, object]:
    """The parts of an assessment that another matching model can change: linked persons, and failure modes."""
    linked = assessment.get("held")
    return {tuple(person[:2]) for person in linked} if isinstance(linked, list) else set(), assessment.get("modes")


def members(act: Act, campaign: ReviewCampaign) -> list[CampaignMember]:
    """The members in the order of the ranking. Those about whom somebody enquired come first."""
    rows = stored.applications(act.session)
    by_row = {name: row for row in rows for name in row.rows}
    enquired = ranking.asked_about(act.session)
    members_by_id = {
        by_row[anchor].id: by_row[anchor] for anchor in work.members(act.session, campaign.id) if anchor in by_row
    }
    cases: dict[str, ReviewCase] = {}
    for case in work.cases(act.session):
        if case.anchor in by_row and (case.concluded_at is None or case.concluded_at >= campaign.opened_at):
            cases[by_row[case.anchor].id] = case
    order = sorted(
        members_by_id.values(), key=lambda row: (enquired.isdisjoint(row.rows), row.rank is None, row.rank or 0, row.id)
    )
    return [
        CampaignMember(application=row, place=place, case=cases.get(row.id)) for place, row in enumerate(order, start=1)
    ]


def find(act: Act, campaign_id: str) -> ReviewCampaign:
    campaign = act.session.get(ReviewCampaign, campaign_id)
    if campaign is None:
        raise NotFound("there is no campaign with this id")
    return campaign


def account(act: Act, campaign: ReviewCampaign) -> dict[str, object]:
    """How far the campaign is and what it found, in counts only."""
    campaign_members = members(act, campaign)
    cases = [member.case for member in campaign_members if member.case]
    concluded = [case for case in cases if case.outcome]
    return {
        "applications": len(campaign_members),
        "examined": len(concluded),
        "in_hand": len(cases) - len(concluded),
        "remaining": len(campaign_members) - len(concluded),
        "outcomes": outcomes(concluded),
    }


def outcomes(cases: Iterable[ReviewCase]) -> dict[str, int]:
    concluded = [case.outcome for case in cases]
    return {outcome.value: concluded.count(outcome) for outcome in ReviewOutcome}


def close(act: Act, campaign_id: str) -> ReviewCampaign:
    """Close a campaign with its account. Refused while any of its applications is not examined."""
    act.allowed(Command.LEAD_REVIEW)
    campaign = find(act, campaign_id)
    if campaign.closed_at is not None:
        return campaign
    if stored.imported_since_triage(act.session):
        raise ranking.NotTriaged(
            "new lists were imported since the last triage and may belong to this campaign. Run `casebook review triage` first"
        )
    final_account = account(act, campaign)
    if final_account["remaining"]:
        refuse_because(
            "unfinished",
            f"the campaign cannot be closed: {final_account['remaining']} of its applications are not examined yet",
        )
    campaign.closed_at, campaign.closed_by, campaign.account = act.now, act.actor.id, final_account
    act.record(None, "review_campaign_closed", campaign=campaign.id, account=final_account)
    return campaign


def told(act: Act, campaign: ReviewCampaign) -> dict[str, object]:
    """The campaign in counts. Kind, target and reason are hidden from blind reviewers, who could infer the first decision."""
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
    return [told(act, campaign) for campaign in work.campaigns(act.session)]
