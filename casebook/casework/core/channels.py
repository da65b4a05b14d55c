"""The ways to reach people: addresses from the settings, each for everybody or for one role. A receiver that hangs fails."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass, field

from pydantic import SecretStr

from casebook.domain.vocabulary import Role
from casebook.errors import WrongUsage

SECONDS = 10.0  # for one message to one receiver, from the first byte to its last word
_ENTRY = re.compile(r"(?:(?P<role>[a-z_]+)=)?(?P<url>[A-Za-z][A-Za-z0-9+.-]*://\S+)")


class BadChannel(WrongUsage):
    """CASEBOOK_NOTIFY_URLS holds an entry that is no address Apprise knows, or is for no role."""

    code = "bad_channel"


@dataclass(frozen=True, kw_only=True)
class NoticeChannel:
    """`name` is all of it that may be shown: an address holds passwords."""

    name: str
    url: str = field(repr=False)
    role: Role | None = None  # None: for everybody


def read(setting: SecretStr | None) -> list[NoticeChannel]:
    """`ROLE=URL` or `URL`, separated by white space."""
    entries = setting.get_secret_value().split() if setting else []
    return [_channel(entry, number) for number, entry in enumerate(entries, start=1)]


def _channel(entry: str, number: int) -> NoticeChannel:
    found = _ENTRY.fullmatch(entry)
    role = found["role"] if found else None
    if found is None or (role is not None and role not in set(Role)) or _plugin(found["url"]) is None:
        raise BadChannel(f"CASEBOOK_NOTIFY_URLS: entry {number} is no address Apprise knows, or is for no role")
    scheme = found["url"].partition("://")[0].lower()
    return NoticeChannel(name=f"{scheme}#{number}", url=found["url"], role=Role(role) if role else None)


def send(channel: NoticeChannel, title: str, body: str, *, seconds: float = SECONDS) -> str | None:
    """None if the receiver said that it has it; else why not, as a code."""
    plugin = _plugin(channel.url)
    if plugin is None:
        return "unknown_channel"
    plugin.socket_connect_timeout = plugin.socket_read_timeout = seconds
    said = list[bool]()
    worker = threading.Thread(target=_notify, args=(plugin, title, body, said), daemon=True)
    worker.start()
    worker.join(seconds)  # whatever the address' own patience
    if worker.is_alive():
        return "no_answer"
    return None if said == [True] else "not_accepted"


def _notify(plugin, title: str, body: str, said: list[bool]) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    try:
        said.append(bool(plugin.notify(title=title, body=body, body_format="text")))
    except Exception:  # noqa: BLE001 - a plugin may raise anything: it is not received, and its words may hold the address
        said.append(False)


def _plugin(url: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    import apprise  # noqa: PLC0415 - half a second that only those who send need

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would tell of receivers, and of addresses
    return apprise.Apprise.instantiate(url, suppress_exceptions=True)
