"""The kinds of past application of the second generator: those handled soundly, and the planted failures by mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from benchmarks import second_reasons as reasons
from benchmarks.second_people import GRAVE, HARMFUL, SLIGHT, TODAY, Records, date_slip, human, name_slip, some_day
from benchmarks.second_register import Case, Desk, Habits

# --- handled soundly ---------------------------------------------------------------------------------------------------------


def unknown(desk: Desk, *, short: bool | None = None) -> Case:
    """B is not on record, or for petty matters only."""
    case, rng = desk.case(), desk.rng
    if rng.random() < 0.35:
        number = desk.records.file("rms", case.b, tidy=False)
        for _ in range(rng.randint(0, 3)):
            on = some_day(rng, date(2008, 1, 1), TODAY)
            desk.records.enter(
                "rms", number, rng.choice(SLIGHT), on, kind=rng.choice(("caution", "conviction", "arrest"))
            )
    terse = rng.random() < desk.habits.terse if short is None else short
    case.cells["rationale"] = reasons.short(rng) if terse else reasons.nil(rng)
    case.kind = "unknown"
    return case


def told(desk: Desk) -> Case:
    case, rng = desk.case(), desk.rng
    desk.history(case, what=GRAVE + HARMFUL)
    case.outcome, case.kind, case.cells["rationale"] = "told", "told", reasons.told(rng)
    case.cells["contact_safe"] = rng.choice(("Y", "Y", "Y", "Y", "NK"))
    if rng.random() < 0.06:  # harm all the same, or against somebody else
        _later(desk, case)
    return case


def refused_with_reason(desk: Desk) -> None:
    """B's history could be disclosed; a panel decided otherwise and said why."""
    case, rng = desk.case(), desk.rng
    desk.history(case, what=rng.choice((GRAVE, HARMFUL, HARMFUL)), years=rng.choice((4, 12, 20)))
    case.outcome, case.kind, case.cells["rationale"] = "refused", "reasoned", reasons.reasoned(rng)
    if rng.random() < 0.6:
        case.cells |= {"relationship": "ex partner", "living_together": "N"}


def namesake(desk: Desk) -> None:
    """Somebody of the same name has a history; B has none."""
    case, rng = unknown(desk), desk.rng
    other = replace(human(rng, case.b.sex), forename=case.b.forename, surname=case.b.surname, former="", alias="")
    other = (
        replace(other, born=other.born + timedelta(days=4000)) if abs((other.born - case.b.born).days) < 400 else other
    )
    desk.history(case, known=other)
    case.kind = "namesake"


def under_one_number(desk: Desk) -> None:
    """Father and son stand under one number in the records: the history is the father's."""
    case = unknown(desk, short=False)
    father = replace(
        case.b, born=case.b.born.replace(day=min(case.b.born.day, 28), year=case.b.born.year - 27), former="", alias=""
    )
    desk.history(case, known=father, what=HARMFUL, sources=("rms",), years=20)
    case.cells["rationale"] += " Entry on RMS is for the father of the same name."
    case.kind = "one number"


def harmed_later(desk: Desk) -> None:
    """Nothing stood there then; later B harmed a partner, or had a quarrel."""
    case = unknown(desk)
    _later(desk, case)
    case.kind = "later"


def _later(desk: Desk, case: Case) -> None:
    rng = desk.rng
    if rng.random() < 0.12 and case.outcome == "nil":
        desk.harm(case)
        return
    number = desk.records.file("rms", case.b, tidy=False)
    on = some_day(rng, case.decided + timedelta(days=60), max(case.decided + timedelta(days=90), TODAY))
    kind, relation = (
        rng.choice(("no_further_action", "arrest", "non_crime_incident")),
        rng.choice(("family", "ex_partner", "other")),
    )
    desk.records.enter("rms", number, rng.choice(HARMFUL + HARMFUL + GRAVE[:1]), on, kind=kind, relation=relation)


def ended(desk: Desk) -> Case:
    case, rng = desk.case(), desk.rng
    if rng.random() < 0.3:
        desk.history(case, what=GRAVE + HARMFUL)
    case.outcome = rng.choice(("withdrawn", "silent", "silent", "scope"))
    case.kind, case.cells["rationale"] = "ended", reasons.ended(rng)
    case.cells["immediate_danger"] = "N"
    return case


