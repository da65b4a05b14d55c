"""Reading a JSON answer from a file or from standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from casebook.errors import InvalidAnswer, UnreadableFile


def read_json(name: str) -> object:
    """The type of an argument: read while the words are, hence once; a second try finds standard input empty."""
    path = Path(name)
    try:
        text = sys.stdin.read() if name == "-" else path.read_text("utf-8")
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror or 'cannot be opened'}", "no_such_file") from None
    except UnicodeDecodeError:
        raise InvalidAnswer("the answer is not UTF-8 text") from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidAnswer(f"the answer is not JSON: {getattr(error, 'msg', 'it cannot be read')}") from None
