"""Verifies an exported application from its file alone, without the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from casebook import bounds, json_once
from casebook.bounds import BadInput
from casebook.casework.reporting.bundle import items_digest
from casebook.casework.reporting.verification import Broken, Verification
from casebook.domain import chain
from casebook.domain.seals import leaf_of, statement_of
from casebook.errors import UnreadableFile
from casebook.storage import keys, seal_keys


def check(path: Path, seal_key: str | None) -> Verification:
    """Verify a bundle from its file alone: every hash, the chain, each row against its last entry, and the seal.

    `seal_key`: the fingerprint of the force's seal key, from the home or as the force published it. Without it a bundle
    does not verify, because anybody can sign with a key of their own.
    """
    bundle = _read(path)
    try:
        return _verified(bundle, seal_key)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise UnreadableFile(f"{path.name} is not an exported application", "not_a_bundle") from None


def _verified(bundle: Mapping[str, Any], seal_key: str | None) -> Verification:
    verification, previous, last_digests = Verification(), chain.GENESIS, dict[str, str]()
    for number, entry in enumerate(bundle["entries"], start=1):
        verification.checked += 1
        verification.broken += _faults(entry, number, previous)
        previous = entry["hash"]
        last_digests.update(entry["body"].get("rows", {}))
    exports = [entry["body"] for entry in bundle["entries"] if entry["event"] == "application_exported"]
    if [body.get("items") for body in exports[-1:]] != [items_digest(bundle["items"])]:
        verification.broken.append(Broken(code="items_changed", what=str(bundle.get("reference"))))
    if [body.get("documents", []) for body in exports[-1:]] != [[each["digest"] for each in bundle["documents"]]]:
        verification.broken.append(Broken(code="documents_changed", what=str(bundle.get("reference"))))
    for item in bundle["items"]:
        verification.rows += 1
        if last_digests.get(item["row"], item["digest"]) != item["digest"]:
            verification.broken.append(Broken(code="row_changed", what=item["row"]))
    verification.broken += _signed(bundle, seal_key)
    return verification


def _signed(bundle: Mapping[str, Any], seal_key: str | None) -> list[Broken]:
    """What is wrong with the seal of a bundle: it must be over the last entry, and by the known key."""
    reference, seal, entries = str(bundle["reference"]), bundle["seal"], bundle["entries"]
    if not entries or not {"signature", "path", "public_key", "root"} <= seal.keys():
        return [Broken(code="not_signed", what=reference)]
    last = entries[-1]
    header = {name: value for name, value in seal.items() if name not in {"signature", "path"}}
    root = chain.root_of_path(
        leaf_of(reference, (last["sequence"], last["hash"])), [str(step) for step in seal["path"]]
    )
    public = str(seal["public_key"])
    is_signed = seal_keys.is_signed(statement_of(header), str(seal["signature"]), public)
    if root != seal["root"] or not is_signed or any(entry["chain"] != reference for entry in entries):
        return [Broken(code="not_signed", what=reference)]
    signer = keys.public_fingerprint(public)
    if seal_key is None:
        return [Broken(code="signer_unknown", what=f"seal_key:{signer}")]
    return [] if signer == seal_key else [Broken(code="signed_by_another", what=f"seal_key:{signer}")]


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
        origin=entry.get("origin"),
        token=entry.get("token"),
    )
    broken = [Broken(code="entry_changed", what=where)] if recomputed != entry["hash"] else []
    if entry["sequence"] != number or entry["previous"] != previous:
        broken.append(Broken(code="chain_broken", what=where))
    return broken


def _read(path: Path) -> dict[str, Any]:
    try:
        bundle: Any = json_once.loads(bounds.content(path, bounds.EXPORT))
        entries, items = list(bundle["entries"]), list(bundle["items"])
        used = [{"digest": str(each["digest"])} for each in bundle.get("documents", [])]  # none in earlier releases
        seal = dict(bundle.get("seal") or {})  # none in earlier releases
        return {
            "reference": bundle.get("reference"), "entries": entries, "items": items, "documents": used, "seal": seal,
        }  # fmt: skip
    except BadInput as fault:
        code = "not_a_bundle" if fault.code in {"not_json", "not_utf8"} else fault.code
        raise UnreadableFile(f"{path.name} is not an exported application: it {fault}", code) from None
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile(f"{path.name} is not an exported application", "not_a_bundle") from None
