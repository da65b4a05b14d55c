"""Measures how soon the monitor sees five kinds of failing decider, its false alarms, and two older methods.

Run: python -m benchmarks.monitor_study [--runs 400] [--out docs/evidence/monitor_study.json]
A unit of 12 deciders and 160 applications a month; expectations are refitted every year by the real models' code, on
two years of data that contain the failing decider's own past; a decider's own decisions are left out when judged.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np

from benchmarks.monitor_unit import (
    A_MONTH,
    DECIDERS,
    MEAN,
    MONTHS,
    SPREAD,
    UNIT_DECADE,
    Sound,
    count_signals,
    detection,
    drawn_features,
    failed,
    first_signal,
    outside,
    quarterly_funnel,
    scores_of,
    sound_decades,
    summary,
    truth,
)
from casebook.monitor.expected import logistic
from casebook.monitor.thresholds import Floats, threshold_for

BASE_SKIP, BASE_ERROR = 0.02, 0.03
SAMPLED = 0.25
BUDGETS = (5000, UNIT_DECADE, 50_000)  # cases of one decider until a false alarm of that channel
# what counting confirmed failures can see: about 4 a year come to light of a unit's wrong decisions, a year late
COMES_TO_LIGHT = 4 / (A_MONTH * 12 * BASE_ERROR)
LATE_BY = 12 * A_MONTH / DECIDERS  # decisions of one decider
SKIP_MISSES = 0.1  # of skipped sources, the part in which the only qualifying finding lay


def risk_adjusted(happened: Floats, expected: Floats, *, failing: str, sound: Sound) -> list[dict[str, object]]:
    """The charts of a decider who fails, beside the same charts over sound decades, for several thresholds.

    Research that misses findings is watched on the low side only, deciding on both.
    """
    sides = ("low",) if failing == "misses_findings" else ("low", "high")
    rows = list[dict[str, object]]()
    for ratio in (2, 3):
        for arl0 in BUDGETS:
            found, alarms = np.full(len(happened), math.inf), 0
            for side in sides:
                watched = ratio if side == "high" else 1 / ratio
                threshold = threshold_for(sound.mix, odds_ratio=watched, arl0=len(sides) * arl0).threshold
                found = np.minimum(found, first_signal(scores_of(happened, expected, watched), threshold))
                alarms += count_signals(scores_of(sound.happened, sound.expected, watched), threshold)
            alarm_rate = {"false_alarms_per_ten_unit_years": alarms / sound.decades}
            rows.append({"odds_ratio": ratio, "arl0": arl0, "sides": list(sides), **summary(found), **alarm_rate})
    return rows


def with_own_past(rng: np.random.Generator, *, failing: str, runs: int) -> dict[str, object]:
    """The same at the aim's threshold if the decider's own past were *not* left out."""
    happened, expected, true = detection(rng, failing=failing, runs=runs, own_too=True)
    threshold = threshold_for(true.ravel()[:6000], odds_ratio=1 / 3, arl0=2 * UNIT_DECADE).threshold
    return {
        "odds_ratio": 3,
        "arl0": UNIT_DECADE,
        **summary(first_signal(scores_of(happened, expected, 1 / 3), threshold)),
    }


def bound(rng: np.random.Generator, *, failing: str) -> dict[str, object]:
    """The best possible average (Moustakides 1986): everything is known, one side, the aim's false alarms.

    Its threshold is found by simulation, because a missed finding shifts no odds by a constant.
    """

    def scores(log_odds: Floats, happened: Floats) -> Floats:
        now, then = failed(log_odds, failing), logistic(log_odds)
        return np.where(happened > 0, np.log(np.maximum(now, 1e-12) / then), np.log((1 - now) / (1 - then)))

    sound = rng.choice(drawn_features(rng, 20_000) @ truth(), size=(400, 8000))
    quiet = scores(sound, (rng.random(sound.shape) < logistic(sound)).astype(np.float64))
    low, high = 1.0, 14.0
    while high - low > 0.01:
        middle = (low + high) / 2
        too_many = count_signals(quiet, middle) * UNIT_DECADE > quiet.size
        low, high = (middle, high) if too_many else (low, middle)
    ill = rng.choice(drawn_features(rng, 20_000) @ truth(), size=(4000, 700))
    happened = (rng.random(ill.shape) < failed(ill, failing)).astype(np.float64)
    ill_scores = scores(ill, happened)
    return {
        "threshold": high,
        "information_per_decision": float(ill_scores.mean()),
        **summary(first_signal(ill_scores, high)),
    }


def constant(rng: np.random.Generator, *, base: float, failing: float, part: float, runs: int) -> dict[str, object]:
    """A channel with one expected rate for everybody; `part` of the cases are looked at."""
    odds = failing / (1 - failing) / (base / (1 - base))
    ill = (rng.random((runs, 700)) < failing).astype(np.float64)
    decades = 100
    shape = (decades * DECIDERS, int(MONTHS * A_MONTH / DECIDERS * part))
    quiet = (rng.random(shape) < base).astype(np.float64)
    rows = list[dict[str, object]]()
    for ratio in (4, 8):
        for budget in BUDGETS:
            found = threshold_for([base], odds_ratio=ratio, arl0=budget * part)
            looked_at = first_signal(scores_of(ill, np.full_like(ill, base), ratio), found.threshold)
            # how many of all cases went by until that many had been looked at
            told = looked_at + np.array(
                [rng.negative_binomial(n, part) if n < math.inf else math.inf for n in looked_at]
            )
            alarms = count_signals(scores_of(quiet, np.full_like(quiet, base), ratio), found.threshold)
            alarm_rate = {"false_alarms_per_ten_unit_years": alarms / decades}
            rows.append({"odds_ratio": ratio, "arl0": budget * part, **summary(told), **alarm_rate})
    divergence = failing * math.log(failing / base) + (1 - failing) * math.log((1 - failing) / (1 - base))
    best = threshold_for([base], odds_ratio=odds, arl0=UNIT_DECADE * part).threshold
    reached = first_signal(scores_of(ill, np.full_like(ill, base), odds), best) / part
    size = round(A_MONTH * 3 / DECIDERS * part)  # a quarter's cases that are looked at
    quarters = summary(quarterly_funnel(ill, np.full_like(ill, base), size=size) / part)
    quiet_quarters = quarterly_outside(quiet, np.full_like(quiet, base), size=size) / decades
    return {
        "charts": rows,
        "bound": {"information_per_case_looked_at": divergence, **summary(reached)},
        "quarterly_funnel": {**quarters, "false_alarms_per_ten_unit_years": quiet_quarters},
    }


def confirmed_failures(rng: np.random.Generator, *, wrong: float, runs: int) -> dict[str, object]:
    """Counting what comes to light: a chart of confirmed failures for each decider, at the aim's false alarms."""
    base = BASE_ERROR * COMES_TO_LIGHT
    threshold = threshold_for([base], odds_ratio=4, arl0=UNIT_DECADE).threshold
    horizon = 3000
    chance = base + wrong * COMES_TO_LIGHT * (1 - np.exp(-np.arange(horizon) / LATE_BY))
    seen = (rng.random((runs, horizon)) < chance).astype(np.float64)
    return {
        "odds_ratio": 4,
        "horizon": horizon,
        **summary(first_signal(scores_of(seen, np.full_like(seen, base), 4), threshold)),
    }


