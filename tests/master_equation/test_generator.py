"""The generator against the paper's double sum (Eqs. 2 and 3), and its parts against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray
from strategies import pairs, systems
from systems import System, hermitian, many, pair, random_state, random_symbols, reversed_qubits, stacked

import nvprotocol as nv
from nvprotocol.master_equation.generator import block_generator, parameters
from nvprotocol.master_equation.symmetry import (
    Kind,
    Sector,
    elements,
    from_coordinates,
    is_diagonal,
    sectors,
    to_coordinates,
)


def tolerance(system: System) -> float:
    """1e-13 of the largest entry of the generator, or of 1."""
    return 1e-13 * max(1.0, float(np.abs(system.equation.liouvillian).max()))


def commutator(left: NDArray, right: NDArray) -> NDArray:
    """X·ρ + ρ·Y on column-stacked matrices: vec(XρY) = (Yᵀ⊗X) vec ρ."""
    one = np.eye(len(left))
    return np.kron(one, left) + np.kron(right.T, one)


def jump_part(jumps: NDArray) -> NDArray:
    """Σ LρL† on column-stacked matrices."""
    return np.sum([np.kron(jump.conj(), jump) for jump in jumps], axis=0)


def values_of(equation: nv.MasterEquation) -> NDArray[np.float64]:
    return parameters(equation.medium, equation.detuning)


@settings(max_examples=50)
@given(pairs())
def test_pair_generator_is_the_papers_double_sum(system: System) -> None:
    np.testing.assert_allclose(system.equation.liouvillian, system.generator(), rtol=0, atol=tolerance(system))


@settings(max_examples=15)
@given(systems())
def test_generator_is_the_papers_double_sum(system: System) -> None:
    np.testing.assert_allclose(system.equation.liouvillian, system.generator(), rtol=0, atol=tolerance(system))


@settings(max_examples=50)
@given(pairs())
def test_hamiltonian_is_the_papers(system: System) -> None:
    expected = reversed_qubits(system.hamiltonian)
    np.testing.assert_allclose(system.equation.hamiltonian, expected, rtol=0, atol=1e-14)


@settings(max_examples=15)
@given(systems())
def test_hamiltonian_of_n_qubits_is_the_papers(system: System) -> None:
    expected = reversed_qubits(system.hamiltonian)
    np.testing.assert_allclose(system.equation.hamiltonian, expected, rtol=0, atol=1e-14)


@settings(max_examples=50)
@given(pairs() | systems())
def test_no_jump_part_and_jumps_make_the_generator(system: System) -> None:
    """Eq. 11: −i(H_eff ρ − ρ H_eff†) + Σ LρL†, with L = √2 J."""
    equation = system.equation
    effective = equation.effective_hamiltonian
    rebuilt = commutator(-1j * effective, 1j * effective.conj().T) + jump_part(equation.jump_operators)
    np.testing.assert_allclose(rebuilt, equation.liouvillian, rtol=0, atol=tolerance(system))


@settings(max_examples=50)
@given(pairs() | systems())
def test_lindblad_form(system: System) -> None:
    """−i[H, ρ] + Σ LρL† − ½{L†L, ρ}: the standard normalisation of the jump operators."""
    h, jumps = system.equation.hamiltonian, system.equation.jump_operators
    squares = np.sum([jump.conj().T @ jump for jump in jumps], axis=0)
    rebuilt = commutator(-1j * h - squares / 2, 1j * h - squares / 2) + jump_part(jumps)
    np.testing.assert_allclose(rebuilt, system.equation.liouvillian, rtol=0, atol=tolerance(system))


def test_jump_operators_of_a_pair_are_equation_5() -> None:
    """Up to the phase of A, which Eq. 5 gauges away: here A and Ã are positive."""
    a, A, q = 1.3, 0.7, 0.4
    plus, minus = ([nv.operators.sigma_plus(k) for k in (0, 1)], [nv.operators.sigma_minus(k) for k in (0, 1)])
    expected = [
        np.sqrt(q * (a + A)) * (minus[0] + minus[1]),
        np.sqrt(q * (a - A)) * (minus[0] - minus[1]),
        np.sqrt(a + A) * (plus[0] + plus[1]),
        np.sqrt(a - A) * (plus[0] - plus[1]),
    ]
    jumps = nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q)).jump_operators
    np.testing.assert_allclose(jumps, expected, rtol=0, atol=1e-15)  # √2 J of Eq. 5: its ½ is gone


def test_dephasing_adds_jump_operators_only_where_there_is_any() -> None:
    assert nv.MasterEquation(nv.Medium.pair(a=1.0, q=0.5)).jump_operators.shape == (4, 4, 4)
    assert nv.MasterEquation(nv.Medium.pair(a=1.0, d=0.5)).jump_operators.shape == (6, 4, 4)
    assert nv.MasterEquation(nv.Medium(relaxation=np.eye(3))).jump_operators.shape == (6, 8, 8)


def sector_of(rho: NDArray, n_qubits: int, kind: Kind, sector: Sector) -> NDArray:
    """The block of a matrix and its conjugate, the rest zero."""
    rows, columns = elements(n_qubits, sector)
    result = np.zeros_like(rho)
    result[rows, columns], result[columns, rows] = rho[rows, columns], rho[columns, rows]
    return result


@pytest.mark.parametrize("kind", ["full", "no_jump"])
@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_blocks_put_together_are_the_whole(n_qubits: int, kind: Kind, rng: np.random.Generator) -> None:
    system = many(rng, n_qubits)
    rho = random_state(rng, n_qubits)
    total = np.zeros((1, *rho.shape), dtype=complex)
    for sector in sectors(n_qubits, kind):
        block = block_generator(values_of(system.equation), n_qubits, sector, kind, real=is_diagonal(sector))
        part = (block @ to_coordinates(rho, n_qubits, sector))[:, None]
        from_coordinates(part, n_qubits, sector, total)
    expected = reversed_qubits(system.derivative(reversed_qubits(rho), jumps=float(kind == "full")))
    np.testing.assert_allclose(total[0], expected, rtol=0, atol=tolerance(system))


@pytest.mark.parametrize("kind", ["full", "no_jump"])
@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_generator_keeps_every_block_to_itself(n_qubits: int, kind: Kind, rng: np.random.Generator) -> None:
    """The weak symmetry that the blocks rest on, from the paper's double sum alone."""
    system = many(rng, n_qubits)
    whole = hermitian(rng, 2**n_qubits)
    for sector in sectors(n_qubits, kind):
        part = sector_of(whole, n_qubits, kind, sector)
        image = reversed_qubits(system.derivative(reversed_qubits(part), jumps=float(kind == "full")))
        np.testing.assert_allclose(image, sector_of(image, n_qubits, kind, sector), rtol=0, atol=1e-14)


