"""The documents of policy: the shipped ones are taken over once; later ones are proposed by one person and agreed by another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from casebook.casework.core import two_people
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.domain import authority
from casebook.domain import documents as rules
from casebook.domain.authority import Command
from casebook.domain.documents import Difference, DocumentKind, DocumentOrigin
from casebook.domain.vocabulary import WorkKind
from casebook.errors import NotFound
from casebook.policies import documents as files
from casebook.policies.documents import DocumentText
from casebook.storage import documents as stored
from casebook.storage.tables import OPEN_WORK, PolicyDocument, WorkItem

_LOCK = 0x0CA5EB01  # the advisory lock under which one process takes the shipped documents over
# the words of a disclosure were agreed and approved under one version, and stay under it
_TELLS = (WorkKind.DELIVER_NO_DISCLOSURE, WorkKind.TELL_OF_TRANSFER)


@dataclass(frozen=True, kw_only=True)
class ListedDocument:
    """One document, as people see it in a list."""

    digest: str
    kind: str
    title: str
    origin: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    agreed_by: str | None
    agreed_at: datetime | None
    valid_from: datetime | None
    in_force: bool  # now, for what is received or done now
    amends: str | None
    lapsed: bool  # proposed, and nobody can agree any more: it must be proposed again


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What became of a document that somebody proposed or agreed to."""

    digest: str
    kind: DocumentKind
    title: str
    adopted: bool  # False: it waits for a second person
    valid_from: datetime | None
    differences: list[Difference]  # from the document that it would follow


def take_over(act: Act) -> bool:
    """Adopt the shipped documents in a home that has none; of a later release, add the keys that it reads.

    Called whenever a home is opened. It asks one question if there is nothing to do; returns whether there was.
    """
    known = _releases(act)
    if all(files.fingerprint(kind) in known.get(kind, ()) for kind in DocumentKind):
        return False
    act.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    known = _releases(act)
    for kind in DocumentKind:
        if kind not in known:
            _adopt_shipped(act, kind)
        elif files.fingerprint(kind) not in known[kind]:
            _meet_release(act, kind)
    stored.changed(act.session)
    return True


def _releases(act: Act) -> dict[DocumentKind, set[str]]:
    """The releases that have met this home: kind -> fingerprints of its shipped files."""
    known = dict[DocumentKind, set[str]]()
    for kind, release in act.session.execute(select(PolicyDocument.kind, PolicyDocument.release).distinct()):
        known.setdefault(DocumentKind(kind), set()).add(release)
    return known


def _adopt_shipped(act: Act, kind: DocumentKind) -> None:
    for document in files.shipped(kind):
        act.session.add(
            _row(act, document, DocumentOrigin.SHIPPED, reason="shipped", valid_from=document.in_force_from)
        )
        act.record(None, "policy_adopted", kind=kind, title=document.title, document=document.digest)


def _meet_release(act: Act, kind: DocumentKind) -> None:
    """A later release has other files: offer them, and give the documents in use the keys that it reads beside theirs."""
    rows = act.session.scalars(
        select(PolicyDocument)
        .where(PolicyDocument.kind == kind)
        .order_by(PolicyDocument.proposed_at, PolicyDocument.digest)
    ).all()
    by_digest = {row.digest for row in rows}
    before: object = {}
    for row in (row for row in rows if row.origin == DocumentOrigin.SHIPPED):
        before, _ = rules.completed(before, json.loads(row.body), {})
    fresh = list(files.shipped(kind))
    for document in fresh:
        if document.digest not in by_digest:
            act.session.add(_row(act, document, DocumentOrigin.SHIPPED, reason="shipped", valid_from=None))
            act.record(None, "policy_offered", kind=kind, title=document.title, document=document.digest)
    amended = {row.amends: row for row in rows if row.amends is not None}
    for row in (row for row in rows if row.amends is None and row.valid_from is not None):
        _amend(act, row, amended.get(row.digest, row), fresh, before)
    _mark(act, rows, kind)


