"""Lists what is not known about a history, in words. It may raise the priority, and never lowers it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casebook.domain.risk.instruments import Reading, printable
from casebook.domain.risk.record_weight import Weighed
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.words import UNCERTAIN

WORDS = UNCERTAIN.words


@dataclass(frozen=True, kw_only=True)
class Doubt:
    kind: str
    about: tuple[str, ...] = ()  # labels, sorted, each once
    count: int = 1

    @property
    def told(self) -> str:
        shown = ", ".join(self.about[:SHOWN]) + (", ..." if len(self.about) > SHOWN else "")
        number = f" ({self.count})" if self.count > 1 else ""
        return f"{WORDS[self.kind]}{number}{': ' if shown else ''}{shown}"


SHOWN = 8  # labels in one sentence


def of_history(history: Sequence[Weighed]) -> Iterable[Doubt]:
    if not history:
        yield Doubt(kind="no_record")
    keys, labels = defaultdict[str, set[object]](set), defaultdict[str, set[str]](set)
    versions = defaultdict[object, set[str]](set)
    for each in history:
        versions[each.key].add(repr(each.record))
        for doubt in each.doubts:
            keys[doubt].add(each.key)
            labels[doubt].add(each.record.label)
    for key, different in versions.items():
        if len(different) > 1:
            keys["differing_versions"].add(key)
            labels["differing_versions"] |= {each.record.label for each in history if each.key == key}
    for kind in keys:
        yield Doubt(kind=kind, about=tuple(sorted(labels[kind])), count=len(keys[kind]))


def of_answers(reading: Reading | None) -> Iterable[Doubt]:
    if reading is None:
        yield Doubt(kind="no_instrument")
        return
    if reading.form is None:
        yield Doubt(kind="unknown_instrument")
    if count := reading.unknown_count:
        topics = (*(each.code for each in reading.unknown), *map(printable, reading.foreign_unknown))
        yield Doubt(kind="unknown_answer", about=tuple(dict.fromkeys(topics)), count=count)
    if foreign := (*reading.foreign_yes, *reading.foreign_no, *reading.foreign_unknown):
        yield Doubt(kind="unknown_question", about=tuple(sorted(set(map(printable, foreign)))), count=len(foreign))
    high_at = reading.form.high_at.value if reading.form else 0
    if reading.yes_count < high_at <= reading.yes_count + reading.unknown_count:
        yield Doubt(kind="near_threshold")


def of_person(
    vulnerabilities: Sequence[str], circumstances: Sequence[str], earlier: int | None, model: RiskModel
) -> Iterable[Doubt]:
    if unknown := set(vulnerabilities) - model.numbers.person_at_risk.vulnerabilities.value.keys():
        yield Doubt(kind="unknown_vulnerability", count=len(unknown))
    if unknown := set(circumstances) - model.numbers.signs.circumstances.value.keys():
        yield Doubt(kind="unknown_circumstance", count=len(unknown))
    if earlier is None:
        yield Doubt(kind="earlier_applications_unknown")


def of_gaps(gaps: Sequence[str], unread: int) -> Iterable[Doubt]:
    """What the searches left open, one doubt for each."""
    open_kinds = {"unreviewed_candidate", "unreachable_source", "unsearched_source"}
    kinds = [each if each in open_kinds else "unknown_gap" for each in gaps]
    for kind in sorted(set(kinds)):
        yield Doubt(kind=kind, count=kinds.count(kind))
    if unread:
        yield Doubt(kind="unknown_input", count=unread)
