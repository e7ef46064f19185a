"""What an experiment asks of each run: the concurrence of the state that is kept, or the probability of outcomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol._checks import fail, instance, mapping, one_of, plain_array, text, texts
from nvprotocol._typing import ArrayLike
from nvprotocol.device import Device
from nvprotocol.emulation import Estimate, Probability, emulate, probability
from nvprotocol.emulation.results import Ansatz
from nvprotocol.entanglement import concurrence
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.operators import density_matrix

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.protocols import Protocol

Emulated: TypeAlias = Estimate | Probability
REGISTER = "readout"


@dataclass(frozen=True)
class Observable:
    """What an experiment asks of each run.

    Attributes:
        symbol: How it is written, such as "C" or "P_H".
        name: What it is called: "concurrence" or "probability".
        settings: The measurement settings whose counts tell it.
        outcomes: The strings that are counted as probability, None for the concurrence.
        readings: All strings that a run can read.
        ansatz: What the tomography assumes of the state.

    Raises:
        ArgumentError: If one is not as described.

    Examples:
        >>> from nvprotocol.experiment.observable import observable_of
        >>> protocol = nv.protocols.GALLERY["ramsey"]
        >>> observable_of(protocol, protocol.circuit(duration=1.0, qubit="both")).outcomes
        ('00', '11')
    """

    symbol: str
    name: str
    settings: tuple[str, ...]
    outcomes: tuple[str, ...] | None
    readings: tuple[str, ...]
    ansatz: Ansatz = "full"

    def __post_init__(self) -> None:
        text(self.symbol, "symbol")
        one_of(self.name, "name", ("concurrence", "probability"))
        one_of(self.ansatz, "ansatz", ("full", "X"))
        for name in ("settings", "readings") if self.outcomes is None else ("settings", "readings", "outcomes"):
            object.__setattr__(self, name, texts(getattr(self, name), name))

    def of_states(self, protocol: "Protocol", parameters: Mapping[str, Any], states: NDArray) -> NDArray[np.float64]:
        """The observable of exact states on ideal instruments, NaN where a state is, shape (n,).

        Args:
            protocol: The protocol.
            parameters: Its parameters.
            states: Density matrices, shape (n, 4, 4).

        Raises:
            ArgumentError: If an argument is not as described.
        """
        states, read = _of_pairs(states), _read_qubit(protocol, parameters)
        if self.outcomes is None:
            return _where_known(states, concurrence)
        return _where_known(states, lambda known: protocol.signal(known, **read))

    def distribution(self, protocol: "Protocol", parameters: Mapping[str, Any], states: NDArray) -> NDArray[np.float64]:
        """What kept runs read on ideal instruments, shape (n, settings, readings).

        Args:
            protocol: The protocol.
            parameters: Its parameters.
            states: Density matrices, shape (n, 4, 4).

        Raises:
            ArgumentError: If an argument is not as described.
        """
        states, read = density_matrix(_of_pairs(states), 2, name="states"), _read_qubit(protocol, parameters)
        if self.outcomes is None:
            return tomography.probabilities(states, self.settings)
        each = [replace(protocol, outcomes=(string,)).signal(states, **read) for string in self.readings]
        return np.stack(each, axis=-1)[..., None, :]


def observable_of(protocol: "Protocol", circuit: "QuantumCircuit", ansatz: Ansatz = "full") -> Observable:
    """What is asked of a protocol; of the outcomes that it counts, those of its register's length."""
    if protocol.outcomes is None:
        settings = tomography.U1 if ansatz == "X" else tomography.PAULI
        return Observable(protocol.symbol, "concurrence", settings, None, ("00", "01", "10", "11"), ansatz)
    (bits,) = (register.size for register in circuit.cregs if register.name == REGISTER)
    outcomes = tuple(string for string in protocol.outcomes if len(string) == bits)
    readings = tuple(f"{value:0{bits}b}" for value in range(2**bits))
    return Observable(protocol.symbol, "probability", (REGISTER,), outcomes, readings)


def value_of(emulated: Emulated) -> float:
    """The value of the observable."""
    return emulated.concurrence if isinstance(emulated, Estimate) else emulated.value


def emulated_or_none(
    observable: Observable,
    circuits: list["QuantumCircuit"],
    devices: list[Device],
    options: dict[str, Any],
    seeds: Sequence[Sequence[int]] = (),
) -> list[Emulated | None]:
    """One answer for each circuit, None where no run is kept.

    Args:
        observable: What is asked for.
        circuits: The circuits.
        devices: The device of each.
        options: What else `emulate` and `probability` take.
        seeds: Numbers that seed the stream of each circuit; none where nothing is random.
    """
    seed = [np.random.default_rng([*one]) for one in seeds] or None
    try:
        if observable.outcomes is None:
            how: dict[str, Any] = {"settings": observable.settings, "ansatz": observable.ansatz}
            return list(emulate(circuits, devices, seed=seed, **how, **options))
        return list(probability(circuits, devices, observable.outcomes, REGISTER, seed=seed, **options))
    except NoKeptShotsError:
        if len(circuits) == 1:
            return [None]
    middle = len(circuits) // 2
    return [
        one
        for half in (slice(middle), slice(middle, None))
        for one in emulated_or_none(observable, circuits[half], devices[half], options, seeds[half])
    ]


def _of_pairs(states: ArrayLike) -> NDArray:
    """An array of states of two qubits, in which those that are not known are NaN."""
    array = plain_array(states, "states")
    if array.shape[-2:] != (4, 4):
        fail("states", "have shape (…, 4, 4)", f"has shape {array.shape}")
    return array


def _read_qubit(protocol: object, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Which qubit a protocol reads, where it can be told."""
    from nvprotocol.protocols import Protocol

    instance(protocol, "protocol", Protocol)
    parameters = mapping(parameters, "parameters", "parameters of the protocol")
    return {"qubit": parameters["qubit"]} if "qubit" in parameters else {}


def _where_known(states: NDArray, function: Any) -> NDArray[np.float64]:
    known = np.all(np.isfinite(states), axis=(-2, -1))
    values = np.full(known.shape, np.nan)
    if known.any():
        values[known] = function(states[known])
    return values