def careless(desk: Desk) -> None:
    """Not enough was searched, and there was nothing to be found."""
    case, rng = unknown(desk), desk.rng
    case.cells |= rng.choice(({"sources_searched": "PNC"}, {"sources_searched": "PNC, RMS"}, {"sources_searched": ""}))
    if rng.random() < 0.3:
        case.cells["searched_dob"] = date_slip(rng, case.b.born).isoformat()
    case.kind = "careless"


def repeat_told(desk: Desk) -> None:
    first = told(desk)
    again = desk.case(about=first.b, since=min(first.decided + timedelta(days=40), date(2023, 9, 1)))
    again.outcome, again.kind, again.cells["rationale"] = "told", "repeat", reasons.told(desk.rng)


def repeat_nil(desk: Desk) -> None:
    first = unknown(desk)
    again = desk.case(about=first.b, since=min(first.decided + timedelta(days=40), date(2023, 9, 1)))
    again.kind, again.cells["rationale"] = "repeat", reasons.nil(desk.rng)


def lost(desk: Desk) -> None:
    """Nobody wrote down how it ended; B has nothing."""
    case = unknown(desk)
    case.outcome, case.kind = "", "lost"


def sound(habits: Habits) -> Iterator[tuple[Callable[[Desk], object], float]]:
    yield told, habits.told
    yield refused_with_reason, habits.refusals
    rest = 1 - habits.told - habits.refusals
    for kind, share in (
        (unknown, 0.55), (ended, 0.15), (namesake, 0.06), (harmed_later, 0.09), (careless, 0.08), (repeat_told, 0.02),
        (repeat_nil, 0.02), (lost, 0.02), (under_one_number, 0.01),
    ):  # fmt: skip
        yield kind, rest * share


# --- planted failures --------------------------------------------------------------------------------------------------------


def _failed(desk: Desk, case: Case, mode: str, *, grave: bool = True) -> None:
    """A third came to harm; where grave history was kept from somebody who lives with B, she is in danger now."""
    case.mode = mode
    if desk.rng.random() < 0.33:
        desk.harm(case)
    elif grave and case.cells["living_together"] == "Y" and case.outcome in {"nil", "refused"}:
        case.danger = True


def _nil(desk: Desk) -> Case:
    case = desk.case()
    terse = desk.rng.random() < 0.5
    case.cells["rationale"] = reasons.short(desk.rng) if terse else reasons.nil(desk.rng)
    return case


def false_nil(desk: Desk) -> None:
    case = _nil(desk)
    desk.history(case, what=(what := desk.rng.choice((GRAVE, GRAVE, HARMFUL))))
    _failed(desk, case, "false_nil", grave=what is GRAVE)


def source_not_searched(desk: Desk) -> None:
    case, missed = _nil(desk), desk.rng.choice(("pnd", "rms", "visor"))
    desk.history(case, sources=(missed,))
    case.cells["sources_searched"] = ", ".join(
        name.upper() for name in ("pnc", "pnd", "visor", "rms") if name != missed
    )
    _failed(desk, case, "source_not_searched")


def other_name(desk: Desk) -> None:
    """B is on record under a former surname or another name, which was given and not searched."""
    case, rng = _nil(desk), desk.rng
    stranger = human(rng, case.b.sex)
    if rng.random() < 0.5:
        case.b = replace(case.b, former=stranger.surname, alias="")
        known = replace(case.b, surname=stranger.surname, former="")
    else:
        case.b = replace(case.b, former="", alias=stranger.name)
        known = replace(case.b, forename=stranger.forename, surname=stranger.surname, alias="")
    case.searched = [case.b.name]
    desk.history(case, known=known)
    _failed(desk, case, "other_name")


def wrong_date(desk: Desk) -> None:
    """The right name with a wrong date: a slip, or another date altogether. Nothing else was tried."""
    case, rng = _nil(desk), desk.rng
    real = case.b
    days = rng.randint(400, 3000) * rng.choice((-1, 1))
    born = date_slip(rng, real.born) if rng.random() < 0.6 else real.born + timedelta(days=days)
    case.b = replace(real, born=born, former="", alias="")
    case.searched = [real.name]
    desk.history(case, known=replace(real, former="", alias=""))
    _failed(desk, case, "wrong_date")


