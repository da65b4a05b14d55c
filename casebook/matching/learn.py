"""Estimates the model's weights from an extract: `python -m casebook.matching.learn PERSONS.csv MODEL.json`.

Use it to compare with the committed weights or to propose others. Nothing in the casebook reads its output.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
from pathlib import Path
from typing import Any

import duckdb

from casebook import clock
from casebook.matching import model, prepare
from casebook.matching.person_rows import read
from casebook.writing import write_whole

# Rules that can hold for a person who is written down twice. Each teaches the fields that it does not use.
TEACHERS = (
    "l.surname = r.surname and l.dob = r.dob",
    "l.forename = r.forename and l.postcode = r.postcode",
    "l.dob = r.dob and l.postcode = r.postcode",
)
RANDOM_PAIRS = 1e6
LEAST = 1e-6  # what comes out smaller was never seen, and is no knowledge
# Too rare in any extract to be learned from it, or not evidence that is learned but a rule: as published.
FIXED = frozenset({"numbers", "twin"})


def learn(persons: Path, *, this_year: int, seed: int = 1) -> model.ModelSettings:
    """The committed settings with m and u as the extract has them; what it does not show stays as committed."""
    from splink import DuckDBAPI, Linker  # noqa: PLC0415 - costs 0.3 s, and only this needs it

    with duckdb.connect() as con:
        prepare.load_rows(con, "person_rows", read(persons, "person_id").chunks)
        prepare.prepare(con, "person_rows", "persons", this_year=this_year)
        api = DuckDBAPI(con)
        linker = Linker(api.register("persons"), _starting_point(), log_level=logging.ERROR, validate_settings=False)
        linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=seed)
        for rule in TEACHERS:
            linker.training.estimate_parameters_using_expectation_maximisation(rule, fix_u_probabilities=True)
        return _merged(linker.misc.save_model_to_json())


def _starting_point() -> model.ModelSettings:
    start = copy.deepcopy(model.settings())
    start |= {"link_type": "dedupe_only", "blocking_rules_to_generate_predictions": []}
    for comparison in start["comparisons"]:
        for level in comparison["comparison_levels"]:
            for part in ("fix_m_probability", "fix_u_probability"):
                level[part] = comparison["output_column_name"] in FIXED
    return start


def _merged(learned: model.ModelSettings) -> model.ModelSettings:
    merged = copy.deepcopy(model.settings())
    for ours, theirs in zip(merged["comparisons"], learned["comparisons"], strict=True):
        if ours["output_column_name"] not in FIXED:
            for level, taught in zip(ours["comparison_levels"], theirs["comparison_levels"], strict=True):
                level.update(
                    {name: taught[name] for name in ("m_probability", "u_probability") if _shown(taught, name)}
                )
    return merged


def _shown(level: dict[str, Any], name: str) -> bool:
    value = level.get(name)
    return isinstance(value, float) and LEAST < value < 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("persons", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    learned = learn(options.persons, this_year=clock.now().year)
    write_whole(options.out, [json.dumps(learned, indent=2)])


if __name__ == "__main__":
    main()
