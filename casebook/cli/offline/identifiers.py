"""`casebook identifiers check`: are these numbers, postcodes and dates right, and how are they written?"""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser, Namespace

from casebook import clock
from casebook.cli.answer import Call, Output
from casebook.domain.case.identifiers import Identifier, check
from casebook.errors import WrongUsage


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=["check"])
    # all the rest, whatever it looks like: a value may begin with a hyphen
    parser.add_argument("values", nargs=REMAINDER, metavar="VALUE", help="PNC or CRO number, postcode or date of birth")
    parser.set_defaults(handler=show, format_help=parser.format_help)


def show(options: Namespace, _call: Call) -> Output:
    values: list[str] = list(options.values)
    if values[:1] in (["-h"], ["--help"]):
        return Output(data=None, lines=[options.format_help().rstrip()])
    if "--" in values:
        values.remove("--")  # the first one ends the options; what stands after it is taken as it is
    if not values:
        raise WrongUsage("identifiers check needs at least one value")
    found = [check(value, clock.now().year) for value in values]
    return Output(data=[row(each) for each in found], lines=map(line, found))


def row(found: Identifier) -> dict[str, object]:
    return {
        "value": printable(found.value),
        "kind": found.kind,
        "valid": found.valid,
        "canonical": found.canonical,
        "reason": found.reason,
    }


def line(found: Identifier) -> str:
    return f"{printable(found.value)}  {found.kind}  {found.canonical or 'not valid: ' + (found.reason or '')}"


def printable(value: str) -> str:
    """A byte that is no UTF-8 cannot be printed; it is shown as its number."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")
