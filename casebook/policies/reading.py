"""Reads the shipped files: a TOML file into its dataclass, with exactly the keys that the dataclass has, or CSV rows."""

import csv
import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from importlib import resources
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from casebook.errors import WrongUsage

D = TypeVar("D")


class UnreadablePolicy(WrongUsage):
    """The policy file is not in the expected form."""

    code = "unreadable_policy"


def load(shape: type[D], name: str) -> D:
    """The file `name`.toml as its dataclass."""
    return read(shape, table(name), name)


def table(name: str) -> dict[str, Any]:
    return tomllib.loads(text(name))


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text(name, "csv").splitlines()))


def names(start: str) -> list[str]:
    """The names of the TOML files that begin with a prefix, without their ending."""
    files = (each.name for each in resources.files(__package__).iterdir())
    return [name.removesuffix(".toml") for name in files if name.startswith(start) and name.endswith(".toml")]


def text(name: str, ending: str = "toml") -> str:
    """A shipped file as it is."""
    return (resources.files(__package__) / f"{name}.{ending}").read_text(encoding="utf-8")


def read(shape: type[D], table: object, where: str) -> D:
    """Convert a value of the file. `where`: its place in the file, for whoever must correct it."""
    return cast("D", _read(shape, table, where))


def _read(shape: Any, value: object, where: str) -> object:  # noqa: ANN401 - a type hint, which has no type of its own
    origin, arguments = get_origin(shape) or shape, get_args(shape)
    if origin in {Union, types.UnionType}:
        return _read(next(each for each in arguments if each is not type(None)), value, where)
    if origin is tuple:
        items = _expect(list, value, where)
        return tuple(_read(arguments[0], item, f"{where}[{at}]") for at, item in enumerate(items))
    if origin is Mapping:
        table = _expect(dict, value, where)
        return {
            _read(arguments[0], key, where): _read(arguments[1], item, f"{where}.{key}") for key, item in table.items()
        }
    if is_dataclass(origin):
        return _read_fields(origin, arguments, _expect(dict, value, where), where)
    if issubclass(origin, Enum):
        try:
            return origin(value)
        except ValueError:
            raise UnreadablePolicy(f"{where}: {value!r} is not a known {origin.__name__.lower()}") from None
    return _expect(origin, value, where)


def _read_fields(shape: Any, arguments: tuple[Any, ...], table: dict[str, object], where: str) -> object:  # noqa: ANN401
    hints, known = get_type_hints(shape), {each.name: each for each in fields(shape)}
    generic = dict(zip(getattr(shape, "__parameters__", ()), arguments, strict=True))
    required = {name for name, each in known.items() if each.default is each.default_factory is MISSING}
    if wrong := sorted((table.keys() - known.keys()) | (required - table.keys())):
        raise UnreadablePolicy(f"{where}: missing or unknown: {', '.join(wrong)}")
    shapes = {name: generic.get(hint, hint) for name, hint in hints.items()}
    try:
        return shape(**{name: _read(shapes[name], item, f"{where}.{name}") for name, item in table.items()})
    except ValueError as error:
        raise UnreadablePolicy(f"{where}: {error}") from None


def _expect(kind: type[D], value: object, where: str) -> D:
    if kind is date and type(value) is str:  # as it is stored: JSON has no dates
        return cast("D", _date(value, where))
    # exactly: a bool is no int, and a date-time no date
    if type(value) is not kind:
        raise UnreadablePolicy(f"{where}: expected {kind.__name__}")
    return value


def _date(value: str, where: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UnreadablePolicy(f"{where}: expected date") from None
