"""Several applicants who ask about one subject: all their open applications are raised, and a supervisor is told."""

from __future__ import annotations

from collections.abc import Mapping

from casebook.casework.core import notices
from casebook.casework.core.acting import Act
from casebook.casework.core.notices import NoticeToRole
from casebook.casework.record_checks import identity, match_weights
from casebook.casework.safeguarding import danger, outreach
from casebook.domain.case import own_register as rules
from casebook.domain.case.own_register import LinkKind
from casebook.domain.vocabulary import Party, Role, Stage
from casebook.sources.protocol import Counts
from casebook.storage import links as stored
from casebook.storage.case.extracts import PERSON_CELLS
from casebook.storage.documents import policy_of
from casebook.storage.tables import Application, ApplicationLink

REASON = "several_applicants"
CROWD = 50  # applications about one subject that are looked at together


def raise_all(act: Act, application: Application, about_one_subject: list[Application]) -> None:
    """Raise every open application about this subject, if enough different applicants ask within the policy's years."""
    triage = policy_of(application).triage
    years = triage.several_applicants_years.value
    asking = [other for other in about_one_subject if rules.within_years(other.submitted_at, act.now, years)]
    applicants = _different(act, asking, enough=triage.several_applicants_least.value)
    if not triage.are_several(applicants):
        return
    still_open = [other for other in asking if other.stage != Stage.CLOSED]
    raised = {
        other.reference
        for other in still_open
        if danger.raise_priority(act, other, policy_of(other).triage.several_applicants.value, reason=REASON)
    }
    wanted = [
        NoticeToRole(reference=other.reference, role=Role.SUPERVISOR, reason=REASON, key=str(applicants))
        for other in still_open
    ]
    told = {notice.reference for notice in notices.notify_all(act, wanted)}
    # those that were raised and told when an earlier application came are not told again
    said = {
        other.reference: {"applicants": applicants, "priority": other.priority}
        for other in still_open
        if other.reference in raised | told
    }
    act.record_many("several_applicants_found", said)


def about_one_subject(act: Act, references: set[str]) -> set[str]:
    """These and all that are linked with them, or with one another, as about the same subject and may be shown.

    Of a crowd, a part: those that came before were raised when they came.
    """
    group, edge = set(references), set(references)
    while edge and len(group) < CROWD:
        query = stored.sure().where(ApplicationLink.reference.in_(edge), ApplicationLink.why == LinkKind.SAME_SUBJECT)
        edge = {link.other for link in act.session.scalars(query)} - group
        group |= edge
    return group


def _different(act: Act, asking: list[Application], *, enough: int) -> int:
    """How many different people apply, up to `enough`. One who is not known counts as another: that only ever raises."""
    applicants: list[Mapping[str, str]] = []
    for application in asking:
        person = identity.person_of(act, application, outreach.applicant_of(application))
        cells = {**dict.fromkeys(PERSON_CELLS, ""), **(identity.cells_of(person) if person else {})}
        if not any(_same(cells, other, act.now.year) for other in applicants):
            applicants.append({**cells, "person_id": application.reference})
        if len(applicants) == enough:
            break
    return len(applicants)


def _same(one: Mapping[str, str], other: Mapping[str, str], this_year: int) -> bool:
    if rules.same_name_and_date(*((cells["forename"], cells["surname"], cells["dob"]) for cells in (one, other))):
        return True
    [match] = match_weights.score(one, [other], Counts(), this_year=this_year)
    return rules.kind_of_link(Party.A, match.band, twin=match.twin, same_name_and_date=False) in rules.SURE.values()
