"""The documents of a force's policy: what kinds there are, who adopts them, and how two of them differ."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.vocabulary import Role


class DocumentKind(StrEnum):
    """What a document governs. Two documents of a kind replace one another; documents of different kinds do not."""

    SCHEME = "scheme"  # time limits, sources, panel, contact, escalation
    RISK_MODEL = "risk_model"
    WORDING = "wording"  # what people are told, the help lines among it
    PANEL_REFUSALS = "panel_refusals"
    REVIEW = "review"
    MONITOR = "monitor"


class DocumentOrigin(StrEnum):
    """How a document came into the casebook."""

    SHIPPED = "shipped"  # came with the release that opened the empty home
    ADOPTED = "adopted"  # proposed by one person, agreed by another
    AMENDED = "amended"  # an earlier document and the keys that a later release reads


def name_of(title: str) -> str:
    """The name in a title, which is name@version: all versions of a document have it."""
    return title.partition("@")[0]


def digest_of(body: str) -> str:
    """SHA-256, hex, of a document's text: what names it for ever."""
    return hashlib.sha256(body.encode()).hexdigest()


ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)  # a shipped document that has no day of its own is in force since

# one of the two people who adopt a document has one of these roles: nobody sets the numbers that watch their own work
_ANSWERABLE: Mapping[DocumentKind, frozenset[Role]] = MappingProxyType({
    DocumentKind.MONITOR: frozenset({Role.PROFESSIONAL_STANDARDS}),
    DocumentKind.REVIEW: frozenset({Role.PROFESSIONAL_STANDARDS, Role.REVIEW_LEAD}),
})  # fmt: skip
_USUALLY = frozenset({Role.HEAD_OF_UNIT, Role.CHIEF_OFFICER})


def answerable(kind: DocumentKind) -> frozenset[Role]:
    """The roles one of which one of the two people must have."""
    return _ANSWERABLE.get(kind, _USUALLY)


def why_not_adopt(kind: DocumentKind, roles: Collection[Role]) -> Reason | None:
    """A reason if neither of the two people answers for documents of this kind. `roles`: those of both."""
    needed = answerable(kind)
    if needed & set(roles):
        return None
    named = ", ".join(sorted(words.ROLE.of(role) for role in needed))
    return Reason(
        "nobody_answerable", f"one of the two people who adopt '{words.DOCUMENT.of(kind)}' must have a role of: {named}"
    )


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One key of a document, and its value in two of them. None: it is not there."""

    key: str  # its place, such as `panel.quorum.value`
    was: object
    now: object


def differences(earlier: object, later: object) -> list[Difference]:
    """Every value that differs between two documents as JSON, in the order of their keys."""
    was, now = dict(_leaves(earlier)), dict(_leaves(later))
    return [
        Difference(key=key, was=was.get(key), now=now.get(key))
        for key in dict.fromkeys((*was, *now))
        if was.get(key) != now.get(key)
    ]


def completed(document: object, shipped: object, known: object) -> tuple[object, list[str]]:
    """The document with the keys that a later release reads, and the places of the keys it gained.

    Those are the keys of the `shipped` document of that release that stand neither in the document nor in `known`, the
    document shipped before: what a force left out on purpose stays out.
    """
    return _completed(document, shipped, frozenset(_places(known)), "")


def _completed(document: object, shipped: object, known: frozenset[str], place: str) -> tuple[object, list[str]]:
    if isinstance(document, list) and isinstance(shipped, list):
        by_name = {_name(item, at): item for at, item in enumerate(shipped) if isinstance(item, dict)}
        parts = [
            _completed(item, by_name.get(_name(item, at)), known, f"{place}[{_name(item, at)}]")
            if isinstance(item, dict)
            else (item, [])
            for at, item in enumerate(document)
        ]
        return [part for part, _ in parts], [key for _, gained in parts for key in gained]
    if not isinstance(document, dict) or not isinstance(shipped, dict):
        return document, []
    full, gained = dict(document), list[str]()
    for key, value in shipped.items():
        below = f"{place}.{key}" if place else str(key)
        if key in document:
            full[key], more = _completed(document[key], value, known, below)
            gained += more
        elif below not in known:
            full[key] = value
            gained.append(below)
    return full, gained


# by this key an entry of a list is recognised, so that one more entry does not make all that follow differ
_NAMES = ("limit", "kind", "name", "reason", "level", "code", "band")


def _leaves(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for at, item in enumerate(value):
            yield from _leaves(item, f"{place}[{_name(item, at)}]")
    else:
        yield place, value


def _places(value: object, place: str = "") -> Iterator[str]:
    """The place of every key, whatever its value."""
    if isinstance(value, dict):
        for key, item in value.items():
            below = f"{place}.{key}" if place else str(key)
            yield below
            yield from _places(item, below)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            if isinstance(item, dict):
                yield from _places(item, f"{place}[{_name(item, at)}]")


def _name(item: Mapping[str, object], at: int) -> object:
    name = next((item[key] for key in _NAMES if key in item), None)
    return at if name is None else "/".join([str(name), *map(str, _list(item.get("routes")))])


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
