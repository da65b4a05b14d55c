"""Automatic retries: sources that did not answer are asked again. If runs keep failing, a supervisor is told."""

from __future__ import annotations

from casebook.casework.core.acting import Act
from casebook.casework.escalation.concerns import Concern
from casebook.domain.escalation import WhyStalled
from casebook.storage import outbox
from casebook.storage.sweep import escalations

FAILED_RUNS = 3  # wake-ups of an idle application without any change, before a supervisor is told


def wake_unanswered(act: Act) -> list[str]:
    """Wake every application that has an automatic search without an answer from its source."""
    references = outbox.without_an_answer(act.session)
    outbox.add(act.session, references, reason="source_retry", at=act.now)
    if references:
        act.record(None, "sources_retried", woken=references)
    return references


def failing_runs(act: Act) -> list[Concern]:
    """Applications that were woken as idle several times and have not moved."""
    references = outbox.often(act.session, reason="neglected", times=FAILED_RUNS)
    changes = escalations.last_changes(act.session, references)
    return [
        Concern(reference, WhyStalled.ENGINE_FAILED, f"{changes.get(reference, 'received')}")
        for reference in references
    ]
