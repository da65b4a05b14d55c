"""The body of a request: a form, with files if it has any. Its size and the number of its fields are bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from casebook import bounds
from casebook.errors import Refused

FORM = 4 * bounds.MIB
FILES = 70 * bounds.MIB  # of all files of one command together; each has a bound of its own
FIELDS = 4_000
MOST_FILES = 20


@dataclass(frozen=True, kw_only=True)
class TypedForm:
    """What was typed, in its order, and the files that were chosen: name -> (file name, content)."""

    pairs: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The first value of a field, without spaces around it; empty if there is none."""
        return next((value.strip() for each, value in self.pairs if each == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for each, value in self.pairs if each == name]

    @property
    def typed(self) -> dict[str, list[str]]:
        """Field -> values, without what the page itself put there."""
        found: dict[str, list[str]] = {}
        for name, value in self.pairs:
            if not name.startswith("_"):
                found.setdefault(name, []).append(value)
        return found


async def read(request: Request) -> TypedForm:
    """Read the form of a request."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _with_files(request)
    body = bytearray()
    async for part in request.stream():
        body += part
        _refuse_large(len(body), FORM)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise Refused("the form has too many fields, or is not text", "bad_form") from None
    return TypedForm(pairs=tuple(map(_as_typed, pairs)))


async def _with_files(request: Request) -> TypedForm:
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise Refused("the form does not say how long it is", "bad_form")
    _refuse_large(int(length), FILES)
    try:
        async with request.form(max_files=MOST_FILES, max_fields=FIELDS, max_part_size=FORM) as form:
            pairs, files = [], {}
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    if value.filename:
                        files[name] = (value.filename, await value.read())
                else:
                    pairs.append(_as_typed((name, value)))
    except MultiPartException:
        raise Refused("the form has too many parts, or cannot be read", "bad_form") from None
    return TypedForm(pairs=tuple(pairs), files=files)


def _as_typed(pair: tuple[str, str]) -> tuple[str, str]:
    """A text area sends the ends of its lines as two signs."""
    return pair[0], pair[1].replace("\r\n", "\n")


def _refuse_large(size: int, most: int) -> None:
    if size > most:
        raise Refused(f"the form has more than {most // bounds.MIB} MB", "file_too_large")


def numbered(typed: Mapping[str, Sequence[str]], prefix: str) -> Iterator[int]:
    """The numbers of a list's entries in a form: `searches.0.source` has 0."""
    yield from sorted(
        {
            int(rest)
            for name in typed
            if name.startswith(f"{prefix}.") and (rest := name[len(prefix) + 1 :].partition(".")[0]).isdecimal()
        }
    )


def plain_name(name: str) -> str:
    """A file name without anything that a header or a disk would read as more than a name."""
    return (
        "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)[:80] or "file"
    )
