"""Taking an application down from somebody who is there or on the phone, by steps; and correcting what is known of a case."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from casebook.case_page.blocks import as_sentence
from casebook.casework.intake import drafts
from casebook.casework.record_checks import information
from casebook.casework.safeguarding import details
from casebook.desk import fields, questions, typed
from casebook.desk.fields import Choices, Field
from casebook.desk.forms import FormShown, faults_of
from casebook.desk.pages.applications import open_case
from casebook.desk.visit import Visit
from casebook.domain import words
from casebook.domain.case.application_file import CODED
from casebook.domain.case.drafting import STEPS, next_step
from casebook.domain.vocabulary import Relationship, WorkKind
from casebook.errors import NotFound, NotPermitted, Refused

_YES_NO: Choices = (("yes", "Yes"), ("no", "No"))
_LONG = frozenset({"concern"})


def begin(visit: Visit) -> Response:
    """The first question: is somebody in danger now? What tells of danger is taken in at once."""
    return _step(visit, "danger", "", {})


def write(visit: Visit) -> Response:
    """Keep one step, and ask the next. Nothing is lost if the call breaks off."""
    step, draft = visit.form.get("_step"), visit.form.get("_draft")
    if step not in STEPS:
        raise NotFound("there is no such page", "no_such_page")
    cells = {column: visit.form.get(column) for column in STEPS[step]}
    try:
        with visit.acting() as act:
            done = drafts.write(act, cells, draft=draft or None)
    except NotPermitted:
        raise
    except Refused as refused:
        return _step(visit, step, draft, visit.form.typed, faults=faults_of(refused), status=422)
    if done.get("reference"):
        open_case(visit, str(done["reference"]))
        return visit.page("taken_in.html", nav="/more", reference=done["reference"])
    return visit.go(f"/take/{done['draft']}/{_after(step)}")


def one(visit: Visit) -> Response:
    """One step of a draft. What was said is shown by a POST alone: the ledger records who reads a draft again."""
    step, draft = visit.path("step"), visit.path("draft")
    if step not in STEPS:
        raise NotFound("there is no such page", "no_such_page")
    kept = visit.kept(f"draft:{draft}")
    cells: Mapping[str, str] = kept if isinstance(kept, dict) else {}
    return _step(visit, step, draft, {name: [text] for name, text in cells.items()})


def again(visit: Visit) -> Response:
    """Read one's own draft again, and go on where it is not finished."""
    draft = visit.path("draft")
    with visit.acting() as act:
        shown = drafts.show(act, draft)
    cells = shown["cells"]
    visit.give(f"draft:{draft}", cells)
    step = next_step(cells) if isinstance(cells, dict) else None
    return visit.go(f"/take/{draft}/{step or next(iter(STEPS))}")


def submit(visit: Visit) -> Response:
    """Take the application of a draft in."""
    draft = visit.path("draft")
    try:
        with visit.acting() as act:
            done = drafts.submit(act, draft)
    except NotPermitted:
        raise
    except Refused as refused:
        return _step(visit, next(iter(STEPS)), draft, {}, faults=faults_of(refused), status=422)
    open_case(visit, str(done["reference"]))
    return visit.page("taken_in.html", nav="/more", reference=done["reference"])


def _after(step: str) -> str:
    steps = list(STEPS)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]


def _step(
    visit: Visit,
    step: str,
    draft: str,
    typed_now: Mapping[str, list[str]],
    *,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    asked = [_asked(column) for column in STEPS[step]]
    form = FormShown(fields=asked, typed=typed_now, faults=faults or {})
    return visit.page(
        "take.html", status, nav="/more", form=form, step=step, draft=draft, errors=form.errors if faults else None,
        steps=[(name, as_sentence(words.spelled(name))) for name in STEPS], is_last=step == list(STEPS)[-1],
    )  # fmt: skip


def _asked(column: str) -> Field:
    kind: fields.FieldKind = "area" if column in _LONG else "text"
    choices: Choices = ()
    plain = column.removeprefix("a_").removeprefix("b_").removeprefix("c_")
    if column in CODED:
        kind = "choice"
        choices = fields.choices_of(plain, CODED[column])
    elif plain.endswith("voicemail"):
        kind, choices = "choice", _YES_NO
    question = questions.of("take", column)
    if not question.label:
        question = questions.of("take", plain) if questions.of("take", plain).label else questions.of("any", plain)
    label = question.label or as_sentence(words.spelled(plain))
    return Field(name=column, kind=kind, label=label, hint=question.hint or "", choices=choices)


def ask_correction(visit: Visit) -> Response:
    return _correction(visit)


def _correction(visit: Visit, faults: Mapping[str, str] | None = None, status: int = 200) -> Response:
    form = FormShown(fields=_details(), typed=visit.form.typed, faults=faults or {}, more=visit.form.get("_more"))
    return visit.page(
        "correct.html", status, nav="/applications", reference=visit.path("reference"), form=form,
        errors=form.errors if faults else None,
    )  # fmt: skip


def correct(visit: Visit) -> Response:
    """Add to or correct what is known of the people. B is searched again where the searches no longer cover them."""
    reference = visit.path("reference")
    try:
        with visit.acting() as act:
            information.add(act, reference, typed.answer(_details(), visit.form.typed))
    except NotPermitted:
        raise
    except Refused as refused:
        return _correction(visit, faults_of(refused), 422)
    open_case(visit, reference)
    return visit.go(f"/applications/{reference}?tab=people")


def _details() -> list[Field]:
    hidden = {"version", "explained", "occurred_at", "before_submission_because"}
    made = fields.of_model(details.DetailsCompleted, WorkKind.COMPLETE_DETAILS, leave_out=hidden)
    return fields.chosen(made, {"relationship": fields.choices_of("relationship", Relationship)})


PAGES = (
    ("GET", "/take", begin),
    ("POST", "/take", write),
    ("GET", "/take/{draft}/{step}", one),
    ("POST", "/take/{draft}/again", again),
    ("POST", "/take/{draft}/submit", submit),
    ("GET", "/applications/{reference}/correct", ask_correction),
    ("POST", "/applications/{reference}/correct", correct),
)
