"""Reads the shipped offence tables, and generates `offences.csv` from the Ministry of Justice's standing data.

    python -m casebook.policies.offence_tables offence-code.json

The source is `dist/data/offence-code.json` of the npm package `@moj-bichard7-developers/bichard7-next-data` 2.0.414
(MIT licence, Ministry of Justice). Only codes and their classes are taken from it.
"""

import csv
import json
import sys
from functools import cache
from pathlib import Path

from casebook.domain.risk.offences import UNMAPPED, OffenceTable
from casebook.policies.reading import rows

BY_TITLE = "title/"  # a mixed class: the title's words decide, else the group after the slash
NOT_AN_OFFENCE = ("application", "appeal", "consideration", "adjournment", "arrested for", "appearance", "request")


@cache
def load() -> OffenceTable:
    return OffenceTable(groups={row["code"]: row["group"] for row in rows("offences")}, phrases=phrases())


def phrases() -> tuple[tuple[str, str], ...]:
    return tuple((row["phrase"], row["group"]) for row in rows("offence_keywords"))


def derive(standing_data: list[dict[str, object]]) -> list[tuple[str, str, str]]:
    """(code, Home Office class, group) of every notifiable offence, and of the others that have a group."""
    rules = {row["class"]: row["group"] for row in rows("offence_classes")}
    by_words = OffenceTable(groups={}, phrases=phrases())
    found = []
    for offence in standing_data:
        code, title = str(offence["cjsCode"]), str(offence["offenceTitle"])
        home_office_class = str(offence["homeOfficeClassification"])
        group = _group(home_office_class, title, rules, by_words)
        if offence["notifiableToHo"] or (group != UNMAPPED and not title.casefold().startswith(NOT_AN_OFFENCE)):
            found.append((code, home_office_class, group))
    return sorted(set(found))


def _group(home_office_class: str, title: str, rules: dict[str, str], by_words: OffenceTable) -> str:
    """The rule for the longest start of the class."""
    starts = (home_office_class[:length] for length in range(len(home_office_class), 2, -1))
    rule = next((rules[start] for start in starts if start in rules), BY_TITLE + UNMAPPED)
    if not rule.startswith(BY_TITLE):
        return rule
    told = by_words.by_text(title)
    return told if told != UNMAPPED else rule.removeprefix(BY_TITLE)


def main(path: str) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("code", "home_office_class", "group"))
    writer.writerows(derive(json.loads(Path(path).read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main(sys.argv[1])
