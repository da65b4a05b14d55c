"""No default of an answer says that something happened: what the file of a case asserts, a person typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from casebook.casework import playbook
from casebook.domain.vocabulary import WorkKind

# a default that says nothing: not known, not said, none
SILENT = (None, "", "unknown", [], {})
# a field that is no unless somebody says yes. Each was looked at: its no lets nobody skip anything
NO_UNLESS_SAID = {
    "age_range", "asked_plan_again", "crime_alleged", "identity_checked", "identity_confirmed",
    "immediate_danger", "left_message", "out_of_cycle", "proceedings_pending", "silent", "stop", "support_offered", "they_called",
    "they_came", "voicemail", "with_childrens_services",
}  # fmt: skip
LESS_THAN_NOTHING = {("agency", "police")}  # a seat of the panel that counts as no other agency


def models(schema: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A schema and every model inside it."""
    yield schema
    for field in schema.model_fields.values():
        for part in _parts(field.annotation):
            yield from models(part)


def _parts(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _parts(argument)


def defaults() -> Iterator[tuple[str, str, object]]:
    """Every default of the answers of every kind: its model, its field, its value."""
    seen = {model for kind in WorkKind for model in models(playbook.answer(kind).schema)}
    for model in sorted(seen, key=lambda model: model.__name__):
        for name, field in model.model_fields.items():
            if not field.is_required():
                yield model.__name__, name, field.get_default(call_default_factory=True)


def asserts(name: str, default: object) -> bool:
    """Whether a default says something that nobody typed."""
    if default is False:
        return name not in NO_UNLESS_SAID
    return default not in SILENT and (name, str(default)) not in LESS_THAN_NOTHING


def test_no_default_says_that_something_happened():
    listed = list(defaults())
    assert len(listed) > 150  # the walk finds them
    assert [(model, name, default) for model, name, default in listed if asserts(name, default)] == []


def test_every_name_in_the_list_is_still_a_default():
    assert {name for _, name, default in defaults() if default is False} >= NO_UNLESS_SAID


@pytest.mark.parametrize(
    ("name", "default"),
    [("verbal", True), ("channel", "in_person"), ("nobody_hurt", False), ("attempts", 1), ("actions", ["attended"])],
)
def test_a_new_default_that_asserts_is_seen(name, default):
    assert asserts(name, FieldInfo(default=default).get_default())
