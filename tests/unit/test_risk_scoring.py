import csv
import json
import time
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from casebook.cli.main import main
from casebook.domain.risk.offences import UNMAPPED, Basis
from casebook.domain.risk.risk_bands import SEVERITY
from casebook.domain.risk.risk_doubts import WORDS
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.risk.risk_scoring import known_by, lethality_signs, qualifying, score
from casebook.domain.risk.subject_records import InputError, SubjectRecord, latest_day
from casebook.domain.vocabulary import Band, Flag, Priority, RecordKind, VictimRelationship
from casebook.errors import WrongUsage
from casebook.policies import offence_tables, reading, risk_model, risk_model_page

TODAY = date(2026, 6, 1)
MODEL = risk_model.load()
FORMS = MODEL.numbers.instruments


def record(**given):
    usual = {"source": "rms", "record_id": "1", "kind": "conviction", "offence_code": "CJ88116", "date": "2026-05-01"}
    return SubjectRecord.from_row(usual | {"victim_id": "v1", "victim_relationship": "ex_partner"} | given)


def form(name, reply, **other):
    return {"name": name, "answers": {each.code: reply for each in FORMS[name].questions} | other}


def scored(*records, **given):
    rows = [each.to_row() for each in records]
    usual = {"today": TODAY.isoformat(), "subject_records": rows, "earlier_applications": 0}
    return score(ScoreInputs.from_dict(usual | {"instrument": form("SAFELIVES", "no")} | given), MODEL)


def told(result, factor):
    return [each for each in result.contributions if each.factor == factor]


# --- what the ten vignettes must say ---

VIGNETTES = [
    ("strangled", Band.HIGH, Priority.URGENT),
    ("shoplifting", Band.STANDARD, Priority.STANDARD),
    ("Every search is nil", Band.INSUFFICIENT_INFORMATION, Priority.HIGH),
    ("3E", Band.STANDARD, Priority.HIGH),
    ("each beaten", Band.HIGH, Priority.URGENT),
    ("stalking a former partner", Band.CRITICAL, Priority.IMMEDIATE),
    ("pub fight", Band.STANDARD, Priority.STANDARD),
    ("fourteen answers yes", Band.HIGH, Priority.URGENT),
    ("Killed a partner", Band.CRITICAL, Priority.IMMEDIATE),
    ("Three domestic call-outs", Band.HIGH, Priority.URGENT),
]


@pytest.mark.parametrize(("words", "band", "priority"), VIGNETTES)
def test_a_vignette_has_the_band_and_priority_that_a_reader_would_expect(words, band, priority):
    inputs = next(inputs for story, inputs in risk_model_page.vignettes() if words in story)
    result = score(inputs, MODEL)
    assert (result.band, result.priority) == (band, priority)


def test_the_page_in_docs_is_what_the_model_says_today():
    page = Path(__file__).parents[2] / "docs" / "risk-model.md"
    assert page.read_text(encoding="utf-8") == risk_model_page.page(), (
        "run: python -m casebook.policies.risk_model_page > docs/risk-model.md"
    )


# --- history ---


def test_violence_against_a_partner_weighs_more_than_against_anybody_else():
    values = [scored(record(victim_relationship=each)).score for each in ("other", "family", "ex_partner")]
    assert values == sorted(set(values))


def test_an_unknown_relationship_never_weighs_less_than_a_stranger():
    assert scored(record(victim_relationship="")).score >= scored(record(victim_relationship="other")).score


@pytest.mark.parametrize(
    "codes",
    [
        ("TH68010", "CJ88116", "OF61016", "SX03001", "COML025"),  # shoplifting, common assault, wounding, rape, murder
        ("CJ88116", "SC15005"),  # common assault, strangulation
        ("OF61014", "COML025A", "COML025"),  # threat to kill, attempted murder, murder
    ],
)
def test_a_graver_offence_scores_more(codes):
    values = [scored(record(offence_code=code)).score for code in codes]
    assert values == sorted(set(values))


