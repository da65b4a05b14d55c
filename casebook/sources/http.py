"""A source that answers JSON over HTTP. An incomplete answer, or one in another form, is a SourceFault.

`POST {url}/persons` with `{"asked": {cell: text}, "cursor": null}` gives `{"persons": [...], "total": n, "next": cursor}`;
`POST {url}/records` with `{"person_ids": [...], "cursor": null}` the same with `records`. `GET {url}/health` is for checks.
"""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, ClassVar, TypeVar

import httpx

from casebook import clock
from casebook.domain.case.coverage import VariantFamily
from casebook.domain.vocabulary import Source
from casebook.errors import SourceFault
from casebook.sources import answers
from casebook.sources.answers import Page, PersonsPage, RecordsPage
from casebook.sources.pacing import Breaker, Throttle
from casebook.sources.protocol import Answered, Cells

P = TypeVar("P", bound=Page)
T = TypeVar("T")
Request = tuple[str, str, str]  # method, path, body

FIRST_PAUSE = 0.2  # seconds before the second try, doubled before each further one
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})  # a moment later these may succeed
TOO_LONG = 20 << 20  # bytes of one page: too much for an answer about one person


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long one request may take."""

    seconds: float = 5.0  # one try, from connecting to the last byte
    tries: int = 3
    altogether: float = 8.0  # no further try begins later than this
    pages: int = 50


@dataclass(kw_only=True)
class HttpSource:
    """A `RecordSource`. One per process and source; threads may share it."""

    how: ClassVar = "http"
    source: Source
    families: frozenset[VariantFamily]
    url: str
    token: str = field(default="", repr=False)
    ca_file: str | None = None  # in addition to the usual authorities
    patience: Patience = field(default_factory=Patience)
    throttle: Throttle = field(default_factory=lambda: Throttle(per_second=5))
    breaker: Breaker = field(default_factory=lambda: Breaker(failures=4, rest=10))
    admit: Callable[[str], None] = lambda _: None  # waits for a turn among all processes
    this_year: Callable[[], int] = lambda: clock.now().year
    _client: httpx.Client | None = field(default=None, init=False, repr=False)

    def find(self, asked: Cells) -> Answered:
        pages = self._pages("persons", {"asked": {name: value for name, value in asked.items() if value}}, PersonsPage)
        rows = [person for page in pages for person in page.persons]
        _refuse_half(pages, len(rows))
        complete = all(page.complete for page in pages)
        return Answered(persons=answers.persons(self.source, rows, self.this_year()), complete=complete)

    def bearers(self, asked: Cells) -> Answered:
        return self.find({name: asked.get(name, "") for name in ("forename", "surname")})

    def records_of(self, person_ids: list[str]) -> dict[str, tuple[Cells, ...]]:
        if not person_ids:
            return {}
        pages = self._pages("records", {"person_ids": person_ids}, RecordsPage)
        rows = [record for page in pages for record in page.records]
        _refuse_half(pages, len(rows))
        return answers.records(self.source, rows, person_ids, self.this_year())

    def check(self) -> None:
        self._stubbornly(("GET", "health", ""), _nothing)

    def close(self) -> None:
        """Close the connections. The next request opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # a thread may still be reading from it, and must stop
                client.close()

    def _pages(self, path: str, body: Mapping[str, Any], shape: type[P]) -> list[P]:
        pages = list[P]()
        cursor: str | None = None
        while not pages or cursor is not None:
            if len(pages) == self.patience.pages:
                raise SourceFault("The source's answer does not end.", "endless")
            body_text = json.dumps({**body, "cursor": cursor})
            pages.append(self._stubbornly(("POST", path, body_text), partial(answers.shaped_text, shape)))
            cursor = pages[-1].next
        return pages

    def _stubbornly(self, request: Request, read: Callable[[bytes], T]) -> T:
        """Ask, and try again if the fault may be temporary."""
        self.breaker.admit()
        begun = time.monotonic()
        for number in range(self.patience.tries):
            self.throttle.wait()
            self.admit(self.source)
            try:
                answer = read(self._once(request))
            except _Failed as failure:
                failed = failure
            except SourceFault as fault:
                failed = _Failed(fault.message, fault.code)
            else:
                self.breaker.answered()
                return answer
            pause = failed.wait or FIRST_PAUSE * 2**number * random.uniform(0.75, 1.25)  # noqa: S311 - spreads tries
            late = time.monotonic() - begun + pause > self.patience.altogether
            if late or not failed.passing or number == self.patience.tries - 1:
                break
            time.sleep(pause)
        self.breaker.failed()
        raise SourceFault(failed.message, failed.code)

    def _once(self, request: Request) -> bytes:
        """Make one try. It ends in time even if the source sends one byte just before each timeout."""
        if self._client is None:
            self._client = self._new_client()
        client = self._client
        try:
            return _within(self.patience.seconds, lambda: _body(client, request))
        except TimeoutError:
            self.close()
            raise _Failed("The source did not answer in time.", "timeout") from None

    def _new_client(self) -> httpx.Client:
        trusted = ssl.create_default_context()
        if self.ca_file:
            trusted.load_verify_locations(self.ca_file)
        return httpx.Client(
            base_url=f"{self.url.rstrip('/')}/",
            headers={"Authorization": f"Bearer {self.token}"} if self.token else {},
            timeout=self.patience.seconds,
            verify=trusted,
            trust_env=False,
        )


class _Failed(Exception):
    """A failed try: the fault, whether to try again, and after how long."""

    def __init__(self, message: str, code: str, *, passing: bool = True, wait: float = 0.0) -> None:
        super().__init__(message)
        self.message, self.code, self.passing, self.wait = message, code, passing, wait


def _body(client: httpx.Client, request: Request) -> bytes:
    method, path, content = request
    headers = {"Content-Type": "application/json"} if content else {}
    try:
        with client.stream(method, path, content=content or None, headers=headers) as response:
            if response.status_code != httpx.codes.OK:
                raise _refusal(response)
            received = bytearray()
            for part in response.iter_bytes():
                received += part
                if len(received) > TOO_LONG:
                    raise _Failed("The source's answer is too long.", "too_long", passing=False)
            return bytes(received)
    except httpx.TimeoutException:
        raise _Failed("The source did not answer in time.", "timeout") from None
    except (httpx.TransportError, httpx.DecodingError):
        raise _Failed("The connection to the source failed.", "connection") from None


def _refusal(response: httpx.Response) -> _Failed:
    status = response.status_code
    code = "rate_limited" if status == httpx.codes.TOO_MANY_REQUESTS else f"http_{status}"
    return _Failed(
        f"The source answered with status {status}.",
        code,
        passing=status in PASSING,
        wait=_retry_after(response.headers),
    )


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait; a time is compared with the source's own clock. 0 if not given or not readable."""
    header = headers.get("retry-after", "").strip()
    if header.isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (KeyError, TypeError, ValueError):
        return 0.0


def _within(seconds: float, work: Callable[[], T]) -> T:
    """The result of the work, or TimeoutError. After that the work may go on for a while; its result is ignored."""
    box: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            box.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            box.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        result, error = box.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]


def _refuse_half(pages: Sequence[Page], got: int) -> None:
    if {page.total for page in pages} != {got}:
        raise SourceFault("The source's pages do not add up to the total it gave.", "half_an_answer")


def _nothing(_body: bytes) -> None:
    """Accept any answer: only that it came matters."""
