"""The special cases of the demonstration, in the order of the file: each with its people and their records.

Faults of sources are set in `story` and `flaky_source`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from casebook.demo.offences import APART, GRAVE, INTELLIGENCE, SERIOUS, SLIGHT
from casebook.demo.spellings import swapped_day_and_month
from casebook.demo.statements import moment, statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from casebook.demo.people import Human
    from casebook.demo.scene import Scene
    from casebook.demo.statements import Row


HELD_DETAILS = {"b_surname": "Thistleby", "b_dob": "1990-05-17", "a_phone": "07700 900461"}


def _b(scene: Scene, b: Human) -> Row:
    return {**statement(scene.rng, "b", b), "b_dob_certainty": "exact", "b_phone": "", "b_email": ""}


def urgent(scene: Scene) -> Row:
    a, b = scene.pair(former=True)
    b = scene.known(b, GRAVE, sources=("rms", "pnc", "pnd", "probation"))
    return scene.row(
        a,
        _b(scene, b),
        concern="He comes out of prison on Friday and has written that he is coming home. He strangled me once before.",
        immediate_danger="unknown",
        relationship="ex_partner",
        relationship_ended=(scene.now.date() - timedelta(days=60)).isoformat(),
        living_together="no",
        pregnant="yes",
    )


def in_danger(scene: Scene) -> Row:
    a, b = scene.pair()
    b = scene.known(b, GRAVE)
    return scene.row(
        a,
        _b(scene, b),
        submitted_at=moment(scene.now - timedelta(minutes=12)),
        concern="He has locked the doors and says he will kill me tonight. I am in the bathroom. Please text only.",
        immediate_danger="yes",
        safe_channel="text",
        safe_days="mon;tue;wed;thu;fri;sat;sun",
        safe_from="00:00",
        safe_until="23:59",
        safe_voicemail="no",
    )


def source_recovers(scene: Scene) -> Row:
    a, b = scene.pair()
    b = scene.known(b, SERIOUS, sources=("rms", "pnd"))
    return scene.row(a, _b(scene, b), concern="His sister warned me about him.")


def source_down(scene: Scene) -> Row:
    a, b = scene.pair()
    b = scene.known(b, SERIOUS, sources=("pnc", "visor", "courts"))
    return scene.row(a, _b(scene, b), concern="I found a court letter about an order.")


def second_identity(scene: Scene) -> Row:
    """B is filed under an alias that A knows, another birth date and an old address; a search as given finds nobody."""
    a, b = scene.pair()
    true = date(1986, 3, 7)
    b = replace(b, sex="m", forename="Liam", middle="", surname="Hartnoll", former="", aliases=(), born=true)
    scene.known(replace(b, home=b.former_home), GRAVE, sources=("rms", "pnc"))
    alias = replace(b, forename="Lee", surname="Ashdown", born=swapped_day_and_month(scene.rng, true))
    return scene.row(
        a,
        _b(scene, alias),
        b_aliases="Liam Hartnoll",
        concern="Somebody called him Liam Hartnoll in the street and he went white.",
    )


def held(scene: Scene) -> Row:
    """An incomplete form: no surname and no birth date of B although it is called exact, no way to reach A.

    `HELD_DETAILS` is A's answer when asked.
    """
    a, b = scene.pair()
    born = date.fromisoformat(HELD_DETAILS["b_dob"])
    b = replace(b, sex="m", forename="Corwin", middle="", surname=HELD_DETAILS["b_surname"], aliases=(), born=born)
    b = scene.known(b, SLIGHT, sources=("rms",))
    gaps = dict.fromkeys(HELD_DETAILS, "")
    plan = {f"safe_{column}": "" for column in ("channel", "days", "from", "until", "voicemail")}
    return {
        **scene.row(a, _b(scene, b), concern="I would rather explain when we meet."),
        **gaps,
        **plan,
        "a_email": "",
    }


def unknown_to_all(scene: Scene) -> Row:
    a, b = scene.pair()
    b = replace(b, forename="Fenwick", middle="Orlando", surname="Quillthorpe", former="", aliases=())
    return scene.row(a, _b(scene, b), concern="Nothing has happened. I want to be careful this time.")


def unreachable(scene: Scene) -> Row:
    a, b = scene.pair(former=True)
    b = scene.known(b, SERIOUS)
    return scene.row(
        a,
        _b(scene, b),
        concern="I may have to move out at short notice and my phone is often off.",
        relationship="ex_partner",
        living_together="no",
        safe_channel="phone",
        safe_days="tue",
        safe_from="11:00",
        safe_until="11:30",
        safe_voicemail="no",
    )


def restricted(scene: Scene) -> Row:
    a, b = scene.pair()
    b = scene.known(b, APART, sources=("rms",))
    person_id = scene.clerk.batch.persons[-1].person_id
    on = scene.now.date() - timedelta(days=200)
    scene.clerk.enter(scene.rng, "rms", person_id, on, kind="intelligence", offence=INTELLIGENCE[0])
    return scene.row(
        a,
        _b(scene, b),
        concern="He is a serving police officer at this force. I am afraid that his colleagues will tell him I asked.",
    )


SPECIALS: tuple[tuple[str, Callable[[Scene], Row]], ...] = (
    ("SPECIAL-URGENT", urgent),
    ("SPECIAL-DANGER", in_danger),
    ("SPECIAL-SOURCE-RECOVERS", source_recovers),
    ("SPECIAL-SOURCE-DOWN", source_down),
    ("SPECIAL-SECOND-IDENTITY", second_identity),
    ("SPECIAL-HELD", held),
    ("SPECIAL-NEGATIVE", unknown_to_all),
    ("SPECIAL-UNREACHABLE", unreachable),
    ("SPECIAL-RESTRICTED", restricted),
)
