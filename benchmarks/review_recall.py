"""Measures the ranks of planted failures in the review: `python -m benchmarks.review_recall --seeds 11 12 13 --out FILE`.

The registers and what is true of them come from `casebook.demo`, which shares no rule with the review.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casebook import settings
from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.opening_home import open_casebook
from casebook.casework.record_checks import extracts
from casebook.casework.review import registers, triage
from casebook.demo import force
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Source
from casebook.storage import migrate
from casebook.storage import session as storage
from casebook.storage.review import registers as stored
from casebook.storage.server import cluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from casebook.storage.session import Store

SHARES = (2, 5, 10)  # percent of the ranking
FAILED = frozenset({"service", "harm"})


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--register", type=int, default=3_800)
    parser.add_argument("--data-faults", type=float, default=0.05)
    parser.add_argument("--out", type=Path)
    parser.add_argument(
        "--show", action="store_true", help="print the planted failures that rank late, and what ranks before them"
    )
    options = parser.parse_args(words)
    runs = [_run(seed, options) for seed in options.seeds]
    told = {
        "command": f"python -m benchmarks.review_recall --seeds {' '.join(map(str, options.seeds))} --persons {options.persons}"
        f" --register {options.register} --data-faults {options.data_faults}",
        "runs": runs,
    }
    text = json.dumps(told, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text)


def _run(seed: int, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="review-", dir="/tmp") as directory, _store(Path(directory)) as store:
        files = Path(directory) / "files"
        made = force.build(seed, persons=options.persons, register=options.register, data_faults=options.data_faults)
        force.write(made, files)
        seconds: dict[str, float] = {}
        with _timed(seconds, "load"):
            _load(store, files)
        with _timed(seconds, "import"):
            for path in sorted(files.glob("register-*.csv")):
                with _acting(store) as act:
                    registers.import_file(act, path)
        with _timed(seconds, "triage"):
            told = triage.triage(lambda: _acting(store))
        with _acting(store) as act:
            rows = stored.applications(act.session)
            ranked = {row.reference: row for row in rows}
        truth = list(csv.DictReader((files / "truth-register.csv").read_text("utf-8").splitlines()))
        found = _judged(truth, ranked)
        if options.show:
            _show(found, rows, truth)
        return {"seed": seed, "applications": told.applications, **_recall(found, len(rows)), "seconds": seconds}


def _judged(truth: Sequence[dict[str, str]], ranked: dict[str, Any]) -> list[dict[str, Any]]:
    """The truth about each application in any list, and its best rank."""
    found = []
    for each in truth:
        rows = [ranked[name] for name in each["also"].split(";") if name in ranked]
        if each["rows"]:
            found.append(
                {**each, "rank": min((row.rank for row in rows), default=None), "row": rows[0] if rows else None}
            )
    return found


def _recall(found: Sequence[dict[str, Any]], applications: int) -> dict[str, Any]:
    planted = [each for each in found if each["severity"] in FAILED]
    ranks: dict[str, list[int]] = defaultdict(list)
    for each in planted:
        ranks[each["mode"]].append(each["rank"])
    danger = Counter(each["row"].assessment["contact_priority"] for each in found if each["danger_now"] == "yes")
    return {
        "listed": len(found),
        "unranked": sum(each["rank"] is None for each in found),
        "planted": len(planted),
        "recall": {
            f"{share} %": round(_within(planted, round(applications * share / 100)) / len(planted), 4)
            for share in SHARES
        },
        "precision_at_their_number": round(_within(planted, len(planted)) / len(planted), 4),
        "ranks": {mode: sorted(places) for mode, places in sorted(ranks.items())},
        "in_danger_now": dict(danger),
    }


def _within(planted: Sequence[dict[str, Any]], place: int) -> int:
    return sum(each["rank"] <= place for each in planted)


def _show(found: Sequence[dict[str, Any]], rows: Sequence[Any], truth: Sequence[dict[str, str]]) -> None:
    late = [each for each in found if each["severity"] in FAILED and each["rank"] > len(rows) * 0.02]
    for each in late:
        print(
            "late",
            each["rank"],
            each["mode"],
            each["filth"],
            each["lists"],
            each["reference"],
            each["row"].assessment["reasons"],
            file=sys.stderr,
        )
    by_name: dict[str, dict[str, str]] = {name: each for each in truth for name in each["also"].split(";")}
    kinds = Counter[tuple[str, ...]]()
    for row in rows[: round(len(rows) * 0.02)]:
        true = by_name.get(row.reference, {})
        if true.get("severity") not in FAILED:
            kinds[true.get("mode", ""), true.get("noise", ""), true.get("filth", ""), *row.assessment["modes"][:2]] += 1
    for kind, count in kinds.most_common():
        print("before", count, kind, file=sys.stderr)


def _load(store: Store, files: Path) -> None:
    for source in Source:
        if (persons := files / f"persons-{source}.csv").exists():
            with _acting(store) as act:
                extracts.load(act, source, persons=persons, records=files / f"records-{source}.csv")


@contextmanager
def _store(home: Path) -> Iterator[Store]:
    home.chmod(0o711)
    with cluster.database(settings.load(home)) as server:
        url = server.url("casebook")
        migrate.upgrade(url)
        store = open_casebook(home, url)
        try:
            yield store
        finally:
            store.engine.dispose()


@contextmanager
def _acting(store: Store) -> Iterator[Act]:
    with store.session() as session:
        yield Act(session=session, actor=OPERATOR, now=storage.now(session), playbook=playbook)
        session.commit()


@contextmanager
def _timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[what] = round(time.perf_counter() - start, 1)


if __name__ == "__main__":
    main()
