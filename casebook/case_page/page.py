"""One application as a page: its state, the work that is waiting, its facts and decisions, and its history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from casebook.case_page import ends as early
from casebook.case_page import facts, outcome, people_found, told_lines
from casebook.case_page.blocks import (
    ApplicationView,
    PageBlock,
    ShownRow,
    as_lines,
    clean,
    instant,
    moment,
    paragraph,
    rows,
    table,
)
from casebook.domain import words
from casebook.domain.case import namesakes
from casebook.domain.case import own_register as rules

VIEWED = "personal_detail_viewed"
# what an entry of the ledger is about: the first two of these fields that it has
ABOUT = ("kind", "to", "outcome", "part", "limit", "cause", "what", "reason", "because", "kinds", "opened")


def page(application: ApplicationView) -> Iterator[str]:
    """The page of what `viewing.show` returns, which leaves out what the role may not see, as text."""
    yield from as_lines(_head(application))
    for title, blocks in sections(application):
        yield from ("", title, *as_lines(blocks))


def sections(application: ApplicationView) -> Iterator[tuple[str, list[PageBlock]]]:
    """Each section that has something in it: its title and its blocks."""
    for title, section in SECTIONS:
        if blocks := list(section(application)):
            yield title, blocks


def _head(application: ApplicationView) -> Iterator[PageBlock]:
    closed = application.get("closed_at")
    stage = words.STAGE.of(application["stage"])
    if closed:
        into = application.get("merged_into")
        stage = f"merged into {into}" if into else f"closed: {words.OUTCOME.of(application.get('outcome'))}"
    title = f"{application['reference']}   {stage.upper()}"
    yield from (title, "=" * len(title))
    if closed:
        because = f": {clean(words.reason(application['closing_reason']))}" if application.get("closing_reason") else ""
        yield f"Closed {moment(closed)}{because}"
    route, applicant = words.ROUTE.of(application["route"]), words.APPLICANT.of(application["applicant"])
    yield f"{route}; applicant: {applicant}; policy {application['policy']}"
    yield f"Submitted {moment(application['submitted_at'])}, received {moment(application['received_at'])}"
    band = (
        f"band {words.BAND.of(application['band'])}, score {application['score']:.1f}"
        if application.get("band")
        else "not scored yet"
    )
    priority = f"{words.PRIORITY.of(application['priority'])} ({words.reason(application['priority_reason'])})"
    yield f"Priority {priority}; {band}; round {application['version']}"
    marks = {
        "restricted": "RESTRICTED: named people only", "legal_hold": "under legal hold", "out_of_cycle": "decided out of cycle",
        "frozen_at": f"frozen {moment(application.get('frozen_at'))}",
        "disposed_at": f"disposed of {moment(application.get('disposed_at'))}",
    }  # fmt: skip
    if shown := [text for name, text in marks.items() if application.get(name)]:
        yield "; ".join(shown)
    if number := sum(row["beyond"] or 0 for row in rows(application, "search") if not row["superseded"]):
        yield f"{namesakes.not_told_apart(number).capitalize()}. This is not a clearance."
    if application["personal_detail"] != "shown":
        yield "Your role may not see personal detail and free text."


def _left_undone(application: ApplicationView) -> Iterator[PageBlock]:
    """What was left undone when it closed early, from the ledger, so that it is still there after disposal."""
    if left := application.get("left_undone"):
        for title, name in (
            ("work", "undone"),
            ("limits not met", "limits_unmet"),
            ("never reached", "stages_unreached"),
        ):
            yield from paragraph(title, words.of_field(name, left[name]) or "none")
        _, *transfer = str(left["what"]).split(":")
        if transfer:
            names = ("force", "accepted by", "their reference")
            yield from paragraph(
                "now with", "; ".join(f"{name} {code}" for name, code in zip(names, transfer, strict=False))
            )


def _merged(application: ApplicationView) -> Iterator[PageBlock]:
    """Each duplicate that is part of this file: where it came from, its people, its contacts; --json has all of it."""
    for duplicate in rows(application, "merged"):
        head = f"{duplicate['reference']} ({duplicate['external_id']}), submitted {moment(duplicate['submitted_at'])}"
        yield from paragraph(head)
        whole = {**duplicate, "personal_detail": application["personal_detail"]}
        yield from facts.who(whole)
        yield from outcome.contacts(whole)


def _waiting(application: ApplicationView) -> Iterator[PageBlock]:
    items = [item for item in rows(application, "work_item") if not item["done_at"] and not item["cancelled_at"]]
    lines = [
        (
            moment(item["due_at"]) + (" OVERDUE" if _past(item["due_at"], application) else ""),
            words.WORK.of(item["kind"]), words.ROLE.of(item["role"]), item["owner"] or "nobody yet",
            words.PRIORITY.of(item["priority"]),
            f"level {item['escalation_level']}" if item["escalation_level"] else "",
        )
        for item in sorted(items, key=lambda item: (str(item["due_at"] or "9999"), item["kind"]))
    ]  # fmt: skip
    yield from table(("due", "what", "for", "with", "priority", ""), lines)
    if not lines and not application.get("closed_at"):
        yield "  No work is waiting. The engine continues it."


def _limits(application: ApplicationView) -> Iterator[PageBlock]:
    lines = []
    for clock in sorted(rows(application, "clock"), key=lambda clock: str(clock["unpaused_due_at"])):
        state = "running"
        if clock["ended_at"]:
            state = f"ended early {moment(clock['ended_at'])}, not met"
        elif clock["met_at"]:
            late = clock["due_at"] is not None and clock["met_at"] > clock["due_at"]
            state = f"met {moment(clock['met_at'])}{', LATE' if late else ''}"
        elif clock["running_since"] is None:
            state = f"paused: {words.PAUSE.of(clock['pause_reason'])}; unpaused {moment(clock['unpaused_due_at'])}"
        elif application.get("closed_at"):
            state = "ended with the closure"
        elif _past(clock["due_at"], application):
            state = "OVERDUE"
        elif clock["pause_reason"]:
            state = f"put off: {words.PAUSE.of(clock['pause_reason'])}; unpaused {moment(clock['unpaused_due_at'])}"
        lines.append(
            (
                words.LIMIT.of(clock["limit_name"]),
                moment(clock["due_at"]),
                state,
                "" if clock["verified"] else "unverified",
            )
        )
    yield from table(("limit", "due", "", ""), lines)


def _past(due: object, application: ApplicationView) -> bool:
    moments = instant(due), instant(application["now"])
    return moments[0] is not None and moments[1] is not None and moments[0] < moments[1]


def _gates(application: ApplicationView) -> Iterator[PageBlock]:
    for result in sorted(rows(application, "gate_result"), key=lambda row: str(row["asked_at"])):
        failed = ", ".join(words.spelled(expectation.get("code")) for expectation in result["results"] or ())
        gate = f"{words.STAGE.of(result['stage'])}: {words.GATE.of(result['outcome'])}, {moment(result['asked_at'])}"
        yield from paragraph(gate + (f"; failed: {failed}" if failed else ""))
    for row in rows(application, "gate_override"):
        second = f"agreed by {row['second_by']} {moment(row['second_at'])}" if row["second_by"] else "not agreed yet"
        yield from paragraph(
            f'override of "{words.spelled(row["expectation"])}": proposed by {row["proposed_by"]}, {second}',
            row.get("reason"),
        )


def _escalations(application: ApplicationView) -> Iterator[PageBlock]:
    for row in sorted(rows(application, "escalation"), key=lambda row: str(row["raised_at"])):
        level = row["rung"]
        answer = (
            f"acknowledged by {row['acknowledged_by']} {moment(row['acknowledged_at'])}"
            if row["acknowledged_by"]
            else "not acknowledged yet"
        )
        yield from paragraph(
            f"{moment(row['raised_at'])} escalation level {level}, to {words.ROLE.of(row['role'])}"
            f" ({words.reason(row['reason'])}), {answer}"
        )


def _links(application: ApplicationView) -> Iterator[PageBlock]:
    for row in rows(application, "application_link"):
        yield from paragraph(_link(row))
    for row in rows(application, "watch"):
        renewed = f", renewed by {row['renewed_by']}: {clean(row['renewal_reason'])}" if row["renewed_by"] else ""
        yield from paragraph(f"watched {moment(row['since'])} to {moment(row['until'])}{renewed}")


def _link(row: ShownRow) -> str:
    link = f"{row['other']}: {words.LINK.of(row['why'])}, found {moment(row['found_at'])}"
    told = f", told across a restriction by {row['told_by']}" if row["told_by"] else ""
    if row["why"] not in rules.CONFIRMED_BY:
        return link + told
    answer = f"{words.VERDICT.of(row['verdict'])} ({row['reviewed_by']})" if row["verdict"] else "not reviewed yet"
    second = f", second person {row['second_by']}" if row["second_by"] else ""
    return f"{link}{told}, {answer}{second}"


def _timeline(application: ApplicationView) -> Iterator[PageBlock]:
    entries = [entry for entry in rows(application, "history") if entry["event"] != VIEWED]
    yield from table(
        (),
        [
            (moment(entry["at"]), entry["actor"], words.EVENT.of(entry["event"]), _about(entry["body"]))
            for entry in entries
        ],
    )
    views = Counter(entry["actor"] for entry in rows(application, "history") if entry["event"] == VIEWED)
    if views:
        yield from paragraph("viewed by", ", ".join(f"{viewer} ({times})" for viewer, times in sorted(views.items())))


def _signed(application: ApplicationView) -> Iterator[PageBlock]:
    """Who read what they signed, and for how long it had been open to them."""
    for item in sorted(rows(application, "work_item"), key=lambda item: str(item["done_at"])):
        signed, read = instant(item["done_at"]), instant(item.get("read_at"))
        if signed and read:
            minutes = int((signed - read).total_seconds() // 60)
            opened = f"opened {moment(item['read_at'])}, {minutes} minute{'' if minutes == 1 else 's'} before signing"
            yield from paragraph(f"{words.WORK.of(item['kind'])}, {item['done_by']} {moment(item['done_at'])}", opened)


def _about(body: ShownRow) -> str:
    field_of = {str(body[name]): name for name in reversed(ABOUT) if body.get(name) not in (None, [], "")}
    fields = [(name, body[name]) for name in reversed(field_of.values())][:2]  # each value once
    return ", ".join(
        _counted(name, value) if isinstance(value, list) else _words(name, value) for name, value in fields
    )


def _words(name: str, code: object) -> str:
    return clean(words.of_field(name, code) or words.spelled(code))


def _counted(name: str, codes: list[object]) -> str:
    return ", ".join(
        f"{_words(name, code)}{f' x{times}' if times > 1 else ''}" for code, times in Counter(map(str, codes)).items()
    )


PageSection = Callable[[Mapping[str, object]], Iterator[PageBlock]]
SECTIONS: tuple[tuple[str, PageSection], ...] = (
    ("LEFT UNDONE", _left_undone),
    ("ENDED EARLY", early.ends),
    ("TOLD BY AN EARLIER LIST, NOT SEEN HERE", told_lines.told),
    ("MERGED INTO THIS FILE", _merged),
    ("WORK WAITING", _waiting),
    ("PEOPLE", facts.who),
    ("CHANGED CIRCUMSTANCES", facts.circumstances),
    ("TIME LIMITS", _limits),
    ("RECORD CHECKS", facts.searches),
    ("CANDIDATES", people_found.candidates),
    ("FACTS", facts.findings),
    ("MEETING AND SIGNS", facts.meeting),
    ("RISK", facts.risk),
    ("PANEL AND DECISION", outcome.decisions),
    ("DISCLOSURE", outcome.deliveries),
    ("FOLLOW-UP AND REFERRALS", outcome.afterwards),
    ("CONTACTS", outcome.contacts),
    ("GATES", _gates),
    ("DIP-CHECKS", told_lines.checks),
    ("AGREED BY TWO PEOPLE", early.proposals),
    ("REASONS IN WORDS", early.stated),
    ("ESCALATIONS", _escalations),
    ("LINKS AND WATCH", _links),
    ("READ AND SIGNED", _signed),
    ("TIMELINE", _timeline),
)
