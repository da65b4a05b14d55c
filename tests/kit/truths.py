"""Checks a database for what must never happen, without using the casebook's own rules."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from casebook.casework.reporting import checked_keys
from casebook.domain.stages import EARLY_OUTCOMES, why_not_move
from casebook.domain.vocabulary import Stage
from casebook.storage.session import now
from casebook.storage.tables import (
    Application,
    Approval,
    Clock,
    ContactAttempt,
    ContactOverride,
    Decision,
    DisclosedItem,
    Disclosure,
    EmergencyDisclosure,
    Finding,
    FollowUp,
    LedgerEntry,
    Meeting,
    OwnerAgreement,
    Proposal,
    SafeContact,
    SafeContactChange,
    StaffRole,
    WorkItem,
)

THREE_WEEKS = timedelta(days=21)
DANGER = ("immediate_safeguarding", "record_crime", "refer_safeguarding", "confirm_urgent")
STEPS = ("record_checks", "risk_scoring", "panel_decision", "disclosure")


def refused_truths(session):
    """What must never happen and did. Empty if all is well."""
    wrong = []
    for application in session.scalars(select(Application)):
        if application.stage not in set(Stage):
            wrong.append(("undeclared stage", application.reference))
        if application.stage == Stage.CLOSED and (application.outcome is None) == (application.merged_into is None):
            wrong.append(("closed without an outcome", application.reference))
        if application.merged_into is not None and len(_merged_by(session, application)) < 2:
            wrong.append(("merged by fewer than two people", application.reference))
        if application.stage != Stage.CLOSED and application.outcome is not None and not _told(session, application):
            wrong.append(("an outcome that nobody was told", application.reference, application.outcome))
        if application.outcome is not None and len(_behind(session, application)) < 2:
            wrong.append(("fewer than two people", application.reference, application.outcome))
        if application.closing_reason == "another_force" and not _is_told_of(session, application):
            wrong.append(("transferred, and nobody is to tell", application.reference))
    for row in session.scalars(select(Disclosure)):
        wrong += _wrong_with_delivery(session, row)
    wrong += [found for row in session.scalars(select(ContactAttempt)) if (found := _wrong_with_contact(session, row))]
    wrong += [
        ("a limit met outside it", row.id) for row in session.scalars(select(Clock)) if _met_outside(session, row)
    ]
    wrong += [
        ("a contact that nobody typed", row.id)
        for row in session.scalars(select(ContactAttempt))
        if not _typed(session, row)
    ]
    return wrong + list(_wrong_with_plans(session)) + _closed_in_danger(session) + _folded(session) + not_found(session)


def not_found(session):
    """People whose stored keys are not those of what is known of them: staff would not find them, or find what was erased."""
    return [("not found by what is known", broken.what) for broken in checked_keys.keys(session, now(session).year)]


def _closed_in_danger(session):
    """Replay from the ledger: no application closes while something about danger is open that was opened before."""
    wrong, waiting = [], defaultdict(set)
    about_danger = select(WorkItem).where(WorkItem.kind.in_(DANGER), ~WorkItem.subject.has_key("referral"))
    items = {f"work_item:{row.id}": row for row in session.scalars(about_danger)}
    done = select(LedgerEntry.body["item"].astext, LedgerEntry.id).where(LedgerEntry.event == "work_done")
    over = {f"work_item:{item}": entry for item, entry in session.execute(done)}
    for entry in session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)):
        for name in items.keys() & entry.body.get("rows", {}).keys():
            cancelled = items[name].cancelled_at is not None and items[name].cancelled_at <= entry.at
            if not cancelled and entry.id < over.get(name, entry.id + 1):
                waiting[entry.chain].add(name)
        if entry.event == "work_done":
            waiting[entry.chain].discard(f"work_item:{entry.body['item']}")
        if entry.event == "stage_changed" and entry.body["to"] == Stage.CLOSED and waiting[entry.chain]:
            wrong.append(("closed in danger", entry.chain, sorted(items[name].kind for name in waiting[entry.chain])))
    return wrong


def _met_outside(session, clock):
    """Whether no act at that moment met the limit, or the act was before the application was there."""
    if clock.met_at is None:
        return False
    application = session.get_one(Application, clock.reference)
    if clock.ended_at is not None or clock.met_at < application.submitted_at:
        return True
    if clock.limit_name in STEPS:
        left = select(LedgerEntry.id).where(
            LedgerEntry.chain == clock.reference, LedgerEntry.event == "stage_changed", LedgerEntry.at == clock.met_at,
            LedgerEntry.body["origin"].astext == clock.limit_name, LedgerEntry.body["because"].astext == "gate_passed",
        )  # fmt: skip
        return session.scalar(left.limit(1)) is None
    acts = {"whole_process": Disclosure.occurred_at, "face_to_face": Meeting.occurred_at}
    moment = acts.get(clock.limit_name, FollowUp.closed_at if clock.limit_name.startswith("follow_up") else None)
    if moment is None:
        return False
    act = select(moment).where(moment.class_.reference == clock.reference, moment == clock.met_at)
    if clock.limit_name == "face_to_face":
        act = act.where(Meeting.held, Meeting.superseded.is_not(True))
    return session.scalar(act.limit(1)) is None


def _merged_by(session, application):
    query = select(Proposal.proposed_by, Proposal.second_by).where(
        Proposal.reference == application.reference, Proposal.what == f"merge:{application.merged_into}"
    )
    return {who for row in session.execute(query) for who in row if who}


def _wrong_with_delivery(session, row):
    approval, decision = session.get(Approval, row.decision_id), session.get_one(Decision, row.decision_id)
    application = session.get_one(Application, row.reference)
    if approval is None or not approval.approved or approval.approved_at > row.occurred_at:
        yield "told without approval", row.id
    elif approval.approver in {decision.chair, *approval.researchers}:
        yield "approved by one who chaired or researched", row.id
    if row.recipient == "a" and row.delivered_by == row.second_officer:
        yield "told by one person", row.id
    if row.recipient == "c" and (
        row.kind != "no_disclosure" or row.occurred_at < application.submitted_at + THREE_WEEKS
    ):
        yield "another applicant was told something, or too soon", row.id
    if row.recipient not in {"a", "c"} and not row.recipient.startswith("protector:"):
        yield "told to somebody else", row.id
    logged = select(ContactAttempt).where(ContactAttempt.about == row.id, ContactAttempt.purpose == "deliver")
    if not any(each.occurred_at == row.occurred_at and each.reached for each in session.scalars(logged)):
        yield "told outside the log of contacts", row.id
    for item in session.scalars(select(DisclosedItem).where(DisclosedItem.disclosure_id == row.id)):
        finding = session.get_one(Finding, item.finding_id)
        said = session.scalars(select(OwnerAgreement.agreed).where(OwnerAgreement.finding_id == finding.id)).all()
        asks = finding.owner is not None or finding.record.get("handling") == "C"
        if finding.id not in decision.items or finding.qualifies == "not" or (asks and said != [True]):
            yield "told without release", finding.id


def _wrong_with_contact(session, row):
    """Check a contact again from what was kept with it, without using the casebook's own rules."""
    if row.party == "b":
        return "the subject was contacted", row.id
    if row.override_id is not None:
        given = session.get_one(ContactOverride, row.override_id)
        roles = set(session.scalars(select(StaffRole.role).where(StaffRole.staff_id == given.authorised_by)))
        fits = (given.reference, given.party) == (row.reference, row.party) and "duty_inspector" in roles
        in_time = timedelta() <= row.occurred_at - given.authorised_at <= timedelta(hours=24)
        return None if fits and in_time else ("an override that is none", row.id)
    if row.plan is None:
        return ("contacted without a plan", row.id)
    local = row.occurred_at.astimezone(ZoneInfo("Europe/London"))
    inside = local.strftime("%a").lower() in row.plan["days"] and any(
        start <= local.strftime("%H:%M") < end for start, end in row.plan["windows"]
    )
    if not inside or row.occurred_at < datetime.fromisoformat(row.plan["confirmed_at"]):
        return "contacted outside the safe window", row.id
    if row.channel != row.plan["channel"] and not (row.channel == "in_person" and _agreed(session, row)):
        return "contacted over another channel", row.id
    return None


