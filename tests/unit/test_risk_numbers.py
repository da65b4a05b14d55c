"""What each number of the risk model does: its points, or where its rule turns. `benchmarks/guarded_numbers.py` needs it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casebook.domain.risk import risk_bands, risk_scoring
from casebook.domain.risk.risk_doubts import Doubt
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import Band, Priority
from casebook.policies import risk_model

TODAY = date(2026, 6, 1)
MODEL = risk_model.load()
FORMS = MODEL.numbers.instruments
SHOPLIFTING, ASSAULT, WOUNDING, RAPE, MURDER = "TH68010", "CJ88116", "OF61016", "SX03001", "COML025"
STRANGULATION, THREAT, STALKING, BREACH, ATTEMPT = "SC15005", "OF61014", "PH97007", "FL96001", "COML025A"
# intelligence that weighs just enough to start a count (0.252), and too little (0.21)
ENOUGH = {"kind": "intelligence", "source_evaluation": "2", "intelligence_assessment": "C"}
TOO_LITTLE = {"kind": "intelligence", "source_evaluation": "2", "intelligence_assessment": "D"}


def record(code=ASSAULT, *, days=0, **given):
    usual = {"source": "rms", "record_id": "1", "kind": "conviction", "victim_id": "v1", "victim_relationship": "other"}
    day = (TODAY - timedelta(days=days)).isoformat()
    return SubjectRecord.from_row(usual | {"offence_code": code, "date": day} | given)


def form(name, replies):
    questions = FORMS[name].questions
    return {"name": name, "answers": {each.code: replies.get(each.code, "no") for each in questions}}


def inputs(*records, **given):
    rows = [each.to_row() for each in records]
    usual = {"today": TODAY.isoformat(), "subject_records": rows, "earlier_applications": 0}
    return ScoreInputs.from_dict(usual | {"instrument": form("SAFELIVES", {})} | given)


def scored(*records, **given):
    return risk_scoring.score(inputs(*records, **given), MODEL)


def points(factor, *records, **given):
    return sum(each.value for each in scored(*records, **given).contributions if each.factor == factor)


# --- one record: gravity, kind, grading, victim, age ---


@pytest.mark.parametrize(
    ("code", "told"),
    [(MURDER, 11.1875), (RAPE, 10.25), (ASSAULT, 3.125), (SHOPLIFTING, 0.1875), ("ZZ99999", 3.125)],
)
def test_an_offence_against_a_stranger_has_the_points_of_its_harm_days(code, told):
    assert points("record", record(code)) == told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("conviction", 11.1875), ("caution", 10.125), ("charge", 9.5625), ("order", 9.0), ("arrest", 6.75),
        ("no_further_action", 6.75), ("intelligence", 3.3125), ("non_crime_incident", 5.0625), ("gossip", 6.75),
    ],
)  # fmt: skip
def test_a_murder_has_the_points_of_the_kind_of_its_record(kind, told):
    assert points("record", record(MURDER, kind=kind)) == told


@pytest.mark.parametrize(
    ("source", "content", "told"),
    [
        ("1", "A", 6.75), ("2", "A", 4.6875), ("3", "A", 2.0), ("", "A", 4.6875), ("1", "B", 5.375), ("1", "C", 4.0625),
        ("1", "D", 3.375), ("1", "E", 2.0), ("1", "", 4.6875),
    ],
)  # fmt: skip
def test_intelligence_of_a_murder_has_the_points_of_its_grading(source, content, told):
    graded = {"source_evaluation": source, "intelligence_assessment": content}
    assert points("record", record(MURDER, kind="intelligence", **graded)) == told


@pytest.mark.parametrize(
    ("victim", "told"),
    [("intimate_partner", 16.8125), ("ex_partner", 16.8125), ("family", 13.4375), ("", 13.4375), ("other", 11.1875)],
)
def test_a_murder_has_the_points_of_its_victim(victim, told):
    assert points("record", record(MURDER, victim_relationship=victim)) == told


@pytest.mark.parametrize(
    ("code", "days", "told"),
    [
        (MURDER, 1095, 5.625), (MURDER, 20_000, 2.8125), (ASSAULT, 1095, 1.5625), (ASSAULT, 20_000, 0.3125),
        ("ZZ99999", 20_000, 0.3125), ("OF61016", 20_000, 1.9375),
    ],
)  # fmt: skip
def test_a_record_loses_half_in_three_years_and_never_all(code, days, told):
    assert points("record", record(code, days=days)) == told


def test_an_old_trifle_against_a_partner_keeps_a_tenth():
    assert points("record", record(SHOPLIFTING, days=20_000, victim_relationship="ex_partner")) == 0.125


# --- what harm days miss ---


@pytest.mark.parametrize(
    ("sign", "told"),
    [
        ("killing", 12), ("strangulation", 10), ("threats_to_kill", 8), ("stalking", 8), ("sexual", 7),
        ("serious_violence", 5), ("weapon", 5), ("breach_of_order", 6), ("coercive_control", 6), ("pregnancy", 5),
        ("animal_harm", 4), ("child_present", 3),
    ],
)  # fmt: skip
def test_a_flag_on_a_record_adds_its_points(sign, told):
    assert points("lethality_signs", record(flags=[sign])) == told


@pytest.mark.parametrize(
    ("circumstance", "told"),
    [("separation", 4), ("pregnancy", 4), ("living_together", 2), ("current_contact", 2), ("children", 2), ("x", 1)],
)
def test_what_is_told_of_now_adds_its_points(circumstance, told):
    assert points("circumstance", circumstances=[circumstance]) == told


@pytest.mark.parametrize(
    ("vulnerability", "told"),
    [
        *((name, 2) for name in ("earlier_abuse", "alcohol_dependency", "drug_dependency", "facing_eviction")),
        *((name, 2) for name in ("homelessness", "disability", "mental_health", "insecure_immigration", "isolation")),
        ("older_person", 2), ("pregnancy", 3), ("under_18", 3), ("language_barrier", 1), ("dependants", 1), ("x", 2),
    ],
)  # fmt: skip
def test_a_vulnerability_adds_its_points(vulnerability, told):
    assert points("vulnerability", vulnerabilities=[vulnerability]) == told


def test_vulnerabilities_add_at_most_eight_points_and_earlier_applications_six():
    four, five = ["a", "b", "c", "d"], ["a", "b", "c", "d", "e"]
    assert [points("vulnerability", vulnerabilities=each) for each in (four[:3], four, five)] == [6, 8, 8]
    assert [points("earlier_applications", earlier_applications=each) for each in (1, 2, 3, 4)] == [2, 4, 6, 6]


# --- pattern ---


def test_each_record_of_the_last_three_years_counts_once():
    assert points("frequency", record(days=1095)) == 2
    assert points("frequency", record(days=1096)) == 0
    assert points("frequency", *(record(record_id=str(each)) for each in range(3))) == 4


def test_each_different_victim_counts_once():
    assert points("victims", record()) == 2
    assert points("victims", *(record(record_id=each, victim_id=each) for each in "abc")) == 4


@pytest.mark.parametrize(
    ("number", "days", "given", "told"),
    [(3, 365, {}, 4), (3, 366, {}, 0), (2, 365, {}, 0), (3, 365, ENOUGH, 4), (3, 365, TOO_LITTLE, 0)],
)
def test_three_domestic_records_within_a_year_escalate(number, days, given, told):
    rows = [record(record_id=str(each), days=days, victim_relationship="family", **given) for each in range(number)]
    assert points("escalation", *rows) == told


@pytest.mark.parametrize(
    ("victims", "days", "given", "told"),
    [(2, 1095, {}, 6), (2, 1096, {}, 0), (1, 1095, {}, 0), (2, 1095, ENOUGH, 6), (2, 1095, TOO_LITTLE, 0)],
)
def test_two_victims_within_three_years_make_a_serial_subject(victims, days, given, told):
    rows = [
        record(record_id=each, victim_id=each, days=days, victim_relationship="ex_partner", **given)
        for each in "ab"[:victims]
    ]
    assert points("serial", *rows) == told


# --- answers ---


def unknown(number, name="SAFELIVES"):
    codes = [each.code for each in FORMS[name].questions][:number]
    return form(name, dict.fromkeys(codes, "unknown"))


def yes(number, *, name="SAFELIVES"):
    codes = [each.code for each in FORMS[name].questions if not each.sign]
    made_up = {f"x{each}": "yes" for each in range(number - len(codes))}
    told = form(name, dict.fromkeys(codes[:number], "yes"))
    return told | {"answers": told["answers"] | made_up}


def test_a_yes_an_answer_about_an_indicator_and_an_unknown_add_their_points():
    assert points("instrument", instrument=yes(2)) == 2
    assert points("instrument", instrument=form("SAFELIVES", {"q15": "yes"})) == 3
    assert [points("instrument_unknown", instrument=unknown(each, "DASH")) for each in (1, 24, 27)] == [0.125, 3, 3]


def test_nothing_is_known_from_a_form_of_which_half_is_unknown():
    assert scored(instrument=unknown(12)).band is Band.INSUFFICIENT_INFORMATION
    assert scored(instrument=unknown(11)).band is Band.STANDARD


def test_fourteen_yes_on_the_safelives_form_are_high():
    assert [bool(risk_scoring.floors(inputs(instrument=yes(each)), MODEL)) for each in (13, 14)] == [False, True]


# --- bands and their floors ---


@pytest.mark.parametrize(
    ("least", "below", "band"),
    [(6, Band.STANDARD, Band.MEDIUM), (18, Band.MEDIUM, Band.HIGH), (36, Band.HIGH, Band.CRITICAL)],
)
def test_a_band_begins_at_its_points(least, below, band):
    assert risk_bands.band(least - 1 / 16, (), MODEL) is below
    assert risk_bands.band(least, (), MODEL) is band


PARTNER = {"victim_relationship": "ex_partner"}
THREE_SIGNS = {**PARTNER, "flags": ["weapon", "stalking", "pregnancy"]}
# the floor, an offence and what else the record says, and the days within which it holds (0: always)
FLOORS = [
    ("a partner, a relative or nobody knows who was killed or nearly killed", MURDER, PARTNER, 0),
    ("somebody was killed or nearly killed", ATTEMPT, {}, 0),
    ("three different lethality signs within a year", ASSAULT, THREE_SIGNS, 365),
    ("strangulation within five years", STRANGULATION, {}, 1826),
    ("strangulation at any time", STRANGULATION, {}, 0),
    ("a threat to kill within three years", THREAT, PARTNER, 1095),
    ("stalking of a partner or former partner within three years", STALKING, PARTNER, 1095),
    ("rape or attempted rape of a partner or former partner", RAPE, PARTNER, 0),
    ("rape within five years", RAPE, {}, 1826),
    ("rape of anybody", RAPE, {}, 0),
    ("a protective order breached within two years", BREACH, {}, 730),
    ("a lethality sign within three years", ASSAULT, {**PARTNER, "flags": ["weapon"]}, 1095),
]
SIGNS = [
    ("serious violence within a year", WOUNDING, {}, 365),
    ("somebody was killed or nearly killed", MURDER, {}, 0),
    ("strangulation within two years", STRANGULATION, {}, 730),
    ("a weapon within a year", ASSAULT, {"flags": ["weapon"]}, 365),
    ("a threat to kill within two years", THREAT, {}, 730),
    ("a protective order breached within a year", BREACH, {}, 365),
]


def floors(*records):
    return {each.reason for each in risk_scoring.floors(inputs(*records), MODEL)}


def signs(*records):
    return {each.words for each in risk_scoring.lethality_signs(records, TODAY, MODEL)}


@pytest.mark.parametrize(
    ("found_in", "words", "code", "given", "within"),
    [(found_in, *row) for found_in, table in ((floors, FLOORS), (signs, SIGNS)) for row in table],
)
def test_a_fact_holds_within_its_days_and_from_a_record_that_weighs_enough(found_in, words, code, given, within):
    assert words in found_in(record(code, days=within or 20_000, **given))
    assert not within or words not in found_in(record(code, days=within + 1, **given))
    assert words in found_in(record(code, **given | ENOUGH))
    assert words not in found_in(record(code, **given | TOO_LITTLE))


def test_every_floor_and_every_sign_is_in_the_table():
    assert [each.words for each in MODEL.numbers.floors] == [words for words, *_ in FLOORS]
    assert [each.words for each in MODEL.numbers.lethality] == [words for words, *_ in SIGNS]


def test_two_different_signs_are_not_three():
    two = record(ASSAULT, **PARTNER, flags=["weapon", "stalking"])
    assert "three different lethality signs within a year" not in floors(two)


# --- what qualifies ---


@pytest.mark.parametrize(
    ("words", "code", "given", "within"),
    [
        ("harm to somebody, proved within ten years", ASSAULT, {}, 3652),
        (
            "a harmful matter charged or reported within ten years, against a partner or relative",
            ASSAULT, {**PARTNER, "kind": "charge"}, 3652,
        ),
        ("a grave matter charged or reported within ten years", RAPE, {"kind": "arrest"}, 3652),
        (
            "credible intelligence of a grave matter against a partner, within five years",
            RAPE, {**PARTNER, "kind": "intelligence", "source_evaluation": "1", "intelligence_assessment": "B"}, 1826,
        ),
    ],
)  # fmt: skip
def test_a_matter_qualifies_within_its_years(words, code, given, within):
    def because(days):
        return risk_scoring.qualifying(record(code, days=days, **given), TODAY, MODEL).reason

    assert because(within) == words
    assert because(within + 1) != words


@pytest.mark.parametrize(("content", "credible"), [("B", True), ("C", False)])
def test_intelligence_is_credible_at_four_tenths(content, credible):
    graded = {"kind": "intelligence", "source_evaluation": "1", "intelligence_assessment": content}
    ruling = risk_scoring.qualifying(record(RAPE, **PARTNER, **graded), TODAY, MODEL)
    assert ruling.reason.startswith("credible intelligence") is credible


# --- priority ---

AT_ONCE = {"unknown_instrument", "unmapped_offence", "unknown_kind", "unknown_flag", "unknown_date", "future_date"}
AT_ONCE |= {"doubtful_intelligence", "unknown_input", "unreviewed_candidate", "unknown_gap", "near_threshold"}
TENTHS = {
    "unknown_answer",
    "unknown_question",
    "graded_by_text",
    "partial_date",
    "unknown_victim",
    "unknown_relationship",
}
# of these many, the first raises the priority by a step, and the second by two
RAISES = {
    **dict.fromkeys(TENTHS, (10, 40)),
    **dict.fromkeys(("unnumbered_record", "earlier_applications_unknown"), (4, 16)),
    **dict.fromkeys(("ungraded_intelligence", "differing_versions"), (2, 8)),
    **dict.fromkeys(AT_ONCE, (1, 4)),
    **dict.fromkeys(("unreachable_source", "unsearched_source", "no_instrument"), (1, 2)),
}
NEVER = {"no_record", "unknown_vulnerability", "unknown_circumstance"}


def priority(*doubts, factors=(), reading=None):
    pressing = risk_bands.pressing(factors, doubts, reading, MODEL)
    return risk_bands.priority(Band.STANDARD, pressing, MODEL)[0]


def test_so_many_doubts_of_a_kind_raise_the_priority_by_one_step_and_by_two():
    def of(kind, count):
        return priority(Doubt(kind=kind, count=count)) if count else Priority.STANDARD

    for kind, (one, two) in RAISES.items():
        reached = [of(kind, one - 1), of(kind, one), of(kind, two - 1), of(kind, two)]
        assert reached == [Priority.STANDARD, Priority.HIGH, Priority.HIGH, Priority.URGENT], kind
    assert all(of(kind, 999) is Priority.STANDARD for kind in NEVER)
    assert RAISES.keys() | NEVER == MODEL.numbers.priority.doubts.value.keys()


@pytest.mark.parametrize(
    ("factor", "more", "reached"),
    [
        ("serial", {"unknown_kind": 0}, Priority.HIGH), ("serial", {"unknown_kind": 2}, Priority.HIGH),
        ("serial", {"unknown_kind": 3}, Priority.URGENT), ("vulnerability", {"unknown_kind": 0}, Priority.HIGH),
        ("vulnerability", {"unknown_kind": 2}, Priority.HIGH), ("vulnerability", {"unknown_kind": 3}, Priority.URGENT),
        ("earlier_applications", {"unknown_answer": 4}, Priority.STANDARD),
        ("earlier_applications", {"unknown_answer": 5}, Priority.HIGH),
    ],
)  # fmt: skip
def test_what_makes_waiting_worse_adds_to_the_doubts(factor, more, reached):
    doubts = [Doubt(kind=kind, count=count) for kind, count in more.items() if count]
    assert priority(*doubts, factors=[factor]) is reached


@pytest.mark.parametrize(("answers", "reached"), [(9, Priority.STANDARD), (10, Priority.HIGH)])
def test_ten_answers_that_are_yes_raise_by_a_step(answers, reached):
    class Answered:
        yes_count = answers

    assert priority(reading=Answered()) is reached
