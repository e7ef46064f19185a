"""What a run says of the state that it keeps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol.operators import State, fidelity

if TYPE_CHECKING:
    from nvprotocol.emulation.probability import Probability

__all__ = ["Estimate"]


def described(result: "Estimate | Probability") -> str:
    """What was kept, in words."""
    if not result.metadata["postselect"]:
        return "nothing discarded"
    named = ", ".join(f"{name} = {value}" for name, value in result.metadata["postselect"].items())
    ends = "" if result.shots is None else " [{:.4f}, {:.4f}]".format(*result.success_interval)
    return f"success probability {result.success_probability:.4f}{ends} keeping {named}"


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """What a run says of the state that it keeps.

    Attributes:
        state: Density matrix of the NV qubits: exact without shots, else the maximum-likelihood state, shape (d, d).
        concurrence: Concurrence of that state; NaN where the device has not two qubits.
        interval: 95 % interval of the concurrence (`nv.tomography.concurrence_interval`).
        standard_error: Standard error of the concurrence.
        success_probability: Share of runs that are kept.
        success_interval: 95 % interval of it (Wilson).
        counts: Kept counts, one row for each Pauli setting, shape (3ᴺ, 2ᴺ); None without shots.
        shots: Shots in each setting; None without shots.
        metadata: How it was computed: engine, method, postselect and seed.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)))
        >>> circuit = nv.protocols.monitored_bell(duration=0.5, checks=5)
        >>> print(nv.emulate(circuit, device, shots=None, postselect={"parity": 1}))
        concurrence 0.9640, success probability 0.5092 keeping parity = 1 (aer, no sampling noise)
    """

    state: NDArray[np.complex128]
    concurrence: float
    interval: tuple[float, float]
    standard_error: float
    success_probability: float
    success_interval: tuple[float, float]
    counts: NDArray[np.int64] | None
    shots: int | None
    metadata: dict[str, Any]

    def fidelity(self, target: State) -> float:
        """Fidelity with a target state: ⟨ψ|ρ|ψ⟩ for a ket, Uhlmann's for a density matrix."""
        return fidelity(self.state, target)

    def __str__(self) -> str:
        shots = "no sampling noise"
        if self.counts is not None:
            shots = f"{self.shots} shots in each of {len(self.counts)} settings"
        ends = "" if self.shots is None else " [{:.4f}, {:.4f}]".format(*self.interval)
        entangled = f"concurrence {self.concurrence:.4f}{ends}"
        return f"{entangled}, {described(self)} ({self.metadata['engine']}, {shots})"

    __repr__ = __str__
