"""The casebook's own closed applications for the review. They are read directly, never copied into a register.

Restricted applications are left out, because only named people may see them. Disposed ones have nothing left to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import and_, distinct, exists, func, or_, select
from sqlalchemy.dialects.postgresql import TEXT, array
from sqlalchemy.orm import Session

from casebook.domain import chain
from casebook.domain.review.live_register import LIVE
from casebook.domain.vocabulary import Party, WorkKind
from casebook.storage.review import live_cells
from casebook.storage.sweep.escalations import among
from casebook.storage.tables import (
    OPEN_WORK,
    Application,
    LedgerEntry,
    ReviewApplication,
    ReviewCase,
    ReviewOpinion,
    ReviewRow,
    SafeContact,
    WorkItem,
)

DOSSIER = "review_dossier_viewed"
PERSON_VIEWED = "review_person_viewed"


def row_id(reference: str) -> str:
    """The id of the row that stands for an application of the casebook in the review."""
    return chain.identity("review_row", LIVE, reference)


def untaken(session: Session) -> list[str]:
    """References of applications that may be reviewed and are not part of the review yet."""
    closed = list(
        session.scalars(
            select(Application.reference).where(*live_cells.open_to_review()).order_by(Application.reference)
        )
    )
    ids = [row_id(reference) for reference in closed]
    taken = set(session.scalars(select(ReviewRow.id).where(among(ReviewRow.id, ids))))
    return [reference for reference, id_ in zip(closed, ids, strict=True) if id_ not in taken]


def cells(session: Session, references: Collection[str]) -> dict[str, dict[str, str]]:
    """The cells of a register for each application that may be reviewed, by reference. The number of queries is fixed."""
    if not references:
        return {}
    return live_cells.cells_where(session, among(Application.reference, references), *live_cells.open_to_review())


def named(row: str) -> str:
    """The name of the row's application in the ledger's entries about viewed dossiers."""
    return chain.digest(row)[:16]


def seen(session: Session) -> dict[str, set[str]]:
    """By an application's name in the ledger, who has read its dossier other than blind. One query for all."""
    name, unblind = LedgerEntry.body["application"].astext, ~LedgerEntry.body["blind"].as_boolean()
    query = select(name, LedgerEntry.actor).where(
        LedgerEntry.event == DOSSIER, LedgerEntry.chain == chain.UNIT, unblind
    )
    readers: defaultdict[str, set[str]] = defaultdict(set)
    for called, actor in session.execute(query.distinct()):
        readers[called].add(actor)
    return readers


def plan_of_a(session: Session, rows: Sequence[str]) -> SafeContact | None:
    """The latest safe-contact plan of the person at risk among the casebook's applications in the rows, channel or not."""
    query = (
        select(SafeContact)
        .join(Application, Application.reference == SafeContact.reference)
        .where(among(SafeContact.reference, references(session, rows)), *live_cells.open_to_review())
        .where(SafeContact.party == Party.A)
        .order_by(SafeContact.confirmed_at.desc(), SafeContact.reference)
    )
    return session.scalars(query.limit(1)).first()


def known_to(session: Session, rows: Sequence[str]) -> set[str]:
    """Everybody who acted on one of the casebook's applications in the rows, or has viewed it other than blind."""
    theirs = references(session, rows)
    if not theirs:
        return set()
    blindly = or_(
        LedgerEntry.event == PERSON_VIEWED,  # how a person is reached does not show what was decided
        and_(LedgerEntry.event == DOSSIER, LedgerEntry.body["blind"].as_boolean()),
    )
    return set(session.scalars(select(distinct(LedgerEntry.actor)).where(among(LedgerEntry.chain, theirs), ~blindly)))


def references(session: Session, rows: Collection[str]) -> list[str]:
    """References of the casebook's applications in the rows."""
    query = select(ReviewRow.cells[LIVE].astext).where(among(ReviewRow.id, rows), ReviewRow.cells.has_key(LIVE))
    return sorted(session.scalars(query))


def proposed(session: Session, rows: Collection[str]) -> bool:
    """Whether a Right to Know proposal about one of the casebook's applications in the rows waits for a supervisor."""
    return proposed_for(session, *references(session, rows))


def proposed_for(session: Session, *references_of: str) -> bool:
    """The same for applications of the casebook."""
    mine = among(WorkItem.reference, references_of)
    query = select(exists().where(OPEN_WORK, WorkItem.kind == WorkKind.REVIEW_WATCH_PROPOSAL, mine))
    return bool(session.scalar(query))


def to_decide(session: Session, staff_id: str) -> set[str]:
    """References of the casebook's applications for which a reviewer's own decision is still open."""
    anchors = select(ReviewCase.anchor).join(WorkItem, WorkItem.subject["case"].astext == ReviewCase.id)
    mine = (WorkItem.owner == staff_id, WorkItem.subject["part"].astext == "own", OPEN_WORK)
    return _joined(session, session.scalars(anchors.where(*mine)).all())


def undecided(session: Session, staff_id: str) -> set[str]:
    """References of the casebook's applications in the review, except those that have been decided again."""
    query = select(ReviewCase.anchor).join(ReviewOpinion, ReviewOpinion.case_id == ReviewCase.id)
    mine = session.scalars(query.where(ReviewOpinion.reviewer == staff_id, ReviewOpinion.decided_at.is_not(None))).all()
    every = select(ReviewRow.cells[LIVE].astext).where(ReviewRow.cells.has_key(LIVE))
    return set(session.scalars(every)) - _joined(session, mine) | to_decide(session, staff_id)


def _joined(session: Session, anchors: Sequence[str]) -> set[str]:
    """References of the casebook's applications among all rows of the review applications that have these rows."""
    if not anchors:
        return set()
    with_them = ReviewApplication.rows.op("?|")(array(anchors, type_=TEXT))
    rows = session.scalars(select(func.jsonb_array_elements_text(ReviewApplication.rows)).where(with_them)).all()
    return set(references(session, rows))
