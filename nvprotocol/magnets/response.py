"""What a magnet answers, its rates and couplings per displacement, and the blocks of a medium made from them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only

__all__ = ["Response", "hermitian_block", "one_magnon"]

Array = NDArray


@holds_read_only
class Response(NamedTuple):
    """Rates and couplings for each displacement of a `Setting`, in rad/µs; every array broadcasts to (…, 1+P).

    Attributes:
        relaxation: A₀(r), the relaxation block without thermal magnons: a₀ first, then its element R_ij for
            r = r_j − r_i, complex where the medium has a direction. An excitation that moves by r through magnons of
            wave vector k counts with e^(ik·r).
        flip_flop: G_ij = J⊥ + iD of the pairs (the first entry is not used).
        dephasing: d first, then the D of the pairs.
        ising: J_z of the pairs (the first entry is not used).
        shift: Static shift of the splitting by the magnet's average field, part of the splitting as measured.
        group_velocity: v_g at the splitting in nm/µs, infinite where nothing travels, shape (…, 1).
        edge: Distance |Δ − Ω| of the splitting from the band edge, shape (…, 1).
        dressing: Rate in terms of which the weight of magnons in the dressed qubit is dressing/|Δ − Ω|, shape (…, 1).
        quanta: Magnons that the relaxation of a qubit makes: 1, or −1 where the magnet's spin is antiparallel to it.
        leakage: Rate 2ã at the other transition of a spin 1, by which |↑⟩ leaves the two levels, shape (…, 1).

    Examples:
        >>> from nvprotocol.magnets.setting import Setting
        >>> magnet = nv.magnets.Exchange(2, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=10)
        >>> response = magnet.response(Setting.read(2, separation_nm=50.0, frequency_ghz=2.87))
        >>> response.relaxation.shape
        (2,)
    """

    relaxation: Array
    flip_flop: Array
    dephasing: Array
    ising: Array
    shift: Array
    group_velocity: Array
    edge: Array
    dressing: Array
    quanta: int = 1
    leakage: Array | None = None


def one_magnon(forward: Array, backward: Array) -> tuple[Array, Array]:
    """Relaxation and flip-flop elements of the pairs from the two amplitudes of the no-jump evolution.

    An excitation goes from i to j by the element −is(r_j − r_i) of the no-jump Hamiltonian and back by −is(r_i − r_j);
    in the paper's words −is = λ²G^R. Its anti-Hermitian part is R_ij = (s(r) + s(−r)*)/2, the Hermitian one
    2G_ij = −i(s(r) − s(−r)*)/2.

    Args:
        forward: s(r) in rad/µs.
        backward: s(−r) in rad/µs; the same in a reciprocal medium, 0 in a one-way medium.

    Examples:
        >>> from nvprotocol.magnets.response import one_magnon
        >>> relaxation, flip_flop = one_magnon(np.array(1j), np.array(1j))  # k₀r = π/2 in 1D
        >>> complex(relaxation), complex(flip_flop).real
        (0j, 0.5)
    """
    relaxation = (forward + np.conj(backward)) / 2
    return relaxation, -0.25j * (forward - np.conj(backward))


def hermitian_block(values: Array, n_qubits: int, *, diagonal: bool) -> Array:
    """The Hermitian (…, N, N) block with values (…, 1+P): one number for the diagonal, then the pairs i < j.

    Args:
        values: Numbers for each displacement.
        n_qubits: Number of qubits N.
        diagonal: Whether the first number stands on the diagonal, else 0 does.

    Examples:
        >>> from nvprotocol.magnets.response import hermitian_block
        >>> hermitian_block(np.array([2.0, 1.0]), 2, diagonal=True).tolist()
        [[2.0, 1.0], [1.0, 2.0]]
    """
    pairs = n_qubits * (n_qubits - 1) // 2
    values = np.broadcast_to(values, (*values.shape[:-1], 1 + pairs)) if values.ndim else np.full(1 + pairs, values)
    block = np.zeros((*values.shape[:-1], n_qubits, n_qubits), dtype=values.dtype)
    first, second = np.triu_indices(n_qubits, 1)
    block[..., first, second] = values[..., 1:]
    block[..., second, first] = np.conj(values[..., 1:])
    if diagonal:
        site = np.arange(n_qubits)
        block[..., site, site] = np.real(values[..., :1])
    return block
