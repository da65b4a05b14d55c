"""The expected probability of each case: simple logistic models, refitted, calibrated, blind to the person judged.

There are two sets of features, because two things are judged. Deciding is judged by what was found. Researching is
judged by facts that were fixed before the researcher worked on the case: nothing that the judged person entered may
enter it, or a missed finding would explain itself. Functions on data frames; one row per case.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from casebook.domain.monitor.decision_monitor import ChartKind, pooled_rate

if TYPE_CHECKING:
    import pandas as pd

from casebook.monitor.thresholds import Floats

# the columns each model may see; `decider` and `happened` stand beside them in a frame
FEATURES: Mapping[ChartKind, tuple[str, ...]] = {
    ChartKind.DECISION: ("findings", "band", "route"),
    ChartKind.YIELD: ("route", "applicant", "immediate_danger", "relationship", "b_age", "b_sex", "proposed_matches"),
    ChartKind.SKIPPED_SOURCE: ("route",),
    ChartKind.UNCOVERED_VARIANT: ("route",),
    ChartKind.REJECTED_CANDIDATE: ("weight", "band"),
    ChartKind.HURRIED: ("source",),
    ChartKind.DISAGREEMENT: ("band",),
    ChartKind.FOUND_AT_CHECK: ("stage",),
}
FEWEST_FOR_A_MODEL = 50  # rows; with fewer, the expected probability is the others' rate
RIDGE = 1.0  # penalty on standardised coefficients where plain maximum likelihood does not settle
LARGEST_LOG_ODDS = 15.0  # a coefficient beyond this is separation, not evidence
TENTHS = 10


@dataclass(frozen=True, kw_only=True)
class Design:
    """How a frame becomes numbers: for each column, the levels of a category or a standardised number."""

    levels: Mapping[str, tuple[str, ...]]  # without the commonest, which is the baseline
    numbers: Mapping[str, tuple[float, float]]  # mean and standard deviation

    @property
    def names(self) -> tuple[str, ...]:
        coded = [f"{column}={level}" for column, levels in self.levels.items() for level in levels]
        return ("intercept", *coded, *self.numbers)


@dataclass(frozen=True, kw_only=True)
class Model:
    design: Design
    coefficients: Mapping[str, float]  # log odds; explains itself by name
    fitted_on: int
    penalised: bool  # plain maximum likelihood did not settle (separation, too few cases)


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Calibration of probabilities. A perfect intercept is 0, a perfect slope 1; None cannot be estimated."""

    cases: int
    intercept: float | None
    slope: float | None
    brier: float | None
    tenths: tuple[tuple[int, float, float], ...]  # cases, mean expected, rate observed; by rising expectation


def fit(frame: pd.DataFrame, *, features: Sequence[str], happened: str = "happened") -> Model:
    """Fit by maximum likelihood, or with a ridge penalty if that does not converge. Missing values are their own level."""
    return fit_counted(frame, np.ones(len(frame)), frame[happened].to_numpy(dtype=np.float64), features=features)


def fit_counted(frame: pd.DataFrame, cases: Floats, happened: Floats, *, features: Sequence[str]) -> Model:
    """Fit rows that each stand for `cases` equal cases, of which `happened` had the event."""
    design = design_of(frame, cases, features)
    matrix = matrix_of(frame, design)
    plain = maximum_likelihood(matrix, happened, cases=cases)
    coefficients_found = plain if plain is not None else ridge(matrix, happened, cases=cases)
    return Model(
        design=design,
        coefficients=dict(zip(design.names, (float(coefficient) for coefficient in coefficients_found), strict=True)),
        fitted_on=int(cases.sum()),
        penalised=plain is None,
    )


def predict(model: Model, frame: pd.DataFrame) -> Floats:
    """Probabilities, always strictly between 0 and 1."""
    return logistic(matrix_of(frame, model.design) @ np.array(list(model.coefficients.values())))


