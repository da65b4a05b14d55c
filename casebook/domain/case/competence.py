"""Who must be trained for what: the rule that keeps work from those who are not. Pure; asked by every use case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casebook.domain.actors import Reason
from casebook.domain.case.disclosure import TRAINED
from casebook.domain.monitor.monitor_policy import CompetenceRules
from casebook.domain.vocabulary import Source, WorkKind


@dataclass(frozen=True, kw_only=True)
class RecordedTraining:
    """Somebody's training for one subject, as it was written down; the next one of the same subject takes its place."""

    at: datetime
    granted_on: date
    expires_on: date  # the last day it counts

    @property
    def is_earlier(self) -> bool:
        return self.granted_on < self.at.date()


def subjects(rules: CompetenceRules) -> tuple[str, ...]:
    """What training can be recorded for: what some rule asks for, and every source."""
    return tuple(sorted({TRAINED, *map(str, Source), *map(str, rules.sources.value), *rules.work.value.values()}))


def needed(kind: WorkKind, subject: Mapping[str, object], rules: CompetenceRules) -> str | None:
    """What one must be trained for to do an item, or None. To accept that a source is unavailable is no search of it."""
    if kind is WorkKind.RETURN_SEARCH:
        source = subject.get("source")
        searched = source in set(rules.sources.value) and not subject.get("accept")
        return str(Source(str(source))) if searched else None
    return rules.work.value.get(kind)


def why_not_trained(needs: str | None, competences: Collection[str]) -> Reason | None:
    """A reason if the training that is needed is not among what counts today."""
    if needs is None or needs in competences:
        return None
    return Reason("not_trained", f"this needs training for {needs} that has not expired")


def held(history: Sequence[RecordedTraining], at: datetime) -> bool:
    """Whether somebody was trained at a moment; `history` of one subject, in the order it was written down.

    What was granted on the day it was written down counts from that moment, so that it covers nothing done earlier that
    day. What was granted on an earlier day counts from the beginning of that day, though nobody could know it then: what
    was done in between counts as trained. From where it counts, the last word takes the place of all before it.
    """
    counting = [each for each in history if each.at <= at or (each.is_earlier and each.granted_on <= at.date())]
    return bool(counting) and counting[-1].expires_on >= at.date()
