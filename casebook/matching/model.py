"""The linkage model: committed settings, weights in bits, and one scorer (Splink) for files and for single searches."""

from __future__ import annotations

import json
import logging
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from casebook.domain.vocabulary import MatchBand

if TYPE_CHECKING:
    import duckdb

ModelSettings = dict[str, Any]

# How many persons' worth of trust the committed frequencies have against those of the file. In a file of ten, two of
# one name say nothing about how common it is; in a million, the file knows better.
PRIOR_PERSONS = 10_000


@dataclass(frozen=True, kw_only=True)
class MatchBands:
    strong: float
    possible: float

    def of(self, weight: float) -> MatchBand:
        if weight >= self.strong:
            return MatchBand.STRONG
        return MatchBand.POSSIBLE if weight >= self.possible else MatchBand.WEAK


def probability(weight: float) -> float:
    """The probability for a weight in bits. It is for people to read; never compare it, because it saturates."""
    return 1 / (1 + 2**-weight) if weight > -1000 else 0.0  # noqa: PLR2004 - beyond it 2**-weight is no float


@cache
def bands() -> MatchBands:
    text = files("casebook.matching").joinpath("bands.toml").read_text(encoding="utf-8")
    return MatchBands(**{name: value for name, value in tomllib.loads(text).items() if name in {"strong", "possible"}})


@cache
def settings() -> ModelSettings:
    loaded: ModelSettings = json.loads(files("casebook.matching").joinpath("model.json").read_text(encoding="utf-8"))
    return loaded


def frequency_columns(model: ModelSettings) -> dict[str, float]:
    """Column -> how often two random persons agree on it, for each column whose common values count for less."""
    return {
        level["tf_adjustment_column"]: level["u_probability"]
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
        if "tf_adjustment_column" in level
    }


def share(count: int, *, of: int, usual: float) -> float:
    """How common a value is that `count` persons of a source of that many have."""
    return (count + PRIOR_PERSONS * usual) / (of + PRIOR_PERSONS)


def count_frequencies(con: duckdb.DuckDBPyConnection, persons: str) -> None:
    """Create tables tf_COLUMN (COLUMN, tf_COLUMN): the `share` of each value, of the persons of whom it is known."""
    for column, usual in frequency_columns(settings()).items():
        con.execute(
            f"""create or replace table tf_{column} as
            select {column}, (count(*) + {PRIOR_PERSONS * usual}) / (sum(count(*)) over () + {PRIOR_PERSONS})
                as tf_{column}
            from {persons} where {column} is not null group by {column}"""
        )


def score_pairs(con: duckdb.DuckDBPyConnection, subjects: str, persons: str) -> str:
    """Score the table `pairs`; returns a table's name: unique_id_l (subject), unique_id_r (person), match_weight."""
    from splink import DuckDBAPI, Linker  # noqa: PLC0415 - costs 0.3 s, and only this needs it

    con.execute(
        f"""create or replace view blocked as select '{subjects}-__-' || subject as join_key_l,
        '{persons}-__-' || person as join_key_r, 0 as match_key from pairs"""
    )
    api = DuckDBAPI(con)
    tables = [api.register(subjects), api.register(persons)]
    linker = Linker(tables, settings(), log_level=logging.ERROR, validate_settings=False)
    for column in frequency_columns(settings()):
        linker.table_management.register_term_frequency_lookup(api.register(f"tf_{column}"), column)
    linker.table_management.register_blocked_pairs_for_predict(api.register("blocked"))
    scored = linker.inference.predict(warning_mode="never")
    return str(scored.physical_name)
