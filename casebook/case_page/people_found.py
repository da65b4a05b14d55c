"""The part of an application's page on the people whom the searches found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from casebook.case_page.blocks import ApplicationView, PageBlock, ShownRow, clean, paragraph, rows, table
from casebook.domain import words
from casebook.domain.case import namesakes
from casebook.domain.case.namesakes import ListPlace
from casebook.domain.vocabulary import Party
from casebook.sources.protocol import NOT_USED


def candidates(application: ApplicationView) -> Iterator[PageBlock]:
    """Those read one by one, then the list of the name with a line each; below the line only how many."""
    everybody = sorted(rows(application, "candidate"), key=lambda row: (row["superseded"], -row["weight"]))
    for row in everybody:
        if row["place"] != ListPlace.LISTED:
            yield from _candidate(row)
    lists = defaultdict[str, list[ShownRow]](list)
    for row in everybody:
        if row["place"] == ListPlace.LISTED and not row["superseded"]:
            lists[row["source"]].append(row)
    for source, unordered in sorted(lists.items()):
        lines = sorted(unordered, key=gravest_first)
        state = _list_state(lines)
        yield from paragraph(f"{words.SOURCE.of(source)}: {len(lines)} more of this name, {state}")
        yield from table(
            ("person", "who", "gravest record"), [(row["person_id"], who(row), worst(row)) for row in lines]
        )
    for row in rows(application, "search"):
        if row["superseded"] or row["party"] != Party.B:
            continue
        source = words.SOURCE.of(row["source"])
        if row["beyond"]:
            yield from paragraph(f"{source}: {namesakes.not_told_apart(row['beyond'])}. This is not a clearance.")
        if row.get("below"):
            yield from paragraph(f"{source}: {len(row['below'])} below the line of review, under other names")


def _candidate(row: ShownRow) -> Iterator[PageBlock]:
    verdict = (
        f"{words.VERDICT.of(row['verdict'])}, reviewed by {row['reviewed_by']}"
        if row["verdict"]
        else "NOT REVIEWED YET"
    )
    twin = ", may be a twin or a person of the same name" if row["twin"] else ""
    match = f"{words.MATCH_BAND.of(row['band'])}, {row['weight']:.1f} bits{twin}"
    head = f"{str(row['party']).upper()} {words.SOURCE.of(row['source'])} {row['person_id']} ({match})"
    yield from paragraph(f"{head}: {verdict}{' (replaced)' if row['superseded'] else ''}", row.get("reason"))
    if shown := [part for part in (who(row), worst(row)) if part]:
        yield from paragraph("; ".join(shown), indent=5)
    if not_used := _not_used(row):
        yield from paragraph(f"could not be used, and is unknown: {', '.join(not_used)}", indent=5)
    if row["second_by"]:
        agrees = "agrees" if row["second_agrees"] else "does not agree"
        yield from paragraph(f"second look by {row['second_by']}: {agrees}", row.get("second_reason"), indent=5)


def _list_state(lines: Sequence[ShownRow]) -> str:
    if any(row["verdict"] is None for row in lines):
        return "NOT REVIEWED YET"
    first = ", ".join(sorted({row["reviewed_by"] for row in lines}))
    if any(row["second_by"] is None for row in lines):
        return f"set aside by {first}, no second look yet"
    return f"set aside by {first}, second look by {', '.join(sorted({row['second_by'] for row in lines}))}"


def who(row: ShownRow) -> str:
    """Name, birth date, sex and area of a candidate; empty for a role that may not see them."""
    seen = row.get("seen") or {}
    if not seen:
        return ""
    name = clean(" ".join(filter(None, (seen.get("forename"), seen.get("surname")))))
    sex = words.SEX.of(seen["sex"]) if seen.get("sex") else ""
    born = f"born {seen['dob']}" if seen.get("dob") else "birth date not known"
    return ", ".join(filter(None, (name, born, sex, clean(seen.get("postcode") or ""))))


def _not_used(row: ShownRow) -> list[str]:
    """What a remote source said of the candidate, and of the records, that nobody could read: columns, never values."""
    seen = row.get("seen") or {}
    of_records = [(record["record_id"], record[NOT_USED]) for record in seen.get("records", ()) if NOT_USED in record]
    return [
        *filter(None, [seen.get(NOT_USED)]),
        *(f"{columns} of record {clean(number)}" for number, columns in of_records),
    ]


def gravest_first(row: ShownRow) -> tuple[int, float]:
    """The order of the lines of a list."""
    return -int((row.get("worst") or {}).get("grave", 0)), -row["weight"]


def worst(row: ShownRow) -> str:
    """The gravest record of a candidate."""
    record = row.get("worst") or {}
    kind = words.RECORD_KIND.of(record["kind"]) if record.get("kind") else ""
    return " ".join(filter(None, (record.get("date"), kind, clean(record.get("offence_text") or ""))))
