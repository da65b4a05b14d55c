"""What somebody may look at without a new entry in the ledger: what they opened a short while ago, and its results.

Opening writes the entry. The page that follows is drawn again by Back, a restored tab or a second look, and that writes nothing:
for so long as the grant holds. It is kept in memory: after a restart of the desk, files are opened again.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SHORT = timedelta(minutes=20)
MOST = 2_000  # of all sessions together; the oldest goes first


@dataclass(frozen=True, kw_only=True)
class Grants:
    """The grants and kept results of every session, each with its end."""

    _held: OrderedDict[tuple[str, str], tuple[datetime, object]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, holder: str, name: str, now: datetime, kept: object) -> None:
        """Let the holder of a session look at something, until `SHORT` from now."""
        with self._lock:
            self._held.pop((holder, name), None)
            self._held[holder, name] = (now + SHORT, kept)
            while len(self._held) > MOST:
                self._held.popitem(last=False)

    def keep(self, holder: str, now: datetime, kept: object) -> str:
        """Keep a result for the holder of a session. Returns its name, which says nothing of it."""
        name = secrets.token_urlsafe(9)
        self.give(holder, name, now, kept)
        return name

    def held(self, holder: str, name: str, now: datetime) -> object | None:
        """What was given or kept under this name, while it holds."""
        ends, kept = self._held.get((holder, name), (now, None))
        return kept if now < ends else None

    def end(self, holder: str) -> None:
        """Forget everything of one session."""
        with self._lock:
            for key in [key for key in self._held if key[0] == holder]:
                del self._held[key]
