"""Allocates applications to reviewers, by rank and load, without conflicts of interest. Running it again only tops up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import text

from casebook.casework.core import blind_review, unit_items
from casebook.casework.core.acting import Act
from casebook.casework.review import campaigns as review_campaigns
from casebook.casework.review import people, ranking, stopping
from casebook.casework.review.campaigns import CampaignMember
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.review.cases import FIRST, SECOND, THIRD, CampaignKind, why_not_examine
from casebook.domain.review.stopping import interleaved
from casebook.domain.review.urgency import ContactPriority
from casebook.domain.review.weights import Allocation
from casebook.domain.vocabulary import Priority, Role, WorkKind
from casebook.domain.work import Need
from casebook.storage import ledger
from casebook.storage.review import cases as work
from casebook.storage.review import live
from casebook.storage.tables import ReviewApplication, ReviewCampaign, ReviewCase, WorkItem

ROLES = {
    FIRST: (Role.REVIEW_OFFICER,),
    SECOND: (Role.REVIEW_OFFICER, Role.REVIEW_LEAD),
    THIRD: (Role.REVIEW_LEAD, Role.REVIEW_OFFICER),
}


@dataclass(kw_only=True)
class Allocated:
    """The result of one allocation."""

    campaigns: list[str] = field(default_factory=list)
    allocated: list[dict[str, object]] = field(default_factory=list)
    conflicted: list[str] = field(default_factory=list)  # references that nobody on duty is allowed to examine
    waiting: int = 0  # applications of the campaigns that are not allocated yet
    reviewers: dict[str, int] = field(default_factory=dict)  # reviewer -> open work items
    identified: int = 0  # people at risk whose contact progress begins
    proposed: int = 0  # Right to Know proposals opened


@dataclass(frozen=True, kw_only=True)
class Reviewers:
    """The reviewers on duty, and what each can be given now."""

    by_role: Mapping[Role, Collection[str]]
    managers: Mapping[str, str]
    load: Counter[str]
    rules: Allocation
    seen: Mapping[str, set[str]]  # who has read which dossier with the first decision shown

    def choose(
        self, place: int, *, handled: Collection[str], before: Collection[str], seen: Collection[str]
    ) -> tuple[str | None, bool]:
        """The eligible reviewer with the fewest items, by order of roles, and whether anybody is eligible at all."""
        possible = False
        for role in ROLES[place]:
            eligible = [
                who
                for who in self.by_role[role]
                if why_not_examine(who, handled=handled, managers=self.managers, before=before, seen=seen) is None
            ]
            possible = possible or bool(eligible)
            # the limit of open items is only for first examinations: a second one must not wait
            free = [who for who in eligible if place != FIRST or self.rules.has_room(self.load[who])]
            if free:
                return min(free, key=lambda who: (self.load[who], who)), True
        return None, possible


def allocate(act: Act, campaign_id: str | None = None) -> Allocated:
    """Allocate as many applications as reviewers can take. If no campaign is open, one for the whole register is opened."""
    act.allowed(Command.LEAD_REVIEW)
    act.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('review_allocate'))"))
    rows = ranking.triaged(act)
    result = Allocated()
    _end_gone(act)
    reviewers = crew_of(act)
    result.allocated += _give_again(act, reviewers)
    for campaign in _campaigns(act, campaign_id):
        review_campaigns.select_members(act, campaign, rows)
        result.campaigns.append(campaign.id)
        _open_cases(act, campaign, reviewers, result)
    result.identified, result.proposed = people.identify(act, rows)
    result.reviewers = {who: reviewers.load[who] for who in reviewers.by_role[Role.REVIEW_OFFICER]}
    return result


def crew_of(act: Act) -> Reviewers:
    open_items = Counter(item.owner for item in work.open_items(act.session) if item.owner)
    by_role = {role: work.reviewers(act.session, role) for role in (Role.REVIEW_OFFICER, Role.REVIEW_LEAD)}
    rules = act.documents.review(act.now).allocation
    return Reviewers(
        by_role=by_role, managers=work.managers(act.session), load=open_items, rules=rules,
        seen=live.seen(act.session),
    )  # fmt: skip


def _campaigns(act: Act, campaign_id: str | None) -> list[ReviewCampaign]:
    if campaign_id is not None:
        return [review_campaigns.find(act, campaign_id)]
    open_campaigns = [campaign for campaign in work.campaigns(act.session) if campaign.closed_at is None]
    if open_campaigns:
        return open_campaigns
    return [review_campaigns.open_campaign(act, CampaignKind.REGISTER, target="", because="whole_register")]


def _open_cases(act: Act, campaign: ReviewCampaign, reviewers: Reviewers, result: Allocated) -> None:
    members = review_campaigns.members(act, campaign)
    rules = act.documents.review(act.now).allocation
    in_order = [member for member in members if member.case is None]
    waiting = list(
        interleaved(
            in_order,
            lambda member: stopping.beside(act, member.application),
            opened=len(members) - len(in_order),
            every=rules.beside_every.value,
        )
    )
    opened: list[WorkItem] = []
    for at, member in enumerate(waiting):
        if not any(rules.has_room(reviewers.load[who]) for who in reviewers.by_role[Role.REVIEW_OFFICER]):
            result.waiting += len(waiting) - at
            break
        who, possible = choose(act, reviewers, FIRST, member.application)
        if who is None:
            result.waiting += 1
            result.conflicted += [] if possible else [member.application.reference]
            continue
        case = _case(act, campaign, member, rules, of=len(members))
        opened.append(give(act, case, FIRST, who, member.application))
        reviewers.load[who] += 1
    result.allocated += [item_summary(item) for item in opened]
    if opened:
        act.record(None, "review_allocated", campaign=campaign.id, items=len(opened))


def handled(application: ReviewApplication) -> list[str]:
    assessment = application.assessment or {}
    return [*assessment.get("handlers", []), *assessment.get("approvers", [])]


def choose(
    act: Act, crew: Reviewers, place: int, application: ReviewApplication | None, *, before: Collection[str] = ()
) -> tuple[str | None, bool]:
    """Choose a reviewer who did not handle the application and, for a blind review, has not seen the first decision."""
    if application is None:
        return crew.choose(place, handled=(), before=before, seen=())
    known = [*handled(application), *live.known_to(act.session, application.rows)]
    # the third reviewer settles the case and sees everything
    seen = () if place == THIRD else blind_review.seen_by(application, crew.seen)
    return crew.choose(place, handled=known, before=before, seen=seen)


def _case(act: Act, campaign: ReviewCampaign, member: CampaignMember, rules: Allocation, *, of: int) -> ReviewCase:
    application = member.application
    case = ReviewCase(
        id=chain.identity("review_case", campaign.id, application.rows[0]), campaign_id=campaign.id,
        anchor=application.rows[0], reference=application.reference, place=member.place,
        top=rules.is_top(member.place, of=of), sampled=False, opened_at=act.now, outcome=None, modes=[],
        concluded_at=None,
    )  # fmt: skip
    case.sampled = rules.is_sampled(_lot(act, case.id))
    act.session.add(case)
    return case


def _lot(act: Act, case_id: str) -> float:
    """The lot that is drawn for a case. Always the same for one case; unpredictable without the casebook's key."""
    digest = chain.row_digest(act.session.info[ledger.KEY], "review_sample", {"case": case_id})
    return stopping.lot_of(digest)


