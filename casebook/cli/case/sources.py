"""`casebook sources`: list the record sources, load an extract, ask an agency, check that sources answer."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from casebook.casework.core import refused_files
from casebook.casework.record_checks import enquiries, missing_rows, reopening
from casebook.casework.record_checks import extracts as loading
from casebook.cli import progress
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import one_of
from casebook.domain import words
from casebook.domain.case import uncovered
from casebook.domain.vocabulary import Source
from casebook.errors import WrongUsage
from casebook.sources import catalogue
from casebook.sources.loading import Counted

_WIDEST = max(map(len, words.SOURCE.words.values()))


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list every source, how it is searched, and what is loaded")
    listing.set_defaults(handler=_list)
    load = actions.add_parser("load", help="load an extract of one source; rows with faults are listed")
    load.add_argument("name", type=one_of(Source), metavar="NAME", help=f"the source: {', '.join(Source)}")
    load.add_argument("--persons", type=Path, metavar="FILE", help="CSV of its persons")
    load.add_argument("--records", type=Path, metavar="FILE", help="CSV of its records")
    load.add_argument(
        "--whole", action="store_true", help="the files are the complete source: what is not in them is removed"
    )
    load.set_defaults(handler=_load)
    enquire = actions.add_parser("enquire", help="ask a source about one application that is not asked automatically")
    enquire.add_argument("name", type=one_of(Source), metavar="NAME", help="the source, as `sources list` prints it")
    enquire.add_argument("reference", metavar="REF", help="the application")
    enquire.add_argument(
        "--without-waiting", action="store_true", help="let the record checks end before it is answered"
    )
    enquire.set_defaults(handler=_enquire)
    missing = actions.add_parser("missing", help="list the rows of a source that did not land and were not accepted")
    missing.add_argument("name", type=one_of(Source), metavar="NAME", help="the source, as `sources list` prints it")
    missing.set_defaults(handler=_missing)
    accept = actions.add_parser("accept", help="accept that rows of a source did not land, until the next load")
    accept.add_argument("name", type=one_of(Source), metavar="NAME", help="the source, as `sources list` prints it")
    accept.add_argument("--reason", required=True, help="why, as a code such as test_rows")
    accept.set_defaults(handler=_accept)
    check = actions.add_parser("check", help="check that each automatic source answers and is whole")
    check.set_defaults(handler=_check)


def _list(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = catalogue.listing(act.session, act.now)
    return Output(data=rows, lines=[_line(row) for row in rows])


def _line(row: dict[str, Any]) -> str:
    loaded = (
        f"{row['persons']} persons, {row['records']} records, loaded {row['loaded_at']}" if row["loaded_at"] else ""
    )
    mandatory = "mandatory" if row["mandatory"] else ""
    name, parts = words.SOURCE.of(row["source"]), [*([loaded] if loaded else []), *_not_whole(row["missing_rows"])]
    return f"{row['source']:<18}  {name:<{_WIDEST}}  {row['how']:<8}  {mandatory:<9}  {'; '.join(parts)}".rstrip()


def _not_whole(rows: int) -> list[str]:
    return [uncovered.not_whole(rows)] if rows else []


def _load(options: Namespace, call: Call) -> Output:
    if not (options.persons or options.records):
        raise WrongUsage("give --persons FILE, --records FILE or both")
    with opened(call) as casebook, progress.shown(call, "Loading the extract"):
        files_given = (options.persons, options.records)
        with refused_files.noted(casebook.acting, "extract", *files_given), casebook.acting() as act:
            loaded = loading.load(
                act, options.name, persons=options.persons, records=options.records, whole=options.whole
            )
        looked_again = reopening.look_again(casebook.acting, loaded.touched)
    files = [("persons", loaded.persons), ("records", loaded.records)]
    rejected = [{"file": name, **fault.as_json()} for name, counted in files if counted for fault in counted.rejected]
    data = {
        "source": loaded.source,
        "extract": loaded.extract,
        **{name: _counts(counted) for name, counted in files},
        "rejected": rejected,
        "ignored_columns": [column for _, counted in files if counted for column in counted.ignored_columns],
        "missing_rows": loaded.missing,
        "looked_at_again": len(loaded.touched),
        "reopened": looked_again.reopened,
        "changed": looked_again.changed,
    }
    lines = [
        f"{name}: {counted.landed} of {counted.landed + len(counted.lost)} rows landed: {counted.new} new,"
        f" {counted.changed} changed, {counted.unchanged} unchanged, {counted.gone} removed"
        for name, counted in files
        if counted
    ]
    lines += [
        f"{fault['file']} line {fault['line']}, {fault['column']}: {fault['message']} [{fault['code']}]"
        for fault in rejected
    ]
    lines += [
        f"the source is {sentence}: a supervisor can accept that with `sources accept {loaded.source}`"
        for sentence in _not_whole(loaded.missing)
    ]
    lines += _again(looked_again)
    return Output(data=data, lines=lines, exit_code=0 if all(fault["landed"] for fault in rejected) else 1)


def _again(looked_again: reopening.ReopeningResult) -> list[str]:
    return [
        *(f"{reference} goes back to record checks" for reference in looked_again.reopened),
        *(f"{reference}: its candidates or coverage changed" for reference in looked_again.changed),
    ]


def _missing(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        lists = missing_rows.listing(act, options.name)
    lines = []
    for missing in lists:
        lines += [
            f"{missing['file']}, loaded {missing['loaded_at']}: {missing['rows']} of {missing['rows_in_file']} rows did not land"
        ]
        lines += [f"  line {fault['line']}, {fault['column']} [{fault['code']}]" for fault in missing["faults"]]
    return Output(data=lists, lines=lines or ["every row landed, or was accepted"])


def _accept(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook:
        with casebook.acting() as act:
            rows, touched = missing_rows.accept(act, options.name, reason=options.reason)
        looked_again = reopening.look_again(casebook.acting, touched)
    data = {
        "source": options.name,
        "accepted_rows": rows,
        "looked_at_again": len(touched),
        "reopened": looked_again.reopened,
        "changed": looked_again.changed,
    }
    accepted = (
        f"{words.SOURCE.of(options.name)}: it is accepted, until the next load, that {rows} of its rows did not land"
    )
    return Output(data=data, lines=[accepted, *_again(looked_again)])


def _enquire(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        search = enquiries.enquire(act, options.reference, options.name, wait=not options.without_waiting)
        data = {
            "search": search.id, "reference": search.reference, "source": search.source, "waited_for": search.mandatory,
            "searches": [step["family"] for step in search.plan],
        }  # fmt: skip
    return Output(
        data=data,
        lines=[
            f"{words.SOURCE.of(search.source)} must be asked about {search.reference}: see `work list --role researcher`"
        ],
    )


def _counts(counted: Counted | None) -> dict[str, int] | None:
    if counted is None:
        return None
    return {
        "landed": counted.landed, "new": counted.new, "changed": counted.changed, "unchanged": counted.unchanged,
        "gone": counted.gone,
    }  # fmt: skip


def _check(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = catalogue.health(act.session)
    lines = [f"{words.SOURCE.of(row['source']):<{_WIDEST}}  {_health(row)}" for row in rows] or ["no automatic source"]
    return Output(data=rows, lines=lines, exit_code=0 if all(row["ok"] for row in rows) else 1)


def _health(row: dict[str, Any]) -> str:
    if row["fault"] == "not_whole":
        return uncovered.not_whole(row["missing_rows"])
    return "ok" if row["ok"] else words.SOURCE_FAULT.of(row["fault"])
