"""`casebook review`: registers of past applications in, reconciled, and ranked by who must be looked at first."""

from __future__ import annotations

import csv
import io
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from casebook.casework.review import account, ranking, registers
from casebook.casework.review import triage as review_triage
from casebook.cli import progress
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.review import importing, page, work
from casebook.cli.writing import refuse_unwritable, write_whole
from casebook.domain import words
from casebook.domain.review import reconciling
from casebook.domain.review.hidden_population import estimate
from casebook.monitor import log_linear
from casebook.storage.review import registers as stored
from casebook.storage.tables import ReviewApplication

TRIAGE_COLUMNS = ("rank", "reference", "score", "contact_priority", "failure_modes", "reasons")


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    importing.configure(actions)
    actions.add_parser("reconcile", help="which rows are one application; what each list lacks").set_defaults(
        handler=_reconcile
    )
    triage = actions.add_parser("triage", help="rank every application by who must be looked at first")
    triage.add_argument("--out", type=Path, metavar="FILE", help="write the CSV there")
    triage.set_defaults(handler=_triage)
    queue = actions.add_parser("queue", help="what to look at next")
    queue.add_argument("--by", choices=("review", "contact"), default="review")
    queue.add_argument("--limit", type=at_least_nothing, metavar="N", help="the first N only")
    queue.set_defaults(handler=_queue)
    actions.add_parser("progress", help="how far the review is, and when it may end").set_defaults(handler=_account)
    report = actions.add_parser("report", help="what was found, with intervals; names nobody and may be published")
    report.add_argument(
        "--internal", action="store_true", help="with small counts and the rates by handler: not for publication"
    )
    report.add_argument("--out", type=Path, metavar="FILE", help="write it there: .html, .pdf, else CSV")
    report.set_defaults(handler=_report)
    work.configure(actions)