def test_a_half_life_halves_what_a_record_weighs():
    now = told(scored(record(date="2026-06-01")), "record")[0].value
    then = told(scored(record(date="2023-06-02")), "record")[0].value
    assert then == pytest.approx(now / 2, abs=1 / 16)


def test_an_old_record_fades_and_never_vanishes():
    assert told(scored(record(date="1970-01-01", offence_code="OF61016")), "record")[0].value > 1


def test_a_record_without_a_date_counts_as_of_today_and_is_listed():
    undated, dated = scored(record(date="")), scored(record(date="2026-06-01"))
    assert undated.score == dated.score
    assert any("no readable date" in each for each in undated.uncertainty)


@pytest.mark.parametrize(
    ("value", "day", "doubt"),
    [
        ("2026-05-31", date(2026, 5, 31), ""),
        ("2026-06-01T23:59:00+01:00", date(2026, 6, 1), ""),
        ("2024", date(2024, 12, 31), "partial_date"),
        ("2024-02", date(2024, 2, 29), "partial_date"),
        ("2026", TODAY, "partial_date"),  # this year: today at the latest
        ("2026-06-02", TODAY, "future_date"),
        ("2027", TODAY, "future_date"),
        ("2026-02-30", TODAY, "unknown_date"),
        ("2026-13", TODAY, "unknown_date"),
        ("0000", TODAY, "unknown_date"),
        ("31/12/2020", TODAY, "unknown_date"),
        ("", TODAY, "unknown_date"),
    ],
)
def test_a_date_is_read_as_the_latest_day_it_can_mean(value, day, doubt):
    assert latest_day(value, TODAY) == (day, doubt)


def test_the_same_record_twice_is_one_record_and_its_graver_version_counts():
    milder, graver = record(kind="arrest"), record(kind="conviction")
    both = scored(milder, graver)
    assert both.score == scored(graver).score
    assert any("versions of one record differ" in each for each in both.uncertainty)


def test_records_without_a_number_are_counted_apart():
    one, two = scored(record(record_id="")), scored(record(record_id=""), record(record_id=""))
    assert len(told(one, "record")) == 1
    assert len(told(two, "record")) == 2


def test_two_victims_within_the_look_back_make_a_subject_serial():
    apart = (record(record_id="1", victim_id="v1"), record(record_id="2", victim_id="v2"))
    assert told(scored(*apart), "serial")
    assert not told(scored(apart[0], replace(apart[1], victim_id="V1")), "serial")
    assert not told(scored(apart[0], replace(apart[1], date="2020-01-01")), "serial")
    assert not told(scored(apart[0], replace(apart[1], victim_relationship="other")), "serial")


def test_three_domestic_records_in_a_year_are_an_escalation():
    rows = [record(record_id=str(number), kind="non_crime_incident") for number in range(3)]
    assert told(scored(*rows), "escalation")
    assert not told(scored(*rows[:2]), "escalation")


@pytest.mark.parametrize("flag", list(Flag))
def test_every_flag_of_the_vocabulary_adds_points(flag):
    assert scored(record(flags=[flag])).score > scored(record()).score


@pytest.mark.parametrize("kind", list(RecordKind))
def test_every_kind_and_relationship_has_a_weight(kind):
    assert kind in MODEL.numbers.weights.kind.value
    assert set(VictimRelationship) == set(MODEL.numbers.weights.victim.value)


def test_a_flag_alone_is_enough_for_a_floor_though_the_offence_is_slight():
    result = scored(record(kind="no_further_action", offence_code="TH68010", flags=["strangulation"]))
    assert result.band in {Band.HIGH, Band.CRITICAL}


def test_intelligence_weighs_by_its_grading_and_ungraded_intelligence_is_not_nothing():
    def grade(source, content):
        each = record(kind="intelligence", source_evaluation=source, intelligence_assessment=content)
        return scored(each).score

    assert grade("1", "A") > grade("2", "B") > grade("", "") > grade("3", "E") > scored().score


