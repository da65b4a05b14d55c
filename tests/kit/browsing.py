"""A unit whose staff work at the desk's pages, over HTTP from a server in the process of the test, at the unit's time."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import select
from staffing import renew
from starlette.types import ASGIApp, Receive, Scope, Send
from walking import Unit

from casebook.casework.reporting import viewing
from casebook.cli import main
from casebook.cli.answer import Call
from casebook.cli.opening import Opened
from casebook.cli.operations.desk import quiet
from casebook.cli.operations.service import ServedCommands
from casebook.demo.browser import BrowsedPage, Browser, Browsing, FormValues
from casebook.demo.forms_filled import answer_item
from casebook.desk import app
from casebook.desk.look import Appearance
from casebook.domain.actors import Actor
from casebook.domain.vocabulary import WorkKind
from casebook.storage.tables import LedgerEntry, WorkItem

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # a client that makes its own reads every certificate of the machine


@dataclass(kw_only=True)
class Door:
    """The one server of a test process. It answers with the desk of the test that is running."""

    address: str
    leads_to: ASGIApp | None = None

    @classmethod
    @contextlib.contextmanager
    def open(cls) -> Iterator[Door]:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            door = cls(address=f"http://127.0.0.1:{listening.getsockname()[1]}")
            server = uvicorn.Server(quiet(door))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                yield door
            finally:
                server.should_exit = True
                thread.join()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.leads_to is not None
        await self.leads_to(scope, receive, send)


@dataclass(kw_only=True)
class Office:
    """A unit and its desk. Everybody has a browser of their own: one without a window, unless `windows` makes another."""

    unit: Unit
    home: Path
    browsers: dict[str, Browsing] = field(default_factory=dict)
    windows: Callable[[], Browsing] | None = None
    tokens: dict[str, str] = field(default_factory=dict)
    clients: list[httpx.Client] = field(default_factory=list)

    def __post_init__(self) -> None:
        nobody = Actor(id="", roles=frozenset())
        call = Call(run=main.run, parser=main.parser_of, home=self.home)
        served = ServedCommands(opened=Opened(store=self.unit.store, actor=nobody, server=None), call=call)  # type: ignore[arg-type]
        self.options = served.options
        self.app = app.build(self.unit.store, served, Appearance(name="Synthetic Police"))
        self.address = ""

    @contextlib.contextmanager
    def open(self, door: Door) -> Iterator[Office]:
        """Serve the pages for as long as the test runs."""
        self.address, door.leads_to = door.address, self.app
        yield self
        for client in self.clients:
            client.close()

    def client(self, **cookies: str) -> httpx.Client:
        """A browser of somebody who is not signed in."""
        self.clients.append(httpx.Client(base_url=self.address, cookies=cookies, timeout=60, verify=NO_TLS))
        return self.clients[-1]

    def token(self, who: str) -> str:
        """A token of somebody, made once: another would end their sessions."""
        if who not in self.tokens:
            with self.unit.acting() as act:
                self.tokens[who] = renew(act, who)
        return self.tokens[who]

    def signed_in(self, who: str) -> Browsing:
        """The browser of somebody, who is signed in. After half an hour of nothing they sign in again."""
        if who not in self.browsers:
            self.browsers[who] = self.windows() if self.windows else Browser(client=self.client())
        browser = self.browsers[who]
        if browser.get("/").title.startswith("Sign in"):
            page = browser.sign_in(who, self.token(who))
            assert page.title.startswith("My work"), page.text
        return browser

    def do(self, who: str, item: WorkItem, answer: dict[str, Any]) -> None:
        """Answer an item by its page."""
        answer_item(self.signed_in(who), item.id, answer)

    def act(self, who: str, reference: str, name: str, typed: FormValues) -> BrowsedPage:
        """Do an act on a case by its page, after a look into the case."""
        browser = self.opened(who, reference)
        address = f"/applications/{reference}/act/{name}"
        return browser.submit(browser.get(address).form(address), typed)

    def opened(self, who: str, reference: str) -> Browsing:
        """The browser of somebody who has a case open before them."""
        browser = self.signed_in(who)
        browser.press(browser.get(f"/applications/{reference}"), f"/applications/{reference}/open")
        return browser

    def entries(self, reference: str | None = None, event: str | None = None) -> list[LedgerEntry]:
        with self.unit.store.session() as session:
            query = select(LedgerEntry).order_by(LedgerEntry.id)
            if reference:
                query = query.where(LedgerEntry.chain == reference)
            if event:
                query = query.where(LedgerEntry.event == event)
            return list(session.scalars(query))


class DeskUnit(Unit):
    """A unit whose staff answer by the desk's pages."""

    office: Office

    def shown(self, who: str, reference: str) -> dict[str, Any]:
        """What they have in mind when they answer. It is no reading that counts: they open the file at the desk."""
        with self.acting(who) as act:
            found = viewing.show(act, reference)
            act.session.rollback()
        return json.loads(json.dumps(found, default=str))

    def answer(self, who: str, item: WorkItem) -> dict[str, Any]:
        """A panel has every member who may sit. The second of them decides otherwise than the others."""
        answer = super().answer(who, item)
        if item.kind == WorkKind.CONVENE_PANEL:
            eligible = zip(item.subject["eligible"], ("probation", "housing"), strict=False)
            answer["members"] = [{"staff": staff, "agency": agency} for staff, agency in eligible]
        if item.kind == WorkKind.DECIDE and who == "member2":
            answer = {"outcome": "not_disclosed", "limbs": answer["limbs"], "rationale": "it is too long ago to press"}
        return answer

    def do(self, who: str, item: WorkItem, answer: object) -> WorkItem:
        assert isinstance(answer, dict)
        self.office.do(who, item, answer)
        return item
