"""A browser without a window: signs in at the desk, reads pages, fills in their forms and follows where they lead."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

VOID = frozenset({"input", "br", "hr", "img", "link", "meta"})


@dataclass(kw_only=True)
class PageForm:
    """One form of a page: where it goes, what stands in it, and its buttons."""

    action: str
    method: str
    filled: list[tuple[str, str]] = field(default_factory=list)  # what a browser would send if nobody typed anything
    names: set[str] = field(default_factory=set)  # every field that can be filled in
    options: dict[str, list[str]] = field(default_factory=dict)  # field with choices -> their codes
    buttons: list[tuple[str, str]] = field(default_factory=list)  # name and value, in order


@dataclass(kw_only=True)
class BrowsedPage:
    """A page as it came."""

    address: str
    status: int
    html: str
    text: str
    title: str
    forms: list[PageForm]
    links: dict[str, str]  # text -> address

    def form(self, action: str) -> PageForm:
        """The form that goes to an address. StopIteration if the page has none."""
        return next(form for form in self.forms if form.action == action)

    def has(self, action: str) -> bool:
        """Whether the page has a form that goes there."""
        return any(form.action == action for form in self.forms)


class _Reader(HTMLParser):
    """Reads the forms, the links and the text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self.links: dict[str, str] = {}
        self.said: list[str] = []
        self.title = ""
        self._form: PageForm | None = None
        self._select = self._area = self._link = ""
        self._linked: list[str] = []
        self._skip = 0
        self._in_title = False
        self._chosen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: C901 - one case for each element
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "script" | "style":
                self._skip += 1
            case "title":
                self._in_title = True
            case "a":
                self._link, self._linked = given.get("href", ""), []
            case "form":
                self._form = PageForm(action=given.get("action", ""), method=given.get("method", "get"))
                self.forms.append(self._form)
            case "input" if self._form is not None:
                self._input(self._form, given)
            case "button" if self._form is not None:
                self._form.buttons.append((given.get("name", ""), given.get("value", "")))
            case "select" if self._form is not None:
                self._select, self._chosen = given["name"], False
                self._form.names.add(self._select)
            case "option" if self._form is not None and self._select:
                self._form.options.setdefault(self._select, []).append(given.get("value", ""))
                if "selected" in given:
                    self._form.filled.append((self._select, given.get("value", "")))
            case "textarea" if self._form is not None:
                self._area = given["name"]
                self._form.names.add(self._area)
                self._form.filled.append((self._area, ""))

    def _input(self, form: PageForm, given: Mapping[str, str]) -> None:
        name, value, kind = given.get("name", ""), given.get("value", ""), given.get("type", "text")
        if not name:
            return
        if kind != "hidden":
            form.names.add(name)
        if kind in {"radio", "checkbox"}:
            form.options.setdefault(name, []).append(value)
            if "checked" not in given:
                return
        if kind != "file":
            form.filled.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "script" | "style":
                self._skip -= 1
            case "title":
                self._in_title = False
            case "a":
                self.links[" ".join("".join(self._linked).split())] = self._link
                self._link = ""
            case "form":
                self._form = None
            case "select":
                self._select = ""
            case "textarea":
                self._area = ""

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        if self._in_title:
            self.title += data
        if self._link:
            self._linked.append(data)
        if self._area and self._form is not None:
            name, before = self._form.filled[-1]
            self._form.filled[-1] = (name, (before + data).removeprefix("\n") if not before else before + data)
        self.said.append(data)


def read(address: str, status: int, html: str) -> BrowsedPage:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    text = " ".join(" ".join(reader.said).split())
    return BrowsedPage(
        address=address, status=status, html=html, text=text, title=reader.title.strip(), forms=reader.forms,
        links=reader.links,
    )  # fmt: skip


FormValues = Mapping[str, str | Sequence[str]]


class Browsing(ABC):
    """What a person does with a browser. Whoever fills in forms needs no more of it."""

    @abstractmethod
    def get(self, address: str) -> BrowsedPage:
        """Open an address, as a link does."""

    @abstractmethod
    def submit(
        self,
        form: PageForm,
        typed: FormValues | None = None,
        *,
        button: tuple[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> BrowsedPage:
        """Fill in a form and press a button; the first that has no name, unless another is given."""

    def sign_in(self, staff_id: str, token: str) -> BrowsedPage:
        """Sign in by the page for it."""
        return self.submit(self.get("/login").form("/login"), {"staff_id": staff_id, "token": token})

    def press(self, page: BrowsedPage, action: str, typed: FormValues | None = None) -> BrowsedPage:
        """Press the button of the form that goes to an address."""
        return self.submit(page.form(action), typed)


@dataclass(kw_only=True)
class Browser(Browsing):
    """One browser with its cookies, and no window. `client`: an httpx client whose base is the desk's address.

    `effort`: how many pages were opened, choices made and signs typed.
    """

    client: httpx.Client
    effort: Counter[str] = field(default_factory=Counter)

    def get(self, address: str) -> BrowsedPage:
        self.effort["pages"] += 1
        return self._read(self.client.get(address, headers={"sec-fetch-site": "same-origin"}, follow_redirects=True))

    def submit(
        self,
        form: PageForm,
        typed: FormValues | None = None,
        *,
        button: tuple[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> BrowsedPage:
        sent = _sent(form, typed or {}, button)
        self._count(form, typed or {})
        data: dict[str, list[str]] = {}
        for name, value in sent:
            data.setdefault(name, []).append(value)
        base = str(self.client.base_url)
        headers = {"sec-fetch-site": "same-origin", "origin": base.rstrip("/")}
        return self._read(
            self.client.post(
                urljoin(base, form.action),
                data=data,
                files=dict(files) if files else None,
                headers=headers,
                follow_redirects=True,
            )
        )

    def _count(self, form: PageForm, typed: FormValues) -> None:
        stood: dict[str, list[str]] = {}
        for name, value in form.filled:
            stood.setdefault(name, []).append(value)
        self.effort["pages"] += 1
        for name, given in typed.items():
            values = [given] if isinstance(given, str) else list(given)
            if values == stood.get(name):
                continue  # it stood there already
            if name in form.options:
                self.effort["choices"] += len(values)
            else:
                self.effort["fields"] += 1
                self.effort["signs"] += sum(map(len, values))

    def _read(self, answer: httpx.Response) -> BrowsedPage:
        kind = answer.headers.get("content-type", "")
        return read(answer.url.path, answer.status_code, answer.text if "html" in kind else "")


def _sent(form: PageForm, typed: FormValues, button: tuple[str, str] | None) -> list[tuple[str, str]]:
    """What a browser sends: what stood there and was not changed, what was typed, and the button that was pressed."""
    unknown = set(typed) - form.names
    if unknown:
        raise KeyError(f"the form has no field {', '.join(sorted(unknown))}")
    for name, chosen in typed.items():
        offered, values = form.options.get(name), {chosen} if isinstance(chosen, str) else set(chosen)
        if offered is not None and not values <= set(offered):
            raise KeyError(f"{name} does not offer {', '.join(sorted(values - set(offered)))}")
    kept = [(name, value) for name, value in form.filled if name not in typed]
    given = [(name, each) for name, value in typed.items() for each in ([value] if isinstance(value, str) else value)]
    return [*kept, *given, *([button] if button else [])]
