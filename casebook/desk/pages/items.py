"""One work item: what it is about, who has it, and its form. Opening never claims; claiming is an act of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from casebook.case_page import page as case_page
from casebook.casework import playbook, work_queue
from casebook.casework.core import begun
from casebook.casework.core.acting import Act
from casebook.casework.record_checks.learnt import LearntSearch
from casebook.casework.reporting import viewing
from casebook.desk import beside, comparing, forms, prepared, search_sheet, typed
from casebook.desk.beside import BESIDE, OF_A_LINK, OF_A_LIST
from casebook.desk.fields import Field
from casebook.desk.forms import FormShown
from casebook.desk.prepared import InForce
from casebook.desk.visit import Visit
from casebook.domain import authority, words
from casebook.domain.authority import Command
from casebook.domain.vocabulary import WorkKind
from casebook.errors import AlreadyDone, Collision, NotFound, NotPermitted, Refused
from casebook.storage.tables import WorkItem

# what cannot be taken back, or reaches somebody outside: it is shown once more before it is done
CHECKED = frozenset({
    WorkKind.DECIDE, WorkKind.APPROVE_DECISION, WorkKind.DELIVER_DISCLOSURE, WorkKind.DELIVER_NO_DISCLOSURE,
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OpenedItem:
    """An item whose file was opened a short while ago: the file as it was then."""

    shown: Mapping[str, Any]
    detail: Mapping[str, Any]
    version: int | None
    docs: InForce
    learnt: Sequence[LearntSearch]


def look(visit: Visit) -> Response:
    """The item, and its form once its file is open."""
    with visit.acting() as act:
        item = work_queue.look(act, visit.path("item"))
        return _page(visit, act, item, typed_now=None)


def opening(visit: Visit) -> Response:
    """Open the file of an item. The ledger records it."""
    _open(visit, visit.path("item"))
    return visit.go(f"/work/{visit.path('item')}")


def claim(visit: Visit) -> Response:
    """Claim the item, and open its file."""
    with visit.acting() as act:
        work_queue.claim(act, visit.path("item"))
    _open(visit, visit.path("item"))
    return visit.go(f"/work/{visit.path('item')}")


def _open(visit: Visit, item_id: str) -> None:
    """Read an item and its file as they are now. They are kept once the ledger has that they were read."""
    shown: Mapping[str, Any] = {}
    version = None
    with visit.acting() as act:
        item, detail = work_queue.show(act, item_id)
        learnt = search_sheet.learnt_for(act, item)
        if item.reference is not None:
            shown = viewing.show(act, item.reference)
            version = int(shown["version"])  # type: ignore[call-overload] # the row's
        docs = prepared.in_force(act.documents, act.now, submitted_at=shown.get("submitted_at") or act.now)
    if item.reference is not None:
        visit.give(f"file:{item.reference}", shown)
    visit.give(f"item:{item.id}", OpenedItem(shown=shown, detail=detail, version=version, docs=docs, learnt=learnt))


def move(visit: Visit) -> Response:
    """Give an item to somebody, or take it back: a supervisor does that, with a reason."""
    verb, item = visit.path("verb"), visit.path("item")
    if verb not in {"give", "take-back"}:
        raise NotFound("there is no such page", "no_such_page")
    to = [f"--to={visit.form.get('to')}"] if verb == "give" else []
    visit.must("work", verb, item, *to, f"--reason={visit.form.get('reason')}")
    return visit.go(f"/work/{item}")


def answer(visit: Visit) -> Response:
    """Give the answer, keep what was typed, ask for one more entry, or show it once more before it is done."""
    item_id, form = visit.path("item"), visit.form
    with visit.acting() as act:
        item = work_queue.look(act, item_id)
        opened = _opened(visit, item)
        if form.get("_save"):
            begun.save(act, item, form.typed)
            return visit.go(f"/work/{item_id}?kept=1")
        if form.get("_more") or opened is None or form.get("_change"):
            return _page(visit, act, item, typed_now=form.typed, more=form.get("_more"))
        raw = _raw(visit, item, opened)
        if WorkKind(item.kind) in CHECKED and not form.get("_sure"):
            return _check(visit, item, raw, opened)
    try:
        with visit.acting() as act:
            done = work_queue.do(act, item_id, raw)
            reference = done.reference
    except (AlreadyDone, Collision, NotPermitted):
        raise
    except Refused as refused:
        with visit.acting() as act:
            item = work_queue.look(act, item_id)
            return _page(visit, act, item, typed_now=form.typed, faults=forms.faults_of(refused), status=422)
    return visit.page("done.html", nav="/", item=done, reference=reference)


def _opened(visit: Visit, item: WorkItem) -> OpenedItem | None:
    kept = visit.kept(f"item:{item.id}")
    return kept if isinstance(kept, OpenedItem) else None


def _form_fields(visit: Visit, item: WorkItem, opened: OpenedItem) -> tuple[list[Field], prepared.Prepared]:
    kind = WorkKind(item.kind)
    asked_for = visit.form.get("_form") or visit.query("form")
    ready = prepared.of(kind, item.subject, opened.shown, asked_for, opened.docs)
    return prepared.fields_of(playbook.answer(kind).schema, kind, ready), ready


def _raw(visit: Visit, item: WorkItem, opened: OpenedItem) -> dict[str, Any]:
    """The answer as it was typed, with what the item fixes and the round in which its file was opened."""
    fields, ready = _form_fields(visit, item, opened)
    raw = typed.answer(fields, typed.asked(fields, visit.form.typed, ready.start))
    for name, value in ready.fixed.items():
        *groups, last = name.split(".")
        place = raw
        for group in groups:
            place = place.get(group) or {}
        if place or not groups:
            place[last] = value
    if opened.version is not None and item.reference is not None:
        raw["version"] = opened.version
    return raw


def _page(
    visit: Visit,
    act: Act,
    item: WorkItem,
    *,
    typed_now: Mapping[str, list[str]] | None,
    more: str = "",
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    opened = _opened(visit, item)
    kept = begun.own(act, item)
    shown_form = None
    if opened is not None:
        fields, ready = _form_fields(visit, item, opened)
        start = typed_now if typed_now is not None else (kept.typed if kept else ready.start)
        shown_form = FormShown(fields=fields, typed=start, faults=faults or {}, more=more)
    return visit.page(
        "item.html",
        status,
        nav="/",
        item=item,
        now=act.now,
        about=beside.about(item.subject),
        opened=opened,
        form=shown_form,
        errors=shown_form.errors if shown_form and faults else None,
        sections=_beside(item, opened),
        comparison=comparing.of_item(item.subject, opened.shown) if opened else None,
        link=comparing.of_link(item.subject, opened.shown) if opened else None,
        sheet=search_sheet.of_item(item.subject, opened.shown, opened.learnt) if opened else None,
        kept=kept,
        kept_now=bool(visit.query("kept")),
        others=begun.others(act, item),
        may=_may(act, item),
        instruments=_instruments(item, opened),
        form_name=visit.form.get("_form") or visit.query("form") or "DASH",
    )


def _may(act: Act, item: WorkItem) -> dict[str, bool]:
    """Which buttons the page has: only what would not be refused."""
    is_open = item.done_at is None and item.cancelled_at is None
    leads = authority.why_not_allowed(act.actor, Command.ALLOCATE) is None
    why = authority.why_not_work(act.actor, WorkKind(item.kind), role=item.role, owner=None, reserved=False)
    free = item.owner is None or item.owner == act.actor.id
    return {
        "open": is_open and why is None,
        "claim": is_open and why is None and free and (item.claimed_at is None or item.owner != act.actor.id),
        "answer": is_open and why is None and free,
        "move": is_open and leads,
    }


def _instruments(item: WorkItem, opened: OpenedItem | None) -> tuple[str, ...]:
    """The questionnaires that the form offers."""
    asked = opened is not None and item.kind in {WorkKind.MEET_APPLICANT, WorkKind.COMPLETE_INSTRUMENT}
    return tuple(opened.docs.instruments) if opened and asked else ()


def _beside(item: WorkItem, opened: OpenedItem | None) -> list[tuple[str, list[object]]]:
    if opened is None or not opened.shown:
        return []
    wanted = BESIDE.get(WorkKind(item.kind), ("PEOPLE",))
    wanted = OF_A_LIST if "list" in item.subject else OF_A_LINK if "pair" in item.subject else wanted
    found = dict(case_page.sections(opened.shown))
    return [(title, list(found[title])) for title in wanted if title in found]


def _check(visit: Visit, item: WorkItem, raw: Mapping[str, Any], opened: OpenedItem) -> Response:
    """What is about to be done, once more, with the form behind it."""
    fields, _ = _form_fields(visit, item, opened)
    lines = [(each.label, _said(each, raw[each.name])) for each in fields if each.name in raw]
    return visit.check(
        words.WORK.of(item.kind), lines, nav="/", reference=item.reference or "", form_name=visit.form.get("_form")
    )


def _said(each: Field, value: Any) -> str:  # noqa: ANN401 - any JSON
    known = dict(each.choices) | {True: "Yes", False: "No"}
    if isinstance(value, list):
        return "; ".join(_said(each, one) for one in value)
    if isinstance(value, dict):
        parts = {part.last: part for part in each.parts}
        return ". ".join(
            f"{parts[name].label if name in parts else name}: {_said(parts.get(name, each), inner)}"
            for name, inner in value.items()
        )
    return str(known.get(value, value))


PAGES = (
    ("GET", "/work/{item}", look),
    ("POST", "/work/{item}/open", opening),
    ("POST", "/work/{item}/claim", claim),
    ("POST", "/work/{item}/move/{verb}", move),
    ("POST", "/work/{item}", answer),
)
