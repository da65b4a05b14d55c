"""How often and how stubbornly one process asks a source: evenly spaced, and not at all for a while once it is down."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock

from casebook.errors import SourceFault


@dataclass(kw_only=True)
class Throttle:
    """At most so many calls a second, one after another."""

    per_second: float
    _next: float = field(default=0.0, init=False)
    _turn: Lock = field(default_factory=Lock, init=False, repr=False)

    def wait(self) -> None:
        with self._turn:
            now = time.monotonic()
            at = max(now, self._next)
            self._next = at + 1 / self.per_second
        time.sleep(at - now)


@dataclass(kw_only=True)
class Breaker:
    """After so many failures on end nobody asks for `rest` seconds; then one call shows whether it is up again."""

    failures: int
    rest: float  # seconds
    _failed: int = field(default=0, init=False)
    _closed_until: float = field(default=0.0, init=False)

    def admit(self) -> None:
        if self._failed >= self.failures and time.monotonic() < self._closed_until:
            raise SourceFault("the source has just failed several times and is left alone for a moment", "circuit_open")

    def answered(self) -> None:
        self._failed = 0

    def failed(self) -> None:
        self._failed += 1
        self._closed_until = time.monotonic() + self.rest