def _amend(
    act: Act, row: PolicyDocument, latest: PolicyDocument, fresh: Sequence[DocumentText], before: object
) -> None:
    name = rules.name_of(row.title)
    shipped = next((each for each in fresh if rules.name_of(each.title) == name), fresh[-1])
    full, keys = rules.completed(json.loads(latest.body), shipped.table, before)
    if not keys:
        return
    body = files.as_body(full)
    files.read(shipped.kind, body, row.title)
    document = DocumentText(kind=shipped.kind, title=row.title, body=body, in_force_from=rules.ALWAYS)
    act.session.add(
        _row(
            act, document, DocumentOrigin.AMENDED, reason="later_release", valid_from=row.valid_from, amends=row.digest
        )
    )
    act.record(
        None, "policy_amended", kind=row.kind, title=row.title, document=document.digest, of=row.digest, keys=keys
    )


def _mark(act: Act, rows: Sequence[PolicyDocument], kind: DocumentKind) -> None:
    """Remember that this release was met also if it brought no document and no key."""
    act.session.flush()
    release = files.fingerprint(kind)
    if release not in _releases(act).get(kind, ()):
        rows[-1].release = release
        act.record(None, "policy_release_met", kind=kind)


def _row(
    act: Act,
    document: DocumentText,
    origin: DocumentOrigin,
    *,
    reason: str,
    valid_from: datetime | None,
    amends: str | None = None,
    asked_from: datetime | None = None,
) -> PolicyDocument:
    return PolicyDocument(
        digest=document.digest, kind=document.kind, title=document.title, body=document.body, origin=origin,
        amends=amends, reason=reason, proposed_by=act.actor.id, proposed_at=act.now, asked_from=asked_from,
        agreed_by=None, agreed_at=None, agreed_reason=None, valid_from=valid_from,
        release=files.fingerprint(document.kind),
    )  # fmt: skip


def propose(act: Act, path: Path, *, reason: str, valid_from: datetime | None = None) -> Adoption:
    """Propose a document. It changes nothing until somebody else agrees.

    Raises UnreadablePolicy if the casebook cannot work under it; refused if its title stands for another document.
    """
    act.allowed(Command.ADOPT_POLICY)
    document = files.from_file(path)
    if (known := act.session.get(PolicyDocument, document.digest)) is not None and known.valid_from is None:
        if known.origin == DocumentOrigin.ADOPTED and two_people.why_lapsed(act, Command.ADOPT_POLICY, known) is None:
            return agree(act, document.digest, reason=reason)
        known.origin = DocumentOrigin.ADOPTED  # a release offered it, or what was proposed lapsed
        known.reason, known.proposed_by, known.proposed_at = reason, act.actor.id, act.now
        known.asked_from = valid_from
    else:
        _refuse_taken(act, document)
        act.session.add(
            _row(act, document, DocumentOrigin.ADOPTED, reason=reason, valid_from=None, asked_from=valid_from)
        )
    act.record(None, "policy_proposed", kind=document.kind, title=document.title, document=document.digest)
    return Adoption(
        digest=document.digest, kind=document.kind, title=document.title, adopted=False, valid_from=None,
        differences=differences_from_present(act, document),
    )  # fmt: skip


def agree(act: Act, digest: str, *, reason: str) -> Adoption:
    """Agree to a proposed document, as the second person. From now on it counts; no case moves by that."""
    act.allowed(Command.ADOPT_POLICY)
    row = _proposed(act, digest)
    refuse(authority.why_not_second(act.actor, [row.proposed_by]))
    refuse(two_people.why_lapsed(act, Command.ADOPT_POLICY, row))
    kind = DocumentKind(row.kind)
    first = [role for role in rules.answerable(kind) if two_people.holds(act, row.proposed_by, role)]
    refuse(rules.why_not_adopt(kind, [*first, *act.actor.roles]))
    document = DocumentText(kind=kind, title=row.title, body=row.body, in_force_from=rules.ALWAYS)
    files.read(kind, row.body, row.title)
    _refuse_taken(act, document)
    differences = differences_from_present(act, document)
    row.agreed_by, row.agreed_at, row.agreed_reason = act.actor.id, act.now, reason
    row.valid_from = max(act.now, row.asked_from or act.now, files.in_force_from(kind, row.body, row.title))
    act.record(None, "policy_adopted", kind=kind, title=row.title, document=row.digest, first=row.proposed_by)
    stored.changed(act.session)
    if kind is DocumentKind.WORDING:
        _renew_words(act)
    return Adoption(
        digest=row.digest, kind=kind, title=row.title, adopted=True, valid_from=row.valid_from, differences=differences
    )


