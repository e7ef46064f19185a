"""Between which two times the fidelity of a monitored pair first reaches a target, however often it oscillates before.

In the sector |σᶻ| = 0, up to a decay of all of it, H = (J + iΓ)σₓ − (δ + iη)σ_z with √(g₁₂g₂₁) = J + iΓ, once |↓↑⟩ is
measured in units of √(g₂₁/g₁₂). The state (n, x, y, z), ρ = ½(n + xσₓ + yσ_y + zσ_z), then obeys four linear equations,
and F − F_target has the sign of

    f(t) = A e^(λ₁t) + C e^(λ₂t) + |B| e^(μt) cos(ωt + β),

λ₁ > λ₂ real. While the last term is small, f is followed in steps that grow with time; while it oscillates, in 16 to 32
steps a period, and at every peak between two steps f is worked out at the peak itself. Where there would be too many
periods, f can only reach 0 once its envelope A e^(λ₁t) + C e^(λ₂t) + |B| e^(μt) has, and does so within a period from
there: the periods before are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root

from nvprotocol.master_equation.exponential import expm

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

_RUNG = 8
"""Steps of one length; the next are twice as long: between 1/8 and 1/16 of the time that has passed."""
_STEPS_A_PERIOD = 16
_GONE = 36.0
"""Exponent at which an oscillation is below a double's resolution."""
_FOLLOWED = 24
"""Periods of an oscillation that are all followed; where it lasts longer, its envelope says where to look."""
_WINDOW = 1.25
"""Periods that are followed once the envelope has reached the target: one, and something for rounding."""
_SLOWEST = 1e-8
"""Slowest approach to the end, in units of the fastest rate, that is waited for."""
_LATEST = 1e9
"""Latest time of a crossing, in units of 1 over the fastest rate; later ones hang on the last digit of the rates."""
_ENVELOPE = 1e-9
"""Relative accuracy of the envelope that is relied on."""
_MOST = 50
"""Periods that are followed at most while the envelope is 0 to that accuracy."""
_NOISE = 1e-13
"""Relative change of f within a step that may be rounding."""
_STEPS, _ZERO = 60, 1e-11
"""Steps of a search for a zero at most, and the value at which it ends."""
_NO_BRACKET = -1
"""The status that SciPy gives where the signs at the ends do not differ."""


@dataclass(frozen=True)
class Curve:
    """Curves f(t) = level · e^(generator t) state.

    Attributes:
        generator: Shape (B, 4, 4), in 1/µs; no eigenvalue has a real part above 0.
        level: Shape (B, 4).
        state: Shape (B, 4).
    """

    generator: Array
    level: Array
    state: Array

    def at(self, rows: Rows) -> "Curve":
        """Some of the curves."""
        return Curve(self.generator[rows], self.level[rows], self.state[rows])

    def later(self, times: Array) -> "Curve":
        """The curves from other times on, shape (B,)."""
        return replace(self, state=_applied(expm(self.generator * times[:, None, None]), self.state))

    @property
    def value(self) -> Array:
        """The value of f, shape (B,)."""
        return np.sum(self.level * self.state, axis=-1)

    @property
    def slope(self) -> Array:
        """The slope of f, shape (B,)."""
        return np.sum(self.level * _applied(self.generator, self.state), axis=-1)


@dataclass(frozen=True)
class _Rates:
    """What the curves are made of, each of shape (B,).

    Attributes:
        second: λ₁ − λ₂.
        pair: λ₁ − μ.
        frequency: The oscillation's ω, 0 where there is none.
        gap: The slowest of the rates at which the end is approached.
        fastest: The largest entry of the generator.
    """

    second: Array
    pair: Array
    frequency: Array
    gap: Array
    fastest: Array

    def at(self, rows: Rows) -> "_Rates":
        return _Rates(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})

    @property
    def period(self) -> Array:
        return 2 * np.pi / np.where(self.frequency > 0, self.frequency, np.finfo(float).tiny ** 0.5)

    @property
    def dead(self) -> Array:
        """Time at which the oscillation has died away."""
        return _GONE / np.maximum(self.pair, _SLOWEST * self.fastest)


