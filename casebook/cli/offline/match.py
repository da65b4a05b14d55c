"""`casebook match`: link a file of subjects to a file of persons."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from casebook import clock
from casebook.cli import progress
from casebook.cli.answer import Call, Output
from casebook.errors import WrongUsage


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--subjects", type=Path, required=True, metavar="FILE", help="who is looked for")
    parser.add_argument("--persons", type=Path, required=True, metavar="FILE", help="who is on record")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="subject_id, person_id, weight, ...")
    parser.set_defaults(handler=match)


def match(options: Namespace, call: Call) -> Output:
    from casebook.matching.match import match_files  # noqa: PLC0415 - the engine costs half a second; --help does not need it

    if options.out.resolve() in {options.subjects.resolve(), options.persons.resolve()}:
        raise WrongUsage("--out would overwrite what is read")
    with progress.shown(call, "Comparing subjects with persons"):
        matched = match_files(options.subjects, options.persons, options.out, this_year=clock.now().year)
    return Output(
        data={**asdict(matched), "out": str(options.out)},
        lines=[
            f"{matched.subjects} subjects, {matched.persons} persons, {matched.pairs} pairs compared",
            f"{matched.rows} candidates written: "
            + ", ".join(f"{count} {band}" for band, count in matched.bands.items()),
            f"{matched.without_candidates} subjects share nothing with anybody",
            *(
                f"{each['file']} line {each['line']}, {each['column'] or 'row'}: {each['message']} [{each['code']}]"
                for each in matched.rejected
            ),
        ],
        exit_code=0 if matched.complete else 1,
    )
