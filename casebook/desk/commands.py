"""What the desk needs of the `casebook` command. The command hands its own implementation in; the desk never imports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from casebook.domain.actors import Actor

OptionKind = Literal["text", "words", "flag", "file", "out", "json", "day", "moment"]


@dataclass(frozen=True, kw_only=True)
class CommandOption:
    """One argument or option of a command, as a form asks for it."""

    name: str  # of the field
    flag: str  # "--reason"; empty for an argument by its place
    kind: OptionKind
    required: bool
    many: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class CommandAnswer:
    """What a command gave back: `data` as --json has it, `lines` as a terminal shows it, and the files that it wrote."""

    exit_code: int
    data: object
    lines: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    error_code: str = ""
    error: str = ""


class Commands(Protocol):
    """Runs the commands of staff, each in the name of whoever is signed in."""

    def options(self, command: Sequence[str], /) -> tuple[CommandOption, ...]:
        """The arguments and options of a command such as `applications hold`. KeyError if staff have no such command."""

    def run(self, actor: Actor, words: Sequence[str], files: Mapping[str, bytes], /) -> CommandAnswer:
        """Run one command line. `files`: the contents of the files that it names; `-` is what it reads from standard input."""
