"""Every error this system raises on purpose. An error's docstring is its default message, `code` its reason code.

`Refused`: a rule does not allow it (exit 1). `WrongUsage`: the call cannot be understood (exit 2). `Fault`: something
underneath is broken (exit 3). No message contains a personal detail.
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
    """It was not found."""

    code = "not_found"


class AlreadyDone(Refused):
    """Somebody else did this first."""

    code = "already_done"


class AlreadyDecided(AlreadyDone):
    """This version of the application has already been decided."""

    code = "already_decided"


class InvalidAnswer(Refused):
    """The answer is not in the expected form."""

    code = "invalid_answer"
    faults: tuple[
        tuple[str, str], ...
    ] = ()  # field, such as `searches.0.surname`, and what it must be; never what was given


class WrongUsage(CasebookError):
    """The command was not understood."""

    code = "wrong_usage"
    exit_code = 2


class UnreadableFile(WrongUsage):
    """The file is not in the expected format."""

    code = "unreadable_file"


class Fault(CasebookError):
    """Something underneath is broken."""

    code = "fault"
    exit_code = 3


class DatabaseUnavailable(Fault):
    """The casebook database cannot be reached."""

    code = "database_unavailable"


class DatabaseRefused(Fault):
    """The database did not accept a change that the rules allow."""

    code = "database_refused"


class Collision(Fault):
    """Somebody else changed this at the same moment. Your change was not saved: do it again."""

    code = "collision"


class Busy(Collision):
    """Somebody else is working on this at this moment. Nothing was saved: wait a little, and do it again."""

    code = "busy"


class HomeUnusable(Fault):
    """The home directory cannot be used."""

    code = "home_unusable"


class SourceFault(Fault):
    """A record source did not answer properly. This is not a nil return."""

    code = "source_fault"
