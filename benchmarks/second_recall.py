"""Where planted failures rank in registers that somebody else might have made: `python -m benchmarks.second_recall`.

Seeds up to 99 are for development; a figure that is reported comes from seeds above, which nobody tuned on. `--without`
measures what each of these columns costs if nobody kept it, beside the same registers with all columns. The readers, the
linking and the rules are those of the review; the rows come from the files instead of a database.
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
from casebook.casework.review import files, mappings, sources_today, triage
from casebook.casework.review import known as review_known
from casebook.casework.review.files import RegisterFile
from casebook.casework.review.known import OtherApplications
from casebook.casework.review.sources_today import SourceRows
from casebook.domain import chain
from casebook.domain.review import register
from casebook.domain.review.evidence import Evidence
from casebook.domain.review.past_application import Linked
from casebook.domain.review.ranking import Assessment, assess
from casebook.domain.review.reconciling import PlacedRow, reconcile
from casebook.domain.review.urgency import ContactPriority, stay_now
from casebook.matching import linking
from casebook.policies import review as review_policy
from casebook.policies import risk_model
from casebook.storage import documents
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
    parser.add_argument(
        "--without", nargs="*", default=[], metavar="COLUMN", help="columns to leave out, one at a time"
    )
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(words)
    runs = [run(seed, options) for seed in options.seeds]
    report = {
        "seeds": options.seeds,
        "kind": "reporting" if min(options.seeds) >= FIRST_TO_REPORT else "development",
        "register": options.register, "persons": options.persons, "base_rate": options.base_rate,
        **_told([run[""] for run in runs]),
        **({"without": {column: _told([run[column] for run in runs]) for column in options.without}} if options.without else {}),
    }  # fmt: skip
    text = json.dumps(report, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text)


def _told(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"pooled": pooled(runs), "runs": runs}


def run(seed: int, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """What is judged of one register, by the column that is left out; `""`: none."""
    with tempfile.TemporaryDirectory(prefix="second-", dir="/tmp") as directory:
        folder = Path(directory)
        desk = second_cases.register(seed, options.register, base_rate=options.base_rate)
        truth = second_register.write(desk, folder)
        known = {column: _known(folder, without=column) for column in ("", *options.without)}
    second_people.population(desk.records, options.persons)
    linked, of_a = _linked(desk, known[""])  # none of the columns left out is about a person
    policy = review_policy.load()
    return {
        column: judged(
            seed,
            truth,
            {id_: assess(_evidence(others, id_, linked, of_a), policy) for id_ in others.pasts},
        )
        for column, others in known.items()
    }


def _known(folder: Path, *, without: str) -> OtherApplications:
    applications = reconcile(_rows(folder, without))
    return review_known.known_of(
        applications, {application.reference: application.reference for application in applications}
    )


def _linked(
    desk: second_register.Desk, known: OtherApplications
) -> tuple[dict[str, list[Linked]], dict[str, frozenset[str]]]:
    persons = {_id(row): row for rows in desk.records.persons.values() for row in rows}
    records = defaultdict[str, list[dict[str, Any]]](list)
    for row in (row for rows in desk.records.records.values() for row in rows):
        records[_id(row)].append({**row, "flags": [row["flags"]] if row["flags"] else []})
    sources = SourceRows(
        cells=lambda people: {person: persons[person] for person in people},
        records=lambda people: {person: records[person] for person in people if person in records},
    )
    today = second_people.TODAY
    with linking.linker(sorted(persons.items()), this_year=today.year) as linker:
        linked = sources_today.subjects(known, sorted(known.pasts), linker, sources, today=today)
        return linked, sources_today.people_at_risk(known, linked, linker)


def _evidence(
    known: OtherApplications, id_: str, linked: dict[str, list[Linked]], of_a: dict[str, frozenset[str]]
) -> Evidence:
    return triage.evidence_of(
        known,
        id_,
        linked.get(id_, []),
        of_a.get(id_, ()),
        loaded=True,
        today=second_people.TODAY,
        used=documents.without_database(),
        model=risk_model.load(),
    )


def _rows(folder: Path, without: str) -> list[PlacedRow]:
    codes = tomllib.loads((folder / "mapping.toml").read_text("utf-8"))["codes"]["outcome"]
    given = mappings.given({}, [("outcome", text, code) for text, code in codes.items()])
    return [
        _placed(file, line, {name: cell for name, cell in cells.items() if name != without}, notes)
        for name in ("tracker.csv", "inbox.csv")
        for file in files.read(folder / name, given=given)
        for line, cells, notes in file.rows
    ]


def _placed(file: RegisterFile, line: int, cells: dict[str, str], notes: Sequence[register.Note]) -> PlacedRow:
    entry = register.read(cells, register=file.name, today=second_people.TODAY, notes=notes, codes=file.mapping.codes)
    return PlacedRow(id=f"{file.name}#{line}", file=file.name, line=line, digest=chain.digest(cells), entry=entry)


def _id(row: dict[str, str]) -> str:
    return f"{row['source']}{stored.SEPARATOR}{row['person_id']}"


def judged(seed: int, truth: dict[str, second_register.Case], assessed: dict[str, Assessment]) -> dict[str, Any]:
    order = sorted(assessed, key=lambda id_: (-assessed[id_].score, -assessed[id_].administrative, id_))
    alone = {id_: each.urgency for id_, each in assessed.items() if each.contact_priority is ContactPriority.NOW}
    held = stay_now(alone, of=len(order), u=review_policy.load().urgency)
    ranks, before = defaultdict[str, list[int]](list), Counter[str]()
    for rank, id_ in enumerate(order, start=1):
        if mode := truth[id_].mode:
            ranks[mode].append(rank)
        elif rank <= len(order) * 0.02:
            before[truth[id_].kind] += 1
    danger = {id_ for id_ in order if truth[id_].danger}
    return {
        "seed": seed, "applications": len(order), "failures": sum(map(len, ranks.values())),
        "now": {"held": len(held), "danger": len(danger), "danger_held": len(danger & held)},
        "ranks": {mode: sorted(places) for mode, places in sorted(ranks.items())},
        "sound_in_2_percent": dict(before.most_common()),
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
