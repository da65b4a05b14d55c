"""`casebook review`, the part in which people work: campaigns, allocation, dossiers, enquiries, referrals."""

from __future__ import annotations

import csv
import io
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from casebook.casework.review import allocation, campaigns, people, ranking
from casebook.casework.review import dossier as review_dossier
from casebook.casework.review import referrals as review_referrals
from casebook.casework.review.allocation import Allocated
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.review import reaching
from casebook.cli.writing import write_whole
from casebook.domain import words
from casebook.domain.review.cases import CampaignKind
from casebook.domain.review.ranking import ContactPriority


def configure(actions: Any) -> None:  # noqa: ANN401 - argparse names no type for what adds parsers
    _configure_allocation(actions)
    dossier = actions.add_parser("dossier", help="what a reviewer reads of one application; personal detail")
    dossier.add_argument("reference", metavar="REF")
    dossier.set_defaults(handler=_dossier)
    enquiry = actions.add_parser("enquiry", help="somebody came forward about this application")
    enquiry.add_argument("reference", metavar="REF")
    enquiry.set_defaults(handler=_enquiry)
    reaching.configure(actions)
    refer = actions.add_parser("refer", help="write down that an application was told to the regulator")
    refer.add_argument("reference", metavar="REF")
    refer.add_argument("--ground", required=True, metavar="CODE")
    refer.add_argument("--regulator-reference", default="")
    refer.set_defaults(handler=_refer)
    referrals = actions.add_parser("referrals", help="the register of referrals; with --week the export of one week")
    referrals.add_argument("--week", type=review_referrals.check_week, metavar="2026-W23")
    referrals.add_argument("--last-week", action="store_true")
    referrals.add_argument("--out", type=Path, metavar="FILE", help="write the CSV there")
    referrals.set_defaults(handler=_referrals)


def _configure_allocation(actions: Any) -> None:  # noqa: ANN401 - as above
    allocate = actions.add_parser("allocate", help="give reviewers what they have time for, without conflict")
    allocate.add_argument("--campaign", metavar="ID", help="of one campaign only; else of all that are open")
    allocate.set_defaults(handler=_allocate)
    campaign = actions.add_parser("campaign", help="look again at all, one handler's, one rule's or another model's")
    parts: Any = campaign.add_subparsers(required=True, metavar="ACTION")
    begin: ArgumentParser = parts.add_parser("open", help="select and begin")
    begin.add_argument("--kind", type=CampaignKind, choices=list(CampaignKind), required=True)
    begin.add_argument("--target", default="", help="the staff id of a handler, or the name of a rule")
    begin.add_argument("--because", default="by_hand", metavar="CODE", help="monitor_signal, suspension, ...")
    begin.set_defaults(handler=_open)
    parts.add_parser("list", help="every campaign and its account").set_defaults(handler=_list)
    end = parts.add_parser("close", help="close with its account, once everything in it is examined")
    end.add_argument("campaign", metavar="ID")
    end.set_defaults(handler=_close)


