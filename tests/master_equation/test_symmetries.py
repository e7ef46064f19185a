"""Symmetries of the master equation that the protocols lean on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import PHASES, pair_symbols, states
from systems import many, pair, random_state, random_symbols

import nvprotocol as nv

TIMES = np.array([0.0, 0.3, 1.1, 2.5])


def rotation(angle: float) -> NDArray[np.complex128]:
    """exp(i·angle·σ₂ᶻ/2): a rotation of the paper's qubit 2, which is site 1."""
    return np.diag(np.exp(0.5j * angle * nv.operators.sigma_z(1).diagonal().real))


def turned(rho: NDArray, unitary: NDArray) -> NDArray:
    return unitary @ rho @ unitary.conj().T


@settings(max_examples=40)
@given(pair_symbols(), PHASES, states())
def test_the_phase_of_the_coupling_is_a_rotation_of_one_qubit(
    symbols: dict[str, complex], angle: float, rho: NDArray
) -> None:
    """A → A e^(iφ) with Ã = qA is undone by exp(iφσ₂ᶻ/2), where there is no flip-flop coupling that fixes the phase."""
    symbols = symbols | {"J": 0.0, "dm": 0.0}
    plain = pair(**symbols).equation.evolve(rho, TIMES)
    phased = pair(**(symbols | {"A": symbols["A"] * np.exp(1j * angle)})).equation
    one_way = phased.evolve(turned(rho, rotation(angle)), TIMES)
    np.testing.assert_allclose(one_way, turned(plain, rotation(angle)), rtol=0, atol=1e-12)


def test_the_rotation_turns_one_way_only() -> None:
    """The test above must be able to fail: the opposite rotation is not a symmetry."""
    rho = nv.operators.density_matrix("++")
    plain = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8)).evolve(rho, TIMES)
    phased = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8 * np.exp(0.7j))).evolve(turned(rho, rotation(-0.7)), TIMES)
    assert np.abs(phased - turned(plain, rotation(-0.7))).max() > 0.1


@settings(max_examples=40)
@given(pair_symbols(), PHASES)
def test_the_phase_of_the_coupling_leaves_the_concurrence_from_ud(symbols: dict[str, complex], angle: float) -> None:
    symbols = symbols | {"J": 0.0, "dm": 0.0}
    phased = symbols | {"A": symbols["A"] * np.exp(1j * angle)}
    values = [nv.concurrence(pair(**each).equation.evolve("ud", TIMES)) for each in (symbols, phased)]
    np.testing.assert_allclose(values[0], values[1], rtol=0, atol=1e-11)


def test_a_phase_turns_exchange_into_dzyaloshinskii_moriya_coupling() -> None:
    """With J the phase is no gauge any more: J and A are J cos φ, DM −J sin φ and A e^(iφ) in a turned frame."""
    angle, rho = 0.7, nv.operators.density_matrix("r+")
    plain = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.2, J=0.5)).evolve(rho, TIMES)
    found = []
    for sign in (1, -1):
        coupling = {"J": 0.5 * np.cos(angle), "dm": sign * 0.5 * np.sin(angle)}
        medium = nv.Medium.pair(a=1.0, A=0.8 * np.exp(1j * angle), q=0.2, **coupling)
        states_ = nv.MasterEquation(medium).evolve(turned(rho, rotation(angle)), TIMES)
        found.append(np.abs(states_ - turned(plain, rotation(angle))).max())
    assert found[0] > 0.05
    assert found[1] < 1e-14


@settings(max_examples=40)
@given(pair_symbols(), states())
def test_exchange_of_the_qubits(symbols: dict[str, complex], rho: NDArray) -> None:
    """Swapping the qubits conjugates A, Ã and D and changes the sign of δ and of the DM coupling."""
    exchanged = symbols | {name: np.conj(symbols[name]) for name in ("A", "D")}
    exchanged |= {name: -symbols[name] for name in ("delta", "dm")}
    swap = np.eye(4)[[0, 2, 1, 3]]
    there = turned(pair(**exchanged).equation.evolve(turned(rho, swap), TIMES), swap)
    np.testing.assert_allclose(there, pair(**symbols).equation.evolve(rho, TIMES), rtol=0, atol=1e-12)


@settings(max_examples=20)
@given(st.floats(-1e3, 1e3))
def test_a_common_offset_of_the_splittings_does_not_matter(offset: float) -> None:
    rng = np.random.default_rng(3)
    system, rho = many(rng, 3), random_state(rng, 3)
    medium, splittings = system.equation.medium, system.equation.detuning
    moved = nv.MasterEquation(medium, splittings + offset).evolve(rho, TIMES)
    np.testing.assert_allclose(moved, system.equation.evolve(rho, TIMES), rtol=0, atol=1e-11)


def test_a_pair_given_by_its_detuning_or_as_part_of_three() -> None:
    """Two of three qubits on one medium, the third left alone: the same pair, whose Δ₁ − Δ₂ is 2δ."""
    relaxation = np.zeros((3, 3))
    relaxation[:2, :2] = [[1.0, 0.7], [0.7, 1.0]]
    three = nv.MasterEquation(nv.Medium(relaxation=relaxation), detuning=[5.4, 4.6, 7.0]).evolve("udd", TIMES)
    kept = three.reshape(-1, 2, 4, 2, 4)[:, 1, :, 1, :]  # site 2, the left-most bit, stays down
    expected = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.7), detuning=0.4).evolve("ud", TIMES)
    np.testing.assert_allclose(kept, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("n_qubits", [2, 3])
def test_the_direction_of_the_frame_does_not_matter(n_qubits: int, rng: np.random.Generator) -> None:
    """The weak U(1) symmetry: rotating every spin about z before or after the evolution is the same."""
    system, rho = many(rng, n_qubits), random_state(rng, n_qubits)
    total = sum(nv.operators.sigma_z(k, n_qubits) for k in range(n_qubits))
    unitary = np.diag(np.exp(0.8j * np.diagonal(total)))
    after = turned(system.equation.evolve(rho, TIMES), unitary)
    np.testing.assert_allclose(system.equation.evolve(turned(rho, unitary), TIMES), after, rtol=0, atol=1e-12)


def test_slower_rates_are_slower_time(rng: np.random.Generator) -> None:
    """Only the products of rates with times matter: no hidden unit."""
    symbols, rho = random_symbols(rng), random_state(rng)
    slow = {name: value if name == "q" else value / 8 for name, value in symbols.items()}
    scaled = pair(**slow).equation.evolve(rho, 8 * TIMES)
    np.testing.assert_allclose(scaled, pair(**symbols).equation.evolve(rho, TIMES), rtol=0, atol=1e-13)