def _typed(session, row):
    """Whether somebody typed what a contact asserts: in a command, in an emergency disclosure, or in an answer."""
    if row.about is None or session.get(EmergencyDisclosure, row.about) is not None:
        return True
    query = select(WorkItem.answer).where(
        WorkItem.reference == row.reference, WorkItem.done_by == row.made_by, WorkItem.done_at == row.recorded_at
    )
    return any(_says(answer, row) for answer in session.scalars(query))


def _says(answer, row):
    if row.purpose == "arrange":
        return "arranged_at" in answer and datetime.fromisoformat(answer["arranged_at"]) == row.occurred_at
    denies = answer.get("result") in {"not_reached", "not_found"} or answer.get("held") is False
    return answer.get("channel") == row.channel and not (row.reached and denies)


def _wrong_with_plans(session):
    """Follow each plan from its first change: one person alone never makes it wider, and it is what its changes say."""
    changes = defaultdict(list)
    for row in session.scalars(select(SafeContactChange).order_by(SafeContactChange.number)):
        changes[row.reference, row.party].append(row)
        if row.effect == "at_once" and _allows(row.after) - _allows(row.before):
            yield "a plan that one person widened", row.id
        if row.agreed and row.second_by in {None, row.recorded_by}:
            yield "a plan that one person widened", row.id
    for (reference, party), rows in changes.items():
        steps = [(row.recorded_at, 0, row) for row in rows]
        steps += [(row.second_at, 1, row) for row in rows if row.effect == "second_person" and row.agreed]
        allowed = _allows(rows[0].before)
        for _, seconded, row in sorted(steps, key=lambda step: step[:2]):
            if seconded or row.effect in {"at_once", "first_plan"}:
                allowed = _allows(row.after)
            elif row.effect == "second_person":
                allowed &= _allows(row.after)
            if row.effect == "first_plan" and row.agreed is False:
                allowed = None  # whether it was stopped depends on what came between
                break
        plan = session.get_one(SafeContact, f"{reference}:{party}")
        present = {"channel": plan.channel, "days": plan.days, "windows": plan.windows, "voicemail": plan.voicemail}
        if allowed is not None and _allows(present) - allowed:
            yield "a plan that no change tells of", reference, party


