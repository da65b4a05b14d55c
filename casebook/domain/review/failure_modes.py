"""The failure modes: ways in which a past application may have been mishandled. Each is a rule that gives its evidence.

A rule gives its evidence in words, or None. The evidence never contains a name, birth date or staff id.
Evidence is a reason to look: a person decides whether there was a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from casebook.domain import words
from casebook.domain.review import recipient_words
from casebook.domain.review.evidence import (
    PERHAPS,
    SURE,
    Evidence,
    FailureFamily,
    FailureMode,
    LinkedHistory,
    ModeFinding,
)
from casebook.domain.review.past_application import PastApplication
from casebook.domain.review.register_cells import parts_differing, plain, sentence, slip
from casebook.domain.vocabulary import Answer3, Applicant, Outcome

COPIED = 5  # applications with the same rationale
THIN = 15  # characters: a shorter text gives no reason
TOO_FAR_YEARS = 3  # further apart is not a typing error but another person


@dataclass(frozen=True)
class Mode:
    """One line of the table: the mode, the kind of failure it is, and the rule that gives its evidence."""

    name: FailureMode
    family: FailureFamily
    rule: Callable[[Evidence], str | None]


def undisclosed(e: Evidence) -> str | None:
    if not e.past.refused or not (found := _best(e)):
        return None
    return f"the outcome was {_outcome(e.past.outcome)}, while {_what(found)}"


def outcome_unknown_with_history(e: Evidence) -> str | None:
    if e.past.outcome is not None or not (found := _best(e)):
        return None
    return f"nobody recorded an outcome, while {_what(found)}"


def repeat_ignored(e: Evidence) -> str | None:
    if e.past.disclosed or not e.earlier:
        return None
    disclosed_before = any(application.disclosed for application in e.earlier)
    if disclosed_before and (e.past.refused or e.past.outcome is None):
        return "an earlier application about the same subject ended in a disclosure, this one in none"
    if e.damning:
        return f"{_count(len(e.earlier), 'earlier application')} about the same subject"
    return None


def wrong_recipient(e: Evidence) -> str | None:
    """Somebody other than A was told, or A was never seen."""
    if not e.past.disclosed or e.past.applicant is Applicant.A:
        return None
    protector = e.past.outcome is Outcome.DISCLOSED_TO_PROTECTOR
    if any(recipient_words.tell_of_another(sentence(text), protector=protector) for text in e.past.rationales):
        return "the information seems to have gone to somebody else than the person at risk"
    return None


def recipient_unclear(e: Evidence) -> str | None:
    if not e.past.disclosed or e.past.applicant is not Applicant.THIRD_PARTY or e.past.contact_safe is Answer3.YES:
        return None
    return "a third party asked, there was a disclosure, and nothing shows that the person at risk was reached safely"


def right_to_know_missed(e: Evidence) -> str | None:
    """It ended without a decision, although the information called for a Right to Know disclosure to A."""
    if e.past.outcome not in _ENDED_EARLY or not (found := _best(e)):
        return None
    return f"ended as {_outcome(e.past.outcome)}, while {_what(found)}"


def contact_unsafe(e: Evidence) -> str | None:
    if e.past.contact_safe is not Answer3.NO:
        return None
    return "contact was recorded as unsafe" + (", and there was a disclosure all the same" if e.past.disclosed else "")


def wrong_person(e: Evidence) -> str | None:
    """Every search used another birth date, too different for a typing error, or another name."""
    past, names = e.past, _names(e.past)
    dobs = {person.dob for person in past.b if len(person.dob) == len("YYYY-MM-DD")}
    if not past.searched_as or not past.b:
        return None
    if dobs and all(each.dob and not any(_could_be(each.dob, dob) for dob in dobs) for each in past.searched_as):
        return "every search was for a person of another date of birth than the application gives"
    if (
        names
        and not any(set(each.name.split()) & name for each in past.searched_as if each.name for name in names)
        and all(each.name for each in past.searched_as)
    ):
        return "every search was for a person of another name than the application gives"
    return None


def wrong_person_disclosed(e: Evidence) -> str | None:
    """What was disclosed was about somebody else, according to today's sources."""
    if not e.past.disclosed or not e.past.searched_as or wrong_person(e) is None:
        return None
    return None if e.damning else "something was disclosed, but the subject as told has nothing that could have been"


