"""Applications of the synthetic force, with the people and records behind them: the special cases first, then filler.

Application i depends on the seed and on i alone, so a longer file begins with the shorter one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from casebook.demo.clerk import Clerk
from casebook.demo.dice import chance, pick, some_day, years
from casebook.demo.offences import APART, GRAVE, SERIOUS, SLIGHT
from casebook.demo.people import Makers
from casebook.demo.scene import Scene
from casebook.demo.specials import SPECIALS
from casebook.demo.statements import COLUMNS, LONDON, doubtfully, for_a, safe_contact, statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from casebook.demo.clerk import Batch
    from casebook.demo.statements import Row

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=LONDON)  # of files written without `--now`


CONCERNS = {
    "a": (
        "He has started to check my phone and who I see. His last girlfriend told me to ask you about him.",
        'A friend said he "put his ex in hospital", I do not know if it is true.',
        "He gets very angry when he drinks, he punched a hole in the door next to my head.",
        "She controls all our money and has threatened to hurt herself if I leave.",
        "We have just moved in together and I want to be sure before my children do.\nPlease do not ring the house.",
        "He grabbed me by the throat last month and said nobody would believe me.",
        "He was arrested at his old address, that is all I know; I am pregnant and worried.",
        "Since we separated he waits outside my work, and he knows the children's school.",
        "I saw a letter from probation on his table.",
        "",
    ),
    "third_party": (
        "My daughter has met someone new. She has bruises on her arms and says she walked into a door.",
        "Next door: shouting most nights, then she is not seen for days.",
        "He was violent to my cousin years ago and now he is living with my best friend, who does not know.",
    ),
    "agency": (
        "Social worker has learnt of a new relationship with a mother of two on a child protection plan.",
        "IDVA: client discloses escalating threats, partner said to have a history in another force's area.",
        "Midwife: partner answers every question for her; bruising to neck noted at the last appointment.",
    ),
}


def filler(scene: Scene, index: int) -> Row:
    """An ordinary application: every route and kind of applicant in turn, the rest at random."""
    rng = scene.rng
    route, applicant = WAYS[index % len(WAYS)]
    former = chance(rng, 0.3)
    a, b = scene.pair(former=former)
    if chance(rng, 0.72):
        level = pick(rng, (GRAVE, SERIOUS, SERIOUS, SLIGHT, APART))
        sources = [source for source, share in WHERE if chance(rng, share)] or ["rms"]
        b = scene.known(b, level, sources=sources, careful=False)
    if chance(rng, 0.3):
        scene.clerk.file(rng, a, "rms")
    elif chance(rng, 0.05):
        a = scene.known(a, SERIOUS, sources=("rms",))
    row = scene.row(a, doubtfully(rng, b), route=route, applicant=applicant, concern=pick(rng, CONCERNS[applicant]))
    row |= _relationship(scene, former=former) | safe_contact(rng)
    if chance(rng, 0.1) and b.pnc_id:
        row |= {"b_pnc_id": b.pnc_id, "b_cro": b.cro}
    row["immediate_danger"] = pick(rng, ("no", "no", "no", "no", "no", "unknown", "unknown", ""))
    if applicant != "a":
        row |= _through_another(scene, agency=applicant == "agency")
    return row | _left_out(rng)


WAYS = (
    ("right_to_ask", "a"),
    ("right_to_ask", "third_party"),
    ("right_to_know", "agency"),
    ("right_to_ask", "a"),
    ("right_to_ask", "a"),
    ("right_to_know", "third_party"),
    ("right_to_ask", "agency"),
    ("right_to_know", "agency"),
    ("right_to_know", "a"),
)
WHERE = (
    ("rms", 0.8),
    ("pnc", 0.6),
    ("pnd", 0.4),
    ("visor", 0.05),
    ("marac", 0.15),
    ("courts", 0.15),
    ("probation", 0.1),
)


def _relationship(scene: Scene, *, former: bool) -> Row:
    rng, today = scene.rng, scene.now.date()
    births = [some_day(rng, today - years(14), today) for _ in range(int(rng.random() * 3))]
    children = ";".join(born.isoformat()[: pick(rng, (4, 7, 10, 10))] for born in births)
    ended = some_day(rng, today - years(1), today).isoformat()
    return {
        "relationship": "ex_partner" if former else pick(rng, ("partner", "partner", "partner", "other")),
        "relationship_ended": ended if former or chance(rng, 0.03) else "",  # a partner with an end contradicts itself
        "living_together": "no" if former else pick(rng, ("yes", "yes", "no", "unknown")),
        "pregnant": pick(rng, ("no", "no", "no", "unknown", "yes", "")),
        "children": children,
    }


def _through_another(scene: Scene, *, agency: bool) -> Row:
    """C's own details. C often does not know how to contact A safely."""
    rng = scene.rng
    c = scene.make.human("f" if chance(rng, 0.7) else "m", youngest=25)
    columns = statement(rng, "c", c)
    if agency:
        c = replace(c, aliases=(), former="")
        desk = {
            "c_address": "Synthetic Magna Advice Service, 1 Gossamer Row, Synthetic Magna",
            "c_dob": "",
            "c_sex": "",
        }
        columns = statement(rng, "c", c) | desk
    return columns | (for_a(safe_contact(rng)) if chance(rng, 0.45) else {})


def _left_out(rng: Random) -> Row:
    """Columns that the applicant left empty, now and then."""
    gaps = (
        {"a_phone": "", "a_email": ""},
        {"b_surname": ""},
        {"a_dob": ""},
        {"relationship": ""},
        {"b_sex": "unknown"},
    )
    return dict(pick(rng, gaps)) if chance(rng, 0.12) else {}


def cast(seed: int, n: int, clerk: Clerk, now: datetime = NOW) -> Iterator[tuple[Row, Batch]]:
    """The first n applications, each with the rows about its people."""
    for index in range(n):
        rng = Random(f"{seed}/application/{index}")
        scene = Scene(rng=rng, make=Makers(rng, now.date(), f"A{index}-"), clerk=clerk, now=now)
        if index < len(SPECIALS):
            name, tell = SPECIALS[index]
            row = {"external_id": name, **tell(scene)}
        else:
            row = {"external_id": f"SYN-{seed}-{index:06}", **filler(scene, index - len(SPECIALS))}
        yield {column: row.get(column, "") for column in COLUMNS}, clerk.take()


def applications(seed: int, n: int, now: datetime = NOW) -> list[Row]:
    """The first n rows of applications.csv."""
    return [row for row, _ in cast(seed, n, Clerk(), now)]
