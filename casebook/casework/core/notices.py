"""Telling people: what is queued is sent by role, references and reasons only, and counts as sent when it was received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from casebook.casework.core import channels
from casebook.casework.core.acting import Act, Acting
from casebook.casework.core.channels import NoticeChannel
from casebook.domain import chain, words
from casebook.domain.vocabulary import Role
from casebook.storage.case import notices as stored
from casebook.storage.case.notices import Queued
from casebook.storage.tables import Application, Notice

LINES = 200  # in one message


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How many notices were received now, and how many nobody has yet."""

    received: int
    waiting: int


def notify(act: Act, application: Application | None, *, role: Role, reason: str, key: str = "") -> None:
    """Queue a message to whoever holds a role; it holds the reference and the reason code, nothing else."""
    reference = application.reference if application else None
    notice_id = chain.identity("notice", reference, role, reason, key)
    if act.session.get(Notice, notice_id) is None:
        act.session.add(
            Notice(
                id=notice_id, escalation_id=None, reference=reference, reason=reason, role=role, queued_at=act.now,
                tried_at=None, tries=0, received_at=None, channel=None, fault=None,
            )
        )  # fmt: skip


def deliver(acting: Acting, ways: Sequence[NoticeChannel], *, seconds: float = channels.SECONDS) -> Delivered:
    """Try to deliver every notice that waits. Claimed before it is sent, so that two at once do not both send it."""
    with acting() as act:
        queued = stored.claim(act.session, act.now)
    received, down = 0, dict[str, str]()
    for role, of_role in groupby(sorted(queued, key=lambda each: each.role), key=lambda each: each.role):
        notices = list(of_role)
        for start in range(0, len(notices), LINES):
            page = notices[start : start + LINES]
            got, faults = _send(role, page, ways, down, seconds)
            with acting() as act:
                stored.keep(act.session, [each.id for each in page], at=act.now, channels=got, faults=faults)
            received += len(page) if got else 0
    with acting() as act:
        return Delivered(received=received, waiting=stored.undelivered(act.session))


def _send(
    role: str, page: Sequence[Queued], ways: Sequence[NoticeChannel], down: dict[str, str], seconds: float
) -> tuple[list[str], list[str]]:
    """The channels that took the message, and the faults of those that did not; one that failed is not asked again."""
    got, faults = list[str](), list[str]()
    title = f"casebook: {len(page)} for {words.ROLE.of(role)}"
    body = "\n".join(f"{each.reference or 'no application'}: {words.reason(each.reason)}" for each in page)
    mine = [way for way in ways if way.role in {None, role}]
    for way in mine:
        if way.name not in down and (fault := channels.send(way, title, body, seconds=seconds)):
            down[way.name] = fault
        if way.name in down:
            faults.append(f"{way.name}:{down[way.name]}")
        else:
            got.append(way.name)
    return got, faults if mine else ["no_channel"]
