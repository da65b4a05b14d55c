"""`casebook forecast`: how many applications will miss their limit in the next eight weeks."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from casebook import bounds
from casebook.casework.reporting import forecasting
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import whole
from casebook.domain.words.operations import NO_FORECAST, SCENARIO


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--seed", type=whole(0, bounds.LARGEST_SEED), default=1, metavar="S",
        help="the same seed gives the same figures (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(handler=_forecast)


def _forecast(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        answer: dict[str, Any] = forecasting.forecast(act, seed=options.seed)
    if answer["reason"]:
        return Output(data=answer, lines=[NO_FORECAST.words[answer["reason"]].format_map(answer)])
    figures = answer["forecast"]
    names = ("as_it_is", "one_more_researcher", "one_more_panel_slot")
    lines = [
        f"{figures['open']} open, {figures['late_already']} of them late already; late in the next {figures['weeks']} weeks:"
    ]
    return Output(data=answer, lines=[*lines, *(f"  {SCENARIO.of(name)}: {_range(figures[name])}" for name in names)])


def _range(spread: Mapping[str, float]) -> str:
    return f"{spread['median']:g} ({spread['low']:g} to {spread['high']:g})"
