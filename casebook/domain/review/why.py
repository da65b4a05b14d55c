"""Why an application stands where it does in the ranking: a few plain sentences for whoever examines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casebook.domain import words
from casebook.domain.review.signs import Sign

MOST = 2  # signs that are told beside the suspicion


@dataclass(frozen=True, kw_only=True)
class WhyThisOne:
    facts: tuple[str, ...]  # that put it there, the first by itself
    for_the_decision: tuple[str, ...]  # that speak for what was decided
    unless: str  # what would take it away
    check_first: str  # holds personal detail where a person in the sources is named

    def to_dict(self) -> dict[str, object]:
        return {
            "facts": list(self.facts),
            "for_the_decision": list(self.for_the_decision),
            "unless": self.unless,
            "check_first": self.check_first,
        }


def why_this_one(
    suspicion: str,
    signs: Sequence[str],
    factors: Mapping[str, float],
    *,
    person: Mapping[str, str] | None,
    subject: str,
) -> WhyThisOne:
    """`person`: the cells of the person in today's sources that it is about. `subject`: B's name and birth date as given."""
    speaking = [words.SIGN.of(sign) for sign in signs if factors[Sign(sign)] > 1]
    against = [words.SIGN.of(sign) for sign in signs if factors[Sign(sign)] < 1]
    return WhyThisOne(
        facts=(words.SUSPICION.of(suspicion), *speaking[:MOST]),
        for_the_decision=tuple(against),
        unless=words.CLEARED_IF.of(suspicion),
        check_first=_search(person, subject),
    )


def _search(person: Mapping[str, str] | None, subject: str) -> str:
    if person is None:
        return f"Search every source for {subject or 'the subject'} under each name and birth date that the lists give."
    name = " ".join(filter(None, (person["forename"], person["surname"])))
    born = f", born {person['dob']}" if person["dob"] else ""
    return (
        f"Open {words.SOURCE.of(person['source'])} number {person['person_id']} ({name}{born}) and compare it with"
        f" {subject or 'what the lists say of the subject'}: birth date, address, other names. Then read what stood there"
        " on the day of the decision."
    )
