"""`casebook search`: lists who in one automatic source may be this person, best match first, and why."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from casebook import bounds, clock
from casebook.casework.record_checks import ad_hoc_search
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import one_of, whole
from casebook.domain import words
from casebook.domain.case import uncovered
from casebook.domain.vocabulary import Source
from casebook.errors import WrongUsage
from casebook.values import dates


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--source", type=one_of(Source), required=True, metavar="NAME", help=f"the source: {', '.join(Source)}"
    )
    parser.add_argument("--forename", required=True, metavar="NAME", help="forename")
    parser.add_argument("--surname", required=True, metavar="NAME", help="surname")
    parser.add_argument(
        "--dob",
        default="",
        metavar="DATE",
        help="date of birth, may be partial: 1987, 1987-04 or 1987-04-30; 30/04/1987 and other ways of writing it are read too",
    )
    parser.add_argument("--postcode", default="", metavar="POSTCODE", help="postcode")
    parser.add_argument(
        "--alias",
        action="append",
        default=[],
        metavar="'F S'",
        help="another forename and surname; may be given more than once",
    )
    parser.add_argument(
        "--limit",
        type=whole(1, bounds.LISTED),
        default=20,
        metavar="N",
        help="at most this many candidates (default: %(default)s)",
    )
    parser.set_defaults(handler=show)


def show(options: Namespace, call: Call) -> Output:
    born = dates.of_birth(options.dob or "", clock.now().year)
    if options.dob and not born.iso:
        raise WrongUsage("--dob must be a possible date, such as 1985-11-07, 07/11/1985, 1985-11 or 1985")
    options.dob = born.iso
    asked = {name: getattr(options, name) for name in ("forename", "surname", "dob", "postcode")}
    if not any(text.strip() for text in (*asked.values(), *options.alias)):
        raise WrongUsage(
            "give a name, date of birth or postcode to search for; an empty search is not a nil return", "nothing_asked"
        )
    with opened(call) as casebook, casebook.acting() as act:
        searched = ad_hoc_search.search(
            act, options.source, {**asked, "aliases": ";".join(options.alias)}, limit=options.limit
        )
    rows = [
        {
            "person_id": candidate.person_id,
            "weight": candidate.weight,
            "probability": candidate.probability,
            "band": candidate.band,
            "explanation": list(candidate.explanation),
        }
        for candidate in searched.best
    ]
    lines = [_line(row) for row in rows] or ["No candidates found. This is not a clearance."]
    if not searched.complete:
        lines.append("The source has more people who match as well and did not return them. Narrow the search.")
    if searched.missing:
        lines.append(f"The source is {uncovered.not_whole(searched.missing)}. What did not land was not searched.")
    return Output(data=rows, lines=lines)


def _line(row: dict[str, Any]) -> str:
    strength, why = words.MATCH_BAND.of(row["band"]), "; ".join(map(str, row["explanation"]))
    return f"{row['person_id']:<24} {row['weight']:>8} bits  {strength:<14} {why}"
