"""The ranking of past applications: chance times consequence, by stated odds, each of which makes a difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from casebook.domain import words
from casebook.domain.review import ranking, register, signs, suspicions
from casebook.domain.review.before_telling import why_warn
from casebook.domain.review.evidence import Evidence, LinkedHistory
from casebook.domain.review.learning import ExaminedSuspicion, learnt_odds
from casebook.domain.review.past_application import Earlier, Linked, merged
from casebook.domain.review.reconciling import PlacedRow, reconcile
from casebook.domain.review.signs import Sign
from casebook.domain.review.suspicions import Suspicion
from casebook.domain.review.urgency import ContactPriority, contact_need, stay_now
from casebook.domain.review.why import why_this_one
from casebook.domain.vocabulary import Outcome
from casebook.policies import review as review_policy

POLICY = review_policy.load()
WEIGHTS = POLICY.weights
TODAY = date(2026, 6, 1)
REASON = (
    "Three limb test applied: disclosure is not necessary, and other protection for the person at risk is in place."
)
SOUND = {
    "reference": "R1", "received_on": "2019-03-04", "route": "right_to_ask", "applicant": "a", "relationship": "ex_partner",
    "living_together": "no", "a_forename": "Ann", "a_surname": "Smith", "a_dob": "1985-02-03", "b_forename": "Bob",
    "b_surname": "Jones", "b_dob": "1980-05-06", "handler": "H1", "approver": "S1", "sources_searched": "pnc;pnd;visor;rms",
    "searched_as": "Bob Jones|1980-05-06", "outcome": "not_disclosed", "decided_on": "2019-03-20", "rationale": REASON,
    "contact_safe": "yes",
}  # fmt: skip


def history(
    *, weight=25.0, then=1, supporting=0, points=20.0, since=0, against_a=False, named=True, fits=True, dob="1980-05-06"
):
    return LinkedHistory(
        who=Linked(
            source="rms", weight=weight, words=frozenset({"BOB", "JONES"}), dob=dob, person_id="7", bears_name=named, fits=fits
        ),
        qualifying_then=then, supporting_then=supporting, close_then=then > 0, points_then=points, qualifying_since=since,
        domestic_since=since, sources_then=frozenset({"rms"}) if then else frozenset(), points_since=30.0 * since,
        against_a_since=against_a,
    )  # fmt: skip


def evidence(*held, earlier=(), copies=1, unkept=frozenset(), **cells):
    entry = register.read({**SOUND, **cells}, register="tracker", today=TODAY)
    [application] = reconcile([PlacedRow(id="1", file="f", line=2, digest="d", entry=entry)])
    return Evidence(
        past=merged(application), held=held, known_by=date(2019, 3, 20), mandatory=frozenset({"pnc", "pnd", "visor", "rms"}),
        allowed_days=35, copies=copies, earlier=earlier, unkept=unkept,
    )  # fmt: skip


def assess(e, policy=POLICY, learnt=suspicions.NOTHING_LEARNT):
    return ranking.assess(e, policy, learnt)


def refused(**cells):
    return evidence(history(), **{"rationale": "Panel says not proportionate in the circumstances as put.", **cells})


TOLD = {"outcome": "disclosed", "disclosed_on": "2019-03-22", "rationale": "Told A in person, two officers present."}
UNREASONED = {"rationale": "NFA"}
GONE = {"outcome": "withdrawn", "rationale": "Withdrew by telephone, and gave no cause for it at all."}
# for each suspicion, an application that it leads
LED = {
    Suspicion.CONTRADICTED: lambda: evidence(history(), outcome="nothing_to_disclose"),
    Suspicion.REFUSED: lambda: evidence(history()),
    Suspicion.NEAR_NAME: lambda: evidence(history(weight=-14.0, dob="1984-05-06"), outcome="nothing_to_disclose"),
    Suspicion.NO_OUTCOME: lambda: evidence(history(), outcome=""),
    Suspicion.UNLISTED: lambda: evidence(
        history(), **dict.fromkeys(register.HANDLING, "")
    ),
    Suspicion.ENDED_EARLY: lambda: evidence(history(), outcome="withdrawn"),
    Suspicion.REPEAT: lambda: evidence(earlier=(Earlier(days_before=90, disclosed=True),)),
    Suspicion.SUPPORTING: lambda: evidence(history(then=0, supporting=2), outcome="nothing_to_disclose"),
    Suspicion.TOLD_ANOTHER: lambda: evidence(
        **TOLD | {"applicant": "third_party", "rationale": "Information given to the applicant, by telephone"}
    ),
    Suspicion.TOLD_UNSAFE: lambda: evidence(history(), **TOLD, contact_safe="no"),
    Suspicion.TOLD_OF_ANOTHER: lambda: evidence(**TOLD, searched_as="Bob Jones|1955-01-02"),
    Suspicion.RECIPIENT_UNCLEAR: lambda: evidence(history(), **TOLD, applicant="third_party", contact_safe=""),
    Suspicion.GROUNDLESS: lambda: evidence(**TOLD),
    Suspicion.UNSAFE_UNTOLD: lambda: evidence(contact_safe="no"),
    Suspicion.RESEARCH: lambda: evidence(sources_searched="pnc"),
    Suspicion.RESEARCH_TOLD: lambda: evidence(history(), **TOLD, sources_searched="pnc"),
    Suspicion.LATER: lambda: evidence(history(then=0, points=0.0, since=1)),
    Suspicion.ONE_PERSON: lambda: evidence(approver=""),
    Suspicion.UNCERTAIN: lambda: evidence(b_dob=""),
}  # fmt: skip


@pytest.mark.parametrize("kind", Suspicion)
def test_each_suspicion_leads_where_its_evidence_is_and_by_its_own_odds(kind):
    assessment = assess(LED[kind]())
    assert assessment.suspicion == kind
    assert assessment.score == pytest.approx(assessment.chance * assessment.consequence, rel=0.01, abs=0.02)
    assert 0 < assessment.score < assess(LED[kind](), _more_odds(kind)).score


def _more_odds(kind):
    odds = {**WEIGHTS.odds.value, kind: WEIGHTS.odds.value[kind] * 1.5}
    most = {"value": max(1.5 * WEIGHTS.reasoned_most.value, 0.3)}
    weights = replace(
        WEIGHTS, odds=replace(WEIGHTS.odds, value=odds), reasoned_most=replace(WEIGHTS.reasoned_most, **most)
    )
    return replace(POLICY, weights=weights)


# for each sign, an application without it and what brings it
BORNE = {
    Sign.TOGETHER: (refused, {"living_together": "yes"}),
    Sign.CHILDREN: (refused, {"children": "2014-05"}),
    Sign.DANGER_SAID: (refused, {"immediate_danger": "yes"}),
    Sign.NO_REASON: (refused, {"rationale": "NFA"}),
    Sign.FORBIDDEN_REASON: (refused, {"rationale": "She keeps going back to him, so it would be of no use."}),
    Sign.ONE_PERSON: (refused, {"approver": "H1"}),
    Sign.SEARCHED_WRONGLY: (refused, {"b_aliases": "Danny Brown"}),
    Sign.SEARCHED_LITTLE: (refused, {"sources_searched": "rms"}),
    Sign.NOT_SEARCHED_THERE: (refused, {"sources_searched": "pnc;pnd;visor"}),
    Sign.TOLD_OTHERWISE: (refused, {"rationale": "Not proportionate: A was told by children's services in May, all of it."}),
    Sign.SERVING_SENTENCE: (refused, {"rationale": "Not proportionate: he is serving six years and is not near her at all."}),
    Sign.OWNER_REFUSES: (refused, {"rationale": "Not proportionate: the owner does not consent and would not release any of it."}),
    Sign.SEVERAL_AGREED: (refused, {"rationale": "Not proportionate: a panel of five looked at each of the entries it had."}),
    Sign.NO_CONTACT: (refused, {"rationale": "Not proportionate: no contact for six years, and she lives in another country."}),
    Sign.ANOTHER_PERSON: (
        lambda **cells: evidence(history(), outcome="nothing_to_disclose", **cells),
        {"rationale": "The entry is about a man of the same name, who was ruled out by age and by his address."},
    ),
    Sign.SUPPORTED: (
        lambda **cells: evidence(history(), **{**GONE, **cells}),
        {"rationale": "Withdrew by telephone, spoken to alone, and an IDVA is in touch with her now."},
    ),
}  # fmt: skip


@pytest.mark.parametrize("sign", BORNE)
def test_each_sign_moves_the_score_the_way_its_factor_says(sign):
    make, cells = BORNE[sign]
    without, borne = make(), make(**cells)
    assert sign not in signs.of(without, without.held[0], WEIGHTS)
    assert sign in signs.of(borne, borne.held[0], WEIGHTS)
    assert _moves(sign, borne)


@pytest.mark.parametrize(
    ("sign", "borne"),
    [
        (Sign.GRAVE_AND_RECENT, evidence(history(points=45.0))),
        (Sign.HARM_SINCE, evidence(history(since=1))),
        (Sign.COPIED_REASON, evidence(history(), copies=9)),
        (Sign.NO_SUPPORT, evidence(history())),
        (Sign.EARLIER_APPLICATION, evidence(history(), earlier=(Earlier(days_before=9, disclosed=False),))),
        (
            Sign.SUBJECT_FOUND,
            evidence(
                history(then=0, points=0.0), history(weight=-14.0, dob="1984-05-06"), outcome="nothing_to_disclose"
            ),
        ),
    ],
)
def test_each_sign_of_people_and_lists_moves_the_score_too(sign, borne):
    assert _moves(sign, borne)


def _moves(sign, e):
    """Whether the odds of a suspicion are others without the sign's factor, in the direction that the factor says."""
    factor = WEIGHTS.signs.value[sign]
    unbound = replace(WEIGHTS.reasoned_most, value=1e9 if e.past.outcome is Outcome.NOT_DISCLOSED else 0.0)

    def odds_by_kind(value):
        table = replace(WEIGHTS.signs, value={**WEIGHTS.signs.value, sign: value})
        found = suspicions.suspected(e, replace(WEIGHTS, signs=table, reasoned_most=unbound))
        return {each.kind: each.odds for each in found}

    bare = odds_by_kind(1.0)
    return any(
        odds != bare[kind] and (odds > bare[kind]) is (factor > 1) for kind, odds in odds_by_kind(factor).items()
    )


