"""What is said of a file whose rows became applications."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from casebook.casework.intake.landing import ImportedFile
from casebook.cli.answer import Output
from casebook.errors import Refused, UnreadableFile
from casebook.files import Rejection


@contextmanager
def file_at_fault() -> Iterator[None]:
    """A file that is there and cannot be read is at fault itself, not the call that names it."""
    try:
        yield
    except UnreadableFile as error:
        if error.code in {"no_such_file", "not_a_file"}:
            raise
        raise Refused(error.message, error.code) from None


def output(
    imported: ImportedFile, *, done: str, more: Mapping[str, object] | None = None, said: Sequence[str] = ()
) -> Output:
    """The references of what landed, and every fault. `done`: what was done with the rows that landed.

    `more`, `said`: what else there is to say, as data and as lines.
    """
    lost = [rejection for rejection in imported.rejected if not rejection.landed]
    lines = [
        f"{len(imported.accepted)} {done}, {len(imported.unchanged)} unchanged, {len(lost)} faults in rejected rows",
        *faults(imported.rejected),
    ]
    if imported.to_read:
        lines.append(f"rejected rows that tell of danger: {imported.to_read}; the duty inspector must read them now")
    data: dict[str, object] = {
        "accepted": imported.accepted,
        "unchanged": imported.unchanged,
        "rejected": [rejection.as_json() for rejection in imported.rejected],
        "ignored_columns": imported.ignored_columns,
        **(more or {}),
    }
    return Output(data=data, lines=[*lines, *ignored(imported.ignored_columns), *said], exit_code=1 if lost else 0)


def faults(rejected: Iterable[Rejection]) -> list[str]:
    """A line for each fault."""
    return [
        f"line {fault.line}{', ' * bool(fault.column)}{fault.column}: {fault.message} [{fault.code}]"
        for fault in rejected
    ]


def ignored(columns: Sequence[str]) -> list[str]:
    """A line that names the columns that were not used, if there are any."""
    return [f"columns not used: {', '.join(columns)}"] if columns else []
