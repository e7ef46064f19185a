"""What `emulate` and `probability` find of the runs that are kept."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.entanglement import biseparable_fidelity, eof_of_concurrence
from nvprotocol.operators import State, fidelity
from nvprotocol.tomography import PAULI, FunctionInterval, fidelity_interval, linear_fidelity
from nvprotocol.tomography.state_estimate import SUSPECT

__all__ = ["Estimate", "KeptRuns", "Probability"]

Ansatz: TypeAlias = Literal["full", "X"]

_MOST_LISTED = 6
"""Pairs whose concurrences a text lists one by one: those of four qubits."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class KeptRuns:
    """What is known of the runs that are kept, whatever is asked of them.

    Attributes:
        success_probability: Probability that a run is kept: exact without shots, else the fraction of runs.
        success_interval: 95 % interval of it (Clopper–Pearson).
        counts: Kept counts; None without shots.
        shots: Runs, kept or not; None without shots.
        metadata: How it was computed: engine, method, reason where the method was forced, postselect and seed; on a
            device with quasi-static noise `nodes`, the number of static detunings averaged over, at most.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)))
        >>> circuit = nv.protocols.final_check(duration=0.5)
        >>> runs = nv.emulate(circuit, device, shots=None, postselect={"parity": 1})
        >>> isinstance(runs, nv.emulation.KeptRuns), runs.kept
        (True, 'success probability 0.5092 keeping parity = 1')
    """

    success_probability: float
    success_interval: tuple[float, float]
    counts: NDArray[np.int64] | None
    shots: int | None
    metadata: dict[str, Any]

    @property
    def kept(self) -> str:
        """What was kept, in words."""
        if not self.metadata["postselect"]:
            return "nothing discarded"
        named = ", ".join(f"{name} = {value}" for name, value in self.metadata["postselect"].items())
        ends = self._ends(self.success_interval)
        return f"success probability {self.success_probability:.4f}{ends} keeping {named}"

    @property
    def _how(self) -> str:
        """Engine and average, in words."""
        nodes = self.metadata.get("nodes")
        averaged = f", averaged over {nodes} static detuning{'s' if nodes != 1 else ''}" if nodes else ""
        return f"{self.metadata['engine']}{averaged}"

    def _ends(self, interval: tuple[float, float]) -> str:
        return "" if self.shots is None else " [{:.4f}, {:.4f}]".format(*interval)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