# --- what is not known ---


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"offence_code": "ZZ99999", "offence_text": ""}, "neither code nor words grade"),
        ({"kind": "rumour"}, "a kind of record that is not known"),
        ({"flags": ["glaring"]}, "a flag that is not known"),
        ({"date": "2031-01-01"}, "a date after today"),
        ({"victim_id": ""}, "no victim is named"),
        ({"victim_relationship": "cousin"}, "nobody says who the victim was"),
        ({"record_id": ""}, "no record number"),
        ({"kind": "intelligence"}, "without a full grading"),
    ],
)
def test_a_value_that_nobody_knows_is_listed_and_never_lowers_the_priority(changed, words):
    result, plain = scored(record(**changed)), scored()
    assert any(words in each for each in result.uncertainty)
    assert result.priority.rank <= plain.priority.rank


def test_an_unmapped_offence_raises_the_priority_by_itself():
    old = {"date": "2001-01-01", "victim_relationship": "other"}
    mapped, unmapped = scored(record(**old)), scored(record(offence_code="ZZ99999", **old))
    assert unmapped.priority.rank < mapped.priority.rank


@pytest.mark.parametrize("gap", ["unreviewed_candidate", "unreachable_source", "a word nobody knows"])
def test_what_the_search_left_open_raises_the_priority(gap):
    assert scored(gaps=[gap]).priority.rank < scored().priority.rank


def test_nothing_known_is_said_to_be_nothing_known():
    for instrument in (None, form("DASH", "unknown"), {"name": "DASH"}, {"name": "ODARA", "answers": {}}):
        result = scored(instrument=instrument)
        assert result.band is Band.INSUFFICIENT_INFORMATION
        assert result.priority.rank < scored().priority.rank
        assert result.score >= scored().score


def test_a_first_trivial_record_lowers_nothing_where_nothing_was_known():
    trivial = record(offence_code="TH68010", date="2006-01-01", victim_relationship="other")
    before, after = scored(instrument=None), scored(trivial, instrument=None)
    assert (before.band, after.band) == (Band.INSUFFICIENT_INFORMATION, Band.STANDARD)
    assert SEVERITY[before.band] == SEVERITY[after.band]
    assert after.priority.rank <= before.priority.rank
    assert after.score >= before.score


def test_every_doubt_has_words_and_a_weight():
    assert WORDS.keys() == MODEL.numbers.priority.doubts.value.keys()


def test_ignorance_alone_raises_to_urgent_at_most():
    assert scored(instrument=None, gaps=["unreachable_source"] * 50).priority is Priority.URGENT


# --- instruments ---


def test_fourteen_yes_are_high_on_the_safelives_form_alone():
    def yes(name, number):
        # the last questions that speak of no lethality sign, so that nothing but the count decides
        codes = [each.code for each in FORMS[name].questions if not each.sign]
        return form(
            name, "no", **dict.fromkeys(codes[:number], "yes"), **{f"x{n}": "yes" for n in range(number - len(codes))}
        )

    assert scored(instrument=yes("SAFELIVES", 14)).band is Band.HIGH
    assert scored(instrument=yes("SAFELIVES", 13)).band is Band.MEDIUM
    assert scored(instrument=yes("DASH", 14)).band is Band.MEDIUM


@pytest.mark.parametrize("code", ["q15", "Q15", "15", "015", "safelives_q15", "strangulation", "15-strangulation"])
def test_a_question_is_known_by_number_and_by_topic(code):
    result = scored(instrument={"name": "safelives", "answers": {code: "Yes"}})
    assert result.band in {Band.HIGH, Band.CRITICAL}
    assert not any("form does not have" in each for each in result.uncertainty)


@pytest.mark.parametrize("pair", [{"q1": "yes", "Q1": "no"}, {"q1": "no", "01": "yes"}])
def test_of_two_answers_to_one_question_the_weightier_holds(pair):
    assert scored(instrument=form("DARA", "no") | {"answers": pair}).score == (
        scored(instrument={"name": "DARA", "answers": {"q1": "yes"}}).score
    )