def _allocate(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        told = allocation.allocate(act, options.campaign)
    data = {
        "campaigns": told.campaigns,
        "allocated": told.allocated,
        "count": len(told.allocated),
        "waiting": told.waiting,
        "conflicted": told.conflicted,
        "reviewers": [{"reviewer": who, "open": held} for who, held in sorted(told.reviewers.items())],
        "people_identified": told.identified,
        "right_to_know_proposed": told.proposed,
        "reason": _why_not(told),
    }
    lines = [
        f"{each['reviewer']}  {words.WORK.of(each['kind']):<27} {each['reference']}  due {each['due_at']}"
        for each in told.allocated
    ]
    lines.append(f"{len(told.allocated)} allocated, {told.waiting} waiting for a reviewer")
    lines += [f"nobody on duty may examine {reference}: they or their line handled it" for reference in told.conflicted]
    lines += [f"{told.identified} people to be reached added, {told.proposed} Right to Know proposals opened"]
    reason = data["reason"]
    lines += [reason["message"]] if isinstance(reason, dict) else []
    return Output(data=data, lines=lines, exit_code=1 if reason else 0)


def _why_not(told: Allocated) -> dict[str, str] | None:
    if told.waiting and not told.reviewers:
        return {"code": "no_reviewers", "message": "nobody on duty is a review officer: `casebook staff add` first"}
    if told.conflicted and not told.allocated and len(told.conflicted) == told.waiting:
        return {"code": "conflict", "message": "everybody on duty, or their line, handled what is waiting"}
    return None


def _open(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        campaign = campaigns.open_campaign(act, options.kind, target=options.target, because=options.because)
        told = campaigns.told(act, campaign)
    return Output(data=told, lines=[_campaign_line(told)])


def _list(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        told = campaigns.listing(act)
    return Output(data=told, lines=[_campaign_line(each) for each in told] or ["no campaign yet"])


def _close(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        campaign = campaigns.close(act, options.campaign)
        told = campaigns.told(act, campaign)
    return Output(data=told, lines=[_campaign_line(told)])


def name(told: Mapping[str, Any]) -> str:
    """What a campaign is called; to the blind it has no more than a number."""
    return " ".join(["campaign", *filter(None, (told["kind"] and words.CAMPAIGN.of(told["kind"]), told["target"]))])


def _campaign_line(told: Mapping[str, Any]) -> str:
    state = "closed" if told["closed_at"] else "open"
    return (
        f"{told['campaign']}  {name(told)}  {state}: {told['examined']} of {told['applications']} examined,"
        f" {told['in_hand']} in hand"
    )


def _dossier(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        told: dict[str, Any] = review_dossier.dossier(act, options.reference)
    lines = [f"{told['reference']}{', without the first decision' if told['blind'] else ''}"]
    for row in told["lists"]:
        lines += [f"\n{row['file']}, line {row['line']}", *(f"  {name}: {cell}" for name, cell in row["cells"].items())]
    for held in told["sources"]:
        person = held["person"]
        lines.append(f"\n{words.SOURCE.of(person['source'])} {person['person_id']} ({held['weight']:+.1f} bits)")
        lines += [f"  {name}: {cell}" for name, cell in person.items() if cell and name not in {"source", "person_id"}]
        lines += [
            f"  {each['date']} {words.RECORD_KIND.of(each['kind'])} {each['offence_text'] or each['offence_code']}"
            for each in held["records"]
        ]
    lines += [f"  {reason}" for reason in told.get("reasons", [])]
    return Output(data=told, lines=lines)


def _enquiry(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        row = people.enquire(act, options.reference)
        told = {
            "reference": row.reference,
            "rank": row.rank if ranking.sees(act) else None,
            "contact_priority": ContactPriority.NOW,
            "enquiry": True,
            "safe_contact_first": True,
        }
    return Output(
        data=told, lines=[f"{row.reference}: first among those to be reached; agree safe contact before anything else"]
    )


def _refer(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        made = review_referrals.refer(
            act, options.reference, ground=options.ground, regulator_reference=options.regulator_reference
        )
        told = {
            "referral": made.id,
            "reference": made.reference,
            "ground": made.ground,
            "made_at": made.made_at.isoformat(),
        }
    return Output(data=told, lines=[f"{told['reference']} was referred: {words.reason(told['ground'])}"])


def _referrals(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        week = review_referrals.last_week(act) if options.last_week else options.week
        rows = review_referrals.listing(act, week)
    lines = list(_csv(rows))
    if options.out:
        write_whole(options.out, lines)
    return Output(data={"week": week, "referrals": rows, "out": str(options.out) if options.out else None}, lines=lines)


def _csv(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    yield ",".join(review_referrals.COLUMNS)
    for row in rows:
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow([row[name] for name in review_referrals.COLUMNS])
        yield out.getvalue()