def source_missing(e: Evidence) -> str | None:
    if not e.past.handled or e.past.outcome in _ENDED_EARLY or not (missing := e.mandatory - e.past.sources_searched):
        return None
    if not e.past.sources_searched:
        return "no source is recorded as searched"
    there = sorted(missing & {source for each in e.damning for source in each.sources_then})
    return f"not searched: {', '.join(sorted(missing))}" + (
        f", of which {', '.join(there)} had something" if there else ""
    )


def single_identity(e: Evidence) -> str | None:
    """The subject has several names, and only one was searched."""
    former = (name for person in e.past.b for name in person.former_names)
    return _unsearched(e, former, "a former name that the application gives was not searched")


def alias_unsearched(e: Evidence) -> str | None:
    aliases = (name for person in e.past.b for name in person.aliases)
    return _unsearched(e, aliases, "an alias that the application gives was not searched")


def wrong_dob(e: Evidence) -> str | None:
    """Only birth dates were searched that the linked person's records do not have."""
    if not e.past.searched_as or not all(each.dob for each in e.past.searched_as):
        return None
    searched = {each.dob for each in e.past.searched_as}
    real = [each.who.dob for each in e.held if each.chance >= SURE and len(each.who.dob) == len("YYYY-MM-DD")]
    if real and not any(_agrees(dob, one) for dob in real for one in searched):
        return "the date of birth that was searched is not the one under which the sources know the person"
    told = {person.dob for person in e.past.b if len(person.dob) == len("YYYY-MM-DD")}
    if told and not any(_agrees(dob, one) for dob in told for one in searched) and wrong_person(e) is None:
        return "the date of birth that was searched is not the one the application gives"
    return None


def identity_unrecorded(e: Evidence) -> str | None:
    if e.past.searched_as or not e.past.handled or e.past.outcome in _ENDED_EARLY:
        return None
    return "nobody recorded which identity was searched"


def serious_record_after(e: Evidence) -> str | None:
    since = [each for each in e.held if each.qualifying_since and each.chance >= SURE]
    if not since:
        return None
    domestic = sum(each.domestic_since for each in since)
    serious = _count(sum(each.qualifying_since for each in since), "serious record")
    return f"{serious} since the decision, {domestic} against a partner or relative"


def disclosed_without_ground(e: Evidence) -> str | None:
    """What was disclosed may have been about somebody else."""
    if (
        not e.past.disclosed
        or not e.past.b
        or not e.sources_loaded
        or any(each.qualifying_then or each.supporting_then for each in e.held)
    ):
        return None
    return "there was a disclosure, and today's sources hold nothing of that time about the subject"


def no_second_person(e: Evidence) -> str | None:
    if not e.past.handled or e.past.outcome in _ENDED_EARLY:
        return None
    if not e.past.approvers:
        return "no approver is recorded"
    return "handled and approved by one and the same person" if e.past.approvers <= e.past.handlers else None


def late(e: Evidence) -> str | None:
    ended = e.past.disclosed_on or e.past.decided_on
    if not (e.past.received_on and ended) or (days := (ended - e.past.received_on).days) <= e.allowed_days:
        return None
    return f"took {days} days where {e.allowed_days} were allowed"


def no_rationale(e: Evidence) -> str | None:
    if not e.past.handled or len(sentence(e.past.rationale)) >= THIN:
        return None
    return "no rationale" if not sentence(e.past.rationale) else "a rationale too thin to be one"


def copied_rationale(e: Evidence) -> str | None:
    return f"{e.copies} applications have this very rationale" if e.copies >= COPIED and e.past.rationale else None


def outcome_unknown(e: Evidence) -> str | None:
    if e.past.outcome is not None:
        return None
    return "no outcome that can be read" if e.past.handled else "stands in no list that tells of its handling"


def contact_unknown(e: Evidence) -> str | None:
    if e.past.contact_safe is not Answer3.UNKNOWN or not e.past.handled:
        return None
    return "nobody recorded whether contact is safe"


def _best(e: Evidence) -> LinkedHistory | None:
    """The most likely person with something that could have been disclosed."""
    return next((each for each in e.held if each.qualifying_then and each.chance >= PERHAPS), None)


def _what(held: LinkedHistory) -> str:
    return (
        f"{_count(held.qualifying_then, 'record')} that could be disclosed stood in {', '.join(sorted(held.sources_then))} by then"
        f" ({held.chance:.0%} that it is the subject)"
    )


