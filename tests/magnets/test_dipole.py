"""The direct dipole coupling of the qubits."""

import numpy as np
from lattice import exchange

from nvprotocol.magnets.constants import DIPOLE, GAMMA
from nvprotocol.magnets.dipole import dipole_coupling
from nvprotocol.magnets.spins import Spins


def test_direct_coupling_is_the_projected_dipole_operator(rng: np.random.Generator) -> None:
    # The whole 9 × 9 operator of two spins 1; between |0,−1⟩ and |−1,0⟩, and on the diagonal, for any direction.
    ladder = np.diag([np.sqrt(2), np.sqrt(2)], 1)
    x, y, z = (ladder + ladder.T) / 2, (ladder - ladder.T) / 2j, np.diag([1.0, 0.0, -1.0])
    axis = rng.normal(size=3)
    axis /= np.linalg.norm(axis)
    side = np.cross(axis, [1.0, 0.3, -0.2])
    side /= np.linalg.norm(side)
    frame = np.stack([side, np.cross(axis, side), axis])
    spins = np.einsum("ij,iab->jab", frame, np.stack([x, y, z]))  # quantised along the axis
    for displacement in rng.normal(scale=20, size=(5, 3)):
        r = np.linalg.norm(displacement)
        unit = displacement / r
        nu = 1e-7 * GAMMA**2 * 1.054571817e-34 / (r * 1e-9) ** 3 * 1e-6
        along = np.einsum("j,jab->ab", unit, spins)
        full = nu * (sum(np.kron(s, s) for s in spins) - 3 * np.kron(along, along))
        zero, minus = 1, 2
        up_down, down_up = 3 * zero + minus, 3 * minus + zero
        coupling = dipole_coupling(displacement[None], Spins.along(tuple(axis), 1, 2))
        assert np.isclose(full[up_down, down_up], 2 * coupling.flip_flop, rtol=1e-6)
        uu, dd = 4 * zero, 4 * minus
        diagonal = [full[k, k].real for k in (uu, up_down, down_up, dd)]
        assert np.isclose((diagonal[0] - diagonal[1] - diagonal[2] + diagonal[3]) / 4, coupling.ising, rtol=1e-6)


def test_direct_coupling_is_added_and_its_size_reported() -> None:
    magnet = exchange(axis=(1.0, 0.0, 0.0))
    with_it, without = (magnet.medium(25.0, frequency_ghz=2.87, dipole=dipole) for dipole in (True, False))
    nu = DIPOLE / 25.0**3
    assert np.isclose(nu / (2 * np.pi), 3.33e-3, rtol=2e-3)  # 3.3 kHz at 25 nm
    assert np.isclose((with_it.flip_flop - without.flip_flop)[0, 1], nu / 2)  # along the axis: 1 − 3cos²θ = −2
    assert np.isclose((with_it.ising - without.ising)[0, 1], -nu / 2)
    assert with_it.provenance is not None
    assert np.isclose(with_it.provenance.numbers["direct J⊥"].value, nu / 2)
    assert "direct" not in str(without)
    assert with_it.dark_state.ket is not None
