"""Shows at a terminal that a long command is still at work, how far it is if that is known, and since when."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from casebook.cli.answer import Call

Advance = Callable[[int, int], None]  # how many are done, of how many


def _unseen(_done: int, _of: int) -> None:
    """Not said in a file, a pipe or a log."""


@contextmanager
def shown(call: Call, what: str, *, elsewhere: Advance = _unseen) -> Iterator[Advance]:
    """On stderr, and gone at the end. With --json, or where stderr is no terminal, `elsewhere` is told instead."""
    if call.json or not sys.stderr.isatty():
        yield elsewhere
        return
    from rich.console import Console  # noqa: PLC0415 - only who sits at a terminal pays for it
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
