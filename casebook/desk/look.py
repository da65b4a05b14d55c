"""How pages look: the templates, the words for codes and times, and a force's own name and colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, Undefined
from starlette.requests import Request
from starlette.responses import Response

from casebook import __version__
from casebook.case_page.blocks import as_sentence, instant, moment
from casebook.domain import authority, words
from casebook.domain.actors import Actor
from casebook.domain.authority import Command
from casebook.outside_text import page_value

COLOUR = "#3b3561"
ZONE = ZoneInfo("Europe/London")
_TODAY = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """What a force sets: its name, its colour, and whom staff ask for help. `marked`: this is no live casebook."""

    name: str = "Casebook"
    colour: str = COLOUR
    contact: str = ""
    marked: str = ""


@cache
def environment(appearance: Appearance) -> Environment:
    """The templates, compiled once for each appearance. What is shown is escaped, and cleaned of signs that a browser obeys."""
    theirs = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    looks = Environment(
        loader=ChoiceLoader([PackageLoader("casebook.desk"), theirs]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=page_value,
        undefined=Undefined,  # the macros of GOV.UK Frontend ask for what a caller left out
    )
    looks.globals.update(appearance=appearance, words=words, roles=_roles, version=__version__, leads=_leads)
    looks.filters.update(
        sentence=as_sentence,
        moment=moment,
        day=_day,
        word=words.of_field,
        spelled=words.spelled,
        late=_late,
        reason=words.reason,
    )
    return looks


def theme(appearance: Appearance) -> Callable[[Request], Response]:
    """The colour of a force, as the one rule that it changes."""
    style = f":root{{--govuk-brand-colour:{appearance.colour}}}"

    def answer(_request: Request) -> Response:
        return Response(style, media_type="text/css", headers={"cache-control": "max-age=300"})

    return answer


def _roles(actor: Actor) -> str:
    return ", ".join(words.ROLE.of(role) for role in sorted(actor.roles))


def _leads(actor: Actor) -> bool:
    """Whether the figures of the unit are theirs to see."""
    return authority.why_not_allowed(actor, Command.SEE_OTHER_CASES) is None


def _day(value: object) -> str:
    """A day as text: `Mon 2 Mar 2026`."""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    return f"{value:%a} {value.day} {value:%b %Y}" if isinstance(value, date) else "-"


def _late(due: object, now: datetime) -> str:
    """How a limit stands, in words: colour alone would not say it."""
    known = instant(due)
    if known is None:
        return "no limit"
    seconds = (known - now).total_seconds()
    if seconds < 0:
        return f"late by {_span(-seconds)}"
    if known.astimezone(ZONE).date() == now.astimezone(ZONE).date():
        return f"due today, {known.astimezone(ZONE):%H:%M}"
    return f"due in {_span(seconds)}"


def _span(seconds: float) -> str:
    if seconds < _TODAY:
        hours, minutes = divmod(int(seconds // 60), 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min"
    days = int(seconds // _TODAY)
    return f"{days} day{'s' * (days > 1)}"
