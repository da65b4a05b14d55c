"""Links applications on both sides at once: rows, ledger, notices, priorities and wake-ups, in one transaction.

Across a restriction nothing is written on either side. The head of unit is told, and may decide to tell both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import or_, select, tuple_

from casebook.casework.core import notices, unit_items
from casebook.casework.core.acting import Act
from casebook.casework.core.notices import NoticeToRole
from casebook.casework.record_checks import several_applicants
from casebook.casework.record_checks.candidates import TELLING
from casebook.casework.safeguarding import danger
from casebook.domain import chain
from casebook.domain.case import own_register as rules
from casebook.domain.case.own_register import LinkKind
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.vocabulary import Priority, Role, Stage, WorkKind
from casebook.domain.work import Need
from casebook.storage import links as stored
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, ApplicationLink, WorkItem

LINKED = "linked"
HEAD_DECIDES = timedelta(hours=24)  # a link that nobody else knows of waits no longer than the initial checks may take
# who handles an application in each stage, and is told
HANDLES = {
    Stage.INTAKE: Role.INTAKE_OFFICER, Stage.RECORD_CHECKS: Role.RESEARCHER, Stage.RISK_SCORING: Role.RISK_ASSESSOR,
    Stage.PANEL_DECISION: Role.PANEL_CHAIR, Stage.DISCLOSURE: Role.DISCLOSURE_OFFICER,
    Stage.FOLLOW_UP: Role.DISCLOSURE_OFFICER,
}  # fmt: skip

LinkRows = Mapping[tuple[str, str, str], ApplicationLink]  # by reference, other and why


@dataclass(frozen=True, kw_only=True)
class FoundLink:
    """Another application that is about the same person, or may be."""

    other: str
    why: LinkKind
    weight: float | None = None  # bits; None: a person of a source is confirmed in both, or somebody confirmed the link
    explanation: tuple[str, ...] = ()
    told_by: str | None = None  # the head of unit who decided to tell both sides across a restriction


def link(act: Act, application: Application, found: Iterable[FoundLink]) -> None:
    """Link an application with others. What is linked already stays as it is.

    Call it when every change of the transaction so far is in the ledger.
    """
    rows = _rows(act, application.reference)
    confirmed = [
        FoundLink(other=row.other, why=rules.CONFIRMED_BY[LinkKind(row.why)], told_by=row.told_by)
        for row in rows.values()
        if row.reference == application.reference and row.verdict == MatchVerdict.SAME
    ]
    wanted = {(each.other, each.why): each for each in (*found, *confirmed)}.values()
    restricted = _restricted(act, {each.other for each in wanted})
    held_back = [
        each
        for each in wanted
        if (application.restricted or each.other in restricted) and not _told(each, application, rows)
    ]
    _hold_back(act, application, held_back)
    fresh = [each for each in wanted if each not in held_back and _is_new(each, application, rows)]
    if fresh:
        _link(act, application, fresh)


def _link(act: Act, application: Application, fresh: Sequence[FoundLink]) -> None:
    subjects = {each.other for each in fresh if each.why is LinkKind.SAME_SUBJECT}
    about_one_subject = several_applicants.about_one_subject(act, subjects)
    # all in one go and in one order: two acts that link the same applications wait for each other, and neither for ever
    others = locked(act, {each.other for each in fresh} | about_one_subject - {application.reference})
    # one that was restricted a moment ago is held back when the people are compared again
    linked = [each for each in fresh if each.told_by or not others[each.other].restricted]
    if not linked:
        return
    sides = {
        reference: [replace(each, other=application.reference) for each in linked if each.other == reference]
        for reference in others
    }
    _write(act, {**others, application.reference: application}, {**sides, application.reference: linked})
    _end_holding_back(act, application, linked)
    if any(each.why is LinkKind.SAME_SUBJECT for each in linked):
        asking = [application, *(others[reference] for reference in sorted(about_one_subject & {*others}))]
        several_applicants.raise_all(act, application, asking)


def locked(act: Act, references: Iterable[str]) -> dict[str, Application]:
    """The other side of a link, whoever may see it: waits until nobody else acts on it."""
    query = select(Application).where(Application.reference.in_(list(references))).order_by(Application.reference)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {application.reference: application for application in act.session.scalars(query)}


def _write(act: Act, applications: Mapping[str, Application], sides: Mapping[str, Sequence[FoundLink]]) -> None:
    """All sides at once: their rows, and what their people are told. Ten sides take no more statements than two."""
    ends = [(reference, each.other) for reference, linked in sides.items() for each in linked]
    query = select(ApplicationLink).where(tuple_(ApplicationLink.reference, ApplicationLink.other).in_(ends))
    rows = {(row.reference, row.other, row.why): row for row in act.session.scalars(query)}
    linked_sides = [(applications[reference], linked) for reference, linked in sorted(sides.items()) if linked]
    for application, linked in linked_sides:
        for each in linked:
            row = rows.get((application.reference, each.other, each.why))
            if row is None:
                act.session.add(_row(act, application, each))
            else:
                row.told_by = each.told_by or row.told_by
                if _taken_back(row):
                    row.verdict = row.reviewed_by = row.second_by = None
    _tell(act, [(application, linked) for application, linked in linked_sides if application.stage != Stage.CLOSED])
    # counts only: an application may be restricted later, and the ledger of the other side would still name it
    said = {
        application.reference: {"links": dict(Counter(each.why for each in linked))}
        for application, linked in linked_sides
    }
    act.record_many("applications_linked", said)


def _tell(act: Act, linked_sides: Sequence[tuple[Application, Sequence[FoundLink]]]) -> None:
    """What follows for those that are still open: priority, notice, wake-up."""
    wanted = []
    for application, linked in linked_sides:
        sure = any(each.why in rules.CONFIRMED_BY.values() for each in linked)
        if sure:
            least = policy_of(application).triage.repeat_application.value
            danger.raise_priority(act, application, least, reason="repeat_application")
        act.wake(application, LINKED)
        wanted.append(
            NoticeToRole(
                reference=application.reference, role=HANDLES[Stage(application.stage)],
                reason=LINKED if sure else "may_be_linked", key=":".join(sorted(each.other for each in linked)),
            )
        )  # fmt: skip
    notices.notify_all(act, wanted)


def _taken_back(row: ApplicationLink) -> bool:
    """Whether a sure link stands no more, because somebody took back the answer that made it."""
    return row.why in stored.SURE and row.verdict is not None


def take_back(act: Act, pair: ApplicationLink) -> None:
    """The question of this link was answered with "same", and no longer is: the sure link ends on both sides."""
    sure = rules.CONFIRMED_BY[LinkKind(pair.why)]
    for reference, other in ((pair.reference, pair.other), (pair.other, pair.reference)):
        row = act.session.get(ApplicationLink, (reference, other, sure), with_for_update=True)
        # one that the machine found stands on its own: nobody's answer made it
        if row is not None and row.weight is None:
            row.verdict, row.reviewed_by, row.second_by = MatchVerdict.DIFFERENT, pair.reviewed_by, act.actor.id


def _row(act: Act, application: Application, found: FoundLink) -> ApplicationLink:
    return ApplicationLink(
        reference=application.reference, other=found.other, why=found.why, found_at=act.now,
        pair=_pair(application, found), weight=found.weight, explanation=list(found.explanation), verdict=None,
        reviewed_by=None, second_by=None, told_by=found.told_by,
    )  # fmt: skip


def _pair(application: Application, found: FoundLink) -> str:
    """The same for both sides. It names neither."""
    return chain.identity("application_link", *sorted((application.reference, found.other)), found.why)


def _rows(act: Act, reference: str) -> LinkRows:
    either = or_(ApplicationLink.reference == reference, ApplicationLink.other == reference)
    rows = act.session.scalars(select(ApplicationLink).where(either))
    return {(row.reference, row.other, row.why): row for row in rows}


def _restricted(act: Act, references: Iterable[str]) -> set[str]:
    query = select(Application.reference).where(Application.reference.in_(list(references)), Application.restricted)
    return set(act.session.scalars(query))


def _told(found: FoundLink, application: Application, rows: LinkRows) -> bool:
    """Whether the head of unit decided to tell both sides of this link."""
    row = rows.get((application.reference, found.other, found.why))
    return (found.told_by or (row and row.told_by)) is not None


def _is_new(found: FoundLink, application: Application, rows: LinkRows) -> bool:
    """Whether one of the two sides has no row of this link yet, and nobody has answered the question."""

    def there(why: LinkKind) -> bool:
        sides = ((application.reference, found.other, why), (found.other, application.reference, why))
        return all(
            side in rows and not _taken_back(rows[side]) and (found.told_by is None or rows[side].told_by)
            for side in sides
        )

    if found.why in rules.CONFIRMED_BY:
        return not there(found.why) and not there(rules.CONFIRMED_BY[found.why])
    [question] = [why for why, sure in rules.CONFIRMED_BY.items() if sure is found.why]
    answered = rows.get((application.reference, found.other, question))
    if answered is not None and found.weight is not None and stored.set_aside(answered):
        # two people looked: only details that say clearly more, or a confirmed person of a source, count against them
        different = answered.verdict == MatchVerdict.DIFFERENT
        if different and found.weight <= (answered.weight or 0) + TELLING:
            return False
    return not there(found.why)


def decision_across(reference: str, other: str, why: LinkKind) -> Need:
    """The decision of the head of unit about two applications of which one is restricted."""
    pair = sorted((reference, other))
    return Need(
        kind=WorkKind.LINK_ACROSS_RESTRICTION,
        key=chain.identity("held_back", *pair, why),  # the ledger of the unit keeps the key
        subject={"references": pair, "why": why},
        priority=Priority.HIGH,
    )


def _hold_back(act: Act, application: Application, crossing: Sequence[FoundLink]) -> None:
    """Tell the head of unit, and nobody else."""
    needs = [
        replace(decision_across(application.reference, each.other, each.why), due_at=act.now + HEAD_DECIDES)
        for each in crossing
    ]
    fresh = [need for need in needs if unit_items.opens(act, need)]
    for need in fresh:
        notices.notify(act, None, role=Role.HEAD_OF_UNIT, reason="link_across_restriction", key=need.key)
    if fresh:
        act.record(None, "link_held_back", links=len(fresh))


def _end_holding_back(act: Act, application: Application, linked: Sequence[FoundLink]) -> None:
    """The restriction was lifted: there is nothing to decide any more."""
    ids = [decision_across(application.reference, each.other, each.why).id(None) for each in linked]
    items = act.session.scalars(select(WorkItem).where(WorkItem.id.in_(ids), WorkItem.done_at.is_(None))).all()
    for item in items:
        item.cancelled_at, item.cancelled_why = act.now, "restriction_lifted"
    if items:
        act.record(None, "work_cancelled", because="restriction_lifted", kinds=sorted(item.kind for item in items))
