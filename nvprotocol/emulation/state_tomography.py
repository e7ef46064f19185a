"""A circuit on a device: the state, its entanglement and the probability of keeping a run."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol._checks import Seed, fail, one_of, show
from nvprotocol._warnings import muted
from nvprotocol.device import Device
from nvprotocol.emulation.many_qubits import fitted_pairs, fitted_states
from nvprotocol.emulation.request import Request
from nvprotocol.emulation.results import Ansatz, Estimate
from nvprotocol.engines import EngineName
from nvprotocol.entanglement import concurrence, pairwise_concurrence
from nvprotocol.tomography._arguments import checked_readout, checked_settings

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.compiler.steps import CompiledCircuit
    from nvprotocol.engines.engine import Engine

__all__ = ["emulate"]

_ANSATZES: tuple[Ansatz, ...] = ("full", "X")
_MOST_QUBITS = 4
"""Qubits whose counts are drawn and fitted: the 81 settings of four take seconds."""


@overload
def emulate(
    circuit: "QuantumCircuit",
    device: Device,
    shots: int | None = ...,
    postselect: Mapping[str, int | str] | None = ...,
    engine: EngineName = ...,
    seed: Seed = ...,
    *,
    per_shot: bool = ...,
    settings: Sequence[str] | None = ...,
    ansatz: Ansatz = ...,
) -> Estimate: ...
@overload
def emulate(
    circuit: "Sequence[QuantumCircuit]",
    device: Device | Sequence[Device],
    shots: int | None = ...,
    postselect: Mapping[str, int | str] | None = ...,
    engine: EngineName = ...,
    seed: Seed | Sequence[Seed] = ...,
    *,
    per_shot: bool = ...,
    settings: Sequence[str] | None = ...,
    ansatz: Ansatz = ...,
) -> list[Estimate]: ...
def emulate(
    circuit: "QuantumCircuit | Sequence[QuantumCircuit]",
    device: Device | Sequence[Device],
    shots: int | None = 10_000,
    postselect: Mapping[str, int | str] | None = None,
    engine: EngineName = "aer",
    seed: Seed | Sequence[Seed] = None,
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

    Three and four NV qubits are measured in all 3ᴺ settings, or in fewer: `nv.tomography.pairwise_settings(N)` give the
    concurrence of every pair, `nv.tomography.fidelity_settings(target)` the fidelity with a state and its witness.

    Args:
        circuit: One circuit or several; several run as one job. NV qubits are the register `nv`, or the first qubits.
        device: The device, or one for each circuit.
        shots: Runs in each setting, kept or not, of 2 to 4 NV qubits; None gives the state without sampling noise.
        postselect: Register → outcome that is kept: 0 or 1 for every bit of it, or a string of bits in Qiskit's order.
        engine: "aer" for the Aer simulator, "exact" for the master equation in NumPy, "pulse" for the same under the
            pulses that the gates become (`nv.pulses.schedule`), those of the tomography included.
        seed: Seed or generator of what is random; one for each circuit, and its counts do not depend on the others.
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
        >>> three = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.ones((3, 3)))))
        >>> from qiskit import QuantumCircuit
        >>> circuit = QuantumCircuit(3)
        >>> _ = circuit.x(0), circuit.delay(1, unit="us")  # one excitation, of which dark states stay
        >>> nine = nv.tomography.pairwise_settings(3)
        >>> estimate = nv.emulate(circuit, three, 1000, engine="exact", seed=7, settings=nine)
        >>> bool(np.all(estimate.pairwise_interval[0, 1:, 0] > 0.25))
        True
    """
    requests = Request.each(circuit, device, shots, postselect, engine, seed, per_shot=per_shot)
    for request in requests:
        _require_few(request.device, request.shots)
    labels = _checked_settings(settings, ansatz, requests[0].device)
    found = [_followed(request, postselect, labels, ansatz) for request in requests]
    exact = [one for part in found if isinstance(part, list) for one in part]
    tables = [part for part in found if isinstance(part, np.ndarray)]
    estimates = _from_counts(tables, requests, labels, ansatz) if tables else exact
    return estimates if requests[0].several else estimates[0]


