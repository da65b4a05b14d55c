"""Text that came from outside, made safe for where it is shown: one function for each kind of place.

Whatever is printed at a terminal or on a page, written to a CSV or put into Markdown goes through here. What is stored,
and what `--json` gives to programs, is the text itself; there a JSON escape stands for each sign that would be obeyed.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

# what a terminal or browser obeys instead of showing: control characters but tab and new line, other line ends, signs
# that turn the direction, and signs without any width in which a text can be hidden. The joiners of Persian and
# Indic names stay. Half of a pair of surrogates is no character.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# what a spreadsheet calculates: OWASP, "CSV Injection". Numbers are what they say.
_FORMULA = frozenset("=+-@")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_AS_TEXT = "'"
_BOTH = "\r\n"
# signs with a meaning in Markdown as Prefect's interface and GitHub read it, and in the HTML that it may hold
_MARKED = re.compile(r"[\\`*\[\]<>|~]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
_LINE_ENDS = re.compile(r"\s*[\r\n\x0b\x0c\x85\u2028\u2029]\s*")
_MOST_OF_A_LABEL = 80  # characters: a longer one leaves no room for the plot beside it
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|javascript|data):|\bwww\.")


def harmless(text: str) -> str:
    """The text with an escape for each sign that a terminal or browser would obey. In JSON it is still the same text."""
    return _OBEYED.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def page_value(value: object) -> object:
    """A value of a page without signs that a browser obeys; what is a piece of page already stays."""
    return value if not isinstance(value, str) or hasattr(value, "__html__") else harmless(value)


def csv_cell(value: object) -> object:
    """The value of a cell; a text that a spreadsheet would calculate begins with an apostrophe. Numbers stay numbers."""
    if not isinstance(value, str) or value[:1].isalnum() or _NUMBER.fullmatch(value):
        return value
    seen = unicodedata.normalize("NFKC", "".join(sign for sign in value if unicodedata.category(sign)[0] not in "CZ"))
    return _AS_TEXT + value if len(seen) > 1 and seen[0] in _FORMULA else value


class CsvWriter:
    """Writes lines of a CSV. Every CSV of the product is written by one of these.

    A cell with any line end is quoted: the library alone quotes only the line end that it writes itself.
    """

    def __init__(self, out: TextIO, *, line_end: str = "\n") -> None:
        self._out, self._line_end = out, line_end
        self._writer = csv.writer(self, lineterminator=_BOTH)

    def write(self, line: str) -> None:
        """Called by the library with one whole line."""
        self._out.write(line.removesuffix(_BOTH) + self._line_end)

    def writerow(self, cells: Iterable[object]) -> None:
        self._writer.writerow(map(csv_cell, cells))

    def writerows(self, rows: Iterable[Iterable[object]]) -> None:
        for row in rows:
            self.writerow(row)

    def write_table(self, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
        """A head and a line for each row. A row that lacks a column has an empty cell there; no other key may be there."""
        self.writerow(columns)
        for row in rows:
            self.write_named(columns, row)

    def write_named(self, columns: Sequence[str], row: Mapping[str, object]) -> None:
        if strange := row.keys() - set(columns):
            raise ValueError(f"the table has no column {sorted(strange)}")
        self.writerow(row.get(name, "") for name in columns)


def markdown_text(value: object) -> str:
    """A value inside a line or cell of Markdown: shown as it is written, on one line, without links, images or tags."""
    text = harmless(_LINE_ENDS.sub(" ", str(value)))
    text = _MARKED.sub(lambda found: "\\" + found[0], text)
    return _ADDRESS.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], text)


def plot_text(value: object) -> str:
    """A value as a label of a plot: on one line, without signs that SVG cannot hold, and with its beginning if it is long.

    A dollar is a dollar: `casebook.drawing` reads no formulas.
    """
    text = harmless(_LINE_ENDS.sub(" ", str(value)).replace("\t", " "))
    return text if len(text) <= _MOST_OF_A_LABEL else text[: _MOST_OF_A_LABEL - 1] + "\u2026"