def test_every_odds_and_sign_of_the_policy_is_known_and_none_is_missing():
    assert WEIGHTS.odds.value.keys() == set(Suspicion)
    assert WEIGHTS.signs.value.keys() == set(Sign)
    assert set().union(*suspicions.BEARING.values()) == set(Sign)
    assert WEIGHTS.consequence.value.keys() < set(Suspicion)
    assert words.SUSPICION.words.keys() == words.CLEARED_IF.words.keys() == set(Suspicion)


def test_a_contradiction_of_fact_never_ranks_below_a_reasoned_refusal_of_the_same_gravity():
    explained = "The entry is about a man of the same name, who was ruled out by age and by his address."
    for held in (history(), history(points=60.0, since=1), history(weight=-7.0)):
        for cells in ({}, {"living_together": "yes", "children": "2014", "immediate_danger": "yes", "approver": ""}):
            nil = assess(evidence(held, outcome="nothing_to_disclose", rationale=explained, **cells))
            assert nil.score >= assess(evidence(held, **cells)).score


def test_a_refusal_without_a_reason_rises_and_one_that_is_explained_sinks():
    plain = refused(rationale="Panel says not proportionate in the circumstances as put.")
    worse = {"living_together": "yes", "children": "2014", "approver": "", "rationale": "NFA"}
    assert assess(refused(**worse)).score > 5 * assess(plain).score
    better = {"rationale": "Panel of five agreed: she was told by probation in May, and he is serving six years."}
    assert assess(refused(**better)).score < assess(plain).score / 5