def study(runs: int, decades: int, seed: int) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    sound = sound_decades(rng, decades)
    neighbours = [
        sound_decades(rng, max(1, decades // 2), failing="never", in_question=asked) for asked in (False, True)
    ]
    quarters = quarterly_funnel_alarms(sound)
    p = sound.mix
    extra_wrong = {
        "third_of_odds": float(np.mean(p - failed(np.log(p / (1 - p)), "third_of_odds"))),
        "never": float(np.mean(p)),
        "misses_findings": float(np.mean(0.4 * p)),
        "skips_sources": (0.2 - BASE_SKIP) * SKIP_MISSES,
        "decides_wrongly": 0.2 - BASE_ERROR,
    }
    aims = {"third_of_odds": 75, "never": 30, "skips_sources": 30, "decides_wrongly": 95, "misses_findings": 120}
    answer: dict[str, object] = {
        "setting": {
            "deciders": DECIDERS,
            "applications_a_month": A_MONTH,
            "expected": f"logit-normal, mean {MEAN}, standard deviation {SPREAD} of the log odds",
            "runs": runs,
            "sound_decades": decades,
            "seed": seed,
            "one_false_alarm_in_ten_unit_years_is_arl0": UNIT_DECADE,
            "comes_to_light": COMES_TO_LIGHT,
        },
        "quarterly_funnel_false_alarms_per_ten_unit_years": quarters,
        "false_alarms_per_ten_unit_years_at_the_aim": {
            "of_twelve_sound_deciders": false_alarms(sound),
            "of_eleven_beside_one_who_never_discloses": false_alarms(neighbours[0]),
            "of_those_eleven_once_that_one_teaches_no_model": false_alarms(neighbours[1]),
        },
    }
    for name, aim in aims.items():
        beside = {"confirmed_failures": confirmed_failures(rng, wrong=extra_wrong[name], runs=runs)}
        match name:
            case "skips_sources":
                seen = constant(rng, base=BASE_SKIP, failing=0.2, part=1.0, runs=runs)
            case "decides_wrongly":
                seen = constant(rng, base=BASE_ERROR, failing=0.2, part=SAMPLED, runs=runs)
            case _:
                seen = watched(rng, failing=name, runs=runs, sound=sound)
        answer[name] = {"aim": aim, **seen, **beside}
    return answer


def false_alarms(sound: Sound) -> float:
    """Per ten unit-years, at the aim's run length and odds ratio 3, both sides."""
    alarms = 0
    for ratio in (3, 1 / 3):
        threshold = threshold_for(sound.mix, odds_ratio=ratio, arl0=2 * UNIT_DECADE).threshold
        alarms += count_signals(scores_of(sound.happened, sound.expected, ratio), threshold)
    return alarms / sound.decades


def watched(rng: np.random.Generator, *, failing: str, runs: int, sound: Sound) -> dict[str, object]:
    happened, expected, _ = detection(rng, failing=failing, runs=runs, own_too=False)
    return {
        "charts": risk_adjusted(happened, expected, failing=failing, sound=sound),
        "own_past_not_left_out": with_own_past(rng, failing=failing, runs=runs),
        "bound": bound(rng, failing=failing),
        "quarterly_funnel": summary(quarterly_funnel(happened, expected)),
    }


def quarterly_funnel_alarms(sound: Sound) -> float:
    decade = A_MONTH * MONTHS // DECIDERS
    size = A_MONTH * 3 // DECIDERS
    return quarterly_outside(sound.happened[:, :decade], sound.expected[:, :decade], size=size) / sound.decades


def quarterly_outside(happened: Floats, expected: Floats, *, size: int) -> float:
    """How many quarters of sound deciders lie outside."""
    starts = range(0, happened.shape[1], size)
    return float(sum(outside(happened[:, at : at + size], expected[:, at : at + size]).sum() for at in starts))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--decades", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20230801)
    parser.add_argument("--out", type=Path, default=Path("docs/evidence/monitor_study.json"))
    options = parser.parse_args()
    started = time.perf_counter()
    answer = study(options.runs, options.decades, options.seed)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(answer, indent=1) + "\n")
    print(f"{options.out}: {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
