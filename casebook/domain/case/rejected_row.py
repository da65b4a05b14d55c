"""Whether a row that was rejected tells of danger, so that somebody must read it all the same."""

from __future__ import annotations

import re
from collections.abc import Mapping

from casebook.domain.case import running_cases
from casebook.domain.case.application_file import REQUIRED, speaks_of_danger
from casebook.domain.risk.risk_model import RiskModel, Tier
from casebook.domain.vocabulary import Answer3
from casebook.values.short_forms import yes_or_no

_SENTENCES = ("concern", *sorted(running_cases.LONG))  # also what an earlier list tells of a case
_HARM = frozenset({Tier.GRAVE, Tier.HARMFUL})
# the words in which people tell of danger, and by which no offence is graded; a row too many is read in a minute
_PLAIN = re.compile(
    r"\b(afraid|scared|terrified|frighten|threat|danger|kill|murder|die|dead|strangl|chok|throttl|smother|stab|kni(fe|ves)|gun\b"
    r"|weapon|machete|acid|petrol|hits?\b|hitting|beats?\b|beaten|beating|punch|kick|slap|hurt|attack|assault|rap(e|ing)|burn"
    r"|follow(s|ed|ing) (me|her|him)|stalk|tonight|help me)",
    re.IGNORECASE,
)


def telling(cells: Mapping[str, str], model: RiskModel, *, broken: bool = False) -> list[str]:
    """The columns in which a row tells of danger: it says so, or its concern or a note tells of harm.

    Where a row is broken, or is a piece of another row, no cell is known to be in its column: every cell is read as both.
    """
    if broken or not any(cells.get(column) for column in REQUIRED[1:]):
        yes, text = [column for column, cell in cells.items() if _says_yes(cell)], " ".join(cells.values())
    else:
        yes = ["immediate_danger"] * speaks_of_danger(cells)
        return [*yes, *(column for column in _SENTENCES if _tells(cells.get(column, ""), model))]
    return [*yes, *(["concern"] if _tells(text, model) else [])]


def _tells(text: str, model: RiskModel) -> bool:
    return bool(text) and (model.group(model.offences.by_text(text)).tier in _HARM or bool(_PLAIN.search(text)))


def _says_yes(cell: str) -> bool:
    return yes_or_no(cell) == Answer3.YES