def test_somebody_near_the_name_is_a_doubt_with_a_floor_and_counted():
    near, far = history(weight=-19.0, dob="1984-05-06"), history(weight=-19.0, dob="1955-05-06")
    nil = {"outcome": "nothing_to_disclose"}
    found = assess(evidence(near, far, **nil))
    assert found.suspicion == Suspicion.NEAR_NAME
    assert (
        "nobody was found, and there are 2 people near the name with records that could be disclosed" in found.reasons
    )
    assert found.score > assess(evidence(far, **nil)).score > assess(evidence(**nil)).score == 0.0
    assert assess(evidence(history(then=0, points=0.0), near, **nil)).score < found.score  # B is known as somebody else


def test_a_column_that_nobody_keeps_is_no_sign():
    cells = {"rationale": "", "approver": "", "sources_searched": "", "living_together": "yes"}
    unkept = frozenset({"rationale", "approver", "sources_searched", "searched_as"})
    silent, kept = assess(evidence(history(), unkept=unkept, **cells)), assess(evidence(history(), **cells))
    assert silent.score < kept.score
    assert not {Sign.NO_REASON, Sign.ONE_PERSON, Sign.NOT_SEARCHED_THERE} & set(silent.signs)


def test_who_needs_contact_now_is_who_was_harmed_is_not_told_or_was_told_unsafely():
    nil = {"outcome": "nothing_to_disclose"}
    against_a = assess(evidence(history(since=1, against_a=True), **nil))
    against_another = assess(evidence(history(since=1), **nil))
    together = assess(evidence(history(), **nil, living_together="yes", relationship="partner"))
    unsafe = assess(evidence(history(), **TOLD, contact_safe="no"))
    for found in (against_a, against_another, together, unsafe):
        assert found.contact_priority is ContactPriority.NOW
    assert against_a.urgency > max(against_another.urgency, together.urgency, unsafe.urgency)
    assert assess(evidence(history(), **nil)).contact_priority is ContactPriority.SOON
    assert (
        assess(evidence(history(), living_together="yes")).contact_priority is ContactPriority.SOON
    )  # a reason was given


