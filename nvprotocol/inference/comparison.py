"""Whether counts need a parameter: likelihood ratios whose size is right at limits, too."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chdtri, chndtr, ndtr, ndtri

from nvprotocol._checks import fail, instance, mapping, real_number, show
from nvprotocol.inference.fit_result import Fit, held
from nvprotocol.inference.maximum import Optimum, curvatures, descend, inverse, unidentified
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.task import Task

Real = NDArray[np.float64]

_DRAWS, _SWEEPS = 40_000, 60
"""Of the distribution of the ratio where limits are near, and steps of each search in it."""

_BETTER = 1e-2
"""By how much the deviance of a null model may be lower, as searches end a little apart."""

HALF = "half chi2(1)"
"""Name of the distribution that is 0 in half of the cases, and χ² with one degree of freedom in the others."""

_FAR = 5.0
"""Standard errors beyond which a limit does not matter."""


@dataclass(frozen=True)
class LikelihoodRatio:
    """A model against the same with some parameters fixed.

    Attributes:
        fixed: Parameter → the value that it is fixed at.
        ratio: By how much the deviance rises, 2 log of the ratio of the likelihoods.
        p_value: How probable such a rise, or a larger one, is where the fixed values are true.
        distribution: What the rise is distributed as then: "chi2(k)", "half chi2(1)" where a value lies on a limit, or
            "drawn" where several limits are near.
        values: The other parameters at their most likely values where those are fixed.

    Examples:
        >>> from nvprotocol.inference import LikelihoodRatio
        >>> print(LikelihoodRatio({"ratio": 0.0}, 7.3, 0.0034, "half chi2(1)", {"a": 1.2}))
        ratio = 0: p = 0.0034 (the deviance rises by 7.30; half chi2(1))
    """

    fixed: dict[str, float]
    ratio: float
    p_value: float
    distribution: str
    values: dict[str, float]

    def __str__(self) -> str:
        """The answer in a line."""
        what = ", ".join(f"{name} = {show(value)}" for name, value in self.fixed.items())
        return f"{what}: p = {self.p_value:.2g} (the deviance rises by {self.ratio:.2f}; {self.distribution})"


def compare(fit: Fit, fixed: Mapping[str, float]) -> LikelihoodRatio:
    """Tests whether counts contradict values of some parameters, the others being free.

    The deviance of the best model with these values, less that of the best without, is χ² distributed with as many
    degrees of freedom as there are values where all lie inside the limits (Wilks, doi:10.1214/aoms/1177732360). On a
    limit of one parameter it is 0 in half of the cases and χ² with one degree of freedom in the others (Chernoff,
    doi:10.1214/aoms/1177728725); with more limits nearby its distribution is drawn, for a normal estimate within them.
    Where the counts depend on the square of a parameter only, as on |A| in the z basis, 0 is such a limit, too.

    Args:
        fit: The fit of the model in which they are free.
        fixed: Parameters of it, and their values.

    Raises:
        ArgumentError: If one is no parameter of the fit, beyond its bounds, or leaves another one unidentified: the
            angle of something that vanishes has to be replaced by two components.

    Examples:
        >>> def model(rate):
        ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
        >>> found = nv.inference.fit(model, [nv.protocols.relaxometry(1.0)], [{"00": 600, "10": 400}], {"rate": 0.5})
        >>> print(nv.inference.compare(found, {"rate": 0.42}))
        rate = 0.42: p = 0.042 (the deviance rises by 4.13; chi2(1))
    """
    instance(fit, "fit", Fit)
    task, best = held(fit)
    return likelihood_ratio(task, best, checked_values(task.parameters, fixed))


def checked_values(parameters: Parameters, fixed: object) -> dict[str, float]:
    """Values of parameters that a user fixes.

    Raises:
        ArgumentError: If one is no parameter of the fit, or beyond its bounds.
    """
    names = parameters.names
    given = mapping(fixed, "fixed", "parameters to numbers")  # pyright: ignore[reportArgumentType]
    values = {name: real_number(value, f"fixed[{name!r}]") for name, value in given.items()}
    if not values or set(values) - set(names):
        fail("fixed", f"name parameters of the fit ({', '.join(names)})", f"is {show(dict(given))}")
    for name, value in values.items():
        place = names.index(name)
        low, high = float(parameters.low[place]), float(parameters.high[place])
        if not low <= value <= high:
            must = f"lie within the bounds of the fit, {show(low)} to {show(high)}"
            fail(f"fixed[{name!r}]", must, f"is {show(value)}")
    return values


def likelihood_ratio(task: Task, best: Optimum, values: dict[str, float]) -> LikelihoodRatio:
    """The model with parameters fixed against the one with all of them free.

    Args:
        task: What is to be explained.
        best: The maximum of the likelihood.
        values: Parameter → the value that it is fixed at, within its limits.

    Raises:
        ArgumentError: If the counts cannot be there, or another parameter is unidentified there.
    """
    names = task.parameters.names
    places = [names.index(name) for name in values]
    null = fixed_optimum(task, best.point, values)
    if null.deviance < best.deviance - _BETTER:
        where = ", ".join(f"{name} = {show(float(one))}" for name, one in zip(names, null.point, strict=True))
        fail(
            "fit",
            f"be the best one (start it near {where})",
            f"has a deviance {show(best.deviance - null.deviance)} above",
        )
    ratio = max(null.deviance - best.deviance, 0.0)
    distribution = null_distribution(task, null, np.array(places))
    others = {name: float(null.point[k]) for k, name in enumerate(names) if k not in places}
    return LikelihoodRatio(values, ratio, distribution.p_value(ratio), distribution.name, others)


def fixed_optimum(task: Task, point: Real, values: dict[str, float]) -> Optimum:
    """Where the counts are most likely with some parameters fixed.

    Args:
        task: What is to be explained.
        point: Where to start.
        values: Parameter → the value that it is fixed at.

    Raises:
        ArgumentError: If the counts cannot be there.
    """
    names = task.parameters.names
    places = [names.index(name) for name in values]
    free = np.ones(len(names), dtype=bool)
    free[places] = False
    start = point.copy()
    start[places] = list(values.values())
    null = descend(task, start, free)
    if not np.isfinite(null.deviance):
        fail("fixed", "be values at which the counts can be", f"is {show(values)}")
    return null


@dataclass(frozen=True, eq=False)
class NullDistribution:
    """What the rise of the deviance is distributed as where the fixed values are true.

    Attributes:
        name: As in `LikelihoodRatio.distribution`.
        degrees: How many values are fixed.
        rises: Drawn rises, sorted; None where the distribution is known.
        rises_in_truth: Drawn rises where the parameters are elsewhere, sorted.
    """

    name: str
    degrees: int
    rises: Real | None = None
    rises_in_truth: Real | None = None

    def p_value(self, ratio: float) -> float:
        """How probable a rise, or a larger one, is."""
        if self.rises is not None:
            larger = np.count_nonzero(self.rises >= ratio * (1 - 1e-9) - 1e-9)
            return float((larger + 1) / (self.rises.size + 1))
        if self.name == HALF:
            return float(chdtrc(1, ratio)) / 2 if ratio > 0 else 1.0
        return float(chdtrc(self.degrees, ratio))

    def power(self, ratio: float, level: float) -> float:
        """How probable a rise is that rejects at a level, where a rise without noise is given.

        That of one value on a limit is the square of a normal variable cut at 0, where several limits are near it is
        drawn as the null distribution is, and others are noncentral χ².
        """
        if self.rises is not None and self.rises_in_truth is not None:
            return float(np.mean(self.rises_in_truth > np.quantile(self.rises, level)))
        if self.name == HALF:
            return float(ndtr(np.sqrt(ratio) - ndtri(level)))
        critical = float(chdtri(self.degrees, 1 - level))
        return 1 - float(chndtr(critical, self.degrees, ratio))


def null_distribution(
    task: Task, null: Optimum, places: NDArray[np.intp], truth: Real | None = None
) -> NullDistribution:
    """What the rise is distributed as, from the Fisher information and the limits at the most likely null model.

    Args:
        task: What is to be explained.
        null: Where the fixed values make the counts most likely.
        places: Which parameters are fixed.
        truth: Where the parameters are in truth, for the power; None where they are at the null model.

    Raises:
        ArgumentError: If another parameter is unidentified there.
    """
    parameters = task.parameters
    jacobian, low, high = null.jacobian.copy(), parameters.low - null.point, parameters.high - null.point
    fisher = task.fisher(null.expected, jacobian)
    flat = np.flatnonzero(np.diag(fisher) * parameters.scale**2 < _seen(task, null))
    bent = curvatures(task, null.point, null.expected, null.jacobian) / 2 if flat.size else null.jacobian.T
    for place in flat:
        if np.isfinite(bent[place]).all():  # what is told is the square of its distance
            jacobian[:, place], low[place], high[place] = bent[place], 0.0, np.inf
    fisher = task.fisher(null.expected, jacobian)
    _require_told(task, fisher, places)
    errors = np.sqrt(np.diag(inverse(fisher, parameters.scale)))
    near = (-low < _FAR * errors) | (high < _FAR * errors)
    if not near.any():
        return NullDistribution(f"chi2({places.size})", places.size)
    if places.size == 1 and near.sum() == 1 and near[places[0]] and min(-low[places[0]], high[places[0]]) == 0:
        return NullDistribution(HALF, 1)
    rises = np.sort(_drawn(fisher, low, high, places))
    if truth is None:
        return NullDistribution("drawn", places.size, rises)
    return NullDistribution("drawn", places.size, rises, np.sort(_drawn(fisher, low, high, places, truth - null.point)))


def _seen(task: Task, null: Optimum) -> float:
    """Information on a relative change below which a slope is what rounding leaves of 0."""
    return 1e-7 * float(np.sum(task.information(null.expected) * null.expected**2))


def _require_told(task: Task, fisher: Real, places: NDArray[np.intp]) -> None:
    modes = unidentified(fisher, task.parameters.scale)
    hidden = [k for k in range(len(fisher)) if k not in places and np.sum(modes[k] ** 2) > 1e-3]
    if hidden:
        what = ", ".join(task.parameters.names[k] for k in hidden)
        must = "leave the other parameters told (write an angle of what vanishes as two components, and fix both)"
        fail("fixed", must, f"leaves {what} unidentified")


def _drawn(fisher: Real, low: Real, high: Real, places: NDArray[np.intp], off: Real | None = None) -> Real:
    """Rises of the deviance for normal estimates within limits, by coordinate descent for all draws at once.

    Args:
        fisher: The Fisher information at the null model.
        low: Lower limits, from there.
        high: Upper limits.
        places: Which parameters are fixed.
        off: How far the truth is from the null model.
    """
    size = np.sqrt(np.maximum(np.diag(fisher), 1e-300))
    matrix = fisher / np.outer(size, size)
    values, vectors = np.linalg.eigh(matrix)
    rng = np.random.default_rng(20240607)  # the answer must not depend on the day
    told = values > 1e-9
    pull = (vectors[:, told] * np.sqrt(values[told])) @ rng.standard_normal((int(told.sum()), _DRAWS))
    if off is not None:
        pull = pull + (matrix @ (off * size))[:, None]
    limits = (low * size)[:, None], (high * size)[:, None]

    def least(free: NDArray[np.bool_]) -> Real:
        point = np.zeros((size.size, _DRAWS))
        for _ in range(_SWEEPS):
            for k in np.flatnonzero(free):
                rest = pull[k] - matrix[k] @ point + matrix[k, k] * point[k]
                point[k] = np.clip(rest / matrix[k, k], limits[0][k], limits[1][k])
        return np.einsum("kd,kj,jd->d", point, matrix, point, optimize=True) - 2 * np.sum(point * pull, axis=0)

    free = np.ones(size.size, dtype=bool)
    with_all = least(free)
    free[places] = False
    return np.maximum(least(free) - with_all, 0.0)
