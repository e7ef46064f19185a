"""The dark state of a pair, or nearly dark state."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol._read_only import holds_read_only
from nvprotocol.operators import sigma_minus, sigma_plus, sigma_z

__all__ = ["DarkState", "darkest"]

EXACT = 1e-9
"""Largest element of 𝓛[|Ψ⟩⟨Ψ|], in units of the largest rate, of a state that is called dark."""


@holds_read_only
class DarkState(NamedTuple):
    """The state |Ψ⟩ = (|↑↓⟩ − e^(iφ)|↓↑⟩)/√2, or one of unequal weights, that the medium of a pair damps least.

    Attributes:
        ket: The state in Qiskit's order, shape (…, 4).
        phase: φ in rad, shape (…): 0 for the singlet, ±π for the triplet T₀.
        decay_rate: Rate at which the population of |Ψ⟩ begins to decay, in rad/µs, shape (…); NaN where the medium
            damps all states with σᶻ = 0 alike, and none is preferred.
        exact: Whether 𝓛[|Ψ⟩⟨Ψ|] = 0, the couplings H_eff included, for equal splittings, shape (…).

    Examples:
        >>> print(nv.Medium.pair(a=1.0, A=-1.0).dark_state)
        the triplet (|ud⟩ + |du⟩)/√2
        >>> print(nv.Medium.pair(a=1.0, A=0.75).dark_state)
        none; the singlet (|ud⟩ − |du⟩)/√2 decays least, at 0.5 rad/µs
    """

    ket: NDArray[np.complex128]
    phase: NDArray[np.float64]
    decay_rate: NDArray[np.float64]
    exact: NDArray[np.bool_]

    def __str__(self) -> str:
        if np.ndim(self.phase):
            return f"batch {np.shape(self.phase)}"
        name = _name(self.ket, float(self.phase))
        if self.exact:
            return name
        if not np.isfinite(self.decay_rate):
            return "none; no state is preferred"
        if self.decay_rate == 0:
            return f"none; {name} does not decay, but the couplings turn it"
        return f"none; {name} decays least, at {show(float(self.decay_rate))} rad/µs"


def darkest(blocks: dict[str, NDArray]) -> DarkState:
    """The least damped state of a pair, and whether it is dark.

    Of the states with σᶻ = 0 the one with the smallest loss Σ h_ij ⟨O_j†O_i⟩; then 𝓛[|Ψ⟩⟨Ψ|] itself is worked out
    (Eqs. 2, S28, S38). Where nothing sets one state apart, the decay rate is NaN.

    Args:
        blocks: The blocks of a `Medium` of two qubits by their names, each of shape (…, 2, 2).

    Examples:
        >>> bool(nv.Medium.pair(a=1.0, A=1j, q=0.2).dark_state.exact)
        True
    """
    relaxation, excitation = np.broadcast_arrays(blocks["relaxation"], blocks["excitation"])
    # Amplitudes of an excitation on site 0, 1: relaxation moves it from i to j by R_ij; excitation of i, then decay of
    # j, moves it from j to i by X_ij.
    loss = np.swapaxes(relaxation, -1, -2) + excitation
    loss[..., [0, 1], [0, 1]] = np.einsum("...ii->...i", relaxation) + np.einsum("...ii->...i", excitation)[..., ::-1]
    rates, vectors = np.linalg.eigh(loss)
    chosen = vectors[..., 0]
    ket = np.zeros((*chosen.shape[:-1], 4), dtype=complex)
    ket[..., 1], ket[..., 2] = chosen[..., 0], chosen[..., 1]
    projector = ket[..., :, None] * ket.conj()[..., None, :]
    change = _generator(projector, blocks)
    size = np.max(
        [np.abs(block).max(axis=(-2, -1)) + 0 * rates[..., 0] for name, block in blocks.items() if name != "cross"],
        axis=0,
    )
    decay = -np.einsum("...ij,...ji->...", change, projector).real
    preferred = rates[..., 1] - rates[..., 0] > EXACT * size
    exact = preferred & (np.abs(change).max(axis=(-2, -1)) <= EXACT * size)
    phase = np.angle(-chosen[..., 0] * chosen[..., 1].conj())
    return DarkState(ket, phase, np.where(preferred, np.where(decay > EXACT * size, decay, 0.0), np.nan), exact)


def _generator(rho: NDArray, blocks: dict[str, NDArray]) -> NDArray[np.complex128]:
    """𝓛[ρ] of a pair at equal splittings, straight from its blocks."""
    hamiltonian = _sum(blocks["flip_flop"], _ladder("relaxation"), _ladder("excitation"), 2)
    hamiltonian = hamiltonian + _sum(blocks["ising"], _ladder("dephasing"), _ladder("dephasing"), 0.5)
    change = -1j * (hamiltonian @ rho - rho @ hamiltonian)
    for name in ("relaxation", "excitation", "dephasing"):
        operators = _ladder(name)
        loss = _sum(np.swapaxes(blocks[name], -1, -2), np.swapaxes(operators.conj(), -1, -2), operators, 1)
        gain = np.einsum("...ij,iab,...bc,jdc->...ad", blocks[name], operators, rho, operators.conj(), optimize=True)
        change = change + 2 * gain - loss @ rho - rho @ loss
    return change


def _sum(block: NDArray, left: NDArray, right: NDArray, scale: float) -> NDArray:
    """Scale · Σ_ij block_ij left_i right_j."""
    return scale * np.einsum("...ij,iab,jbc->...ac", block, left, right, optimize=True)


@lru_cache
def _ladder(name: str) -> NDArray[np.complex128]:
    make = {"relaxation": sigma_plus, "excitation": sigma_minus, "dephasing": sigma_z}[name]
    return np.stack([make(site, 2) for site in range(2)])


def _name(ket: NDArray, phase: float) -> str:
    weights = np.abs(ket[1:3])
    if abs(weights[0] - weights[1]) > 1e-6:
        return f"{show(weights[1])}|ud⟩ − {show(weights[0])}e^({phase:.4g}i)|du⟩"
    if abs(phase) < 1e-6:
        return "the singlet (|ud⟩ − |du⟩)/√2"
    if np.pi - abs(phase) < 1e-6:
        return "the triplet (|ud⟩ + |du⟩)/√2"
    return f"(|ud⟩ − e^({phase:.4g}i)|du⟩)/√2"
