"""What the surroundings of a command must not decide: where our database is, how it speaks, and how we ask ourselves."""

from __future__ import annotations

import re
from collections.abc import MutableMapping

LIBPQ = re.compile(
    r"PG[A-Z]+"
)  # variables that the database's client library reads for whatever an address does not say
PROXIES = re.compile(r"(?:https?|all)_proxy", re.IGNORECASE)
OURSELVES = ("localhost", "127.0.0.1", "::1")


def settle(environment: MutableMapping[str, str]) -> None:
    """Make the environment safe for this process and those that it starts. Call this before anything else reads it.

    The client library's variables are removed: with PGCLIENTENCODING or PGPORT from somebody's shell an import stops in the
    middle. Our own addresses are never asked through a proxy, which would learn the password of Prefect's server; other
    addresses, such as those of sources, still are.
    """
    for name in [name for name in environment if LIBPQ.fullmatch(name)]:
        del environment[name]
    if not any(PROXIES.fullmatch(name) for name in environment):
        return
    direct = [part.strip() for name in ("no_proxy", "NO_PROXY") for part in environment.get(name, "").split(",")]
    kept = ",".join(dict.fromkeys(filter(None, (*direct, *OURSELVES))))
    environment["no_proxy"] = environment["NO_PROXY"] = kept