def _proposed(act: Act, digest: str) -> PolicyDocument:
    query = select(PolicyDocument).where(PolicyDocument.digest.startswith(digest, autoescape=True))
    rows = act.session.scalars(query.where(PolicyDocument.origin == DocumentOrigin.ADOPTED).with_for_update()).all()
    if len(rows) != 1:
        raise NotFound("no proposed document has this digest; `casebook policy list` has them")
    if rows[0].valid_from is not None:
        refuse_because("already_adopted", f"{rows[0].title} was adopted already")
    return rows[0]


def _refuse_taken(act: Act, document: DocumentText) -> None:
    t = PolicyDocument
    taken = select(t.digest).where(t.kind == document.kind, t.title == document.title, t.valid_from.is_not(None))
    if act.session.scalar(taken.limit(1)) is not None:
        refuse_because(
            "title_taken",
            f"{document.title} is in use already, and what cases were handled under it stays readable:"
            " give the new document another version",
        )


def differences_from_present(act: Act, document: DocumentText) -> list[Difference]:
    """How it differs from the document of its name in force now, or else of its kind."""
    present = _present(act, document)
    return rules.differences(json.loads(present.body), document.table) if present is not None else []


def _present(act: Act, document: DocumentText) -> PolicyDocument | None:
    in_force = [row for row in _in_use(act, document.kind) if row.valid_from and row.valid_from <= act.now]
    same = [row for row in in_force if rules.name_of(row.title) == rules.name_of(document.title)]
    return next(reversed(same or in_force), None)


def _in_use(act: Act, kind: DocumentKind) -> Sequence[PolicyDocument]:
    t = PolicyDocument
    query = select(t).where(t.kind == kind, t.valid_from.is_not(None)).order_by(t.valid_from, t.proposed_at, t.title)
    return act.session.scalars(query).all()


def _renew_words(act: Act) -> None:
    """What waits to be told names the wording in force now."""
    version = act.documents.wording_at(act.now)
    query = select(WorkItem).where(OPEN_WORK, WorkItem.kind.in_(_TELLS)).order_by(WorkItem.id).with_for_update()
    renewed = {}
    for item in act.session.scalars(query):
        if item.reference is not None and item.subject.get("wording") not in {None, version}:
            item.subject = item.subject | {"wording": version}
            renewed[item.reference] = {"wording": version}
    act.record_many("wording_renewed", renewed)


def listed(act: Act) -> list[ListedDocument]:
    """Every document, in force, proposed or past, by kind and the time from which it counts."""
    act.allowed(Command.SEE_POLICIES)
    t = PolicyDocument
    rows = act.session.scalars(select(t).order_by(t.kind, t.valid_from.nulls_last(), t.title, t.proposed_at)).all()
    in_force = {document.digest for document in act.documents.in_force(act.now)}
    zone = ZoneInfo(act.documents.policy_on(act.now).calendar.timezone)
    return [
        ListedDocument(
            digest=row.digest, kind=row.kind, title=row.title, origin=row.origin, proposed_by=row.proposed_by,
            proposed_at=row.proposed_at, reason=row.reason, agreed_by=row.agreed_by, agreed_at=row.agreed_at,
            valid_from=row.valid_from and row.valid_from.astimezone(zone), in_force=row.digest in in_force, amends=row.amends,
            lapsed=row.origin == DocumentOrigin.ADOPTED and row.valid_from is None
            and two_people.why_lapsed(act, Command.ADOPT_POLICY, row) is not None,
        )
        for row in rows
    ]  # fmt: skip


def document(act: Act, name: str) -> DocumentText:
    """A stored document, by its title or the beginning of its digest. Raises NotFound."""
    act.allowed(Command.SEE_POLICIES)
    t = PolicyDocument
    named = (t.title == name) | t.digest.startswith(name, autoescape=True)
    row = act.session.scalar(select(t).where(named).order_by(t.valid_from.nulls_last(), t.proposed_at).limit(1))
    if row is None:
        raise NotFound(f"there is no document {name}; `casebook policy list` has them")
    return DocumentText(kind=DocumentKind(row.kind), title=row.title, body=row.body, in_force_from=rules.ALWAYS)