@holds_read_only
class Estimate(KeptRuns):
    """What a run says of the state that it keeps.

    Attributes of `KeptRuns` are its own, too.

    Attributes:
        state: Density matrix of the NV qubits: exact without shots, else the maximum-likelihood state, shape (d, d). Of
            more than two qubits it is NaN where the kept shots do not fix it, as after pairwise settings.
        concurrence: Concurrence of that state; NaN where the device has not two qubits.
        interval: 95 % interval of the concurrence (`nv.tomography.concurrence_interval`).
        standard_error: Standard error of the concurrence; NaN where the device has not two qubits.
        counts: Kept counts, one row for each setting, shape (S, 2ᴺ); None without shots.
        shots: Shots in each setting; None without shots.
        p_value: Probability of a fit as bad or worse if the model of the tomography holds (one state of the form of the
            ansatz, the device's readout); NaN without shots, or where no degrees of freedom are left for a
            goodness-of-fit test. Of more than two qubits, the least of the pairs times their number, at most 1.
        settings: The Pauli settings of the rows of `counts`.
        ansatz: What the tomography has assumed of the state: "full" is nothing, "X" that it commutes with the total σᶻ.
        readout: Readout probabilities P(read | true) that the tomography has reckoned with, as `nv.tomography.estimate`
            takes them; None for an exact readout.
        pairs: Of other than two qubits: lower limit, value and upper limit of the concurrence of every pair, shape
            (N, N, 3).

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
    p_value: float = float("nan")
    settings: tuple[str, ...] = PAULI
    ansatz: Ansatz = "full"
    readout: NDArray[np.float64] | None = None
    pairs: NDArray[np.float64] | None = None

    @property
    def pairwise_concurrence(self) -> NDArray[np.float64]:
        """Concurrence of every pair of qubits, shape (N, N), zeros on the diagonal.

        Of more than two qubits it is that of the maximum-likelihood state of the pair, by its own counts.
        """
        return self._pairs[..., 1]

    @property
    def pairwise_interval(self) -> NDArray[np.float64]:
        """95 % interval of the concurrence of every pair, each on its own, shape (N, N, 2)."""
        return self._pairs[..., [0, 2]]

    @property
    def _pairs(self) -> NDArray[np.float64]:
        if self.pairs is not None:
            return self.pairs
        between = np.array([self.interval[0], self.concurrence, self.interval[1]])
        return (1 - np.eye(len(self.state).bit_length() - 1))[..., None] * between

    def fidelity(self, target: State) -> float:
        """Fidelity with a target state: ⟨ψ|ρ|ψ⟩ for a ket, Uhlmann's for a density matrix.

        Where settings of more than two qubits do not fix the state, it is the value of `fidelity_interval`.
        """
        if np.isnan(self.state[0, 0]):
            return float(self.fidelity_interval(target).value)
        return fidelity(self.state, target)

    def fidelity_interval(self, target: State) -> FunctionInterval:
        """Fidelity with a pure state and its 95 % interval.

        Of two qubits by profile likelihood (`nv.tomography.fidelity_interval`) around the fidelity of `state`, else the
        linear estimate with its guaranteed interval (`nv.tomography.linear_fidelity`), where the settings fix it.

        Args:
            target: A pure state of as many qubits.

        Returns:
            Lower limit, value and upper limit.

        Raises:
            ArgumentError: If the target is not a pure state of as many qubits, or the settings do not fix its fidelity.

        Examples:
            >>> from qiskit import QuantumCircuit
            >>> device = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.ones((3, 3)))))
            >>> circuit = QuantumCircuit(3)
            >>> _ = circuit.h(0), circuit.cx(0, 1), circuit.cx(1, 2)
            >>> ghz = nv.operators.ghz_state(3)
            >>> five = nv.tomography.fidelity_settings(ghz)
            >>> estimate = nv.emulate(circuit, device, 1000, engine="exact", seed=7, settings=five)
            >>> low, value, high = estimate.fidelity_interval(ghz)
            >>> bool(0.95 < low < value <= high <= 1)
            True
        """
        if self.counts is None:
            value = np.array(fidelity(self.state, target))
            return FunctionInterval(value, value, value)
        if len(self.state) != 4:
            return linear_fidelity(self.counts, target, settings=self.settings, readout=self.readout)
        how: dict[str, Any] = {"settings": self.settings, "readout": self.readout, "ansatz": self.ansatz}
        low, high = fidelity_interval(self.counts, target, **how)
        value = np.array(fidelity(self.state, target))
        return FunctionInterval(np.minimum(low, value), value, np.maximum(high, value))

    def witness(self, target: State) -> FunctionInterval:
        """The witness of genuine entanglement of all qubits near a pure state, with its 95 % interval.

        It is the largest fidelity of a biseparable state minus the fidelity (`nv.entanglement.witness`): 2/3 − F for a
        W state of three qubits. Where the upper limit is negative, no mixture of biseparable states has been there.

        Args:
            target: A pure state of as many qubits.

        Returns:
            Lower limit, value and upper limit.

        Raises:
            ArgumentError: As for `fidelity_interval`.

        Examples:
            >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)))
            >>> circuit = nv.protocols.monitored_bell(duration=1.0, checks=5)
            >>> estimate = nv.emulate(circuit, device, 1000, {"parity": 1}, seed=7)
            >>> low, value, high = estimate.witness("psi-")  # 1/2 − F
            >>> bool(low < value < high < -0.4)
            True
        """
        low, value, high = self.fidelity_interval(target)
        bound = biseparable_fidelity(target)
        return FunctionInterval(bound - high, bound - value, bound - low)

    @property
    def entanglement_of_formation(self) -> NDArray[np.float64]:
        """Entanglement of formation in ebit: lower end of its interval, estimate, upper end, shape (3,).

        It rises with the concurrence, so its interval covers whenever that of the concurrence does.
        """
        if np.isnan(self.concurrence):
            return np.full(3, np.nan)
        return eof_of_concurrence([self.interval[0], self.concurrence, self.interval[1]])

    @property
    def contradicted(self) -> bool:
        """Whether the counts contradict the model of the tomography: a p-value below 1e-5."""
        return self.p_value < SUSPECT

    def __str__(self) -> str:
        shots = "no sampling noise"
        if self.counts is not None:
            shots = f"{self.shots} shots in each of {len(self.counts)} settings"
            shots += ", X ansatz" if self.ansatz == "X" else ""
        if self.pairs is None:
            left_open = self.shots is not None and np.isnan(self.standard_error)
            value = "not determined" if left_open else f"{self.concurrence:.4f}"
            entangled = f"concurrence {value}{self._ends(self.interval)}"
        else:
            entangled = self._entangled_pairs(self.pairs)
        but = ""
        if self.contradicted:
            what = "the X ansatz, or else the readout" if self.ansatz == "X" else "the model of the readout"
            but = f", but the counts contradict {what} (p-value {self.p_value:.1g})"
        return f"{entangled}, {self.kept} ({self._how}, {shots}){but}"

    def _entangled_pairs(self, pairs: NDArray[np.float64]) -> str:
        """The concurrences of pairs, in words: one by one where they are few."""
        n = len(pairs)
        if n < 2:
            return f"state of {n} qubit"
        listed = list(combinations(range(n), 2))
        if len(listed) > _MOST_LISTED:
            values = [pairs[pair][1] for pair in listed]
            return f"pairwise concurrence {min(values):.4f} to {max(values):.4f}"
        values = ["not determined" if np.isnan(pairs[pair][1]) else f"{pairs[pair][1]:.4f}" for pair in listed]
        ends = [self._ends((pairs[pair][0], pairs[pair][2])) for pair in listed]
        shown = [f"{value}{end} {pair}" for value, end, pair in zip(values, ends, listed, strict=True)]
        return f"pairwise concurrence {', '.join(shown)}"

    __repr__ = __str__


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
@holds_read_only
class Probability(KeptRuns):
    """The probability that a register reads given outcomes, among the runs that are kept.

    Attributes of `KeptRuns` are its own, too.

    Attributes:
        value: The probability: exact without shots, else the share of the kept runs.
        interval: 95 % interval of it (Clopper–Pearson).
        standard_error: Its standard error, √(p(1 − p)/n) for n kept runs; 0 without shots.
        outcomes: The outcomes that are asked for, strings of bits in Qiskit's order.
        register: Name of the classical register of k bits.
        distribution: Probability of every reading of the register, or its share of the kept runs, shape (2ᵏ,).
        counts: Kept counts of every reading, shape (1, 2ᵏ); None without shots.
        shots: Runs, kept or not; None without shots.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
        >>> circuit = nv.protocols.relaxometry(duration=0.5)
        >>> print(nv.probability(circuit, device, ["01", "10"], shots=None))
        probability of readout = 01 or 10 0.5677, nothing discarded (aer, no sampling noise)
    """

    value: float
    interval: tuple[float, float]
    standard_error: float
    outcomes: tuple[str, ...]
    register: str
    distribution: NDArray[np.float64]

    def __str__(self) -> str:
        shots = "no sampling noise" if self.shots is None else f"{self.shots} shots"
        ends = self._ends(self.interval)
        asked = f"probability of {self.register} = {' or '.join(self.outcomes)} {self.value:.4f}{ends}"
        return f"{asked}, {self.kept} ({self._how}, {shots})"

    __repr__ = __str__
