"""A home whose commands a test gives in its own process, as somebody or as the operator."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys

from casebook.cli import main


class Desk:
    """A home whose server stays up; each call runs in this process."""

    def __init__(self, home):
        self.home, self.tokens = home, {}

    def say(self, *words, who=None, stdin=""):
        """Exit code, stdout and stderr."""
        os.environ["CASEBOOK_HOME"] = str(self.home)
        os.environ.pop("CASEBOOK_TOKEN", None)
        if who:
            words, os.environ["CASEBOOK_TOKEN"] = (*words, "--as", who), self.tokens[who]
        out, err, was = io.StringIO(), io.StringIO(), sys.stdin
        sys.stdin = io.StringIO(stdin)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = main.main([str(word) for word in words])
        finally:
            sys.stdin = was
            os.environ.pop("CASEBOOK_HOME")
            os.environ.pop("CASEBOOK_TOKEN", None)
        assert "Traceback" not in err.getvalue()
        return code, out.getvalue(), err.getvalue()

    def ask(self, *words, who=None, stdin="", code=0):
        """The one JSON document, with the exit code that is expected."""
        ended, out, err = self.say(*words, "--json", who=who, stdin=stdin)
        assert ended == code, err or out
        return json.loads(out)

    def refusal(self, *words, who=None, stdin="", code=1):
        return self.ask(*words, who=who, stdin=stdin, code=code)["error"]["code"]

    def hire(self, name, *roles):
        added = self.ask("staff", "add", name, "--role", *roles)
        if added["state"] == "proposed":
            added = self.ask("staff", "confirm", name, who=next(iter(self.tokens)))
        self.tokens[name] = added["token"]
        return name

    def do(self, item, answer, who):
        return self.ask("work", "do", item, "--file", "-", who=who, stdin=json.dumps(answer))
