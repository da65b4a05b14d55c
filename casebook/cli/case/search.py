"""`casebook search`: who in one automatic source may be this person, best first, and why."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from casebook.casework.record_checks import ad_hoc_search
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import one_of
from casebook.domain.case.intake import is_possible_date
from casebook.domain.vocabulary import Source
from casebook.errors import WrongUsage


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--source", type=one_of(Source), required=True, metavar="NAME", help=", ".join(Source))
    parser.add_argument("--forename", required=True)
    parser.add_argument("--surname", required=True)
    parser.add_argument("--dob", default="", help="ISO, may be partial: 1987, 1987-04, 1987-04-30")
    parser.add_argument("--postcode", default="")
    parser.add_argument("--alias", action="append", default=[], metavar="'F S'", help="may be given more than once")
    parser.add_argument("--limit", type=int, default=20)
    parser.set_defaults(handler=show)


def show(options: Namespace, call: Call) -> Output:
    if options.limit < 1:
        raise WrongUsage("--limit must be at least 1")
    if options.dob and not is_possible_date(options.dob):
        raise WrongUsage("--dob must be a date that can be: YYYY, YYYY-MM or YYYY-MM-DD")
    asked = {name: getattr(options, name) for name in ("forename", "surname", "dob", "postcode")}
    if not any(text.strip() for text in (*asked.values(), *options.alias)):
        raise WrongUsage("a search needs something to go by: nothing asked is no nil", "nothing_asked")
    with opened(call) as casebook, casebook.acting() as act:
        found = ad_hoc_search.search(
            act, options.source, {**asked, "aliases": ";".join(options.alias)}, limit=options.limit
        )
    rows = [
        {
            "person_id": each.person_id,
            "weight": each.weight,
            "probability": each.probability,
            "band": each.band,
            "explanation": list(each.explanation),
        }
        for each in found.best
    ]
    lines = [_line(row) for row in rows] or ["nobody who shares anything; that is no clearance"]
    if not found.complete:
        lines.append("the source knows more who share as much and did not hand them over: narrow the search")
    return Output(data=rows, lines=lines)


def _line(row: dict[str, object]) -> str:
    return f"{row['person_id']:<24} {row['weight']:>8} bits  {row['band']:<9} {'; '.join(map(str, row['explanation']))}"  # type: ignore[call-overload]
