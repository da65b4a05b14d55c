"""The documents of policy that this home has used: never changed, never removed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base


class PolicyDocument(Base):
    """One document. It counts once it was agreed to; a shipped one and an amendment count at once."""

    __tablename__ = "policy_document"
    __table_args__ = (
        CheckConstraint("agreed_by IS NULL OR agreed_by <> proposed_by", name="two_people"),
        CheckConstraint("origin <> 'adopted' OR (agreed_by IS NULL) = (agreed_at IS NULL)", name="agreed_by_somebody"),
        Index(
            "uq_policy_document_title", "kind", "title", unique=True,
            postgresql_where=text("amends IS NULL AND valid_from IS NOT NULL"),
        ),
    )  # fmt: skip

    digest: Mapped[str] = mapped_column(primary_key=True)  # SHA-256, hex, of the body
    kind: Mapped[str]
    title: Mapped[str]  # name@version: what applications, assessments and deliveries keep
    body: Mapped[str]  # JSON, as it was adopted
    origin: Mapped[str]
    # the document whose missing keys this one has beside its own
    amends: Mapped[str | None] = mapped_column(ForeignKey("policy_document.digest"))
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    asked_from: Mapped[datetime | None]  # the proposer wants it in force from then
    agreed_by: Mapped[str | None]
    agreed_at: Mapped[datetime | None]
    agreed_reason: Mapped[str | None]
    valid_from: Mapped[datetime | None]  # None: not agreed to
    release: Mapped[str]  # fingerprint of the keys that the casebook read when it wrote this row
