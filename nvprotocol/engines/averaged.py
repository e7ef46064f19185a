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
        nodes: Over how many detunings the last answer is averaged; 0 before the first.
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
        nodes = self._enough([], [circuit])
        runs = self._runs([circuit], nodes)
        return _sum((weight, [self._single.superoperator(one)]) for weight, (one,) in runs)[0]

    def kept_outcomes(
        self, circuits: Sequence[CompiledCircuit], then: Sequence[CompiledCircuit]
    ) -> tuple[list[NDArray[np.complex128]], NDArray[np.float64]]:
        """The kept states, and what is found after each of other circuits, which have the same detunings."""
        nodes, n = self._enough(circuits, then), len(circuits)

        def in_run(some: list[CompiledCircuit]) -> list[NDArray]:
            states = self._kept_states(some[:n])
            return [*states, self._single.outcomes(states, some[n:])]

        *states, tables = _sum((weight, in_run(some)) for weight, some in self._runs([*circuits, *then], nodes))
        return states, tables

    def counts(self, circuits: Sequence[CompiledCircuit], shots: int, seed: int) -> Sequence[Mapping[int, int]]:
        """Counts of runs each of which has the detunings of a node, drawn with the probabilities of the nodes."""
        rng, nodes = np.random.default_rng(seed), self._enough(circuits, [])
        number = rng.multinomial(shots, nodes.weights, size=len(circuits))
        total: list[Counter[int]] = [Counter() for _ in circuits]
        drawn = np.flatnonzero(number.sum(axis=0))
        for node, some in zip(drawn, shifted(circuits, self.device, nodes.shifts[drawn]), strict=True):
            for counter, circuit, own in zip(total, some, number[:, node].tolist(), strict=True):
                if own:
                    counter.update(self._single.counts([circuit], own, int(rng.integers(2**31)))[0])
        return total

    def _mean(
        self,
        circuits: Sequence[CompiledCircuit],
        bits: Sequence[Sequence[int]],
        ask: Callable[[list[CompiledCircuit], list[Sequence[int]]], list[NDArray]],
    ) -> list[NDArray]:
        """The averages of what is found of each circuit; some runs of all of them are followed together."""
        runs = self._runs(circuits, self._enough(circuits, []))

        def found() -> Iterator[tuple[float, list[NDArray]]]:
            while some := list(islice(runs, max(_TOGETHER // len(circuits), 1))):
                answers = iter(ask([one for _, own in some for one in own], [*bits] * len(some)))
                yield from ((weight, list(islice(answers, len(circuits)))) for weight, _ in some)

        return _sum(found())

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

    def _enough(self, circuits: Sequence[CompiledCircuit], then: Sequence[CompiledCircuit]) -> Nodes:
        """The nodes for some circuits, each of which may be followed by one of others."""
        n = self.device.n_qubits
        more = max((_time_of(one) for one in then), default=0.0)
        if self._single.follows_pulses and not self.device.is_instantaneous:
            exposures = [Exposure.to_all(n, _time_of(one) + more) for one in circuits]
        else:
            exposures = [exposure_of(one, self.device, more) for one in circuits]
        nodes = nodes_of(self._noise, n, exposures or [Exposure.to_all(n, more)])
        self.nodes = len(nodes)
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
