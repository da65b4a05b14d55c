"""Compiles the model's SQL conditions into functions of two rows, so that a few hundred pairs need no database.

They are compiled from the text of `model.json`, so that a rule is written once. Unknown syntax is refused.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

ColumnValues = Mapping[str, Any]
Value = Callable[[ColumnValues, ColumnValues], Any]  # None is SQL's null
Test = Callable[[ColumnValues, ColumnValues], bool]
# when a condition is true, and when it is false: an unknown one is neither
Truth = tuple[Test, Test]

_TOKEN = re.compile(r"\s*(::|\|\||<>|<=|>=|[-+*()\[\],<>=]|'[^']*'|\d+(?:\.\d+)?|[a-z_0-9]+)", re.ASCII)
_COMPARED = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_CACHED = 50_000


def compiled(condition: str) -> Test:
    """A test that is true where SQL is true, not where it is unknown. Raises ValueError for unknown syntax."""
    reader = _Reader(condition)
    true, _ = reader.either()
    if reader.next is not None:
        raise ValueError(f"unknown syntax in a condition of the model: {reader.next}")
    return true


@lru_cache(_CACHED)
def _jaro_winkler(one: str, other: str) -> float:
    # by bytes, as DuckDB compares them; it makes a difference only outside ASCII
    if one.isascii() and other.isascii():
        return JaroWinkler.similarity(one, other)
    return JaroWinkler.similarity(one.encode(), other.encode())


def _damerau_levenshtein(one: str, other: str) -> int:
    if one.isascii() and other.isascii():
        return DamerauLevenshtein.distance(one, other)
    return DamerauLevenshtein.distance(one.encode(), other.encode())


def _least(*values: Any) -> Any:  # noqa: ANN401 - of numbers
    return min((value for value in values if value is not None), default=None)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "length": len,
    "len": len,
    "abs": abs,
    "jaro_winkler_similarity": _jaro_winkler,
    "damerau_levenshtein": _damerau_levenshtein,
    "list_intersect": lambda one, other: set(one) & set(other),
    "list_distinct": set,
}
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "||": lambda one, other: [*one, *other],
}  # fmt: skip


class _Reader:
    """Recursive descent: either, both, negation, comparison, sum, product, part."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            if (found := _TOKEN.match(text, at)) is None:
                raise ValueError(f"unknown syntax in a condition of the model: {text[at:]}")
            self._tokens.append(found[1])
            at = found.end()
        self._tokens.reverse()

    @property
    def next(self) -> str | None:
        return self._tokens[-1] if self._tokens else None

    def _take(self, *wanted: str) -> str | None:
        """The next token if it is one of these; of none in particular any."""
        if self._tokens and (not wanted or self._tokens[-1] in wanted):
            return self._tokens.pop()
        return None

    def _need(self, wanted: str) -> None:
        if self._take(wanted) is None:
            raise ValueError(f"a condition of the model lacks {wanted} before {self.next}")

    def either(self) -> Truth:
        found = [self._both()]
        while self._take("or"):
            found.append(self._both())
        return found[0] if len(found) == 1 else _joined(found, any_is=0)

    def _both(self) -> Truth:
        found = [self._negation()]
        while self._take("and"):
            found.append(self._negation())
        return found[0] if len(found) == 1 else _joined(found, any_is=1)

    def _negation(self) -> Truth:
        if self._take("not"):
            true, false = self._negation()
            return false, true
        return self._comparison()

    def _comparison(self) -> Truth:
        if (found := self._parenthesis()) is not None:
            return found
        if self._take("coalesce"):
            return self._coalesced()
        if self._take("list_has_any"):
            one, other = self._arguments()
            return _sharing(one, other)
        one = self._sum()
        if self._take("is"):
            negated = self._take("not")
            self._need("null")
            return _negated(_is_null(one)) if negated else _is_null(one)
        if (sign := self._take(*_COMPARED)) is None:
            raise ValueError(f"a condition of the model compares nothing before {self.next}")
        return _compared(_COMPARED[sign], one, self._sum())

    def _parenthesis(self) -> Truth | None:
        """A condition in parentheses; None where they hold a number instead."""
        if self.next != "(":
            return None
        kept = list(self._tokens)
        self._take("(")
        try:
            found = self.either()
            self._need(")")
        except ValueError:
            self._tokens = kept
            return None
        if self.next == "::":
            self._tokens = kept
            return None
        return found

    def _coalesced(self) -> Truth:
        """`coalesce(condition, false)`: what is unknown is false."""
        self._need("(")
        true, _ = self.either()
        self._need(",")
        self._need("false")
        self._need(")")
        return true, lambda left, right: not true(left, right)

    def _sum(self) -> Value:
        found = self._product()
        while sign := self._take("+", "-", "||"):
            found = _applied(_ARITHMETIC[sign], found, self._product())
        return found

    def _product(self) -> Value:
        found = self._part()
        while self._take("*"):
            found = _applied(operator.mul, found, self._part())
        return found

    def _part(self) -> Value:
        if self._take("("):
            return self._counted()
        token = self._take() or ""
        if token[:1].isdigit():
            number = float(token) if "." in token else int(token)
            return lambda _left, _right: number
        if self.next == "(":
            return _called(token, self._arguments())
        value = _column(token)
        while self._take("["):
            at = int(self._take() or 0) - 1
            self._need("]")
            value = _element(value, at)
        return value

    def _counted(self) -> Value:
        """`(condition)::int`: one if it is true, none if it is false, null if it is unknown."""
        true, false = self.either()
        self._need(")")
        self._need("::")
        self._need("int")
        return lambda left, right: 1 if true(left, right) else 0 if false(left, right) else None

    def _arguments(self) -> list[Value]:
        self._need("(")
        found = [self._sum()]
        while self._take(","):
            found.append(self._sum())
        self._need(")")
        return found