def _followed(
    request: Request, postselect: Mapping[str, int | str] | None, labels: tuple[str, ...], ansatz: Ansatz
) -> list[Estimate] | NDArray[np.int64]:
    """Kept counts of every circuit and setting, shape (circuits, settings, 2ᴺ); estimates where there are no shots."""
    from nvprotocol.compiler.circuit_to_steps import compile_circuits
    from nvprotocol.engines.floor import success_probabilities

    compiled = compile_circuits(request.circuits, request.device, postselect, translate=True)
    for one in compiled:
        _require_unmeasured(one, request.device.n_qubits)
    sampled = request.shots is not None and not request.per_shot
    found = request.followed(lambda: kept_and_read(request.engine, compiled, labels if sampled else ()))
    success: list[float] | None = None
    weighted, read = found or ([], None)
    if found is not None:
        success = success_probabilities(
            [np.trace(state).real for state in weighted], request.engine.smallest_probability
        )
        weighted = [state / np.trace(state).real for state in weighted]
        if request.shots is None:
            pairs = zip(weighted, success, strict=True)
            return [_without_noise(state, p, request, labels, ansatz) for state, p in pairs]
    if success is None or request.per_shot:
        tables = _counts_shot_by_shot(compiled, request, postselect, labels)
    else:
        if read is None:
            read = np.reshape(success, (-1, 1, 1)) * tomography.probabilities(np.array(weighted), labels)
        tables = np.array(request.drawn(read))
    request.require_kept(tables.sum(axis=(1, 2)).tolist(), len(labels), success)
    return tables


def _require_few(device: Device, shots: int | None) -> None:
    if shots is not None and not 2 <= device.n_qubits <= _MOST_QUBITS:
        must = f"be None for a device of other than 2 to {_MOST_QUBITS} qubits, of which no counts are fitted"
        fail("shots", must, f"is {shots} for {device.n_qubits} qubit{'s' if device.n_qubits != 1 else ''}")


def _checked_settings(settings: Sequence[str] | None, ansatz: object, device: Device) -> tuple[str, ...]:
    n = device.n_qubits
    one_of(ansatz, "ansatz", _ANSATZES)
    if ansatz != "full" and device.equation.symmetry != "U(1)":
        must = 'be "full" for a device whose medium is not axial, or whose drive is always on'
        fail("ansatz", must, f"is {show(ansatz)}")
    if ansatz != "full" and n != 2:
        fail("ansatz", 'be "full" for a device of other than two qubits', f"is {show(ansatz)} for {n} qubits")
    if settings is None:
        return tomography.pauli_settings(n)
    labels = checked_settings(settings)
    if len(labels[0]) != n:
        fail("settings", f"be labels of {n} letters, one for each NV qubit", f"contain {show(labels[0])}")
    return labels


def _require_unmeasured(compiled: "CompiledCircuit", n_nv: int) -> None:
    """Refuses a circuit that ends by measuring an NV qubit: tomography would find what that has left over."""
    from nvprotocol.compiler.tomography import measured_at_the_end

    for number, bit in measured_at_the_end(compiled.native, n_nv).items():
        if bit not in compiled.keep:
            must = "leave the NV qubits unmeasured at its end, for tomography to measure"
            fail("circuit", must, f"it measures qubit {number} there and does not postselect on it")


def kept_and_read(
    engine: "Engine", circuits: "Sequence[CompiledCircuit]", settings: Sequence[str]
) -> tuple[list[NDArray[np.complex128]], NDArray[np.float64] | None]:
    """The unnormalised kept states of circuits, and what is read after the rotations of Pauli settings.

    Args:
        engine: The engine.
        circuits: The compiled circuits, C of them.
        settings: The settings, S of them.

    Returns:
        The states, and the probabilities that a run is kept and read so, shape (C, S, 2ᴺ); None for no settings, and
        for ideal instruments, of which the states tell it.
    """
    if not settings or engine.device.is_ideal:
        return engine.kept_states(circuits), None
    states, outcomes = engine.kept_outcomes(circuits, _rotated(engine.device, settings))
    return states, _as_read(outcomes, engine.device)


def outcome_probabilities(
    states: Sequence[NDArray[np.complex128]], engine: "Engine", settings: Sequence[str]
) -> NDArray[np.float64]:
    """Probabilities of what is read in each Pauli setting, of states that know nothing of the device's detunings.

    Returns:
        The probabilities, shape (states, settings, 2ᴺ).
    """
    if engine.device.is_ideal:
        return tomography.probabilities(np.array(states), settings)
    return _as_read(engine.outcomes(states, _rotated(engine.device, settings)), engine.device)


def _rotated(device: Device, settings: Sequence[str]) -> "list[CompiledCircuit]":
    """What the device does from the end of a circuit up to the measurement of each setting."""
    from nvprotocol.compiler.circuit_to_steps import compile_circuits
    from nvprotocol.compiler.tomography import rotations

    return compile_circuits([rotations(one) for one in settings], device, translate=True, prepares=False)


def _as_read(outcomes: NDArray[np.float64], device: Device) -> NDArray[np.float64]:
    joint = np.asarray(checked_readout(device.readout_matrices, 2**device.n_qubits))
    return np.clip(outcomes, 0.0, None) @ joint.T


