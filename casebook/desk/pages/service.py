"""The service for staff: one POST takes a command line and its files, and gives exit code and JSON back.

`casebook --as` on another machine works through it. Who calls is proved by id and token with every call.
"""

from __future__ import annotations

import base64
import json

from starlette.requests import Request
from starlette.responses import Response

from casebook import json_once
from casebook.bounds import BadInput
from casebook.casework.staff import staff
from casebook.desk.bodies import TypedForm
from casebook.desk.commands import CommandAnswer
from casebook.desk.visit import DeskTools
from casebook.domain.actors import ActOrigin
from casebook.errors import CasebookError, NotPermitted, WrongUsage
from casebook.storage import session as storage


def answer(desk: DeskTools, request: Request, form: TypedForm) -> Response:
    """Run one command line. Fields: `words`, a JSON list; `stdin`, if it reads that; and the files it names, by name."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotPermitted(
            "send the token as `Authorization: Bearer TOKEN`, and the id as the field `as`", "token_needed"
        )
    with desk.store.session() as session:
        now = storage.now(session)
        actor = staff.identify(session, form.get("as"), token.strip(), now, origin=ActOrigin.DESK)
    done = desk.commands.run(actor, _words(form), _files(form))
    return _as_json(done, 200)


def refused(error: CasebookError) -> Response:
    """The answer to a call that could not be run."""
    status = {1: 403, 2: 400}.get(error.exit_code, 503)
    return _as_json(
        CommandAnswer(exit_code=error.exit_code, data=None, error_code=error.code, error=error.message), status
    )


def _words(form: TypedForm) -> list[str]:
    try:
        words = json_once.loads(form.get("words"))
    except BadInput:
        words = None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise WrongUsage("the field `words` must be a JSON list of the words of one command")
    return words


def _files(form: TypedForm) -> dict[str, bytes]:
    files = {name.removeprefix("file:"): content for name, (_, content) in form.files.items()}
    return files | ({"-": form.get("stdin").encode()} if form.get("stdin") else {})


def _as_json(done: CommandAnswer, status: int) -> Response:
    body = {
        "exit_code": done.exit_code,
        "data": done.data,
        "lines": done.lines,
        "files": {name: base64.b64encode(content).decode() for name, content in done.files.items()},
        **({"error": {"code": done.error_code, "message": done.error}} if done.error_code else {}),
    }
    return Response(json.dumps(body, default=_text), status_code=status, media_type="application/json")


def _text(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
