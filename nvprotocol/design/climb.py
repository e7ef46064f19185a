"""Where the rate is largest: a grid over all inputs, whose peaks are climbed."""

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from scipy.ndimage import maximum_filter
from scipy.optimize import minimize

from nvprotocol.design.question import PLACES, Question, Range
from nvprotocol.design.sector import Array
from nvprotocol.design.yields import BellYield

_POINTS = {"separation_nm": 33, "height_nm": 9}
_OTHER_POINTS = 7
_MOST_PEAKS = 3
_WORTH_CLIMBING = 0.2
"""Height of a peak on the grid, in units of the highest; between two of its points no peak rises fivefold."""
_STEP = 1e-4
"""Of the numerical slope, in units of a range; the media are exact to some 1e-9."""
_NOTHING = 1e-30
"""A rate in 1/s that is none, but has a logarithm."""


def best_inputs(asked: Question, ranges: Mapping[str, Range]) -> dict[str, float]:
    """The inputs of the largest rate.

    Args:
        asked: The rate as a function of inputs.
        ranges: Lowest and highest value of each input that may vary.

    Examples:
        >>> from nvprotocol.design.climb import best_inputs
        >>> from nvprotocol.design.question import Question
        >>> film = nv.magnets.Film(nv.magnets.YIG_COLD, 20, 2.0)
        >>> given = {"height_nm": 10.0, "frequency_ghz": 2.87}
        >>> asked = Question(film, 0.95, nv.design.Cycle(preparation=0.0), given, dephasing=False)
        >>> round(best_inputs(asked, {"separation_nm": (160.0, 300.0)})["separation_nm"], -1)  # a lobe of J₀(k₀r)
        230.0
    """
    return max((_summit(asked, ranges, start) for start in _peaks(asked, ranges)), key=lambda one: one[0])[1]


def most_faithful_inputs(asked: Question, ranges: Mapping[str, Range]) -> dict[str, float]:
    """The inputs, on the grid, of the largest fidelity that checks can give; for where F is not reached.

    Args:
        asked: The question.
        ranges: Lowest and highest value of each input that may vary.
    """
    axes, names, found = _grid(asked, ranges)
    fidelity = np.reshape([one.attempt().best_fidelity for one in found], [axis.size for axis in axes])
    index = np.unravel_index(int(fidelity.argmax()), fidelity.shape)
    return {name: float(axis[k]) for name, axis, k in zip(names, axes, index, strict=True)}


def _grid(asked: Question, ranges: Mapping[str, Range]) -> tuple[list[Array], list[str], list[BellYield]]:
    """Axes, their names, and the yields: one for each point of the axes that do not broadcast, which come first."""
    others = [name for name in ranges if name not in PLACES]
    names = [*others, *(name for name in ranges if name in PLACES)]
    axes = [np.linspace(*ranges[name], _POINTS.get(name, _OTHER_POINTS)) for name in names]
    meshes = np.meshgrid(*axes[len(others) :], indexing="ij")
    places = dict(zip(names[len(others) :], meshes, strict=True))
    found = [
        asked.answer(places | dict(zip(others, map(float, values), strict=True)))
        for values in product(*axes[: len(others)])
    ]
    return axes, names, found


def _peaks(asked: Question, ranges: Mapping[str, Range]) -> Iterator[dict[str, float]]:
    """The best local maxima of a grid."""
    axes, names, found = _grid(asked, ranges)
    rate = np.reshape([one.rate for one in found], [axis.size for axis in axes])
    heights = np.where(rate == maximum_filter(rate, size=3, mode="nearest"), rate, -1.0)
    for flat in np.argsort(-heights, axis=None)[:_MOST_PEAKS]:
        index = np.unravel_index(flat, rate.shape)
        if heights[index] >= _WORTH_CLIMBING * heights.max():
            yield {name: float(axis[k]) for name, axis, k in zip(names, axes, index, strict=True)}


def _summit(asked: Question, ranges: Mapping[str, Range], start: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """The rate and the inputs of the maximum next to a point."""
    names = list(ranges)
    low, high = (np.array([ranges[name][end] for name in names]) for end in (0, 1))

    def loss(unit: Array) -> tuple[float, Array]:
        """−ln R and its slope, by differences that stay within the ranges."""
        ends = np.clip(unit + _STEP * np.array([[-1.0], [0.0], [1.0]]), 0.0, 1.0)
        here = low + unit * (high - low)
        rates = _rates(asked, names, here, low + ends * (high - low))
        values = -np.log(np.maximum(rates, _NOTHING))
        return float(values[1, 0]), (values[2] - values[0]) / (ends[2] - ends[0])

    begin = (np.array([start[name] for name in names]) - low) / (high - low)
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=[(0.0, 1.0)] * len(names))
    return float(np.exp(-found.fun)), dict(zip(names, (low + found.x * (high - low)).tolist(), strict=True))


def _rates(asked: Question, names: list[str], here: Array, ends: Array) -> Array:
    """Rates with one input after the other at its lower end, in the middle and at its upper end, shape (3, inputs)."""
    middle = dict(zip(names, here.tolist(), strict=True))
    together = [k for k, name in enumerate(names) if name in PLACES]
    rates = np.empty(ends.shape)
    batch = {
        names[k]: np.array([ends[1, k], *(ends[side, j] if j == k else here[k] for j in together for side in (0, 2))])
        for k in together
    }
    there = np.atleast_1d(asked.answer(middle | batch).rate)
    rates[1] = there[0]
    for count, k in enumerate(together):
        rates[[0, 2], k] = there[1 + 2 * count : 3 + 2 * count]
    for k, name in enumerate(names):
        if name not in PLACES:
            rates[[0, 2], k] = [float(asked.answer(middle | {name: float(ends[side, k])}).rate) for side in (0, 2)]
    return rates