def test_a_code_that_the_form_lacks_is_listed_and_its_yes_counts():
    with_code = scored(instrument=form("DARA", "no", zebra="yes"))
    assert with_code.score > scored(instrument=form("DARA", "no")).score
    assert any("form does not have" in each for each in with_code.uncertainty)


@pytest.mark.parametrize(("name", "number"), [("DASH", 27), ("SAFELIVES", 24)])
def test_a_form_has_its_number_of_questions_each_once(name, number):
    codes = Counter(each.code for each in FORMS[name].questions)
    assert len(codes) == sum(codes.values()) == number


def test_all_unknown_answers_stay_below_medium_by_points():
    for name in FORMS:
        assert scored(instrument=form(name, "unknown")).score < MODEL.numbers.bands.medium.value


# --- the person at risk ---


def test_a_vulnerability_and_earlier_applications_raise_score_and_priority():
    assert scored(vulnerabilities=["facing_eviction"]).priority.rank < scored().priority.rank
    assert scored(earlier_applications=2).score > scored(earlier_applications=1).score > scored().score


def test_a_word_that_no_table_names_is_counted_and_never_repeated():
    result = scored(vulnerabilities=["Mrs Canary of Elm Street"], circumstances=["Canary"], gaps=["Canary"])
    assert result.score > scored().score
    assert "anary" not in json.dumps(result.to_dict())


# --- safeguarding and release ---


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"offence_code": "SC15005", "kind": "arrest"}, {"strangulation"}),
        ({"offence_code": "OF61016"}, {"serious_violence"}),
        ({"flags": ["weapon", "threats_to_kill"]}, {"weapon", "threats_to_kill"}),
        ({"offence_code": "FL96001"}, {"breach_of_order"}),
        ({"offence_code": "SC15005", "date": "2010-01-01"}, set()),
        ({"offence_code": "COML025", "date": "1990-01-01"}, {"killing"}),
        ({"offence_code": "TH68010"}, set()),
    ],
)
def test_lethality_signs_are_found_in_what_a_search_returns(changed, names):
    assert {each.name for each in lethality_signs([record(**changed)], TODAY, MODEL)} == names


@pytest.mark.parametrize(
    ("changed", "standing"),
    [
        ({}, Disclosability.QUALIFYING),  # a proved assault on a former partner
        ({"date": "1999", "victim_relationship": "other"}, Disclosability.SUPPORTING),  # an old fight
        ({"offence_code": "SC15005", "kind": "no_further_action"}, Disclosability.QUALIFYING),
        ({"kind": "non_crime_incident"}, Disclosability.SUPPORTING),
        ({"offence_code": "TH68010", "victim_relationship": "other"}, Disclosability.NOT),
        ({"offence_code": "ZZ99999", "victim_relationship": "other"}, Disclosability.SUPPORTING),
    ],
)
def test_what_qualifies_for_disclosure_depends_on_group_kind_age_and_victim(changed, standing):
    assert qualifying(record(**changed), TODAY, MODEL).standing is standing


def test_a_past_moment_knows_only_what_was_dated_by_then():
    rows = [record(record_id="1", date="2020-05-05"), record(record_id="2", date="2024-01-01"), record(date="")]
    assert known_by(rows, date(2022, 1, 1)) == (rows[0], rows[2])


# --- offences ---


