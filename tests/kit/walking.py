"""A unit at work on a real database: staff with roles, their answers, and an engine that never starts Prefect."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import staffing
from sqlalchemy import select
from staffing import STAFF, People

from casebook.casework import playbook, work_queue
from casebook.casework.core import lifecycle, work_items
from casebook.casework.core.acting import Act
from casebook.casework.intake import intake
from casebook.casework.record_checks import record_checks
from casebook.casework.reporting import viewing
from casebook.casework.staff import staff
from casebook.demo import judgement
from casebook.demo.terminals import Terminal
from casebook.domain import authority
from casebook.domain.actors import OPERATOR, Actor, system
from casebook.domain.case import application_file as rules
from casebook.domain.gates import GateOutcome, Rule, Severity, Verdict, judged, result_of
from casebook.domain.vocabulary import Role, Stage, WorkKind
from casebook.errors import NotPermitted
from casebook.storage.session import Store
from casebook.storage.tables import Application, Staff, WorkItem

BEGIN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday
FAULT = Rule(
    code="something_missing", sentence="something is missing", severity=Severity.CRITICAL,
    mend_kind=WorkKind.MEND_QUALITY, mend_role=Role.SUPERVISOR,
)  # fmt: skip
PASSED = Verdict(gate="any", outcome=GateOutcome.PASSES, results=())
HELD = judged("any", [result_of(FAULT, frame="any", unexpected_count=1)])


@dataclass(kw_only=True)
class Unit:
    """One casebook, its people and its present."""

    store: Store
    now: datetime = BEGIN
    roles: People = field(default_factory=dict)  # of the people the unit begins with
    people: list[str] = field(default_factory=list)
    terminals: Mapping[str, Terminal] = field(default_factory=dict)  # of the sources that people search by hand

    @classmethod
    def staffed(cls, store: Store, people: People = STAFF) -> Unit:
        """With people, and with somebody known to the system that is searched by hand."""
        unit = cls.of(store, people)
        unit.hire_everybody()
        return unit

    @classmethod
    def of(cls, store: Store, people: People) -> Unit:
        """A unit of people who have to be hired yet, or were in this casebook."""
        return cls(store=store, terminals={"pnc": KNOWN}, roles=dict(people), people=list(people))

    def hire_everybody(self) -> None:
        with self.acting() as act:
            staffing.hire(act, self.roles, trained=set(self.roles))

    @contextmanager
    def acting(self, who: str | Actor = OPERATOR) -> Iterator[Act]:
        """One act of somebody in one transaction."""
        with self.store.session() as session:
            actor = self.actor(session, who) if isinstance(who, str) else who
            yield Act(session=session, actor=actor, now=self.now, playbook=playbook)
            session.commit()

    def actor(self, session: Any, staff_id: str) -> Actor:
        member = session.get(Staff, staff_id)
        assert member is not None
        return staffing.with_token(session, staff.actor_of(session, member, self.now))

    def hire(self, staff_id: str, *roles: Role) -> str:
        with self.acting() as act:
            staffing.hire(act, {staff_id: roles}, trained={staff_id})
        self.people.append(staff_id)
        return staff_id

    def receive(self, cells: Mapping[str, str]) -> str:
        form = rules.read(dict(cells))
        assert isinstance(form, rules.Form), form
        with self.acting() as act:
            application, _ = intake.take_in(act, form, f"digest of {cells['external_id']}")
            return application.reference

    def open_items(self, reference: str | None = None) -> list[WorkItem]:
        query = select(WorkItem).where(WorkItem.done_at.is_(None), WorkItem.cancelled_at.is_(None))
        if reference is not None:
            query = query.where(WorkItem.reference == reference)
        with self.store.session() as session:
            return list(session.scalars(query.order_by(WorkItem.opened_at, WorkItem.id)))

    def fitting(self, item: WorkItem) -> list[str]:
        """Staff who may do an item. Whoever delivered it does not attest it."""
        asked = {"role": item.role, "owner": item.owner, "reserved": item.reserved}
        with self.store.session() as session:
            known = {member.id: member for member in staff.everybody(session) if not member.suspended}
        return [
            each
            for each in self.people
            if each in known
            and each != item.subject.get("delivered_by")
            and authority.why_not_work(self._as_they_act(known[each]), WorkKind(item.kind), **asked) is None
        ]

    def _as_they_act(self, member: staff.StaffMember) -> Actor:
        today = self.now.date().isoformat()
        return Actor(
            id=member.id, roles=frozenset(map(Role, member.roles)),
            competences=frozenset(subject for subject, last in member.competences.items() if last >= today),
        )  # fmt: skip

    def shown(self, who: str, reference: str) -> dict[str, Any]:
        with self.acting(who) as act:
            found = viewing.show(act, reference)
        return json.loads(json.dumps(found, default=str))

    def answer(self, who: str, item: WorkItem) -> dict[str, Any]:
        """A sensible person's answer, from what they are shown."""
        told = {"item": item.id, "kind": item.kind, "reference": item.reference, "subject": item.subject}
        shown = self.shown(who, str(item.reference))
        if item.kind in OWN:
            return OWN[item.kind](told, shown, self)
        return judgement.answer(told, shown, self.terminals)

    def do(self, who: str, item: WorkItem, answer: object) -> WorkItem:
        """Answer an item. Whoever has not opened what they sign opens it, and then signs."""
        try:
            with self.acting(who) as act:
                return work_queue.do(act, item.id, answer)
        except NotPermitted as refusal:
            if refusal.code != "not_opened":
                raise
            self.shown(who, str(item.reference))
            with self.acting(who) as act:
                return work_queue.do(act, item.id, answer)

    def carry(self, reference: str, verdict: Verdict = PASSED) -> str:
        """Do what a run of the engine does, with the given verdict of the gate."""
        with self.acting(system("lifecycle")) as act:
            application = act.application(reference)
            if application.stage in {Stage.INTAKE, Stage.RECORD_CHECKS}:
                record_checks.search_automatic(act, application)
            lifecycle.refresh(act, application, because="stage_run")
            if application.stage != Stage.CLOSED and not work_items.blocking(act.session, application):
                lifecycle.leave(act, application, verdict)
            return application.stage

    def references(self) -> list[str]:
        with self.store.session() as session:
            return list(session.scalars(select(Application.reference).order_by(Application.reference)))

    def wait_for(self, item: WorkItem) -> None:
        """Let time pass until somebody may safely be spoken to about an item."""
        if item.kind in judgement.CONTACTS:
            # no two meetings with anybody are at the same moment
            self.now = self.safe_time(str(item.subject.get("not_before") or "")) + timedelta(minutes=1)

    def safe_time(self, not_before: str = "") -> datetime:
        """Now, or not before, if that is in a weekday's office hours; else the next weekday at eleven."""
        moment = max(self.now, datetime.fromisoformat(not_before)) if not_before else self.now
        if moment.weekday() < 5 and 9 <= moment.hour < 15:
            return moment
        moment = moment.replace(hour=11, minute=0) + timedelta(days=moment.hour >= 11)
        while moment.weekday() > 4:
            moment += timedelta(days=1)
        return moment


