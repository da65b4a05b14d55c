"""`casebook review`: past applications are imported, reconciled, ranked and reported."""

from __future__ import annotations

import io
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from casebook import bounds
from casebook.casework.review import account, ranking, registers
from casebook.casework.review import triage as review_triage
from casebook.cli import progress, terminal
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import whole
from casebook.cli.review import importing, page, work
from casebook.domain import words
from casebook.domain.review import reconciling
from casebook.domain.review.hidden_population import estimate
from casebook.monitor import log_linear
from casebook.outside_text import CsvWriter
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication
from casebook.writing import refuse_unwritable, write_whole

TRIAGE_COLUMNS = ("rank", "reference", "score", "contact_priority", "failure_modes", "reasons")


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    importing.configure(actions)
    actions.add_parser(
        "reconcile", help="find which rows are one application, and what is missing from each list"
    ).set_defaults(handler=_reconcile)
    triage = actions.add_parser("triage", help="rank past applications by how soon each must be reviewed")
    triage.add_argument("--out", type=Path, metavar="FILE", help="write the CSV to this file")
    triage.set_defaults(handler=_triage)
    queue = actions.add_parser("queue", help="list what to review next")
    queue.add_argument(
        "--by", choices=("review", "contact"), default="review",
        help="in order of rank, or of how soon the person at risk must be reached (default: %(default)s)",
    )  # fmt: skip
    queue.add_argument("--limit", type=whole(0, bounds.MOST_ASKED), metavar="N", help="only the first N")
    queue.set_defaults(handler=_queue)
    actions.add_parser("progress", help="show how far the review is, and when it may end").set_defaults(
        handler=_account
    )
    report = actions.add_parser(
        "report", help="report what was found, with intervals; it names nobody and may be published"
    )
    report.add_argument(
        "--internal", action="store_true", help="include small counts and rates by handler; not for publication"
    )
    report.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write it to this file: HTML if it ends in .html, PDF if in .pdf, otherwise CSV",
    )
    report.set_defaults(handler=_report)
    work.configure(actions)