def _allows(plan):
    """Everything that a plan allows: over which channel, in which quarter of an hour of the week, with a message or not."""
    quarters = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)]
    return {
        (plan["channel"], day, quarter, message)
        for day in plan["days"] for quarter in quarters for message in {False, plan["voicemail"]}
        if plan["channel"] and any(start <= quarter < end for start, end in plan["windows"])
    }  # fmt: skip


def _agreed(session, row):
    query = select(ContactAttempt).where(
        ContactAttempt.reference == row.reference, ContactAttempt.party == row.party, ContactAttempt.reached,
        ContactAttempt.purpose == "arrange", ContactAttempt.occurred_at <= row.occurred_at,
    )  # fmt: skip
    return session.scalars(query).first() is not None


def _told(session, application):
    return session.scalar(select(Disclosure.id).where(Disclosure.reference == application.reference).limit(1))


def _is_told_of(session, application):
    """Whether the applicant was told, or telling them is open work."""
    query = select(WorkItem.id).where(
        WorkItem.reference == application.reference,
        WorkItem.kind == "tell_of_transfer",
        WorkItem.cancelled_at.is_(None),
    )
    return session.scalar(query.limit(1))


def _behind(session, application):
    """The people behind an outcome."""
    if application.outcome in EARLY_OUTCOMES:
        query = select(Proposal.proposed_by, Proposal.second_by).where(
            Proposal.reference == application.reference, Proposal.what == application.outcome
        )
    elif (moved := _transferred(session, application)) is not None:
        query = moved
    else:
        query = (
            select(Decision.chair, Approval.approver)
            .join(Approval, Approval.decision_id == Decision.id)
            .where(
                Decision.reference == application.reference,
                Decision.outcome == application.outcome,
                Decision.superseded.is_(False),
                Approval.approved,
            )
        )
    return {who for row in session.execute(query) for who in row if who and who != "operator" and ":" not in who}


def _transferred(session, application):
    """The two who said that another force deals with it, if that is how it ended."""
    early = select(LedgerEntry.body).where(
        LedgerEntry.chain == application.reference, LedgerEntry.event == "closed_early"
    )
    early = early.order_by(LedgerEntry.id.desc()).limit(1)
    if (body := session.scalar(early)) is None:
        return None
    return select(Proposal.proposed_by, Proposal.second_by).where(
        Proposal.reference == application.reference, Proposal.what == body["what"]
    )


def _folded(session):
    """Replay every stage from the ledger: each move is declared, and the last is where the application is."""
    stages, wrong = {}, []
    query = select(LedgerEntry).where(LedgerEntry.event.in_(["application_received", "stage_changed"]))
    for entry in session.scalars(query.order_by(LedgerEntry.id)):
        if entry.event == "application_received":
            stages[entry.chain] = Stage.INTAKE
            continue
        body = entry.body
        if stages.get(entry.chain) != body["origin"] or why_not_move(body["origin"], body["to"], body["because"]):
            wrong.append(("undeclared move", entry.chain, body["origin"], body["to"], body["because"]))
        stages[entry.chain] = body["to"]
    stored = dict(session.execute(select(Application.reference, Application.stage)).all())
    return wrong + ([("stage does not replay", stored, stages)] if stored != stages else [])
