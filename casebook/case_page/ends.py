"""The part of an application's page on how it ended early, and on what two people agreed: both reasons, in their words."""

from __future__ import annotations

from collections.abc import Iterator

from casebook.case_page.blocks import ApplicationView, PageBlock, ShownRow, as_sentence, clean, moment, paragraph, rows
from casebook.domain import words


def ends(application: ApplicationView) -> Iterator[PageBlock]:
    """Each early end or proposal of one: who said it, how they were identified, and both reasons."""
    for row in _in_order(application):
        if row["told"] or _is_end(row):
            yield from _proposal(row)
            yield from paragraph("said by", _said(row), indent=5)


def proposals(application: ApplicationView) -> Iterator[PageBlock]:
    """Everything else that needs two people."""
    for row in _in_order(application):
        if not row["told"] and not _is_end(row):
            yield from _proposal(row)


def stated(application: ApplicationView) -> Iterator[PageBlock]:
    """What somebody wrote as the reason of an act that they did alone."""
    for row in sorted(rows(application, "stated_reason"), key=lambda row: str(row["stated_at"])):
        head = f"{as_sentence(words.EVENT.of(row['what']))} by {row['stated_by']} {moment(row['stated_at'])}"
        yield from paragraph(f"{head}: {words.reason(row['code'])}", row.get("words"))


def _in_order(application: ApplicationView) -> list[ShownRow]:
    return sorted(rows(application, "proposal"), key=lambda row: str(row["proposed_at"]))


def _is_end(row: ShownRow) -> bool:
    what = str(row["what"])
    return what in {"withdrawn", "no_engagement"} or what.startswith("transfer:")


def _proposal(row: ShownRow) -> Iterator[PageBlock]:
    yield from paragraph(as_sentence(words.reason(row["what"])))
    yield from paragraph(f"proposed by {row['proposed_by']} {moment(row['proposed_at'])}", row["reason"], indent=5)
    if row["second_by"]:
        head = f"agreed by {row['second_by']} {moment(row['second_at'])}"
        yield from paragraph(head, row["second_reason"], indent=5)
    else:
        yield from paragraph("waits for a second person", indent=5)


def _said(row: ShownRow) -> str:
    told = row["told"]
    if not told:
        return "not recorded, or your role may not see it"
    parts = [words.SAID_BY.of(told.get("said_by"))]
    if told.get("identified"):
        parts += [
            f"identified by {words.IDENTIFIED.of(told['identified'])}", words.CHANNEL.of(told.get("channel")),
            f"alone: {words.ANSWER.of(told.get('alone'))}",
        ]  # fmt: skip
    return "; ".join([*parts, f"help offered: {clean(told.get('help_offered'))}"])
