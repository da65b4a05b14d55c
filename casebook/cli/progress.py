"""Shows at a terminal that a long command is still running, how far it is (if known), and for how long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from casebook.cli.answer import Call
from casebook.outside_text import harmless

Advance = Callable[[int, int], None]  # called with how many are done, and of how many


def _unseen(_done: int, _of: int) -> None:
    """Show nothing: progress is not for a file, a pipe or a log."""


@contextmanager
def shown(call: Call, what: str, *, elsewhere: Advance = _unseen) -> Iterator[Advance]:
    """Show progress on stderr and remove it at the end. With --json, or without a terminal, call `elsewhere` instead."""
    if call.json or not sys.stderr.isatty():
        yield elsewhere
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import, and only a terminal needs it
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(harmless(what), total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