def compound_slip(desk: Desk) -> None:
    """A slip in the name and one in the date, and another address."""
    case, rng = _nil(desk), desk.rng
    real = replace(case.b, former="", alias="")
    surname = name_slip(rng, real.surname) if rng.random() < 0.6 else real.surname
    forename = real.forename if surname != real.surname else name_slip(rng, real.forename)
    case.b = replace(real, forename=forename, surname=surname, born=date_slip(rng, real.born))
    case.searched = [case.b.name]
    desk.history(case, known=real)
    _failed(desk, case, "compound_slip")


def somebody_else(desk: Desk) -> None:
    """The search was for a person of the name who is years younger or older."""
    case, rng = _nil(desk), desk.rng
    years = rng.choice((-14, -8, 7, 12, 21))
    case.searched = [case.b.name]
    case.cells["searched_dob"] = case.b.born.replace(
        day=min(case.b.born.day, 28), year=case.b.born.year + years
    ).isoformat()
    desk.history(case)
    _failed(desk, case, "somebody_else")


def wrong_person_told(desk: Desk) -> None:
    case, rng = told(desk), desk.rng
    case.cells |= {"applicant": rng.choice(("mother", "friend", "neighbour")), "contact_safe": ""}
    case.cells["rationale"] = rng.choice((
        "Result given to the applicant by phone. A not spoken to.", "Disclosed to her mother on the doorstep.",
        "Letter with the detail sent to the applicant, A has not been seen.", "Told the friend who asked, A unaware.",
    ))  # fmt: skip
    case.mode, case.kind = "wrong_person_told", ""


def told_though_unsafe(desk: Desk) -> None:
    case = told(desk)
    case.cells |= {"contact_safe": "N"}
    case.mode, case.kind, case.danger = "told_though_unsafe", "", True


def repeat_refused(desk: Desk) -> None:
    first = told(desk)
    again = desk.case(about=first.b, since=min(first.decided + timedelta(days=40), date(2023, 9, 1)))
    again.outcome = desk.rng.choice(("nil", "nil", "refused"))
    again.cells["rationale"] = reasons.short(desk.rng) if again.outcome == "nil" else reasons.unreasoned(desk.rng)
    _failed(desk, again, "repeat_refused")


def never_ended(desk: Desk) -> None:
    case = _nil(desk)
    desk.history(case)
    case.outcome, case.cells["rationale"] = "", ""
    _failed(desk, case, "never_ended")


def refused_without_reason(desk: Desk) -> None:
    """Grave and recent, still together, children, one person, and no reason that could stand."""
    case, rng = desk.case(), desk.rng
    desk.history(case, years=3)
    case.outcome, case.cells["rationale"] = "refused", reasons.unreasoned(rng)
    case.a = replace(case.a, home=case.b.home)
    case.cells |= {"relationship": "partner", "living_together": "Y", "children": "2014;2018"}
    if rng.random() < 0.6:
        case.cells["approver"] = rng.choice(("", case.cells["handler"]))
    _failed(desk, case, "refused_without_reason")


def let_go(desk: Desk) -> None:
    """Withdrawn or silent, grave history, in danger by her own words, and nobody went."""
    case, rng = desk.case(), desk.rng
    desk.history(case, years=4)
    case.outcome = rng.choice(("withdrawn", "silent"))
    case.a = replace(case.a, home=case.b.home)
    case.cells |= {
        "relationship": "partner",
        "living_together": "Y",
        "immediate_danger": "Y",
        "rationale": rng.choice(("", "NFA", "Closed.")),
    }
    _failed(desk, case, "let_go")


FAILURES: tuple[Callable[[Desk], None], ...] = (
    false_nil, source_not_searched, other_name, wrong_date, compound_slip, somebody_else, wrong_person_told, told_though_unsafe,
    repeat_refused, never_ended, refused_without_reason, let_go, false_nil, compound_slip, wrong_date,
)  # fmt: skip


def register(seed: int, size: int, *, base_rate: float | None = None) -> Desk:
    """A register of about `size` applications and the records about their subjects."""
    rng, habits = Random(f"second {seed}"), Habits.of(seed, base_rate)
    desk = Desk(rng=rng, records=Records(rng=rng), habits=habits)
    modes = list(FAILURES)
    rng.shuffle(modes)
    failures = max(3, round(size * habits.base_rate))
    plan: list[Callable[[Desk], object]] = [modes[at % len(modes)] for at in range(failures)]
    kinds, shares = zip(*sound(habits), strict=True)
    plan += rng.choices(kinds, shares, k=size - failures)
    rng.shuffle(plan)
    for make in plan:
        make(desk)
    return desk
