"""The two levels of the qubits put to the test: a pair of whole spins 1 over a film, all three levels of each.

Every transition of the spin has its own frequency, and with it its own rates and couplings of the pair; different ones
do not interfere (secular approximation). D = Σ_ij R_ij(2ℓ_i ρ ℓ_j† − {ℓ_j†ℓ_i, ρ}) with ℓ = |lower⟩⟨higher| of each,
the same with ℓ† for absorption, and H = Σ 2G_ij ℓ_j†ℓ_i.
"""

from dataclasses import dataclass

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol._read_only import holds_read_only
from nvprotocol.entanglement import concurrence
from nvprotocol.magnets.bose import occupation
from nvprotocol.magnets.constants import MICRO, NANO, RAD_PER_US_PER_GHZ
from nvprotocol.magnets.film.geometry import Geometry
from nvprotocol.magnets.response import one_magnon
from nvprotocol.magnets.setting import Setting

__all__ = ["ThreeLevelCheck"]

Array = NDArray[np.float64]

MOST_STEPS = 1e6
"""Largest product of a time and the largest rate: beyond it an exponential of the generator loses its digits."""


@dataclass(frozen=True, kw_only=True, eq=False)
@holds_read_only
class ThreeLevelCheck:
    """A pair from |↑↓⟩ with all levels of its two spins, and with two levels each; not monitored.

    Attributes:
        times: Times in µs, shape (T,).
        exact: Concurrence of what is in the four states of the qubits, normalised, with three levels each, shape (T,).
        two_levels: Concurrence with two levels each, shape (T,).
        leaked: Probability that a spin is in its third level, shape (T,).

    Examples:
        >>> field = (0.0, 20.0, 0.0)
        >>> film = nv.magnets.Film.in_field(nv.magnets.YIG_COLD, 20, field)
        >>> check = film.three_level_check(50.0, height_nm=10.0, nv=nv.magnets.NVCentre((1, 1, 1), field))
        >>> bool(check.leaked.max() < 1e-9)  # nothing lies below, and at T = 0 nothing is absorbed
        True
    """

    times: Array
    exact: Array
    two_levels: Array
    leaked: Array

    @property
    def deviation(self) -> float:
        """Largest difference of the two concurrences."""
        return float(np.max(np.abs(self.exact - self.two_levels)))

    def __str__(self) -> str:
        return (
            f"Third levels: {show(float(self.leaked[-1]))} of the pairs are in one after {show(float(self.times[-1]))} "
            f"µs; two levels each are off by up to {show(self.deviation)} in the concurrence of the others"
        )


def check_three_levels(geometry: Geometry, setting: Setting, times: Array | None) -> ThreeLevelCheck:
    """Works out the check; see `Film.three_level_check`.

    Args:
        geometry: The film.
        setting: A pair of equal NV centres.
        times: Times in µs; None for up to 2/a, or where nothing relaxes for a period of the exchange.

    Raises:
        ArgumentError: If the chemical potential reaches one of the frequencies of the spins, or the times are so long
            that nothing could be followed until then.
    """
    assert setting.height is not None
    centre, displacement, height = setting.centres[0], setting.displacement[1], float(setting.height[0])
    thermal = float(setting.temperature[0]), float(setting.chemical_potential[0])
    lowest = min(centre.frequency_ghz, *(leak.frequency_ghz for leak in centre.leaks))
    potential = thermal[1] / RAD_PER_US_PER_GHZ
    if potential >= lowest:
        must = f"lie below all frequencies of the spins, {show(lowest)} GHz"
        fail("chemical_potential_ghz", must, f"is {show(potential)}")
    ways = [(0, 1, centre.frequency_ghz, centre.coupling)]  # levels ↑, ↓ and the third: 0, 1, 2
    for start, leak in enumerate(centre.leaks):
        low, high = (2, start) if leak.emits else (start, 2)
        ways.append((low, high, leak.frequency_ghz, leak.coupling))
    rates = [_pair_rates(geometry, frequency, coupling, displacement, height) for _, _, frequency, coupling in ways]
    parts = [
        _generator(3, low, high, *rate, _occupation(frequency, thermal))
        for (low, high, frequency, _), rate in zip(ways, rates, strict=True)
    ]
    plain = _generator(2, 0, 1, *rates[0], _occupation(centre.frequency_ghz, thermal))
    whole = np.sum(parts, axis=0)
    if times is None:
        times = np.linspace(0.0, _default_duration(*rates[0]), 101)
    latest = MOST_STEPS / max(float(np.max(np.abs(whole))), 1e-300)
    if times[-1] > latest:
        fail(
            "times",
            f"be at most {show(latest)} µs, {show(MOST_STEPS)} over the largest rate",
            f"reach {show(times[-1])}",
        )
    exact, two = _followed(whole, 3, times), _followed(plain, 2, times)
    qubits = np.array([0, 1, 3, 4])
    block = exact[:, qubits[:, None], qubits]
    kept = np.einsum("tii->t", block).real
    return ThreeLevelCheck(
        times=times,
        exact=np.asarray(concurrence(block / kept[:, None, None])),
        two_levels=np.asarray(concurrence(two)),
        leaked=np.maximum(1 - kept, 0.0),
    )