def fidelity_curve(
    energy: NDArray[np.complex128], skew: Array, delta: Array, eta: Array, g: Array, target: float, other: Array
) -> Curve:
    """The curve whose sign is that of F − F_target, for a batch of shape (B,), from a mixture of |↑↓⟩ and |↓↑⟩ on.

    Args:
        energy: √(g₁₂g₂₁) in rad/µs, with an imaginary part of at least 0.
        skew: √|g₂₁/g₁₂|.
        delta: Detuning δ in rad/µs.
        eta: Half the difference of the decay rates of the amplitudes of |↑↓⟩ and |↓↑⟩ in rad/µs.
        g: Dephasing 4(d − D) in rad/µs; the coherence decays at 2g.
        target: The fidelity that is waited for.
        other: Probability of |↓↑⟩ at the start.
    """
    generator = np.zeros((*energy.shape, 4, 4))
    n, x, y, z = range(4)
    generator[:, n, x] = generator[:, x, n] = 2 * energy.imag
    generator[:, n, z] = generator[:, z, n] = -2 * eta
    generator[:, z, y], generator[:, y, z] = 2 * energy.real, -2 * energy.real
    generator[:, x, y], generator[:, y, x] = 2 * delta, -2 * delta
    generator[:, x, x] = generator[:, y, y] = -2 * g
    generator -= np.linalg.eigvals(generator).real.max(axis=-1)[:, None, None] * np.eye(4)
    level = np.zeros((*energy.shape, 4))
    level[:, x] = 1.0
    level[:, n], level[:, z] = -(target - 0.5) * (1 / skew + skew), -(target - 0.5) * (1 / skew - skew)
    first, second = 1 - other, other / skew**2
    state = np.stack([first + second, np.zeros_like(skew), np.zeros_like(skew), first - second], axis=-1)
    return Curve(generator, level, state / np.maximum(first, second)[:, None])


def bracket(curve: Curve) -> tuple[Array, Array]:
    """Times before and at or after the first at which f ≥ 0; NaN where there is none, shape (B,) each."""
    rates = _rates(curve)
    period, step = rates.period, 1 / (2 * _RUNG * rates.fastest)
    many = rates.dead > _FOLLOWED * period
    end = np.where(many, _WINDOW * period, _GONE / np.maximum(rates.gap, _SLOWEST * rates.fastest))
    start = np.zeros_like(step)
    low, high = _followed(curve, start, step, period / _STEPS_A_PERIOD, rates.dead, end)
    left = np.flatnonzero(many & np.isnan(high))
    if left.size:
        curve, rates = curve.at(left), rates.at(left)
        begin, close = _rise(curve, rates)
        rows = np.flatnonzero(begin * rates.fastest < _LATEST)  # NaN is not
        left = left[rows]
        cap = rates.period[rows] / _STEPS_A_PERIOD
        begin = np.maximum(begin[rows] - cap, 0.0)
        doubtful = np.nan_to_num(close[rows] - begin)  # while which rounding hides whether the envelope is above 0
        until = begin + np.clip(doubtful, 0.0, _MOST * rates.period[rows]) + _WINDOW * rates.period[rows]
        later = curve.at(rows).later(begin)
        low[left], high[left] = _followed(later, begin, cap / 2, cap, np.full_like(cap, np.inf), until)
    return low, high


def _followed(curve: Curve, time: Array, step: Array, cap: Array, dead: Array, end: Array) -> tuple[Array, Array]:
    """Follows the curves in steps that double, up to `cap` until `dead`; the curves begin at `time`."""
    low, high = np.full_like(time, np.nan), np.full_like(time, np.nan)
    begins = curve.value >= 0  # by rounding, where the envelope was only just above 0
    low[begins], high[begins] = time[begins], time[begins]
    rows = np.flatnonzero(~begins)
    curve, time, step = curve.at(rows), time[rows], np.minimum(step, cap)[rows]
    ahead = expm(curve.generator * step[:, None, None])
    while rows.size:
        for _ in range(_RUNG):
            after = replace(curve, state=_applied(ahead, curve.state))
            reach = np.where(after.value >= 0, step, np.nan)
            between = np.flatnonzero(_may_touch(curve, after, step))
            if between.size:
                reach[between] = _peak(curve.at(between), after.at(between), step[between])
            found = np.isfinite(reach) & np.isnan(high[rows])
            low[rows[found]], high[rows[found]] = time[found], (time + reach)[found]
            curve, time = after, time + step
        stay = np.flatnonzero(np.isnan(high[rows]) & (time < end[rows]))
        rows, curve, time, step, ahead = rows[stay], curve.at(stay), time[stay], step[stay], ahead[stay]
        grow = (2 * step <= cap[rows]) | (time > dead[rows])
        ahead[grow] = ahead[grow] @ ahead[grow]
        step = np.where(grow, 2 * step, step)
    return low, high


