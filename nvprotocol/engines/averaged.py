"""What engines find, averaged over the static detunings of a device with quasi-static noise.

Every engine follows single runs, and knows nothing of the distribution: this one asks another for the runs at each
node, and adds up what they find, unnormalised, with the weights of the nodes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from nvprotocol.compiler.shifts import shifted
from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.engines.engine import Engine
from nvprotocol.engines.exposure import exposure_of
from nvprotocol.engines.floor import SMALLEST_AVERAGE
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.quasi_static.exposure import Exposure
from nvprotocol.quasi_static.noise import QuasiStaticNoise, nodes_of
from nvprotocol.quasi_static.quadrature import Nodes

_TOGETHER = 200
"""Runs that an engine is asked for at once."""


class Averaged(Engine):
    """Another engine, whose answers are averaged.

    Args:
        single: The engine that follows single runs.
        noise: What the average is over.

    Attributes:
        nodes: Over how many detunings, at most, the last answers are averaged; 0 before the first.
    """

    smallest_probability = SMALLEST_AVERAGE

    def __init__(self, single: Engine, noise: QuasiStaticNoise) -> None:
        super().__init__(single.device)
        self._single = single
        self._noise = noise
        self.nodes = 0

    def kept_states(self, circuits: Sequence[CompiledCircuit]) -> list[NDArray[np.complex128]]:
        """The averages of the unnormalised final states of the NV qubits in the runs that are kept."""
        return self._mean(circuits, [()] * len(circuits), lambda some, _: self._kept_states(some))

    def distributions(
        self, circuits: Sequence[CompiledCircuit], bits: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float64]]:
        """The averages of the probabilities that a run is kept and some bits read what they read."""
        return self._mean(circuits, bits, self._single.distributions)

    def superoperator(self, circuit: CompiledCircuit) -> NDArray[np.complex128]:
        """The average of the map of a circuit that measures nothing, on states that know nothing of the detunings."""
        nodes = self._told(nodes_of(self._noise, self.device.n_qubits, [self._to_all(circuit)]))
        return _sum((weight, [self._single.superoperator(one)]) for weight, (one,) in self._runs([circuit], nodes))[0]

    def kept_outcomes(
        self, circuits: Sequence[CompiledCircuit], then: Sequence[CompiledCircuit]
    ) -> tuple[list[NDArray[np.complex128]], NDArray[np.float64]]:
        """The kept states, and what is found after each of other circuits, which have the same detunings."""

        def in_run(some: list[CompiledCircuit]) -> list[NDArray]:
            states = self._kept_states(some[: -len(then)])
            return [*states, self._single.outcomes(states, some[-len(then) :])]

        states: dict[int, NDArray] = {}
        tables: dict[int, NDArray] = {}
        for own, nodes in self._alike(circuits, max((_time_of(one) for one in then), default=0.0)):
            runs = self._runs([*(circuits[k] for k in own), *then], nodes)
            *found, table = _sum((weight, in_run(some)) for weight, some in runs)
            states |= dict(zip(own, found, strict=True))
            tables |= dict(zip(own, table, strict=True))
        return [states[k] for k in range(len(circuits))], np.array([tables[k] for k in range(len(circuits))])

    def counts(self, circuits: Sequence[CompiledCircuit], shots: int, seed: int) -> Sequence[Mapping[int, int]]:
        """Counts of runs each of which has the detunings of a node, drawn with the probabilities of the nodes."""
        rng = np.random.default_rng(seed)
        total: list[Counter[int]] = [Counter() for _ in circuits]
        for own, nodes in self._alike(circuits):
            number = rng.multinomial(shots, nodes.weights, size=len(own))
            drawn = np.flatnonzero(number.sum(axis=0))
            runs = shifted([circuits[k] for k in own], self.device, nodes.shifts[drawn])
            for node, some in zip(drawn, runs, strict=True):
                for k, circuit, times in zip(own, some, number[:, node].tolist(), strict=True):
                    if times:
                        total[k].update(self._single.counts([circuit], times, int(rng.integers(2**31)))[0])
        return total

    def _mean(
        self,
        circuits: Sequence[CompiledCircuit],
        bits: Sequence[Sequence[int]],
        ask: Callable[[list[CompiledCircuit], list[Sequence[int]]], list[NDArray]],
    ) -> list[NDArray]:
        """The averages of what is found of each circuit; some runs of those that are alike are followed together."""
        averages: dict[int, NDArray] = {}
        for own, nodes in self._alike(circuits):
            runs = self._runs([circuits[k] for k in own], nodes)
            averages |= dict(zip(own, _sum(self._found(runs, [bits[k] for k in own], ask)), strict=True))
        return [averages[k] for k in range(len(circuits))]

    def _found(
        self,
        runs: Iterator[tuple[float, list[CompiledCircuit]]],
        bits: list[Sequence[int]],
        ask: Callable[[list[CompiledCircuit], list[Sequence[int]]], list[NDArray]],
    ) -> Iterator[tuple[float, list[NDArray]]]:
        """What is found in each run, with its weight."""
        while some := list(islice(runs, max(_TOGETHER // len(bits), 1))):
            answers = iter(ask([one for _, circuits in some for one in circuits], bits * len(some)))
            yield from ((weight, list(islice(answers, len(bits)))) for weight, _ in some)

    def _kept_states(self, circuits: list[CompiledCircuit]) -> list[NDArray[np.complex128]]:
        """The kept states of single runs; one in which an engine resolves nothing that is kept adds nothing."""
        try:
            return self._single.kept_states(circuits)
        except NoKeptShotsError:
            if len(circuits) > 1:
                return [state for one in circuits for state in self._kept_states([one])]
        return [np.zeros((2**self.device.n_qubits,) * 2, dtype=complex)]

    def _runs(self, circuits: Sequence[CompiledCircuit], nodes: Nodes) -> Iterator[tuple[float, list[CompiledCircuit]]]:
        return zip(nodes.weights.tolist(), shifted(circuits, self.device, nodes.shifts), strict=True)

    def _alike(self, circuits: Sequence[CompiledCircuit], more: float = 0.0) -> list[tuple[list[int], Nodes]]:
        """Circuits with the same coherences for the same time, and the nodes for them.

        What is found of a circuit does not depend on which others there are.
        """
        pulsed = self._single.follows_pulses and not self.device.is_instantaneous
        exposures = [self._to_all(one, more) if pulsed else exposure_of(one, self.device, more) for one in circuits]
        groups: dict[tuple[object, ...], list[int]] = {}
        for k, exposure in enumerate(exposures):
            key = tuple((time, signs.tobytes()) for time, signs in exposure.pieces)
            groups.setdefault(key, []).append(k)
        self.nodes = 0
        n_qubits = self.device.n_qubits
        return [(own, self._told(nodes_of(self._noise, n_qubits, [exposures[own[0]]]))) for own in groups.values()]

    def _to_all(self, circuit: CompiledCircuit, more: float = 0.0) -> Exposure:
        return Exposure.to_all(self.device.n_qubits, _time_of(circuit) + more)

    def _told(self, nodes: Nodes) -> Nodes:
        """The nodes, of which the largest number is remembered."""
        self.nodes = max(self.nodes, len(nodes))
        return nodes


def _time_of(circuit: CompiledCircuit) -> float:
    return sum(time for time, _ in circuit.elapsed.values())


def _sum(found: Iterable[tuple[float, list[NDArray]]]) -> list[NDArray]:
    """The sums of weighted arrays."""
    total: list[NDArray] = []
    for weight, arrays in found:
        own = [weight * array for array in arrays]
        total = [one + more for one, more in zip(total, own, strict=True)] if total else own
    return total
