import json
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casebook.domain.risk.risk_bands import SEVERITY
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_scoring import known_by, lethality_signs, score
from casebook.domain.risk.subject_records import SubjectRecord
from casebook.domain.vocabulary import Flag, RecordKind, VictimRelationship
from casebook.policies import risk_model

TODAY = date(2026, 6, 1)
MODEL = risk_model.load()
FORMS = MODEL.numbers.instruments
# each at least as grave as the one before it, in harm days and in what it proves
LADDER = ("TH68010", "PU86004", "CJ88116", "OF61016", "SX03001", "COML025A", "COML025")
KINDS = ("non_crime_incident", "no_further_action", "charge", "caution", "conviction")
RELATIONSHIPS = ("other", "family", "ex_partner")

days = st.integers(0, 15_000).map(lambda back: (TODAY - timedelta(days=back)).isoformat())
dates = st.one_of(days, st.sampled_from(["", "2026", "2019", "2021-02", "2030-01-01", "long ago"]))
records = st.builds(
    SubjectRecord,
    source=st.sampled_from(["pnc", "RMS", ""]),
    record_id=st.sampled_from(["", "1", "2", "3", "4"]),
    kind=st.sampled_from([*RecordKind, "", "rumour"]),
    offence_code=st.sampled_from([*LADDER, "SC15005", "PH97007", "FL96001", "ZZ99999", ""]),
    offence_text=st.sampled_from(["", "stalking", "nothing that anybody knows"]),
    date=dates,
    victim_id=st.sampled_from(["", "v1", "v2", "V2", "v3"]),
    victim_relationship=st.sampled_from([*VictimRelationship, "", "cousin"]),
    flags=st.sets(st.sampled_from([*Flag, "unheard_of"])).map(lambda flags: tuple(sorted(flags))),
    source_evaluation=st.sampled_from(["", "1", "2", "3", "9"]),
    intelligence_assessment=st.sampled_from(["", "A", "b", "E", "?"]),
)
replies = st.sampled_from(["yes", "no", "unknown", "not_asked", "perhaps"])
codes = st.sampled_from([*(f"q{number}" for number in range(1, 28)), "Q3", "strangulation", "foreign", "zebra"])
instruments = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["DASH", "SAFELIVES", "DARA", "ODARA"]),
            "answers": st.dictionaries(codes, replies, max_size=30),
        }
    ),
)
words = st.lists(st.sampled_from(["pregnancy", "facing_eviction", "separation", "of another kind"]), max_size=3)
contexts = st.fixed_dictionaries(
    {
        "instrument": instruments,
        "vulnerabilities": words,
        "circumstances": words,
        "earlier_applications": st.one_of(st.none(), st.integers(0, 5)),
        "gaps": st.lists(st.sampled_from(["unreviewed_candidate", "unreachable_source", "other"]), max_size=3),
    }
)


def scored(history, context):
    inputs = ScoreInputs.from_dict({"today": TODAY.isoformat(), **context})
    return score(replace(inputs, records=tuple(history)), MODEL)


def not_lower(less, more):
    assert more.score >= less.score
    assert SEVERITY[more.band] >= SEVERITY[less.band]


@given(st.lists(records, max_size=6), records, contexts)
def test_adding_a_record_never_lowers_score_band_or_priority(history, added, context):
    less, more = scored(history, context), scored([*history, added], context)
    not_lower(less, more)
    assert more.priority.rank <= less.priority.rank


@given(st.lists(records, max_size=4), records, st.sampled_from(list(Flag)), contexts)
def test_adding_a_flag_never_lowers_score_band_or_priority(history, row, flag, context):
    flagged = replace(row, flags=tuple(sorted({*row.flags, flag})))
    less, more = scored([*history, row], context), scored([*history, flagged], context)
    not_lower(less, more)
    assert more.priority.rank <= less.priority.rank


@given(st.lists(records, max_size=4), records, st.sampled_from(["v1", "v2", "v9"]), contexts)
def test_naming_a_victim_who_was_not_named_never_lowers(history, row, victim, context):
    unnamed = replace(row, victim_id="")
    not_lower(scored([*history, unnamed], context), scored([*history, replace(row, victim_id=victim)], context))


