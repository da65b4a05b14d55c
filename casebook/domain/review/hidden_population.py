"""How many applications no list holds, told as a range with its assumption, never as one figure.

Two lists: Chapman's estimate, which assumes that being in one says nothing about being in the other. Three or more: Poisson
log-linear models of the overlaps, from independent lists to each pair dependent; the range spans all that fit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

Z95 = 1.96
MOST_LISTS = 5  # with more, cells are too thin: the largest lists are used
STEPS = 50
TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Hidden:
    low: int
    high: int
    assumption: str


def estimate(patterns: Mapping[tuple[str, ...], int]) -> Hidden | None:
    """`patterns`: the lists an application is in -> how many there are. None: one list alone says nothing."""
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
    return _two(cells, names) if len(names) == 2 else _more(cells, names)  # noqa: PLR2004


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


def _more(cells: Mapping[tuple[str, ...], int], names: Sequence[str]) -> Hidden | None:
    pairs = list(combinations(names, 2))
    models = [(), *((pair,) for pair in pairs), *(() if len(names) == 3 else (tuple(pairs),))]  # noqa: PLR2004 - three lists are saturated by pairs
    fitted = [found for model in models if (found := _fit(cells, names, model)) is not None]
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
    cells: Mapping[tuple[str, ...], int], names: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> tuple[float, float, float] | None:
    """Akaike's measure and the 95 % range of the empty cell of one log-linear model; None if it does not fit at all."""
    table = [
        tuple(name for name, there in zip(names, row, strict=True) if there)
        for row in product((1, 0), repeat=len(names))
        if any(row)
    ]
    design = [
        [1.0, *(float(name in cell) for name in names), *(float({*pair} <= {*cell}) for pair in pairs)]
        for cell in table
    ]
    counts = [float(cells.get(cell, 0)) for cell in table]
    if (found := _likeliest(design, counts)) is None:
        return None
    beta, means = found
    variance = _solve(_weighted(design, means), [1.0] + [0.0] * (len(beta) - 1))
    if variance is None or variance[0] <= 0:
        return None
    spread = Z95 * math.sqrt(variance[0])
    fit = sum(
        count * math.log(mean + TINY) - mean - math.lgamma(count + 1) for count, mean in zip(counts, means, strict=True)
    )
    return 2 * len(beta) - 2 * fit, math.exp(min(20.0, beta[0] - spread)), math.exp(min(20.0, beta[0] + spread))


def _likeliest(design: Sequence[Sequence[float]], counts: Sequence[float]) -> tuple[list[float], list[float]] | None:
    """Newton's way to the coefficients, and the means they give; None if there is no one answer."""
    beta, means = [math.log(sum(counts) / len(counts) + TINY)] + [0.0] * (len(design[0]) - 1), list(counts)
    for _ in range(STEPS):
        means = [math.exp(min(30.0, sum(b * x for b, x in zip(beta, row, strict=True)))) for row in design]
        over = [count - mean for count, mean in zip(counts, means, strict=True)]
        slope = [sum(each * row[k] for each, row in zip(over, design, strict=True)) for k in range(len(beta))]
        if (change := _solve(_weighted(design, means), slope)) is None:
            return None
        beta = [b + max(-2.0, min(2.0, step)) for b, step in zip(beta, change, strict=True)]
        if max(map(abs, change)) < TINY:
            break
    return beta, means


def _weighted(design: Sequence[Sequence[float]], means: Sequence[float]) -> list[list[float]]:
    width = range(len(design[0]))
    return [
        [sum(mean * row[i] * row[j] for mean, row in zip(means, design, strict=True)) for j in width] for i in width
    ]


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float] | None:
    """Gauss with pivots; None if there is no one answer."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for k in range(len(rows)):
        pivot = max(range(k, len(rows)), key=lambda i: abs(rows[i][k]))
        if abs(rows[pivot][k]) < TINY:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(len(rows)):
            if i != k:
                factor = rows[i][k] / rows[k][k]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[-1] / row[k] for k, row in enumerate(rows)]
