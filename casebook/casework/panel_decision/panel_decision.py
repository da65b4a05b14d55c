"""The panel-decision stage: originators answer, a panel is convened, members and a chair answer, another person approves.

Every outcome needs at least two people. If the facts change after a decision, it is superseded and the panel decides again.
"""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.casework.core.answers import Answering, Answers
from casebook.casework.core.rounds import next_round
from casebook.casework.panel_decision import approval, deciding, panel, panel_answer, release
from casebook.casework.risk_scoring import completing, risk_scoring
from casebook.domain.vocabulary import WorkKind
from casebook.domain.work import Need
from casebook.storage.case import agreed_words, decisions
from casebook.storage.tables import Application


def prepare(act: Act, application: Application) -> None:
    """Update the score, and supersede a decision that was made on other facts, or whose words do not stand."""
    risk_scoring.score_now(act, application)
    standing = decisions.decision(act.session, application)
    if standing is None:
        return
    if standing.facts != decisions.facts(act.session, application):
        next_round(act, application, because="facts_changed")
    elif reason := agreed_words.why_not_approved(act.session, standing):
        next_round(act, application, because=reason.code)


def needs(act: Act, application: Application) -> list[Need]:
    """What people must still do in this round. Nothing once its decision is approved."""
    if (standing := decisions.decision(act.session, application)) is not None:
        return approval.needs(act, application, standing)
    owners = [*completing.needs(act, application), *release.needs(act, application)]
    if (called := decisions.panel(act.session, application)) is None:
        return [*owners, panel.need(act, application)]
    return [*owners, *deciding.needs(act, application, called)]


ANSWERS: Answers = {
    WorkKind.VALIDATE_WITH_OWNER: Answering(schema=release.OwnerAnswered, handler=release.answered),
    WorkKind.CONVENE_PANEL: Answering(schema=panel.Convened, handler=panel.convened),
    WorkKind.DECIDE: Answering(
        schema=panel_answer.Decided,
        handler=deciding.decided,
        rests_on=deciding.rests_on,
        why_not_them=deciding.why_not_for_the_panel,
        take_back=deciding.take_back,
    ),
    WorkKind.APPROVE_DECISION: Answering(
        schema=approval.Approved,
        handler=approval.approved,
        rests_on=approval.rests_on,
        take_back=deciding.take_back,
        why_not_them=approval.why_not_them,
    ),
}
