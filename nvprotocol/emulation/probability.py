"""Circuits that measure: the probability that a register reads given outcomes, among the runs that are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol._checks import Seed, fail, show
from nvprotocol._read_only import holds_read_only
from nvprotocol.device import Device
from nvprotocol.emulation.estimate import Engine, described
from nvprotocol.emulation.run import (
    checked_run,
    circuits_of,
    metadata_of,
    not_followed,
    require_kept,
)
from nvprotocol.tomography.settings import draw_kept

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["Probability", "probability"]


@holds_read_only
@dataclass(frozen=True, eq=False, repr=False)
class Probability:
    """The probability that a register reads given outcomes, among the runs that are kept.

    Attributes:
        value: The probability: exact without shots, else the relative frequency among kept runs.
        interval: 95 % interval of it (Clopper–Pearson).
        standard_error: Its standard error, √(p(1 − p)/n) for n kept runs; 0 without shots.
        success_probability: Probability that a run is kept.
        success_interval: 95 % interval of it (Clopper–Pearson).
        outcomes: The outcomes that are asked for, strings of bits in Qiskit's order.
        register: Name of the classical register of k bits.
        distribution: Probability of every reading of the register, or its frequency among kept runs, shape (2ᵏ,).
        counts: Kept counts of every reading, shape (1, 2ᵏ); None without shots.
        shots: Runs, kept or not; None without shots.
        metadata: How it was computed: engine, method, reason where the method was forced, postselect and seed.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
        >>> circuit = nv.protocols.relaxometry(duration=0.5)
        >>> print(nv.probability(circuit, device, ["01", "10"], shots=None))
        probability of readout = 01 or 10 0.5677, nothing discarded (aer, no sampling noise)
    """

    value: float
    interval: tuple[float, float]
    standard_error: float
    success_probability: float
    success_interval: tuple[float, float]
    outcomes: tuple[str, ...]
    register: str
    distribution: NDArray[np.float64]
    counts: NDArray[np.int64] | None
    shots: int | None
    metadata: dict[str, Any]

    def __str__(self) -> str:
        shots = "no sampling noise" if self.shots is None else f"{self.shots} shots"
        ends = "" if self.shots is None else " [{:.4f}, {:.4f}]".format(*self.interval)
        asked = f"probability of {self.register} = {' or '.join(self.outcomes)} {self.value:.4f}{ends}"
        return f"{asked}, {described(self)} ({self.metadata['engine']}, {shots})"

    __repr__ = __str__


@overload
def probability(
    circuit: "QuantumCircuit",
    device: Device,
    outcomes: str | Sequence[str],
    register: str = ...,
    shots: int | None = ...,
    postselect: Mapping[str, int | str] | None = ...,
    engine: Engine = ...,
    seed: Seed = ...,
    *,
    per_shot: bool = ...,
) -> Probability: ...
@overload
def probability(
    circuit: "Sequence[QuantumCircuit]",
    device: Device,
    outcomes: str | Sequence[str],
    register: str = ...,
    shots: int | None = ...,
    postselect: Mapping[str, int | str] | None = ...,
    engine: Engine = ...,
    seed: Seed = ...,
    *,
    per_shot: bool = ...,
) -> list[Probability]: ...
def probability(
    circuit: "QuantumCircuit | Sequence[QuantumCircuit]",
    device: Device,
    outcomes: str | Sequence[str],
    register: str = "readout",
    shots: int | None = 10_000,
    postselect: Mapping[str, int | str] | None = None,
    engine: Engine = "aer",
    seed: Seed = None,
    *,
    per_shot: bool = False,
) -> Probability | list[Probability]:
    """Runs circuits that measure on a device, and estimates how probable given outcomes are among the kept runs.

    Readout errors of the device are in it: it is what the laboratory would count. As in `emulate`, the kept branch is
    followed once and counts are drawn from it; where that is not possible, every shot is run.

    Args:
        circuit: One circuit or several. NV qubits are the register `nv`, or the first qubits.
        device: The device.
        outcomes: One string of bits in Qiskit's order, as long as the register, or several.
        register: The classical register that is read, of at most 16 bits.
        shots: Runs, kept or not; None gives the probability without sampling noise.
        postselect: Register → outcome that is kept: 0 or 1 for every bit of it, or a string of bits in Qiskit's order.
        engine: "aer" for the Aer simulator, "exact" for the master equation in NumPy, "pulse" for the same under the
            pulses that the gates become (`nv.pulses.schedule`).
        seed: Seed or generator of what is random.
        per_shot: Whether Aer runs every shot through every mid-circuit measurement, the reference semantics: slow.

    Returns:
        A `Probability`, or a list of them for a sequence of circuits.

    Raises:
        ArgumentError: If an argument is not as described, or `postselect` or `register` names what the circuit does not
            have or does not measure.
        UnsupportedCircuitError: If the circuit has operations that cannot be followed.
        NoKeptShotsError: If no run is kept, or the probability of keeping one is too small to be resolved, as for
            `emulate`.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.5, q=0.2)))
        >>> circuit = nv.protocols.hahn_echo(duration=1.0)
        >>> back = nv.probability(circuit, device, "0", shots=4000, seed=7)
        >>> bool(abs(back.value - (1 + np.exp(-0.6)) / 2) < 5 * back.standard_error)  # 1/T2 = a + ã
        True
    """
    from nvprotocol.backend.floor import success_probabilities
    from nvprotocol.emulation import circuits as on_device
    from nvprotocol.emulation import readings

    given, several = circuits_of(circuit)
    number, rng = checked_run(device, shots, engine, seed, per_shot)
    asked = [_outcomes(outcomes, readings.size_of(one, register), register) for one in given]
    prepared = on_device.prepare(given, device, postselect, tomography=False)
    metadata = metadata_of(engine, postselect, seed, per_shot=per_shot)
    tables = readings.joint_probabilities(prepared, device, engine, register)
    success: list[float] | None = None
    if isinstance(tables, Exception):
        counts = readings.counts_shot_by_shot(prepared, device, not_followed(tables, number), rng, register)
        metadata |= {"method": "shot by shot", "reason": f"{tables}"}
    else:
        success = success_probabilities([float(table.sum()) for table in tables])
        if number is None:
            pairs = zip(tables, success, asked, strict=True)
            exact = [_exact(table / p, p, one, register, metadata) for table, p, one in pairs]
            return exact if several else exact[0]
        if per_shot:
            counts = readings.counts_shot_by_shot(prepared, device, number, rng, register)
        else:
            counts = [draw_kept(table, number, rng) for table in tables]
    drawn = number or 0
    require_kept([int(one.sum()) for one in counts], 1, drawn, success)
    found = [_counted(one, drawn, wanted, register, metadata) for one, wanted in zip(counts, asked, strict=True)]
    return found if several else found[0]


def _outcomes(outcomes: object, bits: int, register: str) -> tuple[str, ...]:
    """The outcomes, each a string of as many bits as the register has."""
    asked = [outcomes] if isinstance(outcomes, str) else list(outcomes) if isinstance(outcomes, Sequence) else []
    if not asked:
        fail("outcomes", "be a string of bits or several of them", f"is {show(outcomes)}")
    for one in asked:
        if not isinstance(one, str) or len(one) != bits or set(one) - {"0", "1"}:
            fail("outcomes", f"be strings of {bits} bits, as register {show(register)} has", f"contains {show(one)}")
    if len(set(asked)) < len(asked):
        fail("outcomes", "name each outcome once", f"is {', '.join(asked)}")
    return tuple(asked)


def _share(distribution: NDArray, outcomes: Sequence[str]) -> float:
    return float(min(sum(distribution[int(one, 2)] for one in outcomes), 1.0))


def _exact(
    distribution: NDArray[np.float64],
    success: float,
    outcomes: tuple[str, ...],
    register: str,
    metadata: dict[str, Any],
) -> Probability:
    value = _share(distribution, outcomes)
    return Probability(
        value, (value, value), 0.0, success, (success, success), outcomes, register, distribution, None, None, metadata
    )


def _counted(
    counts: NDArray[np.int64], shots: int, outcomes: tuple[str, ...], register: str, metadata: dict[str, Any]
) -> Probability:
    kept = int(counts.sum())
    hits = sum(int(counts[int(one, 2)]) for one in outcomes)
    low, high = tomography.clopper_pearson([hits, kept], [kept, shots])
    value = hits / kept
    return Probability(
        value=value,
        interval=(float(low[0]), float(high[0])),
        standard_error=float(np.sqrt(value * (1 - value) / kept)),
        success_probability=kept / shots,
        success_interval=(float(low[1]), float(high[1])),
        outcomes=outcomes,
        register=register,
        distribution=counts / kept,
        counts=counts[None],
        shots=shots,
        metadata=metadata,
    )
