"""Frames of the intake gate: the application, each piece of minimum information, each repeat of the same people, each link."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from casebook.domain.case.own_register import LinkKind
from casebook.domain.vocabulary import Applicant, Limit, Party
from casebook.storage import links
from casebook.storage.frames import FrameRows
from casebook.storage.tables import Application, ApplicationLink, Clock, Person, SafeContact


def frames(session: Session, references: Sequence[str]) -> dict[str, FrameRows]:
    """`application`: one row per application. `minimum`: one per piece of information.

    `repeats`: one per party seen before. `links`: one per link. Across a restriction there is neither.
    """
    return {
        "application": _applications(session, references),
        "minimum": _minimum(session, references),
        "repeats": _repeats(session, references),
        "links": _links(session, references),
    }


def _applications(session: Session, references: Sequence[str]) -> FrameRows:
    its_clock = and_(Clock.reference == Application.reference, Clock.limit_name == Limit.WHOLE_PROCESS)
    query = select(Application, Clock).outerjoin(Clock, its_clock).where(Application.reference.in_(references))
    return [
        {
            "reference": application.reference,
            "policy": application.policy,
            "priority": application.priority,
            "clock_anchor": (clock.starts_at or clock.anchor_at) if clock else None,
            "submitted_at": application.submitted_at,
        }
        for application, clock in session.execute(query)
    ]


def _minimum(session: Session, references: Sequence[str]) -> FrameRows:
    people = {
        (person.reference, person.party): person
        for person in session.scalars(select(Person).where(Person.reference.in_(references)))
    }
    plans = {
        (plan.reference, plan.party): plan
        for plan in session.scalars(select(SafeContact).where(SafeContact.reference.in_(references)))
    }
    rows: FrameRows = []
    for application in session.scalars(select(Application).where(Application.reference.in_(references))):
        applying = Party.A if application.applicant == Applicant.A else Party.C
        a, b, own = (people.get((application.reference, party)) for party in (Party.A, Party.B, applying))
        plan = plans.get((application.reference, applying))
        # written out here, not taken from the intake rules: the gate is an independent check of them
        there = {
            "no_subject_name": b is not None and bool((b.forename and b.surname) or b.aliases),
            "no_subject_dob": b is not None and bool(b.dob),
            "no_subject_address": b is not None and bool(b.address or b.postcode),
            "no_name_of_person_at_risk": a is not None and bool(a.forename and a.surname),
            "no_dob_of_person_at_risk": a is not None and bool(a.dob),
            "no_applicant_name": own is not None and bool(own.forename and own.surname),
            "no_relationship": bool(application.relationship),
            "no_way_to_contact": own is not None and bool(own.phone or own.email or own.address),
            "no_safe_contact": plan is not None and bool(plan.channel),
        }
        rows += [
            {
                "reference": application.reference,
                "what": code,
                "settled": present or code in application.explained,
                "safe_contact": code != "no_safe_contact" or present or code in application.explained,
            }
            for code, present in there.items()
        ]
    return rows


def _repeats(session: Session, references: Sequence[str]) -> FrameRows:
    """Each party with the same name and birth date in an earlier application, and whether the two are linked."""
    mine, theirs, earlier, here = aliased(Person), aliased(Person), aliased(Application), aliased(Application)
    before = (
        select(theirs.id)
        .join(earlier, earlier.reference == theirs.reference)
        .where(
            theirs.party == mine.party,
            theirs.reference != mine.reference,
            func.lower(theirs.surname) == func.lower(mine.surname),
            func.lower(theirs.forename) == func.lower(mine.forename),
            theirs.dob == mine.dob,
            earlier.received_at < here.received_at,
            earlier.restricted.is_(False),
        )
        .exists()
    )
    why = case((mine.party == Party.B, LinkKind.SAME_SUBJECT), else_=LinkKind.SAME_PERSON_AT_RISK)
    link = select(ApplicationLink.other).where(ApplicationLink.reference == mine.reference, ApplicationLink.why == why)
    query = (
        select(mine.reference, mine.party, link.exists())
        .join(here, here.reference == mine.reference)
        .where(mine.reference.in_(references), or_(mine.party == Party.A, mine.party == Party.B), before)
        .where(here.restricted.is_(False))
    )
    return [
        {"reference": reference, "party": party, "linked": linked}
        for reference, party, linked in session.execute(query)
    ]


def _links(session: Session, references: Sequence[str]) -> FrameRows:
    """Each link of an application, and whether the other application has it too."""
    other_side = aliased(ApplicationLink)
    link = links.shown().where(ApplicationLink.reference.in_(references)).subquery()
    there = select(other_side.why).where(
        other_side.reference == link.c.other, other_side.other == link.c.reference, other_side.why == link.c.why
    )
    query = select(link.c.reference, link.c.why, there.exists())
    return [
        {"reference": reference, "why": why, "both_sides": both_sides}
        for reference, why, both_sides in session.execute(query)
    ]
