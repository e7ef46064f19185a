"""What is asked of an emulation: checked arguments, and what every call does with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import MOST_SHOTS, Seed, fail, generator, mapping, show, truth, whole_number
from nvprotocol.device import Device
from nvprotocol.engines import engine_of
from nvprotocol.errors import NoKeptShotsError, UnsupportedCircuitError
from nvprotocol.tomography.settings import draw_kept

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.compiler.steps import CompiledCircuit
    from nvprotocol.engines.engine import Engine

Found = TypeVar("Found")


@dataclass(frozen=True)
class Request:
    """What is asked for, checked.

    Attributes:
        circuits: The circuits.
        several: Whether they were given as a sequence.
        device: The device.
        shots: Runs in each setting; None for none.
        engine: The engine.
        rngs: What is random: one generator for all circuits, or one for each.
        per_shot: Whether every shot is run.
        metadata: How the result is computed.
        first: How many circuits other requests of the same call have before these.
    """

    circuits: "list[QuantumCircuit]"
    several: bool
    device: Device
    shots: int | None
    engine: "Engine"
    rngs: tuple[np.random.Generator, ...]
    per_shot: bool
    metadata: dict[str, Any]
    first: int = 0

    @classmethod
    def each(
        cls,
        circuit: "QuantumCircuit | Sequence[QuantumCircuit]",
        device: Device | Sequence[Device],
        shots: object,
        postselect: Mapping[str, int | str] | None,
        engine: str,
        seed: Seed | Sequence[Seed],
        *,
        per_shot: bool,
    ) -> "list[Request]":
        """The arguments of `emulate` and `probability`, those circuits together that have one device.

        Raises:
            ArgumentError: If one is not as they describe it.
        """
        if isinstance(device, Device) or not isinstance(device, Sequence):
            return [cls.checked(circuit, device, shots, postselect, engine, seed, per_shot=per_shot)]
        if not isinstance(circuit, Sequence) or len(circuit) != len(device) or not circuit:
            of = f"each of {len(circuit)} circuits" if isinstance(circuit, Sequence) else "each of several circuits"
            fail("device", f"be one device, or one for {of}", f"is a list of {len(device)}")
        rngs = _generators(seed, len(circuit))
        requests = []
        for _, group in groupby(range(len(circuit)), key=lambda k: id(device[k])):
            own = list(group)
            given = rngs[0] if len(rngs) == 1 else [rngs[k] for k in own]
            of_one = [circuit[k] for k in own], device[own[0]], shots, postselect, engine, given
            request = cls.checked(*of_one, per_shot=per_shot)
            request.metadata["seed"] = _told(seed)
            requests.append(replace(request, first=own[0]))
        sizes = {request.device.n_qubits for request in requests}
        if len(sizes) > 1:
            fail("device", "be devices of one number of qubits", f"has {' and '.join(map(str, sorted(sizes)))}")
        return requests

    @classmethod
    def checked(
        cls,
        circuit: "QuantumCircuit | Sequence[QuantumCircuit]",
        device: Device,
        shots: object,
        postselect: Mapping[str, int | str] | None,
        engine: str,
        seed: Seed | Sequence[Seed],
        *,
        per_shot: bool,
    ) -> "Request":
        """The arguments of `emulate` and `probability`.

        Raises:
            ArgumentError: If one is not as they describe it.
        """
        from qiskit import QuantumCircuit

        per_shot = truth(per_shot, "per_shot")
        several = isinstance(circuit, Sequence) and not isinstance(circuit, str | bytes | range)
        given: Any = circuit
        circuits: list[Any] = list(given) if several else [given]
        if not circuits or not all(isinstance(one, QuantumCircuit) for one in circuits):
            fail("circuit", "be a QuantumCircuit or several of them", "is something else or empty")
        if not isinstance(device, Device):
            fail("device", "be a Device", f"is of type {type(device).__name__}")
        found = engine_of(engine, device)
        number = None if shots is None else whole_number(shots, "shots", minimum=1, maximum=MOST_SHOTS)
        if per_shot and number is None:
            fail("per_shot", "go with a number of shots", f"shots is {show(shots)}")
        rngs = _generators(seed, len(circuits))
        metadata = {
            "engine": engine,
            "method": "shot by shot" if per_shot else "kept branch",
            "postselect": dict(mapping(postselect, "postselect", "registers to outcomes")),
            "seed": _told(seed),
        }
        return cls(circuits, several, device, number, found, rngs, per_shot, metadata)

    def followed(self, ask: Callable[[], Found]) -> Found | None:
        """What an engine finds in the kept branches; None where they cannot be followed, and every shot has to be run.

        Raises:
            UnsupportedCircuitError: If there are no shots to run.
        """
        from nvprotocol.compiler.kept_branch import NotFollowedError

        try:
            found = ask()
        except NotFollowedError as reason:
            if self.shots is None:
                must = 'be kept in its branch without shots (give a number of them, or use engine="exact")'
                raise UnsupportedCircuitError("circuit", must, reason.but) from None
            self.metadata.update({"method": "shot by shot", "reason": reason.but})
            return None
        self._tell_nodes()
        return found

    def drawn(self, tables: Iterable[NDArray[np.float64]]) -> list[NDArray[np.int64]]:
        """Kept counts of every circuit, from the probabilities of what is kept."""
        rngs = self.rngs * len(self.circuits) if len(self.rngs) == 1 else self.rngs
        return [draw_kept(table, self.shots or 0, rng) for table, rng in zip(tables, rngs, strict=True)]

    def counted(self, circuits: "Sequence[CompiledCircuit]") -> list[Mapping[int, int]]:
        """Kept counts of compiled circuits, every shot run; equally many of them belong to each circuit asked for."""
        each = len(circuits) // len(self.rngs)
        counts: list[Mapping[int, int]] = []
        for k, rng in enumerate(self.rngs):
            seed = int(rng.integers(2**31))
            counts += self.engine.counts(circuits[k * each : (k + 1) * each], self.shots or 0, seed)
        self._tell_nodes()
        return counts

    def _tell_nodes(self) -> None:
        """Says in the metadata over how many static detunings the answer is averaged."""
        if self.engine.nodes:
            self.metadata["nodes"] = self.engine.nodes

    def require_kept(self, counts: Sequence[int], n_settings: int, success: Sequence[float] | None) -> None:
        """Refuses to go on where a circuit has no kept run.

        Raises:
            NoKeptShotsError: If there is one.
        """
        for k in np.flatnonzero(np.asarray(counts) == 0).tolist():
            runs = n_settings * (self.shots or 0)
            expected = "" if success is None else f"; {runs * success[k]:.3g} were to be expected"
            of_all = f"{n_settings} × {self.shots}" if n_settings > 1 else f"{self.shots}"
            which = f" of circuit {self.first + k}" if self.first or len(counts) > 1 else ""
            raise NoKeptShotsError(
                f"Argument `shots` must be large enough to keep some runs{which}, but none of {of_all} was kept"
                f"{expected}."
            )


def _generators(seed: Seed | Sequence[Seed], number: int) -> tuple[np.random.Generator, ...]:
    """One generator for all circuits, or one for each where there are as many seeds."""
    if isinstance(seed, str) or not isinstance(seed, Sequence):
        return (generator(seed),)  # pyright: ignore[reportArgumentType]  # which refuses a text
    if len(seed) != number:
        fail("seed", f"be one seed, or one for each of {number} circuits", f"is a list of {len(seed)}")
    return tuple(generator(one, f"seed[{k}]") for k, one in enumerate(seed))


def _told(seed: Seed | Sequence[Seed]) -> Any:
    """A seed as the metadata say it: that of a generator is not known."""
    if isinstance(seed, Sequence) and not isinstance(seed, str):
        return tuple(_told(one) for one in seed)
    return None if isinstance(seed, np.random.Generator) else seed
