"""A circuit on a device: the state, its entanglement and the odds of keeping a run."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol._checks import Seed, fail, generator, one_of, show, whole_number
from nvprotocol.device import Device
from nvprotocol.emulation.estimate import Estimate
from nvprotocol.emulation.postselection import kept_bits, refuse_measured_at_the_end
from nvprotocol.entanglement import concurrence
from nvprotocol.errors import NoKeptShotsError

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.backend.timeline import Timeline

__all__ = ["emulate"]

Engine: TypeAlias = Literal["aer", "exact"]
_SMALLEST_ODDS = 1e-13
"""What cancels in a density matrix leaves 1e-17 for every operation behind; smaller odds cannot be told from it."""
_MOST_SHOTS = 10**12
_ENGINES: tuple[Engine, ...] = ("aer", "exact")


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
) -> Estimate | list[Estimate]:
    """Runs circuits on a device whose qubits share a medium, and estimates the state by tomography.

    Delays become the medium's exact channel on all NV qubits at once. What is postselected is followed in its kept
    branch: one run of the density matrix gives the kept state and its odds, and counts are drawn from these, so that
    shots cost nothing. The distribution is that of the plain circuit run shot by shot (`per_shot`).

    Args:
        circuit: One circuit or several; several run as one job. NV qubits are the register `nv`, or the first qubits.
        device: The device.
        shots: Runs in each of the 3ᴺ Pauli settings, kept or not; None gives the state without sampling noise.
        postselect: Register → outcome that is kept: 0 or 1 for every bit of it, or a string of bits in Qiskit's order.
        engine: "aer" for the Aer simulator, "exact" for the master equation in NumPy.
        seed: Seed or generator of what is random.
        per_shot: Whether Aer runs every shot through every mid-circuit measurement, the reference semantics: slow.

    Returns:
        An `Estimate`, or a list of them for a sequence of circuits.

    Raises:
        ArgumentError: If an argument is not as described, or `postselect` names what the circuit does not have.
        UnsupportedCircuitError: If the circuit has control flow or other operations that are not gates, delays,
            barriers, measurements and resets.
        NoKeptShotsError: If no run is kept.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)))
        >>> circuit = nv.protocols.monitored_bell(duration=1.0, checks=5)
        >>> estimate = nv.emulate(circuit, device, shots=4000, postselect={"parity": 1}, seed=7)
        >>> bool(estimate.interval[0] < 0.99933 <= estimate.interval[1])
        True
    """
    from qiskit import QuantumCircuit

    circuits = list(circuit) if isinstance(circuit, Sequence) else [circuit]
    shots, rng = _checked(circuits, device, shots, engine, seed, per_shot)
    lines = [_timeline(one, device, postselect) for one in circuits]
    method = "shot by shot" if per_shot else "kept branch"
    metadata = {
        "engine": engine,
        "method": method,
        "postselect": dict(postselect or {}),
        "seed": None if isinstance(seed, np.random.Generator) else seed,
    }
    odds, states = _kept_branches(lines, device, engine)
    if shots is None:
        estimates = [_without_noise(state, p, metadata) for state, p in zip(states, odds, strict=True)]
    else:
        if per_shot:
            tables = _per_shot_counts(circuits, lines, device, shots, rng)
        else:
            tables = np.array([_draw(state, p, shots, rng) for state, p in zip(states, odds, strict=True)])
        estimates = _from_counts(tables, shots, rng, metadata, odds)
    return estimates[0] if isinstance(circuit, QuantumCircuit) else estimates


def _checked(
    circuits: "Sequence[QuantumCircuit]", device: Device, shots: object, engine: str, seed: Seed, per_shot: bool
) -> tuple[int | None, np.random.Generator]:
    from qiskit import QuantumCircuit

    if not circuits or not all(isinstance(one, QuantumCircuit) for one in circuits):
        fail("circuit", "be a QuantumCircuit or several of them", "is something else or empty")
    if not isinstance(device, Device):
        fail("device", "be a Device", f"is of type {type(device).__name__}")
    one_of(engine, "engine", _ENGINES)
    number = None if shots is None else whole_number(shots, "shots", minimum=1, maximum=_MOST_SHOTS)
    if number is not None and device.n_qubits != 2:
        must = "be None for a device of other than two qubits, whose concurrence is not defined"
        fail("shots", must, f"is {number} for {device.n_qubits} qubits")
    if per_shot and (number is None or engine != "aer"):
        fail("per_shot", 'go with a number of shots and the engine "aer"', f"shots is {shots}, engine {show(engine)}")
    return number, generator(seed)


def _timeline(circuit: "QuantumCircuit", device: Device, postselect: Mapping[str, int | str] | None) -> "Timeline":
    from nvprotocol.backend import timeline

    keep = kept_bits(circuit, postselect or {})
    line = timeline(circuit, device.n_qubits, dt_ns=device.dt_ns, keep=keep)
    refuse_measured_at_the_end(line)
    return line


def _kept_branches(
    lines: "list[Timeline]", device: Device, engine: Engine
) -> tuple[list[float], list[NDArray[np.complex128]]]:
    """The odds of keeping a run of each circuit, and the state that is kept."""
    if engine == "exact":
        from nvprotocol.backend.exact import kept_states
    else:
        from nvprotocol.backend.aer import kept_states
    weighted = kept_states(lines, device.equation)
    odds = [float(np.clip(np.trace(state).real, 0.0, 1.0)) for state in weighted]
    for k, p in enumerate(odds):
        if p < _SMALLEST_ODDS:
            raise NoKeptShotsError(
                f"No run{_which(k, odds)} is kept: the probability of what is postselected, {p:.1g}, is below what "
                "rounding resolves."
            )
    return odds, [state / np.trace(state).real for state in weighted]


def _which(number: int, all_of_them: Sequence[object]) -> str:
    return "" if len(all_of_them) == 1 else f" of circuit {number}"


def _draw(state: NDArray[np.complex128], odds: float, shots: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Counts of the kept runs in each setting; the last cell of each draw, not returned, are the discarded runs."""
    outcomes = tomography.probabilities(state)
    cells = np.concatenate([odds * outcomes, np.full((len(outcomes), 1), 1 - odds)], axis=-1)
    cells = np.round(cells, 12)  # a seed is to give the same counts on machines whose last bits differ
    return rng.multinomial(shots, cells / cells.sum(axis=-1, keepdims=True))[:, :-1]


