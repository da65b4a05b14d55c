"""Compiles the model's SQL conditions into a function of two rows, so that a few hundred pairs need no database.

They are compiled from the text of `model.json`, so that a rule is written once, into one Python expression, because it is asked
of millions of pairs. Unknown syntax is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

ColumnValues = Mapping[str, Any]
Chooser = Callable[[ColumnValues, ColumnValues], int]
# expressions of Python over the rows `left` and `right`: a value, None where SQL has null
Value = str
# when a condition is true, and when it is false: an unknown one is neither
Truth = tuple[str, str]

_TOKEN = re.compile(r"\s*(::|\|\||<>|<=|>=|[-+*()\[\],<>=]|'[^']*'|\d+(?:\.\d+)?|[a-z_0-9]+)", re.ASCII)
_COMPARED = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_CACHED = 50_000


def first_of(conditions: Sequence[str]) -> Chooser:
    """The number of the first condition that is true. The last is ELSE. Raises ValueError for unknown syntax."""
    *asked, last = conditions
    if last != "ELSE":
        raise ValueError("the last level of a comparison must be ELSE")
    chosen = str(len(asked))
    for number, condition in reversed([*enumerate(asked)]):
        chosen = f"{number} if {_true(condition)} else {chosen}"
    # of names of columns, numbers and the functions below: no other word passes the reader
    choose: Chooser = eval(f"lambda left, right: {chosen}", {**_CALLED})  # noqa: S307 - as the line above says
    return choose


def _true(condition: str) -> str:
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


def _least(one: Any, other: Any) -> Any:  # noqa: ANN401 - of numbers
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _element(values: Any, at: int) -> Any:  # noqa: ANN401 - of whatever the list or text is made
    return values[at] if values and len(values) > at else "" if isinstance(values, str) else None


# what a condition may call -> its name in the expression, and the function
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "length": len,
    "len": len,
    "abs": abs,
    "jaro_winkler_similarity": _jaro_winkler,
    "damerau_levenshtein": _damerau_levenshtein,
    "list_intersect": lambda one, other: set(one) & set(other),
    "list_distinct": set,
}
_CALLED: Mapping[str, Any] = {
    **_FUNCTIONS, "least": _least, "element": _element, "set": set, "joined": lambda one, other: [*one, *other],
}  # fmt: skip
_ARITHMETIC = {"+": "{} + {}", "-": "{} - {}", "*": "{} * {}", "||": "joined({}, {})"}


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
        self._names = (f"v{number}" for number in count())  # of values that an expression uses twice

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
            return self._sharing(*self._arguments())
        one = self._sum()
        if self._take("is"):
            negated = self._take("not")
            self._need("null")
            is_null = f"({one} is None)", f"({one} is not None)"
            return is_null[::-1] if negated else is_null
        if (sign := self._take(*_COMPARED)) is None:
            raise ValueError(f"a condition of the model compares nothing before {self.next}")
        return self._compared(_COMPARED[sign], one, self._sum())

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
        return true, f"(not {true})"

    def _sum(self) -> Value:
        found = self._product()
        while sign := self._take("+", "-", "||"):
            found = self._applied(_ARITHMETIC[sign], found, self._product())
        return found

    def _product(self) -> Value:
        found = self._part()
        while self._take("*"):
            found = self._applied(_ARITHMETIC["*"], found, self._part())
        return found

    def _part(self) -> Value:
        if self._take("("):
            return self._counted()
        token = self._take() or ""
        if token[:1].isdigit():
            return token
        if self.next == "(":
            return self._call(token, self._arguments())
        value = _column(token)
        while self._take("["):
            at = int(self._take() or 0) - 1
            self._need("]")
            value = f"element({value}, {at})"
        return value

    def _counted(self) -> Value:
        """`(condition)::int`: one if it is true, none if it is false, null if it is unknown."""
        true, false = self.either()
        self._need(")")
        self._need("::")
        self._need("int")
        return f"(1 if {true} else 0 if {false} else None)"

    def _arguments(self) -> list[Value]:
        self._need("(")
        found = [self._sum()]
        while self._take(","):
            found.append(self._sum())
        self._need(")")
        return found

    def _compared(self, sign: str, one: Value, other: Value) -> Truth:
        known, (first, second) = self._known(one, other)
        return f"({known} and {first} {sign} {second})", f"({known} and not {first} {sign} {second})"

    def _sharing(self, one: Value, other: Value) -> Truth:
        """`list_has_any` of two lists: a list that has nothing shares nothing."""
        known, (first, second) = self._known(one, other)
        apart = f"set({first}).isdisjoint({second})"
        return f"({known} and not {apart})", f"({known} and {apart})"

    def _call(self, name: str, arguments: list[Value]) -> Value:
        if name == "least":  # passes nulls over
            return f"least({', '.join(arguments)})"
        if name not in _FUNCTIONS:
            raise ValueError(f"a condition of the model calls {name}, which is not known here")
        return self._applied(f"{name}({', '.join('{}' for _ in arguments)})", *arguments)

    def _applied(self, form: str, *arguments: Value) -> Value:
        """Null if any argument is."""
        known, values = self._known(*arguments)
        return f"({form.format(*values)} if {known} else None)"

    def _known(self, *values: Value) -> tuple[str, list[str]]:
        """That none of the values is null, and the names by which an expression has them after it has asked that."""
        names = [next(self._names) for _ in values]
        tests = [f"({name} := {value}) is not None" for name, value in zip(names, values, strict=True)]
        return " and ".join(tests), names


def _joined(parts: list[Truth], *, any_is: int) -> Truth:
    """Of which any being true (0), or any being false (1), settles the whole."""
    some = f"({' or '.join(part[any_is] for part in parts)})"
    every = f"({' and '.join(part[1 - any_is] for part in parts)})"
    return (every, some) if any_is else (some, every)


def _column(token: str) -> Value:
    name, side = token[:-2], token[-2:]
    match side:
        case "_l":
            return f"left[{name!r}]"
        case "_r":
            return f"right[{name!r}]"
    raise ValueError(f"a condition of the model names {token}, which is of neither side")
