"""`casebook instruments [NAME]`: the questions of the risk instruments, by the codes under which an answer gives them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casebook.cli.answer import Call, Output
from casebook.domain.risk.instruments import Reply
from casebook.errors import WrongUsage
from casebook.policies import risk_model

if TYPE_CHECKING:
    import argparse

    from casebook.domain.risk.risk_model import InstrumentForm


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", type=str.upper, metavar="NAME", help="one instrument; without it all of them"
    )
    parser.set_defaults(handler=show)


def show(options: argparse.Namespace, _call: Call) -> Output:
    forms = risk_model.load().numbers.instruments
    if options.name not in {None, *forms}:
        raise WrongUsage(f"the instruments are: {', '.join(sorted(forms))}")
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
            {"code": each.code, "question": each.topic, "sign": each.sign or None} for each in form.questions
        ],
    }


def _lines(forms: dict[str, InstrumentForm]) -> Iterator[str]:
    for name, form in forms.items():
        yield f"{name} {form.version}: {len(form.questions)} questions{'' if form.verified else ', unverified'}"
        yield from (f"  {each.code:<6} {each.topic.replace('_', ' ')}" for each in form.questions)
    yield f"Each is answered {', '.join(Reply)}; what the form asks word for word is in the form itself."