def _counts_shot_by_shot(
    compiled: "Sequence[CompiledCircuit]",
    request: Request,
    postselect: Mapping[str, int | str] | None,
    settings: Sequence[str],
) -> NDArray[np.int64]:
    """The kept counts of every circuit and setting, every shot request, shape (circuits, settings, 2ᴺ)."""
    from nvprotocol.compiler.circuit_to_steps import compile_circuits
    from nvprotocol.compiler.places import nv_of
    from nvprotocol.compiler.tomography import tomography_circuits

    n = request.device.n_qubits
    measured = [one for part in compiled for one in tomography_circuits(part.native, settings, nv_of(part.native, n))]
    again = compile_circuits(measured, request.device, postselect, translate=True, to_end=False)
    tables = np.zeros((len(measured), 2**n), dtype=np.int64)
    for k, (table, counts) in enumerate(zip(tables, request.counted(again), strict=True)):
        for value, count in counts.items():  # the outcome of the setting is in the highest bits
            table[value >> compiled[k // len(settings)].native.num_clbits] += count
    return tables.reshape(len(compiled), len(settings), -1)


def _without_noise(
    state: NDArray[np.complex128], success: float, request: Request, settings: Sequence[str], ansatz: Ansatz
) -> Estimate:
    """The exact state as an estimate that nothing is uncertain about."""
    value, pairs = float("nan"), None
    if state.shape == (4, 4):
        value = float(concurrence(state))
    else:
        pairs = np.repeat(pairwise_concurrence(state)[..., None], 3, axis=-1)
    return Estimate(
        state=state,
        concurrence=value,
        interval=(value, value),
        standard_error=0.0,
        success_probability=success,
        success_interval=(success, success),
        counts=None,
        shots=None,
        metadata=request.metadata,
        settings=tuple(settings),
        ansatz=ansatz,
        readout=None if request.device.readout is None else request.device.readout_matrices,
        pairs=pairs,
    )


def _from_counts(
    tables: Sequence[NDArray[np.int64]], requests: Sequence[Request], settings: Sequence[str], ansatz: Ansatz
) -> list[Estimate]:
    """Estimates from the kept counts of each request, shape (circuits, settings, 4), each with at least one count.

    The circuits of all devices that are read alike are fitted together: a single fit takes as long as ten.
    """
    alike: dict[bytes, list[int]] = {}
    for k, request in enumerate(requests):
        matrices = np.zeros(0) if request.device.readout is None else request.device.readout_matrices
        alike.setdefault(matrices.tobytes(), []).append(k)
    estimates: dict[int, list[Estimate]] = {}
    for own in alike.values():
        fitted = iter(_fitted([tables[k] for k in own], [requests[k] for k in own], settings, ansatz))
        estimates.update({k: list(islice(fitted, len(tables[k]))) for k in own})
    return [one for k in range(len(requests)) for one in estimates[k]]


def _fitted(
    parts: Sequence[NDArray[np.int64]], requests: Sequence[Request], settings: Sequence[str], ansatz: Ansatz
) -> Iterator[Estimate]:
    """Estimates from the counts of requests whose devices are read alike."""
    device, tables = requests[0].device, np.concatenate(parts)
    readout = None if device.readout is None else device.readout_matrices
    kept, runs = tables.sum(axis=(1, 2)), len(settings) * (requests[0].shots or 0)
    low, high = tomography.clopper_pearson(kept, runs)
    metadata = [request.metadata for request, part in zip(requests, parts, strict=True) for _ in part]
    for k, fit in enumerate(_fits(tables, settings, readout, ansatz)):
        yield Estimate(
            **fit,
            success_probability=float(kept[k] / runs),
            success_interval=(float(low[k]), float(high[k])),
            counts=tables[k],
            shots=requests[0].shots,
            metadata=metadata[k],
            settings=tuple(settings),
            ansatz=ansatz,
            readout=readout,
        )


def _fits(
    tables: NDArray[np.int64], settings: Sequence[str], readout: NDArray[np.float64] | None, ansatz: Ansatz
) -> Iterator[dict[str, Any]]:
    """What each table says of its state, as `Estimate` has it."""
    if tables.shape[-1] != 4:
        pairs, p_values = fitted_pairs(tables, settings, readout)
        states = fitted_states(tables, settings, readout)
        none = float("nan")
        for state, pair, p in zip(states, pairs, p_values.tolist(), strict=True):
            of_pair = {"concurrence": none, "interval": (none, none), "standard_error": none}
            yield of_pair | {"state": state, "pairs": pair, "p_value": p}
        return
    with muted(tomography.ModelWarning):  # each estimate says itself where the counts contradict the model
        fits = tomography.estimate(tables, settings, readout, ansatz=ansatz)
    for k in range(len(tables)):
        yield {
            "state": fits.state[k],
            "concurrence": float(fits.concurrence[k]),
            "interval": (float(fits.interval[k, 0]), float(fits.interval[k, 1])),
            "standard_error": float(fits.standard_error[k]),
            "p_value": float(fits.p_value[k]),
        }
