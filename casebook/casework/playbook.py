"""Finds the module with the use cases of a stage, and the answer of each kind of work item.

Only this module knows every stage. It imports a module when it is first needed, so that a command loads only what it uses.
"""

from __future__ import annotations

from typing import assert_never

from casebook.casework.core.acting import Act, StageUseCases
from casebook.casework.core.answers import Answering, TakeBack
from casebook.domain.vocabulary import Stage, WorkKind
from casebook.errors import Refused
from casebook.storage.tables import Application, WorkItem


def stage(asked: Stage) -> StageUseCases:
    """The use cases of an open stage."""
    match asked:
        case Stage.INTAKE:
            from casebook.casework.intake import intake

            return intake
        case Stage.RECORD_CHECKS:
            from casebook.casework.record_checks import record_checks

            return record_checks
        case Stage.RISK_SCORING:
            from casebook.casework.risk_scoring import risk_scoring

            return risk_scoring
        case Stage.PANEL_DECISION:
            from casebook.casework.panel_decision import panel_decision

            return panel_decision
        case Stage.DISCLOSURE:
            from casebook.casework.disclosure import disclosure

            return disclosure
        case Stage.FOLLOW_UP:
            from casebook.casework.follow_up import follow_up

            return follow_up
        case Stage.CLOSED:
            raise Refused("this application is closed: it has no stage with work", "closed")
        case _:
            assert_never(asked)


def rests_on(act: Act, application: Application, item: WorkItem) -> object | None:
    """Ids and codes of the rows that the signature of an item rests on; None if it is no signature."""
    of_kind = answer(WorkKind(item.kind)).rests_on
    return of_kind(act, application, item) if of_kind else None


def taking_back(kind: WorkKind) -> TakeBack | None:
    """What takes back an answer of this kind that is superseded; None if it cannot be."""
    return answer(kind).take_back


def keep_up(act: Act, application: Application) -> bool:
    """After record checks: move back if a newer extract changed the candidates, or a return is too old to decide on."""
    from casebook.casework.record_checks import record_checks

    return record_checks.keep_up(act, application)


def close(act: Act, application: Application) -> None:
    """Do what follows from closing: set time and outcome, and open the watch."""
    from casebook.casework.follow_up import follow_up

    follow_up.close(act, application)


def answer(kind: WorkKind) -> Answering:
    """How a kind of work item is answered."""
    match kind:
        case WorkKind.COMPLETE_DETAILS:
            from casebook.casework.intake import intake

            return intake.ANSWERS[kind]
        case WorkKind.READ_REJECTED_ROW | WorkKind.FINISH_DRAFT:
            from casebook.casework.intake import drafts, rejected_rows

            return {**drafts.ANSWERS, **rejected_rows.ANSWERS}[kind]
        case WorkKind.ACT_ON_CALL:
            from casebook.casework.chronology import calls

            return calls.ANSWERS[kind]
        case WorkKind.IMMEDIATE_SAFEGUARDING | WorkKind.ASK_ABOUT_DANGER | WorkKind.LOOK_AT_PLAN_CHANGE:
            from casebook.casework.safeguarding import asking_danger, danger, plan_changes

            return {**danger.ANSWERS, **asking_danger.ANSWERS, **plan_changes.ANSWERS}[kind]
        case WorkKind.RECORD_CRIME | WorkKind.REFER_SAFEGUARDING:
            from casebook.casework.safeguarding import referring

            return referring.ANSWERS[kind]
        case (
            WorkKind.RETURN_SEARCH | WorkKind.REVIEW_MATCH | WorkKind.SECOND_LOOK_AT_REJECTION
            | WorkKind.SIGN_OFF_IDENTITY | WorkKind.STATE_ADEQUACY | WorkKind.VERIFY_APPLICANT
            | WorkKind.MEET_APPLICANT | WorkKind.LOCATE_PERSON_AT_RISK
        ):  # fmt: skip
            from casebook.casework.record_checks import record_checks

            return record_checks.ANSWERS[kind]
        case WorkKind.LINK_ACROSS_RESTRICTION:
            from casebook.casework.record_checks import link_reviews

            return link_reviews.ANSWERS[kind]
        case WorkKind.ASSESS_RISK | WorkKind.REASSESS_RISK | WorkKind.COMPLETE_INSTRUMENT | WorkKind.ACCEPT_LESS:
            from casebook.casework.risk_scoring import risk_scoring

            return risk_scoring.ANSWERS[kind]
        case WorkKind.VALIDATE_WITH_OWNER | WorkKind.CONVENE_PANEL | WorkKind.DECIDE | WorkKind.APPROVE_DECISION:
            from casebook.casework.panel_decision import panel_decision

            return panel_decision.ANSWERS[kind]
        case WorkKind.DELIVER_DISCLOSURE | WorkKind.DELIVER_NO_DISCLOSURE | WorkKind.ATTEST_DELIVERY:
            from casebook.casework.disclosure import disclosure

            return disclosure.ANSWERS[kind]
        case WorkKind.RATIFY_EMERGENCY:
            from casebook.casework.panel_decision import ratification

            return ratification.ANSWERS[kind]
        case WorkKind.TELL_OF_TRANSFER:
            from casebook.casework.disclosure import transfer

            return transfer.ANSWERS[kind]
        case WorkKind.CONTACT_FOLLOW_UP | WorkKind.CLOSE_GRAVE_CASE:
            from casebook.casework.follow_up import follow_up

            return follow_up.ANSWERS[kind]
        case WorkKind.REVIEW_WATCH_PROPOSAL:  # after closure, after a past application was examined, or from a record
            from casebook.casework.follow_up import new_partners, watch
            from casebook.casework.review import people

            return new_partners.beside(watch.ANSWERS[kind], people.ANSWERS[kind])
        case WorkKind.CONFIRM_URGENT | WorkKind.ACKNOWLEDGE_ESCALATION | WorkKind.SAFEGUARD_DURING_DELAY:
            from casebook.casework.governance import oversight

            return oversight.ANSWERS[kind]
        case WorkKind.MEND_QUALITY:
            from casebook.casework.core import quality

            return quality.ANSWERS[kind]
        case WorkKind.ANSWER_SIGNAL:
            from casebook.casework.monitor import signals

            return signals.ANSWERS[kind]
        case WorkKind.REDECIDE_SAMPLE:
            from casebook.casework.monitor import dip_sampling

            return dip_sampling.ANSWERS[kind]
        case WorkKind.REVIEW_APPLICATION | WorkKind.SECOND_REVIEW:
            from casebook.casework.review import examining

            return examining.ANSWERS[kind]
        case WorkKind.CHECK_BEFORE_TELLING:
            from casebook.casework.review import before_telling

            return before_telling.ANSWERS[kind]
        case WorkKind.REVIEW_RESTRICTED:
            from casebook.casework.review import restricted

            return restricted.ANSWERS[kind]
        case WorkKind.LOOK_AGAIN_AT_CONTACT:
            from casebook.casework.review import looking_again

            return looking_again.ANSWERS[kind]
        case _:
            assert_never(kind)
