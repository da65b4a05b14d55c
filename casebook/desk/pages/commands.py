"""Acts outside work items: each is the form of one command, which is run in the name of whoever is signed in."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from casebook.case_page.blocks import as_sentence
from casebook.casework.core.acting import refuse
from casebook.desk import act_forms, acts
from casebook.desk.acts import DeskAct
from casebook.desk.commands import CommandAnswer
from casebook.desk.forms import FormShown
from casebook.desk.pages.applications import open_case
from casebook.desk.visit import Visit
from casebook.domain import authority
from casebook.errors import CasebookError, NotFound, NotPermitted, Refused

MOST_COLUMNS = 10
# what cannot be taken back, or reaches somebody outside: it is shown once more before it is done
CHECKED = frozenset({"emergency-disclose", "staff-suspend", "dispose"})
_AT_ONCE = frozenset({"board", "staff workload", "staff absences", "staff list", "staff proposals", "work digest",
                      "applications exceptions", "applications drafts", "audit verify", "sources list", "review progress",
                      "monitor signals", "policy list", "policy retention", "forecast"})  # fmt: skip


def more(visit: Visit) -> Response:
    """Everything else that the reader's roles do."""
    return visit.page("more.html", nav="/more", groups=acts.acts_for(visit.actor, on_case=False))


def ask_on_case(visit: Visit) -> Response:
    return _form(visit, _named(visit, on_case=True))


def do_on_case(visit: Visit) -> Response:
    return _do(visit, _named(visit, on_case=True), visit.path("reference"))


def ask(visit: Visit) -> Response:
    return _form(visit, _named(visit, on_case=False))


def do(visit: Visit) -> Response:
    return _do(visit, _named(visit, on_case=False), "")


def _named(visit: Visit, *, on_case: bool) -> DeskAct:
    act = acts.named(visit.path("act"), on_case=on_case)
    if act is None:
        raise NotFound("there is no such page", "no_such_page")
    return act


def _form(visit: Visit, act: DeskAct, *, faults: Mapping[str, str] | None = None, status: int = 200) -> Response:
    fields = act_forms.fields_of(act, visit.desk.commands.options(act.words))
    form = FormShown(fields=fields, typed=visit.form.typed, faults=faults or {})
    reference = visit.path("reference") if act.on_case else ""
    return visit.page(
        "act.html", status, nav="/applications" if act.on_case else "/more", act=act, form=form, reference=reference,
        errors=form.errors if faults else None, at_once=" ".join(act.words) in _AT_ONCE,
        multipart=any(field.kind == "file" for field in fields),
    )  # fmt: skip


def _do(visit: Visit, act: DeskAct, reference: str) -> Response:
    if act.name in CHECKED and not visit.form.get("_sure"):
        return _form(visit, act) if visit.form.get("_change") else _check(visit, act, reference)
    line, files = act_forms.command_line(act, visit.desk.commands.options(act.words), visit.form, reference=reference)
    done = visit.run(*line, files=files)
    if done.error_code:
        return _refused(visit, act, done)
    name = visit.keep(dict(done.files)) if done.files else ""
    if act.on_case:
        _open_again(visit, reference)
    return visit.page(
        "act_done.html", nav="/applications" if act.on_case else "/more", act=act, done=done, reference=reference,
        files=[(name, number, file) for number, file in enumerate(done.files)], data=_table(done.data),
    )  # fmt: skip


def _check(visit: Visit, act: DeskAct, reference: str) -> Response:
    """What is about to be done, once more. Nobody is asked what they are then refused."""
    refuse(authority.why_not_allowed(visit.actor, act.needs), NotPermitted)
    fields = act_forms.fields_of(act, visit.desk.commands.options(act.words))
    said = {
        field.label: "; ".join(dict(field.choices).get(text, text) for text in visit.form.all(field.name))
        for field in fields
    }
    lines = [(label, text) for label, text in said.items() if text.strip()]
    return visit.check(act.title, lines, nav="/applications" if act.on_case else "/more", reference=reference)


def _refused(visit: Visit, act: DeskAct, done: CommandAnswer) -> Response:
    error = CasebookError(done.error, done.error_code)
    if done.error_code in {"not_permitted", "not_found", "token_refused"}:
        raise NotPermitted(error.message, error.code)
    if done.exit_code == Refused.exit_code or done.error_code == "wrong_usage":
        said = f"{as_sentence(done.error)} ({done.error_code})"
        return _form(visit, act, faults={"": said.partition("; for help: ")[0]}, status=422)
    raise error


def _open_again(visit: Visit, reference: str) -> None:
    """After an act, the case is shown as it is now, which is a view of its own. Not to whoever may not see it any more."""
    try:
        open_case(visit, reference)
    except Refused:
        return


def kept_file(visit: Visit) -> Response:
    """A file that a command wrote, for a short while."""
    files = visit.kept(visit.path("name"))
    number = visit.path("number")
    if not isinstance(files, dict) or not number.isdecimal() or int(number) >= len(files):
        raise NotFound("this file is not kept any more: do it again", "no_such_page")
    file, content = list(files.items())[int(number)]
    return visit.attached(file, content)


def _table(data: object) -> list[dict[str, object]]:
    """The rows of an answer, if it is a list of rows with the same few fields that are no lists themselves."""
    if not isinstance(data, list) or not data or not all(isinstance(row, dict) for row in data):
        return []
    names = list(data[0])
    simple = all(list(row) == names and not any(isinstance(each, dict) for each in row.values()) for row in data)
    return data if simple and len(names) <= MOST_COLUMNS else []


PAGES = (
    ("GET", "/more", more),
    ("GET", "/do/{act}", ask),
    ("POST", "/do/{act}", do),
    ("GET", "/files/{name}/{number}", kept_file),
    ("GET", "/applications/{reference}/act/{act}", ask_on_case),
    ("POST", "/applications/{reference}/act/{act}", do_on_case),
)
