"""Reviews of candidates: is each one the party? A second person looks at every review: both errors do harm."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.record_checks import candidate_lists, candidates, link_reviews
from casebook.domain import authority
from casebook.domain.case.namesakes import ListPlace
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.vocabulary import Party
from casebook.errors import AlreadyDone
from casebook.sources.protocol import Cells
from casebook.storage.case import extracts
from casebook.storage.case import record_checks as stored
from casebook.storage.tables import Application, Candidate, WorkItem


class MatchReviewed(Answer):
    """Whether one candidate is the party searched for: the subject or, in force records, the person at risk."""

    verdict: MatchVerdict = Field(
        description="same: the candidate is the party searched for. cannot_tell: the doubt stays on record."
    )
    reason: str = Field(
        min_length=1, description="The reasons: which details agree, which do not, and what explains that."
    )
    look_at: list[str] = Field(
        default_factory=list,
        description="For a list of people of the name: the ids of those to look at one by one. The others are set aside.",
    )


class ReviewSeen(Answer):
    """A second person's answer about the review of a candidate, whatever its verdict."""

    agrees: bool = Field(description="False sends the candidate back for a new review.")
    reason: str = Field(min_length=1)


def reviewed(doing: Doing) -> None:
    """Record the verdict. Records of a confirmed candidate become findings at once, before the second look.

    A high-risk indicator on a record of the subject opens safeguarding.
    """
    answer = doing.answer
    if "pair" in doing.item.subject:
        link_reviews.reviewed(doing)
        return
    if "list" in doing.item.subject:
        candidate_lists.reviewed(doing, verdict=answer.verdict, reason=answer.reason, look_at=answer.look_at)
        return
    candidate = _candidate(doing)
    if candidate.verdict is not None:
        raise AlreadyDone("this candidate has already been reviewed")
    candidate.verdict, candidate.reason = answer.verdict, answer.reason
    candidate.reviewed_by, candidate.reviewed_at = doing.act.actor.id, doing.act.now
    if answer.verdict is MatchVerdict.SAME:
        records = records_of(doing.act, candidate)
        candidates.confirm(doing.act, doing.application, candidate, records)
        if candidate.party == Party.B:
            candidates.watch_for_danger(doing.act, doing.application, records)


def looked_at(doing: Doing) -> None:
    """Record the second look: agree, or send back. The second person must not be the first reviewer."""
    answer = doing.answer
    if "pair" in doing.item.subject:
        link_reviews.looked_at(doing)
        return
    if "list" in doing.item.subject:
        candidate_lists.looked_at(doing, agrees=answer.agrees, reason=answer.reason)
        return
    candidate = _candidate(doing)
    refuse(authority.why_not_second(doing.act.actor, [candidate.reviewed_by]))
    if candidate.verdict is None or candidate.second_by is not None:
        raise AlreadyDone("no review of this candidate is waiting for a second look")
    if not answer.agrees:
        candidates.take_back(doing.act, candidate)
        return
    candidate.second_agrees, candidate.second_reason = True, answer.reason
    candidate.second_by, candidate.second_at = doing.act.actor.id, doing.act.now


def records_of(act: Act, candidate: Candidate) -> Sequence[Cells]:
    """The records of a candidate: as the researcher entered them, or else from the current extract."""
    if (written := candidate.seen.get("records")) is not None:
        return list(written)
    rows = extracts.records(act.session, candidate.source, [candidate.person_id])
    return [extracts.record_cells(row) for row in rows]


def take_back(act: Act, application: Application, item: WorkItem) -> None:
    """The candidate, or every line of the list that was set aside, is reviewed again. Findings are withdrawn."""
    if "pair" in item.subject:
        link_reviews.take_back(act, application, item)
        return
    reviewed_candidates = _about(act, application, item)
    if not any(row.verdict for row in reviewed_candidates):
        refuse_because("superseded", "this review does not stand any more: the person is reviewed again, or gone")
    for row in reviewed_candidates:
        candidates.take_back(act, row)


def rests_on_list(_act: Act, _application: Application, item: WorkItem) -> object | None:
    """The first review of a list is a signature: it sets people aside whom nobody reads one by one."""
    return item.subject.get("list")


def rests_on_review(act: Act, application: Application, item: WorkItem) -> object:
    """A second look rests on the candidate, every line of the list or the link, as the first person reviewed them."""
    if "pair" in item.subject:
        return link_reviews.rests_on(act, application, item)
    return [
        [row.id, row.verdict, row.reviewed_by, row.reviewed_at, row.search_id] for row in _about(act, application, item)
    ]


def _about(act: Act, application: Application, item: WorkItem) -> list[Candidate]:
    """The candidate of an item, or the lines of its list."""
    one, source = item.subject.get("candidate"), item.subject.get("source")
    return [
        row
        for row in stored.candidates(act.session, application.reference, party=None)
        if row.id == one or (one is None and row.place == ListPlace.LISTED and row.source == source)
    ]


def _candidate(doing: Doing) -> Candidate:
    candidate = doing.act.session.get(Candidate, str(doing.item.subject.get("candidate")))
    if candidate is None or candidate.superseded:
        refuse_because(
            "superseded", "the source has since changed or removed this person. Review the new candidates", AlreadyDone
        )
    return candidate
