"""Changed circumstances of a case, told by anybody who learns them: stored, scored again, and judged again if it is not decided."""

from __future__ import annotations

from datetime import date

from casebook.casework.core import lifecycle
from casebook.casework.core.acting import Act, Summary, refuse, refuse_because, still_open, together, why_not_code
from casebook.casework.record_checks import record_checks
from casebook.casework.risk_scoring import risk_inputs, risk_scoring
from casebook.casework.safeguarding import circumstances
from casebook.domain import freezing
from casebook.domain.actors import Reason
from casebook.domain.authority import Command
from casebook.domain.case.circumstances import ADDRESS_OF, CircumstanceKind, read
from casebook.domain.vocabulary import Stage
from casebook.errors import InvalidAnswer
from casebook.storage.case import decisions
from casebook.storage.tables import Application
from casebook.values import dates

BECAUSE = "circumstances_changed"
JUDGED_AGAIN = frozenset({Stage.PANEL_DECISION, Stage.DISCLOSURE})


def update(
    act: Act,
    reference: str,
    *,
    what: str,
    value: str,
    learned_from: str,
    since: str | None = None,
    postcode: str | None = None,
) -> Summary:
    """Update one circumstance. Any member of staff may: whoever learns it. The risk is scored again."""
    act.allowed(Command.UPDATE_CIRCUMSTANCES)
    application = act.application(reference)
    still_open(application)
    refuse(freezing.why_not_edit(application.frozen_at))
    today = risk_inputs.today(act, application)
    changed = read(what, value, postcode=postcode, today=today)
    began = _since(since, today)
    no_code = why_not_code(learned_from, "learned-from")
    if isinstance(changed, Reason) or isinstance(began, Reason) or no_code is not None:
        faults = [fault for fault in (changed, began, no_code) if isinstance(fault, Reason)]
        raise InvalidAnswer(*together(faults))
    if not circumstances.change(act, application, changed, learned_from=learned_from, since=began):
        refuse_because("nothing_new", "the case says so already")
    act.record(application, BECAUSE, what=what, learned_from=learned_from)
    _look_again(act, application, changed.what)
    return {
        "reference": reference, "what": what, "stage": application.stage, "priority": application.priority,
        "band": application.band,
    }  # fmt: skip


def _since(given: str | None, today: date) -> str | Reason | None:
    if given is None:
        return None
    since = dates.read(given, latest=today)
    if not since.iso:
        return Reason("bad_time", "since must be a date, or a month or year of the past")
    return since.iso


def _look_again(act: Act, application: Application, what: CircumstanceKind) -> None:
    """Score again, search again for another address, and go back where a person must judge the score."""
    scored = decisions.current_score(act.session, application.reference)
    again = risk_scoring.score_now(act, application) if scored is not None else None
    if what in ADDRESS_OF and record_checks.reopen(act, application, because=BECAUSE):
        return
    if again is not scored and application.stage in JUDGED_AGAIN:
        if application.outcome is None:
            lifecycle.move(act, application, Stage.RISK_SCORING, because=BECAUSE)
        else:
            act.record(application, "changed_after_delivery", because=BECAUSE)
    lifecycle.carry_on(act, application, because=BECAUSE)
