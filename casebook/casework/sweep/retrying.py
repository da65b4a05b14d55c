"""Where a machine can help itself: sources that did not answer are asked again; runs that keep failing are told of."""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.casework.escalation.concerns import Concern
from casebook.domain.escalation import WhyStalled
from casebook.storage import outbox
from casebook.storage.sweep import escalations

FAILED_RUNS = 3  # wake-ups of a forgotten application without anything done in between, before a person hears of it


def wake_unanswered(act: Act) -> list[str]:
    """Wake every application with an automatic search that its source did not answer."""
    references = outbox.without_an_answer(act.session)
    outbox.add(act.session, references, reason="source_retry", at=act.now)
    if references:
        act.record(None, "sources_retried", woken=references)
    return references


def failing_runs(act: Act) -> list[Concern]:
    """Applications that were woken as forgotten several times, and still are."""
    references = outbox.often(act.session, reason="neglected", times=FAILED_RUNS)
    changes = escalations.last_changes(act.session, references)
    return [Concern(each, WhyStalled.ENGINE_FAILED, f"{changes.get(each, 'received')}") for each in references]