def _may_touch(before: Curve, after: Curve, step: Array) -> NDArray[np.bool_]:
    """Whether a peak between two times may reach 0: the tangents at both meet above, or not far below."""
    rises, falls, start, stop = before.slope, after.slope, before.value, after.value
    noise = _NOISE * np.sum(np.abs(before.level * before.state), axis=-1)
    peak = (rises * step > noise) & (-falls * step > noise) & (stop < 0)
    at = np.where(peak, (stop - start - falls * step) / np.where(peak, rises - falls, 1.0), 0.0)
    return peak & (start + rises * at > np.maximum(start, stop) / 2)


def _peak(before: Curve, after: Curve, step: Array) -> Array:
    """Time from `before` to the peak if f ≥ 0 there, NaN otherwise."""
    scale = np.maximum(before.slope, -after.slope)
    at = rising_zero(lambda time, rows: -before.at(rows).later(time).slope / scale[rows], np.zeros_like(step), step)
    return np.where(before.later(at).value >= 0, at, np.nan)


def _rates(curve: Curve) -> _Rates:
    values: NDArray[np.complex128] = np.linalg.eigvals(curve.generator).astype(complex)
    values = np.take_along_axis(values, np.argsort(np.abs(values.imag), axis=-1), axis=-1)
    rates = -np.sort(-values.real, axis=-1)
    two = -np.sort(-values[:, :2].real, axis=-1)
    pair = values[:, 2].real
    top = np.maximum(two[:, 0], pair)
    return _Rates(
        second=top - two[:, 1],
        pair=top - pair,
        frequency=np.abs(values[:, 3].imag),
        gap=rates[:, 0] - rates[:, 1],
        fastest=np.abs(curve.generator).max(axis=(-2, -1)),
    )


def _rise(curve: Curve, rates: _Rates) -> tuple[Array, Array]:
    """When the envelope rises through 0: the earliest and the latest time that rounding leaves; NaN if never.

    The envelope, a sum of three exponentials, has one extremum at most, and is monotonic before and after.
    """
    values, vectors = np.linalg.eig(curve.generator)
    order = np.argsort(np.abs(np.imag(values)), axis=-1)
    shares = np.sum(curve.level[..., None] * vectors, axis=-2) * _applied(np.linalg.pinv(vectors), curve.state)
    values, shares = (np.take_along_axis(one, order, axis=-1) for one in (values, shares))
    lead = np.argmax(np.real(values[:, :2]), axis=-1)[:, None]
    first, second = (np.real(np.take_along_axis(shares, one, axis=-1)[:, 0]) for one in (lead, 1 - lead))
    pair = np.abs(shares[:, 2]) + np.abs(shares[:, 3])
    size = np.abs(first) + np.abs(second) + pair
    slowest = np.maximum(np.minimum(rates.second, rates.pair), _SLOWEST**2 * rates.fastest)
    last = _GONE / slowest
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.log(-rates.second * second / (rates.pair * pair)) / (rates.second - rates.pair)
    turn = np.where(np.isfinite(turn), np.clip(turn, 0.0, last), 0.0)

    every = np.arange(turn.size)

    def rise(shift: Array) -> Array:
        def envelope(time: Array, rows: Rows) -> Array:
            fall, drop = np.exp(-rates.second[rows] * time), np.exp(-rates.pair[rows] * time)
            return first[rows] + second[rows] * fall + pair[rows] * drop + shift[rows]

        begin, middle, stop = (envelope(time, every) for time in (np.zeros_like(turn), turn, last))
        early, late = (begin < 0) & (middle >= 0), (middle < 0) & (stop >= 0)
        ends = np.where(early, 0.0, turn), np.where(early, turn, last)
        found = find_root(envelope, ends, args=(every,)).x
        return np.where(early | late, found, np.where(begin >= 0, 0.0, np.nan))

    return rise(_ENVELOPE * size), rise(-_ENVELOPE * size)


def rising_zero(function: Callable[[Array, Rows], Array], low: Array, high: Array) -> Array:
    """Where functions rise through 0 between ends, shape (B,); `high` where the signs at the ends do not differ.

    Args:
        function: From times and the rows that they belong to, to the values.
        low: Times at which the values are below 0.
        high: Times at which they are above.
    """
    tolerances = {"fatol": _ZERO}
    found = find_root(function, (low, high), args=(np.arange(low.size),), tolerances=tolerances, maxiter=_STEPS)
    return np.where(found.status == _NO_BRACKET, high, found.x)


def _applied(matrix: NDArray, vector: NDArray) -> NDArray:
    return (matrix @ vector[..., None])[..., 0]
