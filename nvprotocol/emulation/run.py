"""A circuit on a device: the state, its entanglement and the probability of keeping a run."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from nvprotocol import tomography
from nvprotocol._checks import MOST_SHOTS, Seed, fail, generator, one_of, show, whole_number
from nvprotocol.device import Device
from nvprotocol.emulation.estimate import Ansatz, Engine, Estimate
from nvprotocol.emulation.tables import from_counts, without_noise
from nvprotocol.errors import NoKeptShotsError, UnsupportedCircuitError
from nvprotocol.tomography._arguments import checked_settings
from nvprotocol.tomography.settings import draw_kept

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["emulate"]

_ENGINES: tuple[Engine, ...] = ("aer", "exact", "pulse")
_ANSATZES: tuple[Ansatz, ...] = ("full", "X")


@overload
def emulate(
    circuit: "QuantumCircuit",
    device: Device,
    shots: int | None = ...,
    postselect: Mapping[str, int | str] | None = ...,
    engine: Engine = ...,
    seed: Seed = ...,
    *,
    per_shot: bool = ...,
    settings: Sequence[str] | None = ...,
    ansatz: Ansatz = ...,
) -> Estimate: ...
@overload
def emulate(
    circuit: "Sequence[QuantumCircuit]",
    device: Device,
    shots: int | None = ...,
    postselect: Mapping[str, int | str] | None = ...,
    engine: Engine = ...,
    seed: Seed = ...,
    *,
    per_shot: bool = ...,
    settings: Sequence[str] | None = ...,
    ansatz: Ansatz = ...,
) -> list[Estimate]: ...
def emulate(
    circuit: "QuantumCircuit | Sequence[QuantumCircuit]",
    device: Device,
    shots: int | None = 10_000,
    postselect: Mapping[str, int | str] | None = None,
    engine: Engine = "aer",
    seed: Seed = None,
    *,
    per_shot: bool = False,
    settings: Sequence[str] | None = None,
    ansatz: Ansatz = "full",
) -> Estimate | list[Estimate]:
    """Runs circuits on a device whose qubits share a medium, and estimates the state by tomography.

    Delays become the medium's exact channel on all NV qubits at once. What is postselected is followed in its kept
    branch: one run of the density matrix gives the kept state and its probability, and counts are drawn from these, so
    that shots cost nothing. The distribution is that of the plain circuit run shot by shot (`per_shot`).

    A protocol that conserves the total σᶻ leaves a state with ρ₀₀, ρ₁₁, ρ₂₂, ρ₃₃ and ρ₁₂ only: with
    `settings=nv.tomography.U1` and `ansatz="X"` five settings do, and bias and intervals are smaller. The `p_value` of
    the estimate tests whether the counts bear that out.

    Args:
        circuit: One circuit or several; several run as one job. NV qubits are the register `nv`, or the first qubits.
        device: The device.
        shots: Runs in each setting, kept or not; None gives the state without sampling noise.
        postselect: Register → outcome that is kept: 0 or 1 for every bit of it, or a string of bits in Qiskit's order.
        engine: "aer" for the Aer simulator, "exact" for the master equation in NumPy, "pulse" for the same under the
            pulses that the gates become (`nv.pulses.schedule`), those of the tomography included.
        seed: Seed or generator of what is random.
        per_shot: Whether Aer runs every shot through every mid-circuit measurement, the reference semantics: slow.
        settings: Pauli settings that are measured, labels in Qiskit's order; all 3ᴺ by default.
        ansatz: "full", or "X" for states of two qubits that commute with the total σᶻ (`nv.tomography.estimate`).

    Returns:
        An `Estimate`, or a list of them for a sequence of circuits.

    Raises:
        ArgumentError: If an argument is not as described, or `postselect` names what the circuit does not have.
        UnsupportedCircuitError: If the circuit has other operations than gates, delays, barriers, measurements,
            resets, `for_loop` and `if_else`, or an outcome that is not kept decides on a gate and `shots` is None.
        NoKeptShotsError: If no run is kept, or the probability of keeping one is below 1e-13, which rounding does not
            resolve; with the engine "pulse" and gates that take time, below 1e-9, which pulses are followed to.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)))
        >>> circuit = nv.protocols.monitored_bell(duration=1.0, checks=5)
        >>> estimate = nv.emulate(circuit, device, shots=4000, postselect={"parity": 1}, seed=7)
        >>> bool(abs(estimate.concurrence - 0.99933) < 0.05)
        True
        >>> keep, five = {"parity": 1}, nv.tomography.U1
        >>> estimate = nv.emulate(circuit, device, 7200, keep, seed=7, settings=five, ansatz="X")
        >>> estimate.counts.shape, estimate.p_value > 1e-6
        ((5, 4), True)
    """
    from nvprotocol.backend.floor import success_probabilities
    from nvprotocol.emulation import circuits as on_device

    given, several = circuits_of(circuit)
    number, rng = checked_run(device, shots, engine, seed, per_shot)
    _require_pair(device, number)
    labels = _checked_settings(settings, ansatz, device)
    prepared = on_device.prepare(given, device, postselect)
    metadata = metadata_of(engine, postselect, seed, per_shot=per_shot)
    weighted = on_device.unnormalised_states(prepared, device, engine)
    success: Sequence[float] | None = None
    if isinstance(weighted, Exception):
        tables = on_device.counts_shot_by_shot(prepared, device, not_followed(weighted, number), rng, labels)
        metadata |= {"method": "shot by shot", "reason": f"{weighted}"}
    else:
        success = success_probabilities([np.trace(state).real for state in weighted])
        states = [state / np.trace(state).real for state in weighted]
        if number is None:
            pairs = zip(states, success, strict=True)
            estimates = [without_noise(state, p, metadata, labels, ansatz) for state, p in pairs]
            return estimates if several else estimates[0]
        if per_shot:
            tables = on_device.counts_shot_by_shot(prepared, device, number, rng, labels)
        else:
            chances = on_device.outcome_probabilities(states, device, labels, engine)
            tables = draw_kept(np.reshape(success, (-1, 1, 1)) * chances, number, rng)
    require_kept(tables.sum(axis=(1, 2)).tolist(), len(labels), number or 0, success)
    estimates = from_counts(tables, number or 0, metadata, device, labels, ansatz)
    return estimates if several else estimates[0]


def metadata_of(
    engine: Engine, postselect: Mapping[str, int | str] | None, seed: Seed, *, per_shot: bool
) -> dict[str, Any]:
    """How a result is computed."""
    return {
        "engine": engine,
        "method": "shot by shot" if per_shot else "kept branch",
        "postselect": dict({} if postselect is None else postselect),
        "seed": None if isinstance(seed, np.random.Generator) else seed,
    }


def circuits_of(circuit: "QuantumCircuit | Sequence[QuantumCircuit]") -> "tuple[list[QuantumCircuit], bool]":
    from qiskit import QuantumCircuit

    several = isinstance(circuit, Sequence)
    circuits = list(circuit) if isinstance(circuit, Sequence) else [circuit]
    if not circuits or not all(isinstance(one, QuantumCircuit) for one in circuits):
        fail("circuit", "be a QuantumCircuit or several of them", "is something else or empty")
    return circuits, several


def checked_run(
    device: Device, shots: object, engine: str, seed: Seed, per_shot: bool
) -> tuple[int | None, np.random.Generator]:
    if not isinstance(device, Device):
        fail("device", "be a Device", f"is of type {type(device).__name__}")
    one_of(engine, "engine", _ENGINES)
    number = None if shots is None else whole_number(shots, "shots", minimum=1, maximum=MOST_SHOTS)
    if per_shot and (number is None or engine != "aer"):
        fail("per_shot", 'go with a number of shots and the engine "aer"', f"shots is {shots}, engine {show(engine)}")
    return number, generator(seed)


def _require_pair(device: Device, shots: int | None) -> None:
    if shots is not None and device.n_qubits != 2:
        must = "be None for a device of other than two qubits, whose concurrence is not defined"
        fail("shots", must, f"is {shots} for {device.n_qubits} qubits")


def _checked_settings(settings: Sequence[str] | None, ansatz: object, device: Device) -> tuple[str, ...]:
    n = device.n_qubits
    one_of(ansatz, "ansatz", _ANSATZES)
    if ansatz != "full" and n != 2:
        fail("ansatz", 'be "full" for a device of other than two qubits', f"is {show(ansatz)} for {n} qubits")
    if settings is None:
        return tomography.pauli_settings(n)
    labels = checked_settings(settings)
    if len(labels[0]) != n:
        fail("settings", f"be labels of {n} letters, one for each NV qubit", f"contain {show(labels[0])}")
    return labels


def not_followed(reason: Exception, shots: int | None) -> int:
    """The number of shots to run one by one where the kept branch cannot be followed.

    Raises:
        UnsupportedCircuitError: If there are none.
    """
    if shots is None:
        must = 'be kept in its branch without shots (give a number of them, or use engine="exact")'
        raise UnsupportedCircuitError(f"Argument `circuit` must {must}, but {reason}.")
    return shots


def require_kept(kept: Sequence[int], n_settings: int, shots: int, success: Sequence[float] | None) -> None:
    """Refuses to go on where a circuit has no kept run.

    Raises:
        NoKeptShotsError: If there is one.
    """
    for k in np.flatnonzero(np.asarray(kept) == 0).tolist():
        expected = "" if success is None else f"; {n_settings * shots * success[k]:.3g} were to be expected"
        of_all = f"{n_settings} × {shots}" if n_settings > 1 else f"{shots}"
        raise NoKeptShotsError(
            f"Argument `shots` must be large enough to keep some runs{_which(k, kept)}, but none of "
            f"{of_all} was kept{expected}."
        )


def _which(number: int, all_of_them: Sequence[object]) -> str:
    return "" if len(all_of_them) == 1 else f" of circuit {number}"