def _default_duration(relaxation: NDArray, flip_flop: NDArray) -> float:
    """2/a, where nothing relaxes a period of the exchange, π/2|G|, and 1 µs where nothing is exchanged either."""
    local, exchange = float(relaxation[0, 0].real), float(np.abs(flip_flop[0, 1]))
    return 2 / local if local > 0 else np.pi / (2 * exchange) if exchange > 0 else 1.0


def _occupation(frequency_ghz: float, thermal: tuple[float, float]) -> float:
    temperature, potential = thermal
    return float(occupation(np.array(frequency_ghz * RAD_PER_US_PER_GHZ - potential), np.array(temperature)))


def _pair_rates(
    geometry: Geometry, frequency_ghz: float, coupling: NDArray, displacement: Array, height: float
) -> tuple[NDArray, NDArray]:
    """R and G of a pair at one transition, without thermal magnons, in rad/µs; 0 where nothing travels undamped."""
    delta = frequency_ghz * RAD_PER_US_PER_GHZ / MICRO
    x, y = (np.array([0.0, one * NANO]) for one in displacement)
    there, back, _ = geometry.transfer(delta, x, y, np.array([height * NANO]), [(coupling, coupling)])
    rate, exchange = one_magnon(1j * there * MICRO, 1j * back * MICRO)
    if geometry.silent(delta):
        rate = np.zeros_like(rate)
    own = rate[0].real
    relaxation = np.array([[own, rate[1]], [np.conj(rate[1]), own]])
    return relaxation, np.array([[0, exchange[1]], [np.conj(exchange[1]), 0]])


def _generator(levels: int, low: int, high: int, relaxation: NDArray, flip_flop: NDArray, thermal: float) -> NDArray:
    """The Liouvillian of one transition of both spins, on row-stacked density matrices."""
    single = np.zeros((levels, levels))
    single[low, high] = 1.0
    one = np.eye(levels)
    lower = [np.kron(single, one), np.kron(one, single)]
    whole = np.eye(levels**2)
    total = np.zeros((levels**4, levels**4), dtype=complex)
    for i in range(2):
        for j in range(2):
            exchange = 2 * flip_flop[i, j] * lower[j].T @ lower[i]
            total += -1j * (np.kron(exchange, whole) - np.kron(whole, exchange.T))
            for rate, a, b in (
                ((1 + thermal) * relaxation[i, j], lower[i], lower[j]),
                (thermal * np.conj(relaxation[i, j]), lower[i].T, lower[j].T),
            ):
                loss = b.T @ a
                total += rate * (2 * np.kron(a, b) - np.kron(loss, whole) - np.kron(whole, loss.T))
    return total


def _followed(generator: NDArray, levels: int, times: Array) -> NDArray:
    """The density matrices from |↑↓⟩."""
    start = np.zeros(levels**4, dtype=complex)
    start[np.ravel_multi_index((0, 1, 0, 1), (levels,) * 4)] = 1.0
    found = np.array([scipy.linalg.expm(generator * time) @ start for time in times])
    matrices = found.reshape(-1, levels**2, levels**2)
    return (matrices + matrices.conj().swapaxes(-1, -2)) / 2
