"""Find: an application by any person in it. What is asked is never part of an address."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from casebook.casework.find import asking, finding
from casebook.desk.fields import Field
from casebook.desk.forms import FormShown, faults_of
from casebook.desk.visit import Visit
from casebook.errors import NotPermitted, Refused

_FIELDS = (
    Field(
        name="words",
        kind="text",
        label="What you know",
        hint="A name, a date of birth, a telephone number, a postcode, a reference: whatever you have",
    ),
    Field(name="forename", kind="text", label="Forename", hint="In any spelling; a nickname is found too"),
    Field(name="surname", kind="text", label="Surname", hint="In any spelling; an alias or a former name is found too"),
    Field(name="dob", kind="text", label="Date of birth", hint="May be partial, such as 1987 or April 1987"),
    Field(name="phone", kind="text", label="Telephone number"),
    Field(name="postcode", kind="text", label="Postcode", hint="Or its district alone"),
    Field(name="email", kind="text", label="E-mail address"),
    Field(name="identifier", kind="text", label="PNC or CRO number"),
    Field(name="code_word", kind="text", label="Code word"),
    Field(name="external_id", kind="text", label="Id in the sender's system"),
)


def ask(visit: Visit) -> Response:
    return _form(visit)


def _form(visit: Visit, faults: Mapping[str, str] | None = None, status: int = 200) -> Response:
    form = FormShown(fields=_FIELDS, typed=visit.form.typed, faults=faults or {})
    return visit.page("find.html", status, nav="/find", form=form, errors=form.errors if faults else None)


def search(visit: Visit) -> Response:
    """Search once. The ledger has the search; the page with its results has an address that says nothing of it."""
    asked = {field.name: visit.form.get(field.name) for field in _FIELDS}
    try:
        with visit.acting() as act:
            answer = finding.find(act, asking.parsed(asked), limit=finding.LIMIT)
    except NotPermitted:
        raise
    except Refused as refused:
        return _form(visit, faults_of(refused), 422)
    return visit.go(f"/find/{visit.keep(answer)}")


def found(visit: Visit) -> Response:
    answer = visit.kept(visit.path("name"))
    if answer is None:
        return visit.go("/find")
    return visit.page("found.html", nav="/find", answer=answer)


PAGES = (("GET", "/find", ask), ("POST", "/find", search), ("GET", "/find/{name}", found))
