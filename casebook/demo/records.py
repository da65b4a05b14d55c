"""Rows of records.csv, and histories made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from casebook.demo.dice import chance, pick
from casebook.demo.offences import (
    APART,
    GRAVE,
    INCIDENTS,
    INTELLIGENCE,
    ORDERS,
    PUBLIC_VIOLENCE,
    SERIOUS,
    SLIGHT,
    Offence,
    of_its_time,
)
from casebook.demo.rows import RecordRow

if TYPE_CHECKING:
    from collections import Counter
    from datetime import date
    from random import Random


class Victim(NamedTuple):
    person_id: str
    relationship: str


NOBODY = Victim("", "")

OWNERS = {
    "pnc": ("",),
    "rms": ("",),
    "visor": ("", "Northshire Police"),
    "pnd": ("Northshire Police", "Westmarch Constabulary", "Eastmere Police", "Tidewater Police"),
    "marac": ("Synthetic Magna MARAC",),
    "courts": ("Synthetic Regis County Court",),
    "probation": ("Probation Service, Synthetic region",),
    "dvds_register": ("",),
}
# how matters of a kind end
OUTCOMES = {
    "conviction": ("Community order", "Suspended sentence", "Fine", "Imprisonment 6 months", "Imprisonment 18 months"),
    "caution": ("Simple caution", "Conditional caution"),
    "charge": ("Awaiting trial", "Discontinued", "Not guilty verdict"),
    "arrest": ("Released under investigation", "Released on bail", "Refused charge"),
    "no_further_action": ("Victim does not support prosecution", "Evidential difficulties", "Suspect not interviewed"),
    "order": ("In force", "Expired", "Varied"),
    "non_crime_incident": ("", "DASH standard", "DASH medium", "DASH high"),
    "intelligence": ("",),
}
# which kinds of record a source holds, commonest first (a kind may stand more than once)
HOLDS = {
    "pnc": ("conviction", "conviction", "conviction", "caution", "arrest"),
    "rms": ("no_further_action", "non_crime_incident", "arrest", "charge", "non_crime_incident", "intelligence"),
    "pnd": ("no_further_action", "intelligence", "non_crime_incident", "arrest", "charge"),
    "visor": ("conviction", "intelligence"),
    "marac": ("non_crime_incident",),
    "courts": ("order",),
    "probation": ("conviction", "order"),
    "dvds_register": ("non_crime_incident",),
}
SPOKEN_OF = {"order": ORDERS, "non_crime_incident": INCIDENTS, "intelligence": INTELLIGENCE}
# results of an offence by source; incidents, intelligence and orders are in words
CHARGES = {source: tuple(kind for kind in kinds if kind not in SPOKEN_OF) for source, kinds in HOLDS.items()}
NO_VICTIM = {offence.code for offence in APART}
SENTENCES = {
    offence.code: ("Imprisonment 18 months", "Imprisonment 3 years", "Imprisonment 6 years") for offence in GRAVE
}
SENTENCES |= {offence.code: ("Fine", "Community order", "Conditional discharge") for offence in APART}
LEVELS = {"grave": GRAVE, "serious": SERIOUS, "slight": SLIGHT, "apart": APART, "public": PUBLIC_VIOLENCE}
LIKELY = ("slight",) * 9 + ("apart",) * 8 + ("serious",) * 6 + ("public",) * 4 + ("grave",) * 2


def record(
    rng: Random,
    issued: Counter[str],
    *,
    source: str,
    person_id: str,
    on: date,
    kind: str = "",
    offence: Offence | None = None,
    victim: Victim = NOBODY,
) -> RecordRow:
    """One record. What is not given is drawn at random, in the manner of the source."""
    kind = kind or pick(rng, HOLDS[source] if offence is None else CHARGES[source])
    what = of_its_time(offence or pick(rng, SPOKEN_OF.get(kind) or LEVELS[pick(rng, LIKELY)]), on.year)
    victim = NOBODY if what.code in NO_VICTIM else victim
    issued[f"{source}.records"] += 1
    graded = kind == "intelligence"
    return RecordRow(
        source,
        f"SYN-REC-{source.upper().replace('_', '')}-{issued[f'{source}.records']:08}",
        person_id,
        kind,
        "" if chance(rng, 0.04) else what.code,
        what.text,
        on.isoformat(),
        pick(rng, SENTENCES.get(what.code, OUTCOMES[kind]) if kind == "conviction" else OUTCOMES[kind]),
        victim.person_id,
        victim.relationship,
        ";".join(what.flags),
        pick(rng, OWNERS[source]),
        pick(rng, ("1", "2", "2", "3")) if graded else "",
        pick(rng, "ABBCDDE") if graded else "",
        pick(rng, ("P", "P", "C")) if graded else "",
    )
