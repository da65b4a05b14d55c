"""People say of each candidate whether it is the subject; whoever is not said to be is looked at by a second person."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.core.answers import Answer, Doing
from casebook.casework.record_checks import candidates
from casebook.domain import authority
from casebook.domain.case.record_checks import MatchVerdict
from casebook.errors import AlreadyDone
from casebook.sources.protocol import Cells
from casebook.storage.case import extracts
from casebook.storage.tables import Candidate


class MatchReviewed(Answer):
    """Whether one candidate is the subject."""

    verdict: MatchVerdict = Field(description="same: one and the same person; cannot_tell keeps the doubt and says so")
    reason: str = Field(
        min_length=1, description="What it rests on: which details agree, which do not, what explains it."
    )


class RejectionSeen(Answer):
    """A second person's look at a candidate who was rejected, or of whom the first could not tell."""

    agrees: bool = Field(description="False sends the candidate back to be reviewed anew.")
    reason: str = Field(min_length=1)


def reviewed(doing: Doing) -> None:
    """Keep the verdict. The records of the confirmed become findings; a sign of danger in them opens safeguarding."""
    candidate, answer = _candidate(doing), doing.answer
    if candidate.verdict is not None:
        raise AlreadyDone("this candidate has been reviewed")
    candidate.verdict, candidate.reason = answer.verdict, answer.reason
    candidate.reviewed_by, candidate.reviewed_at = doing.act.actor.id, doing.act.now
    if answer.verdict is MatchVerdict.SAME:
        records = records_of(doing.act, candidate)
        candidates.confirm(doing.act, doing.application, candidate, records)
        candidates.watch_for_danger(doing.act, doing.application, records)


def looked_at(doing: Doing) -> None:
    """Agree, or send back. The first person is never the second."""
    candidate, answer = _candidate(doing), doing.answer
    refuse(authority.why_not_second(doing.act.actor, [candidate.reviewed_by]))
    if candidate.verdict in {None, MatchVerdict.SAME} or candidate.second_by is not None:
        raise AlreadyDone("there is no rejection of this candidate to look at")
    if not answer.agrees:
        candidates.reopen(candidate)
        return
    candidate.second_agrees, candidate.second_reason = True, answer.reason
    candidate.second_by, candidate.second_at = doing.act.actor.id, doing.act.now


def records_of(act: Act, candidate: Candidate) -> Sequence[Cells]:
    """What is recorded of a candidate: as the researcher wrote it down, else as the extract has it now."""
    if (written := candidate.seen.get("records")) is not None:
        return list(written)
    rows = extracts.records(act.session, candidate.source, [candidate.person_id])
    return [extracts.record_cells(row) for row in rows]


def _candidate(doing: Doing) -> Candidate:
    candidate = doing.act.session.get(Candidate, str(doing.item.subject.get("candidate")))
    if candidate is None or candidate.superseded:
        refuse_because(
            "superseded", "the source no longer says this of anybody; look at the new candidates", AlreadyDone
        )
    return candidate
