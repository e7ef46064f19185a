"""What a magnet does to coherence: Ramsey's two pulses and Hahn's echo, on one NV qubit or on both."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from qiskit import QuantumCircuit

from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.protocols.parameters import checked
from nvprotocol.protocols.parts import pair_circuit, read_out, wait
from nvprotocol.protocols.references import Event, followed, on_each, rotation_x

MEASURED: dict[int | str, tuple[int, ...]] = {0: (0,), 1: (1,), "both": (0, 1)}
"""What `qubit` says → the NV qubits of the circuit that are pulsed and read out."""


def ramsey(duration: float, qubit: int | str = 0, phase: float = 0.0) -> QuantumCircuit:
    """Two π/2 pulses with the medium in between, then a readout of what was pulsed.

    The bits of `readout` have even parity with the probability P = [1 + e^(−t/T2) cos(Δt + φ)]/2 for one qubit, that of
    finding it back in |↑⟩, where A = 0 and nothing else couples it to the other: 1/T2 = (a + ã) + 4d (Eq. S18) and
    Δ = ±δ for qubits 0 and 1, the paper's 1 and 2. For "both" P = (1 + C₁C₂)/2 with the two contrasts C on a medium
    that acts on each alone; correlated dephasing D shows there, since the coherence between |↑↓⟩ and |↓↑⟩ decays at
    2(a + ã) + 8(d − D) and that between |↑↑⟩ and |↓↓⟩ at 2(a + ã) + 8(d + D).

    Args:
        duration: Time between the pulses in µs.
        qubit: The qubit of the circuit that is pulsed and read out, 0 or 1, or "both".
        phase: Phase φ of the second pulse in rad.

    Returns:
        A circuit with the register `nv` (2) and the classical register `readout`, one bit for each qubit read out.

    Raises:
        ArgumentError: If the duration is negative, the qubit is none of these, or the phase is not finite.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.5, q=0.2), detuning=3.0))
        >>> circuit = nv.protocols.ramsey(duration=1.0)
        >>> back = nv.emulate(circuit, device, shots=None, postselect={"readout": "0"}).success_probability
        >>> bool(np.isclose(back, (1 + np.exp(-0.6) * np.cos(3.0)) / 2))
        True
    """
    given = checked("ramsey", duration=duration, qubit=qubit, phase=phase)
    pulsed = MEASURED[given["qubit"]]
    circuit = pair_circuit("ramsey", readout=len(pulsed))
    circuit.sx(pulsed)
    wait(circuit, given["duration"])
    circuit.rz(-given["phase"], pulsed)
    circuit.sxdg(pulsed)
    read_out(circuit, pulsed)
    return circuit


def hahn_echo(duration: float, qubit: int | str = 0, phase: float = 0.0) -> QuantumCircuit:
    """Ramsey's pulses with a π pulse halfway, which removes the detuning δ but not the medium's relaxation.

    The bits of `readout` have even parity with the probability P = [1 + e^(−t/T2) cos φ]/2 for one qubit where A = 0,
    1/T2 = (a + ã) + 4d (Eq. S18), whatever δ is: the noise of a magnet in equilibrium is fast, so no echo undoes it.

    Args:
        duration: Time between the first and the last pulse in µs.
        qubit: The qubit of the circuit that is pulsed and read out, 0 or 1, or "both".
        phase: Phase φ of the last pulse in rad.

    Returns:
        A circuit with the register `nv` (2) and the classical register `readout`, one bit for each qubit read out.

    Raises:
        ArgumentError: If the duration is negative, the qubit is none of these, or the phase is not finite.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.5, q=0.2), detuning=3.0))
        >>> circuit = nv.protocols.hahn_echo(duration=1.0)
        >>> back = nv.emulate(circuit, device, shots=None, postselect={"readout": "0"}).success_probability
        >>> bool(np.isclose(back, (1 + np.exp(-0.6)) / 2))
        True
    """
    given = checked("hahn_echo", duration=duration, qubit=qubit, phase=phase)
    pulsed = MEASURED[given["qubit"]]
    circuit = pair_circuit("hahn_echo", readout=len(pulsed))
    circuit.sx(pulsed)
    wait(circuit, given["duration"] / 2)
    circuit.x(pulsed)
    wait(circuit, given["duration"] / 2)
    circuit.rz(-given["phase"], pulsed)
    circuit.sx(pulsed)
    read_out(circuit, pulsed)
    return circuit


def ramsey_reference(
    equation: MasterEquation, duration: ArrayLike, qubit: int | str = 0, phase: float = 0.0
) -> Conditional:
    """The states of `ramsey` before the readout by the master equation, for durations of shape (T,)."""
    given = checked("ramsey", qubit=qubit, phase=phase)
    return followed(equation, "uu", duration, partial(_ramsey, MEASURED[given["qubit"]], given["phase"]))


def hahn_reference(
    equation: MasterEquation, duration: ArrayLike, qubit: int | str = 0, phase: float = 0.0
) -> Conditional:
    """The states of `hahn_echo` before the readout by the master equation, for durations of shape (T,)."""
    given = checked("hahn_echo", qubit=qubit, phase=phase)
    return followed(equation, "uu", duration, partial(_hahn, MEASURED[given["qubit"]], given["phase"]))


def _ramsey(pulsed: Sequence[int], phase: float, duration: float) -> list[Event]:
    quarter, back = rotation_x(np.pi / 2), rotation_x(-np.pi / 2)
    return [on_each(quarter, pulsed), duration, on_each(back @ _rotation_z(-phase), pulsed)]


def _hahn(pulsed: Sequence[int], phase: float, duration: float) -> list[Event]:
    quarter, half = rotation_x(np.pi / 2), rotation_x(np.pi)
    last = on_each(quarter @ _rotation_z(-phase), pulsed)
    return [on_each(quarter, pulsed), duration / 2, on_each(half, pulsed), duration / 2, last]


def _rotation_z(angle: float) -> np.ndarray:
    return np.diag(np.exp([-0.5j * angle, 0.5j * angle]))
