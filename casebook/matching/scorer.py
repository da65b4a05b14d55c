"""Scores the persons found for one subject, in process and at once, by the model that serves whole files; says why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from casebook.matching import model
from casebook.matching.candidates import WANTED
from casebook.matching.person_rows import COLUMNS
from casebook.matching.prepare import KEYS, load_rows, prepare

if TYPE_CHECKING:
    from casebook.domain.vocabulary import MatchBand

_TEXTS = pa.list_(pa.string())

# What `prepare` makes of a person, and a record source keeps of each; tf_* is the `model.share` of the value there.
RECORD = pa.schema(
    {
        "unique_id": pa.int64(),
        **dict.fromkeys(("source_dataset", "id", "forename", "surname"), pa.string()),
        **dict.fromkeys(("forename_roots", "surname_roots", "middle", "given_all", "family_all"), _TEXTS),
        **dict.fromkeys(("given_roots", "family_roots"), _TEXTS),
        "dob": pa.string(),
        **dict.fromkeys(("dob_year", "dob_month", "dob_day"), pa.int16()),
        **dict.fromkeys(("sex", "postcode", "outward", "address"), pa.string()),
        "address_words": _TEXTS,
        **dict.fromkeys(("pnc_id", "cro"), pa.string()),
        **dict.fromkeys(("tf_forename", "tf_surname", "tf_postcode"), pa.float64()),
    }
)


@dataclass(frozen=True, kw_only=True)
class Scored:
    person_id: str
    weight: float  # bits
    probability: float
    band: MatchBand
    explanation: tuple[str, ...]  # a line per field that was compared, the heaviest first; no values in it


class Scorer:
    """One per process. Threads take turns: its connection holds one question at a time."""

    def __init__(self) -> None:
        # for a few hundred rows a second thread costs more than it gives
        self._con = duckdb.connect(config={"threads": 1})
        self._turn = Lock()
        self._sql = _model_as_sql(self._con)

    def prepared(self, cells: Mapping[str, str], *, this_year: int) -> dict[str, Any]:
        """The compared columns of one person (cells by the names of persons.csv), and `keys` to find others by."""
        row = [["1"], [""], *([cells.get(column, "")] for column in COLUMNS)]
        with self._turn:
            load_rows(self._con, "one_row", [row])
            prepare(self._con, "one_row", "one", this_year=this_year)
            found = self._con.sql(f"select *, {KEYS} as keys from one").to_arrow_table()
        return dict(found.to_pylist()[0])

    def score(
        self, subject: Mapping[str, Any], persons: Sequence[Mapping[str, Any]], *, limit: int = WANTED
    ) -> list[Scored]:
        """The best first. All have the columns of RECORD; one who stands there twice (two sources) is told once."""
        ids = [str(person["id"]) for person in persons]
        numbered = [{**person, "unique_id": number} for number, person in enumerate(persons)]
        with self._turn:
            self._con.register(SUBJECT, pa.Table.from_pylist([{**subject, "unique_id": 0}], RECORD))
            self._con.register(PERSONS, pa.Table.from_pylist(numbered, RECORD))
            rows = self._con.sql(self._sql).to_arrow_table().to_pylist()
        ranked = sorted(
            (-round(float(row["match_weight"]), 3), ids[row["unique_id_r"]], at) for at, row in enumerate(rows)
        )
        best: dict[str, Mapping[str, Any]] = {}
        for _, person_id, at in ranked:
            best.setdefault(person_id, rows[at])
        return [_scored(person_id, row) for person_id, row in islice(best.items(), limit)]


SUBJECT, PERSONS = "asked_for", "found"


def _model_as_sql(con: duckdb.DuckDBPyConnection) -> str:
    """Splink's own SQL for comparing two tables of records, made once: making it anew takes longer than running it."""
    from splink import DuckDBAPI  # noqa: PLC0415 - costs 0.3 s, and only this needs it
    from splink.internals.realtime import compare_records  # noqa: PLC0415

    # the persons were found already, by other means than the settings' keys
    found_already = {**model.settings(), "blocking_rules_to_generate_predictions": []}
    nobody = RECORD.empty_table()
    sql: str = compare_records(nobody, nobody, found_already, DuckDBAPI(con)).sql_used_to_create
    sql = re.sub(r"\b__splink__compare_records_left_\w+", SUBJECT, sql)
    sql = re.sub(r"\b__splink__compare_records_right_\w+", PERSONS, sql)
    compared = [comparison["output_column_name"] for comparison in model.settings()["comparisons"]]
    bits = [f"{part}_{name}" for name in compared for part in ("gamma", "mw")]
    rarities = [f"mw_tf_adj_{column}" for column in model.frequency_columns(model.settings())]
    return f"select {', '.join(['unique_id_r', 'match_weight', *bits, *rarities])} from ({sql})"


def _scored(person_id: str, row: Mapping[str, Any]) -> Scored:
    weight = round(float(row["match_weight"]), 3)
    return Scored(
        person_id=person_id,
        weight=weight,
        probability=model.probability(weight),
        band=model.bands().of(weight),
        explanation=tuple(explain(row)),
    )


def explain(row: Mapping[str, Any]) -> list[str]:
    """A line per compared field: what was found, and how many bits it speaks for or against."""
    told = list[tuple[float, str]]()
    for comparison in model.settings()["comparisons"]:
        name, levels = comparison["output_column_name"], comparison["comparison_levels"]
        gamma = row[f"gamma_{name}"]
        if gamma == -1:
            continue
        label = levels[len(levels) - 1 - gamma]["label_for_charts"]
        bits, rarity = float(row[f"mw_{name}"]), float(row.get(f"mw_tf_adj_{name}") or 0)
        rare = "" if abs(rarity) < 1 else ", rare here" if rarity > 0 else ", common here"
        if bits or rare:
            told.append(
                (bits + rarity, f"{comparison['comparison_description']}: {label}{rare} ({bits + rarity:+.1f})")
            )
    return [line for _, line in sorted(told, key=lambda each: -abs(each[0]))]
