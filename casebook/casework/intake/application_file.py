"""Imports applications.csv: new applications, as another system or a public form has them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from casebook import policies
from casebook.casework.core.acting import Playbook
from casebook.casework.intake import landing
from casebook.casework.intake.landing import FileKind, ImportedFile, RowReading
from casebook.domain.actors import Actor, Reason
from casebook.domain.case import application_file as rules
from casebook.domain.case.intake import Form
from casebook.files import FileRow
from casebook.storage.documents import Documents
from casebook.storage.session import Store


def import_file(store: Store, actor: Actor, path: Path, *, playbook: Playbook) -> ImportedFile:
    """Import applications.csv. A bad row does not stop the others. Importing the same file again changes nothing."""
    return landing.land(store, actor, path, kind=APPLICATIONS, playbook=playbook)


def why_not_received(known: Documents, moment: datetime) -> Reason | None:
    """A reason if no policy of the scheme was in force at a moment: nothing can be due from it."""
    try:
        known.policy_on(moment)
    except policies.NoPolicyInForce as refusal:
        return Reason(refusal.code, "is before the first policy of the scheme was in force")
    return None


def _read(row: FileRow, known: Documents, _now: datetime) -> RowReading:
    form = rules.read(
        row.cells, row.undecodable, doubts=rules.row_doubts(miscounted=row.miscounted),
        why_not_received=partial(why_not_received, known),
    )  # fmt: skip
    return (form, ()) if isinstance(form, Form) else form


APPLICATIONS = FileKind(columns=rules.COLUMNS, required=rules.REQUIRED, event_name="applications_imported", read=_read)
