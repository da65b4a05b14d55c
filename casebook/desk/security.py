"""What protects a page: its headers, the cookie of a session, and the proof that a form came from our own page."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from casebook.errors import NotPermitted

COOKIE = "desk"
# the hash is that of the one line of script in the template of GOV.UK Frontend
POLICY = (
    "default-src 'none'; script-src 'self' 'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='; style-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[bytes, bytes] = {
    b"content-security-policy": POLICY.encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"cache-control": b"no-store",
}
HSTS = b"max-age=31536000"

App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


class Guarded:
    """Adds the headers to every answer, also to errors. `secure`: the desk is reached over TLS."""

    def __init__(self, app: App, *, secure: bool = False) -> None:
        self.app, self.secure = app, secure

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = {name.lower(): value for name, value in message["headers"]}
                own = HEADERS if not self.secure else {**HEADERS, b"strict-transport-security": HSTS}
                if scope["path"].startswith("/static/"):  # nobody's data: the same for everybody
                    own = {**own, b"cache-control": b"max-age=3600"}
                added = [(name, value) for name, value in own.items() if name not in headers]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, guarded)


def csrf_token(secret: str) -> str:
    """What each form of a session carries. It follows from the session's secret and does not give it away."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def refuse_foreign(request: Request) -> None:
    """Refuse an unsafe request that another site caused."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        foreign = origin is None or urlsplit(origin).netloc != request.headers.get("host")
    if foreign:
        raise NotPermitted("this form was not sent from a page of the desk", "foreign_request")


def refuse_forged(secret: str, given: str) -> None:
    """Refuse a form without the token of its session."""
    if not hmac.compare_digest(csrf_token(secret).encode(), given.encode()):
        raise NotPermitted("this form belongs to an earlier session: open the page again", "foreign_request")


def refuse_prefetch(request: Request) -> None:
    """Refuse a page that a browser wants before anybody asked for it."""
    purpose = f"{request.headers.get('sec-purpose', '')} {request.headers.get('purpose', '')}"
    if "prefetch" in purpose or "prerender" in purpose:
        raise NotPermitted("pages are not given before somebody asks for them", "prefetch")
