"""Keeps what people's rows say out of the log of a database server, as far as our role may.

An embedded server has the right settings. One of a force's own often logs statements with their values, or the whole
row that an error is about. https://www.postgresql.org/docs/current/runtime-config-logging.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    import psycopg

# what each of our sessions sets, if the role may: most of these take a superuser or a grant
QUIET = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_messages": "log",  # the first line of an error may have a value: invalid input syntax for type date: "..."
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # the detail of an error has the whole row
}
ABOVE_ERRORS = {"log", "fatal", "panic"}  # the levels at which an error's statement, or the error, is not logged
GRANTS = 150_000  # the first release in which a role may be granted a setting

_MAY = "context = 'user' or current_setting('is_superuser') = 'on'"
_SET = "select set_config(name, %s::jsonb ->> name, false) from pg_settings where name = any(%s) and ({may})"


def quieten(engine: Engine) -> None:
    """Make every connection of an engine set what it may."""
    event.listen(engine, "connect", _settle)


def _settle(connection: Any, _record: object) -> None:  # noqa: ANN401 - SQLAlchemy's wrapper of a psycopg connection
    driver: psycopg.Connection = connection
    may = _MAY + (" or has_parameter_privilege(name, 'SET')" if driver.info.server_version >= GRANTS else "")
    driver.execute(_SET.format(may=may), (json.dumps(QUIET), list(QUIET)))
    driver.commit()


def leaking(session: Session) -> list[str]:
    """The settings by which the server still logs values in a session like this one; whoever runs it must change them."""
    asked = text("select name, current_setting(name) from pg_settings where name = any(:names)")
    return why_it_leaks(dict(session.execute(asked, {"names": list(QUIET)}).tuples().all()))


def why_it_leaks(shown: Mapping[str, str]) -> list[str]:
    """Which of these settings, as `SHOW` gives them, let values into the log."""
    statements = [
        name
        for name, quiet in (
            ("log_statement", {"none", "ddl"}),
            ("log_min_duration_statement", {"-1"}),
            ("log_min_duration_sample", {"-1"}),
            ("log_transaction_sample_rate", {"0"}),
        )
        if shown.get(name, min(quiet)) not in quiet
    ]
    if statements and shown.get("log_parameter_max_length") != "0":
        statements.append("log_parameter_max_length")
    if shown["log_min_messages"] in ABOVE_ERRORS:
        return statements
    statements.append("log_min_messages")
    if shown["log_min_error_statement"] not in ABOVE_ERRORS:
        statements.append("log_min_error_statement")
    if shown.get("log_parameter_max_length_on_error", "0") != "0":
        statements.append("log_parameter_max_length_on_error")
    if shown["log_error_verbosity"] != "terse":
        statements.append("log_error_verbosity")
    return statements
