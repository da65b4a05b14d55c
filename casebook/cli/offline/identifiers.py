"""`casebook identifiers check`: checks PNC and CRO numbers, postcodes and dates of birth, and how they are written."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser, Namespace

from casebook import clock
from casebook.cli.answer import Call, Output
from casebook.domain.words.checks import IDENTIFIER, IDENTIFIER_FAULT
from casebook.errors import WrongUsage
from casebook.values.identifiers import Identifier, check


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=["check"], help="check each value")
    # everything after the action: a value may begin with a hyphen
    parser.add_argument("values", nargs=REMAINDER, metavar="VALUE", help="PNC or CRO number, postcode or date of birth")
    parser.set_defaults(handler=show, format_help=parser.format_help)


def show(options: Namespace, _call: Call) -> Output:
    values: list[str] = list(options.values)
    if values[:1] in (["-h"], ["--help"]):
        return Output(data=None, lines=[options.format_help().rstrip()])
    if "--" in values:
        values.remove("--")  # the first -- ends the options; everything after it is a value
    if not values:
        raise WrongUsage("give at least one value to check")
    identifiers = [check(value, clock.now().year) for value in values]
    return Output(data=[row(identifier) for identifier in identifiers], lines=map(line, identifiers))


def row(identifier: Identifier) -> dict[str, object]:
    return {
        "value": printable(identifier.value),
        "kind": identifier.kind,
        "valid": identifier.valid,
        "canonical": identifier.canonical,
        "reason": identifier.reason,
    }


def line(identifier: Identifier) -> str:
    result = identifier.canonical or f"not valid: {IDENTIFIER_FAULT.of(identifier.reason)}"
    return f"{printable(identifier.value)}  {IDENTIFIER.of(identifier.kind)}  {result}"


def printable(value: str) -> str:
    """The value with bytes that are not UTF-8 written as their numbers."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")
