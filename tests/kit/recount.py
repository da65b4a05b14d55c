"""Counts again, from the ledger and by plain SQL, what a case's page says: who, when, met, late, told, by whom.

It uses no rule and no view of the casebook, only the words of its codes. Both sides are facts under the page's own headings,
so that the page may neither leave out nor add one.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import text

import casebook
from casebook.case_page import page as application_page
from casebook.domain import words

HERE = ZoneInfo("Europe/London")
STAGES = ("intake", "record_checks", "risk_scoring", "panel_decision", "disclosure", "follow_up", "closed")
# what a person does with the results of the checks
CHECKING = frozenset({
    "return_search", "review_match", "review_list", "second_look_at_rejection", "sign_off_identity", "state_adequacy",
})  # fmt: skip
ENDS = ("closed_early", "application_merged")
AGAIN = ("application_reopened", "application_unmerged")
M = r"(-|\w{3} \d{1,2} \w{3} \d{4} \d\d:\d\d)"  # a moment, or none
WHO = r"([\w:-]*\w)"  # without the colon before what they wrote

Facts = Counter[tuple[str, ...]]


class Difference(NamedTuple):
    """A fact that only one of the two tells."""

    heading: str
    told_by: str
    fact: tuple[str, ...]


def recounted(unit: Any) -> list[Difference]:
    """Every difference in the cases of a unit. The page is made of what `applications show --json` prints."""
    found = []
    for reference in unit.references():
        with unit.store.session() as session:  # first: looking at the page is an entry of its own
            counted = Recount(session, reference, unit.now).facts()
        found += differences(counted, read(list(application_page.page(unit.shown("head", reference)))))
    return found


def differences(counted: Mapping[str, Facts], told: Mapping[str, Facts]) -> list[Difference]:
    """The facts that only the recount has, or only the page."""
    return [
        Difference(heading, by, fact)
        for heading in sorted({*counted, *told})
        for by, more in (
            ("the page", told[heading] - counted[heading]), ("the recount", counted[heading] - told[heading]),
        )
        for fact in more.elements()
    ]  # fmt: skip


def at(moment: datetime | str | None) -> str:
    """A moment as people read it."""
    if moment is None:
        return "-"
    local = (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(HERE)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


# heading -> how its facts are written, each part of a fact in brackets
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "HEAD": (
        rf"(Closed) {M}",
        rf"(Submitted) {M}, received {M}",
        r"; (round) (\d+)",
        r"^\S+ (CLOSED: [A-Z ,-]+|MERGED INTO \S+|[A-Z-]+ ?[A-Z]*) ===",
    ),
    "TWO PEOPLE": (rf"(proposed) by {WHO} {M}", rf"(agreed) by {WHO} {M}"),
    "RECORD CHECKS": (rf"(identity|adequacy of the research) signed by {WHO} {M}",),
    "MEETING AND SIGNS": (rf"(meeting with the applicant|location of the person at risk) {M} by {WHO}, (identity|not held)",),
    "RISK": (rf"(assessed) by {WHO} {M}", rf"(second person) {WHO} "),
    "PANEL AND DECISION": (
        rf"(Decided): ([A-Z ,-]+?)(?: \((replaced)\))?, chair {WHO}, {M}",
        rf"{WHO} (answered) {M}: ",
        rf"(Approved|SENT BACK) by {WHO} {M}",
        rf"{WHO} (ratifies it|DOES NOT ratify it), {M}",
    ),
    "DISCLOSURE": (
        rf"(Disclosure|No disclosure)(?: to [\w ,]+?)? {M}, ([a-z ]+), by {WHO}(?: and {WHO})? (?:verbal|IN WRITING)",
        rf"(Emergency disclosure) {M}, ([a-z ]+), authorised by {WHO}, (not ratified yet|ratified|NOT ratified)",
        rf"{WHO} (ratifies it|DOES NOT ratify it), {M}",
    ),
    "FOLLOW-UP AND REFERRALS": (
        rf"(follow-up after [\w ]+): [\w ]+, due {M}, (?:(open)|([\w ]+?) {M} by {WHO})(?:, closure approved by {WHO})?(?=[:\s]|$)",
        rf"(Closing summary) by {WHO} {M}",
        rf"(referred): .+? {M} by {WHO}",
    ),
    "CONTACTS": (
        rf"([A-Z]+) {M} ([\w ]+) by {WHO} \([^)]+\): (reached|not reached)(?:, message left)?(, under an override)?",
        rf"(override) for ([A-Z]+) by {WHO} {M}",
    ),
    "GATES": (rf"(\w[\w -]*): (passed|held|broken)(?:: the gate itself is at fault)?, {M}",),
    "ESCALATIONS": (
        rf"{M} escalation level (\d+), to [\w ]+ \(.*?\), (?:acknowledged by {WHO} {M}|(not acknowledged yet))",
    ),
    "VIEWED": (rf"{WHO} \((\d+)\)(?=,|$)",),
    "READ AND SIGNED": (rf", {WHO} {M}: opened {M}, (\d+) minutes? before signing",),
}  # fmt: skip
TABLES = ("WORK WAITING", "TIME LIMITS", "TIMELINE")
BOTH_AGREED = ("ENDED EARLY", "AGREED BY TWO PEOPLE")


def read(page: Sequence[str]) -> dict[str, Facts]:
    """The facts on a page, by heading."""
    parts, heading = defaultdict[str, list[str]](list), "HEAD"
    for line in page:
        if line.startswith("  viewed by: "):
            heading = "VIEWED"
        if re.fullmatch(r"[A-Z][A-Z -]+", line) and heading != line:
            heading = line
        else:
            parts[heading].append(line)
    facts: dict[str, Facts] = defaultdict(Counter)
    for heading, patterns in WRITTEN.items():
        wanted = BOTH_AGREED if heading == "TWO PEOPLE" else (heading,)
        joined = " ".join(" ".join(line for part in wanted for line in parts[part]).split())
        facts[heading].update(
            tuple(part for part in match.groups() if part)
            for pattern in patterns
            for match in re.finditer(pattern, joined)
        )
    for heading in TABLES:
        facts[heading].update(_read_table(heading, parts[heading]))
    return facts


def _read_table(heading: str, lines: Iterable[str]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        cells = re.split(r"\s{2,}", line.strip())
        match heading:
            case "TIME LIMITS" if cells != ["limit", "due"] and cells[0]:
                yield tuple(cells[:3])
            case "WORK WAITING" if re.match(M, cells[0]):
                yield (cells[0], cells[1], cells[3], *cells[5:])
            case "TIMELINE" if re.fullmatch(M, cells[0]):
                yield (cells[0], cells[1], cells[2])


class Recount:
    """The same facts of one application, from the ledger and the rows."""

    def __init__(self, session: Any, reference: str, now: datetime) -> None:
        self.session, self.reference, self.now = session, reference, now

    def rows(self, query: str) -> list[Any]:
        return list(self.session.execute(text(query), {"ref": self.reference}).mappings())

    @cached_property
    def entries(self) -> list[Any]:
        return self.rows("SELECT at, actor, event, body FROM ledger WHERE chain = :ref ORDER BY sequence")

    @cached_property
    def items(self) -> dict[str, Any]:
        return {row["id"]: row for row in self.rows("SELECT * FROM work_item WHERE reference = :ref")}

    @cached_property
    def application(self) -> Any:
        return self.rows("SELECT * FROM application WHERE reference = :ref")[0]

    def of(self, *events: str) -> list[Any]:
        return [entry for entry in self.entries if entry["event"] in events]

    def done(self, *kinds: str) -> Iterator[tuple[Any, Any]]:
        """The entry and the item of each answer of these kinds, in order."""
        for entry in self.of("work_done"):
            if entry["body"]["kind"] in kinds:
                yield entry, self.items[entry["body"]["item"]]

    @cached_property
    def stage(self) -> str:
        moves = self.of("stage_changed")
        return moves[-1]["body"]["to"] if moves else "intake"

    def facts(self) -> dict[str, Facts]:
        counted: dict[str, Facts] = defaultdict(Counter)
        for heading, count in {
            "HEAD": self.head, "WORK WAITING": self.waiting, "TIME LIMITS": self.limits, "RECORD CHECKS": self.signed,
            "MEETING AND SIGNS": self.meetings, "RISK": self.assessed, "PANEL AND DECISION": self.decided,
            "DISCLOSURE": self.told, "FOLLOW-UP AND REFERRALS": self.afterwards, "CONTACTS": self.contacts,
            "GATES": self.gates, "TWO PEOPLE": self.two_people, "ESCALATIONS": self.escalations,
            "READ AND SIGNED": self.read_before, "TIMELINE": self.timeline, "VIEWED": self.viewed,
        }.items():  # fmt: skip
            counted[heading].update(count())
        return counted

    def head(self) -> Iterator[tuple[str, ...]]:
        (received,) = self.of("application_received")
        yield "Submitted", at(self.application["submitted_at"]), at(received["at"])
        yield "round", str(1 + len(self.of("round_begun", "decision_superseded")))
        if self.stage != "closed":
            yield (words.STAGE.of(self.stage).upper(),)
            return
        last = self.of("stage_changed")[-1]
        yield "Closed", at(last["at"])
        if last["body"]["because"] == "merged":
            yield (f"MERGED INTO {self.application['merged_into']}".upper(),)
        else:
            ended = [entry["body"]["outcome"] for entry in self.of("closed_early", "outcome_delivered")]
            yield (f"CLOSED: {words.OUTCOME.of(ended[-1])}".upper(),)

    # --- work and limits ---

    def waiting(self) -> Iterator[tuple[str, ...]]:
        over = {entry["body"]["item"] for entry in self.of("work_done")}
        level = Counter[str]()
        for entry in self.of("work_escalated"):
            for rung in entry["body"]["rungs"]:
                level[rung["item"]] = max(level[rung["item"]], rung["rung"])
        for item in self.items.values():
            if item["id"] in over or item["cancelled_at"] is not None:
                continue
            late = " OVERDUE" if item["due_at"] and item["due_at"] < self.now else ""
            levels = (f"level {level[item['id']]}",) if level[item["id"]] else ()
            yield at(item["due_at"]) + late, words.WORK.of(item["kind"]), item["owner"] or "nobody yet", *levels

    def limits(self) -> Iterator[tuple[str, ...]]:
        for clock in self.rows("SELECT * FROM clock WHERE reference = :ref"):
            limit = clock["limit_name"]
            met, ended = self.met(clock), self.ended(clock["anchor_at"])
            full = within(clock["anchor_at"], clock["budget"])
            due = full + self.lost(clock, met)
            put_off = self.put_off(clock)
            if met is not None:
                state = f"met {at(met)}" + (", LATE" if met > due else "")
            elif ended is not None:
                state = f"ended early {at(ended)}, not met"
            elif self.stage == "closed":
                state = "ended with the closure"
            elif due < self.now:
                state = "OVERDUE"
            elif put_off:
                state = f"put off: {words.PAUSE.of('person_at_risk_asks_to_wait')}; unpaused {at(full)}"
            else:
                state = "running"
            yield words.LIMIT.of(limit), at(due), state

    def met(self, clock: Any) -> datetime | None:
        """When an act met a limit: the first one that counts and was not taken back."""
        limit = clock["limit_name"]
        begins = clock["starts_at"] or clock["anchor_at"]
        if limit in STAGES:
            return self.left(limit)
        if limit == "initial_checks":
            return self.looked_at_checks()
        acts = [moment for moment in self.acts(limit) if moment >= self.application["submitted_at"]]
        return next((moment for moment in acts if moment >= begins or limit.startswith("follow_up")), None)

    def left(self, stage: str) -> datetime | None:
        left = None
        for entry in self.of("stage_changed"):
            body = entry["body"]
            if body["origin"] == stage and body["because"] == "gate_passed":
                left = left or entry["at"]
            elif STAGES.index(body["to"]) <= STAGES.index(stage):
                left = None
        return left

    def looked_at_checks(self) -> datetime | None:
        """The first time that a person did something with the checks once all that the machine makes had come back."""
        searches = self.rows("SELECT * FROM search WHERE reference = :ref AND automatic")
        for entry, _ in self.done(*CHECKING):
            made = [row for row in searches if row["opened_at"] <= entry["at"]]
            if made and all(row["returned_at"] and row["returned_at"] <= entry["at"] for row in made):
                return entry["at"]
        return None

    def acts(self, limit: str) -> Iterator[datetime]:
        if limit == "whole_process":
            for entry in self.of("outcome_delivered"):
                yield datetime.fromisoformat(entry["body"]["occurred_at"])
        if limit == "face_to_face":
            for entry, item in self.done("meet_applicant"):
                if item["answer"].get("held") and item["superseded_at"] is None and "accept" not in item["subject"]:
                    yield datetime.fromisoformat(entry["body"]["occurred_at"])
        if limit.startswith("follow_up"):
            for moment, _, _, _ in self.followed(limit):
                yield moment

    def followed(self, limit: str) -> Iterator[tuple[datetime, str, str, str | None]]:
        """When, with what result, by whom and with whose agreement a follow-up contact ended."""
        for entry, item in self.done("deliver_disclosure", "deliver_no_disclosure"):
            if item["answer"].get("follow_up", {}).get(limit, {}).get("chosen") == "declined":
                yield datetime.fromisoformat(entry["body"]["occurred_at"]), "declined", entry["actor"], None
        proposed_by = ""
        for entry, item in self.done("contact_follow_up"):
            if item["subject"]["limit"] != limit:
                continue
            occurred, result = datetime.fromisoformat(entry["body"]["occurred_at"]), item["answer"]["result"]
            if result in {"reached", "declined"}:
                yield occurred, result, entry["actor"], None
            elif result == "exhausted" and "approve" in item["subject"]:
                yield occurred, result, proposed_by, entry["actor"]
            else:
                proposed_by = entry["actor"]

    def ended(self, anchor: datetime) -> datetime | None:
        """When the application ended early, if it has not gone on since."""
        ends = [entry for entry in self.entries if entry["event"] in {*ENDS, *AGAIN} and self.is_own(entry)]
        return ends[-1]["at"] if ends and ends[-1]["event"] in ENDS and ends[-1]["at"] >= anchor else None

    def is_own(self, entry: Any) -> bool:
        """Merging is recorded on both sides; it ends the duplicate only."""
        return "merge" not in entry["event"] or bool({"into", "stage"} & entry["body"].keys())

    def put_off(self, clock: Any) -> datetime | None:
        """The later time to which a limit was put off at the wish of the person at risk."""
        until = [
            entry["body"]["until"] for entry in self.of("clock_paused") if entry["body"]["limit"] == clock["limit_name"]
        ]
        return datetime.fromisoformat(until[-1]) if until else None

    def lost(self, clock: Any, met: datetime | None) -> timedelta:
        """For how long a limit stood still."""
        lost, since = timedelta(), None
        begins = clock["starts_at"] or clock["anchor_at"]  # a step that began again is anchored before it did
        for entry in self.entries:
            if entry["at"] < begins or (met is not None and entry["at"] > max(met, begins)):
                continue
            ours = entry["event"] == "clock_paused" and entry["body"]["limit"] == clock["limit_name"]
            if ours:
                lost = datetime.fromisoformat(entry["body"]["until"]) - within(clock["anchor_at"], clock["budget"])
            elif entry["event"] in ENDS and self.is_own(entry):
                since = entry["at"]
            elif since and (entry["event"] in AGAIN):
                lost, since = lost + (entry["at"] - since), None
        return lost

    # --- who did what, and when ---

    def signed(self) -> Iterator[tuple[str, ...]]:
        for kind, what in (("sign_off_identity", "identity"), ("state_adequacy", "adequacy of the research")):
            for entry, item in self.done(kind):
                if item["answer"].get("signed", item["answer"].get("adequate", True)):
                    yield what, entry["actor"], at(entry["at"])

    def meetings(self) -> Iterator[tuple[str, ...]]:
        for entry, item in self.done("meet_applicant", "locate_person_at_risk"):
            if "accept" in item["subject"]:
                continue
            met = item["answer"].get("held", item["answer"].get("located"))
            what = "meeting with the applicant" if "held" in item["answer"] else "location of the person at risk"
            yield what, at(entry["body"]["occurred_at"]), entry["actor"], "identity" if met else "not held"

    def assessed(self) -> Iterator[tuple[str, ...]]:
        for entry, item in self.done("assess_risk", "reassess_risk"):
            if "assessment" in item["subject"]:
                yield "second person", entry["actor"]
            else:
                yield "assessed", entry["actor"], at(entry["at"])

    def decided(self) -> Iterator[tuple[str, ...]]:
        replaced = {row["id"] for row in self.rows("SELECT id FROM decision WHERE reference = :ref AND superseded")}
        for entry, item in self.done("decide"):
            answer, version = item["answer"], item["key"].partition(":")[0]
            if answer.get("declares_conflict"):
                continue
            if item["subject"].get("as") != "chair":
                yield entry["actor"], "answered", at(entry["at"])
                continue
            mark = ("replaced",) if f"{self.reference}:{version}" in replaced else ()
            outcome = words.OUTCOME.of(answer["outcome"]).upper()
            yield "Decided", outcome, *mark, entry["actor"], at(entry["body"]["occurred_at"])
        for entry, item in self.done("approve_decision"):
            if item["subject"].get("as") != "supervisor":
                yield "Approved" if item["answer"]["approved"] else "SENT BACK", entry["actor"], at(entry["at"])
        yield from self.ratified("out_of_cycle")

    def ratified(self, cause: str) -> Iterator[tuple[str, ...]]:
        for entry, item in self.done("ratify_emergency"):
            if (item["subject"].get("cause") == "out_of_cycle") == (cause == "out_of_cycle"):
                said = "ratifies it" if item["answer"]["ratified"] else "DOES NOT ratify it"
                yield entry["actor"], said, at(entry["at"])

    def told(self) -> Iterator[tuple[str, ...]]:
        seconds = {entry["body"]["delivery"]: entry["actor"] for entry in self.of("delivery_attested")}
        rows = {row["occurred_at"]: row["id"] for row in self.rows("SELECT * FROM disclosure WHERE reference = :ref")}
        for entry, item in self.done("deliver_disclosure", "deliver_no_disclosure"):
            occurred = datetime.fromisoformat(entry["body"]["occurred_at"])
            second = seconds.get(rows[occurred])
            what = "Disclosure" if item["kind"] == "deliver_disclosure" else "No disclosure"
            channel = words.CHANNEL.of(item["answer"]["channel"])
            yield what, at(occurred), channel, entry["actor"], *([second] if second else [])
        settled = self.rows("SELECT * FROM emergency_disclosure WHERE reference = :ref")
        for entry in self.of("disclosed_in_emergency"):
            row = next(
                row for row in settled if (row["recorded_at"], row["authorised_by"]) == (entry["at"], entry["actor"])
            )
            ratified = {None: "not ratified yet", True: "ratified", False: "NOT ratified"}[row["ratified"]]
            yield (
                "Emergency disclosure",
                at(row["occurred_at"]),
                words.CHANNEL.of(row["channel"]),
                entry["actor"],
                ratified,
            )
        yield from self.ratified("emergency")

    def afterwards(self) -> Iterator[tuple[str, ...]]:
        for row in self.rows("SELECT * FROM follow_up WHERE reference = :ref"):
            head = words.LIMIT.of(row["limit_name"]), at(row["due_at"])
            last = next(iter(self.followed(row["limit_name"])), None)
            if last is None:
                yield *head, "open"
            else:
                moment, result, by, second = last
                yield *head, words.FOLLOWED.of(result), at(moment), by, *([second] if second else [])
        for entry, _ in self.done("close_grave_case"):
            yield "Closing summary", entry["actor"], at(entry["at"])
        acted = {(entry["at"], entry["actor"]) for entry in self.entries}
        for row in self.rows("SELECT * FROM referral WHERE reference = :ref"):
            if (row["recorded_at"], row["recorded_by"]) in acted:
                yield "referred", at(row["occurred_at"]), row["recorded_by"]

    def contacts(self) -> Iterator[tuple[str, ...]]:
        when = dict(self.session.execute(text("SELECT id, occurred_at FROM contact_attempt")).all())
        for entry in self.of("contact_made"):
            body = entry["body"]
            over = (", under an override",) if body["override"] else ()
            reached = "reached" if body["reached"] else "not reached"
            yield (
                body["party"].upper(), at(when[body["contact"]]), words.CHANNEL.of(body["channel"]), entry["actor"], reached,
                *over,
            )  # fmt: skip
        for entry in self.of("exception_recorded"):
            if entry["body"]["what"] == "contact_override":
                yield "override", entry["body"]["party"].upper(), entry["actor"], at(entry["at"])

    def gates(self) -> Iterator[tuple[str, ...]]:
        for entry in self.of("gate_asked"):
            outcome = {"passes": "passed", "held": "held", "broken": "broken"}[entry["body"]["outcome"]]
            yield words.STAGE.of(entry["body"]["stage"]), outcome, at(entry["at"])

    def two_people(self) -> Iterator[tuple[str, ...]]:
        for entry in self.of("proposed"):
            yield "proposed", entry["actor"], at(entry["at"])
        acted = {(entry["at"], entry["actor"]) for entry in self.entries}
        for row in self.rows("SELECT * FROM proposal WHERE reference = :ref AND second_by IS NOT NULL"):
            if (row["second_at"], row["second_by"]) in acted:
                yield "agreed", row["second_by"], at(row["second_at"])

    def escalations(self) -> Iterator[tuple[str, ...]]:
        heard = {}
        for entry, item in self.done("acknowledge_escalation"):
            # an escalation of an item that is itself an acknowledgement is acknowledged by doing it
            for escalation in item["subject"].get("escalations", [item["subject"].get("escalation")]):
                heard.setdefault(escalation, (entry["actor"], at(entry["at"])))
        ids = {
            (row["item_id"], row["rung"]): row["id"]
            for row in self.rows("SELECT * FROM escalation WHERE reference = :ref")
        }
        for entry in self.of("work_escalated"):
            for rung in entry["body"]["rungs"]:
                answer = heard.get(ids[rung["item"], rung["rung"]], ("not acknowledged yet",))
                yield at(entry["at"]), str(rung["rung"]), *answer

    def read_before(self) -> Iterator[tuple[str, ...]]:
        for entry in self.of("work_done"):
            read = self.items[entry["body"]["item"]]["read_at"]
            if read is not None:
                minutes = int((entry["at"] - read).total_seconds() // 60)
                yield entry["actor"], at(entry["at"]), at(read), str(minutes)

    def timeline(self) -> Iterator[tuple[str, ...]]:
        for entry in self.entries:
            if entry["event"] != "personal_detail_viewed":
                yield at(entry["at"]), entry["actor"], words.EVENT.of(entry["event"])

    def viewed(self) -> Iterator[tuple[str, ...]]:
        for viewer, times in Counter(entry["actor"] for entry in self.of("personal_detail_viewed")).items():
            yield viewer, str(times)


def within(anchor: datetime, budget: Mapping[str, Any]) -> datetime:
    """The end of a budget that begins at a moment."""
    amount, local = budget["amount"], anchor.astimezone(HERE)
    match budget["unit"]:
        case "elapsed_minutes":
            return anchor + timedelta(minutes=amount)
        case "elapsed_hours":
            return anchor + timedelta(hours=amount)
        case "calendar_days":
            return datetime.combine(local.date() + timedelta(days=amount), local.time(), HERE).astimezone(UTC)
    day = local.date()
    while amount:
        day += timedelta(days=1)
        amount -= day.weekday() < 5 and day not in _holidays()
    return datetime.combine(day, time(23, 59, 59), HERE).astimezone(UTC)


@cache
def _holidays() -> frozenset[date]:
    table = Path(casebook.__file__).parent / "policies" / "bank_holidays_checked.csv"
    with table.open(newline="", encoding="utf-8") as file:
        return frozenset(date.fromisoformat(row["date"]) for row in csv.DictReader(file))
