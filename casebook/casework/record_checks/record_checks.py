"""The record-checks stage: automatic searches, what people must return, review and sign, and what reopens it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from casebook.casework.core import clocks, lifecycle
from casebook.casework.core.acting import Act
from casebook.casework.core.answers import Answering, Answers, Doing, Handler
from casebook.casework.record_checks import (
    applicant,
    assurances,
    by_hand,
    candidate_lists,
    candidate_reviews,
    candidates,
    link_reviews,
    meetings,
    own_register,
    remote_searches,
    returns,
    searches,
)
from casebook.domain.actors import Reason
from casebook.domain.case import namesakes, uncovered
from casebook.domain.case import record_checks as rules
from casebook.domain.case.namesakes import ListPlace
from casebook.domain.case.record_checks import SearchResult
from casebook.domain.vocabulary import Limit, Role, Stage, WorkKind
from casebook.domain.work import Need
from casebook.storage.case import record_checks as stored
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, Candidate, Search

REOPENABLE = frozenset({Stage.RISK_SCORING, Stage.PANEL_DECISION, Stage.DISCLOSURE})


def search_automatic(act: Act, application: Application) -> list[str]:
    """Make every automatic search that is due, at any stage. At intake these are the initial checks.

    Opens immediate safeguarding in the same transaction if the findings call for it. Idempotent. Returns the searches it ran.
    """
    if application.frozen_at is not None:
        return []
    own_register.bring_up(act, application)
    ran = searches.bring_up(act, application)
    applicant.look_for_signs(act, application)
    return [search.id for search in ran]


def prepare(act: Act, application: Application) -> None:
    """Make the automatic searches of the stage. The engine asks remote sources, outside this transaction."""
    before = set(remote_searches.waiting(act.session, application.reference))
    search_automatic(act, application)
    if set(remote_searches.waiting(act.session, application.reference)) - before:
        act.wake(application, "source_to_ask")


def reopen(act: Act, application: Application, *, because: str) -> bool:
    """Search what new information or a newer extract leaves uncovered, and go back to record checks if that leaves work.

    Earlier searches, reviews and signatures stand where the facts have not changed. Returns whether the application went back.
    It never goes back after a delivery.
    """
    facts, before = stored.facts(act.session, application.reference), _standing(act, application)
    prepare(act, application)
    if application.stage not in REOPENABLE or stored.facts(act.session, application.reference) == facts:
        return False
    if application.outcome is not None:
        act.record(application, "changed_after_delivery", because=because)
        return False
    changed = _changed(before, _standing(act, application))
    act.record(application, "record_checks_reopened", because=because, origin=application.stage, changed=changed)
    lifecycle.move(act, application, Stage.RECORD_CHECKS, because="reopened")
    return True


def keep_up(act: Act, application: Application) -> bool:
    """After record checks: go back if a newer extract changed the candidates, or a return is too old to decide on."""
    if application.stage not in REOPENABLE or application.frozen_at is not None:
        return False
    because = searches.why_again(act, application) or own_register.why_again(act, application)
    return because is not None and reopen(act, application, because=because)


def ask_again(act: Act, application: Application) -> bool:
    """After record checks: go back if the policy it came under asks for a source that was never asked."""
    if application.stage not in REOPENABLE or not searches.never_asked(act, application):
        return False
    return reopen(act, application, because="source_became_mandatory")


def why_not_decide_on(act: Act, application: Application) -> Reason | None:
    """Why the returns are not enough for a decision now, or None. Automatic searches that are due are made first."""
    if keep_up(act, application):
        return Reason(
            "reopened",
            "a source has new information, or a return is too old: the next sweep reopens record checks",
        )
    return searches.why_too_old(act, application)


def _standing(act: Act, application: Application) -> dict[str, set[str]]:
    """Source -> ids of its candidates, findings and open searches."""
    reference, current = application.reference, defaultdict[str, set[str]](set)
    for candidate in stored.candidates(act.session, reference, party=None):
        current[candidate.source].add(f"candidate:{candidate.id}")
    for finding in stored.findings(act.session, reference):
        current[finding.source].add(f"finding:{finding.id}")
    for search in stored.searches(act.session, reference):
        if search.returned_at is None:
            current[search.source].add(f"search:{search.id}")
    return current


def _changed(before: Mapping[str, set[str]], now: Mapping[str, set[str]]) -> dict[str, dict[str, int]]:
    """Source -> how many were added or removed: `candidate_new`, `candidate_gone`, `finding_new`, `search_new`, ..."""
    changed: dict[str, dict[str, int]] = {}
    for source in sorted({*before, *now}):
        old, new = before.get(source, set()), now.get(source, set())
        kinds = [f"{entry.partition(':')[0]}_new" for entry in new - old]
        kinds += [f"{entry.partition(':')[0]}_gone" for entry in old - new]
        if kinds:
            changed[source] = dict(sorted(Counter(kinds).items()))
    return changed


def needs(act: Act, application: Application) -> list[Need]:
    """What people must still do. The two signatures come last, and are needed again whenever the facts change."""
    reference = application.reference
    current_searches = stored.searches(act.session, reference)
    before_signatures = [
        *_returns(act, application, current_searches),
        *_reviews(act, reference),
        *link_reviews.needs(act, application),
        *(
            Need(kind=WorkKind.VERIFY_APPLICANT, key=sign.id, subject={"sign": sign.id, "code": sign.code})
            for sign in stored.signs(act.session, reference)
            if sign.cleared is None
        ),
        *meetings.needs(act, application),
    ]
    research = {WorkKind.RETURN_SEARCH, WorkKind.REVIEW_MATCH, WorkKind.SECOND_LOOK_AT_REJECTION}
    research_open = any(need.kind in research and need.blocking is not False for need in before_signatures)
    automatic_open = any(
        search.automatic and search.mandatory and search.returned_at is None for search in current_searches
    )
    return (
        before_signatures
        if research_open or automatic_open or not current_searches
        else [*before_signatures, *_signatures(act, application)]
    )


def _returns(act: Act, application: Application, current_searches: Sequence[Search]) -> list[Need]:
    """One item for each source that people search, and one for a supervisor where a source is unavailable."""
    attempts = stored.attempts(act.session, application.reference)
    needs_found = []
    for search in current_searches:
        times_asked = attempts[search.id, "asked"]
        times_failed = sum(
            count for (search_id, outcome), count in attempts.items() if search_id == search.id and outcome != "asked"
        )
        if search.returned_at is None and (not search.automatic or times_failed >= rules.FAILURES_BEFORE_A_PERSON):
            needs_found.append(_return(act, application, search, times_asked))
        if search.result == SearchResult.UNAVAILABLE and search.mandatory and search.accepted_by is None:
            subject = {"search": search.id, "source": search.source, "accept": True}
            key = f"{search.id}:accept"
            needs_found.append(Need(kind=WorkKind.RETURN_SEARCH, key=key, role=Role.SUPERVISOR, subject=subject))
    return needs_found


def _return(act: Act, application: Application, search: Search, times_asked: int) -> Need:
    """The item to return a search. After an agency was asked, it falls due when the agency is to be chased."""
    return Need(
        kind=WorkKind.RETURN_SEARCH,
        key=f"{search.id}:{times_asked}" if times_asked else search.id,
        subject={
            "search": search.id,
            "source": search.source,
            "party": search.party,
            "round": search.round,
            "searches": [step["family"] for step in search.plan],
            "left_out": by_hand.left_out(act, application, search),
        },
        due_at=policy_of(application).sources.chased_at(act.now) if times_asked else None,
        blocking=search.mandatory,
    )


def _reviews(act: Act, reference: str) -> list[Need]:
    """One item to review each candidate, of B and of A, and each list; and one for a second person to look at it."""
    rounds = stored.reviews(act.session, reference)
    review_needs, lists = [], defaultdict[str, list[Candidate]](list)
    for candidate in stored.candidates(act.session, reference, party=None):
        if candidate.place == ListPlace.LISTED:
            lists[candidate.source].append(candidate)
            continue
        subject = {name: getattr(candidate, name) for name in ("party", "source", "band")} | {"candidate": candidate.id}
        due_at = candidate.proposed_at + candidates.PRESSING if candidates.is_pressing(candidate) else None
        review_needs += _review([candidate], f"{candidate.id}:{rounds[candidate.id]}", subject, due_at=due_at)
    for source, lines in sorted(lists.items()):
        name = candidate_lists.name_of(lines)
        review_needs += _review(lines, f"{name}:{rounds[name]}", {"list": name, "source": source, "lines": len(lines)})
    return review_needs


def _review(
    people: Sequence[Candidate], key: str, subject: Mapping[str, object], *, due_at: datetime | None = None
) -> list[Need]:
    if any(person.verdict is None for person in people):
        return [Need(kind=WorkKind.REVIEW_MATCH, key=key, subject=dict(subject), due_at=due_at)]
    if not all(rules.is_settled(person.verdict, person.second_agrees) for person in people):
        verdicts = sorted({str(person.verdict) for person in people})
        seen = dict(subject) | {"verdict": verdicts[0]}
        return [Need(kind=WorkKind.SECOND_LOOK_AT_REJECTION, key=key, subject=seen)]
    return []


def _signatures(act: Act, application: Application) -> list[Need]:
    reference = application.reference
    facts = stored.facts(act.session, reference)
    subject: dict[str, object] = {"facts": facts}
    if stored.assurance(act.session, reference, "identity", facts) is None:
        return [Need(kind=WorkKind.SIGN_OFF_IDENTITY, key=facts, subject=subject)]
    if stored.assurance(act.session, reference, "adequacy", facts) is None:
        why = uncovered.by_family(assurances.why_uncovered(act, application))
        subject |= {"uncovered": sorted(why), "why_uncovered": why}
        if number := stored.not_told_apart(act.session, reference):
            subject |= {"not_told_apart": number, "ask": list(namesakes.ASKED)}
        return [Need(kind=WorkKind.STATE_ADEQUACY, key=facts, subject=subject)]
    return []


def _seen(handler: Handler) -> Handler:
    """Meet the limit of the initial checks once every automatic search has returned and a person has acted on one."""

    def handle(doing: Doing) -> None:
        handler(doing)
        live = stored.searches(doing.act.session, doing.application.reference)
        if live and all(search.returned_at is not None for search in live if search.automatic):
            clocks.meet(doing.act, doing.application, Limit.INITIAL_CHECKS)

    return handle


ANSWERS: Answers = {
    WorkKind.RETURN_SEARCH: Answering(
        schema=returns.SearchReturned, handler=_seen(returns.returned), take_back=returns.take_back
    ),
    WorkKind.REVIEW_MATCH: Answering(
        schema=candidate_reviews.MatchReviewed,
        handler=_seen(candidate_reviews.reviewed),
        rests_on=candidate_reviews.rests_on_list,
        take_back=candidate_reviews.take_back,
    ),
    WorkKind.SECOND_LOOK_AT_REJECTION: Answering(
        schema=candidate_reviews.ReviewSeen,
        handler=_seen(candidate_reviews.looked_at),
        rests_on=candidate_reviews.rests_on_review,
        take_back=candidate_reviews.take_back,
    ),
    WorkKind.SIGN_OFF_IDENTITY: Answering(
        schema=assurances.IdentitySigned, handler=_seen(assurances.identity_signed), take_back=assurances.take_back
    ),
    WorkKind.STATE_ADEQUACY: Answering(
        schema=assurances.AdequacyStated,
        handler=_seen(assurances.adequacy_stated),
        rests_on=assurances.rests_on,
        take_back=assurances.take_back,
    ),
    WorkKind.VERIFY_APPLICANT: Answering(
        schema=applicant.ApplicantVerified, handler=applicant.verified, take_back=applicant.take_back_verification
    ),
    WorkKind.MEET_APPLICANT: Answering(
        schema=meetings.ApplicantMet, handler=meetings.met, take_back=meetings.take_back
    ),
    WorkKind.LOCATE_PERSON_AT_RISK: Answering(
        schema=meetings.PersonLocated, handler=meetings.located, take_back=meetings.take_back
    ),
}
