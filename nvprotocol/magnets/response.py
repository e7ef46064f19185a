"""What a magnet answers, its rates and couplings per displacement, and the blocks of a medium made from them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only

__all__ = ["Response", "hermitian_block", "one_magnon", "own_entries"]

Array = NDArray


@holds_read_only
class Response(NamedTuple):
    """Rates and couplings for each displacement of a `Setting`, in rad/µs; every array broadcasts to (…, L+P).

    L is 1 if all qubits are alike, else N: what is the qubit's own comes first, then that of the pairs.

    Attributes:
        relaxation: A₀(r), the relaxation block without thermal magnons: a₀ first, then its element R_ij for
            r = r_j − r_i, complex where the medium has a direction. An excitation that moves by r through magnons of
            wave vector k counts with e^(ik·r).
        flip_flop: G_ij = J⊥ + iD of the pairs (the first L entries are not used).
        dephasing: d first, then the D of the pairs.
        ising: J_z of the pairs (the first L entries are not used).
        shift: Static shift of the splitting by the magnet's average field, part of the splitting as measured.
        group_velocity: v_g at the splitting in nm/µs, infinite where nothing travels, shape (…, 1).
        edge: Distance |Δ − Ω| of the splitting from the band edge, shape (…, 1).
        dressing: Rate in terms of which the weight of magnons in the dressed qubit is dressing/|Δ − Ω|, shape (…, 1).
        quanta: Magnons that the relaxation of a qubit makes: 1, or −1 where the magnet's spin is antiparallel to it.
        leakage: Rates in 1/µs at which |↑⟩ and |↓⟩ of a spin 1 go over into its third level, shape (…, 2).

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

    def own_rate(self, n_qubits: int) -> Array:
        """The largest a₀ of the qubits, shape (…, 1).

        Args:
            n_qubits: Number of qubits N.
        """
        return np.max(np.real(self.relaxation[..., : own_entries(self.relaxation, n_qubits)]), axis=-1, keepdims=True)


def own_entries(values: Array, n_qubits: int) -> int:
    """How many entries on the last axis are the qubits' own: 1 if they are alike, else N.

    Args:
        values: Numbers for each displacement, shape (…, L+P).
        n_qubits: Number of qubits N.

    Examples:
        >>> from nvprotocol.magnets.response import own_entries
        >>> own_entries(np.zeros(2), 2), own_entries(np.zeros(3), 2)
        (1, 2)
    """
    pairs = n_qubits * (n_qubits - 1) // 2
    return max(values.shape[-1] - pairs, 1) if values.ndim else 1


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
    """The Hermitian (…, N, N) block with values (…, L+P): the qubits' own, one for all or N, then the pairs i < j.

    Args:
        values: Numbers for each displacement.
        n_qubits: Number of qubits N.
        diagonal: Whether the first numbers stand on the diagonal, else 0 does.

    Examples:
        >>> from nvprotocol.magnets.response import hermitian_block
        >>> hermitian_block(np.array([2.0, 1.0]), 2, diagonal=True).tolist()
        [[2.0, 1.0], [1.0, 2.0]]
        >>> hermitian_block(np.array([2.0, 3.0, 1.0]), 2, diagonal=True).tolist()
        [[2.0, 1.0], [1.0, 3.0]]
    """
    own = own_entries(values, n_qubits)
    pairs = n_qubits * (n_qubits - 1) // 2
    values = np.broadcast_to(values, (*values.shape[:-1], own + pairs)) if values.ndim else np.full(1 + pairs, values)
    block = np.zeros((*values.shape[:-1], n_qubits, n_qubits), dtype=values.dtype)
    first, second = np.triu_indices(n_qubits, 1)
    block[..., first, second] = values[..., own:]
    block[..., second, first] = np.conj(values[..., own:])
    if diagonal:
        site = np.arange(n_qubits)
        block[..., site, site] = np.real(values[..., :own])
    return block
