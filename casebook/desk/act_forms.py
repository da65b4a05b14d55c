"""The form of an act, from the options of its command; and the command line that a form asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casebook.case_page.blocks import as_sentence
from casebook.desk import questions, typed
from casebook.desk.acts import DeskAct
from casebook.desk.bodies import TypedForm
from casebook.desk.commands import CommandOption
from casebook.desk.fields import Choices, Field, FieldKind, choices_of
from casebook.domain import words
from casebook.domain.case import early_end
from casebook.domain.case.circumstances import CircumstanceKind
from casebook.domain.case.early_end import SaidBy
from casebook.domain.case.plan_change import AskedBy
from casebook.domain.case.safe_contact import Override, Purpose
from casebook.domain.vocabulary import Channel, Identified, Priority

_YES_NO: Choices = (("yes", "Yes"), ("no", "No"))


_CHOICES: Mapping[str, Choices] = {
    "channel": choices_of("channel", Channel),
    "said-by": (
        (SaidBy.A, "The person at risk"),
        (SaidBy.THIRD_PARTY, "The third party who applied"),
        (SaidBy.AGENCY, "An agency"),
        (SaidBy.NOBODY, "Nobody said it"),
    ),
    "asked-by": choices_of("asked_by", AskedBy),
    "identified-by": choices_of("identified_by", Identified),
    "identified": choices_of("identified", early_end.CHOICES["identified"]),
    "purpose": choices_of("purpose", Purpose),
    "what": (),
    "alone": (("yes", "Yes"), ("no", "No"), ("unknown", "Not known")),
    **dict.fromkeys(("conflict", "voicemail", "stop", "asked-plan-again", "left-message", "crime-alleged"), _YES_NO),
    "party": (("a", "The person at risk"), ("c", "The third party")),
    "code": choices_of("override", Override),
    "result": (("reached", "Reached"), ("not_reached", "Not reached")),
    "recipient": (("a", "The person at risk"), ("protector", "A person who can protect them")),
}
_OF_ACT: Mapping[tuple[str, str], Choices] = {
    ("lower", "to"): choices_of("priority", Priority),
    ("circumstance", "what"): choices_of("circumstance", CircumstanceKind),
    ("harm", "what"): (("death", "A death"), ("serious_injury", "A serious injury")),
}
_LONG = {"words", "said", "reason", "handover", "told", "help-offered", "agency-route"}
_MOMENTS = frozenset({"at", "submitted-at"})  # the use case reads them, so the command has them as text
_KINDS: Mapping[str, FieldKind] = {"day": "day", "moment": "moment", "flag": "yes_no", "words": "area", "json": "area"}


def fields_of(act: DeskAct, options: Sequence[CommandOption]) -> list[Field]:
    """The form of an act. Where a file is written, the desk hands it over: nobody is asked for its name."""
    return [
        _field(act, option)
        for option in options
        if option.kind != "out" and not (act.on_case and option.name == "reference")
    ]


def _field(act: DeskAct, option: CommandOption) -> Field:
    name = option.flag.removeprefix("--") or option.name
    choices = _OF_ACT.get((act.words[-1], name), _CHOICES.get(name, ()))
    if option.choices:
        choices = choices_of(option.name, option.choices)
    kind: FieldKind = _KINDS.get(option.kind, "text")
    if choices:
        kind = "many" if option.many else "choice"
    elif name in _LONG:
        kind = "area"
    elif option.kind == "file":
        kind = "file"
    elif name in _MOMENTS:
        kind = "moment"
    question = questions.of(f"act-{act.words[-1]}", name)
    return Field(
        name=name,
        kind=kind,
        label=question.label or as_sentence(words.spelled(name.replace("-", "_"))),
        hint=_hint(option.help, choices) if question.hint is None else question.hint,
        required=option.required,
        choices=choices,
    )


def _hint(said: str, choices: Choices) -> str:
    """What the command says of an option, without the codes that it lists where the page offers their words."""
    return as_sentence(said.partition(": ")[0] if choices else said)


def command_line(
    act: DeskAct, options: Sequence[CommandOption], form: TypedForm, *, reference: str = ""
) -> tuple[list[str], dict[str, bytes]]:
    """The words of the command that a form asks for, and the files that it names."""
    line, files = list(act.words), dict[str, bytes]()
    for option in options:
        name = option.flag.removeprefix("--") or option.name
        given = (
            [reference]
            if act.on_case and option.name == "reference"
            else [text for text in form.all(name) if text.strip()]
        )
        if option.kind == "out":
            if option.required:
                line += [option.flag, f"{option.name}.out"]
            continue
        if option.kind == "file" and name in form.files:
            file_name, content = form.files[name]
            files[file_name], given = content, [file_name]
        if not given:
            continue
        line += _words(option, given, files)
    return line, files


def _words(option: CommandOption, given: list[str], files: dict[str, bytes]) -> list[str]:
    if option.kind == "flag":
        return [option.flag] if given[0] == "yes" else []
    if option.kind == "moment" or option.name.replace("_", "-") in _MOMENTS:
        given = [typed.moment(given[0])]
    if option.kind == "json":
        files[f"{option.name}.json"] = given[0].encode()
        given = [f"{option.name}.json"]
    elif option.kind == "words":
        files["-"], given = given[0].encode(), ["-"]
    if not option.flag:
        return given
    return [option.flag, *given] if option.many else [f"{option.flag}={given[0]}"]
