"""A command that is carried out by the desk of another machine, with nothing here but its address and a token."""

from __future__ import annotations

import base64
import binascii
import json
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from casebook import bounds, settings
from casebook.cli import reading
from casebook.cli.answer import Call, Output
from casebook.cli.parsers import HelpAsked, Parser
from casebook.cli.surroundings import OURSELVES
from casebook.errors import Fault, NotPermitted, Refused, WrongUsage
from casebook.settings import Settings
from casebook.writing import write_whole

SECONDS = 600.0  # a report of the look-back takes minutes
_ERRORS = {1: Refused, 2: WrongUsage, 3: Fault}


def run(call: Call, words: list[str], parser: Parser) -> Output:
    """Send one command and the files that it names; write the files that come back where the command says."""
    with reading.sent() as files:
        try:
            options = parser.parse_args(words[1:])
        except HelpAsked as asked:
            return Output(data={"help": str(asked)}, lines=[str(asked).rstrip()])
    for path in _paths(options):
        if path.is_file():
            files[str(path)] = bounds.content(path, bounds.TABLE)
    answer = _asked(settings.load(call.home), call, _plain(words, files), files)
    if error := answer.get("error"):
        raise _ERRORS.get(int(answer["exit_code"]), Fault)(str(error["message"]), str(error["code"]))
    _write(options, answer["files"])
    return Output(data=answer["data"], lines=answer["lines"], exit_code=int(answer["exit_code"]))


def _paths(options: Namespace) -> Iterator[Path]:
    for value in vars(options).values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Path):
                yield each


def _plain(words: list[str], files: Mapping[str, bytes]) -> list[str]:
    """The words, with the plain name of each file that is sent: the folders of this machine are nobody's business."""
    names = {name: Path(name).name for name in files if name != "-"}
    plain = []
    for word in words:
        option, given, value = word.partition("=")
        plain.append(f"{option}={names[value]}" if given and value in names else names.get(word, word))
    return plain


def _asked(configured: Settings, call: Call, words: list[str], files: Mapping[str, bytes]) -> dict[str, Any]:
    url = str(configured.service_url)
    place = urlsplit(url)
    if place.scheme != "https" and place.hostname not in OURSELVES:
        raise NotPermitted("a token is sent to another machine over https:// alone", "not_encrypted")
    token = configured.token.get_secret_value() if configured.token else ""
    data = {"as": call.staff_id or "", "words": json.dumps(words)}
    if "-" in files:
        data["stdin"] = files["-"].decode()
    sent = {f"file:{Path(name).name}": (Path(name).name, content) for name, content in files.items() if name != "-"}
    try:
        answer = httpx.post(
            f"{url.rstrip('/')}/service", data=data, files=sent or None, headers={"authorization": f"Bearer {token}"},
            timeout=SECONDS,
        )  # fmt: skip
        told = answer.json()
    except (httpx.HTTPError, ValueError):
        raise Fault("the desk cannot be reached, or did not answer as a desk does", "desk_unreachable") from None
    if not isinstance(told, dict) or not {"exit_code", "data", "lines", "files"} <= told.keys():
        raise Fault("the desk did not answer as a desk does", "desk_unreachable")
    return told


def _write(options: Namespace, files: Mapping[str, str]) -> None:
    places = {path.name: path for path in _paths(options)}
    for name, content in files.items():
        try:
            whole = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            raise Fault("the desk did not answer as a desk does", "desk_unreachable") from None
        write_whole(places.get(name, Path(Path(name).name)), whole)
