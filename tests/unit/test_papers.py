"""What a paper is, its content says: the kinds that are taken, and everything that is not, whatever its name."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from papers import DOCX, JPEG, PDF, PNG, TIFF, XLSX, package

from casebook.domain.actors import Reason
from casebook.domain.case import paper_kinds
from casebook.domain.case.paper_kinds import kind_of_content
from casebook.domain.case.papers import MOST_SIGNS, PaperKind, why_not_ending, why_not_one_line

TAKEN = {
    PaperKind.PDF: PDF, PaperKind.JPEG: JPEG, PaperKind.PNG: PNG, PaperKind.TIFF: TIFF, PaperKind.DOCX: DOCX,
    PaperKind.XLSX: XLSX, PaperKind.TEXT: "Sie wohnt bei Müller\r\n\tseit 2019 < 2020".encode(),
}  # fmt: skip
HTML = b"<!doctype html><script>alert(1)</script>"
WORD = {"[Content_Types].xml": "<Types/>", "_rels/.rels": "<r/>", "word/document.xml": "<w/>"}


def code(content):
    found = kind_of_content(content)
    return found.code if isinstance(found, Reason) else found


@pytest.mark.parametrize("kind", PaperKind)
def test_each_kind_is_known_by_its_content(kind):
    assert kind_of_content(TAKEN[kind]) is kind


def chunk(name, content=b""):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def bomb():
    """A part of zeros that unpacks to more than is allowed; itself it has some hundred kB."""
    return package({**WORD, "word/media/image1.png": bytes(paper_kinds.UNPACKED)})


def lying(content):
    """A package that states for its first part one byte less than is in it."""
    wrong = bytearray(content)
    at = wrong.index(b"PK\x01\x02") + 24
    wrong[at : at + 4] = struct.pack("<I", struct.unpack("<I", wrong[at : at + 4])[0] - 1)
    return bytes(wrong)


def flagged(content):
    """A package that says that its parts have a password."""
    wrong = bytearray(content)
    wrong[wrong.index(b"PK\x01\x02") + 8] |= 1
    return bytes(wrong)


REFUSED = {
    # nothing, or nothing that is known
    "empty": (b"", "empty_file"),
    "program of Windows": (b"MZ\x90\0\x03", "kind_not_taken"),
    "program of Linux": (b"\x7fELF\x02\x01\x01\0", "kind_not_taken"),
    "gif": (b"GIF89a\x01\0\x01\0\0\0\0;", "kind_not_taken"),
    "gzip": (b"\x1f\x8b\x08\0", "kind_not_taken"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\x04", "kind_not_taken"),
    "rar": (b"Rar!\x1a\x07\x01\0", "kind_not_taken"),
    "text of Latin-1": ("Müller".encode("latin-1"), "kind_not_taken"),
    "text of UTF-16": ("Miller".encode("utf-16"), "kind_not_taken"),
    "text with a control character": (b"red \x1b[31m", "kind_not_taken"),
    # text that a program would run
    "shell": (b"#!/bin/sh\nrm -rf /", "active_content"),
    "batch": (b"@echo off\r\n", "active_content"),
    "page of the web": (b"  \n<HTML><body>", "active_content"),
    "svg": (b"<svg xmlns='x' onload='a()'/>", "active_content"),
    "xml": (b"\xef\xbb\xbf<?xml version='1.0'?>", "active_content"),
    "rtf": (b"{\\rtf1 x}", "active_content"),
    "postscript": (b"%!PS-Adobe", "active_content"),
    "shortcut": (b"[InternetShortcut]\r\nURL=x", "active_content"),
    "script late in a text": (b"a letter" * 1000 + b"<script>", "active_content"),
    # Office
    "old or encrypted Office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old_or_encrypted_office"),
    "archive": (package({"a.txt": "x"}), "kind_not_taken"),
    "Word and Excel": (package({**WORD, "xl/workbook.xml": "<w/>"}), "kind_not_taken"),
    "macro": (package({**WORD, "word/vbaProject.bin": "x"}), "active_content"),
    "macro of another name": (package({**WORD, "[Content_Types].xml": "application/MacroEnabled"}), "active_content"),
    "program inside": (package({**WORD, "word/embeddings/oleObject1.bin": "x"}), "active_content"),
    "page inside": (package({**WORD, "word/afchunk.mht": "x"}), "active_content"),
    "way out of the folder": (package({**WORD, "../../x": "x"}), "active_content"),
    "zip bomb": (bomb(), "unpacks_too_far"),
    "too many parts": (package({**WORD, **{f"p{n}": "" for n in range(paper_kinds.PARTS)}}), "unpacks_too_far"),
    "part larger than stated": (lying(DOCX), "damaged_file"),
    "password": (flagged(DOCX), "encrypted_file"),
    "cut off": (DOCX[:-30], "two_kinds"),
    "package with something behind": (DOCX + HTML, "two_kinds"),
    # PDF and pictures
    "pdf cut off": (PDF[:-8], "damaged_file"),
    "pdf with a password": (PDF.replace(b"/Root", b"/Encrypt 9 0 R /Root"), "encrypted_file"),
    "pdf with a script": (PDF.replace(b"/Root", b"/JavaScript (x) /Root"), "active_content"),
    "pdf with a hidden script": (PDF.replace(b"/Root", b"/J#61va#53cript (x) /Root"), "active_content"),
    "pdf with a program": (PDF.replace(b"/Root", b"/Launch /Root"), "active_content"),
    "pdf and page": (PDF.replace(b"%%EOF", HTML + b"\n%%EOF"), "two_kinds"),
    "pdf and archive": (PDF + DOCX + b"\n%%EOF", "two_kinds"),
    "pdf with something behind": (PDF + b"MZ\x90", "damaged_file"),
    "jpeg and page": (JPEG[:2] + b"\xff\xfe\0\x2a" + HTML + JPEG[2:], "two_kinds"),
    "jpeg and archive": (JPEG + DOCX, "two_kinds"),
    "jpeg cut off": (JPEG[:-2], "damaged_file"),
    "jpeg of segments that go nowhere": (b"\xff\xd8" + b"\xff\xe0\0\0" * 9, "damaged_file"),
    "png with something behind": (PNG + b"x", "damaged_file"),
    "png that was changed": (PNG.replace(b"IHDR", b"IHDX"), "damaged_file"),
    "png and page": (PNG[:-12] + chunk(b"tEXt", HTML) + PNG[-12:], "two_kinds"),
    "tiff cut off": (TIFF[:8], "damaged_file"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_such_file_is_refused_with_the_reason(what):
    content, reason = REFUSED[what]
    assert code(content) == reason


@pytest.mark.parametrize("kind", PaperKind)
def test_no_file_that_is_cut_off_anywhere_raises_anything(kind):
    content = TAKEN[kind]
    for length in range(len(content)):
        assert isinstance(kind_of_content(content[:length]), (Reason, PaperKind))


def test_a_package_of_an_unusual_packing_is_not_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as made:
        for name, content in WORD.items():
            made.writestr(name, content)
    assert code(file.getvalue()) == "damaged_file"


@pytest.mark.parametrize(
    ("name", "kind", "good"),
    [
        ("a.pdf", PaperKind.PDF, True), ("A.PDF", PaperKind.PDF, True), ("a.jpeg", PaperKind.JPEG, True),
        ("a.sh", PaperKind.TEXT, False), ("a.pdf.exe", PaperKind.PDF, False), ("pdf", PaperKind.PDF, False),
    ],
)  # fmt: skip
def test_a_paper_is_written_under_a_name_of_its_kind(name, kind, good):
    assert (why_not_ending(name, kind) is None) == good


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("passport", None), ("x" * MOST_SIGNS, None), ("x" * (MOST_SIGNS + 1), "too_long"), (" ", "reason_missing"),
        ("two\nlines", "not_printable"), ("\x1b[2J", "not_printable"), ("\u202egnp.exe", "not_printable"),
    ],
)  # fmt: skip
def test_a_title_is_one_line_that_can_be_shown(text, reason):
    found = why_not_one_line(text, "the title")
    assert (found.code if found else None) == reason
