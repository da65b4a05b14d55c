"""What kind of file a content is. Its name says nothing. Nothing in it is run, shown or kept unpacked.

A kind has one shape and holds nothing else that a program would run. What is not known for one of the kinds is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from casebook.domain.actors import Reason
from casebook.domain.case.papers import PaperKind

UNPACKED = 100 << 20  # bytes of all parts of a package: ten times the largest file
PARTS = 2_000  # in a package; a long document with many pictures has some hundreds

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PNG = b"\x89PNG\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_ZIP_END, _ZIP_END_LENGTH = b"PK\x05\x06", 22
_JPEG_SCAN = 0xDA
_TIFF_HEAD = 8
_LONGEST_TAIL = b"\0 \t\r\n"

# what makes a browser or another program run a file that also looks like something else
_MARKUP = re.compile(rb"<(?:script|html|iframe|!doctype|\?php)\b", re.IGNORECASE)
_MARKUP_IN_TEXT = re.compile(r"<(?:script|html|svg|iframe|object|embed|!doctype|\?php|\?xml)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_PROGRAM_TEXT = ("#!", "%!ps", "%pdf", "{\\rtf", "@echo", "[internetshortcut]", "[desktop entry]", "[autorun]", "<#")
_PDF_NAME_SIGN = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia)\b")

_NOT_TAKEN = Reason(
    "kind_not_taken", "this is not a PDF, JPEG, PNG, TIFF, Word or Excel file (docx, xlsx) or plain text in UTF-8"
)
_OLD_OFFICE = Reason(
    "old_or_encrypted_office", "this is an encrypted Office file or one of an old format: save it as docx or PDF without password"
)  # fmt: skip
_ENCRYPTED = Reason("encrypted_file", "this file has a password: nobody could read it later. Save it without one")
_ACTIVE = Reason("active_content", "this file holds a program or another file: save it as PDF without them")
_TWO_KINDS = Reason("two_kinds", "this file can be read as two kinds of file: save or scan it again")
_DAMAGED = Reason("damaged_file", "this file is damaged or not complete: save or scan it again")
_BOMB = Reason("unpacks_too_far", "this file unpacks to far more than such a paper has")
_BROKEN_PACKAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, NotImplementedError, RuntimeError, KeyError,
)  # fmt: skip


def kind_of_content(content: bytes) -> PaperKind | Reason:
    """The kind of a file by its content, or the reason why it is not taken."""
    if not content:
        return Reason("empty_file", "this file is empty")
    if content.startswith(_OLE):
        return _OLD_OFFICE
    if content.startswith(_ZIP):
        return _package(content)
    kind, faults = _plain_kind(content)
    if fault := next(faults, None):
        return fault
    if kind is not PaperKind.TEXT and (_MARKUP.search(content) or zipfile.is_zipfile(io.BytesIO(content))):
        return _TWO_KINDS
    return kind


def _plain_kind(content: bytes) -> tuple[PaperKind, Iterator[Reason]]:
    """What a content begins as, and what is wrong with it as that."""
    if content.startswith(b"%PDF-"):
        return PaperKind.PDF, _pdf(content)
    if content.startswith(b"\xff\xd8\xff"):
        return PaperKind.JPEG, _jpeg(content)
    if content.startswith(_PNG):
        return PaperKind.PNG, _png(content)
    if content.startswith((b"II*\0", b"MM\0*")):
        return PaperKind.TIFF, _tiff(content)
    return PaperKind.TEXT, _text(content)


def _pdf(content: bytes) -> Iterator[Reason]:
    if not content.rstrip(_LONGEST_TAIL).endswith(b"%%EOF"):
        yield _DAMAGED
    names = _PDF_NAME_SIGN.sub(lambda sign: bytes([int(sign[1], 16)]), content)  # /#4aavaScript is /JavaScript
    if b"/Encrypt" in names:
        yield _ENCRYPTED
    if _PDF_ACTIVE.search(names):
        yield _ACTIVE


def _jpeg(content: bytes) -> Iterator[Reason]:
    """Segments, each with its length, until the picture begins; then its end, after which a telephone may write more."""
    at = 2
    while content[at : at + 1] == b"\xff" and content[at + 1 : at + 2] != bytes([_JPEG_SCAN]):
        length = int.from_bytes(content[at + 2 : at + 4])
        at += 2 + max(length, 2)
    if content[at : at + 2] != bytes([0xFF, _JPEG_SCAN]) or content.rfind(b"\xff\xd9") < at:
        yield _DAMAGED


def _png(content: bytes) -> Iterator[Reason]:
    """Chunks, each with its length and check sum; the last is the end of the file."""
    at, name = len(_PNG), b""
    while name != b"IEND" and at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4])
        name, end = content[at + 4 : at + 8], at + 8 + length
        if zlib.crc32(content[at + 4 : end]) != int.from_bytes(content[end : end + 4]):
            break
        at = end + 4
    if name != b"IEND" or at != len(content):
        yield _DAMAGED


def _tiff(content: bytes) -> Iterator[Reason]:
    first = int.from_bytes(content[4:8], "little" if content.startswith(b"II") else "big")
    if not _TIFF_HEAD <= first <= len(content) - 2:
        yield _DAMAGED


def _text(content: bytes) -> Iterator[Reason]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield _NOT_TAKEN
        return
    if _CONTROL.search(text):
        yield _NOT_TAKEN
    if text.lstrip().lower().startswith(_PROGRAM_TEXT) or _MARKUP_IN_TEXT.search(text):
        yield Reason("active_content", "this text is a program or a web page: save it as PDF")


def _package(content: bytes) -> PaperKind | Reason:
    """A file of Word or Excel: a package that has the right parts, is read whole once, and holds no program."""
    if content[-_ZIP_END_LENGTH:][:4] != _ZIP_END:
        return _TWO_KINDS  # something stands behind the package, or it has a comment
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _office(package)
    except _BROKEN_PACKAGE:
        return _DAMAGED


def _office(package: zipfile.ZipFile) -> PaperKind | Reason:
    parts = package.infolist()
    names = {part.filename for part in parts}
    kinds = {kind for kind, name in _MAIN_PART.items() if name in names}
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        return _BOMB
    if any(part.flag_bits & 1 for part in parts):
        return _ENCRYPTED
    if not {"[Content_Types].xml", "_rels/.rels"} <= names or len(kinds) != 1 or len(names) != len(parts):
        return _NOT_TAKEN
    if any(part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts):
        return _DAMAGED
    if any(map(_is_active, names)) or b"macroenabled" in package.read("[Content_Types].xml").lower():
        return _ACTIVE
    # no part gives more than its stated size; one whose check sum differs states another size than it has
    return _DAMAGED if package.testzip() is not None else kinds.pop()


_MAIN_PART = {PaperKind.DOCX: "word/document.xml", PaperKind.XLSX: "xl/workbook.xml"}
_ACTIVE_PART = re.compile(
    r"vbaproject|vbadata|/activex/|/embeddings/.*\.bin$|xl/macrosheets/|\.(?:exe|dll|js|vbs|bat|cmd|ps1|html?|mht|svg|jar|lnk)$",
    re.IGNORECASE,
)


def _is_active(name: str) -> bool:
    return _ACTIVE_PART.search(name) is not None or ".." in name or name.startswith("/") or not name.isprintable()
