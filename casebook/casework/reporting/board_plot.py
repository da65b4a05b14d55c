"""The limit kept by week, and what came and went, as a picture of its own: SVG, nothing to install, nothing personal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from casebook.casework.reporting.board import WEEKS

WIDTH, HEIGHT, LEFT, GAP = 760, 130, 46, 34
Week = Mapping[str, Any]


def svg(board: Mapping[str, Any]) -> str:
    compliance, throughput = board["compliance"][-WEEKS:], board["throughput"][-WEEKS:]
    parts = [
        *_title(0, "Limit of the whole process kept, share by the week it fell in"),
        *_bars(GAP, [(w["monday"], [(w["share"], "#2a7f62")]) for w in compliance], top_value=1.0),
        *_title(HEIGHT + 2 * GAP, "Applications that came in (grey) and were closed (blue), by week"),
        *_bars(
            HEIGHT + 3 * GAP,
            [(w["monday"], [(w["received"], "#9aa5b1"), (w["closed"], "#2f5d9b")]) for w in throughput],
            top_value=max((max(w["received"], w["closed"]) for w in throughput), default=1),
        ),
    ]
    size = f'width="{WIDTH}" height="{2 * HEIGHT + 5 * GAP}"'
    style = 'font-family="sans-serif" font-size="11"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}><rect {size} fill="#fff"/>{"".join(parts)}</svg>'


def _title(top: int, words: str) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="{top + 20}" font-size="13" font-weight="bold">{words}</text>'


def _bars(top: int, weeks: Sequence[tuple[str, list[tuple[float, str]]]], *, top_value: float) -> Iterator[str]:
    base, scale = top + HEIGHT, HEIGHT / (top_value or 1)
    yield f'<text x="4" y="{top + 10}">{top_value:g}</text><text x="4" y="{base}">0</text>'
    yield f'<line x1="{LEFT}" y1="{base}" x2="{WIDTH - 10}" y2="{base}" stroke="#333"/>'
    step = (WIDTH - LEFT - 10) / max(1, len(weeks))
    for at, (monday, values) in enumerate(weeks):
        wide = step * 0.8 / len(values)
        for number, (value, colour) in enumerate(values):
            x, high = LEFT + at * step + number * wide, value * scale
            yield (
                f'<rect x="{x:.1f}" y="{base - high:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{colour}">'
                f"<title>{monday}: {value:g}</title></rect>"
            )
        if at % 4 == 0:
            yield f'<text x="{LEFT + at * step:.1f}" y="{base + 14}">{monday}</text>'
    if not weeks:
        yield f'<text x="{LEFT}" y="{base - 10}">no week yet</text>'
