"""Which training a work item needs, and whether somebody has it. Pure rules; every use case asks them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casebook.domain.actors import Reason
from casebook.domain.case.disclosure import TRAINED
from casebook.domain.monitor.monitor_policy import CompetenceRules
from casebook.domain.vocabulary import Source, WorkKind
from casebook.domain.words import SOURCE


@dataclass(frozen=True, kw_only=True)
class RecordedTraining:
    """Somebody's training for one subject, as recorded. A later record for the same subject replaces it."""

    at: datetime
    granted_on: date
    expires_on: date  # the last day that it counts

    @property
    def is_earlier(self) -> bool:
        return self.granted_on < self.at.date()


def subjects(rules: CompetenceRules) -> tuple[str, ...]:
    """The subjects that training can be recorded for: those that a rule asks for, and every source."""
    return tuple(sorted({TRAINED, *map(str, Source), *map(str, rules.sources.value), *rules.work.value.values()}))


def needed(kind: WorkKind, subject: Mapping[str, object], rules: CompetenceRules) -> str | None:
    """The training that a work item needs, or None. To accept that a source is unavailable needs none: it is no search."""
    if kind is WorkKind.RETURN_SEARCH:
        source = subject.get("source")
        searched = source in set(rules.sources.value) and not subject.get("accept")
        return str(Source(str(source))) if searched else None
    return rules.work.value.get(kind)


def why_not_trained(needs: str | None, competences: Collection[str]) -> Reason | None:
    """A reason if somebody lacks the training that is needed. `competences`: the training that counts today."""
    if needs is None or needs in competences:
        return None
    return Reason("not_trained", f"this needs training for {SOURCE.of(needs)} that has not expired")


def held(history: Sequence[RecordedTraining], at: datetime) -> bool:
    """Whether somebody was trained at a moment. `history`: their records for one subject, in the order of recording.

    A record granted on the day it was recorded counts from that moment, so that it covers nothing done earlier that day.
    A record granted on an earlier day counts from the beginning of that day, although nobody could know it then: work
    done in between counts as trained. From where it counts, the last record replaces all records before it.
    """
    counting = [
        training
        for training in history
        if training.at <= at or (training.is_earlier and training.granted_on <= at.date())
    ]
    return bool(counting) and counting[-1].expires_on >= at.date()
