"""Finds people of applications by keys, for one reader: what they may not see is left out before anything is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    all_,
    and_,
    bindparam,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from casebook.domain.case.record_checks import MatchVerdict
from casebook.storage.tables import (
    OPEN_WORK,
    Application,
    Candidate,
    Person,
    PersonKeys,
    Restriction,
    SafeContact,
    WorkItem,
)

READ = 2_000  # people of one question whom the database reads; of more nobody reads a list
COMPARED = 60  # of them, those of the newest applications are compared with what was asked

# what is compared with a search, or shown of a hit
SHOWN = (
    "id", "reference", "party", "forename", "middle_names", "surname", "former_names", "aliases", "dob", "postcode", "phone",
    "email", "pnc_id", "cro",
)  # fmt: skip

Keys = frozenset[int]
PersonColumns = Mapping[str, Any]  # those columns of `Person`
Question = Sequence[Keys]  # people who have a key of each of these sets


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who asks, as far as it decides what they may be shown."""

    named_for: frozenset[str]  # restricted applications
    closed_to_them: frozenset[str]  # a conflict of interest, or a blind review
    only: frozenset[str] | None  # a panel's member finds these alone; None: all that are not restricted


class Sharing(NamedTuple):
    """The people who share the keys of one question. `cut`: there are more, who were not read."""

    ids: tuple[str, ...]
    cut: bool


def sharing(session: Session, questions: Sequence[Question], reader: Reader) -> list[Sharing]:
    """For each question the people who share its keys, those of the newest applications first."""
    if not questions:
        return []
    _only_by_index(session)
    ways = [_sharing(number, question, reader) for number, question in enumerate(questions)]
    found = defaultdict[int, list[str]](list)
    for number, person_id in session.execute(union_all(*ways)):
        found[number].append(person_id)
    return [Sharing(tuple(found[number][:COMPARED]), len(found[number]) > COMPARED) for number in range(len(questions))]


def _sharing(number: int, question: Question, reader: Reader) -> Select[tuple[int, str]]:
    keys = [PersonKeys.found_by.bool_op("&&")(_array(f"keys_{number}_{at}", part)) for at, part in enumerate(question)]
    read = (
        select(PersonKeys.id, PersonKeys.reference)
        .where(and_(*keys), _open(PersonKeys.reference, reader))
        .limit(READ)
        .cte(f"read_{number}")
        .prefix_with("MATERIALIZED")
    )
    newest = select(read.c.id).order_by(read.c.reference.desc(), read.c.id).limit(COMPARED + 1).subquery()
    return select(literal(number), newest.c.id)


def _array(name: str, numbers: Keys) -> ColumnElement[Any]:
    return bindparam(name, sorted(numbers), type_=ARRAY(Integer))


def _only_by_index(session: Session) -> None:
    """Let the planner find people by their keys and in no other way, in this transaction, with the keys before it.

    Beside a limit it would rather read the table from its start until it has seen enough.
    """
    settings = {
        "enable_seqscan": "off", "enable_indexscan": "off", "enable_indexonlyscan": "off", "jit": "off",
        "plan_cache_mode": "force_custom_plan",
    }  # fmt: skip
    session.execute(select(*(func.set_config(name, value, True) for name, value in settings.items())))  # noqa: FBT003


def _open(reference: InstrumentedAttribute[str], reader: Reader) -> ColumnElement[bool]:
    """That neither a conflict of interest nor a blind review stands between, and that it is one of their panels."""
    free = reference != all_(_texts(reader.closed_to_them))
    return free if reader.only is None else and_(free, reference == func.any(_texts(reader.only)))


def _visible(reader: Reader) -> ColumnElement[bool]:
    """That somebody may see an application. The same rule as `authority.why_not_see`, inside a query."""
    named = Application.reference == func.any(_texts(reader.named_for))
    return and_(Application.restricted.is_(False) | named, _open(Application.reference, reader))


def _texts(references: Collection[str]) -> ColumnElement[Any]:
    return literal(sorted(references), ARRAY(Text))


