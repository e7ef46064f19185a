"""The distribution of quasi-static detunings, and what becomes of the theory under it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol._checks import (
    Seed,
    bounded_array,
    fail,
    generator,
    instance,
    number_of_qubits,
    numeric_array,
    plain_array,
    show,
    times_array,
    whole_number,
)
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.quasi_static.exposure import Exposure
from nvprotocol.quasi_static.quadrature import Nodes, chunks, factors, grid, number_of_nodes
from nvprotocol.resources import require_memory

MOST_NODES = 20_000
"""More runs than anybody waits for where each is more than a matrix exponential."""
_NUMBERS = 2**22
"""Complex numbers of the states that are worked out together."""
_SHORTEST = 1e-100
_MOST_DRAWS = 10**9


@dataclass(frozen=True, eq=False)
@holds_read_only
class QuasiStaticNoise:
    """A field that stays as it is during one run and is another in the next: a static detuning of each qubit.

    The splittings Δᵢ of a run are off by ξᵢ, normally distributed about 0 with standard deviation σᵢ = √2/T2*, so that
    a Ramsey signal decays as exp(−(t/T2*)²), and with the correlation coefficient c between any two qubits: a common
    field is c = 1, a field of its own at each qubit c = 0, and a field difference alone, of a pair, c = −1. A common
    field leaves every state within one |σᶻ| of an axial medium alone.

    Averages are over unnormalised kept states, each weighted by its probability: a run is kept or not after its
    detunings were drawn. They are sums over nodes (`nvprotocol.quasi_static.quadrature`) that err by at most 1e-12 of a
    run in each direction of the noise.

    Leading batch axes of T2*, correlation, equation and initial state broadcast against each other.

    Attributes:
        t2_star_us: T2* in µs by these detunings alone, what decays besides not counted: one number for all qubits, or
            shape (…, N); np.inf for none.
        correlation: Correlation coefficient c, from −1/(N − 1) to 1, shape (…).

    Raises:
        ArgumentError: If a time is not positive, or there is no such correlation of N qubits.

    Examples:
        >>> noise = nv.quasi_static.QuasiStaticNoise(t2_star_us=2.0)
        >>> free = nv.MasterEquation(nv.Medium.pair(a=0.0))
        >>> states = noise.evolve(free, "+u", [0.0, 2.0])  # qubit 1 in (|↑⟩ + |↓⟩)/√2
        >>> float((2 * states[1, 0, 1].real).round(6)), float(np.exp(-1).round(6))
        (0.367879, 0.367879)
    """

    t2_star_us: ArrayLike
    correlation: ArrayLike = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "t2_star_us", _times(self.t2_star_us))
        correlation = bounded_array(self.correlation, "correlation", real=True)
        if np.any(np.abs(correlation) > 1):
            fail("correlation", "be between -1 and 1", f"is {show(correlation[np.abs(correlation) > 1].flat[0])}")
        object.__setattr__(self, "correlation", correlation)
        protect(self)

    @property
    def standard_deviation(self) -> NDArray[np.float64]:
        """σ = √2/T2* in rad/µs, of the shape of `t2_star_us`.

        Examples:
            >>> float(nv.quasi_static.QuasiStaticNoise(2.0).standard_deviation.round(6))
            0.707107
        """
        return np.sqrt(2) / np.asarray(self.t2_star_us)

    def covariance(self, n_qubits: int) -> NDArray[np.float64]:
        """The covariance of the detunings ξ of N qubits in (rad/µs)², shape (…, N, N).

        Args:
            n_qubits: Number of qubits N.

        Raises:
            ArgumentError: If T2* is given for another number of qubits, or they cannot have the correlation.

        Examples:
            >>> nv.quasi_static.QuasiStaticNoise([1.0, 2.0], correlation=0.5).covariance(2).round(6).tolist()
            [[2.0, 0.5], [0.5, 0.5]]
        """
        n = number_of_qubits(n_qubits, matrices=0)
        sigma, c = self.standard_deviation, np.asarray(self.correlation)
        if sigma.ndim and sigma.shape[-1] not in (1, n):
            fail("t2_star_us", f"be a number or have shape (…, {n}), one for each qubit", f"has shape {sigma.shape}")
        least = -1 / (n - 1) if n > 2 else -1.0
        if np.any(c < least * (1 + 1e-12)):
            must = f"be at least -1/(N − 1) = {show(least)} for N = {n} qubits"
            fail("correlation", must, f"is {show(c[c < least * (1 + 1e-12)].flat[0])}")
        each = np.broadcast_to(sigma, (*sigma.shape[:-1], n)) if sigma.ndim else np.full(n, sigma)
        correlated = c[..., None, None] + (1 - c)[..., None, None] * np.eye(n)
        return correlated * each[..., :, None] * each[..., None, :]

    def draw(self, n_qubits: int, number: int, seed: Seed = None) -> NDArray[np.float64]:
        """Detunings ξ of some runs in rad/µs, at random, shape (number, …, N); for `MasterEquation.shifted`.

        Args:
            n_qubits: Number of qubits N.
            number: How many runs.
            seed: A whole number, a generator, or None.

        Raises:
            ArgumentError: As for `covariance`.

        Examples:
            >>> noise = nv.quasi_static.QuasiStaticNoise(2.0, correlation=1.0)
            >>> drawn = noise.draw(2, 1000, seed=1)
            >>> bool(np.allclose(drawn[:, 0], drawn[:, 1])), bool(abs(drawn[:, 0].std() - 0.707) < 0.08)
            (True, True)
        """
        covariance = self.covariance(n_qubits)
        runs = whole_number(number, "number", minimum=1, maximum=_MOST_DRAWS)
        require_memory(16.0 * runs * covariance.size, "number", f"{runs} draws")
        normal = generator(seed).standard_normal((runs, *covariance.shape[:-1]))
        return (factors(covariance)[0] @ normal[..., None])[..., 0]

    def evolve(self, equation: MasterEquation, initial: operators.State, times: ArrayLike) -> NDArray[np.complex128]:
        """The states of `MasterEquation.evolve`, averaged over the detunings, shape (…, T, d, d).

        Args:
            equation: The master equation.
            initial: As for `MasterEquation.evolve`.
            times: Non-decreasing times in µs, shape (T,) or a number.

        Raises:
            ArgumentError: As for `MasterEquation.evolve`; if the times are so much longer than T2* that the average
                would take more than 20 000 nodes.

        Examples:
            >>> noise = nv.quasi_static.QuasiStaticNoise(0.5, correlation=1.0)  # a common field
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
            >>> average = noise.evolve(equation, "ud", [0.5, 3.0])
            >>> bool(np.allclose(average, equation.evolve("ud", [0.5, 3.0])))
            True
        """
        return self._over(equation, initial, times, lambda one, stops: one.evolve(initial, stops))

    def no_jump(self, equation: MasterEquation, initial: operators.State, times: ArrayLike) -> Conditional:
        """The states of `MasterEquation.no_jump` and their probability, averaged over the detunings.

        Args:
            equation: The master equation.
            initial: As for `MasterEquation.evolve`.
            times: Non-decreasing times in µs, shape (T,) or a number.

        Raises:
            ArgumentError: As for `MasterEquation.no_jump` and `evolve`.
            NoKeptShotsError: Where rounding decides what is kept at one of the nodes.

        Examples:
            >>> noise = nv.quasi_static.QuasiStaticNoise(t2_star_us=5.0)
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
            >>> kept = noise.no_jump(equation, "ud", 3.0)
            >>> nv.concurrence(kept.states).round(4).tolist(), kept.probability.round(4).tolist()
            ([0.9826], [0.4637])
        """
        return self._kept(equation, initial, times, lambda one, stops: one.no_jump(initial, stops))

    def monitored(
        self,
        equation: MasterEquation,
        initial: operators.State,
        times: ArrayLike,
        period: ArrayLike,
        *,
        keep: int | None = None,
    ) -> Conditional:
        """The states of `MasterEquation.monitored` and their probability, averaged over the detunings.

        Args:
            equation: The master equation.
            initial: As for `MasterEquation.evolve`.
            times: Non-decreasing times in µs, shape (T,) or a number.
            period: Time between checks in µs; or one for each time, shape (T,).
            keep: The value of |Σσᶻ| that a check accepts, as for `MasterEquation.monitored`.

        Raises:
            ArgumentError: As for `MasterEquation.monitored` and `evolve`.
            NoKeptShotsError: If a check keeps nothing at one of the nodes.

        Examples:
            >>> noise = nv.quasi_static.QuasiStaticNoise(t2_star_us=[5.0, 10.0])
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1))
            >>> kept = noise.monitored(equation, "ud", [3.0], period=0.1)
            >>> nv.concurrence(kept.states).round(4).tolist()
            [0.984]
        """
        return self._kept(equation, initial, times, lambda one, stops: one.monitored(initial, stops, period, keep=keep))

    def _kept(
        self,
        equation: MasterEquation,
        initial: operators.State,
        times: ArrayLike,
        ask: Callable[[MasterEquation, NDArray[np.float64]], Conditional],
    ) -> Conditional:
        return normalised(self._over(equation, initial, times, lambda one, stops: unnormalised(ask(one, stops))))

    def _over(
        self,
        equation: MasterEquation,
        initial: operators.State,
        times: ArrayLike,
        ask: Callable[[MasterEquation, NDArray[np.float64]], NDArray[np.complex128]],
    ) -> NDArray[np.complex128]:
        n = instance(equation, "equation", MasterEquation).n_qubits
        stops, rho = times_array(times), operators.density_matrix(initial, n)
        longest = float(stops[-1])
        exposure = Exposure.to_all(n, longest)
        if equation.symmetry == "U(1)":
            exposure = Exposure.of_orders(n, longest, _orders(rho))
        nodes = nodes_of(self, n, [exposure])
        size = stops.size * prod(np.broadcast_shapes(equation.batch_shape, rho.shape[:-2])) * 4**n
        return averaged(nodes, equation, lambda one: ask(one, stops), axes=rho.ndim - 2, size=size)


def nodes_of(noise: QuasiStaticNoise, n_qubits: int, exposures: Sequence[Exposure]) -> Nodes:
    """The nodes of an average over the detunings, enough for every one of some runs.

    Raises:
        ArgumentError: If they are too many; the message says how many.
    """
    covariance = noise.covariance(n_qubits)
    seen = np.concatenate([one.directions for one in exposures], axis=1)
    vectors, sizes, _ = np.linalg.svd(seen, full_matrices=False)
    rank = int(np.sum(sizes > 1e-9))
    basis = np.eye(n_qubits) if rank == n_qubits else vectors[:, :rank]
    best: tuple[float, NDArray, NDArray] | None = None
    for factor in factors(basis.T @ covariance @ basis):
        columns = basis @ factor
        reaches = np.zeros(columns.shape[-1])
        for one in exposures:
            of_batch = one.reach(columns)
            reaches = np.maximum(reaches, of_batch.max(axis=tuple(range(of_batch.ndim - 1)), initial=0.0))
        needed = prod(float(number_of_nodes(float(reach))) for reach in reaches)
        if best is None or needed < best[0]:
            best = (needed, columns, reaches)
    assert best is not None
    needed, columns, reaches = best
    if needed > MOST_NODES:
        _refuse(noise, reaches, max(sum(time for time, _ in one.pieces) for one in exposures))
    values, weights = grid(reaches)
    return Nodes(np.moveaxis(columns @ values.T, -1, 0), weights)


def _refuse(noise: QuasiStaticNoise, reaches: NDArray[np.float64], duration: float) -> NoReturn:
    """Refuses an average over too many detunings, and says how long T2* must be."""

    def needed(longer: float) -> float:
        return prod(float(number_of_nodes(float(reach / longer))) for reach in reaches)

    low, high = 1.0, float(reaches.max())
    while high - low > 1e-3 * low:
        middle = (low + high) / 2
        low, high = (middle, high) if needed(middle) > MOST_NODES else (low, middle)
    shortest = float(np.min(noise.t2_star_us))
    unit = 10.0 ** (np.floor(np.log10(high * shortest)) - 2)
    enough = float(f"{unit * np.ceil(high * shortest / unit):.3g}")
    must = f"be at least {show(enough)} us for {show(duration)} us of evolution"
    takes = f"which takes an average over {needed(1.0):.3g} detunings, and {MOST_NODES} are as many as may be"
    fail("t2_star_us", must, f"is {show(shortest)} us, {takes}")


def averaged(
    nodes: Nodes,
    equation: MasterEquation,
    ask: Callable[[MasterEquation], NDArray[np.complex128]],
    *,
    axes: int = 0,
    size: int = 1,
) -> NDArray[np.complex128]:
    """The average of what a function gives of equations with a leading axis of detunings.

    Args:
        nodes: The nodes.
        equation: The equation without the detunings.
        ask: The function; the first axis of what it returns is that of the detunings.
        axes: Batch axes that the function adds to those of the equation.
        size: Numbers that it returns for each node.
    """
    shifts = nodes.shifts
    lacking = max(len(equation.batch_shape), axes, shifts.ndim - 2) - (shifts.ndim - 2)
    shifts = shifts.reshape(len(shifts), *(1,) * lacking, *shifts.shape[1:])
    total: NDArray = np.zeros(())
    for part in chunks(len(nodes), _NUMBERS // max(size, 1)):
        total = total + np.tensordot(nodes.weights[part], ask(equation.shifted(shifts[part])), axes=1)
    return total


def unnormalised(kept: Conditional) -> NDArray[np.complex128]:
    """States with their probability as the trace; 0 where nothing is kept."""
    weight = kept.probability[..., None, None]
    return np.where(weight > 0, weight * kept.states, 0.0)


def normalised(weighted: NDArray[np.complex128]) -> Conditional:
    """States and probabilities of unnormalised states of shape (…, d, d); NaN states where nothing is kept."""
    probability = np.einsum("...ii->...", weighted).real
    possible = probability > 0
    scale = np.where(possible, probability, 1.0)[..., None, None]
    return Conditional(np.where(possible[..., None, None], weighted / scale, np.nan), np.clip(probability, 0.0, 1.0))


def _orders(rho: NDArray[np.complex128]) -> set[int]:
    """The orders of the coherences of states (…, d, d), without sign."""
    d = rho.shape[-1]
    down = np.array([index.bit_count() for index in range(d)])
    rows, columns = np.nonzero(np.any(rho.reshape(-1, d, d), axis=0))
    return set(np.abs(down[rows] - down[columns]).tolist()) | {0}


def _times(value: ArrayLike) -> NDArray[np.float64]:
    """Positive times in µs, which may be infinite."""
    array = plain_array(value, "t2_star_us")
    if array.dtype.kind == "c":
        array = numeric_array(value, "t2_star_us", real=True)
    with np.errstate(over="ignore"):  # long doubles beyond double precision, which are infinite then
        given = array.astype(float)
    endless = np.isposinf(given)
    times = np.where(endless, np.inf, numeric_array(np.where(endless, 1.0, given), "t2_star_us"))
    if np.any(times < _SHORTEST):
        fail("t2_star_us", f"be at least {_SHORTEST:g} us", f"contains {show(times[times < _SHORTEST].flat[0])}")
    return times
