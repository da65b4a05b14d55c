"""Measures `sources load` beside a bare COPY of the same rows into a table with the same indexes. Prints JSON.

python -m benchmarks.loading                        # 100,000 persons
python -m benchmarks.loading --persons 1000000
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.made_up import write_files
from casebook import clock
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.record_checks import extracts as loading
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Source
from casebook.storage import migrate
from casebook.storage.server import cluster, databases
from casebook.storage.session import Store, open_store


def measure(folder: Path, persons: int) -> dict[str, object]:
    write_files(folder, persons=persons, subjects=1, faults=0, seed=6)
    file = folder / "persons.csv"
    home = folder / "home"
    home.mkdir()
    with cluster.running(home) as server:
        url = server.url("casebook")
        migrate.upgrade(url)
        store = open_store(url, b"a key for a benchmark")
        ours = _timed(lambda: load(store, file))
        again = _timed(lambda: load(store, file))
        with databases.connect(server.address("casebook")) as superuser:
            bare = _bare(superuser, folder)
        store.engine.dispose()
    return {
        "persons": persons,
        "load_seconds": round(ours, 2),
        "copy_seconds": round(bare, 2),
        "ratio": round(ours / bare, 2),
        "same_file_again_seconds": round(again, 2),
    }


def load(store: Store, file: Path) -> None:
    with store.session() as session:
        loading.load(
            Act(session=session, actor=OPERATOR, now=clock.now(), playbook=playbook),
            Source.RMS,
            persons=file,
            records=None,
        )
        session.commit()


def _bare(connection: psycopg.Connection, folder: Path) -> float:
    """Copy the finished rows into an equal table with one COPY."""
    rows = folder / "rows.copy"
    connection.execute("CREATE TABLE bare (LIKE source_person INCLUDING ALL EXCLUDING IDENTITY)")
    with rows.open("wb") as out, connection.cursor().copy("COPY source_person TO STDOUT") as given:
        for part in given:
            out.write(part)

    def copy() -> None:
        with connection.transaction(), connection.cursor().copy("COPY bare FROM STDIN") as taking:
            for part in _parts(rows):
                taking.write(part)

    seconds = _timed(copy)
    count = connection.execute("SELECT (SELECT count(*) FROM bare) = (SELECT count(*) FROM source_person)").fetchone()
    assert count == (True,)
    return seconds


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            yield part


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def _place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="casebook-load-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=100_000)
    options = parser.parse_args()
    with _place() as folder:
        print(json.dumps(measure(folder, options.persons), indent=2))


if __name__ == "__main__":
    main()