def expected_by_others(
    frame: pd.DataFrame,
    *,
    features: Sequence[str],
    in_question: Collection[str] = (),
    decider: str = "decider",
    happened: str = "happened",
    assurance: float | None = None,
) -> pd.Series[float]:
    """For each row, the probability from a model fitted without any row of that row's decider; NaN if there is none.

    With too few rows of others for a model, it is the others' rate. Deciders `in_question` (with a signal not answered,
    or upheld) are left out of every model: one who never discloses makes eleven others look as if they disclosed too
    much. With `assurance` the probabilities are raised to the highest that the others' few events are compatible with:
    their rate lies below with that probability. Equal cases are counted together, which gives the same model in a
    fraction of the time.
    """
    import pandas as pd  # noqa: PLC0415 - half a second, and only models need it

    expected = np.full(len(frame), math.nan)
    alike = frame.groupby(list(features), dropna=False, sort=False).ngroup().to_numpy()
    kinds = frame.iloc[np.unique(alike, return_index=True)[1]]
    who, outcome = frame[decider].to_numpy(), frame[happened].to_numpy(dtype=np.float64)
    teaches = ~frame[decider].isin(list(in_question)).to_numpy()
    for name in frame[decider].unique():
        own = who == name
        others = teaches & ~own
        cases = np.bincount(alike[others], minlength=len(kinds)).astype(np.float64)
        events = np.bincount(alike[others], weights=outcome[others], minlength=len(kinds)).astype(np.float64)
        if cases.sum() >= FEWEST_FOR_A_MODEL and 0 < events.sum() < cases.sum():
            met = cases > 0
            model = fit_counted(kinds[met], cases[met], events[met], features=features)
            expected[own] = predict(model, kinds)[alike[own]]
        elif (rate := pooled_rate(bool(happened) for happened in outcome[others])) is not None:
            expected[own] = rate
        if assurance is not None:
            expected[own] = raised(expected[own], events.sum(), cases.sum(), assurance)
    return pd.Series(expected, index=frame.index)


def raised(expected: Floats, events: float, cases: float, assurance: float) -> Floats:
    """The probabilities at higher odds: by as much as the rate of few events may be higher than it seems (Jeffreys' interval)."""
    seen = (events + 0.5) / (cases + 1)
    highest = float(betaincinv(events + 0.5, cases - events + 0.5, assurance)) if events < cases else seen
    factor = max(1.0, highest / (1 - highest) * (1 - seen) / seen)
    return factor * expected / (1 - expected + factor * expected)