def test_the_pair_has_blocks_of_6_4_and_1() -> None:
    assert [elements(2, sector)[0].size for sector in sectors(2, "full")] == [6, 4, 1]


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_coordinates_of_a_state_come_back(n_qubits: int, rng: np.random.Generator) -> None:
    rho = random_state(rng, n_qubits)
    total = np.zeros((1, *rho.shape), dtype=complex)
    for sector in sectors(n_qubits, "full"):
        from_coordinates(to_coordinates(rho, n_qubits, sector)[:, None], n_qubits, sector, total)
    np.testing.assert_array_equal(total[0], rho)


def test_a_batch_of_generators_holds_the_single_ones(rng: np.random.Generator) -> None:
    symbols = [random_symbols(rng) for _ in range(6)]
    systems_ = [pair(**single) for single in symbols]
    arrays = {name: np.array([single[name] for single in symbols]).reshape(2, 3) for name in symbols[0]}
    delta = arrays.pop("delta")
    batch = nv.MasterEquation(nv.Medium.pair(**arrays), detuning=np.real(delta))
    assert batch.batch_shape == (2, 3)
    for name in ("liouvillian", "hamiltonian", "effective_hamiltonian", "jump_operators"):
        single = [getattr(system.equation, name) for system in systems_]
        together = getattr(batch, name).reshape(np.shape(single))
        np.testing.assert_allclose(together, single, rtol=0, atol=1e-14)


def test_trace_and_hermiticity_are_kept_by_the_generator(rng: np.random.Generator) -> None:
    system = many(rng, 3)
    rho = random_state(rng, 3)
    image = system.equation.liouvillian @ stacked(rho)
    image = image.reshape(8, 8).T
    assert abs(np.trace(image)) < tolerance(system)
    np.testing.assert_allclose(image, image.conj().T, rtol=0, atol=tolerance(system))
