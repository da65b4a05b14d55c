"""Where planted failures rank in registers that somebody else might have made: `python -m benchmarks.second_recall`.

Seeds up to 99 are for development; a figure that is reported comes from seeds above, which nobody tuned on. `--without`
leaves columns out, to measure what a missing column costs.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import second_cases, second_people, second_register
from benchmarks.review_recall import acting, load, opened
from casebook.casework.review import files, mappings, registers, triage
from casebook.storage.review import registers as stored

SHARES = (1, 2, 5, 10)  # percent of a ranking
FIRST_TO_REPORT = 100
PERSONS = 9_000  # others in the sources


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--register", type=int, default=3_800)
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--base-rate", type=float, help="of failures; otherwise each seed has its own, up to 1 %%")
    parser.add_argument("--without", nargs="*", default=[], metavar="COLUMN", help="columns of ours that nobody kept")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(words)
    runs = [run(seed, options) for seed in options.seeds]
    report = {
        "seeds": options.seeds,
        "kind": "reporting" if min(options.seeds) >= FIRST_TO_REPORT else "development",
        "register": options.register, "persons": options.persons, "base_rate": options.base_rate, "without": options.without,
        "pooled": pooled(runs),
        "runs": runs,
    }  # fmt: skip
    text = json.dumps(report, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text)


def run(seed: int, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="second-", dir="/tmp") as directory, opened(Path(directory)) as store:
        folder = Path(directory) / "files"
        folder.mkdir()
        desk = second_cases.register(seed, options.register, base_rate=options.base_rate)
        truth = second_register.write(desk, folder, without=tuple(options.without))
        second_people.population(desk.records, options.persons)
        desk.records.write(folder)
        load(store, folder)
        codes = tomllib.loads((folder / "mapping.toml").read_text("utf-8"))["codes"]["outcome"]
        given = mappings.given({}, [("outcome", text, code) for text, code in codes.items()])
        for name in ("tracker.csv", "inbox.csv"):
            with acting(store) as act:
                for file in files.read(folder / name, given=given):
                    registers.take_in(act, file)
        triage.triage(lambda: acting(store))
        with acting(store) as act:
            rows = stored.applications(act.session)
            return judged(seed, truth, rows)


def judged(seed: int, truth: dict[str, second_register.Case], rows: Sequence[Any]) -> dict[str, Any]:
    ranks, now = defaultdict[str, list[float]](list), Counter[str]()
    kinds_before = Counter[str]()
    for row in rows:
        case = truth[row.reference]
        priority = row.assessment["contact_priority"]
        now["held"] += priority == "now"
        now["danger"] += case.danger
        now["danger_held"] += case.danger and priority == "now"
        if case.mode:
            ranks[case.mode].append(row.rank)
        elif row.rank <= len(rows) * 0.02:
            kinds_before[case.kind] += 1
    return {
        "seed": seed, "applications": len(rows), "failures": sum(map(len, ranks.values())), "now": dict(now),
        "ranks": {mode: sorted(places) for mode, places in sorted(ranks.items())},
        "sound_in_2_percent": dict(kinds_before.most_common()),
    }  # fmt: skip


def pooled(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Recall over all runs, and by mode. `twice`: within twice the number of failures."""
    places = [
        (mode, rank / run["applications"], rank <= 2 * run["failures"])
        for run in runs
        for mode, ranks in run["ranks"].items()
        for rank in ranks
    ]
    modes = sorted({mode for mode, _, _ in places})
    now = sum((Counter(run["now"]) for run in runs), Counter[str]())
    return {
        "failures": len(places),
        "recall": {f"{share} %": _recall([place <= share / 100 for _, place, _ in places]) for share in SHARES},
        "within_twice_their_number": _recall([twice for _, _, twice in places]),
        "by_mode": {
            mode: {f"{share} %": _recall([place <= share / 100 for name, place, _ in places if name == mode]) for share in SHARES}
            for mode in modes
        },
        "now": {
            "share_of_register": round(now["held"] / sum(run["applications"] for run in runs), 4),
            "recall_of_danger": round(now["danger_held"] / max(1, now["danger"]), 4), "danger": now["danger"],
        },
    }  # fmt: skip


def _recall(found: Sequence[bool]) -> list[float]:
    """The share, with Wilson's 95 % interval."""
    of, z = len(found), 1.96
    share = sum(found) / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return [round(share, 4), round(max(0.0, middle - spread), 4), round(min(1.0, middle + spread), 4)]


if __name__ == "__main__":
    main()
