"""Reviews of candidates: is each one the subject? A second person looks at every candidate who is not confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.record_checks import candidate_lists, candidates, link_reviews
from casebook.domain import authority
from casebook.domain.case.record_checks import MatchVerdict
from casebook.errors import AlreadyDone
from casebook.sources.protocol import Cells
from casebook.storage.case import extracts
from casebook.storage.tables import Candidate


class MatchReviewed(Answer):
    """Whether one candidate is the subject."""

    verdict: MatchVerdict = Field(
        description="same: the candidate is the subject. cannot_tell: the doubt stays on record."
    )
    reason: str = Field(
        min_length=1, description="The reasons: which details agree, which do not, and what explains that."
    )
    look_at: list[str] = Field(
        default_factory=list,
        description="For a list of people of the name: the ids of those to look at one by one. The others are set aside.",
    )


class RejectionSeen(Answer):
    """A second person's answer about a candidate whom the first rejected or could not decide on."""

    agrees: bool = Field(description="False sends the candidate back for a new review.")
    reason: str = Field(min_length=1)


def reviewed(doing: Doing) -> None:
    """Record the verdict. Records of a confirmed candidate become findings. A high-risk indicator opens safeguarding."""
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
    if candidate.verdict in {None, MatchVerdict.SAME} or candidate.second_by is not None:
        raise AlreadyDone("no rejection of this candidate is waiting for a second look")
    if not answer.agrees:
        candidates.reopen(candidate)
        return
    candidate.second_agrees, candidate.second_reason = True, answer.reason
    candidate.second_by, candidate.second_at = doing.act.actor.id, doing.act.now


def records_of(act: Act, candidate: Candidate) -> Sequence[Cells]:
    """The records of a candidate: as the researcher entered them, or else from the current extract."""
    if (written := candidate.seen.get("records")) is not None:
        return list(written)
    rows = extracts.records(act.session, candidate.source, [candidate.person_id])
    return [extracts.record_cells(row) for row in rows]


def _candidate(doing: Doing) -> Candidate:
    candidate = doing.act.session.get(Candidate, str(doing.item.subject.get("candidate")))
    if candidate is None or candidate.superseded:
        refuse_because(
            "superseded", "the source has since changed or removed this person. Review the new candidates", AlreadyDone
        )
    return candidate
