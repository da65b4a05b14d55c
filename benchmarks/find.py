"""Measures `casebook find` over many own persons: each kind of search, warm, with its entries in the ledger. Prints JSON.

python -m benchmarks.find                            # 20,000 persons
python -m benchmarks.find --persons 1000000 --explain
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from benchmarks import made_up
from casebook import clock, settings
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.find import asking, finding
from casebook.casework.intake import intake
from casebook.casework.opening_home import open_casebook
from casebook.domain.actors import OPERATOR, Actor
from casebook.domain.case import application_file
from casebook.domain.vocabulary import Role
from casebook.matching import find_keys, known_people
from casebook.matching.known_people import DetailsKnown
from casebook.storage import migrate
from casebook.storage.server import cluster
from casebook.storage.session import Store
from casebook.values import identifiers
from casebook.values.names import split_full
from casebook.values.text import squeezed

WARM = 20  # searches of each kind before the clock counts
DESK = Actor(id="desk", roles=frozenset({Role.INTAKE_OFFICER}))
SEARCHED_FOR = 200  # people, all over the casebook
RESTRICTED_EACH = 1_000  # one application of so many is restricted
WORDS = [f"{one} {number}" for one in ("HERON", "KESTREL", "PLOVER", "TERN") for number in range(25_000)]
TEMPLATE = {
    "external_id": "TEMPLATE", "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a",
    "concern": "made up", "immediate_danger": "no", "a_forename": "Template", "a_surname": "Template", "b_forename": "Template",
    "b_surname": "Templates", "relationship": "partner", "living_together": "no", "pregnant": "no", "safe_channel": "phone",
    "safe_days": "mon", "safe_from": "09:00", "safe_until": "17:00", "code_word": "template",
}  # fmt: skip
COPIED = (
    "id", "reference", "party", "forename", "middle_names", "surname", "former_names", "aliases", "dob", "dob_certainty", "sex",
    "postcode", "phone", "email",
)  # fmt: skip
# every application, its open work and its plan are copies of one that was taken in; only what is searched differs
FILL = (
    """INSERT INTO application SELECT (jsonb_populate_record(t, jsonb_build_object(
        'reference', s.reference, 'external_id', 'X-' || s.reference, 'restricted', s.number % :each = 0
    ))).* FROM application t, staged s WHERE t.external_id = 'TEMPLATE'""",
    f"""INSERT INTO person ({", ".join(COPIED)}) SELECT {", ".join(COPIED)} FROM staged_person""",
    """INSERT INTO safe_contact SELECT (jsonb_populate_record(t, jsonb_build_object(
        'id', s.reference || chr(58) || 'a', 'reference', s.reference, 'code_word', s.word
    ))).* FROM safe_contact t, staged s""",
    """INSERT INTO work_item SELECT (jsonb_populate_record(t, jsonb_build_object(
        'id', 'W' || s.reference, 'reference', s.reference
    ))).* FROM work_item t, staged s
        WHERE t.id = (SELECT min(id) FROM work_item WHERE reference IS NOT NULL AND done_at IS NULL)""",
    # as wide as they are in life; nobody searches by those of record checks
    """INSERT INTO person_keys (id, reference, party, keys, found_by)
        SELECT id, reference, party, array_fill(7, ARRAY[100]), found_by FROM staged_person""",
)

Told = dict[str, Any]


def measure(folder: Path, *, persons: int, searches: int, explain: bool) -> dict[str, object]:
    home = folder / "home"
    home.mkdir()
    with cluster.database(settings.load(home)) as server:
        url = server.url("casebook")
        migrate.upgrade(url)
        store = open_casebook(home, url)
        started = time.perf_counter()
        people = _fill(store, persons)
        filled = time.perf_counter() - started
        floor = _timed([lambda at=at: _one_row(store, people[at]["reference"]) for at in range(searches + WARM)])
        kinds = {kind: _kind(store, ask, people, searches, floor, explain=explain) for kind, ask in KINDS.items()}
        store.engine.dispose()
    worst = max(told["p95_ms"] for told in kinds.values())
    return {
        "load": os.getloadavg(),  # of the machine: more than its cores are busy if it is above their number
        "persons": persons,
        "fill_seconds": round(filled),
        "floor_p50_ms": _ms(floor, 50),
        "worst_p95_ms": worst,
        "kinds": kinds,
    }


def _fill(store: Store, persons: int) -> list[Told]:
    """Fill the casebook with applications of an A and a B each; returns those A that are searched for."""
    form = application_file.read(TEMPLATE)
    assert isinstance(form, application_file.Form)
    with store.session() as session:
        act = Act(session=session, actor=OPERATOR, now=clock.now(), playbook=playbook)
        intake.take_in(act, form, "template")
        session.commit()
    rng, kept = random.Random(20140308), list[Told]()
    with store.engine.begin() as connection:
        connection.execute(text("CREATE TEMP TABLE staged (number integer, reference text, word text)"))
        connection.execute(text("CREATE TEMP TABLE staged_person AS SELECT * FROM person WITH NO DATA"))
        connection.execute(text("ALTER TABLE staged_person ADD COLUMN found_by integer[]"))
        connection.execute(text("DROP INDEX ix_person_keys_found_by"))
        cursor = connection.connection.cursor()
        staged = [(number, f"CL-2025-{number:06}", rng.choice(WORDS)) for number in range(1, persons // 2 + 1)]
        with cursor.copy("COPY staged FROM STDIN") as copy:
            for row in staged:
                copy.write_row(row)
        with cursor.copy(f"COPY staged_person ({', '.join(COPIED)}, found_by) FROM STDIN") as copy:
            for row in _people(rng, staged, kept):
                copy.write_row(row)
        for statement in FILL:
            connection.execute(text(statement), {"each": RESTRICTED_EACH} if ":each" in statement else {})
        connection.execute(
            text("CREATE INDEX ix_person_keys_found_by ON person_keys USING gin (found_by) WITH (fastupdate = off)")
        )
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return kept


def _people(rng: random.Random, staged: list[tuple[int, str, str]], kept: list[Told]) -> Iterator[tuple[object, ...]]:
    for number, reference, word in staged:
        for party in "ab":
            made = made_up.person(rng)
            told = {
                "forename": made.forename, "middle_names": made.middle_names, "surname": made.surname, "former_names": [],
                "aliases": [made.aliases] if made.aliases else [], "dob": made.dob, "postcode": made.postcode,
                "phone": f"07{rng.randrange(10**9):09}", "email": f"{made.forename}.{number}{party}@example.org".lower(),
            }  # fmt: skip
            forename, surname = split_full(made.aliases)
            names = [
                known_people.name_of(made.forename, made.middle_names, made.surname),
                known_people.name_of(forename, "", surname, told=False) if made.aliases else None,
            ]
            details = DetailsKnown(
                names=tuple(filter(None, names)),
                born=(made.dob,), postcodes=(identifiers.postcode(made.postcode),), emails=(str(told["email"]),),
                phones=(f"+44{str(told['phone'])[1:]}",), code_words=(squeezed(word),) if party == "a" else (),
            )  # fmt: skip
            if party == "a" and number % max(1, len(staged) // SEARCHED_FOR) == 1:
                kept.append({**told, "reference": reference, "code_word": word})
            yield (
                f"{reference}:{party}", reference, party, made.forename, made.middle_names, made.surname, "[]",
                json.dumps(told["aliases"]), made.dob, "exact", made.sex, made.postcode, told["phone"], told["email"],
                find_keys.of_details(details, apart=reference if number % RESTRICTED_EACH == 0 else ""),
            )  # fmt: skip


def _misspelt(name: str) -> str:
    return name[:-2] + name[-1] + name[-2] if len(name) > 3 else name + name[-1]


KINDS: dict[str, Callable[[Told], Told]] = {
    "name": lambda told: {"words": f"{told['forename']} {told['surname']}"},
    "name, swapped": lambda told: {"words": f"{told['surname']} {told['forename']}"},
    "name, both misspelt": lambda told: {"words": f"{_misspelt(told['forename'])} {_misspelt(told['surname'])}"},
    "name and date of birth": lambda told: {"words": f"{told['forename']} {told['surname']}", "dob": told["dob"]},
    "name and a wrong date": lambda told: {"words": f"{told['forename']} {told['surname']}", "dob": "1949-12-30"},
    "forename, year and district": lambda told: {
        "forename": told["forename"], "dob": told["dob"][:4], "postcode": told["postcode"][:-4],
    },
    "surname alone": lambda told: {"surname": told["surname"]},
    "date of birth": lambda told: {"dob": told["dob"]},
    "postcode": lambda told: {"postcode": told["postcode"]},
    "telephone": lambda told: {"phone": told["phone"]},
    "e-mail": lambda told: {"email": told["email"]},
    "code word": lambda told: {"code_word": told["code_word"]},
    "reference": lambda told: {"words": told["reference"]},
    "nobody": lambda told: {"words": f"Zzyx{told['forename']} Qquo{told['surname']}"},
}  # fmt: skip


def _kind(
    store: Store, ask: Callable[[Told], Told], people: list[Told], searches: int, floor: list[float], *, explain: bool
) -> dict[str, Any]:
    asked = [people[at % len(people)] for at in range(searches + WARM)]
    found = list[bool]()
    seconds = _timed([lambda told=told: found.append(_find(store, ask(told), told)) for told in asked])
    told = {
        "p50_ms": _ms(seconds, 50), "p95_ms": _ms(seconds, 95), "max_ms": round(max(seconds) * 1000, 1),
        "p95_to_floor": round(_at(seconds, 95) / _at(floor, 50)), "found": round(statistics.mean(found), 3),
    }  # fmt: skip
    return {**told, "plans": _plans(store, ask(asked[0]))} if explain else told


def _find(store: Store, asked: Told, told: Told) -> bool:
    with store.session() as session:
        act = Act(session=session, actor=DESK, now=clock.now(), playbook=playbook)
        answer = finding.find(act, asking.parsed(asked))
        session.commit()
    return told["reference"] in {hit.reference for hit in answer.hits}


def _one_row(store: Store, reference: str) -> None:
    """The floor: a transaction that reads one row by its primary key."""
    with store.session() as session:
        session.execute(text("SELECT * FROM application WHERE reference = :reference"), {"reference": reference}).one()
        session.commit()


def _plans(store: Store, asked: Told) -> list[str]:
    """What EXPLAIN ANALYZE says of each question to the index."""
    said, busy = list[str](), list[bool]()

    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:  # noqa: ANN401 - a DBAPI's
        if "read_0" in statement and not busy:
            busy.append(True)
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
            said.extend(line for (line,) in cursor.fetchall())
            busy.clear()

    event.listen(store.engine, "before_cursor_execute", explain)
    try:
        _find(store, asked, {"reference": ""})
    finally:
        event.remove(store.engine, "before_cursor_execute", explain)
    return said


def _timed(jobs: list[Callable[[], object]]) -> list[float]:
    seconds = list[float]()
    for job in jobs:
        started = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - started)
    return seconds[WARM:]


def _at(seconds: list[float], percent: int) -> float:
    return sorted(seconds)[min(len(seconds) - 1, len(seconds) * percent // 100)]


def _ms(seconds: list[float], percent: int) -> float:
    return round(_at(seconds, percent) * 1000, 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--searches", type=int, default=100, help="of each kind")
    parser.add_argument("--explain", action="store_true", help="also show the plan of one search of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="casebook-find-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        told = measure(folder, persons=options.persons, searches=options.searches, explain=options.explain)
    print(json.dumps(told, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