def at_least_nothing(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError("a whole number, not below 0")
    return int(text)


def _reconcile(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        found = registers.reconciled(act)
    unseen = estimate(found.overlap.patterns, log_linear.fit)
    doubled = reconciling.doubled(found.applications)
    told = asdict(found.overlap) | {
        "patterns": [
            {"lists": list(pattern), "applications": count} for pattern, count in found.overlap.patterns.items()
        ],
        "missing_references": reconciling.missing(found.applications),
        "doubled_references": {name: [asdict(each) for each in rows] for name, rows in doubled.items()},
        "in_no_list": asdict(unseen) if unseen else None,
    }
    lines = [f"{found.overlap.rows} rows are {found.overlap.applications} applications"]
    lines += [
        f"  {name}: {count} applications, {found.overlap.missing[name]} missing, {found.overlap.doubled[name]} rows doubled,"
        f" {found.overlap.only_in[name]} in no other list"
        for name, count in found.overlap.lists.items()
    ]
    lines += [
        f"  {each.reference} stands twice in {name}: {', '.join(each.where)}"
        for name, rows in doubled.items()
        for each in rows
    ]
    if unseen:
        lines.append(f"between {unseen.low} and {unseen.high} may stand in no list, assuming {unseen.assumption}")
    return Output(data=told, lines=[*lines, "which are missing from which list: --json"])


def _triage(options: Namespace, call: Call) -> Output:
    refuse_unwritable(options.out)
    with opened(call) as casebook:
        with progress.shown(call, "Ranking past applications", elsewhere=_progress) as advance:
            told = review_triage.triage(casebook.acting, advance)
        with casebook.acting() as act:
            rows, blind = stored.applications(act.session), ranking.blind(act)
    if options.out:
        write_whole(options.out, _csv(rows, blind=blind))
    data = {
        "applications": told.applications, "assessed": told.assessed, "linked": told.linked,
        "failure_modes": {} if blind else told.modes,
        "contact_priority": told.contact, "out": str(options.out) if options.out else None,
    } | ({} if options.out else {"ranking": [_told(row, blind=blind) for row in rows]})  # fmt: skip
    return Output(data=data, lines=_summary(data) if options.out else _csv(rows, blind=blind))


def _progress(done: int, of: int) -> None:
    print(f"{done} of {of} applications assessed", file=sys.stderr)


def _summary(data: dict[str, object]) -> list[str]:
    return [f"{words.spelled(name)}: {_counts(name, value)}" for name, value in data.items()]


def _counts(name: str, value: object) -> object:
    """Counts by code in words; any other value as it is."""
    vocabulary = {"failure_modes": words.FAILURE_MODE, "contact_priority": words.CONTACT_PRIORITY}.get(name)
    if vocabulary is None or not isinstance(value, dict):
        return "-" if value is None else value
    return ", ".join(f"{count} {vocabulary.of(code)}" for code, count in value.items()) or "none"


def _told(row: ReviewApplication, *, blind: bool = False) -> dict[str, Any]:
    said = row.assessment or {}
    if blind:
        said = said | {"modes": [], "reasons": []}
    return {
        "rank": row.rank,
        "reference": row.reference,
        "score": said.get("score"),
        "contact_priority": said.get("contact_priority"),
        "failure_modes": said.get("modes", []),
        "reasons": said.get("reasons", []),
    }


def _csv(rows: Iterable[ReviewApplication], *, blind: bool = False) -> Iterator[str]:
    yield ",".join(TRIAGE_COLUMNS)
    for row in rows:
        told, out = _told(row, blind=blind), io.StringIO()
        cells = [";".join(cell) if isinstance(cell, list) else cell for cell in told.values()]
        cells[2] = f"{told['score']:.3f}"
        csv.writer(out, lineterminator="").writerow(cells)
        yield out.getvalue()


def _queue(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = ranking.queue(act, by_contact=options.by == "contact")
        blind = ranking.blind(act)
    told = [_told(row, blind=blind) for row in rows[: options.limit]]
    return Output(data=told, lines=[_line(each) for each in told])


def _line(told: dict[str, Any]) -> str:
    modes = "; ".join(map(words.FAILURE_MODE.of, told["failure_modes"]))
    contact = words.CONTACT_PRIORITY.of(told["contact_priority"])
    return f"{told['rank']:>6}  {contact:<17} {told['score']:>8.1f}  {told['reference']}  {modes}"


def _account(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        told = account.progress(act)
    return Output(data=told, lines=list(progress_lines(told)))


COUNTED = {"outcomes": words.REVIEW_OUTCOME, "contact_priority": words.CONTACT_PRIORITY, "people": words.PROGRESS}


def progress_lines(told: dict[str, Any]) -> Iterator[str]:
    if due := told["people"]["look_again"]:
        yield f"TODAY: {due} who could not safely be contacted are to be looked at again: `casebook review people`"
    yield f"{told['rows']} rows in {told['files']} files are {told['applications']} applications, {told['assessed']} of them ranked"
    yield f"{told['examined']} examined, {told['in_hand']} in hand, {told['remaining']} remaining"
    end = told["forecast"]
    yield f"end: about {end['end']}, {end['a_day']} a day" if end else "end: too few are examined to tell"
    for name, vocabulary in COUNTED.items():
        counts = ", ".join(f"{count} {vocabulary.of(what)}" for what, count in told[name].items())
        yield f"{words.spelled(name)}: {counts or 'none'}"
    referrals = told["referrals"]
    yield f"enquiries: {told['enquiries']}; referrals: {referrals['made']} made, {len(referrals['owed'])} owed for harm found"
    for each in told["campaigns"]:
        yield f"{work.name(each)}: {each['examined']} of {each['applications']} examined"


def _report(options: Namespace, call: Call) -> Output:
    refuse_unwritable(options.out)
    with opened(call) as casebook, casebook.acting() as act:
        told = account.report(act, internal=options.internal)
    lines = list(_report_csv(told))
    match options.out.suffix.lower() if options.out else "":
        case "":
            pass
        case ".html" | ".htm":
            write_whole(options.out, page.as_html(told).encode())
        case ".pdf":
            write_whole(options.out, page.as_pdf(told))
        case _:
            write_whole(options.out, lines)
    return Output(data=_plain(told) | {"out": str(options.out) if options.out else None}, lines=lines)


def _plain(told: account.ReviewReport) -> dict[str, Any]:
    data = asdict(told)
    for name in ("end", "earliest", "latest"):
        if data["forecast"] and data["forecast"][name]:
            data["forecast"][name] = data["forecast"][name].isoformat()
    return data


def _report_csv(told: account.ReviewReport) -> Iterator[str]:
    """An empty cell: too few to tell."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(["by", "what", "of", "count", "share", "low", "high"])
    for prefix, tables in (("", told.shares), ("found_", told.found)):
        for by, shares in tables.items():
            for each in shares:
                rate = f"{each.count / each.of:.4f}" if each.count is not None and each.of else ""
                write([f"{prefix}{by}", each.what, each.of, each.count, rate, each.low, each.high])
    for what, counts in told.lists.items():
        for name, count in counts.items():
            write([f"list_{what}", name, told.applications, count, "", "", ""])
    for rung, reached in told.people.items():
        write(["people", rung, "", reached, "", "", ""])
    agreed = told.agreement
    write(["reviewers", "agreed", agreed.pairs, agreed.agreed, "", agreed.low, agreed.high])
    write(["reviewers", "kappa", agreed.pairs, "", agreed.kappa, "", ""])
    if told.undetected:
        write(
            [
                "undetected",
                told.undetected.assumption,
                told.undetected.looked_at_once,
                "",
                "",
                told.undetected.low,
                told.undetected.high,
            ]
        )
    if told.hidden:
        write(["in_no_list", told.hidden.assumption, "", "", "", told.hidden.low, told.hidden.high])
    yield from out.getvalue().splitlines()
