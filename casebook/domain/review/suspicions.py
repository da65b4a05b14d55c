"""Suspicions: what may have gone wrong with a past application, each with its chance and what it would mean.

The chance is that of the person in today's sources being the subject, times the chance that follows from stated odds:
those of the suspicion, multiplied by each sign that speaks for or against it, and by what reviewers have found. The
consequence is in points. The suspicion with the largest product leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.review import failure_modes, signs
from casebook.domain.review.evidence import PERHAPS, Evidence, FailureFamily, FailureMode, LinkedHistory
from casebook.domain.review.signs import Sign
from casebook.domain.review.weights import ReviewWeights
from casebook.domain.vocabulary import Outcome


class Suspicion(StrEnum):
    """What may have gone wrong."""

    CONTRADICTED = "contradicted"  # a nil return while qualifying records stood there: a fact against the outcome
    REFUSED = "refused"  # a judgement not to tell, with something to be told
    NEAR_NAME = "near_name"  # nobody was found, though somebody near the name has a history
    NO_OUTCOME = "no_outcome"
    UNLISTED = "unlisted"  # only a mailbox or portal knows of it
    ENDED_EARLY = "ended_early"
    REPEAT = "repeat"  # disclosed once, and not when somebody asked again
    SUPPORTING = "supporting"  # nothing told, and what stood there only supports a concern
    TOLD_ANOTHER = "told_another"
    TOLD_UNSAFE = "told_unsafe"
    TOLD_OF_ANOTHER = "told_of_another"
    RECIPIENT_UNCLEAR = "recipient_unclear"
    GROUNDLESS = "groundless"
    UNSAFE_UNTOLD = "unsafe_untold"
    RESEARCH = "research"  # inadequate, and nothing is found today
    RESEARCH_TOLD = "research_told"  # inadequate, and disclosed all the same
    LATER = "later"  # a serious record only after the decision
    ONE_PERSON = "one_person"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, kw_only=True)
class Suspected:
    kind: Suspicion
    identity: float  # chance that the person it is about is the subject; 1 if it is about nobody in the sources
    odds: float  # of a failure, if that is the person
    signs: tuple[Sign, ...]  # those that moved the odds, the strongest first
    consequence: float  # points
    held: LinkedHistory | None = None

    @property
    def chance(self) -> float:
        return self.identity * self.odds / (1 + self.odds)

    @property
    def product(self) -> float:
        return self.chance * self.consequence


Learnt = Mapping[str, float]  # suspicion -> factor of its odds, from the reviewers' findings
NOTHING_LEARNT: Learnt = {}


def suspected(e: Evidence, w: ReviewWeights, learnt: Learnt = NOTHING_LEARNT) -> tuple[Suspected, ...]:
    """Every suspicion, the one with the largest product first."""
    found = [_weighed(e, w, learnt, *case) for case in _cases(e, w)]
    return tuple(sorted(found, key=lambda each: (-each.product, each.kind)))


Bare = tuple[Suspicion, float, float, LinkedHistory | None]  # with identity and consequence


def _cases(e: Evidence, w: ReviewWeights) -> Iterator[Bare]:
    names = {mode.name for mode in failure_modes.found(e)}
    if not e.past.disclosed:
        yield from _untold(e, w)
    means = w.consequence.value
    told_to_harm = max((_points(linked, w) * w.told_to_harm.value for linked in e.damning), default=0.0)
    told = e.past.disclosed
    plain = (
        (FailureMode.WRONG_RECIPIENT in names, Suspicion.TOLD_ANOTHER, means[Suspicion.TOLD_ANOTHER] + told_to_harm),
        (
            FailureMode.CONTACT_UNSAFE in names and told,
            Suspicion.TOLD_UNSAFE,
            means[Suspicion.TOLD_UNSAFE] + told_to_harm,
        ),
        (FailureMode.CONTACT_UNSAFE in names and not told, Suspicion.UNSAFE_UNTOLD, means[Suspicion.UNSAFE_UNTOLD]),
        (FailureMode.WRONG_PERSON_DISCLOSED in names, Suspicion.TOLD_OF_ANOTHER, means[Suspicion.TOLD_OF_ANOTHER]),
        (FailureMode.RECIPIENT_UNCLEAR in names, Suspicion.RECIPIENT_UNCLEAR, means[Suspicion.RECIPIENT_UNCLEAR]),
        (FailureMode.DISCLOSED_WITHOUT_GROUND in names, Suspicion.GROUNDLESS, means[Suspicion.GROUNDLESS]),
        (_research(e) and told, Suspicion.RESEARCH_TOLD, means[Suspicion.RESEARCH_TOLD]),
        (_research(e) and not told, Suspicion.RESEARCH, means[Suspicion.RESEARCH]),
        (FailureMode.SERIOUS_RECORD_AFTER in names and not told, Suspicion.LATER, means[Suspicion.LATER]),
        (FailureMode.NO_SECOND_PERSON in names, Suspicion.ONE_PERSON, means[Suspicion.ONE_PERSON]),
        (bool(doubts(e)), Suspicion.UNCERTAIN, means[Suspicion.UNCERTAIN] * len(doubts(e))),
    )
    yield from ((kind, 1.0, consequence, None) for holds, kind, consequence in plain if holds)
    if FailureMode.REPEAT_IGNORED in names and any(earlier.disclosed for earlier in e.earlier):
        gravest = max((linked.chance * gravity(linked, w) for linked in e.held), default=0.0)
        yield Suspicion.REPEAT, 1.0, max(means[Suspicion.REPEAT], gravest), None


def _untold(e: Evidence, w: ReviewWeights) -> Iterator[Bare]:
    """What was kept from A: for each person who may be the subject and has a history."""
    kind = _of_outcome(e)
    for linked in e.held:
        if linked.qualifying_then and linked.chance >= PERHAPS:
            yield kind, linked.chance, gravity(linked, w), linked
        elif linked.qualifying_then and e.past.outcome not in _ENDED:
            yield Suspicion.NEAR_NAME, max(linked.chance, _near(e, linked, w)), gravity(linked, w), linked
        elif linked.supporting_then and linked.chance >= PERHAPS:
            yield Suspicion.SUPPORTING, linked.chance, gravity(linked, w), linked


_ENDED = frozenset({Outcome.WITHDRAWN, Outcome.NO_ENGAGEMENT, Outcome.OUT_OF_SCOPE})


def _of_outcome(e: Evidence) -> Suspicion:
    match e.past.outcome:
        case Outcome.NOTHING_TO_DISCLOSE:
            return Suspicion.CONTRADICTED
        case Outcome.NOT_DISCLOSED:
            return Suspicion.REFUSED
        case None:
            return Suspicion.NO_OUTCOME if e.past.handled else Suspicion.UNLISTED
        case _:
            return Suspicion.ENDED_EARLY


def _near(e: Evidence, linked: LinkedHistory, w: ReviewWeights) -> float:
    """The floor of the chance that somebody near the name is the subject. The nearer in age, the likelier."""
    floors = w.near_name.value
    if e.damning or not linked.who.bears_name:
        return 0.0 if e.damning else floors["another_name"]
    apart = linked.who.years_apart(e.past.b)
    return floors["near_in_age" if apart is None or apart <= w.near_years.value else "far_in_age"]


def gravity(held: LinkedHistory, w: ReviewWeights) -> float:
    """What it would mean if this history was kept from A: points, by the live risk model."""
    if held.qualifying_then:
        return (w.serious if held.close_then else w.apart).value + _points(held, w)
    if not held.supporting_then:
        return 0.0
    return min(w.supporting.value, w.supporting_from.value + held.points_then / w.supporting_each.value)


def _points(held: LinkedHistory, w: ReviewWeights) -> float:
    return min(w.most_points.value, held.points_then)


def _weighed(  # noqa: PLR0917 - the parts of one case
    e: Evidence, w: ReviewWeights, learnt: Learnt, kind: Suspicion, identity: float, consequence: float, held: LinkedHistory | None
) -> Suspected:  # fmt: skip
    factors = w.signs.value
    bearing = sorted(signs.of(e, held, w) & BEARING[kind], key=lambda sign: (-abs(factors[sign] - 1), sign))
    odds = w.odds.value[kind] * learnt.get(kind, 1.0)
    for sign in bearing:
        odds *= factors[sign]
    reasoned = w.reasoned_most.value
    if kind is Suspicion.REFUSED and signs.reason_given(e):
        odds = min(odds, reasoned)
    if kind is Suspicion.CONTRADICTED:  # a fact against the outcome never ranks below a judgement with a reason
        odds = max(odds, reasoned)
    return Suspected(kind=kind, identity=identity, odds=odds, signs=tuple(bearing), consequence=consequence, held=held)


def _research(e: Evidence) -> bool:
    """Whether research was inadequate in a way that this application shows; a column that nobody kept shows nothing."""
    unkept = {name for name, column in _SHOWN_BY.items() if column in e.unkept}
    return any(mode.family is FailureFamily.RESEARCH and mode.name not in unkept for mode in failure_modes.found(e))


# mode -> the column without which nothing shows it
_SHOWN_BY = {FailureMode.SOURCE_MISSING: "sources_searched", FailureMode.IDENTITY_UNRECORDED: "searched_as"}


def doubts(e: Evidence) -> tuple[str, ...]:
    """What nobody knows about an application."""
    past = e.past
    near = [linked for linked in e.held if linked.qualifying_then and linked.chance < PERHAPS]
    found = (
        (not past.b, "the subject is not known, so nothing could be looked up"),
        (bool(past.b) and not any(person.dob for person in past.b), "the subject's date of birth is not known"),
        (past.outcome is None, "how it ended is not known"),
        (past.outcomes_differ, "one list says it was disclosed, another that it was not"),
        (past.decided_on is None and not past.disclosed_on, "when it was decided is not known"),
        (bool(past.b) and not e.sources_loaded, "no source is loaded, so nothing could be looked up"),
        (bool(e.between), "a person with a history may or may not be the subject"),
        (
            bool(near) and not past.disclosed and not e.damning and past.outcome not in _ENDED,
            f"nobody was found, and {_people(len(near))} near the name with records that could be disclosed",
        ),
    )
    return tuple(words for holds, words in found if holds)


def _people(count: int) -> str:
    return "there is 1 person" if count == 1 else f"there are {count} people"


_REASONS = frozenset({Sign.NO_REASON, Sign.COPIED_REASON, Sign.FORBIDDEN_REASON, Sign.ONE_PERSON})
_DANGER = frozenset({Sign.TOGETHER, Sign.CHILDREN, Sign.DANGER_SAID, Sign.GRAVE_AND_RECENT, Sign.HARM_SINCE})
_SEARCHES = frozenset({Sign.NOT_SEARCHED_THERE, Sign.SEARCHED_WRONGLY, Sign.SEARCHED_LITTLE})
_EXPLAINED = frozenset(
    {Sign.TOLD_OTHERWISE, Sign.SERVING_SENTENCE, Sign.OWNER_REFUSES, Sign.SEVERAL_AGREED, Sign.NO_CONTACT}
)
_NOTHING: frozenset[Sign] = frozenset()
# which signs speak for or against which suspicion
BEARING: Mapping[Suspicion, frozenset[Sign]] = {
    Suspicion.CONTRADICTED: _DANGER | _REASONS | _SEARCHES | {Sign.EARLIER_APPLICATION, Sign.ANOTHER_PERSON},
    Suspicion.REFUSED: _DANGER | _REASONS | _SEARCHES | _EXPLAINED | {Sign.EARLIER_APPLICATION, Sign.NO_SUPPORT},
    Suspicion.NEAR_NAME: _SEARCHES | {Sign.ANOTHER_PERSON, Sign.SUBJECT_FOUND},
    Suspicion.NO_OUTCOME: _DANGER | {Sign.EARLIER_APPLICATION},
    Suspicion.UNLISTED: _DANGER | {Sign.EARLIER_APPLICATION},
    Suspicion.ENDED_EARLY: _DANGER | {Sign.NO_REASON, Sign.EARLIER_APPLICATION, Sign.SUPPORTED, Sign.NO_CONTACT},
    Suspicion.REPEAT: _DANGER | _REASONS | _EXPLAINED,
    Suspicion.SUPPORTING: _DANGER | _SEARCHES,
    Suspicion.TOLD_ANOTHER: frozenset({Sign.HARM_SINCE}),
    Suspicion.TOLD_UNSAFE: frozenset({Sign.HARM_SINCE}),
    Suspicion.TOLD_OF_ANOTHER: _NOTHING,
    Suspicion.RECIPIENT_UNCLEAR: _NOTHING,
    Suspicion.GROUNDLESS: _NOTHING,
    Suspicion.UNSAFE_UNTOLD: frozenset({Sign.DANGER_SAID}),
    Suspicion.RESEARCH: frozenset({Sign.SEARCHED_WRONGLY, Sign.SEARCHED_LITTLE, Sign.ONE_PERSON, Sign.DANGER_SAID}),
    Suspicion.RESEARCH_TOLD: _NOTHING,
    Suspicion.LATER: frozenset({Sign.SEARCHED_WRONGLY, Sign.SEARCHED_LITTLE, Sign.ONE_PERSON}),
    Suspicion.ONE_PERSON: frozenset({Sign.NO_REASON}),
    Suspicion.UNCERTAIN: frozenset({Sign.DANGER_SAID}),
}