@given(st.lists(records, max_size=4), records, contexts)
def test_one_more_different_victim_never_lowers(history, row, context):
    other = replace(row, record_id="99", victim_id="somebody new")
    same = replace(other, victim_id=row.victim_id)
    not_lower(scored([*history, row, same], context), scored([*history, row, other], context))


@given(st.lists(records, max_size=4), records, st.tuples(days, days), contexts)
def test_a_more_recent_date_never_lowers(history, row, pair, context):
    older, newer = sorted(pair)
    less, more = (scored([*history, replace(row, date=each)], context) for each in (older, newer))
    not_lower(less, more)


@given(st.lists(records, max_size=4), records, days, contexts)
def test_not_knowing_the_date_never_scores_below_knowing_it(history, row, day, context):
    less, more = (scored([*history, replace(row, date=each)], context) for each in (day, ""))
    not_lower(less, more)


def pairs(ladder):
    return st.tuples(st.sampled_from(range(len(ladder))), st.sampled_from(range(len(ladder)))).map(
        lambda places: tuple(ladder[place] for place in sorted(places))
    )


@given(st.lists(records, max_size=4), records, pairs(LADDER), contexts)
def test_a_graver_offence_never_lowers(history, row, pair, context):
    less, more = (scored([*history, replace(row, offence_code=each)], context) for each in pair)
    not_lower(less, more)


@given(st.lists(records, max_size=4), records, pairs(KINDS), pairs(RELATIONSHIPS), contexts)
def test_a_surer_kind_or_a_closer_victim_never_lowers(history, row, kinds, closeness, context):
    mild, grave = (
        replace(row, kind=kind, victim_relationship=close) for kind, close in zip(kinds, closeness, strict=True)
    )
    not_lower(scored([*history, mild], context), scored([*history, grave], context))


@given(st.lists(records, max_size=3), st.sampled_from([*FORMS, "ODARA"]), st.dictionaries(codes, replies), codes)
def test_unknown_never_scores_below_no_and_yes_never_below_unknown(history, name, answers, code):
    def with_reply(reply):
        return scored(history, {"instrument": {"name": name, "answers": {**answers, code: reply}}})

    no, unasked, unknown, yes = map(with_reply, ("no", "not_asked", "unknown", "yes"))
    for less, more in ((no, unasked), (no, unknown), (unknown, yes)):
        not_lower(less, more)
        assert more.priority.rank <= less.priority.rank


@given(st.data(), st.lists(records, max_size=6), contexts)
def test_neither_order_nor_duplicates_of_a_numbered_record_matter(data, history, context):
    again = [each for each in history if each.record_id]
    shuffled = data.draw(st.permutations([*history, *again]))
    assert scored(shuffled, context) == scored(history, context)


@given(st.lists(records, max_size=6), contexts)
def test_the_contributions_add_up_to_the_score_exactly_in_any_order(history, context):
    result = scored(history, context)
    values = [each.value for each in result.contributions]
    assert sum(values) == sum(reversed(values)) == result.score
    assert min(values, default=0) >= 0


@given(st.lists(records, max_size=6), contexts)
def test_a_score_recomputes_exactly_from_what_is_stored(history, context):
    inputs = ScoreInputs.from_dict(
        {"today": TODAY.isoformat(), "subject_records": [each.to_row() for each in history], **context, "novelty": 1}
    )
    again = ScoreInputs.from_dict(json.loads(json.dumps(inputs.to_dict())))
    assert again == inputs
    assert score(again, MODEL) == score(inputs, MODEL)


@given(st.lists(records, max_size=6), records)
def test_a_further_record_never_hides_a_lethality_sign(history, added):
    before, after = (lethality_signs(rows, TODAY, MODEL) for rows in (history, [*history, added]))
    assert {each.name for each in before} <= {each.name for each in after}


@given(st.lists(records, max_size=6), days)
def test_what_was_known_on_a_day_is_part_of_what_is_known_later(history, day):
    then = date.fromisoformat(day)
    assert set(known_by(history, then)) <= set(known_by(history, TODAY))
