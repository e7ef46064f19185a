"""Circuits of N qubits against the theory: what is kept of one excitation, and where a drive leads."""

from typing import Any

import numpy as np
import pytest

import nvprotocol as nv

KEEP = {"parity": 1}
ANYTHING: Any = "a"


def equation(n_qubits: int, coupling: float) -> nv.MasterEquation:
    """All couplings alike, a = 1 rad/µs, T = 0."""
    return nv.MasterEquation(nv.Medium(relaxation=(1 - coupling) * np.eye(n_qubits) + coupling))


def w(n_qubits: int) -> np.ndarray:
    labels = ["u" * k + "d" + "u" * (n_qubits - 1 - k) for k in range(n_qubits)]
    return sum(nv.operators.state(label) for label in labels) / np.sqrt(n_qubits)


@pytest.mark.parametrize("engine", ["exact", "aer"])
@pytest.mark.parametrize("n_qubits", [2, 3, 4])
def test_what_does_not_decay_is_kept(n_qubits: int, engine: Any) -> None:
    """A = −a/(N−1): the W state at 1/N; A = a: (N−1)/N, and a pair concurrence of 2/N with the first."""
    repelling = nv.Device(equation(n_qubits, -1 / (n_qubits - 1)))
    circuit = nv.protocols.w_state(n_qubits, 20.0, checks=2)
    kept = nv.emulate(circuit, repelling, None, KEEP, engine)
    assert kept.success_probability == pytest.approx(1 / n_qubits, abs=1e-9)
    assert nv.operators.fidelity(kept.state, w(n_qubits)) == pytest.approx(1.0, abs=1e-9)
    collective = nv.emulate(circuit, nv.Device(equation(n_qubits, 1.0)), None, KEEP, engine)
    assert collective.success_probability == pytest.approx((n_qubits - 1) / n_qubits, abs=1e-9)
    if n_qubits == 2:
        assert collective.concurrence == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("checks", [1, 5])
def test_at_zero_temperature_one_check_is_as_good_as_many(checks: int) -> None:
    """The amplitudes are those of the closed form."""
    kept = nv.emulate(nv.protocols.w_state(3, 0.7, checks), nv.Device(equation(3, 0.6)), None, KEEP, "exact")
    first, other = nv.closed_form.many_qubit_amplitudes(0.7, 3, 1.0, 0.6)
    assert kept.success_probability == pytest.approx(first**2 + 2 * other**2, rel=1e-10)
    ket = np.array([0, first, other, 0, other, 0, 0, 0]) / np.sqrt(first**2 + 2 * other**2)
    np.testing.assert_allclose(kept.state, np.outer(ket, ket), rtol=0, atol=1e-10)


@pytest.mark.parametrize("engine", ["exact", "aer"])
def test_the_drive_leads_to_its_dark_state(engine: Any) -> None:
    """From any state, F = 0.806626 with (|duu⟩ + ω*|udu⟩ + ω|uud⟩)/√3."""
    device = nv.Device(equation(3, 1.0))
    drive = nv.protocols.winding_drive(3, 0.3, 0.3)
    omega = np.exp(2j * np.pi / 3)
    target = sum(f * nv.operators.state(s) for f, s in ((1, "duu"), (np.conj(omega), "udu"), (omega, "uud")))
    for initial in (None, "ddd", "duu"):
        circuit = nv.protocols.driven_dark_state(400.0, drive, initial)
        state = nv.emulate(circuit, device, shots=None, engine=engine).state
        assert nv.operators.fidelity(state, target / np.sqrt(3)) == pytest.approx(0.806626, abs=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nv.protocols.w_state(1, 1.0), "`n_qubits` must be at least 2"),
        (lambda: nv.protocols.w_state(3, -1.0), "`duration` must be at least 0"),
        (lambda: nv.protocols.w_state(3, 1.0, 0), "`checks` must be at least 1"),
        (lambda: nv.protocols.w_state(3, 1.0, 1, 3), "`excited` must be one of 3 qubits, but is 3"),
        (lambda: nv.protocols.driven_dark_state(1.0, [0.1, 0.2], "uuu"), "`initial` must have 2 letters"),
        (lambda: nv.protocols.driven_dark_state(1.0, 0.1), r"`drive` must be a row of numbers, one for each qubit"),
        (lambda: nv.protocols.winding_drive(3, ANYTHING, 0.3), "`even` must be numeric"),
    ],
)
def test_bad_input_is_refused(call: Any, message: str) -> None:
    with pytest.raises(nv.errors.ArgumentError, match=message):
        call()
