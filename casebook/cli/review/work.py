"""`casebook review`, the work of reviewers: campaigns, allocation, dossiers, enquiries, referrals."""

from __future__ import annotations

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
from casebook.domain import words
from casebook.domain.review.cases import CampaignKind
from casebook.domain.review.urgency import ContactPriority
from casebook.outside_text import CsvWriter
from casebook.writing import refuse_unwritable, write_whole

_PAST = "the past application"


def configure(actions: Any) -> None:  # noqa: ANN401 - argparse names no type for what adds parsers
    _configure_allocation(actions)
    dossier = actions.add_parser(
        "dossier", help="show what a reviewer reads about one application; it contains personal detail"
    )
    dossier.add_argument("reference", metavar="REF", help=_PAST)
    dossier.set_defaults(handler=_dossier)
    enquiry = actions.add_parser("enquiry", help="record that somebody came forward about an application")
    enquiry.add_argument("reference", metavar="REF", help=_PAST)
    enquiry.set_defaults(handler=_enquiry)
    reaching.configure(actions)
    refer = actions.add_parser("refer", help="record that an application was referred to the regulator")
    refer.add_argument("reference", metavar="REF", help=_PAST)
    refer.add_argument("--ground", required=True, metavar="CODE", help="why it was referred, as a code")
    refer.add_argument("--regulator-reference", default="", metavar="NUMBER", help="the number the regulator gave it")
    refer.set_defaults(handler=_refer)
    referrals = actions.add_parser("referrals", help="list the referrals to the regulator as CSV")
    referrals.add_argument(
        "--week", type=review_referrals.check_week, metavar="2026-W23", help="only the referrals of this week"
    )
    referrals.add_argument("--last-week", action="store_true", help="only the referrals of last week")
    referrals.add_argument("--out", type=Path, metavar="FILE", help="also write the CSV to this file")
    referrals.set_defaults(handler=_referrals)


def _configure_allocation(actions: Any) -> None:  # noqa: ANN401 - as above
    allocate = actions.add_parser(
        "allocate", help="give reviewers as much work as they have time for, without conflicts of interest"
    )
    allocate.add_argument("--campaign", metavar="ID", help="only from this campaign (default: all open campaigns)")
    allocate.set_defaults(handler=_allocate)
    campaign = actions.add_parser(
        "campaign", help="open, list or close a campaign: past applications selected for review"
    )
    parts: Any = campaign.add_subparsers(required=True, metavar="ACTION")
    begin: ArgumentParser = parts.add_parser("open", help="select applications and open a campaign")
    begin.add_argument(
        "--kind", type=CampaignKind, choices=list(CampaignKind), required=True,
        help="which applications: all, those of one handler, of one rule, or of another matching model",
    )  # fmt: skip
    begin.add_argument("--target", default="", help="the staff id of a handler, or the name of a rule")
    begin.add_argument(
        "--because",
        default="by_hand",
        metavar="CODE",
        help="why, as a code: monitor_signal, suspension, ... (default: %(default)s)",
    )
    begin.set_defaults(handler=_open)
    parts.add_parser("list", help="list every campaign and how far it is").set_defaults(handler=_list)
    end = parts.add_parser("close", help="close a campaign in which everything is examined")
    end.add_argument("campaign", metavar="ID", help="the id of the campaign")
    end.set_defaults(handler=_close)