def test_every_code_of_the_table_is_in_a_known_group_and_listed_once():
    codes = Counter(row["code"] for row in reading.rows("offences"))
    assert codes.most_common(1)[0][1] == 1
    assert len(codes) > 13_000


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("SC15005", "strangulation"),
        ("SC15006", "strangulation"),
        ("SC15004", "coercive_control"),
        ("OF61014", "threats_to_kill"),
        ("PH97007", "stalking"),
        ("PH97001", "breach_of_order"),
        ("FL96001", "breach_of_order"),
        ("DA21001", "breach_of_order"),
        ("CJ88116", "violence_without_injury"),
        ("CJ88001", "violence_without_injury"),
        ("OF61016", "violence_with_injury"),
        ("SX03001", "rape"),
        ("COML025", "homicide"),
        ("COML025A", "attempted_murder"),
        ("TH68010", "shoplifting"),
        ("SX03001Z", "rape"),  # a variant that the table lacks counts as the offence itself
        ("sx03001", "rape"),
        ("ZZ99999", UNMAPPED),
    ],
)
def test_a_code_has_the_group_of_its_home_office_class(code, group):
    assert MODEL.offences.grade(code, "").group == group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Intentional strangulation", "strangulation"),
        ("put his hands round her neck", "strangulation"),
        ("Threats to kill", "threats_to_kill"),
        ("threatened to kill her", "threats_to_kill"),
        ("Attempted murder", "attempted_murder"),
        ("MURDER", "homicide"),
        ("Assault occasioning actual bodily harm", "violence_with_injury"),
        ("Common assault / battery", "violence_without_injury"),
        ("Rape of a female over 16", "rape"),
        ("grapes", UNMAPPED),
        ("Breach of non-molestation order", "breach_of_order"),
        ("Breach of a restraining order", "breach_of_order"),
        ("Breach of community order", "other_breach"),
        ("Stalking involving fear of violence", "stalking"),
        ("Controlling or coercive behaviour", "coercive_control"),
        ("theft from shop", "shoplifting"),
        ("Possess knife blade in a public place", "weapons"),
        ("Criminal damage under 5000", "criminal_damage"),
        ("", UNMAPPED),
    ],
)
def test_a_record_without_a_code_is_graded_by_its_words(text, group):
    grading = MODEL.offences.grade("", text)
    assert grading.group == group
    assert grading.basis is (Basis.NONE if group == UNMAPPED else Basis.TEXT)


def test_the_derivation_keeps_every_notifiable_code_and_drops_applications_to_a_court():
    def row(code, notifiable, title, home_office_class="000/00"):
        return {
            "cjsCode": code,
            "notifiableToHo": notifiable == "notifiable",
            "offenceTitle": title,
            "homeOfficeClassification": home_office_class,
        }

    data = [
        row("A1", "notifiable", "Something about feed stuff"),
        row("A2", "other", "Application for a restraining order"),
        row("A3", "other", "Attempt to intentionally strangle"),
        row("A4", "notifiable", "Whatever", "008/77"),
    ]
    assert offence_tables.derive(data) == [
        ("A1", "000/00", UNMAPPED),
        ("A3", "000/00", "strangulation"),
        ("A4", "008/77", "strangulation"),
    ]


def test_every_number_says_where_it_comes_from_and_whether_it_was_checked():
    def facts(table, where=""):
        for key, value in table.items():
            if isinstance(value, dict):
                if "value" in value:
                    yield where + key, value
                else:
                    yield from facts(value, f"{where}{key}.")
            elif isinstance(value, list):
                for each in value:
                    if isinstance(each, dict):
                        yield from facts(each, f"{where}{key}.")

    text = (resources.files("casebook.policies") / "risk-model-1.toml").read_text(encoding="utf-8")
    found = list(facts(tomllib.loads(text)))
    assert len(found) > 80
    assert [name for name, fact in found if not fact.get("source") or not isinstance(fact.get("verified"), bool)] == []


def test_a_model_that_is_not_there_is_wrong_usage():
    for name in ("risk-model-0", "england-and-wales-2023", "../x"):
        with pytest.raises(WrongUsage):
            risk_model.load(name)


# --- the command ---


@pytest.fixture
def command(tmp_path, capsys):
    def call(content, *words):
        file = tmp_path / "input.json"
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        code = main(["score", str(file), *words])
        return code, capsys.readouterr()

    return call


