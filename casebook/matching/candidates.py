"""Finds which persons are worth comparing with each subject: those that share a key, the rarest shared keys first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casebook.matching.prepare import KEYS

if TYPE_CHECKING:
    import duckdb

WANTED = 20  # candidates a subject is given, if so many share anything
# A key that more persons share than this (the surname Smith in a whole force) is used only for a subject that has too
# few candidates without it. Whoever shares more than that one thing with the subject shares a rarer key as well.
COMMON = 1_000
# How many persons are compared with one subject at most. The order is by how rare the keys are that they share, in
# sixteenths of a bit, so that it is the same on every machine.
COMPARED = 500
RARITY = "round(16 * log2(1 + everyone / count(*)))::integer"


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
        f"""create or replace temp table rarity as
        select key, {RARITY} as bits, count(*) > {COMMON} as common
        from shared, (select count(*) as everyone from {persons}) group by key, everyone"""
    )
    con.execute(f"create or replace table pairs as {_rarest('asked', 'shared', 'not common')}")
    con.execute(
        f"""create or replace temp table lacking as select asked.* from asked semi join (
            select unique_id as subject from {subjects} left join pairs on subject = unique_id
            group by unique_id having count(person) < {WANTED}) using (subject)"""
    )
    first = f"""(select key, person from shared semi join lacking using (key) semi join (from rarity where common)
        using (key) qualify row_number() over (partition by key order by person) <= {COMMON})"""
    con.execute(f"insert into pairs {_rarest('lacking', first, 'common')} except select subject, person from pairs")
    return int(con.execute("select count(*) from pairs").fetchall()[0][0])


def _rarest(asked: str, shared: str, keys: str) -> str:
    return f"""select subject, person from {asked} join {shared} using (key) join (from rarity where {keys}) using (key)
        group by subject, person
        qualify row_number() over (partition by subject order by sum(bits) desc, person) <= {COMPARED}"""
