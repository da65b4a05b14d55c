"""`casebook score FILE.json`: scores a subject's history, with every reason; uses no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from casebook import bounds, clock, json_once
from casebook.bounds import BadInput
from casebook.cli.answer import Call, Output
from casebook.domain import words
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_scoring import Score, score
from casebook.domain.risk.subject_records import InputError
from casebook.errors import UnreadableFile, WrongUsage
from casebook.policies import risk_model

if TYPE_CHECKING:
    import argparse

LONDON = ZoneInfo("Europe/London")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE.json", help="the inputs as JSON: today, subject_records, instrument, ..."
    )
    parser.add_argument(
        "--model", default=risk_model.CURRENT, metavar="NAME", help="the risk model (default: %(default)s)"
    )
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace, call: Call) -> Output:  # noqa: ARG001 - every handler has these parameters
    try:
        inputs = ScoreInputs.from_dict(_read(options.file), today=clock.now().astimezone(LONDON).date())
    except InputError as error:
        raise WrongUsage(str(error), error.code) from None
    result = score(inputs, risk_model.load(options.model))
    return Output(data=result.to_dict(), lines=_lines(result))


def _read(path: Path) -> object:
    try:
        return json_once.loads(bounds.content(path, bounds.ANSWER))
    except BadInput as fault:
        raise UnreadableFile(f"the file {fault}", "not_json" if fault.code == "not_utf8" else fault.code) from None


def _lines(result: Score) -> list[str]:
    return [
        f"{words.BAND.of(result.band)}, priority {words.PRIORITY.of(result.priority)}, score {result.score:g}",
        *(
            f"  {contribution.value:8.4f}  {words.FACTOR.of(contribution.factor)}: {contribution.reason}"
            for contribution in result.contributions
        ),
        *(["not known:"] if result.uncertainty else []),
        *(f"  {uncertainty}" for uncertainty in result.uncertainty),
        "reasons for the priority: " + "; ".join(result.priority_reasons),
    ]
