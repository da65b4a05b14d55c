"""Notices to staff, by role. They hold references and reasons only, and count as delivered once a receiver confirms them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select

from casebook.casework.core import channels
from casebook.casework.core.acting import Act, Acting
from casebook.casework.core.channels import NoticeChannel
from casebook.domain import chain, words
from casebook.domain.vocabulary import Role
from casebook.storage.case import notices as stored
from casebook.storage.case.notices import Queued
from casebook.storage.tables import Application, Notice

RECEIVED = "notices_received"  # the entry that says which; a verification compares it with the receipts
LINES = 200  # notices in one message


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How many notices were received now, and how many still wait."""

    received: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class NoticeToRole:
    """A notice to everybody with a role. It holds the reference and the reason code, nothing else."""

    reference: str | None
    role: Role
    reason: str
    key: str = ""  # of two with the same key, the first is queued

    @property
    def id(self) -> str:
        return chain.identity("notice", self.reference, self.role, self.reason, self.key)


def notify(act: Act, application: Application | None, *, role: Role, reason: str, key: str = "") -> None:
    """Queue a notice to everybody with a role, unless it was queued before."""
    reference = application.reference if application else None
    notify_all(act, [NoticeToRole(reference=reference, role=role, reason=reason, key=key)])


def notify_all(act: Act, wanted: Iterable[NoticeToRole]) -> list[NoticeToRole]:
    """Queue those that were not queued before, and return them. Many take no more queries than one."""
    by_id = {notice.id: notice for notice in wanted}
    known = set(act.session.scalars(select(Notice.id).where(Notice.id.in_(by_id))))
    fresh = {notice_id: notice for notice_id, notice in by_id.items() if notice_id not in known}
    act.session.add_all(
        Notice(
            id=notice_id, escalation_id=None, reference=notice.reference, reason=notice.reason, role=notice.role,
            queued_at=act.now, tried_at=None, tries=0, received_at=None, channel=None, fault=None,
        )
        for notice_id, notice in fresh.items()
    )  # fmt: skip
    return list(fresh.values())


def deliver(acting: Acting, ways: Sequence[NoticeChannel], *, seconds: float = channels.SECONDS) -> Delivered:
    """Try to deliver every waiting notice. Each is claimed before it is sent, so two processes do not send it twice."""
    with acting() as act:
        queued = stored.claim(act.session, act.now)
    received, down = 0, dict[str, str]()
    for role, of_role in groupby(sorted(queued, key=lambda notice: notice.role), key=lambda notice: notice.role):
        notices = list(of_role)
        for start in range(0, len(notices), LINES):
            page = notices[start : start + LINES]
            received_by, faults = _send(role, page, ways, down, seconds)
            with acting() as act:
                got = stored.keep(
                    act.session, [notice.id for notice in page], at=act.now, channels=received_by, faults=faults
                )
                if got:
                    act.record(None, RECEIVED, notices=got, channels=received_by)
            received += len(page) if received_by else 0
    with acting() as act:
        return Delivered(received=received, waiting=stored.undelivered(act.session))


def _send(
    role: str, page: Sequence[Queued], ways: Sequence[NoticeChannel], down: dict[str, str], seconds: float
) -> tuple[list[str], list[str]]:
    """Send one page. Returns the channels that received it and the faults of the others. A failed channel is not tried again."""
    received_by, faults = list[str](), list[str]()
    title = f"casebook: {len(page)} for {words.ROLE.of(role)}"
    body = "\n".join(f"{notice.reference or 'no application'}: {words.reason(notice.reason)}" for notice in page)
    of_role = [way for way in ways if way.role in {None, role}]
    for way in of_role:
        if way.name not in down and (fault := channels.send(way, title, body, seconds=seconds)):
            down[way.name] = fault
        if way.name in down:
            faults.append(f"{way.name}:{down[way.name]}")
        else:
            received_by.append(way.name)
    return received_by, faults if of_role else ["no_channel"]
