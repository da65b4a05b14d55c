"""One request of somebody: who they are, what they sent, and how a page is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from anyio import CapacityLimiter
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.desk import security
from casebook.desk.bodies import TypedForm, plain_name
from casebook.desk.commands import CommandAnswer, Commands
from casebook.desk.grants import Grants
from casebook.domain.actors import Actor
from casebook.errors import Fault, Refused
from casebook.storage import session as storage
from casebook.storage.session import Store


@dataclass(frozen=True, kw_only=True)
class DeskTools:
    """What every page uses."""

    store: Store
    commands: Commands
    looks: Environment
    threads: CapacityLimiter
    grants: Grants = field(default_factory=Grants)
    secure: bool = False


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request, at one moment. `actor` and `secret` are those of the session; a page that needs none has a nobody."""

    desk: DeskTools
    request: Request
    actor: Actor
    secret: str
    now: datetime
    form: TypedForm

    @property
    def holder(self) -> str:
        """The name of the session in memory. It is not the secret."""
        return hashlib.sha256(f"holder:{self.secret}".encode()).hexdigest()

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One act in one transaction, committed at the end unless there is an exception."""
        with self.desk.store.session() as session:
            yield Act(session=session, actor=self.actor, now=storage.now(session), playbook=playbook)
            session.commit()

    def run(self, *words: str, files: Mapping[str, bytes] | None = None) -> CommandAnswer:
        """Run a command in the name of whoever is signed in."""
        return self.desk.commands.run(self.actor, words, files or {})

    def must(self, *words: str) -> CommandAnswer:
        """Run a command that is no form of its own: a refusal is raised, and becomes a page."""
        done = self.run(*words)
        if done.error_code:
            raise (Refused if done.exit_code == Refused.exit_code else Fault)(done.error, done.error_code)
        return done

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        """A part of the address after the question mark: numbers of pages and names of tabs, never what somebody typed."""
        return self.request.query_params.get(name, "")

    def keep(self, kept: object) -> str:
        """Keep a result for the pages that follow. Returns its name. Only after what it rests on was committed."""
        return self.desk.grants.keep(self.holder, self.now, kept)

    def give(self, name: str, kept: object) -> None:
        """Keep something under a name that the pages know. Only after what it rests on was committed."""
        self.desk.grants.give(self.holder, name, self.now, kept)

    def kept(self, name: str) -> object | None:
        """What was kept a short while ago, while it holds."""
        return self.desk.grants.held(self.holder, name, self.now)

    def page(self, template: str, /, status: int = 200, **shown: object) -> Response:
        """A page."""
        shown = {"actor": self.actor, "csrf": security.csrf_token(self.secret) if self.secret else "", **shown}
        return HTMLResponse(self.desk.looks.get_template(template).render(**shown), status_code=status)

    def check(
        self, what: str, lines: Sequence[tuple[str, str]], *, nav: str, reference: str, form_name: str = ""
    ) -> Response:
        """What is about to be done, once more, with everything that was typed behind it."""
        pairs = [(name, value) for name, values in self.form.typed.items() for value in values]
        return self.page(
            "check.html", what=what, lines=lines, pairs=pairs, action=self.request.url.path, nav=nav, reference=reference,
            form_name=form_name,
        )  # fmt: skip

    def attached(self, name: str, content: bytes) -> Response:
        """A file to keep. A browser never shows it as a page: it may have come from outside."""
        answer = Response(content, media_type="application/octet-stream")
        answer.headers["content-disposition"] = f'attachment; filename="{plain_name(name)}"'
        return answer

    def go(self, address: str) -> Response:
        """Go on to another page, after an act."""
        return RedirectResponse(address, status_code=303)

    def with_form(self, form: TypedForm) -> Visit:
        """The same visit with another form."""
        return replace(self, form=form)
