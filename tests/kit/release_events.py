"""Events in the unit of `release_home` in addition to the walk of its applications, so that every table has rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sealing
from sqlalchemy import select
from walking import Unit

from casebook.casework import work_queue
from casebook.casework.core import quality
from casebook.casework.disclosure import disclosure, emergency
from casebook.casework.follow_up import watch
from casebook.casework.governance import governance
from casebook.casework.monitor import dip_sampling, signals
from casebook.casework.record_checks import enquiries, extracts, information
from casebook.casework.reporting import seals, viewing
from casebook.casework.review import allocation, reaching, referrals, registers, triage
from casebook.casework.review import people as review_people
from casebook.casework.safeguarding import contact, safe_contact
from casebook.casework.staff import staff
from casebook.casework.sweep import sweep, wakes
from casebook.domain.actors import OPERATOR, system
from casebook.domain.review.cases import CHECKLIST, ContactProgress
from casebook.domain.vocabulary import Source, Stage
from casebook.errors import Refused
from casebook.monitor.weekly import watch_all
from casebook.storage import heartbeats
from casebook.storage import seals as stored_seals
from casebook.storage.review import cases as examined
from casebook.storage.tables import Application, Candidate, WorkItem

REGISTERS = ("register-spreadsheet.csv", "register-portal.csv")
NOT_DISCLOSE = {"decision": "not_disclose", "reasons": "nothing then known would have been told"}
SOUND = {"outcome": "no_failure", "checklist": dict.fromkeys(CHECKLIST, "yes"), "explanation": "all was read"}
MISSED = {**SOUND, "outcome": "service", "modes": ["undisclosed"], "explanation": "a record was missed"}
PLAN = {"party": "a", "channel": "phone", "days": "mon;tue;wed;thu;fri", "start": "09:00", "until": "17:00"}

Parked = dict[str, str]  # kind -> the reference of an application where it is open


class Events:
    """One unit, and where each kind of work is open in it."""

    def __init__(self, unit: Unit, parked: Parked, files: Path) -> None:
        self.unit, self.parked, self.files = unit, parked, files

    def say(self, who: str, use_case: Callable[..., Any], kind: str, **given: object) -> Any:
        """A use case on the application that waits at a kind, or on the reference given for it."""
        with self.unit.acting(who) as act:
            return use_case(act, self.parked.get(kind, kind), **given)

    def both(self, use_case: Callable[..., Any], kind: str, *, second: str = "head", **given: object) -> None:
        """Do an act that needs two people."""
        self.say("supervise", use_case, kind, **given)
        self.say(second, use_case, kind, **given)

    def closed(self) -> list[str]:
        with self.unit.store.session() as session:
            query = select(Application.reference).where(Application.stage == Stage.CLOSED)
            return list(session.scalars(query.order_by(Application.reference)))

    def answer(self, who: str, kind: str, answer: dict[str, object], at: str | None = None) -> WorkItem:
        """The first open item of a kind, of the application that waits at another kind or of any, answered by somebody."""
        items = self.unit.open_items(self.parked[at] if at else None)
        item = next(each for each in items if each.kind == kind and each.owner in {None, who})
        return self.unit.do(who, item, answer)


def dangers(events: Events) -> None:
    """Danger reported, answered with a crime and a referral to come; told at once; urgent; raised again."""
    events.say("intake", governance.report_danger, "return_search", reason="new_threat")
    given = {
        "actions": ["attended"],
        "incident_number": "SYN-7",
        "crime_alleged": True,
        "people_to_refer": ["children"],
    }
    events.answer("inspect", "immediate_safeguarding", given, "return_search")
    events.say("intake", governance.report_danger, "review_match", reason="he_came_back")
    events.say("intake", wakes.make_urgent, "assess_risk", reason="new_threat")
    events.say("intake", wakes.make_urgent, "meet_applicant", reason="new_weapon")
    events.answer(
        "supervise", "confirm_urgent", {"confirmed": False, "lower_to": "high", "reason": "it was old"},
        "meet_applicant",
    )  # fmt: skip
    events.say("head", governance.lower_priority, "meet_applicant", to="high", reason="it was old")
    events.say(
        "inspect", emergency.disclose, "state_adequacy", recipient="a", channel="phone", reason="he is on his way",
        told="that he was violent before", override="subject_on_the_way", not_in_person_because="no unit is free",
    )  # fmt: skip


def two_people(events: Events) -> None:
    """What takes two people: some agreed, some waiting for the second."""
    closed = events.closed()
    events.both(
        governance.transfer, "locate_person_at_risk", force="eastmere", accepted_by="duty_sergeant", second="intake"
    )
    events.say("supervise", governance.transfer, "verify_applicant", force="tidewater", accepted_by="duty_sergeant")
    events.say("supervise", governance.withdraw, "complete_details", reason="asked_to")
    events.both(governance.withdraw, "sign_off_identity", reason="asked_to", second="intake")
    events.say("supervise", governance.lower_priority, "return_search", to="standard", reason="mistaken")
    events.say("supervise", governance.restrict, "decide", reason="staff_involved")
    for name in ("chair", "member", "audit"):
        events.say("head", governance.name_person, "decide", staff=name)
    events.say("head", governance.lift, "decide", reason="over")
    events.say("head", governance.hold, closed[0], reason="inquest")
    events.say("head", governance.release, closed[0], reason="over")
    events.say("head", governance.hold, closed[1], reason="inquest")
    events.both(governance.release, closed[1], reason="over", second="head")
    events.both(governance.dispose, closed[1], reason="time_over")
    events.say("head", governance.dispose, closed[2], reason="time_over")
    events.say("disclose", disclosure.except_from_meeting, "deliver_disclosure", reason="she lives abroad")
    events.say("head", emergency.report_harm, "convene_panel", what="serious_injury")
    events.say("head", emergency.unfreeze, "convene_panel", reason="inquest_over")


def gates(events: Events) -> None:
    """One fault let pass by two people, another by one so far."""
    events.say("supervise", quality.override, "mend_quality", expectation="something_missing", reason="cannot be had")
    events.both(quality.override, "meet_applicant", expectation="safe_contact_plan", reason="agreed with her")


def contacts(events: Events) -> None:
    """Contact that was safe, contact that was refused, a plan that changed, an override."""
    unit = events.unit
    unit.now = unit.safe_time()
    events.say("disclose", safe_contact.set_plan, "contact_follow_up", **PLAN)
    unit.now += timedelta(minutes=5)
    made = {"party": "a", "purpose": "other", "channel": "phone", "result": "reached", "asked_plan_again": "yes"}
    events.say("disclose", contact.record, "contact_follow_up", **made)
    with pytest.raises(Refused):
        events.say("disclose", contact.record, "contact_follow_up", **{**made, "channel": "email"})
    events.say(
        "inspect", safe_contact.allow_override, "return_search", party="a", code="threat_to_kill", reason="he said so"
    )
    events.say("disclose", safe_contact.safe_time, "contact_follow_up", party="a")


def checks(events: Events) -> None:
    """New information, an enquiry, a clock that stands, work that was claimed, a page that was looked at."""
    events.say("intake", information.add, "meet_applicant", raw={"people": {"b": {"aliases": ["Jim Baker"]}}})
    events.say("research", enquiries.enquire, "return_search", source=Source.HOUSING, wait=False)
    item = next(each for each in events.unit.open_items(events.parked["return_search"]) if each.kind == "return_search")
    with events.unit.acting("research") as act:
        work_queue.claim(act, item.id)
    owner = {"agreed": True, "said_by": "duty supervisor of the owner's disclosure unit"}
    events.answer("research", "validate_with_owner", owner, "convene_panel")
    for use_case in (viewing.show, sealing.export):
        events.say("head", use_case, "review_match")


def watched(events: Events) -> None:
    """A newer extract, in which somebody who is watched has a new record, and somebody whose case is open."""
    with events.unit.store.session() as session:
        found = session.scalars(
            select(Candidate).where(Candidate.source == "rms", Candidate.party == "b", Candidate.verdict == "same")
        ).all()
    stages = {each: events.unit.shown("supervise", each)["stage"] for each in {row.reference for row in found}}
    chosen = {stages[row.reference]: row for row in found if stages[row.reference] in {"closed", "panel_decision"}}
    path = events.files / "records-rms.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines += [
        f"rms,SYN-REC-RMS-9999999{n},{row.person_id},conviction,CJ88001,Common assault,2026-11-20,Fine,V{n},ex_partner,,,,,"
        for n, row in enumerate(chosen.values())
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with events.unit.acting(OPERATOR) as act:
        extracts.load(act, Source.RMS, persons=None, records=path)
    with events.unit.acting(system("sweep")) as act:
        watch.look_again(act)
    events.answer("supervise", "review_watch_proposal", {"decision": "accept", "reason": "it was looked at"})
    events.say("supervise", watch.renew, events.closed()[0], reason="still together")


def monitored(events: Events) -> None:
    """Decisions to be made again, one of them made; people suspended, of whom it is asked what they did."""
    unit = events.unit
    with unit.acting(OPERATOR) as act:
        dip_sampling.draw(act, seed=1)
    item = next(each for each in unit.open_items() if each.kind == "redecide_sample")
    with unit.acting("review1") as act:
        work_queue.claim(act, item.id)
        dip_sampling.look(act, item.id)
    unit.do("review1", item, {"outcome": "not_disclosed", "reasons": "on the pack alone"})
    for name in ("chair2", "lead2"):
        with unit.acting(OPERATOR) as act:
            staff.suspend(act, name)
    events.answer("standards", "answer_signal", {"conclusion": "explained", "reasons": "a mistaken identity"})
    with unit.acting(OPERATOR) as act:
        signals.record(act, watch_all(**signals.watch_inputs(act)))
    with unit.acting("standards") as act:
        signals.listing(act)


def reviewed(events: Events, samples: Path) -> None:
    """Registers taken in, ranked and shared out; one case concluded, others at every part; somebody to look at again."""
    unit, files = events.unit, events.files
    for name in REGISTERS:
        shutil.copyfile(samples / name, files / name)
        with unit.acting(OPERATOR) as act:
            registers.import_file(act, files / name)
    with unit.acting(OPERATOR) as act:
        registers.take_in_closed(act)
    triage.triage(lambda: unit.acting(OPERATOR))
    with unit.acting("lead") as act:
        allocation.allocate(act)
    mine = [each for each in unit.open_items() if each.owner in {"review1", "review2"} and each.reserved]
    events.answer("supervise", "review_watch_proposal", {"decision": "dismiss", "reason": "they parted"})
    begun, missed, *others = sorted(str(each.subject["past"]) for each in mine)
    _examine(unit, begun)
    _examine(unit, missed, MISSED)
    for reference in others:
        _examine(unit, reference, SOUND)
        if any(each.kind == "second_review" for each in unit.open_items()):
            break
    with unit.acting("lead") as act:
        people = [str(each["reference"]) for each in review_people.listing(act)]
        referrals.refer(act, people[0], ground="harm_after", regulator_reference="R-1")
        review_people.enquire(act, people[2])
    for who in ("review1", "lead"):
        with unit.acting(who) as act:
            reaching.step(act, people[0], ContactProgress.NOT_CONTACTABLE, note="he answers her phone")
    with unit.acting("review1") as act:
        reaching.step(act, people[1], ContactProgress.NOT_CONTACTABLE, note="no safe way is known")


def _examine(unit: Unit, reference: str, finding: dict[str, Any] | None = None) -> None:
    """The first examination: one's own decision, and what to make of the first one if it is given."""
    for answer in (NOT_DISCLOSE, finding) if finding else (NOT_DISCLOSE,):
        with unit.acting(OPERATOR) as act:
            items = examined.open_items(act.session)
        item = next(each for each in items if each.subject["past"] == reference and each.owner)
        unit.do(str(item.owner), item, answer)


def swept(events: Events) -> None:
    """Weeks of sweeps: levels of escalation, some acknowledged; a delay in which somebody is kept safe."""
    unit = events.unit
    for days in (1, 2, 7, 9):
        unit.now += timedelta(days=days)
        sweep.sweep(lambda: unit.acting(system("sweep")), now=unit.now)
        with unit.acting(OPERATOR) as act:
            made = seals.seal(act, sealing.KEY)
            stored_seals.write(made, events.files / "seals") if made else None
    unit.now = unit.safe_time()
    overrun = {"action": "accepted_delay", "overrun_reason": "staff_shortage"}
    events.answer("supervise", "acknowledge_escalation", overrun, "meet_applicant")
    plan = {"plan": "a visit each day", "applicant_told": False, "risk_reviewed": True}
    events.answer("supervise", "safeguard_during_delay", plan, "meet_applicant")
    with unit.store.session() as session:
        for name in ("sweep", "dispatcher"):
            heartbeats.beat(session, name, unit.store.key)
        session.commit()