def calibration(expected: Sequence[float] | Floats, happened: Sequence[bool] | NDArray[np.bool_]) -> Calibration:
    """Intercept (with slope 1), slope, Brier score and a table by tenths; Cox 1958, Steyerberg 2019 chapter 15."""
    p, y = np.asarray(expected, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    if not len(p):
        return Calibration(cases=0, intercept=None, slope=None, brier=None, tenths=())
    log_odds = np.log(np.clip(p, 1e-9, 1 - 1e-9) / np.clip(1 - p, 1e-9, 1 - 1e-9))
    one = np.ones((len(p), 1))
    shift = maximum_likelihood(one, y, offset=log_odds)
    line = maximum_likelihood(np.column_stack([one, log_odds]), y) if np.ptp(log_odds) > 0 else None
    groups = [tenth for tenth in np.array_split(np.argsort(p, kind="stable"), TENTHS) if len(tenth)]
    return Calibration(
        cases=len(p),
        intercept=None if shift is None else float(shift[0]),
        slope=None if line is None else float(line[1]),
        brier=float(np.mean((p - y) ** 2)),
        tenths=tuple((len(tenth), float(p[tenth].mean()), float(y[tenth].mean())) for tenth in groups),
    )


def design_of(frame: pd.DataFrame, cases: Floats, features: Sequence[str]) -> Design:
    levels, numbers = dict[str, tuple[str, ...]](), dict[str, tuple[float, float]]()
    for column in features:
        values = frame[column]
        if is_number(values):
            known = values.notna().to_numpy()
            mean, spread = spread_of(values[known].to_numpy(dtype=np.float64), cases[known])
            if spread > 0:
                numbers[column] = (mean, spread)
        if not is_number(values) or values.isna().any():
            words = as_levels(values).to_numpy()
            counted = {str(word): float(cases[words == word].sum()) for word in sorted(set(words))}
            commonest = max(counted, key=lambda word: counted[word], default=None)
            levels[column] = tuple(word for word in counted if word != commonest)
    return Design(levels=levels, numbers=numbers)


def spread_of(values: Floats, cases: Floats) -> tuple[float, float]:
    """Mean and standard deviation; (0, 0) of nothing."""
    if not cases.sum():
        return 0.0, 0.0
    mean = float(np.average(values, weights=cases))
    return mean, math.sqrt(float(np.average((values - mean) ** 2, weights=cases)))


def is_number(values: pd.Series[Any]) -> bool:
    return values.dtype.kind in "iuf"


def as_levels(values: pd.Series[Any]) -> pd.Series[str]:
    """The column as levels of text; missing is a level too. A number becomes known or not known."""
    if is_number(values):
        return values.isna().map({True: "unknown", False: "known"})
    return values.astype("object").where(values.notna(), "unknown").astype(str)


def matrix_of(frame: pd.DataFrame, design: Design) -> Floats:
    """The design matrix. A level that is new to the model counts as the baseline, a missing number as the mean."""
    columns: list[Floats] = [np.ones(len(frame))]
    for column, levels in design.levels.items():
        words = as_levels(frame[column])
        columns += [np.asarray(words == level, dtype=np.float64) for level in levels]
    for column, (mean, spread) in design.numbers.items():
        columns.append(((frame[column] - mean) / spread).fillna(0.0).to_numpy(dtype=np.float64))
    return np.column_stack(columns)


def maximum_likelihood(
    matrix: Floats, happened: Floats, *, cases: Floats | None = None, offset: Floats | None = None
) -> Floats | None:
    """The coefficients, or None without convergence: separation, a singular design, one outcome. `cases` per row, or 1."""
    from statsmodels.genmod.families import Binomial  # noqa: PLC0415 - a second to import, and only models need it
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415 - as above

    cases = np.ones(len(happened)) if cases is None else cases
    if not 0 < happened.sum() < cases.sum() or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the coefficients below show separation
        both = np.column_stack([happened, cases - happened])
        model = GLM(both, matrix, family=Binomial(), offset=offset)  # type: ignore[no-untyped-call]
        fitted = model.fit(maxiter=100)  # type: ignore[no-untyped-call]
    coefficients = np.asarray(fitted.params, dtype=np.float64)
    settled = bool(fitted.converged) and bool(np.all(np.abs(coefficients) < LARGEST_LOG_ODDS))
    return coefficients if settled else None


def ridge(matrix: Floats, happened: Floats, *, cases: Floats | None = None) -> Floats:
    """Newton's method on the penalised likelihood; the intercept is hardly penalised, so that the rate is kept."""
    cases = np.ones(len(happened)) if cases is None else cases
    penalty = np.full(matrix.shape[1], RIDGE)
    penalty[0] = 0.01
    coefficients = np.zeros(matrix.shape[1])
    for _ in range(100):
        p = logistic(matrix @ coefficients)
        slope = (matrix * (cases * p * (1 - p))[:, None]).T @ matrix + np.diag(penalty)
        step = np.linalg.solve(slope, matrix.T @ (happened - cases * p) - penalty * coefficients)
        coefficients = coefficients + np.clip(step, -1, 1)
        if np.max(np.abs(step)) < 1e-9:  # noqa: PLR2004 - converged
            break
    return coefficients


def logistic(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
