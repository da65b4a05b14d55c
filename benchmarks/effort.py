"""People to read for one application and source, on the name frequencies of England and Wales: `python -m benchmarks.effort`.

A source of a million persons is drawn from published shares of surnames and forenames. Nicknames, spellings and aliases widen
a name 2.5 times; 35 of 100 persons have a record that may be disclosed. `before` counts those whom the weight alone puts
before people, as it was until people of the name were placed; `after` is the rule as it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from casebook import policies
from casebook.casework.record_checks import match_weights
from casebook.casework.record_checks.gathering import bounds_of
from casebook.domain.case import namesakes
from casebook.domain.case.namesakes import Found
from casebook.domain.vocabulary import MatchBand
from casebook.sources.protocol import Counts
from casebook.storage.case.extracts import PERSON_CELLS

# shares of the population in per cent; the ranks between are filled evenly, the tail follows Zipf and Mandelbrot
SURNAMES = (1.26, 1.00, 0.83, 0.63, 0.58, 0.56, *np.linspace(0.45, 0.24, 24))
TAIL = 300_000
FORENAMES = 5_000
WIDENED = 2.5
QUALIFYING, HIGH_RISK = 0.35, 0.08
THIS_YEAR = 2026
BOUNDS = bounds_of(policies.load("england-and-wales-2023"))


def shares() -> tuple[np.ndarray, np.ndarray]:
    """The shares of surnames, and of forenames."""
    top = np.array(SURNAMES) / 100
    ranks = np.arange(len(top), TAIL)
    tail = (ranks + 30.0) ** -1.02
    forenames = (np.arange(FORENAMES) + 8.0) ** -1.35
    return np.concatenate([top, tail / tail.sum() * (1 - top.sum())]), forenames / forenames.sum()


def lettered(number: int) -> str:
    """A name of letters for a rank, so that different ranks are different names."""
    return "".join(chr(ord("A") + number // 26**place % 26) for place in range(4)) + "SON"


def born(rng: np.random.Generator) -> str:
    return str(date(1950, 1, 1) + timedelta(days=int(rng.integers(55 * 365))))


def one(rng: np.random.Generator, surname: int, forename: int, bearers: int, counts: Counts) -> dict[str, int]:
    """How many people one application brings, of whom the source has so many bearers of the name."""
    names = {"forename": lettered(forename), "surname": lettered(surname)}
    blank = dict.fromkeys(PERSON_CELLS, "")
    persons = [
        {**blank, **names, **_otherwise(rng, names), "person_id": str(at), "dob": born(rng), "sex": "m"}
        for at in range(bearers)
    ]
    asked = {**blank, **names, "dob": born(rng), "sex": "m"}
    matches = match_weights.score(asked, persons, counts, this_year=THIS_YEAR)
    read = {match.person_id for match in matches if match.band is not MatchBand.WEAK}
    placed = namesakes.place(
        (
            Found(
                person_id=match.person_id,
                weight=match.weight,
                read=match.person_id in read,
                bears_name=True,
                years_apart=match.years_apart,
                grave=_grave(rng),
            )
            for match in matches
        ),
        BOUNDS,
    )
    return {
        "before": len(read),
        "after": len(placed.one_by_one),
        "lines": len(placed.listed),
        "beyond": placed.beyond,
    }


def _otherwise(rng: np.random.Generator, names: dict[str, str]) -> dict[str, str]:
    """Three in five bear a widened name as an alias, and another forename."""
    if rng.random() > 1 - 1 / WIDENED:
        return {}
    return {"forename": "QUILLON", "aliases": f"{names['forename']} {names['surname']}"}


def _grave(rng: np.random.Generator) -> int:
    drawn = rng.random()
    return 2 if drawn < HIGH_RISK else 1 if drawn < QUALIFYING else 0


def spread(values: Sequence[int]) -> dict[str, float]:
    return {f"p{at}": float(np.percentile(values, at)) for at in (50, 90, 95, 99)} | {
        "mean": round(float(np.mean(values)), 2)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--applications", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    surnames, forenames = shares()
    drawn_surnames = rng.choice(len(surnames), options.applications, p=surnames)
    drawn_forenames = rng.choice(len(forenames), options.applications, p=forenames)
    counted = []
    for surname, forename in zip(drawn_surnames.tolist(), drawn_forenames.tolist(), strict=True):
        men = 0.8 * options.persons  # of whom four in five of a police index are
        bearers = int(rng.poisson(WIDENED * men * surnames[surname] * forenames[forename]))
        of = {
            ("surname", lettered(surname)): int(options.persons * surnames[surname]),
            ("forename", lettered(forename)): int(men * forenames[forename]),
        }
        counts = Counts(persons=options.persons, of={name: max(1, count) for name, count in of.items()})
        counted.append(one(rng, surname, forename, min(bearers, 400), counts))
    print(json.dumps({name: spread([row[name] for row in counted]) for name in counted[0]}, indent=1))


if __name__ == "__main__":
    main()