def delivered(item: Mapping[str, Any], shown: Mapping[str, Any], unit: Unit) -> dict[str, Any]:
    """A delivery in person, by two trained people, with everything the subject asks for."""
    subject = item["subject"]
    items = list(subject.get("items", []))
    other = subject["recipient"] == "c"
    answer: dict[str, Any] = {
        "recipient": subject["recipient"],
        "wording": str(subject["wording"]),
        "channel": "phone" if other else "in_person",
        "verbal": True,
        "support_offered": True,
        "asked_plan_again": True,
    }
    if not other:
        answer |= {
            "identity_checked": True,
            "safety_plan": "to stay with her sister; marker on the address",
            "arranged_at": unit.now.isoformat(),
            "referrals": [{"agency": agency, "agency_reference": "R-1"} for agency in subject.get("referrals", [])],
            "follow_up": {limit: {"chosen": "accepted"} for limit in subject.get("follow_up", [])},
        }
    if item["kind"] == "deliver_disclosure":
        answer |= {"undertaking": "signed", "items": items, "word_for_word": True}
    return answer


def followed_up(item: Mapping[str, Any], _shown: Mapping[str, Any], _unit: Unit) -> dict[str, Any]:
    if "approve" in item["subject"]:
        return {"result": "exhausted"}
    return {"result": "reached", "channel": "phone", "asked_plan_again": True, "support_offered": True}


OWN = {
    "deliver_disclosure": delivered,
    "deliver_no_disclosure": delivered,
    "contact_follow_up": followed_up,
    "ratify_emergency": lambda *_: {"ratified": True, "reasons": "it could not wait, and the limbs are met"},
    "review_watch_proposal": lambda *_: {"decision": "no_action", "reason": "nothing new in it"},
}

ROW = {
    "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a", "concern": "He frightens me",
    "immediate_danger": "no", "a_forename": "Anna", "a_surname": "Quillfeather", "a_dob": "1990-05-06",
    "a_phone": "07700900001", "b_forename": "Barry", "b_surname": "Ottershaw", "b_dob": "1985-02-03",
    "b_dob_certainty": "exact", "b_address": "1 Synthetic Street", "b_postcode": "QX1 1AA", "relationship": "partner",
    "living_together": "no", "pregnant": "no", "safe_channel": "phone", "safe_days": "mon;tue;wed;thu;fri",
    "safe_from": "09:00", "safe_until": "17:00",
}  # fmt: skip


# B as another force's system holds them: one conviction that qualifies, and is not ours to tell
KNOWN = Terminal(
    persons=[{
        "source": "pnc", "person_id": "P1", "forename": "Barry", "middle_names": "", "surname": "Ottershaw", "aliases": "",
        "dob": "1985-02-03", "sex": "m", "address": "1 Synthetic Street", "postcode": "QX1 1AA", "pnc_id": "", "cro": "",
    }],
    records={"P1": [{
        "source": "pnc", "record_id": "R1", "person_id": "P1", "kind": "conviction", "offence_code": "",
        "offence_text": "Assault occasioning actual bodily harm", "date": "2024-05-06", "outcome": "guilty",
        "victim_id": "V1", "victim_relationship": "ex_partner", "flags": "strangulation", "owner": "other_force",
    }]},
)  # fmt: skip


def through_everything(unit: Unit, reference: str, *, rounds: int = 60, until: Stage = Stage.CLOSED) -> str:
    """Work one application from intake to a stage, everybody answering sensibly; returns the stage it got to."""
    for _ in range(rounds):
        stage = unit.carry(reference)
        if stage in {until, Stage.CLOSED}:
            break
        # a chair decides once the members have answered
        for item in sorted(unit.open_items(reference), key=lambda item: item.subject.get("as") == "chair"):
            unit.wait_for(item)
            if item.id in {each.id for each in unit.open_items(reference)} and (able := unit.fitting(item)):
                who = able[0]
                unit.do(who, item, unit.answer(who, item))
    return stage
