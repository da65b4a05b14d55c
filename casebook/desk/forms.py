"""A form as a page shows it: what was typed, which fields have faults, and how many entries each list has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from casebook.case_page.blocks import as_sentence
from casebook.desk import typed
from casebook.desk.fields import Field, entries
from casebook.errors import CasebookError, InvalidAnswer


@dataclass(frozen=True, kw_only=True)
class FormShown:
    """The state of one form."""

    fields: Sequence[Field]
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    more: str = ""  # the list that gets one more entry

    @property
    def counts(self) -> Mapping[str, Sequence[int]]:
        """List -> the numbers of its entries."""
        return typed.counts(self.fields, self.typed, self.more)

    def entries(self, of: Field, number: int) -> list[Field]:
        """The fields of one entry of a list."""
        return entries(of, number)

    def begun(self, group: Field) -> bool:
        """Whether anything was typed in a group, or is wrong in it."""
        start = f"{group.name}."
        given = any(name.startswith(start) and any(values) for name, values in self.typed.items())
        return given or any(name.startswith(start) for name in self.faults)

    @property
    def errors(self) -> list[dict[str, str]]:
        """The summary of the faults, each with a link to its field."""
        labels = {each.name: each.label for each in _every(self.fields)}
        return [
            {"text": f"{_place(labels, name)}{fault}", "href": f"#{name.replace('.', '-')}"}
            for name, fault in self.faults.items()
        ]


def _place(labels: Mapping[str, str], name: str) -> str:
    """The question of a field, after the entries of lists that it stands in."""
    shown, parts = "", name.split(".")
    for at, part in enumerate(parts):
        if part.isdecimal():
            of_list = ".".join("#" if each.isdecimal() else each for each in parts[:at])
            shown += f"{labels.get(of_list, of_list)} {int(part) + 1}, "
            parts[at] = "#"
    label = labels.get(".".join(parts))
    return f"{shown}{label}: " if label else shown


def faults_of(error: CasebookError) -> dict[str, str]:
    """The faults that an error tells, by field. One of the answer as a whole has no field."""
    if isinstance(error, InvalidAnswer) and error.faults:
        return dict(reversed([(name, rule) for name, rule in error.faults]))
    return {"": f"{as_sentence(error.message)} ({error.code})"}


def _every(fields: Iterable[Field]) -> Iterable[Field]:
    for each in fields:
        yield each
        yield from _every(each.parts)
