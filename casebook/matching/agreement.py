"""How a name that was asked agrees with the names of a person, in any spelling and in either order."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from casebook.domain.case.finding import AskedKind, HowAgrees, PartAgrees
from casebook.matching.known_people import FullName
from casebook.matching.names import NamePart

_SAME, _OTHER_FORM, _NEAR, _NOT = 3, 2, 1, 0
_SHORT = 3  # letters of a short form: Dan, Jes
_LONG = 6  # letters from which two slips are near
_BEST = list(HowAgrees)
_HOW = {_SAME: HowAgrees.SAME, _OTHER_FORM: HowAgrees.OTHER_FORM, _NEAR: HowAgrees.NEAR}


def of_name(asked: FullName, known: Iterable[FullName], *, either: bool = False) -> PartAgrees:
    """How a name agrees with the best of those that are known. `either`: the one word asked may be forename or surname."""
    found = [(_how(asked, name, either=either), not name.told) for name in known]
    if not found:
        return PartAgrees(kind=AskedKind.NAME, how=HowAgrees.NOT_KNOWN)
    how, other = min(found, key=lambda pair: (_BEST.index(pair[0]), pair[1]))
    return PartAgrees(kind=AskedKind.NAME, how=how, other_name=other and how is not HowAgrees.DIFFERS)


def _how(asked: FullName, known: FullName, *, either: bool) -> HowAgrees:
    straight = _level(asked.given, (known.given, known.middle)), _level(asked.family, (known.family,))
    crossed = _level(asked.given, (known.family,)), _level(asked.family, (known.given, known.middle))
    as_asked, swapped = _together(straight), _together(crossed)
    if either or as_asked >= swapped or swapped < _OTHER_FORM:
        best = max(as_asked, swapped)
        return _HOW.get(best) or (HowAgrees.PARTLY if _one_agrees(straight, crossed) else HowAgrees.DIFFERS)
    return HowAgrees.SWAPPED


def _together(levels: tuple[int | None, int | None]) -> int:
    """The level of the part that agrees least; a part that was not asked says nothing."""
    return min((level for level in levels if level is not None), default=_NOT)


def _one_agrees(*orders: tuple[int | None, int | None]) -> bool:
    return any((level or _NOT) >= _OTHER_FORM for levels in orders for level in levels)


def _level(asked: NamePart, known: Iterable[NamePart]) -> int | None:
    """How far one part of a name agrees; None if it was not asked."""
    if not asked.forms:
        return None
    return max((_part_level(asked, part) for part in known if part.forms), default=_NOT)


def _part_level(asked: NamePart, known: NamePart) -> int:
    if {*asked.forms, *asked.spellings} & {*known.forms, *known.spellings}:
        return _SAME
    if {*asked.roots} & {*known.roots}:
        return _OTHER_FORM
    return _NEAR if _near(asked, known) else _NOT


def _near(asked: NamePart, known: NamePart) -> bool:
    one, other = asked.joined or "", known.joined or ""
    if len(one) == 1 or len(other) == 1:  # an initial
        return one[:1] == other[:1]
    if min(len(one), len(other)) >= _SHORT and (one.startswith(other) or other.startswith(one)):
        return True
    slips = 1 + (min(len(one), len(other)) >= _LONG)
    return (asked.sound == known.sound and len(asked.sound or "") > 1) or OSA.distance(
        one, other, score_cutoff=slips
    ) <= slips