def _joined(parts: list[Truth], *, any_is: int) -> Truth:
    """Of which any being true (0), or any being false (1), settles the whole."""
    some, every = tuple(part[any_is] for part in parts), tuple(part[1 - any_is] for part in parts)

    def settled(left: ColumnValues, right: ColumnValues) -> bool:
        for part in some:  # noqa: SIM110 - `any` makes a generator each time, and this is asked a million times
            if part(left, right):
                return True
        return False

    def unsettled(left: ColumnValues, right: ColumnValues) -> bool:
        for part in every:  # noqa: SIM110 - as above
            if not part(left, right):
                return False
        return True

    return (unsettled, settled) if any_is else (settled, unsettled)


def _negated(truth: Truth) -> Truth:
    return truth[1], truth[0]


def _is_null(value: Value) -> Truth:
    return lambda left, right: value(left, right) is None, lambda left, right: value(left, right) is not None


def _compared(sign: Callable[[Any, Any], bool], one: Value, other: Value) -> Truth:
    def true(left: ColumnValues, right: ColumnValues) -> bool:
        if (first := one(left, right)) is None or (second := other(left, right)) is None:
            return False
        return sign(first, second)

    def false(left: ColumnValues, right: ColumnValues) -> bool:
        if (first := one(left, right)) is None or (second := other(left, right)) is None:
            return False
        return not sign(first, second)

    return true, false


def _sharing(one: Value, other: Value) -> Truth:
    def true(left: ColumnValues, right: ColumnValues) -> bool:
        first, second = one(left, right), other(left, right)
        return bool(first and second) and not set(first).isdisjoint(second)

    def false(left: ColumnValues, right: ColumnValues) -> bool:
        first, second = one(left, right), other(left, right)
        return first is not None and second is not None and set(first).isdisjoint(second)

    return true, false


def _applied(function: Callable[..., Any], *arguments: Value) -> Value:
    """Null if any argument is."""

    def value(left: ColumnValues, right: ColumnValues) -> Any:  # noqa: ANN401 - of whatever type the function is
        given = [argument(left, right) for argument in arguments]
        return None if None in given else function(*given)

    return value


def _called(name: str, arguments: list[Value]) -> Value:
    if name == "least":  # passes nulls over
        return lambda left, right: _least(*(argument(left, right) for argument in arguments))
    if name not in _FUNCTIONS:
        raise ValueError(f"a condition of the model calls {name}, which is not known here")
    return _applied(_FUNCTIONS[name], *arguments)


def _element(value: Value, at: int) -> Value:
    def found(left: ColumnValues, right: ColumnValues) -> Any:  # noqa: ANN401 - of whatever the list or text is made
        given = value(left, right)
        return given[at] if given and len(given) > at else "" if isinstance(given, str) else None

    return found


def _column(token: str) -> Value:
    name, side = token[:-2], token[-2:]
    match side:
        case "_l":
            return lambda left, _right: left[name]
        case "_r":
            return lambda _left, right: right[name]
    raise ValueError(f"a condition of the model names {token}, which is of neither side")