def test_the_most_urgent_stay_now_and_never_more_than_their_part_of_a_register():
    urgencies = {f"A{number:03}": float(number) for number in range(300)}
    assert len(stay_now(urgencies, of=4_000, u=POLICY.urgency)) == 200
    assert min(stay_now(urgencies, of=4_000, u=POLICY.urgency)) == "A100"
    assert len(stay_now(urgencies, of=100, u=POLICY.urgency)) == POLICY.urgency.now_fewest.value


def test_what_reviewers_find_moves_the_odds_within_bounds():
    def factor(failures, of, chance=0.2):
        findings = [ExaminedSuspicion(suspicion="refused", chance=chance, failure=at < failures) for at in range(of)]
        [odds] = learnt_odds(findings, POLICY.learning)
        return odds.factor

    assert factor(0, 1) > 0.9  # one wrong "fine" sinks nothing
    assert 0.5 <= factor(0, 1000) < factor(0, 10) < 1 < factor(8, 10) <= 4
    assert factor(2, 10) == pytest.approx(1)
    assert learnt_odds([], POLICY.learning) == ()
    found = assess(refused(rationale="NFA"), learnt={"refused": 2.0})
    assert found.score > found.stated == assess(refused(rationale="NFA")).score


def test_the_rank_before_findings_is_by_the_stated_odds_and_breaks_ties_as_the_ranking_does():
    scores = {"d": (3.0, 0.0), "c": (3.0, 1.0), "b": (9.0, 0.0), "a": (3.0, 0.0)}
    assert ranking.stated_ranks(scores) == {"b": 1, "c": 2, "a": 3, "d": 4}


@pytest.mark.parametrize(("born", "near"), [("1990-05-06", True), ("1991-05-06", False)])
def test_people_of_the_name_born_ten_years_apart_are_near_in_age(born, near):
    floors = WEIGHTS.near_name.value
    [found] = suspicions.suspected(evidence(history(weight=-30.0, dob=born), outcome="nothing_to_disclose"), WEIGHTS)[
        :1
    ]
    assert found.identity == floors["near_in_age" if near else "far_in_age"]


@pytest.mark.parametrize(("chance", "warns"), [(0.24, False), (0.25, True)])
def test_a_supervisor_is_warned_of_a_chance_of_a_quarter(chance, warns):
    found = replace(assess(evidence(history())), chance=chance)
    assert (why_warn(found, POLICY.before_telling) is not None) is warns