def _per_shot_counts(
    circuits: "Sequence[QuantumCircuit]", lines: "list[Timeline]", device: Device, shots: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    from nvprotocol.backend.aer import sampled_counts

    return sampled_counts(
        lines,
        device.equation,
        n_clbits=[circuit.num_clbits for circuit in circuits],
        settings=tomography.pauli_settings(device.n_qubits),
        shots=shots,
        seed=int(rng.integers(2**31)),
    )


def _without_noise(state: NDArray[np.complex128], odds: float, metadata: dict[str, Any]) -> Estimate:
    value = float(concurrence(state)) if state.shape == (4, 4) else float("nan")
    return Estimate(state, value, (value, value), 0.0, odds, (odds, odds), None, None, metadata)


def _from_counts(
    tables: NDArray[np.int64], shots: int, rng: np.random.Generator, metadata: dict[str, Any], odds: Sequence[float]
) -> list[Estimate]:
    n_settings = tables.shape[1]
    kept = tables.sum(axis=(1, 2))
    for k, p in enumerate(odds):
        if kept[k] == 0:
            raise NoKeptShotsError(
                f"Argument `shots` must be large enough to keep some runs{_which(k, odds)}, but none of "
                f"{n_settings} × {shots} was kept; {n_settings * shots * p:.3g} were to be expected."
            )
    fits = tomography.estimate(tables, seed=rng)
    low, high = tomography.wilson(kept, n_settings * shots)
    return [
        Estimate(
            state=fits.state[k],
            concurrence=float(fits.concurrence[k]),
            interval=(float(fits.interval[k, 0]), float(fits.interval[k, 1])),
            standard_error=float(fits.standard_error[k]),
            success_probability=float(kept[k] / (n_settings * shots)),
            success_interval=(float(low[k]), float(high[k])),
            counts=tables[k],
            shots=shots,
            metadata=metadata,
        )
        for k in range(len(tables))
    ]
