"""The documents in use: those adopted in this home, or the shipped ones while it has none of its own.

A session asks once which documents there are. What a document says is read once in a process: its digest names it for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from casebook import policies
from casebook.domain.case.panel_decision import Refusals
from casebook.domain.case.wording import Wording
from casebook.domain.documents import ALWAYS, DocumentKind, name_of
from casebook.domain.monitor.monitor_policy import MonitorPolicy
from casebook.domain.policy import Policy
from casebook.domain.review.weights import ReviewPolicy
from casebook.domain.risk.risk_model import RiskModel
from casebook.errors import WrongUsage
from casebook.policies import (
    NoPolicyInForce,
    UnknownPolicy,
    documents,
    monitor,
    panel_refusals,
    review,
    risk_model,
    wording,
)
from casebook.storage.tables import Application, PolicyDocument

_KEY = "documents"
_READ: dict[tuple[DocumentKind, str], object] = {}  # kind and digest -> the document


class UnknownDocument(WrongUsage):
    """No document of that title is in the casebook."""

    code = "unknown_document"


@dataclass(frozen=True, kw_only=True)
class InUse:
    """A document that counts: where it is in force from, and whose body is read for it."""

    kind: DocumentKind
    title: str
    valid_from: datetime
    digest: str  # of the document as it was adopted
    body: str  # digest of what is read: itself, or its last amendment. Empty: the shipped file


def of(session: Session) -> Documents:
    """The documents that a database uses, asked for once in a unit of work on it."""
    known = session.info.get(_KEY)
    if known is None:
        known = session.info[_KEY] = Documents(session)
    return cast("Documents", known)


def changed(session: Session) -> None:
    """The session has written a document: ask again."""
    session.info.pop(_KEY, None)


def policy_of(application: Application) -> Policy:
    """The policy the application is under: that of its receipt, unless it was recomputed under a later one."""
    session = object_session(application)
    if session is None:
        raise RuntimeError("an application outside a session has no policy")
    return of(session).policy(application.policy)


def without_database() -> Documents:
    """The shipped documents, for figures that are made without a home."""
    return Documents(None, tuple(_shipped()))


def lend(session: Session, known: Documents) -> None:
    """Let a session use what another one on the same database asked, where there is a session for each row of a file."""
    session.info[_KEY] = Documents(session, known.in_use)


class Documents:
    """The documents of one database, as one session saw them."""

    def __init__(self, session: Session | None, in_use: tuple[InUse, ...] | None = None) -> None:
        self._session = session
        self.in_use = in_use or (_adopted(session) if session else ()) or tuple(_shipped())

    def policy(self, title: str) -> Policy:
        """The policy of an application. `title`: name@version, as the application keeps it.

        A release before these documents were kept has noted a version that nobody stored: then the first of that name.
        """
        return cast("Policy", self._read(self.named(DocumentKind.SCHEME, title)))

    def policy_on(self, received: datetime) -> Policy:
        """The policy in force on the local day of receipt. Raises NoPolicyInForce."""
        for document in reversed(self._of(DocumentKind.SCHEME, received)):
            policy = cast("Policy", self._read(document))
            if policy.in_force(received.astimezone(ZoneInfo(policy.calendar.timezone)).date()):
                return policy
        raise NoPolicyInForce

    def policies(self) -> list[Policy]:
        """Every policy that an application may be under."""
        return [cast("Policy", self._read(each)) for each in self._of(DocumentKind.SCHEME)]

    def latest_policy(self, title: str) -> Policy:
        """What a recompute brings an application under: the newest version of its policy."""
        name = name_of(title)
        return cast(
            "Policy", self._read([each for each in self._of(DocumentKind.SCHEME) if name_of(each.title) == name][-1])
        )

    def risk_model(self, at: datetime) -> RiskModel:
        """The risk model of a scoring at a moment."""
        return cast("RiskModel", self._read(self._of(DocumentKind.RISK_MODEL, at)[-1]))

    def risk_model_named(self, version: str) -> RiskModel:
        """The risk model that an assessment names, as name/version. Raises UnknownDocument."""
        return cast("RiskModel", self._read(self.titled(DocumentKind.RISK_MODEL, version.replace("/", "@"))))

    def wording(self, version: str) -> Wording:
        """The wording of a version. Raises UnknownWording."""
        wanted = f"{DocumentKind.WORDING}@{version}"
        if wanted not in {each.title for each in self._of(DocumentKind.WORDING)}:
            versions = ", ".join(self.wording_versions())
            raise wording.UnknownWording(f"there is no approved wording of that version. The versions are: {versions}")
        return cast("Wording", self._read(self.named(DocumentKind.WORDING, wanted)))

    def wording_versions(self) -> tuple[str, ...]:
        """The approved versions, the newest last."""
        return tuple(each.title.partition("@")[2] for each in self._of(DocumentKind.WORDING))

    def wording_at(self, moment: datetime) -> str:
        """The version of the wording in force at a moment."""
        return self._of(DocumentKind.WORDING, moment)[-1].title.partition("@")[2]

    def refusals(self, at: datetime) -> Refusals:
        """The grounds on which a panel may refuse an application that was submitted at a moment."""
        return cast("Refusals", self._read(self._of(DocumentKind.PANEL_REFUSALS, at)[-1]))

    def refusals_title(self, at: datetime) -> str:
        """The title of those grounds."""
        return self._of(DocumentKind.PANEL_REFUSALS, at)[-1].title

    def review(self, at: datetime) -> ReviewPolicy:
        """The numbers of a review that runs at a moment."""
        return cast("ReviewPolicy", self._read(self._of(DocumentKind.REVIEW, at)[-1]))

    def monitor(self, at: datetime) -> MonitorPolicy:
        """The numbers of the monitor at a moment."""
        return cast("MonitorPolicy", self._read(self._of(DocumentKind.MONITOR, at)[-1]))

    def in_force(self, at: datetime) -> list[InUse]:
        """Whatever governs what is received or done at a moment."""
        scheme = self.policy_on(at)
        named = f"{scheme.name}@{scheme.version}"
        return [
            next(each for each in self._of(kind) if each.title == named)
            if kind is DocumentKind.SCHEME
            else self._of(kind, at)[-1]
            for kind in DocumentKind
        ]

    def titled(self, kind: DocumentKind, title: str) -> InUse:
        """The document of exactly this title. Raises UnknownDocument."""
        found = next((each for each in self._of(kind) if each.title == title), None)
        if found is None:
            raise UnknownDocument(f"no document in use has the title {title}")
        return found

    def named(self, kind: DocumentKind, title: str) -> InUse:
        """The document of this title; where a release before has noted a version that nobody stored, the first of its name."""
        same_name = [each for each in self._of(kind) if name_of(each.title) == name_of(title)]
        if not same_name:
            raise UnknownPolicy(f"there is no policy of that name. The policies are: {', '.join(self._names(kind))}")
        return next((each for each in same_name if each.title == title), same_name[0])

    def _names(self, kind: DocumentKind) -> list[str]:
        return sorted({name_of(each.title) for each in self._of(kind)})

    def _of(self, kind: DocumentKind, at: datetime | None = None) -> Sequence[InUse]:
        """The documents of a kind, in force from a moment on or before; if none was yet, the first there is."""
        everything = [each for each in self.in_use if each.kind is kind]
        return [each for each in everything if at is None or each.valid_from <= at] or everything[:1]

    def _read(self, document: InUse) -> object:
        if not document.body or self._session is None:
            return _shipped_document(document)
        key = document.kind, document.body
        if key not in _READ:
            body = self._session.scalars(
                select(PolicyDocument.body).where(PolicyDocument.digest == document.body)
            ).one()
            _READ[key] = documents.read(document.kind, body, document.title)
        return _READ[key]


def _adopted(session: Session) -> tuple[InUse, ...]:
    t = PolicyDocument
    rows = session.execute(
        select(t.kind, t.title, t.valid_from, t.digest, t.amends)
        .where(t.valid_from.is_not(None))
        .order_by(t.proposed_at)
    ).all()
    amended = {row.amends: row.digest for row in rows if row.amends is not None}  # the last amendment counts
    return tuple(sorted(
        (
            InUse(
                kind=DocumentKind(row.kind), title=row.title, valid_from=row.valid_from, digest=row.digest,
                body=amended.get(row.digest, row.digest),
            )
            for row in rows
            if row.amends is None
        ),
        key=_order,
    ))  # fmt: skip


def _shipped() -> Iterator[InUse]:
    """The shipped documents, as long as the home has none of its own."""
    for name in policies.names():
        policy = policies.load(name)
        begins = datetime.combine(policy.in_force_from.value, datetime.min.time(), ZoneInfo(policy.calendar.timezone))
        yield _as_shipped(DocumentKind.SCHEME, f"{name}@{policy.version}", begins)
    yield _as_shipped(DocumentKind.RISK_MODEL, risk_model.load().version.replace("/", "@"))
    for version in wording.versions():
        yield _as_shipped(DocumentKind.WORDING, f"{DocumentKind.WORDING}@{version}")
    yield _as_shipped(DocumentKind.PANEL_REFUSALS, f"{DocumentKind.PANEL_REFUSALS}@1")
    yield _as_shipped(DocumentKind.REVIEW, "review-1@")
    yield _as_shipped(DocumentKind.MONITOR, "monitor-1@")


def _as_shipped(kind: DocumentKind, title: str, valid_from: datetime = ALWAYS) -> InUse:
    return InUse(kind=kind, title=title, valid_from=valid_from, digest="", body="")


def _shipped_document(document: InUse) -> object:
    name, _, version = document.title.partition("@")
    match document.kind:
        case DocumentKind.SCHEME:
            return policies.load(name)
        case DocumentKind.RISK_MODEL:
            return risk_model.load(name)
        case DocumentKind.WORDING:
            return wording.load(version)
        case DocumentKind.PANEL_REFUSALS:
            return panel_refusals.load()
        case DocumentKind.REVIEW:
            return review.load()
        case DocumentKind.MONITOR:
            return monitor.load()


def _order(document: InUse) -> tuple[datetime, list[str]]:
    """By when they are in force from; then by version, as people count: 10 comes after 9."""
    parts = re.split(r"(\d+)", document.title)
    return document.valid_from, [f"{int(part):08}" if part.isdecimal() else part for part in parts]
