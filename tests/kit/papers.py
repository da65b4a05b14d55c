"""Small made-up papers of every kind that is taken."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip file with these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def pdf(text: str = "synthetic") -> bytes:
    """A PDF with one empty page and a comment."""
    return f"""%PDF-1.4
% {text}
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>> endobj
trailer <</Root 1 0 R>>
%%EOF
""".encode()


_BASE = {"[Content_Types].xml": "<Types/>", "_rels/.rels": "<Relationships/>"}

PDF = pdf()
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\x7f\xff\xd9"
TIFF = struct.pack("<2sHIHI", b"II", 42, 8, 0, 0)
DOCX = package({**_BASE, "word/document.xml": "<w:document/>"})
XLSX = package({**_BASE, "xl/workbook.xml": "<workbook/>"})