def _allocate(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        allocated = allocation.allocate(act, options.campaign)
    data = {
        "campaigns": allocated.campaigns,
        "allocated": allocated.allocated,
        "count": len(allocated.allocated),
        "waiting": allocated.waiting,
        "conflicted": allocated.conflicted,
        "reviewers": [{"reviewer": reviewer, "open": count} for reviewer, count in sorted(allocated.reviewers.items())],
        "people_identified": allocated.identified,
        "right_to_know_proposed": allocated.proposed,
        "reason": _why_not(allocated),
    }
    lines = [
        f"{item['reviewer']}  {words.WORK.of(item['kind']):<27} {item['reference']}  due {item['due_at']}"
        for item in allocated.allocated
    ]
    lines.append(f"{len(allocated.allocated)} allocated, {allocated.waiting} waiting for a reviewer")
    lines += [
        f"{reference} cannot be given to anybody on duty: they or their line handled it"
        for reference in allocated.conflicted
    ]
    lines += [
        f"{allocated.identified} people at risk added, to be reached; {allocated.proposed} Right to Know proposals opened"
    ]
    reason = data["reason"]
    lines += [reason["message"]] if isinstance(reason, dict) else []
    return Output(data=data, lines=lines, exit_code=1 if reason else 0)


def _why_not(allocated: Allocated) -> dict[str, str] | None:
    if allocated.waiting and not allocated.reviewers:
        return {"code": "no_reviewers", "message": "no review officer is on duty; add one with `casebook staff add`"}
    if allocated.conflicted and not allocated.allocated and len(allocated.conflicted) == allocated.waiting:
        return {
            "code": "conflict",
            "message": "everybody on duty, or their line, handled what is waiting to be reviewed",
        }
    return None


def _open(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        campaign = campaigns.open_campaign(act, options.kind, target=options.target, because=options.because)
        summary = campaigns.told(act, campaign)
    return Output(data=summary, lines=[_campaign_line(summary)])


def _list(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        listing = campaigns.listing(act)
    return Output(data=listing, lines=[_campaign_line(campaign) for campaign in listing] or ["no campaigns"])


def _close(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        campaign = campaigns.close(act, options.campaign)
        summary = campaigns.told(act, campaign)
    return Output(data=summary, lines=[_campaign_line(summary)])


def name(campaign: Mapping[str, Any]) -> str:
    """The name of a campaign; a blind reviewer sees neither its kind nor its target."""
    return " ".join(
        ["campaign", *filter(None, (campaign["kind"] and words.CAMPAIGN.of(campaign["kind"]), campaign["target"]))]
    )


def _campaign_line(campaign: Mapping[str, Any]) -> str:
    state = "closed" if campaign["closed_at"] else "open"
    return (
        f"{campaign['campaign']}  {name(campaign)}  {state}: {campaign['examined']} of {campaign['applications']} examined,"
        f" {campaign['in_hand']} in hand"
    )


def _dossier(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        dossier: dict[str, Any] = review_dossier.dossier(act, options.reference)
    lines = [f"{dossier['reference']}{', without the first decision' if dossier['blind'] else ''}"]
    for row in dossier["lists"]:
        lines += [f"\n{row['file']}, line {row['line']}", *(f"  {name}: {cell}" for name, cell in row["cells"].items())]
    for candidate in dossier["sources"]:
        person = candidate["person"]
        lines.append(f"\n{words.SOURCE.of(person['source'])} {person['person_id']} ({candidate['weight']:+.1f} bits)")
        lines += [
            f"  {words.spelled(name)}: {words.of_field(name, cell) or cell}"
            for name, cell in person.items()
            if cell and name not in {"source", "person_id"}
        ]
        lines += [
            f"  {record['date']} {words.RECORD_KIND.of(record['kind'])} {record['offence_text'] or record['offence_code']}"
            for record in candidate["records"]
        ]
    lines += [f"  {reason}" for reason in dossier.get("reasons", [])]
    if why := dossier.get("why"):
        lines += ["why it stands here", *(f"  {sentence}" for sentence in why["facts"])]
        lines += [f"  For the decision: {sentence}" for sentence in why["for_the_decision"]]
        lines += [f"  {why['unless']}", f"  {why['check_first']}"]
    return Output(data=dossier, lines=lines)


def _enquiry(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        row = people.enquire(act, options.reference)
        answer = {
            "reference": row.reference,
            "rank": row.rank if ranking.sees(act) else None,
            "contact_priority": ContactPriority.NOW,
            "enquiry": True,
            "safe_contact_first": True,
        }
    return Output(
        data=answer,
        lines=[f"{row.reference}: first among the people to be reached. Agree safe contact before anything else."],
    )


def _refer(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        made = review_referrals.refer(
            act, options.reference, ground=options.ground, regulator_reference=options.regulator_reference
        )
        answer = {
            "referral": made.id,
            "reference": made.reference,
            "ground": made.ground,
            "made_at": made.made_at.isoformat(),
        }
    return Output(data=answer, lines=[f"{answer['reference']} was referred: {words.reason(answer['ground'])}"])


def _referrals(options: Namespace, call: Call) -> Output:
    refuse_unwritable(options.out)
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
        CsvWriter(out, line_end="").writerow([row[name] for name in review_referrals.COLUMNS])
        yield out.getvalue()