@pytest.mark.parametrize(("of", "stay"), [(100, 20), (400, 20), (800, 40)])
def test_a_twentieth_of_a_register_stays_now_and_at_least_twenty(of, stay):
    assert len(stay_now({str(at): float(at) for at in range(300)}, of=of, u=POLICY.urgency)) == stay


def test_harm_to_the_person_at_risk_and_an_unsafe_telling_are_so_urgent():
    nil = {"outcome": "nothing_to_disclose"}
    assert assess(evidence(history(since=1, against_a=True), **nil)).urgency == 130.0  # with thirty of the live model
    assert assess(evidence(history(), **TOLD, contact_safe="no")).urgency == 60.0


@pytest.mark.parametrize(("points", "now"), [(9.9, False), (10.0, True)])
def test_somebody_needs_contact_now_from_an_urgency_of_ten_on(points, now):
    harmed = replace(history(since=1), points_since=points)
    found = assess(evidence(harmed, outcome="nothing_to_disclose"))
    assert (found.contact_priority is ContactPriority.NOW) is now


@pytest.mark.parametrize(("odds", "now"), [(0.33, False), (0.34, True)])
def test_an_untold_history_is_urgent_from_a_chance_of_a_quarter_on(odds, now):
    untold = suspicions.Suspected(
        kind=Suspicion.REFUSED, identity=1.0, odds=odds, signs=(), consequence=80.0, held=history()
    )
    need = contact_need(evidence(history(), living_together="yes"), [untold], POLICY.urgency)
    assert (need.priority is ContactPriority.NOW) is now


@pytest.mark.parametrize(("points", "told"), [(29.0, False), (30.0, True)])
def test_thirty_points_of_the_live_model_are_grave(points, told):
    e = evidence(history(points=points))
    assert (Sign.GRAVE_AND_RECENT in signs.of(e, e.held[0], WEIGHTS)) is told


def test_why_this_one_says_what_put_it_there_what_would_clear_it_and_what_to_search_first():
    found = assess(evidence(history(since=1), outcome="nothing_to_disclose", living_together="yes", approver=""))
    person = {"source": "rms", "person_id": "7", "forename": "Rob", "surname": "Jones", "dob": "1980-05-06"}
    why = why_this_one(found.suspicion, found.signs, WEIGHTS.signs.value, person=person, subject="Bob Jones 1980-05-06")
    assert why.facts[0] == words.SUSPICION.of("contradicted")
    assert 2 <= len(why.facts) <= 3
    assert why.unless == words.CLEARED_IF.of("contradicted")
    assert "number 7 (Rob Jones, born 1980-05-06)" in why.check_first


SCENES = {
    **{f"suspicion: {kind}": make for kind, make in LED.items()},
    **{f"sign: {sign}": (lambda make=make, cells=cells: make(**cells)) for sign, (make, cells) in BORNE.items()},
    "grave": lambda: evidence(history(points=90.0), **UNREASONED, living_together="yes", relationship="partner"),
    "about somebody else": lambda: evidence(replace(history(), close_then=False), **UNREASONED),
    "explained refusal": lambda: evidence(
        history(), living_together="yes", children="2014", immediate_danger="yes", approver=""
    ),
    "far in age": lambda: evidence(history(weight=-19.0, dob="1955-05-06"), outcome="nothing_to_disclose"),
    "near in age": lambda: evidence(history(weight=-19.0, dob="1984-05-06"), outcome="nothing_to_disclose"),
    "much that supports": lambda: evidence(history(then=0, supporting=9, points=90.0), outcome="nothing_to_disclose"),
    "harm since": lambda: evidence(history(since=1), **UNREASONED),
    "harm to A since": lambda: evidence(history(since=1, against_a=True), **UNREASONED),
    "copied": lambda: evidence(history(), copies=9),
    "not searched there": lambda: evidence(history(), **UNREASONED, sources_searched="pnc;pnd;visor"),
    "twelve years apart": lambda: evidence(history(weight=-19.0, dob="1992-05-06"), outcome="nothing_to_disclose"),
    "little harm since": lambda: evidence(replace(history(then=0, points=0.0, since=1), points_since=8.0)),
    "support": lambda: evidence(history(), **UNREASONED, b_aliases="Danny Brown"),
    "asked before": lambda: evidence(history(), **UNREASONED, earlier=(Earlier(days_before=9, disclosed=False),)),
    "known as somebody else": lambda: evidence(
        history(then=0, points=0.0), history(weight=-19.0, dob="1984-05-06"), outcome="nothing_to_disclose"
    ),
}


