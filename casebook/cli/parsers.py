"""The argument parser of every `casebook` command, and what a page needs to know of one."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from casebook.errors import WrongUsage


class HelpAsked(Exception):
    """Carries the text of --help to where every answer is shown."""


class Parser(ArgumentParser):
    """Reports a wrong call like every other error, and prints help like every other answer."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - the many options of ArgumentParser
        super().__init__(**options)
        self.register("action", "parsers", _Actions)

    def print_help(self, file: object = None) -> None:
        del file
        raise HelpAsked(self.format_help())

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(f"{message}; for help: `{self.prog} --help`")


class _Actions(argparse._SubParsersAction):  # type: ignore[type-arg] # noqa: SLF001 - argparse has no public name for it
    """Subcommands whose own --help begins with the line that lists them."""

    def add_parser(self, name: str, **options: Any) -> Any:  # noqa: ANN401 - as in argparse
        return super().add_parser(name, **{"description": options.get("help"), **options})


@dataclass(frozen=True, kw_only=True)
class Group:
    """Arguments or options that belong together, each with its help text. The usual groups have no title."""

    title: str
    description: str
    arguments: tuple[tuple[str, str], ...]


def subcommands(parser: ArgumentParser) -> Mapping[str, ArgumentParser]:
    """The parsers of the subcommands of a parser, by name."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public name for it
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            return action.choices
    return {}


def with_subcommands(parser: ArgumentParser) -> Iterator[ArgumentParser]:
    """A parser, then the parsers of its subcommands, in the order they were added."""
    yield parser
    for subcommand in subcommands(parser).values():
        yield from with_subcommands(subcommand)


def usage(parser: ArgumentParser) -> str:
    """The usage on one line, whatever the width of the terminal; without --help, which every command has."""
    formatter = _formatter(parser)
    shown = [action for action in parser._actions if action.dest != "help"]  # noqa: SLF001 - as above
    formatter.add_usage(parser.usage, shown, parser._mutually_exclusive_groups, prefix="")  # noqa: SLF001 - as above
    return " ".join(formatter.format_help().split())


def groups(parser: ArgumentParser) -> Iterator[Group]:
    """The arguments and options of a parser, without --help and its subcommands; the usual two groups are one."""
    usual, named = parser._action_groups[:2], parser._action_groups[2:]  # noqa: SLF001 - as above
    arguments = tuple(argument for group in usual for argument in _arguments(parser, group))
    if arguments:
        yield Group(title="", description="", arguments=arguments)
    for group in named:
        yield Group(
            title=group.title or "", description=group.description or "", arguments=tuple(_arguments(parser, group))
        )


def _arguments(parser: ArgumentParser, group: argparse._ArgumentGroup) -> Iterator[tuple[str, str]]:
    formatter = _formatter(parser)
    for action in group._group_actions:  # noqa: SLF001 - as above
        if action.dest != "help" and not isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            text = formatter._expand_help(action) if action.help else ""  # noqa: SLF001 - as above
            yield formatter._format_action_invocation(action), text  # noqa: SLF001 - as above


def _formatter(parser: ArgumentParser) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(parser.prog, width=10_000)
