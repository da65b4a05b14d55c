"""Every error this system raises on purpose. The docstring is the default message; `code` is the reason code people see.

`Refused` is an expected no (exit 1), `WrongUsage` a call that cannot be understood (exit 2), `Fault` something broken
underneath (exit 3). No message ever holds a personal detail.
"""


class CasebookError(Exception):
    """Something went wrong."""

    code = "error"
    exit_code = 3

    def __init__(self, message: str | None = None, code: str | None = None) -> None:
        # positional arguments only, kept in `args`: an exception with keyword-only arguments cannot be unpickled
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.code = code or type(self).code
        super().__init__(self.message, self.code)

    def __str__(self) -> str:
        return self.message


class Refused(CasebookError):
    """This is not allowed."""

    code = "refused"
    exit_code = 1


class NotPermitted(Refused):
    """The actor's roles do not allow this."""

    code = "not_permitted"


class NotFound(Refused):
    """There is no such thing."""

    code = "not_found"


class AlreadyDone(Refused):
    """Somebody else did this first."""

    code = "already_done"


class AlreadyDecided(AlreadyDone):
    """This version of the application has been decided already."""

    code = "already_decided"


class InvalidAnswer(Refused):
    """The answer does not fit its schema."""

    code = "invalid_answer"


class WrongUsage(CasebookError):
    """The command was called in a way it does not understand."""

    code = "wrong_usage"
    exit_code = 2


class UnreadableFile(WrongUsage):
    """The file cannot be read as what it should be."""

    code = "unreadable_file"


class Fault(CasebookError):
    """Something underneath is broken."""

    code = "fault"
    exit_code = 3


class DatabaseUnavailable(Fault):
    """The casebook database cannot be reached."""

    code = "database_unavailable"


class DatabaseRefused(Fault):
    """The database refused a change that no rule had refused."""

    code = "database_refused"


class Collision(Fault):
    """Somebody changed the same thing at the same moment; nothing was changed, so do it again."""

    code = "collision"


class HomeUnusable(Fault):
    """The home directory cannot be used."""

    code = "home_unusable"


class SourceFault(Fault):
    """A record source did not answer properly; that is never a nil."""

    code = "source_fault"