def _outcome(outcome: Outcome | None) -> str:
    return words.OUTCOME.of(outcome or Outcome.UNKNOWN)


_ENDED_EARLY = frozenset({Outcome.WITHDRAWN, Outcome.NO_ENGAGEMENT, Outcome.OUT_OF_SCOPE})

MODES: tuple[Mode, ...] = (
    Mode(FailureMode.UNDISCLOSED, FailureFamily.SERVICE, undisclosed),
    Mode(FailureMode.OUTCOME_UNKNOWN_WITH_HISTORY, FailureFamily.SERVICE, outcome_unknown_with_history),
    Mode(FailureMode.RIGHT_TO_KNOW_MISSED, FailureFamily.SERVICE, right_to_know_missed),
    Mode(FailureMode.REPEAT_IGNORED, FailureFamily.SERVICE, repeat_ignored),
    Mode(FailureMode.WRONG_RECIPIENT, FailureFamily.SERVICE, wrong_recipient),
    Mode(FailureMode.CONTACT_UNSAFE, FailureFamily.SERVICE, contact_unsafe),
    Mode(FailureMode.WRONG_PERSON_DISCLOSED, FailureFamily.SERVICE, wrong_person_disclosed),
    Mode(FailureMode.SOURCE_MISSING, FailureFamily.RESEARCH, source_missing),
    Mode(FailureMode.SINGLE_IDENTITY, FailureFamily.RESEARCH, single_identity),
    Mode(FailureMode.ALIAS_UNSEARCHED, FailureFamily.RESEARCH, alias_unsearched),
    Mode(FailureMode.WRONG_DOB, FailureFamily.RESEARCH, wrong_dob),
    Mode(FailureMode.WRONG_PERSON, FailureFamily.RESEARCH, wrong_person),
    Mode(FailureMode.IDENTITY_UNRECORDED, FailureFamily.RESEARCH, identity_unrecorded),
    Mode(FailureMode.NO_SECOND_PERSON, FailureFamily.PROCESS, no_second_person),
    Mode(FailureMode.RECIPIENT_UNCLEAR, FailureFamily.PROCESS, recipient_unclear),
    Mode(FailureMode.DISCLOSED_WITHOUT_GROUND, FailureFamily.PROCESS, disclosed_without_ground),
    Mode(FailureMode.SERIOUS_RECORD_AFTER, FailureFamily.SIGNAL, serious_record_after),
    Mode(FailureMode.OUTCOME_UNKNOWN, FailureFamily.ADMINISTRATIVE, outcome_unknown),
    Mode(FailureMode.LATE, FailureFamily.ADMINISTRATIVE, late),
    Mode(FailureMode.NO_RATIONALE, FailureFamily.ADMINISTRATIVE, no_rationale),
    Mode(FailureMode.COPIED_RATIONALE, FailureFamily.ADMINISTRATIVE, copied_rationale),
    Mode(FailureMode.CONTACT_UNKNOWN, FailureFamily.ADMINISTRATIVE, contact_unknown),
)


NAMES = tuple(mode.name for mode in MODES)


def found(evidence: Evidence) -> tuple[ModeFinding, ...]:
    """The failure modes that there is evidence for, in the order of the table."""
    return tuple(
        ModeFinding(name=mode.name, family=mode.family, reason=reason)
        for mode in MODES
        if (reason := mode.rule(evidence)) is not None
    )


def _unsearched(e: Evidence, others: Iterable[str], told: str) -> str | None:
    searched = [frozenset(each.name.split()) for each in e.past.searched_as]
    names = {frozenset(plain(name).split()) for name in others} - {frozenset()}
    missing = [name for name in names if not any(name <= each for each in searched)]
    return told if searched and missing else None


def _names(past: PastApplication) -> list[set[str]]:
    texts = chain.from_iterable((f"{each.forename} {each.surname}", *each.other_names) for each in past.b)
    return [parts for text in texts if (parts := set(plain(text).split()))]


def _agrees(one: str, other: str) -> bool:
    """Whether two dates are equal in the parts that are known of both."""
    return parts_differing(one, other) == 0


def _could_be(one: str, other: str) -> bool:
    if _agrees(one, other) or slip(one, other):
        return True
    return parts_differing(one, other) == 1 and abs(int(one[:4]) - int(other[:4])) < TOO_FAR_YEARS


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
