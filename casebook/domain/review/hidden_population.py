"""Estimates how many applications are in no list: a range with its assumption, never a single figure.

Two lists: Chapman's estimate, which assumes that the lists are independent. Three or more: Poisson log-linear models of
the overlaps, from independent lists to dependence of every pair. The range covers all models that fit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Protocol

Z95 = 1.96
MOST_LISTS = 5  # with more lists the cells are too small, so only the largest lists are used


@dataclass(frozen=True, kw_only=True)
class Hidden:
    low: int
    high: int
    assumption: str


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A fitted log-linear model with one finite estimate."""

    intercept: float  # logarithm of the count expected in no list
    error: float  # its standard error
    aic: float


class Fit(Protocol):
    """Fits one Poisson log-linear model, intercept first; None if there is no finite estimate."""

    def __call__(self, design: Sequence[Sequence[float]], counts: Sequence[float], /) -> Fitted | None: ...


def estimate(patterns: Mapping[tuple[str, ...], int], fit: Fit) -> Hidden | None:
    """The estimate; None if there is only one list. `patterns`: the lists an application is in -> how many there are."""
    size = {
        name: sum(count for lists, count in patterns.items() if name in lists) for lists in patterns for name in lists
    }
    names = sorted(size, key=lambda name: (-size[name], name))[:MOST_LISTS]
    if len(names) < 2:  # noqa: PLR2004 - a capture and a recapture
        return None
    cells: dict[tuple[str, ...], int] = {}
    for lists, count in patterns.items():
        if kept := tuple(name for name in names if name in lists):
            cells[kept] = cells.get(kept, 0) + count
    return _two(cells, names) if len(names) == 2 else _more(cells, names, fit)  # noqa: PLR2004


def _two(cells: Mapping[tuple[str, ...], int], names: Sequence[str]) -> Hidden:
    """Chapman (1951), with the normal interval of his variance."""
    only = [cells.get((name,), 0) for name in names]
    both = cells.get(tuple(names), 0)
    one, other, seen = only[0] + both, only[1] + both, sum(only) + both
    total = (one + 1) * (other + 1) / (both + 1) - 1
    spread = Z95 * math.sqrt((one + 1) * (other + 1) * only[0] * only[1] / ((both + 1) ** 2 * (both + 2)))
    return Hidden(
        low=max(0, math.floor(total - spread) - seen),
        high=max(0, math.ceil(total + spread) - seen),
        assumption="that an application in one list is neither likelier nor less likely to be in the other",
    )


def _more(cells: Mapping[tuple[str, ...], int], names: Sequence[str], fit: Fit) -> Hidden | None:
    pairs = list(combinations(names, 2))
    models = [(), *((pair,) for pair in pairs), *(() if len(names) == 3 else (tuple(pairs),))]  # noqa: PLR2004 - three lists are saturated by pairs
    fitted = [estimate for model in models if (estimate := _fit(cells, names, model, fit)) is not None]
    if not fitted:
        return None
    best = min(score for score, _, _ in fitted)
    likely = [(low, high) for score, low, high in fitted if score <= best + 4]  # by Akaike's measure, not clearly worse
    return Hidden(
        low=max(0, math.floor(min(low for low, _ in likely))),
        high=max(0, math.ceil(max(high for _, high in likely))),
        assumption="that at most the pairs of lists hang together, and no three of them in another way",
    )


def _fit(
    cells: Mapping[tuple[str, ...], int], names: Sequence[str], pairs: Sequence[tuple[str, str]], fit: Fit
) -> tuple[float, float, float] | None:
    """Akaike's measure and the 95 % range of the empty cell of one log-linear model; None if it does not fit."""
    table = [
        tuple(name for name, there in zip(names, row, strict=True) if there)
        for row in product((1, 0), repeat=len(names))
        if any(row)
    ]
    design = [
        [1.0, *(float(name in cell) for name in names), *(float({*pair} <= {*cell}) for pair in pairs)]
        for cell in table
    ]
    fitted = fit(design, [float(cells.get(cell, 0)) for cell in table])
    if fitted is None:
        return None
    spread = Z95 * fitted.error
    low, high = (math.exp(min(20.0, fitted.intercept + side * spread)) for side in (-1, 1))
    return fitted.aic, low, high
