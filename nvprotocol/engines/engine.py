"""What every engine does with compiled circuits."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.device import Device
from nvprotocol.engines.floor import SMALLEST_PROBABILITY
from nvprotocol.operators import vec


class Engine(ABC):
    """Follows compiled circuits on a device. What an engine cannot do it refuses in one line.

    The names and classes of all engines stand in `nvprotocol.engines`.

    Args:
        device: The device.
    """

    follows_pulses = False
    """Whether a gate that takes time goes on during that time; else it happens at once, in one piece or several."""
    nodes = 0
    """Over how many static detunings an answer is averaged; 0 where it is no average."""
    smallest_probability = SMALLEST_PROBABILITY
    """The smallest probability of keeping a run that is answered."""

    def __init__(self, device: Device) -> None:
        self.device = device

    @abstractmethod
    def kept_states(self, circuits: Sequence[CompiledCircuit]) -> list[NDArray[np.complex128]]:
        """The unnormalised final state of the NV qubits in the runs that are kept, one of each circuit, (2ᴺ, 2ᴺ).

        The trace is the probability of keeping a run.
        """

    @abstractmethod
    def distributions(
        self, circuits: Sequence[CompiledCircuit], bits: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float64]]:
        """Probabilities that a run is kept and some bits read what they read, one axis for each bit, (2, 2, …).

        Args:
            circuits: The circuits.
            bits: Bits of each circuit that are not postselected.
        """

    @abstractmethod
    def superoperator(self, circuit: CompiledCircuit) -> NDArray[np.complex128]:
        """The map of a circuit that measures nothing, column-stacked, (4ᴺ, 4ᴺ)."""

    def kept_outcomes(
        self, circuits: Sequence[CompiledCircuit], then: Sequence[CompiledCircuit]
    ) -> tuple[list[NDArray[np.complex128]], NDArray[np.float64]]:
        """The kept states, and the probabilities of being kept and found in each basis state after other circuits.

        Args:
            circuits: The circuits, C of them.
            then: Circuits that measure nothing and may follow, S of them.

        Returns:
            As for `kept_states`, and probabilities of shape (C, S, 2ᴺ).
        """
        states = self.kept_states(circuits)
        return states, self.outcomes(states, then)

    def outcomes(
        self, states: Sequence[NDArray[np.complex128]], then: Sequence[CompiledCircuit]
    ) -> NDArray[np.float64]:
        """The probabilities of the basis states after circuits that measure nothing, shape (states, circuits, 2ᴺ)."""
        d = len(states[0])
        maps = np.array([self.superoperator(one) for one in then])[:, np.arange(d) * (d + 1)]
        return np.einsum("sov,kv->kso", maps, vec(np.array(states))).real

    def counts(
        self,
        circuits: Sequence[CompiledCircuit],  # noqa: ARG002  # of engines that run shots
        shots: int,
        seed: int,  # noqa: ARG002
    ) -> Sequence[Mapping[int, int]]:
        """Counts by register value of the runs of each circuit that are kept, every shot run on its own.

        Raises:
            ArgumentError: If the engine follows what is kept, not shots.
        """
        name = type(self).__module__.rpartition(".")[2]
        fail("per_shot", 'go with the engine "aer"', f"the engine is {show(name)} (for {shots} shots)")
