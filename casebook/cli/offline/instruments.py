"""`casebook instruments [NAME]`: lists the questions of the risk instruments, with the codes that answers use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casebook.cli.answer import Call, Output
from casebook.domain import words
from casebook.domain.risk.instruments import Reply
from casebook.errors import WrongUsage
from casebook.policies import risk_model

if TYPE_CHECKING:
    import argparse

    from casebook.domain.risk.risk_model import InstrumentForm


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", type=str.upper, metavar="NAME", help="one instrument (default: all)")
    parser.set_defaults(handler=show)


def show(options: argparse.Namespace, _call: Call) -> Output:
    forms = risk_model.load().numbers.instruments
    if options.name not in {None, *forms}:
        raise WrongUsage(f"there is no such instrument; the instruments are: {', '.join(sorted(forms))}")
    chosen = {name: form for name, form in sorted(forms.items()) if options.name in {None, name}}
    return Output(data=[_row(name, form) for name, form in chosen.items()], lines=_lines(chosen))


def _row(name: str, form: InstrumentForm) -> dict[str, object]:
    return {
        "instrument": name,
        "version": form.version,
        "source": form.source,
        "verified": form.verified,
        "answers": list(Reply),
        "questions": [
            {"code": question.code, "question": question.topic, "sign": question.sign or None}
            for question in form.questions
        ],
    }


def _lines(forms: dict[str, InstrumentForm]) -> Iterator[str]:
    for name, form in forms.items():
        yield f"{name} {form.version}: {len(form.questions)} questions{'' if form.verified else ', unverified'}"
        yield from (f"  {question.code:<6} {words.spelled(question.topic)}" for question in form.questions)
    answers = ", ".join(f"{reply} ({words.ANSWER.of(reply)})" for reply in Reply if reply != words.ANSWER.of(reply))
    yield f"The answers are yes, no, {answers}. The exact wording of a question is in the form itself."
