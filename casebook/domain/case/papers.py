"""Papers of a case: which there are, and what kind of file each is, judged by its content alone. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from casebook.domain.actors import Reason

MOST_SIGNS = 300  # of a title, and of where a paper is kept


class PaperCategory(StrEnum):
    """What a paper of a case is."""

    IDENTITY_PROOF = "identity_proof"
    RISK_QUESTIONNAIRE = "risk_questionnaire"
    RECORD_PRINT = "record_print"  # of the Police National Computer, or another source
    UNDERTAKING = "undertaking"  # that what was disclosed is kept in confidence
    MINUTES = "minutes"
    LETTER = "letter"
    OTHER = "other"


class PaperKind(StrEnum):
    """The kinds of files that are taken."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    DOCX = "docx"
    XLSX = "xlsx"
    TEXT = "text"


ENDINGS: Mapping[PaperKind, tuple[str, ...]] = MappingProxyType({
    PaperKind.PDF: (".pdf",),
    PaperKind.JPEG: (".jpg", ".jpeg"),
    PaperKind.PNG: (".png",),
    PaperKind.TIFF: (".tif", ".tiff"),
    PaperKind.DOCX: (".docx",),
    PaperKind.XLSX: (".xlsx",),
    PaperKind.TEXT: (".txt",),
})  # fmt: skip


def why_not_ending(name: str, kind: PaperKind) -> Reason | None:
    """A reason if a file of this name would pass for something else: what opens it then is not what the paper is for."""
    if name.lower().endswith(ENDINGS[kind]):
        return None
    return Reason("wrong_ending", f"the name of the file must end in {' or '.join(ENDINGS[kind])}")


def why_not_one_line(text: str, name: str) -> Reason | None:
    """A reason if this is not one line of a length that a list can show."""
    if not text.strip():
        return Reason("reason_missing", f"{name} must not be empty")
    if len(text) > MOST_SIGNS:
        return Reason("too_long", f"{name} must have at most {MOST_SIGNS} characters")
    if not text.isprintable():
        return Reason("not_printable", f"{name} must be one line without control characters")
    return None
