"""The Markov approximation put to the test: two qubits and the magnons themselves, exactly, at T = 0.

The exchange coupling conserves the number of excitations, so from |↑↓⟩ the qubits and one magnon is all there is. Even
and odd states of the pair see magnons of their own, with the spectral densities (a₀ ± A₀(r))/π. Damped ones decay at
αΔ.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol._read_only import holds_read_only
from nvprotocol.magnets.exchange.spin_waves import SpinWaves, local_size, propagator

__all__ = ["MarkovCheck"]

Array = NDArray[np.float64]


@holds_read_only
@dataclass(frozen=True, kw_only=True, eq=False)
class MarkovCheck:
    """A pair from |↑↓⟩ at δ = 0 and T = 0, exactly and by the master equation.

    800 modes, the default, give the exact concurrence to about 5e-4 until t = 8/a, a number that falls as their square.

    Attributes:
        times: Times in µs, shape (T,).
        exact: Concurrence with the magnons themselves, shape (T,).
        master: Concurrence of the master equation, e^(−2at)√(sinh² 2At + sin² 4Jt), shape (T,).
        retardation: a·r/v_g, 0 where nothing travels.
        edge: a/|Δ − Ω|.
        level_splitting: Difference of the two energies of the exact model that are most of a qubit, in rad/µs: 4J⊥ in
            second order.

    Examples:
        >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 100.0)
        >>> check = magnet.markov_check(magnet.wavelength_nm(2.87) / 2, frequency_ghz=2.87)
        >>> bool(abs(check.exact[-1] - check.retarded_limit) < 0.002)
        True
    """

    times: Array
    exact: Array
    master: Array
    retardation: float
    edge: float
    level_splitting: float

    @property
    def deviation(self) -> float:
        """Largest difference of the two concurrences."""
        return float(np.max(np.abs(self.exact - self.master)))

    @property
    def retarded_limit(self) -> float:
        """Concurrence ½(1 + a·r/v_g)⁻² in the end where |A| = a: a part of the dark state is a magnon on its way."""
        return 0.5 / (1 + self.retardation) ** 2

    def __str__(self) -> str:
        return (
            f"Markov approximation: off by up to {show(self.deviation)} in the concurrence "
            f"until {show(self.times[-1])} µs (a·r/v_g = {show(self.retardation)}, a/|Δ−Ω| = {show(self.edge)})"
        )


def check_markov(magnet: SpinWaves, distance: float, frequency: float, times: Array | None, modes: int) -> MarkovCheck:
    """Works out the check; see `Exchange.markov_check`."""
    k = complex(magnet.wave_number(frequency))
    s = magnet.strength * propagator(magnet.dimension, np.array([0.0, distance]), k)
    local, shared, J = float(s[0].real), float(s[1].real), float(s[1].imag) / 2
    size = magnet.strength * float(local_size(magnet.dimension, np.asarray(k)))
    if times is None:
        times = np.linspace(0.0, 8 / local if local > 0 else np.pi / abs(2 * J), 201)
    square = ((frequency if magnet.aligned else -frequency) - magnet.gap) / magnet.stiffness
    grid, width = _grid(square, distance, size / (magnet.stiffness * abs(k)), modes)
    densities = magnet.strength * propagator(magnet.dimension, np.array([[0.0], [distance]]), grid).real / np.pi
    cut = np.exp(-(grid**2 - square) / _cutoff(square, distance) ** 2)
    weights = densities * 2 * magnet.stiffness * grid * width * cut  # g² of the modes: alone, and between the qubits
    offsets = magnet.stiffness * (grid**2 - square)
    levels = offsets - 1j * magnet.damping * frequency if magnet.damping else offsets
    energy = float(np.sum(weights[0] / levels).real)  # Δ is the splitting as measured: the Lamb shift is in it
    even, odd = (_amplitude(energy, levels, weights[0] + sign * weights[1], times) for sign in (1, -1))
    plain = [np.exp(-(local + sign * shared + 2j * sign * J) * times) for sign in (1, -1)]
    travelling = square > 0
    return MarkovCheck(
        times=times,
        exact=_concurrence(even[0], odd[0]),
        master=_concurrence(*plain),
        retardation=local * distance / (2 * magnet.stiffness * k.real) if travelling else 0.0,
        edge=size / (magnet.stiffness * abs(k) ** 2),
        level_splitting=float(even[1] - odd[1]),
    )


def _cutoff(square: float, distance: float) -> float:
    """Wave number beyond which magnons only shift the splitting; they are left out smoothly."""
    return 12 * max(np.sqrt(abs(square)), 1 / distance)


def _grid(square: float, distance: float, width: float, modes: int) -> tuple[Array, Array]:
    """Wave numbers and their spacings: dense about k₀ within the line width, ever wider apart beyond, up to the cutoff.

    k = k₀ + κ sinh u with equidistant u, k₀ midway between two of them, so that principal values come out right.
    """
    top = 6 * _cutoff(square, distance)
    centre = np.sqrt(max(square, 0.0))
    scale = min(4 * width, centre / 4) if square > 0 else np.sqrt(-square) / 2
    below, above = np.arcsinh(centre / scale), np.arcsinh((top - centre) / scale)
    low = max(round(modes * below / (below + above)), 1) if square > 0 else 0
    step = below / low if low else above / modes
    u = step * (np.arange(-low, modes - low) + 0.5)
    return centre + scale * np.sinh(u), step * scale * np.cosh(u)


def _amplitude(energy: float, modes: NDArray, weights: Array, times: Array) -> tuple[NDArray, float]:
    """⟨qubit|e^(−iHt)|qubit⟩ of a level coupled to modes, and the energy of the state that is most of a qubit."""
    arrow = np.diag(np.concatenate([[energy], modes]))
    arrow[0, 1:] = arrow[1:, 0] = np.sqrt(np.maximum(weights, 0.0))
    if np.iscomplexobj(arrow):
        energies, vectors = np.linalg.eig(arrow)
        share = vectors[0] ** 2 / np.sum(vectors**2, axis=0)  # complex symmetric: normalised without a conjugate
    else:
        energies, vectors = np.linalg.eigh(arrow)
        share = vectors[0] ** 2
    return np.exp(-1j * np.outer(times, energies)) @ share, float(energies[np.argmax(np.abs(share))].real)


def _concurrence(even: NDArray, odd: NDArray) -> Array:
    """C = 2|c₁c₂| of the pair whose even and odd amplitudes are (c₁ ± c₂)."""
    return np.abs((even + odd) * (even - odd)) / 2
