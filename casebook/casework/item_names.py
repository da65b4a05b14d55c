"""How a person names a work item: by its id, or by application and kind of work, as in `CL-2026-000017:assess_risk`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from casebook.casework import work_queue
from casebook.casework.core import work_items
from casebook.casework.core.acting import Act, refuse_because
from casebook.domain import authority, words
from casebook.domain.vocabulary import WorkKind
from casebook.domain.work import SPECS
from casebook.errors import InvalidAnswer, NotFound
from casebook.storage.tables import Application, WorkItem

_MARK = ":"  # in no id of an item
_MOST_WORDS = 2  # after the kind, to tell an item from others of its kind


def names_of(items: Iterable[WorkItem]) -> Mapping[str, str]:
    """Item -> the shortest name that none of the others has; its id if it belongs to no application, or has no such name."""
    kinds = defaultdict[tuple[str | None, str], list[WorkItem]](list)
    for item in items:
        kinds[item.reference, item.kind].append(item)
    return {item.id: next(_names(item, alike), item.id) for alike in kinds.values() for item in alike}


def _names(item: WorkItem, alike: Sequence[WorkItem]) -> Iterator[str]:
    others = [{*_words_of(other)} for other in alike if other is not item]
    for count in range(_MOST_WORDS + 1) if item.reference else ():
        for chosen in combinations(_words_of(item), count):
            if not any({*chosen} <= other for other in others):
                yield _MARK.join([str(item.reference), item.kind, *chosen])


def item_named(act: Act, name: str) -> str:
    """The id of the open item that is named, if that is not its id. Of several, the one that is for the actor."""
    if _MARK not in name:
        return name
    reference, kind, *about = name.split(_MARK)
    if kind not in set(WorkKind):
        raise NotFound(f"there is no kind of work {kind}: `casebook work schema --help` lists them")
    application = act.application(reference, lock=False, joins=kind == WorkKind.DECIDE)
    items = _of_kind(act, application, WorkKind(kind), about)
    if len(items) > 1:
        items = [item for item in items if _is_theirs(act, application, item)] or items
    if not items:
        raise NotFound(f"{reference}: no such work is waiting: {words.WORK.of(kind)}")
    if len(items) > 1:
        told = ", ".join(sorted(names_of(items).values()))
        refuse_because("several_items", f"several items have this name. Say which: {told}", InvalidAnswer)
    return items[0].id


def _of_kind(act: Act, application: Application, kind: WorkKind, about: Sequence[str]) -> list[WorkItem]:
    if SPECS[kind].confidential and not act.actor.roles & {*SPECS[kind].roles}:
        return []
    waiting = work_items.open_work(act.session, application)
    return [item for item in waiting if item.kind == kind and {*about} <= {*_words_of(item)}]


def _words_of(item: WorkItem) -> Sequence[str]:
    """The codes and numbers that tell an item from others of its kind: parts of its key, and of what it is about."""
    values = [value for value in item.subject.values() if isinstance(value, str) and _MARK not in value]
    parts = [part for part in item.key.split(_MARK) if part and part != item.reference]
    return list(dict.fromkeys([*parts, *values]))


def _is_theirs(act: Act, application: Application, item: WorkItem) -> bool:
    kind = WorkKind(item.kind)
    why = authority.why_not_work(act.actor, kind, role=item.role, owner=item.owner, reserved=item.reserved)
    return why is None and work_queue.why_not_theirs(act, application, item) is None
