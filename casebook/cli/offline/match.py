"""`casebook match`: finds which persons in one file may be the subjects in another."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from casebook import clock
from casebook.cli import progress
from casebook.cli.answer import Call, Output
from casebook.domain import words
from casebook.errors import WrongUsage


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--subjects", type=Path, required=True, metavar="FILE", help="CSV of the subjects to look for")
    parser.add_argument("--persons", type=Path, required=True, metavar="FILE", help="CSV of the persons on record")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="where to write the candidates as CSV: subject_id, person_id, weight, ...",
    )
    parser.set_defaults(handler=match)


def match(options: Namespace, call: Call) -> Output:
    from casebook.matching.match import match_files  # noqa: PLC0415 - takes half a second, and --help does not need it

    if options.out.resolve() in {options.subjects.resolve(), options.persons.resolve()}:
        raise WrongUsage("--out is one of the files to read; name another file")
    with progress.shown(call, "Comparing subjects with persons"):
        matched = match_files(options.subjects, options.persons, options.out, this_year=clock.now().year)
    return Output(
        data={**asdict(matched), "out": str(options.out)},
        lines=[
            f"{matched.subjects} subjects, {matched.persons} persons, {matched.pairs} pairs compared",
            f"{matched.rows} candidates written: "
            + ", ".join(f"{count} {words.MATCH_BAND.of(band)}" for band, count in matched.bands.items()),
            f"{matched.without_candidates} subjects without candidates. This is not a clearance.",
            *(
                f"{fault['file']} line {fault['line']}, {fault['column'] or 'row'}: {fault['message']} [{fault['code']}]"
                for fault in matched.rejected
            ),
        ],
        exit_code=0 if matched.complete else 1,
    )
