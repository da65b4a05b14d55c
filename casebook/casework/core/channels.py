"""Channels for notices: addresses from the settings, each for every role or for one. A receiver that hangs counts as failed."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass, field

from pydantic import SecretStr

from casebook.domain.vocabulary import Role
from casebook.errors import WrongUsage

SECONDS = 10.0  # for one message to one receiver, from start to end
_ENTRY = re.compile(r"(?:(?P<role>[a-z_]+)=)?(?P<url>[A-Za-z][A-Za-z0-9+.-]*://\S+)")


class BadChannel(WrongUsage):
    """An entry of CASEBOOK_NOTIFY_URLS is not an address that Apprise knows, or names an unknown role."""

    code = "bad_channel"


@dataclass(frozen=True, kw_only=True)
class NoticeChannel:
    """One channel. Only `name` may be shown: the address can hold a password."""

    name: str
    url: str = field(repr=False)
    role: Role | None = None  # None: for everybody


def read(setting: SecretStr | None) -> list[NoticeChannel]:
    """`ROLE=URL` or `URL`, separated by white space."""
    entries = setting.get_secret_value().split() if setting else []
    return [_channel(entry, number) for number, entry in enumerate(entries, start=1)]


def _channel(entry: str, number: int) -> NoticeChannel:
    match = _ENTRY.fullmatch(entry)
    role = match["role"] if match else None
    if match is None or (role is not None and role not in set(Role)) or _plugin(match["url"]) is None:
        raise BadChannel(
            f"CASEBOOK_NOTIFY_URLS: entry {number} is not an address that Apprise knows, or names an unknown role"
        )
    scheme = match["url"].partition("://")[0].lower()
    return NoticeChannel(name=f"{scheme}#{number}", url=match["url"], role=Role(role) if role else None)


def send(channel: NoticeChannel, title: str, body: str, *, seconds: float = SECONDS) -> str | None:
    """Send a message. Returns None if the receiver confirmed it, otherwise the fault as a code."""
    plugin = _plugin(channel.url)
    if plugin is None:
        return "unknown_channel"
    plugin.socket_connect_timeout = plugin.socket_read_timeout = seconds
    accepted = list[bool]()
    worker = threading.Thread(target=_notify, args=(plugin, title, body, accepted), daemon=True)
    worker.start()
    worker.join(seconds)  # whatever timeout the address itself sets
    if worker.is_alive():
        return "no_answer"
    return None if accepted == [True] else "not_accepted"


def _notify(plugin, title: str, body: str, accepted: list[bool]) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    try:
        accepted.append(bool(plugin.notify(title=title, body=body, body_format="text")))
    except Exception:  # noqa: BLE001 - a plugin may raise anything: it counts as not received; its message may hold the address
        accepted.append(False)


def _plugin(url: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    import apprise  # noqa: PLC0415 - takes half a second, and only sending needs it

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would log receivers and addresses
    return apprise.Apprise.instantiate(url, suppress_exceptions=True)
