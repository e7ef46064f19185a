"""Monitor qubits that play a medium: the jump operators, the order of convergence, what is seen and what is missed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from protocol_runs import exactly, pair_equation
from qiskit import QuantumCircuit, QuantumRegister
from qiskit.quantum_info import Operator
from scipy.linalg import expm
from strategies import kets, numbers
from systems import stacked, unstacked

import nvprotocol as nv
from nvprotocol import closed_form as cf
from nvprotocol.protocols import GALLERY, collisions, no_emitted_magnon

NOTHING = pair_equation(a=0.0)
NAME = "no_emitted_magnon"
MEDIA: list[dict[str, Any]] = [
    {"A": 1.0},
    {"A": 0.7 * np.exp(0.6j)},
    {"A": 0.7 * np.exp(-2.2j), "q": 0.3},
    {"A": -1.0, "q": 1.0},
    {"A": 0.0, "q": 0.2},
]
NUMBERS = {1: np.array([12, 24, 48]), 2: np.array([4, 8, 16])}
"""Steps for each order."""
INITIAL = ("dd", "+r")


def weighted(found: nv.Estimate) -> NDArray[np.complex128]:
    return found.state * found.success_probability


def slope(errors: list[float], order: int) -> float:
    return -float(np.polyfit(np.log(NUMBERS[order]), np.log(errors), 1)[0])


def matrix(circuit: QuantumCircuit) -> NDArray[np.complex128]:
    return np.asarray(Operator(circuit).data)


def branch(strength: float, phase: float, order: int, seen: str) -> list[NDArray[np.complex128]]:
    """The Kraus operators of one collision on the pair in which the monitors end in a state."""
    circuit = QuantumCircuit(2 + order)
    collisions._COLLISIONS[order](circuit, strength, phase)
    blocks = matrix(circuit).reshape(2**order, 4, 2**order, 4)[:, :, 0, :]
    return [blocks[k] for k in range(2**order) if (seen == "any") or (k == 0) == (seen == "nothing")]


def lowering(phase: float) -> NDArray[np.complex128]:
    """K: |↓↓⟩ → |T⟩ → e^(iψ)|↑↑⟩, from the spin operators."""
    return (nv.operators.sigma_plus(0) + np.exp(1j * phase) * nv.operators.sigma_plus(1)) / np.sqrt(2)


@pytest.mark.parametrize("symbols", MEDIA)
def test_played_channels_are_the_jump_operators_of_the_medium(symbols: dict[str, Any]) -> None:
    jumps = nv.MasterEquation(nv.Medium.pair(1.4, 1.4 * symbols["A"], symbols.get("q"))).jump_operators
    played = []
    for channel in collisions._channels(1.4, 1.4 * symbols["A"], symbols.get("q", 0.0)):
        K = lowering(channel.phase)
        flip = nv.operators.sigma_x(0) @ nv.operators.sigma_x(1)
        played.append(np.sqrt(channel.rate) * (flip @ K @ flip if channel.absorbs else K))
    rho = np.arange(16).reshape(4, 4) * np.exp(1j * np.arange(16).reshape(4, 4) ** 2)
    found, expected = (sum(L @ rho @ L.conj().T for L in one) for one in (played, jumps))
    np.testing.assert_allclose(found, expected, atol=1e-13)
    found, expected = (sum(L.conj().T @ L for L in one) for one in (played, jumps))
    np.testing.assert_allclose(found, expected, atol=1e-14)


@given(strength=numbers(0.0, 5.0), phase=numbers(-4.0, 4.0), ket=kets())
def test_a_collision_of_order_2_has_the_exact_probability_of_every_number_of_magnons(
    strength: float, phase: float, ket: NDArray
) -> None:
    K = lowering(phase)
    (quiet,) = branch(strength, phase, 2, "nothing")
    np.testing.assert_allclose(quiet, expm(-strength / 2 * K.conj().T @ K), atol=1e-14)
    eye = np.eye(4)
    KdK = K.conj().T @ K
    generator = np.kron(K.conj(), K) - (np.kron(eye, KdK) + np.kron(KdK.T, eye)) / 2
    rho = np.outer(ket, ket.conj())
    exact = unstacked(expm(strength * generator) @ stacked(rho))
    played = sum(one @ rho @ one.conj().T for one in branch(strength, phase, 2, "any"))
    bright = np.array([0, 1, np.exp(-1j * phase), 0]) / np.sqrt(2)  # Qiskit's order: index 1 is |↓↑⟩
    dark = np.array([0, 1, -np.exp(-1j * phase), 0]) / np.sqrt(2)
    for state in (np.eye(4)[0], np.eye(4)[3], bright, dark):
        np.testing.assert_allclose(np.vdot(state, played @ state), np.vdot(state, exact @ state), atol=1e-12)
    assert np.abs(played - exact).max() <= 0.011 * strength**3 + 1e-12, "only a coherence is off, and in third order"


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("phase", [0.0, 1.1, np.pi])
def test_a_collision_is_the_jump_operator_for_short_steps(order: int, phase: float) -> None:
    strength = 1e-8
    jumped = sum(
        one @ rho @ one.conj().T for rho in [np.ones((4, 4))] for one in branch(strength, phase, order, "some")
    )
    K = lowering(phase)
    np.testing.assert_allclose(jumped / strength, K @ np.ones((4, 4)) @ K.conj().T, atol=1e-7)
    (quiet,) = branch(strength, phase, order, "nothing")
    np.testing.assert_allclose((np.eye(4) - quiet) / strength, K.conj().T @ K / 2, atol=1e-7)


def test_a_plain_product_of_hops_would_not_converge() -> None:
    # e^X e^Y leaves e^([X, Y]/2), of the size of the step: a Hamiltonian that stays.
    strength, hops = 1e-6, QuantumCircuit(3)
    collisions._hopping(hops, strength, 0.0)
    first, middle, _ = (entry.operation.params[0] for entry in hops.data)
    plain = hops.copy_empty_like()
    plain.append(hops.data[0].operation.base_class(2 * first, 0.0), [0, 2])
    plain.append(hops.data[0].operation.base_class(middle, 0.0), [1, 2])
    spurious, good = (matrix(one).reshape(2, 4, 2, 4)[0, :, 0, :] for one in (plain, hops))
    assert np.abs(good[1, 2] - good[2, 1]) / strength < 1e-5
    assert np.abs(spurious[1, 2] - spurious[2, 1]) / strength > 0.4


@pytest.mark.slow
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("symbols", MEDIA)
def test_all_runs_together_approach_the_master_equation(order: int, symbols: dict[str, Any]) -> None:
    lab, exact = pair_equation(0.8, a=0.0, J=0.4), pair_equation(0.8, a=1.0, J=0.4, **symbols)
    limits = {initial: exact.evolve(initial, 0.9)[0] for initial in INITIAL}
    errors = []
    for steps in NUMBERS[order]:
        parameters = {"duration": 0.9, "steps": int(steps), "order": order, **symbols}
        found = {one: exactly(NAME, lab, keep=False, initial=one, **parameters).state for one in INITIAL}
        errors.append(max(float(np.abs(found[one] - limits[one]).max()) for one in INITIAL))
    assert slope(errors, order) == pytest.approx(order, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("symbols", MEDIA[:4])
def test_quiet_runs_approach_evolution_without_jumps(order: int, symbols: dict[str, Any]) -> None:
    lab, exact = pair_equation(0.8, a=0.0, J=0.4), pair_equation(0.8, a=1.0, J=0.4, **symbols)
    limits = {initial: exact.no_jump(initial, [0.9]) for initial in INITIAL}
    errors = []
    for steps in NUMBERS[order]:
        parameters = {"duration": 0.9, "steps": int(steps), "order": order, **symbols}
        found = {one: weighted(exactly(NAME, lab, initial=one, **parameters)) for one in INITIAL}
        kept = {one: limits[one].states[0] * limits[one].probability[0] for one in INITIAL}
        errors.append(max(float(np.abs(found[one] - kept[one]).max()) for one in INITIAL))
    assert slope(errors, order) == pytest.approx(order, abs=0.1)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    share=st.sampled_from([0.0, 1.0]) | numbers(0.0, 1.0),
    phase=numbers(-4.0, 4.0),
    q=st.sampled_from([0.0, 1.0]) | numbers(0.0, 1.0),
    duration=numbers(0.0, 2.0),
    initial=st.text("ud+-rl", min_size=2, max_size=2),
)
def test_quiet_runs_of_order_2_are_exact_without_a_hamiltonian(
    share: float, phase: float, q: float, duration: float, initial: str
) -> None:
    A = share * np.exp(1j * phase)
    limit = pair_equation(a=1.0, A=A, q=q).no_jump(initial, [duration])
    found = exactly(NAME, NOTHING, duration=duration, steps=2, A=A, q=q, initial=initial, order=2)
    np.testing.assert_allclose(weighted(found), limit.states[0] * limit.probability[0], atol=1e-10)


@pytest.mark.parametrize("symbols", MEDIA)
def test_reference_is_evolution_without_jumps(symbols: dict[str, Any]) -> None:
    limit = pair_equation(0.8, a=1.3, J=0.4, **symbols).no_jump("+d", [0.0, 0.5, 2.0])
    lab = pair_equation(0.8, a=0.0, J=0.4)
    kept = GALLERY[NAME].reference(lab, [0.0, 0.5, 2.0], 7, a=1.3, initial="+d", **symbols)
    np.testing.assert_allclose(kept.states, limit.states, atol=1e-12)
    np.testing.assert_allclose(kept.probability, limit.probability, atol=1e-12)


@pytest.mark.slow
def test_what_the_laboratorys_own_medium_does_goes_unwatched() -> None:
    lab, symbols = pair_equation(0.5, a=0.4, A=0.2, q=0.3, d=0.1), {"A": 0.7j, "initial": "dd"}
    limit = GALLERY[NAME].reference(lab, 0.9, 1, **symbols)
    both = pair_equation(0.5, a=1.4, A=0.2 + 0.7j, a_tilde=0.12, A_tilde=0.06, d=0.1)
    assert limit.probability[0] > both.no_jump("dd", [0.9]).probability[0]
    found = weighted(exactly(NAME, lab, duration=0.9, steps=80, order=2, **symbols))
    np.testing.assert_allclose(found, limit.states[0] * limit.probability[0], atol=1e-4)
    mixed = exactly(NAME, lab, keep=False, duration=0.9, steps=80, order=2, **symbols)
    np.testing.assert_allclose(mixed.state, both.evolve("dd", 0.9)[0], atol=1e-4)


def with_inefficient_detector(circuit: QuantumCircuit, efficiency: float) -> QuantumCircuit:
    """The circuit in which what should read 0 reads 1 with probability 1 − η: a coin is tossed, a display is read."""
    coin, display = QuantumRegister(1, "coin"), QuantumRegister(1, "display")
    faulty = QuantumCircuit(*circuit.qregs, coin, display, *circuit.cregs)
    for entry in circuit.data:
        if entry.operation.name != "measure":
            faulty.append(entry)
            continue
        inputs = [entry.qubits[0], coin[0]]
        faulty.ry(2 * np.arcsin(np.sqrt(1 - efficiency)), coin)
        for qubit in (*inputs, display[0]):
            faulty.x(qubit)
        faulty.ccx(inputs[0], inputs[1], display[0])
        for qubit in inputs:
            faulty.x(qubit)
        faulty.measure(display, entry.clbits)
        faulty.reset(coin)
        faulty.reset(display)
    return faulty


@pytest.mark.parametrize("efficiency", [0.0, 0.43, 0.71, 1.0])
@pytest.mark.parametrize(("order", "steps", "tolerance"), [(1, 60, 0.03), (2, 4, 1e-7)])
def test_missed_magnons(efficiency: float, order: int, steps: int, tolerance: float) -> None:
    for duration in (0.5, 5.0):
        circuit = with_inefficient_detector(no_emitted_magnon(duration, steps, order=order), efficiency)
        kept = nv.emulate(circuit, nv.Device(NOTHING), shots=None, postselect={"quiet": 1}, engine="exact")
        assert kept.concurrence == pytest.approx(
            cf.heralded_concurrence(duration, 1.0, 1.0, efficiency=efficiency), abs=tolerance
        )
    assert kept.concurrence == pytest.approx(1 / (2 - efficiency), abs=tolerance)
    assert kept.concurrence == pytest.approx(cf.heralded_limit(efficiency), abs=tolerance)


@pytest.mark.parametrize("efficiency", [0.43, 0.71])
@pytest.mark.parametrize("order", [1, 2])
def test_a_devices_monitor_is_the_detector_of_magnons(order: int, efficiency: float) -> None:
    circuit, run = (
        no_emitted_magnon(1.5, 4, order=order),
        {"shots": None, "engine": "exact", "postselect": {"quiet": 1}},
    )
    device = nv.Device(NOTHING, monitors=order, monitor_efficiency=efficiency)
    found = nv.emulate(circuit, device, **run)
    tossed = nv.emulate(with_inefficient_detector(circuit, efficiency), nv.Device(NOTHING), **run)
    np.testing.assert_allclose(weighted(found), weighted(tossed), atol=1e-12)


def test_no_emitted_magnon_is_not_no_change_of_the_parity() -> None:
    # From a state that contains |↑↑⟩, no magnon leaves |↑↑⟩ where it is; a check of |σᶻ| would not.
    quiet = exactly(NAME, NOTHING, duration=4.0, steps=8, initial="uu", order=2)
    assert quiet.success_probability == pytest.approx(1.0)
    part = exactly(NAME, NOTHING, duration=4.0, steps=8, initial="u+", order=2)
    assert part.state[0, 0].real == pytest.approx(2 / 3, abs=1e-6), "|↑↑⟩ with 1/2, the singlet with 1/4"


def test_dark_and_bright_change_places_with_the_sign_of_the_coupling() -> None:
    for A, dark in ((1.0, "psi-"), (-1.0, "psi+")):
        kept = exactly(NAME, NOTHING, duration=6.0, steps=3, A=A, order=2)
        assert kept.fidelity(nv.operators.bell_state(dark)) == pytest.approx(1.0, abs=1e-9)
        assert kept.success_probability == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize(
    ("order", "symbols", "bits"),
    [(1, {"A": 1.0}, 3), (1, {"A": 0.5, "q": 0.1}, 12), (2, {"A": 0.5}, 18), (2, {"A": 1.0, "q": 0.1}, 18)],
)
def test_a_channel_of_no_rate_is_not_played(order: int, symbols: dict[str, Any], bits: int) -> None:
    circuit = no_emitted_magnon(1.0, 3, order=order, **symbols)
    assert circuit.num_clbits == bits
    assert circuit.qregs[1].size == order


def test_very_long_steps_stay_finite() -> None:
    kept = exactly(NAME, NOTHING, duration=5000.0, steps=1, order=2, q=0.0)
    assert kept.concurrence == pytest.approx(1.0)
