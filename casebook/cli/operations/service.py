"""The commands of staff, run for somebody who is signed in: `casebook.desk.commands.Commands`, by `main` itself."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from casebook.cli import reading
from casebook.cli.answer import Call, Output, call_handler
from casebook.cli.opening import Opened
from casebook.cli.parsers import HelpAsked, subcommands
from casebook.desk.commands import CommandAnswer, CommandOption, OptionKind
from casebook.domain.actors import Actor
from casebook.errors import CasebookError, NotPermitted

# what staff do; whatever runs the machine or reads its files is the operator's
STAFF = frozenset({
    "applications", "find", "work", "pack", "panel", "staff", "audit", "urgent", "sweep", "board", "forecast", "returns", "policy",
    "identifiers", "deadlines", "instruments", "sources", "search", "review", "monitor",
})  # fmt: skip
_ENDLESS = ("live", "every")  # options with which a command does not end
_NAMES = {"out", "html", "pdf", "plot"}  # options that name a file to be written
_KINDS: Mapping[object, OptionKind] = {
    Path: "file", reading.read_json: "json", reading.day: "day", reading.moment: "moment", reading.words_of: "words",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ServedCommands:
    """Runs commands on a home that is open."""

    opened: Opened  # its actor is nobody's
    call: Call

    def options(self, command: Sequence[str]) -> tuple[CommandOption, ...]:
        """As `Commands` says."""
        if not command or command[0] not in STAFF:
            raise KeyError(" ".join(command))
        parser = self.call.parser(command[0])
        for name in command[1:]:
            parser = subcommands(parser)[name]
        return tuple(_options(parser))

    def run(self, actor: Actor, words: Sequence[str], files: Mapping[str, bytes]) -> CommandAnswer:
        """As `Commands` says."""
        call = replace(self.call, opened=replace(self.opened, actor=actor), staff_id=actor.id, json=True)
        with tempfile.TemporaryDirectory(prefix="casebook-desk-") as folder, reading.attached(files):
            place = Path(folder)
            for name, content in files.items():
                if name != "-":
                    (place / Path(name).name).write_bytes(content)
            try:
                output = _carry_out(call, list(words), place)
            except CasebookError as error:
                return CommandAnswer(
                    exit_code=error.exit_code, data=None, error_code=error.code, error=_local(error.message, place)
                )
            given = {Path(name).name for name in files}
            written = {path.name: path.read_bytes() for path in place.iterdir() if path.name not in given}
            lines = tuple(_local(line, place) for line in output.lines)
            return CommandAnswer(
                exit_code=output.exit_code, data=_plain(output.data, place), lines=lines, files=written
            )


def _carry_out(call: Call, words: list[str], place: Path) -> Output:
    if not words or words[0] not in STAFF:
        raise NotPermitted("this command is the operator's, on the machine itself", "not_here")
    try:
        options = call.parser(words[0]).parse_args(words[1:])
    except HelpAsked as asked:
        return Output(data={"help": str(asked)}, lines=[str(asked).rstrip()])
    if any(getattr(options, name, None) for name in _ENDLESS):
        raise NotPermitted("this goes on until it is stopped, so it is given at a terminal of the machine", "not_here")
    for name, value in vars(options).items():
        setattr(options, name, _there(value, place))
    return call_handler(options.handler, options, call)


def _there(value: object, place: Path) -> object:
    """A path that a command line names, in the folder of this call: nothing else of the machine is read or written."""
    if isinstance(value, Path):
        return place / value.name
    return [_there(each, place) for each in value] if isinstance(value, list) else value


def _local(text: str, place: Path) -> str:
    return text.replace(f"{place}/", "")


def _plain(data: object, place: Path) -> object:
    match data:
        case str() | Path():
            return _local(str(data), place)
        case dict():
            return {name: _plain(value, place) for name, value in data.items()}
        case list() | tuple():
            return [_plain(value, place) for value in data]
        case _:
            return data


def _options(parser: argparse.ArgumentParser) -> Iterator[CommandOption]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no public name for it
        if action.dest in {"help", *_ENDLESS} or isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            continue
        yield CommandOption(
            name=action.dest,
            flag=max(action.option_strings, key=len, default=""),
            kind=_kind(action),
            required=action.required and action.nargs not in {"*", "?"},
            many=action.nargs in {"*", "+"},
            choices=tuple(map(str, action.choices or getattr(action.type, "choices", None) or ())),
            help=_help(action),
        )


def _kind(action: argparse.Action) -> OptionKind:
    if action.nargs == 0:
        return "flag"
    if action.type is Path and action.dest in _NAMES:
        return "out"
    with contextlib.suppress(TypeError):
        return _KINDS.get(action.type, "text")
    return "text"


def _help(action: argparse.Action) -> str:
    return (action.help or "").replace("%(default)s", str(action.default))
