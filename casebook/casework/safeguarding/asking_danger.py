"""Asks whether somebody is in danger, where nobody here has asked: of a case that another list told of."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlalchemy import select

from casebook.casework.core.acting import Act, refuse_because
from casebook.casework.core.answers import Answering, Answers, Doing
from casebook.casework.core.work_items import ask_anew, open_items
from casebook.casework.safeguarding import danger, outreach
from casebook.casework.safeguarding.outreach import Speaks
from casebook.domain.case.running_cases import ToldStep
from casebook.domain.case.safe_contact import Purpose
from casebook.domain.vocabulary import Party, Role, WorkKind
from casebook.domain.work import Need
from casebook.errors import InvalidAnswer
from casebook.storage.review.live_cells import VIEWED
from casebook.storage.tables import Application, ToldRecord, WorkItem

HEARD = "danger_heard_when_asked"
PROFESSIONAL = "professional"


class DangerAsked(Speaks):
    """Whether anybody is in danger now, and from whom that is known."""

    asked: Literal["person_at_risk", "applicant", "professional"] = Field(
        description="Who was asked. A professional has no safe-contact plan: give no channel."
    )
    result: Literal["danger", "no_danger", "not_reached", "no_safe_way"] = Field(
        description="danger: this opens immediate safeguarding. not_reached: it is asked again. "
        "no_safe_way: nobody can be asked safely; the duty inspector decides what is done."
    )
    said: str = Field(min_length=1, description="What they said, or what was tried.")


def ask(act: Act, application: Application, *, because: str) -> None:
    """Open the question, once."""
    open_items(act, application, [Need(kind=WorkKind.ASK_ABOUT_DANGER)], because=because)


def _asked(doing: Doing) -> None:
    answer: DangerAsked = doing.answer
    by_inspector = doing.item.role == Role.DUTY_INSPECTOR
    if answer.result == "no_safe_way" and by_inspector:
        refuse_because(
            "inspector_decides",
            "you decide what is done: answer danger to have somebody sent, or ask a professional",
            InvalidAnswer,
        )
    _log(doing)
    if answer.result == "danger":
        danger.open_safeguarding(doing.act, doing.application, cause=HEARD, key=doing.item.id)
    elif answer.result != "no_danger":
        role = Role.DUTY_INSPECTOR if by_inspector or answer.result == "no_safe_way" else None
        again = Need(kind=WorkKind.ASK_ABOUT_DANGER, key=doing.item.id, role=role)
        open_items(doing.act, doing.application, [again], because="danger_not_answered")


def _log(doing: Doing) -> None:
    """Log the contact that was made or tried. Nobody is contacted where there is no safe way, or a professional was asked."""
    answer: DangerAsked = doing.answer
    if answer.asked == PROFESSIONAL or answer.result == "no_safe_way":
        if answer.channel is not None or answer.they_came or answer.arranged_at is not None:
            refuse_because("nobody_contacted", "leave out the fields of a contact: nobody was contacted", InvalidAnswer)
        return
    if not answer.they_came:
        outreach.channel_of(answer)
    party = Party.A if answer.asked == "person_at_risk" else outreach.applicant_of(doing.application)
    outreach.spoken(doing, party=party, purpose=Purpose.OTHER, reached=answer.result != "not_reached")


def _told(act: Act, item: WorkItem) -> dict[str, object]:
    """What the earlier list told of the case, for whoever asks: when somebody last spoke to the person at risk, and how she was."""
    reference = str(item.reference)
    rows = act.session.scalars(select(ToldRecord).where(ToldRecord.reference == reference)).all()
    act.record(act.application(reference), VIEWED, part="danger")
    in_order = sorted(rows, key=lambda row: list(ToldStep).index(ToldStep(row.step)))
    return {
        "told_not_seen": [
            {"step": row.step, "on": row.told_on or row.written, "by": row.told_by, "words": row.words}
            for row in in_order
        ]
    }


ANSWERS: Answers = {
    WorkKind.ASK_ABOUT_DANGER: Answering(schema=DangerAsked, handler=_asked, take_back=ask_anew, detail=_told)
}