def test_the_scores_of_the_scenes_stand():
    assert {name: assess(make()).score for name, make in SCENES.items()} == STAND


STAND: dict[str, float] = {
    "suspicion: contradicted": 54.0,
    "suspicion: refused": 4.341,
    "suspicion: near_name": 2.88,
    "suspicion: no_outcome": 51.429,
    "suspicion: unlisted": 20.0,
    "suspicion: ended_early": 2.308,
    "suspicion: repeat": 42.857,
    "suspicion: supporting": 0.97,
    "suspicion: told_another": 47.143,
    "suspicion: told_unsafe": 58.5,
    "suspicion: told_of_another": 36.0,
    "suspicion: recipient_unclear": 2.264,
    "suspicion: groundless": 3.636,
    "suspicion: unsafe_untold": 9.231,
    "suspicion: research": 1.722,
    "suspicion: research_told": 0.198,
    "suspicion: later": 1.905,
    "suspicion: one_person": 1.429,
    "suspicion: uncertain": 0.769,
    "sign: together": 8.097,
    "sign: children": 5.524,
    "sign: danger_said": 9.791,
    "sign: no_reason": 16.835,
    "sign: forbidden_reason": 19.128,
    "sign: one_person": 9.791,
    "sign: searched_wrongly": 9.791,
    "sign: searched_little": 6.285,
    "sign: not_searched_there": 10.0,
    "sign: told_otherwise": 1.372,
    "sign: serving_sentence": 1.815,
    "sign: owner_refuses": 1.815,
    "sign: several_agreed": 2.252,
    "sign: no_contact": 2.252,
    "sign: another_person": 43.784,
    "sign: supported": 0.945,
    "grave": 55.516,
    "about somebody else": 11.223,
    "explained refusal": 10.0,
    "far in age": 0.96,
    "near in age": 2.88,
    "much that supports": 3.448,
    "harm since": 32.35,
    "harm to A since": 32.35,
    "copied": 11.378,
    "not searched there": 38.221,
    "twelve years apart": 0.96,
    "little harm since": 1.905,
    "support": 29.62,
    "asked before": 22.145,
    "known as somebody else": 1.6,
}


def _numbers():
    """Every number of the weights and of the urgency, by name, with a function that sets it."""
    for section in ("weights", "urgency"):
        for name in vars(getattr(POLICY, section)):
            value = getattr(getattr(POLICY, section), name).value
            for key in value if isinstance(value, dict) else ("",):
                yield f"{section}.{name}.{key}".rstrip("."), section, name, key


# these bound the number of those who are `now`, which the test of `stay_now` guards
OF_A_REGISTER = {"urgency.now_percent", "urgency.now_fewest"}
# there is nothing to multiply: nobody of another name has a floor
ZERO = {"weights.near_name.another_name"}


@pytest.mark.parametrize(
    ("section", "name", "key"),
    [pytest.param(*rest, id=what) for what, *rest in _numbers() if what not in OF_A_REGISTER | ZERO],
)
def test_each_number_of_the_ranking_makes_a_difference(section, name, key):
    def with_number(factor):
        facts = getattr(POLICY, section)
        fact = getattr(facts, name)
        value = {**fact.value, key: fact.value[key] * factor} if key else fact.value * factor
        return replace(POLICY, **{section: replace(facts, **{name: replace(fact, value=value)})})

    assert any(
        assess(scene, with_number(factor)) != _as_stated()[name]
        for name, scene in _scenes().items()
        for factor in (0.6, 1.5)
    )


@cache
def _scenes():
    return {name: make() for name, make in SCENES.items()}


@cache
def _as_stated():
    return {name: assess(scene) for name, scene in _scenes().items()}