def test_the_command_answers_with_the_keys_that_other_programs_rely_on(command):
    row = {"source": "pnc", "record_id": 7, "kind": "conviction", "flags": "weapon;stalking", "date": "2026-05-01"}
    code, printed = command({"today": "2026-06-01", "subject_records": [row]}, "--json")
    answer = json.loads(printed.out)
    assert code == 0
    assert {"band", "priority", "score", "contributions", "uncertainty"} <= answer.keys()
    assert all(each.keys() == {"factor", "value", "reason"} for each in answer["contributions"])
    assert sum(each["value"] for each in answer["contributions"]) == answer["score"]


def test_the_command_reads_a_byte_order_mark_and_an_empty_object(command):
    code, printed = command(b"\xef\xbb\xbf{}")
    assert code == 0
    assert "insufficient information" in printed.out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 200_000, "too_deep"),
        ([], "bad_input"),
        (None, "bad_input"),
        ({"today": "tomorrow"}, "bad_today"),
        ({"today": 20260601}, "bad_today"),
        ({"today": []}, "bad_today"),
        ({"subject_records": {}}, "bad_record"),
        ({"subject_records": ["x"]}, "bad_record"),
        ({"subject_records": [{"kind": 1.5}]}, "bad_record"),
        ({"subject_records": [{"kind": {}}]}, "bad_record"),
        ({"subject_records": [{"date": True}]}, "bad_record"),
        ({"subject_records": [{"flags": [1]}]}, "bad_list"),
        ({"subject_records": [{"flags": 3}]}, "bad_list"),
        ({"instrument": []}, "bad_instrument"),
        ({"instrument": {"name": 3}}, "bad_instrument"),
        ({"instrument": {"name": "DASH", "answers": []}}, "bad_instrument"),
        ({"instrument": {"name": "DASH", "answers": {"q1": True}}}, "bad_instrument"),
        ({"vulnerabilities": {"a": 1}}, "bad_list"),
        ({"earlier_applications": -1}, "bad_count"),
        ({"earlier_applications": True}, "bad_count"),
        ({"earlier_applications": "3"}, "bad_count"),
        ({"earlier_applications": 1.5}, "bad_count"),
    ],
)
def test_input_that_cannot_be_read_is_wrong_usage_with_a_reason_code(command, content, reason):
    code, printed = command(content, "--json")
    assert code == 2
    assert json.loads(printed.out)["error"]["code"] == reason
    assert "Traceback" not in printed.err


def test_a_file_that_is_not_there_is_wrong_usage(capsys, tmp_path):
    assert main(["score", str(tmp_path / "nowhere.json")]) == 2
    assert main(["score", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert [code for code in ("no_such_file", "not_a_file") if code in told] == ["no_such_file", "not_a_file"]


@pytest.mark.parametrize("strange", ["\ud800", "\x00", "Mrs Canary\nElm Street", "x" * 10_000, "١٢"])
def test_strange_texts_are_doubts_and_are_never_echoed(command, strange):
    row = dict.fromkeys(SubjectRecord.__dataclass_fields__, strange)
    data = {
        "subject_records": [row],
        "instrument": {"name": strange, "answers": {strange: strange}},
        "vulnerabilities": [strange],
        strange: strange,
    }
    code, printed = command(data, "--json")
    assert code == 0
    assert strange not in printed.out
    assert "Canary" not in printed.out


def test_wrong_types_are_told_without_the_value():
    with pytest.raises(InputError) as caught:
        ScoreInputs.from_dict({"subject_records": [{"victim_id": ["Canary"]}]}, TODAY)
    assert "Canary" not in str(caught.value)


def test_a_thousand_records_are_scored_in_well_under_a_second():
    rows = tuple(record(record_id=str(number), date=f"{2000 + number % 26}-01-01") for number in range(1000))
    started = time.perf_counter()
    score(ScoreInputs(today=TODAY, records=rows), MODEL)
    assert time.perf_counter() - started < 1


def test_the_keyword_table_has_no_phrase_twice():
    rows = csv.DictReader((resources.files("casebook.policies") / "offence_keywords.csv").read_text().splitlines())
    phrases = Counter(row["phrase"] for row in rows)
    assert [phrase for phrase, number in phrases.items() if number > 1] == []
