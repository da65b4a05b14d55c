"""Applications: the list, and one case with what is next, why, and how its people are safely contacted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from starlette.responses import Response

from casebook.case_page import page as case_page
from casebook.case_page.blocks import clean
from casebook.casework.chronology.timeline import timeline
from casebook.casework.reporting import list_pages, viewing
from casebook.casework.reporting.force_figures import NOT_SAID
from casebook.casework.reporting.list_pages import ListNarrowed
from casebook.casework.safeguarding import safe_contact
from casebook.desk import paging
from casebook.desk.acts import acts_for
from casebook.desk.visit import Visit
from casebook.domain import words
from casebook.domain.vocabulary import Stage
from casebook.errors import NotFound
from casebook.storage.reporting.whole_process import WholeStanding

_NARROWED = "applications:narrowed"
# how an application stands with the limit of the whole process
STANDINGS = (("made", "made"), ("on_course", "on course"), ("at_risk", "at risk"), ("breached", "breached"))

# the tabs of a case: title -> the sections of its page
TABS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "overview": (
        "Overview",
        (
            "LEFT UNDONE",
            "ENDED EARLY",
            "TOLD BY AN EARLIER LIST, NOT SEEN HERE",
            "MERGED INTO THIS FILE",
            "WORK WAITING",
            "TIME LIMITS",
            "ESCALATIONS",
        ),
    ),
    "people": ("People", ("PEOPLE", "CHANGED CIRCUMSTANCES", "CONTACTS", "LINKS AND WATCH")),
    "checks": ("Checks", ("RECORD CHECKS", "CANDIDATES", "FACTS", "MEETING AND SIGNS")),
    "risk": ("Risk", ("RISK",)),
    "panel": ("Panel", ("PANEL AND DECISION",)),
    "disclosure": ("Disclosure", ("DISCLOSURE",)),
    "follow-up": ("Follow-up", ("FOLLOW-UP AND REFERRALS",)),
    "agreed": (
        "Agreed and signed",
        ("GATES", "DIP-CHECKS", "AGREED BY TWO PEOPLE", "REASONS IN WORDS", "READ AND SIGNED"),
    ),
    "history": ("History", ("TIMELINE",)),
}


def listing(visit: Visit) -> Response:
    """All applications that the reader may see, most pressing first."""
    kept = visit.kept(_NARROWED)
    narrowed = kept if isinstance(kept, ListNarrowed) else ListNarrowed()
    with visit.acting() as act:
        listed = list_pages.page(act, narrowed, first=paging.first(visit), most=paging.ON_A_PAGE)
    return visit.page(
        "applications.html",
        nav="/applications",
        rows=listed.rows,
        narrowed=narrowed,
        chosen=": ".join(filter(None, (dict(STANDINGS).get(narrowed.whole), why_late(narrowed.because)))),
        stages=[(stage, words.STAGE.of(stage)) for stage in Stage],
        now=visit.now,
        **paging.numbers(visit, listed.total),
    )


def why_late(code: str) -> str:
    """Why the limit of the whole process was breached, in words."""
    return "nobody has said why" if code == NOT_SAID else words.OVERRUN.of(code) if code else ""


def narrow(visit: Visit) -> Response:
    """Keep what the list is narrowed to, until they sign out."""
    stage, whole, because = (visit.form.get(name) for name in ("stage", "whole", "because"))
    narrowed = ListNarrowed(
        stage=Stage(stage) if stage in set(Stage) else None,
        overdue=bool(visit.form.get("overdue")),
        whole=whole if whole in get_args(WholeStanding) else "",
        because=because if because in {NOT_SAID, *words.OVERRUN.words} else "",
    )
    visit.give(_NARROWED, narrowed)
    return visit.go("/applications")


def opening(visit: Visit) -> Response:
    """Open a case. The ledger records it; the page that follows records nothing again."""
    reference = visit.path("reference")
    open_case(visit, reference)
    return visit.go(f"/applications/{reference}")


def open_case(visit: Visit, reference: str) -> None:
    """Read the whole case as it is now. It is kept for the pages that follow once the ledger has that it was read."""
    with visit.acting() as act:
        shown = viewing.show(act, reference)
    visit.give(f"file:{reference}", shown)


def case(visit: Visit) -> Response:
    """One case, as it was when it was opened; or the button that opens it."""
    reference = visit.path("reference")
    tab = visit.query("tab") or "overview"
    if tab not in TABS:
        raise NotFound("there is no such page", "no_such_page")
    with visit.acting() as act:
        act.application(reference, lock=False)  # refused, as ever, to whoever may not see it
    shown = visit.kept(f"file:{reference}")
    if not isinstance(shown, dict):
        return visit.page("closed_file.html", nav="/applications", reference=reference)
    sections = dict(case_page.sections(shown))
    return visit.page(
        "case.html",
        nav="/applications",
        reference=reference,
        shown=shown,
        banner=_banner(shown),
        next_step=_next(shown),
        tab=tab,
        tabs=[(name, title, any(part in sections for part in parts)) for name, (title, parts) in TABS.items()],
        sections=[(part, sections[part]) for part in TABS[tab][1] if part in sections],
        acts=acts_for(visit.actor),
        now=visit.now,
    )


def _banner(shown: Mapping[str, Any]) -> list[dict[str, str]]:
    """How each person is safely contacted: the plan in words, the interpreter, that a code word is to be asked."""
    told = []
    for plan in sorted(shown.get("safe_contact") or (), key=lambda row: str(row["party"])):
        channel = words.CHANNEL.of(plan["channel"]) if plan.get("channel") else "no contact until a channel is set"
        days = " ".join(plan.get("days") or ())
        windows = ", ".join(f"{start} to {until}" for start, until in plan.get("windows") or ())
        message = "a message may be left" if plan.get("voicemail") else "leave no message"
        told.append({
            "party": words.PARTY.of(plan["party"]),
            "code": str(plan["party"]),
            "how": clean("; ".join(filter(None, (channel, days, windows, message)))),
            "code_word": "Ask for their code word before you say why you call." if plan.get("code_word") else "",
            "interpreter": clean(plan.get("interpreter") or ""),
        })  # fmt: skip
    return told


def _next(shown: Mapping[str, Any]) -> str:
    """What is next and who does it, in one sentence."""
    if shown.get("closed_at"):
        return "This case is closed."
    if shown.get("frozen_at"):
        return "This case is frozen: nothing is done until that ends."
    waiting = [row for row in shown.get("work_item") or () if not row["done_at"] and not row["cancelled_at"]]
    if not waiting:
        return "No work is waiting. The engine carries it on."
    first = min(waiting, key=lambda row: (not row["blocking"], str(row["due_at"] or "9999")))
    who = f"{first['owner']} has it" if first["owner"] else f"any {words.ROLE.of(first['role'])} can claim it"
    more = len(waiting) - 1
    others = f", and {more} more item{'s' * (more > 1)}" if more else ""
    what = words.WORK.of(first["kind"])
    return f"Waits for: {what} ({who}){others}."


def safe_time(visit: Visit) -> Response:
    """When the next contact is safe. The ledger records that it was asked, so it is asked by a button."""
    reference, party = visit.path("reference"), visit.form.get("party")
    with visit.acting() as act:
        told = safe_contact.safe_time(act, reference, party=party)
    return visit.go(f"/applications/{reference}/safe-time/{visit.keep(told)}")


def chronology(visit: Visit) -> Response:
    """Everything that happened, newest first."""
    reference = visit.path("reference")
    with visit.acting() as act:
        rows = timeline(act, reference)
    return visit.go(f"/applications/{reference}/chronology/{visit.keep(rows)}")


def kept_page(template: str, name: str) -> Callable[[Visit], Response]:
    """The page of what an act of reading kept, as `name` of its template; the case itself once that is over."""

    def answer(visit: Visit) -> Response:
        kept = visit.kept(visit.path("name"))
        if kept is None:
            return visit.go(f"/applications/{visit.path('reference')}")
        shown: dict[str, Any] = {name: kept}
        return visit.page(template, nav="/applications", reference=visit.path("reference"), **shown)

    return answer


PAGES = (
    ("GET", "/applications", listing),
    ("POST", "/applications", narrow),
    ("GET", "/applications/{reference}", case),
    ("POST", "/applications/{reference}/open", opening),
    ("POST", "/applications/{reference}/safe-time", safe_time),
    ("GET", "/applications/{reference}/safe-time/{name}", kept_page("safe_time.html", "told")),
    ("POST", "/applications/{reference}/chronology", chronology),
    ("GET", "/applications/{reference}/chronology/{name}", kept_page("chronology.html", "rows")),
)
