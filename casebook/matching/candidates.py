"""Finds which persons are worth comparing with each subject: those that share any key, however little that proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casebook.matching.prepare import KEYS

if TYPE_CHECKING:
    import duckdb

WANTED = 20  # candidates a subject is given, if so many share anything
# A key that more persons share than this (the surname Smith in a whole force) is used only for a subject that has too
# few candidates without it. Whoever shares more than that one thing with the subject shares a rarer key as well.
COMMON = 1_000


def find_pairs(con: duckdb.DuckDBPyConnection, subjects: str, persons: str) -> int:
    """Create the table `pairs` (subject, person: unique ids, each pair once); returns how many there are."""
    con.execute(
        f"create or replace temp table asked as select unique_id as subject, unnest({KEYS}) as key from {subjects}"
    )
    con.execute(
        f"""create or replace temp table shared as
        select unique_id as person, key from (select unique_id, unnest({KEYS}) as key from {persons})
        semi join asked using (key)"""
    )
    con.execute(
        "create or replace temp table common as select key from shared group by key having count(*) > ?", [COMMON]
    )
    con.execute(
        """create or replace table pairs as
        select distinct subject, person from asked join (from shared anti join common using (key)) using (key)"""
    )
    _add_common(con, subjects)
    return int(con.execute("select count(*) from pairs").fetchall()[0][0])


def _add_common(con: duckdb.DuckDBPyConnection, subjects: str) -> None:
    con.execute(
        f"""create or replace temp table lacking as select unique_id as subject from {subjects}
        left join pairs on subject = unique_id group by unique_id having count(person) < {WANTED}"""
    )
    con.execute(
        f"""insert into pairs
        select distinct subject, person from asked semi join lacking using (subject)
        join (select key, person from shared semi join common using (key)
            qualify row_number() over (partition by key order by person) <= {COMMON}) using (key)
        except select subject, person from pairs"""
    )
