"""Lets a test kill any of the product's processes at a named point, from outside: the product knows nothing of it.

Every Python process whose PYTHONPATH names this directory reads this first. A file in the directory `KILL_POINTS` that is
named after a point arms it: the first process that comes there takes the file away and kills itself as `kill -9` would.
"""

from __future__ import annotations

import functools
import inspect
import os
import signal
import sys
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from kill_points import POINTS

FOLDER = Path(os.environ.get("KILL_POINTS", "/nonexistent"))
LEASE = os.environ.get(
    "KILL_POINTS_LEASE"
)  # seconds that a dead run's lease is waited for, instead of the product's own
WATCHED = defaultdict(list)
for _name, _point in POINTS.items():
    WATCHED[_point.module].append((_name, _point))


class Finder:
    """Finds a watched module in the usual way, and wraps its functions once it is loaded."""

    def find_spec(self, name, path=None, target=None):
        if name not in WATCHED and name != "casebook.storage.leases":
            return None
        others = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next(filter(None, others), None)
        if spec is not None:
            load = spec.loader.exec_module

            def exec_module(module):
                load(module)
                wrap(module)

            spec.loader.exec_module = exec_module
        return spec


def wrap(module):
    for name, point in WATCHED[module.__name__]:
        *owners, last = point.function.split(".")
        owner = functools.reduce(getattr, owners, module)
        setattr(owner, last, wrapped(name, point, getattr(owner, last)))
    if LEASE and module.__name__ == "casebook.storage.leases":
        module.TERM = timedelta(seconds=float(LEASE))


def wrapped(name, point, function):
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def at_point(*args, **kwargs):
            if point.before:
                pass_by(name)
            answer = await function(*args, **kwargs)
            if not point.before:
                pass_by(name)
            return answer

    else:

        @functools.wraps(function)
        def at_point(*args, **kwargs):
            if point.before:
                pass_by(name)
            answer = function(*args, **kwargs)
            if not point.before:
                pass_by(name)
            return answer

    return at_point


def pass_by(name):
    """Die here if the point is armed. If several processes arrive at once, only one dies."""
    try:
        (FOLDER / name).rename(FOLDER / f"{name}.{os.getpid()}.killed")
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


if FOLDER.is_dir():
    sys.meta_path.insert(0, Finder())