def named(
    session: Session, references: Collection[str], external_ids: Collection[str], reader: Reader
) -> Sequence[Application]:
    """The applications that have one of these references or external ids."""
    either = Application.reference.in_(references) | Application.external_id.in_(external_ids)
    query = select(Application).where(either, _visible(reader))
    return session.scalars(query.order_by(Application.reference)).all()


def merged_into(session: Session, references: Collection[str], reader: Reader) -> dict[str, str | None]:
    """Of those of these applications that somebody may see: the one that each was merged into, if it was."""
    query = select(Application.reference, Application.merged_into).where(
        Application.reference == func.any(_texts(references)), _visible(reader)
    )
    return dict(session.execute(query).tuples().all())


def applications(session: Session, references: Collection[str]) -> dict[str, Application]:
    """Reference -> application. The caller knows that they may be shown."""
    query = select(Application).where(Application.reference == func.any(_texts(references)))
    return {application.reference: application for application in session.scalars(query)}


def people(session: Session, ids: Collection[str], references: Collection[str]) -> list[PersonColumns]:
    """The people with these ids, and those of these applications, as rows."""
    either = (Person.id == func.any(_texts(ids))) | (Person.reference == func.any(_texts(references)))
    query = select(*(Person.__table__.c[name] for name in SHOWN)).where(either)
    return [
        {str(column): value for column, value in row.items()}
        for row in session.execute(query.order_by(Person.id)).mappings()
    ]


def confirmed(session: Session, references: Collection[str]) -> Mapping[str, list[dict[str, Any]]]:
    """Person id -> the records of sources that were confirmed to be them."""
    query = select(Candidate.reference, Candidate.party, Candidate.seen).where(
        Candidate.reference == func.any(_texts(references)),
        Candidate.verdict == MatchVerdict.SAME,
        Candidate.superseded.is_(False),
    )
    seen = defaultdict[str, list[dict[str, Any]]](list)
    for reference, party, record in session.execute(query.order_by(Candidate.id)):
        seen[f"{reference}:{party}"].append(record)
    return seen


def code_words(session: Session, person_ids: Collection[str]) -> Mapping[str, list[str]]:
    """Person id -> the code word of their safe-contact plan."""
    query = select(SafeContact.id, SafeContact.code_word).where(
        SafeContact.id.in_(person_ids), SafeContact.code_word.is_not(None)
    )
    return {person_id: [word] for person_id, word in session.execute(query)}


def restricted(session: Session, references: Collection[str]) -> set[str]:
    """Those of these applications that are restricted."""
    query = select(Application.reference).where(Application.reference.in_(references), Application.restricted)
    return set(session.scalars(query))


def named_for(session: Session, staff_id: str) -> frozenset[str]:
    """References of the restricted applications for which somebody is named."""
    query = (
        select(Restriction.reference)
        .join(Application, Application.reference == Restriction.reference)
        .where(Restriction.staff_id == staff_id, Application.restricted)
    )
    return frozenset(session.scalars(query))


def channels(session: Session, person_ids: Collection[str]) -> Mapping[str, str]:
    """Person id -> the channel of their safe-contact plan, if it has one."""
    query = select(SafeContact.id, SafeContact.channel).where(
        SafeContact.id.in_(person_ids), SafeContact.channel.is_not(None)
    )
    return {person_id: str(channel) for person_id, channel in session.execute(query)}


def waiting(session: Session, references: Collection[str]) -> Mapping[str, list[tuple[str, str | None]]]:
    """Reference -> role and owner of the open work, each pair once."""
    query = (
        select(WorkItem.reference, WorkItem.role, WorkItem.owner)
        .where(WorkItem.reference.in_(references), OPEN_WORK)
        .distinct()
    )
    pairs = defaultdict[str, list[tuple[str, str | None]]](list)
    for reference, role, owner in sorted(session.execute(query).tuples(), key=str):
        pairs[str(reference)].append((role, owner))
    return pairs