def give(act: Act, case: ReviewCase, place: int, who: str | None, application: ReviewApplication | None) -> WorkItem:
    """Open the work item for a reviewer. Without a reviewer it waits for the next allocation."""
    part = "finding" if place == THIRD else "own"
    key = f"{case.id}:{place}:{part}"
    tries = work.opened_before(act.session, key)
    return open_part(act, case, place=place, part=part, who=who, application=application, key=f"{key}:{tries}")


def open_part(
    act: Act,
    case: ReviewCase,
    *,
    place: int,
    part: str,
    who: str | None,
    application: ReviewApplication | None,
    key: str,
) -> WorkItem:
    rules = act.documents.review(act.now).allocation
    contact = ((application.assessment or {}) if application else {}).get("contact_priority")
    urgent = contact == ContactPriority.NOW
    need = Need(
        kind=WorkKind.REVIEW_APPLICATION if place == FIRST else WorkKind.SECOND_REVIEW,
        key=key,
        role=ROLES[place][0],
        owner=who,
        subject={"case": case.id, "past": case.reference, "place": place, "part": part},
        due_at=rules.examine_by(act.now, urgent=urgent),
        priority=Priority.URGENT if urgent else Priority.HIGH if case.top else Priority.STANDARD,
    )
    return unit_items.open_item(act, need)


def _end_gone(act: Act) -> None:
    """Cancel the work on applications that were restricted or disposed of. If one comes back, its examination starts again."""
    gone = work.gone(act.session)
    for item, case in gone:
        item.cancelled_at, item.cancelled_why = act.now, "gone"
        for opinion in work.opinions_of(act.session, case.id):
            act.session.delete(opinion)
        act.session.flush()
        act.session.delete(case)
    if gone:
        act.record(None, "review_ended", items=len(gone), because="gone")


def _give_again(act: Act, reviewers: Reviewers) -> list[dict[str, object]]:
    """Reallocate items without a reviewer: after a suspension or absence, or because nobody was available.

    Also reallocates items whose reviewer has seen the first decision in another list.
    """
    reallocated = []
    readers = set[str]().union(*reviewers.seen.values())
    for item in work.open_items(act.session):
        case = act.session.get(ReviewCase, item.subject["case"])
        if case is None or (item.owner is not None and item.owner not in readers):
            continue
        application = work.application_of(act.session, case.anchor)
        if item.owner is not None and not _has_seen(item, application, reviewers):
            continue
        place = int(item.subject["place"])
        before = [opinion.reviewer for opinion in work.opinions_of(act.session, case.id)]
        who, _ = choose(act, reviewers, place, application, before=before)
        if who is None:
            continue
        if place != THIRD and item.subject["part"] == "finding":
            _begin_anew(act, case, place, item)
            item = give(act, case, place, who, application)  # noqa: PLW2901 - another item for the same work
        item.owner, item.reserved, item.claimed_at = who, True, None
        reviewers.load[who] += 1
        reallocated.append(item_summary(item))
    if reallocated:
        act.record(None, "review_given_again", items=len(reallocated))
    return reallocated


def _has_seen(item: WorkItem, application: ReviewApplication | None, reviewers: Reviewers) -> bool:
    has_seen = blind_review.seen_by(application, reviewers.seen) if application else ()
    return item.subject["part"] == "own" and item.owner in has_seen


def _begin_anew(act: Act, case: ReviewCase, place: int, item: WorkItem) -> None:
    """Start this examination again: a new reviewer cannot finish the opinion of another. The old answer stays in its item."""
    item.cancelled_at, item.cancelled_why = act.now, "reviewer_left"
    for opinion in work.opinions_of(act.session, case.id):
        if opinion.place == place:
            act.session.delete(opinion)
    act.session.flush()


def item_summary(item: WorkItem) -> dict[str, object]:
    return {
        "item": item.id,
        "reference": item.subject["past"],
        "case": item.subject["case"],
        "kind": item.kind,
        "reviewer": item.owner,
        "priority": item.priority,
        "due_at": item.due_at.isoformat() if item.due_at else None,
    }
