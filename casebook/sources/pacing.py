"""How often one process asks a source: at an even rate, and not at all for a while after it has failed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock

from casebook.errors import SourceFault


@dataclass(kw_only=True)
class Throttle:
    """Allows a limited number of calls a second, one after another."""

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
    """Stops calls for `rest` seconds after several failures in a row. Then one call tests whether the source answers."""

    failures: int
    rest: float  # seconds
    _failed: int = field(default=0, init=False)
    _closed_until: float = field(default=0.0, init=False)

    def admit(self) -> None:
        if self._failed >= self.failures and time.monotonic() < self._closed_until:
            raise SourceFault("The source failed several times just before, so it is not asked now.", "circuit_open")

    def answered(self) -> None:
        self._failed = 0

    def failed(self) -> None:
        self._failed += 1
        self._closed_until = time.monotonic() + self.rest