def _reconcile(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        reconciled = registers.reconciled(act)
    unseen = estimate(reconciled.overlap.patterns, log_linear.fit)
    doubled = reconciling.doubled(reconciled.applications)
    data = asdict(reconciled.overlap) | {
        "patterns": [
            {"lists": list(pattern), "applications": count} for pattern, count in reconciled.overlap.patterns.items()
        ],
        "missing_references": reconciling.missing(reconciled.applications),
        "doubled_references": {name: [asdict(row) for row in rows] for name, rows in doubled.items()},
        "in_no_list": asdict(unseen) if unseen else None,
    }
    lines = [f"{reconciled.overlap.rows} rows belong to {reconciled.overlap.applications} applications"]
    lines += [
        f"  {name}: {count} applications, {reconciled.overlap.missing[name]} missing,"
        f" {reconciled.overlap.doubled[name]} duplicate rows,"
        f" {reconciled.overlap.only_in[name]} in no other list"
        for name, count in reconciled.overlap.lists.items()
    ]
    lines += [
        f"  {row.reference} is in {name} more than once: {', '.join(row.where)}"
        for name, rows in doubled.items()
        for row in rows
    ]
    if unseen:
        lines.append(
            f"between {unseen.low} and {unseen.high} applications may be in no list, assuming {unseen.assumption}"
        )
    return Output(data=data, lines=[*lines, "for which applications are missing from which list, use --json"])


def _triage(options: Namespace, call: Call) -> Output:
    refuse_unwritable(options.out)
    with opened(call) as casebook:
        with progress.shown(call, "Ranking past applications", elsewhere=_progress) as advance:
            triaged = review_triage.triage(casebook.acting, advance)
        with casebook.acting() as act:
            rows, blind = stored.applications(act.session), ranking.blind(act)
    ranked = all_ranked(rows, rows, blind=blind)
    if options.out:
        write_whole(options.out, csv_lines(ranked))
    data = {
        "applications": triaged.applications, "assessed": triaged.assessed, "linked": triaged.linked,
        "failure_modes": {} if blind else triaged.modes,
        "contact_priority": triaged.contact, "learnt": {} if blind else triaged.learnt,
        "out": str(options.out) if options.out else None,
    } | ({} if options.out else {"ranking": ranked})  # fmt: skip
    return Output(data=data, lines=_summary(data) if options.out else csv_lines(ranked))


def _progress(done: int, of: int) -> None:
    terminal.tell(f"{done} of {of} applications ranked")


def _summary(data: dict[str, object]) -> list[str]:
    return [f"{words.spelled(name)}: {_counts(name, value)}" for name, value in data.items()]


def _counts(name: str, value: object) -> object:
    """Counts by code, with the codes in words; any other value as it is."""
    vocabulary = {"failure_modes": words.FAILURE_MODE, "contact_priority": words.CONTACT_PRIORITY}.get(name)
    if vocabulary is None or not isinstance(value, dict):
        return "-" if value is None else value
    return ", ".join(f"{count} {vocabulary.of(code)}" for code, count in value.items()) or "none"


def all_ranked(
    rows: Iterable[ReviewApplication], ranking_of: Iterable[ReviewApplication], *, blind: bool
) -> list[dict[str, Any]]:
    """What is told of some rows. `ranking_of`: every row of the ranking, for the ranks before reviewers' findings."""
    before = {} if blind else ranking.stated_ranks(ranking_of)
    return [_ranked(row, before.get(row.id), blind=blind) for row in rows]


def _ranked(row: ReviewApplication, before: int | None, *, blind: bool) -> dict[str, Any]:
    """`before`: the rank by the stated odds alone; it would show a blind reviewer what the odds moved for."""
    assessment = row.assessment or {}
    if blind:
        assessment = assessment | {"modes": [], "reasons": [], "chance": None, "consequence": None}
    return {
        "rank": row.rank,
        "reference": row.reference,
        "score": assessment.get("score"),
        "contact_priority": assessment.get("contact_priority"),
        "failure_modes": assessment.get("modes", []),
        "reasons": assessment.get("reasons", []),
        "chance": assessment.get("chance"),
        "consequence": assessment.get("consequence"),
        "rank_before": before,
    }


def csv_lines(ranking_rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield ",".join(TRIAGE_COLUMNS)
    for row in ranking_rows:
        told, out = {**row, "reasons": [*_odds(row), *row["reasons"]]}, io.StringIO()
        cells = [";".join(cell) if isinstance(cell, list) else cell for cell in map(told.get, TRIAGE_COLUMNS)]
        cells[2] = f"{told['score']:.3f}"
        CsvWriter(out, line_end="").writerow(cells)
        yield out.getvalue()


def _odds(ranked: dict[str, Any]) -> list[str]:
    """The two parts of the score, and the rank before reviewers' findings moved it, in words."""
    parts = []
    if ranked["chance"]:
        parts.append(f"chance {ranked['chance']:.0%}, consequence {ranked['consequence']:.0f} points")
    if ranked["rank_before"] not in {None, ranked["rank"]}:
        parts.append(f"rank {ranked['rank_before']} before reviewers' findings")
    return parts


def _queue(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = ranking.queue(act, by_contact=options.by == "contact")
        blind = ranking.blind(act)
    ranked = all_ranked(rows[: options.limit], rows, blind=blind)
    return Output(data=ranked, lines=[_line(row) for row in ranked])


def _line(row: dict[str, Any]) -> str:
    modes = "; ".join(map(words.FAILURE_MODE.of, row["failure_modes"]))
    contact = words.CONTACT_PRIORITY.of(row["contact_priority"])
    odds = "".join(f"  ({part})" for part in _odds(row))
    return f"{row['rank']:>6}  {contact:<19} {row['score']:>8.1f}  {row['reference']}{odds}  {modes}"


def _account(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        figures = account.progress(act)
    return Output(data=figures, lines=list(progress_lines(figures)))


COUNTED = {"outcomes": words.REVIEW_OUTCOME, "contact_priority": words.CONTACT_PRIORITY, "people": words.PROGRESS}


def progress_lines(figures: dict[str, Any]) -> Iterator[str]:
    if due := figures["people"]["look_again"]:
        yield f"TODAY: {due} to look at again, because they could not be contacted safely: `casebook review people`"
    yield (
        f"{figures['rows']} rows in {figures['files']} files belong to {figures['applications']} applications,"
        f" {figures['assessed']} of them ranked"
    )
    yield f"{figures['examined']} examined, {figures['in_hand']} in hand, {figures['remaining']} remaining"
    if (left := figures["left"]) is not None:
        hours = "" if left["hours_to_95"] is None else f", {left['hours_to_95']} working hours to 95 % of all"
        yield (
            f"failures likely left below rank {left['depth']}: {left['low']} to {left['high']} of {left['not_examined']}{hours},"
            f" assuming {left['assumption']}"
        )
    end = figures["forecast"]
    yield f"end: about {end['end']}, {end['a_day']} a day" if end else "end: too few are examined to forecast it"
    for name, vocabulary in COUNTED.items():
        counts = ", ".join(f"{count} {vocabulary.of(what)}" for what, count in figures[name].items())
        yield f"{words.spelled(name)}: {counts or 'none'}"
    referrals = figures["referrals"]
    owed = f"{len(referrals['owed'])} still to be made for harm found"
    yield f"enquiries: {figures['enquiries']}; referrals: {referrals['made']} made, {owed}"
    if beside := figures["restricted"]["applications"]:
        yield f"{beside} restricted applications beside these, {figures['restricted']['examined']} of them examined by named people"
    for campaign in figures["campaigns"]:
        yield f"{work.name(campaign)}: {campaign['examined']} of {campaign['applications']} examined"


def _report(options: Namespace, call: Call) -> Output:
    refuse_unwritable(options.out)
    with opened(call) as casebook, casebook.acting() as act:
        report = account.report(act, internal=options.internal)
    lines = list(_report_csv(report))
    match options.out.suffix.lower() if options.out else "":
        case "":
            pass
        case ".html" | ".htm":
            write_whole(options.out, page.as_html(report).encode())
        case ".pdf":
            write_whole(options.out, page.as_pdf(report))
        case _:
            write_whole(options.out, lines)
    return Output(data=_plain(report) | {"out": str(options.out) if options.out else None}, lines=lines)


def _plain(report: account.ReviewReport) -> dict[str, Any]:
    data = asdict(report)
    for name in ("end", "earliest", "latest"):
        if data["forecast"] and data["forecast"][name]:
            data["forecast"][name] = data["forecast"][name].isoformat()
    return data


def _report_csv(report: account.ReviewReport) -> Iterator[str]:
    """The report as CSV. A cell is empty if the count is too small to show."""
    out = io.StringIO()
    write = CsvWriter(out).writerow
    write(["by", "what", "of", "count", "share", "low", "high"])
    for prefix, tables in (("", report.shares), ("found_", report.found)):
        for by, shares in tables.items():
            for share in shares:
                rate = f"{share.count / share.of:.4f}" if share.count is not None and share.of else ""
                write([f"{prefix}{by}", share.what, share.of, share.count, rate, share.low, share.high])
    for what, counts in report.lists.items():
        for name, count in counts.items():
            write([f"list_{what}", name, report.applications, count, "", "", ""])
    for step, people in report.people.items():
        write(["people", step, "", people, "", "", ""])
    for what, number in report.restricted.items():
        write(["restricted", what, "", number, "", "", ""])
    agreed = report.agreement
    write(["reviewers", "agreed", agreed.pairs, agreed.agreed, "", agreed.low, agreed.high])
    write(["reviewers", "kappa", agreed.pairs, "", agreed.kappa, "", ""])
    if report.undetected:
        write(
            [
                "undetected",
                report.undetected.assumption,
                report.undetected.looked_at_once,
                "",
                "",
                report.undetected.low,
                report.undetected.high,
            ]
        )
    if report.hidden:
        write(["in_no_list", report.hidden.assumption, "", "", "", report.hidden.low, report.hidden.high])
    yield from out.getvalue().splitlines()
