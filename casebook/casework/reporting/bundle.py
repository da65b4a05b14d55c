"""Exports one application as a bundle that can be verified without the database, marked for subject access."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from casebook.casework.core import code_words
from casebook.casework.core.acting import Act, refuse
from casebook.casework.core.blind_review import why_not_look
from casebook.casework.reporting import seals as sealing
from casebook.casework.reporting.viewing import PARTS, rows_of
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.chain import EntryPlace
from casebook.domain.documents import DocumentKind
from casebook.domain.seals import SignedSeal
from casebook.domain.vocabulary import Applicant, Party
from casebook.errors import Fault, NotPermitted
from casebook.storage import ledger, row_values
from casebook.storage.seal_keys import SealKey
from casebook.storage.tables import Application, Base, Disclosure, LedgerEntry, RiskScore

# what a subject-access request of A may receive: their own words and what was done for them. Rows about B, other victims or how
# sources are searched: not, or only after advice. This is a local reading; a data protection officer decides
_YES = frozenset(
    {
        "application",
        "person",
        "safe_contact",
        "safe_contact_change",
        "clock",
        "contact_attempt",
        "follow_up",
        "referral",
        "meeting",
        "instrument_answer",
    }
)
_APPLICANTS = frozenset({"application", "meeting", "instrument_answer"})  # these hold the words of the applicant
_NO = frozenset({"candidate", "finding", "search", "owner_agreement", "applicant_sign"})


class NothingToSeal(Fault):
    """The export was not written to the ledger."""

    code = "nothing_to_seal"


def export(act: Act, reference: str, key: SealKey) -> tuple[dict[str, Any], SignedSeal]:
    """The ledger entries and live rows of one application, under a seal made for it, which the caller keeps.

    Each row has its keyed digest and its mark for subject access.
    """
    act.allowed(Command.EXPORT_APPLICATION)
    application = act.application(reference)
    refuse(why_not_look(act, reference), NotPermitted)
    entries = _entries(act, reference)
    digests = {
        name: (str(digest), EntryPlace(entry.chain, entry.sequence) if entry.mac else None)
        for entry in entries
        for name, digest in entry.body.get("rows", {}).items()
    }
    rows = [
        _item(act, application, application, digests),
        *(_item(act, row, application, digests) for part in PARTS for row in rows_of(act.session, part, reference)),
    ]
    used = documents_used(act, application)
    act.record(
        application, "application_exported", items=items_digest(rows), documents=[each["digest"] for each in used]
    )
    seal = sealing.make(act, key)
    if seal is None:
        raise NothingToSeal
    exported = {
        "reference": reference,
        "exported_at": act.now.isoformat(),
        "entries": [_entry(entry) for entry in _entries(act, reference)],
        "items": rows,
        "documents": used,
        "seal": proof_of(seal, reference),
    }
    return exported, seal


def proof_of(seal: SignedSeal, reference: str) -> dict[str, Any]:
    """A seal as far as it is about one application: no other one is named."""
    index = sorted(seal.heads).index(reference)
    return {**seal.header, "signature": seal.signature, "path": chain.merkle_path(seal.leaves, index)}


def _entries(act: Act, reference: str) -> Sequence[LedgerEntry]:
    query = select(LedgerEntry).where(LedgerEntry.chain == reference).order_by(LedgerEntry.sequence)
    return act.session.scalars(query).all()


def documents_used(act: Act, application: Application) -> list[dict[str, str]]:
    """Kind, title and digest of every document of policy that the application was handled under, or is told under."""
    session, reference, known = act.session, application.reference, act.documents
    recomputed = session.scalars(
        select(LedgerEntry.body["was"].astext).where(
            LedgerEntry.chain == reference, LedgerEntry.event == "deadlines_recomputed", LedgerEntry.body.has_key("was")
        )
    )
    models = session.scalars(select(RiskScore.model).where(RiskScore.reference == reference))
    wordings = session.scalars(select(Disclosure.wording).where(Disclosure.reference == reference))
    titles = {
        DocumentKind.SCHEME: {application.policy, *recomputed},
        DocumentKind.RISK_MODEL: {model.replace("/", "@") for model in models},
        DocumentKind.WORDING: {f"{DocumentKind.WORDING}@{version}" for version in wordings},
        DocumentKind.PANEL_REFUSALS: {known.refusals_title(application.submitted_at)},
    }
    used = [known.named(kind, title) for kind, named in titles.items() for title in sorted(named)]
    return [{"kind": each.kind, "title": each.title, "digest": each.digest} for each in used]


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    names = ("chain", "sequence", "actor", "event", "body", "previous", "hash", "origin", "token", "mac")
    return {**{name: getattr(entry, name) for name in names}, "at": entry.at.isoformat()}


def items_digest(items: Sequence[Mapping[str, Any]]) -> str:
    """One digest of all exported items. The keyed digests in them keep it from being guessed."""
    return chain.digest({"items": list(items)})


def _mark(row: Base, application: Application) -> str:
    """The mark for subject access. Rows of B or C are never given to A. If another person applied, A may not know of it."""
    table = row.__tablename__
    party = getattr(row, "party", None) or getattr(row, "about", None) or Party.A
    if table in _NO or party != Party.A:
        return "no"
    if table in _APPLICANTS and application.applicant != Applicant.A:
        return "after_advice"
    return "yes" if table in _YES else "after_advice"


def _item(
    act: Act, row: Base, application: Application, digests: Mapping[str, tuple[str, EntryPlace | None]]
) -> dict[str, Any]:
    name = ledger.name_of(row)
    _, place = digests.get(name, ("", None))
    return {
        "row": name,
        # as the last entry has it; of a row that only entries of other chains record, there is none to compare with
        "digest": ledger.digest_of(act.session.info[ledger.KEY], row, place)[1] if name in digests else None,
        "subject_access": _mark(row, application),
        "values": code_words.hide(json.loads(chain.canonical(row_values.values_of(row)))),
    }
