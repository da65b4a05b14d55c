"""Fills in the form of a work item as a person does, from the answer that they have in mind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from casebook.demo.browser import BrowsedPage, Browsing, PageForm
from casebook.errors import Refused

ZONE = ZoneInfo("Europe/London")
MOST_PRESSED = 60  # times that somebody asks for one more entry of a list


def answer_item(browser: Browsing, item: str, answer: Mapping[str, object]) -> BrowsedPage:
    """Claim an item, read its file, fill in its form and give the answer. A refusal is raised, with its code."""
    page = _opened(browser, item)
    if isinstance(named := answer.get("instrument"), Mapping) and named.get("name") != "DASH":
        page = browser.get(f"/work/{item}?form={named['name']}")
    typed = dict(_typed(answer))
    page = _with_entries(browser, page, f"/work/{item}", typed)
    form = page.form(f"/work/{item}")
    done = browser.submit(form, {name: values for name, values in typed.items() if name in form.names})
    if done.title.startswith("Check"):
        done = browser.submit(done.form(f"/work/{item}"), button=("_sure", "yes"))
    if not done.title.startswith("Done"):
        raise Refused(said(done), code_of(done))
    return done


def _opened(browser: Browsing, item: str) -> BrowsedPage:
    page = browser.get(f"/work/{item}")
    action = f"/work/{item}/claim" if page.has(f"/work/{item}/claim") else f"/work/{item}/open"
    if page.status != 200 or not page.has(action):  # noqa: PLR2004 - the page came
        raise Refused(said(page), code_of(page))
    page = browser.press(page, action)
    if not page.has(f"/work/{item}"):
        raise Refused(said(page), code_of(page))
    return page


def _with_entries(browser: Browsing, page: BrowsedPage, action: str, typed: Mapping[str, list[str]]) -> BrowsedPage:
    """Ask for one more entry of a list until there is a field for everything."""
    for _ in range(MOST_PRESSED):
        form = page.form(action)
        missing = sorted(name for name in typed if name not in form.names and re.search(r"\.\d+\.", name))
        lists = [value for name, value in form.buttons if name == "_more"]
        wanted = next((each for name in missing for each in _longest_first(lists) if name.startswith(f"{each}.")), None)
        if wanted is None:
            return page
        given = {name: values for name, values in typed.items() if name in form.names}
        page = browser.submit(form, given, button=("_more", wanted))
    return page


def _longest_first(lists: list[str]) -> list[str]:
    return sorted(lists, key=len, reverse=True)


def _typed(value: object, name: str = "") -> Iterator[tuple[str, list[str]]]:
    """Each field of an answer as it is typed."""
    match value:
        case None | "" | []:
            return
        case dict():
            for part, inner in value.items():
                yield from _typed(inner, f"{name}.{part}" if name else str(part))
        case [dict(), *_] as rows:
            for number, inner in enumerate(rows):
                yield from _typed(inner, f"{name}.{number}")
        case [[_, _], *_] as pairs:
            yield name, ["\n".join(f"{pair[0]}-{pair[1]}" for pair in pairs)]  # type: ignore[index]
        case list():
            yield name, list(map(str, value))
        case bool():
            yield name, ["yes" if value else "no"]
        case _:
            yield name, [_local(str(value))]


def _local(text: str) -> str:
    """A moment as a browser's field has it; any other text as it is."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT.*", text):
        return text
    moment = datetime.fromisoformat(text)
    return f"{moment.astimezone(ZONE):%Y-%m-%dT%H:%M:%S.%f}" if moment.tzinfo else text


def filled(form: PageForm, answer: Mapping[str, object]) -> dict[str, list[str]]:
    """The fields of a form that an answer fills in."""
    return {name: values for name, values in _typed(answer) if name in form.names}


def code_of(page: BrowsedPage) -> str:
    """The reason code that a page shows, or `refused`."""
    found = re.search(r"Reason code: ([a-z_]+)", page.text) or re.search(
        r"There is a problem.*?\(([a-z_]+)\)", page.text
    )
    return found.group(1) if found else "refused"


def said(page: BrowsedPage) -> str:
    """What a page that refuses says, without its frame."""
    return page.text.partition("More ")[2][:300] or page.title
