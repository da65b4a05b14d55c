"""The other systems that a researcher searches by hand. Each answers from its own file, by the terms typed."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casebook.demo.rows import ExtractRow


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """One source outside the casebook."""

    persons: list[ExtractRow]
    records: dict[str, list[ExtractRow]]

    @classmethod
    def of(cls, directory: Path, source: str) -> Terminal:
        """Read `persons-SOURCE.csv` and `records-SOURCE.csv`. A source without files knows nobody."""
        records: dict[str, list[ExtractRow]] = defaultdict(list)
        for row in _rows(directory / f"records-{source}.csv"):
            records[row["person_id"]].append(row)
        return cls(persons=_rows(directory / f"persons-{source}.csv"), records=dict(records))

    def search(self, step: dict[str, Any]) -> list[ExtractRow]:
        """Persons of exactly this name or this pivot, with the birth date typed or in the age range."""
        if step.get("pivot"):
            pivot = str(step["pivot"]).replace(" ", "").upper()
            columns = ("postcode", "pnc_id", "cro")
            return [row for row in self.persons if pivot in {row[name].replace(" ", "").upper() for name in columns}]
        name = (str(step["forename"]).lower(), str(step["surname"]).lower())
        return [row for row in self.persons if _name(row) == name and _born(row, step)]

    def seen(self, row: ExtractRow) -> dict[str, Any]:
        """A person as a researcher records them: the source's data and the details of each record."""
        return {
            **{
                name: row[name]
                for name in ("person_id", "forename", "middle_names", "surname", "dob", "address", "postcode")
            },
            "sex": row["sex"] or "unknown",
            "aliases": [alias for alias in row["aliases"].split(";") if alias],
            "records": [
                {
                    **{
                        key: value
                        for key, value in record.items()
                        if key not in {"source", "person_id", "flags"} and value
                    },
                    "flags": [flag for flag in record["flags"].split(";") if flag],
                }
                for record in self.records.get(row["person_id"], [])
            ],
        }


def _rows(path: Path) -> list[ExtractRow]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _name(row: ExtractRow) -> tuple[str, str]:
    return row["forename"].lower(), row["surname"].lower()


def _born(row: ExtractRow, step: dict[str, Any]) -> bool:
    return not step.get("dob") or not row["dob"] or row["dob"] == step["dob"]
