"""Exports one application as a bundle that can be verified without the database, marked for subject access."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from casebook.casework.core import code_words
from casebook.casework.core.acting import Act, refuse
from casebook.casework.core.blind_review import why_not_look
from casebook.casework.reporting.audit import Broken, Verification
from casebook.casework.reporting.viewing import PARTS, rows_of
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.documents import DocumentKind
from casebook.domain.vocabulary import Applicant, Party
from casebook.errors import NotPermitted, UnreadableFile
from casebook.storage import ledger
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


def export(act: Act, reference: str) -> dict[str, Any]:
    """The ledger entries and live rows of one application. Each row has its keyed digest and its mark for subject access."""
    act.allowed(Command.EXPORT_APPLICATION)
    application = act.application(reference)
    refuse(why_not_look(act, reference), NotPermitted)
    rows = [
        _item(act, application, application),
        *(_item(act, row, application) for part in PARTS for row in rows_of(act.session, part, reference)),
    ]
    used = documents_used(act, application)
    act.record(application, "application_exported", items=_sealed(rows), documents=[each["digest"] for each in used])
    entries = act.session.scalars(
        select(LedgerEntry).where(LedgerEntry.chain == reference).order_by(LedgerEntry.sequence)
    )
    return {
        "reference": reference,
        "exported_at": act.now.isoformat(),
        "entries": [_entry(entry) for entry in entries],
        "items": rows,
        "documents": used,
    }


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
    names = ("chain", "sequence", "actor", "event", "body", "previous", "hash")
    return {**{name: getattr(entry, name) for name in names}, "at": entry.at.isoformat()}


def _sealed(items: Sequence[Mapping[str, Any]]) -> str:
    """One digest of all exported items. The keyed digests in them keep it from being guessed."""
    return chain.digest({"items": list(items)})


def _mark(row: Base, application: Application) -> str:
    """The mark for subject access. Rows of B or C are never given to A. If another person applied, A may not know of it."""
    table, party = row.__tablename__, getattr(row, "party", Party.A)
    if table in _NO or party != Party.A:
        return "no"
    if table in _APPLICANTS and application.applicant != Applicant.A:
        return "after_advice"
    return "yes" if table in _YES else "after_advice"


def _item(act: Act, row: Base, application: Application) -> dict[str, Any]:
    name, digest = ledger.digest_of(act.session.info[ledger.KEY], row)
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {
        "row": name,
        "digest": digest,
        "subject_access": _mark(row, application),
        "values": code_words.hide(json.loads(chain.canonical(values))),
    }


def check(path: Path) -> Verification:
    """Verify a bundle from its file alone: every hash, the chain, and each row against its last entry."""
    bundle = _read(path)
    verification, previous, last_digests = Verification(), chain.GENESIS, dict[str, str]()
    for number, entry in enumerate(bundle["entries"], start=1):
        verification.checked += 1
        verification.broken += _faults(entry, number, previous)
        previous = entry["hash"]
        last_digests.update(entry["body"].get("rows", {}))
    seals = [entry["body"].get("items") for entry in bundle["entries"] if entry["event"] == "application_exported"]
    if seals[-1:] != [_sealed(bundle["items"])]:
        verification.broken.append(Broken(code="items_changed", what=str(bundle.get("reference"))))
    named = [
        entry["body"].get("documents", []) for entry in bundle["entries"] if entry["event"] == "application_exported"
    ]
    if named[-1:] != [[each["digest"] for each in bundle["documents"]]]:
        verification.broken.append(Broken(code="documents_changed", what=str(bundle.get("reference"))))
    for item in bundle["items"]:
        verification.rows += 1
        if last_digests.get(item["row"], item["digest"]) != item["digest"]:
            verification.broken.append(Broken(code="row_changed", what=item["row"]))
    return verification


def _faults(entry: Mapping[str, Any], number: int, previous: str) -> list[Broken]:
    where = f"ledger:{entry['chain']}:{entry['sequence']}"
    recomputed = chain.entry_hash(
        chain=entry["chain"],
        sequence=entry["sequence"],
        at=datetime.fromisoformat(entry["at"]),
        actor=entry["actor"],
        event=entry["event"],
        body=entry["body"],
        previous=entry["previous"],
    )
    broken = [Broken(code="entry_changed", what=where)] if recomputed != entry["hash"] else []
    if entry["sequence"] != number or entry["previous"] != previous:
        broken.append(Broken(code="chain_broken", what=where))
    return broken


def _read(path: Path) -> dict[str, Any]:
    try:
        bundle = json.loads(path.read_text("utf-8"))
        entries, items = list(bundle["entries"]), list(bundle["items"])
        used = [{"digest": str(each["digest"])} for each in bundle.get("documents", [])]  # none in earlier releases
        return {"reference": bundle.get("reference"), "entries": entries, "items": items, "documents": used}
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror}", "no_such_file") from None
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile(f"{path.name} is not an exported application", "not_a_bundle") from None
