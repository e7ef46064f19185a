"""The small magnet that the claims about any medium are tried on: symmetries, sum rules, independent routes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from nvprotocol.paper.environment import SmallMagnet

MAGNETS = st.builds(SmallMagnet, seed=st.integers(0, 10**6), beta=st.floats(0.1, 2.0), chiral=st.booleans())


@settings(max_examples=20, deadline=None)
@given(MAGNETS)
def test_it_is_axially_symmetric_and_in_equilibrium(magnet: SmallMagnet) -> None:
    total = sum(magnet.spin("z", site) for site in range(magnet.n_spins))
    for operator in (magnet.hamiltonian, magnet.state):
        np.testing.assert_allclose(operator @ total, total @ operator, atol=1e-12)
        np.testing.assert_allclose(operator, operator.conj().T, atol=1e-12)
    assert np.trace(magnet.state) == pytest.approx(1)
    assert np.allclose(magnet.hamiltonian.imag, 0) != magnet.chiral


@settings(max_examples=20, deadline=None)
@given(MAGNETS)
def test_spectra_obey_their_sum_rules(magnet: SmallMagnet) -> None:
    """∫iG^>(ω)dω/2π = ⟨S_α⁺S_β⁻⟩ and ∫iG^<(ω)dω/2π = ⟨S_β⁻S_α⁺⟩."""
    lines = np.linspace(-25, 25, 5001)
    pairs = [(magnet.spin("+", a), magnet.spin("-", b)) for a in magnet.ends for b in magnet.ends]
    for greater in (True, False):
        found = magnet.spectral_matrix(greater, lines, width=0.3).sum(axis=0) * 0.01 / (2 * np.pi)
        expected = [magnet.average(x, y) if greater else magnet.average(y, x) for x, y in pairs]
        np.testing.assert_allclose(found.ravel(), expected, atol=1e-9)


@pytest.mark.parametrize("chiral", [True, False])
def test_coherent_coupling_is_the_retarded_function_in_time(chiral: bool) -> None:
    """G^R(ω) = −i∫⟨[S₂⁺(t), S₁⁻]⟩e^(iωt)dt at a complex frequency, where the integral converges."""
    magnet, frequency = SmallMagnet(seed=3, beta=0.8, chiral=chiral), 1.3 + 0.6j
    first, second = magnet.ends
    minus, plus = magnet.spin("-", first), magnet.spin("+", second)

    def integrand(t: float) -> complex:
        late = magnet.later(plus, t)
        return -1j * (magnet.average(late, minus) - magnet.average(minus, late)) * np.exp(1j * frequency * t)

    found = quad(integrand, 0, 40, limit=500, complex_func=True)[0]
    assert found == pytest.approx(magnet.coherent_coupling(frequency), abs=1e-8)
