"""The Poisson log-linear model of how lists overlap, fitted by statsmodels. Which models are asked for is the domain's rule."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from casebook.domain.review.hidden_population import Fitted

ITERATIONS = 50
TOLERANCE = 1e-9  # of the coefficients, between two iterations
LEAST_INFORMATION = 1e-9  # below it, some coefficient runs away to minus infinity


def fit(design: Sequence[Sequence[float]], counts: Sequence[float]) -> Fitted | None:
    """Fit the model. The first column of `design` is the intercept: the log of the cell in no list. None: no finite estimate."""
    from statsmodels.genmod.families import Poisson  # noqa: PLC0415 - a second to import, and only models need it
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415 - as above

    matrix, observed = np.asarray(design, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a perfect fit is no fault here; an infinite estimate is refused below
        model = GLM(observed, matrix, family=Poisson())  # type: ignore[no-untyped-call]
        fitted = model.fit(maxiter=ITERATIONS, tol=TOLERANCE, tol_criterion="params")  # type: ignore[no-untyped-call]
        means = np.asarray(fitted.mu, dtype=np.float64)
        information = matrix.T @ (matrix * means[:, None])
        if not fitted.converged or not np.linalg.eigvalsh(information)[0] > LEAST_INFORMATION:
            return None
        return Fitted(intercept=float(fitted.params[0]), error=float(fitted.bse[0]), aic=float(fitted.aic))
