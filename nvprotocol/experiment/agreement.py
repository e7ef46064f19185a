"""Whether counts agree with an exact distribution: Pearson's χ², which no reconstruction can bias."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol._checks import fail, instance, numeric_array, real_number, show, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.emulation import Estimate, Probability
from nvprotocol.operators import State, density_matrix

_FEWEST = 5.0
"""Cells with fewer expected counts are counted together, as the χ² distribution asks for."""
_ROUNDING = 1e-9
"""By how much probabilities that are computed may lie outside of 0 to 1, or sum up to something else than 1."""


@dataclass(frozen=True)
class Agreement:
    """Pearson's χ² of counts against what the exact state and success probability predict.

    Attributes:
        chi_squared: Sum of (counted − expected)²/expected.
        degrees_of_freedom: Number of independent cells.

    Raises:
        ArgumentError: If one is no number of at least 0.

    Examples:
        >>> both = nv.experiment.Agreement(3.0, 4) + nv.experiment.Agreement(5.0, 4)
        >>> both.chi_squared, both.degrees_of_freedom, round(both.p_value, 3)
        (8.0, 8, 0.433)
    """

    chi_squared: float
    degrees_of_freedom: int

    def __post_init__(self) -> None:
        real_number(self.chi_squared, "chi_squared", minimum=0.0, infinite=True)
        whole_number(self.degrees_of_freedom, "degrees_of_freedom", minimum=0)

    @property
    def p_value(self) -> float:
        """Probability of a χ² at least as large if the emulation is right; NaN without a cell."""
        from scipy.special import chdtrc

        return float(chdtrc(self.degrees_of_freedom, self.chi_squared)) if self.degrees_of_freedom else float("nan")

    def __add__(self, other: "Agreement") -> "Agreement":
        """The agreement of independent counts taken together."""
        if not isinstance(other, Agreement):
            return NotImplemented
        return Agreement(self.chi_squared + other.chi_squared, self.degrees_of_freedom + other.degrees_of_freedom)

    def __str__(self) -> str:
        if not self.degrees_of_freedom:
            return "Agreement of counts with the exact distribution: too few counts to tell."
        return (
            f"Agreement of counts with the exact distribution: χ² = {self.chi_squared:.1f} for "
            f"{self.degrees_of_freedom} degrees of freedom, {self.chi_squared / self.degrees_of_freedom:.3f} each "
            f"(p = {self.p_value:.2g})."
        )


def counts_agreement(
    estimate: Estimate | None, state: State, success_probability: float, *, shots: int | None = None
) -> Agreement:
    """The agreement of one estimate's counts, discarded runs included, with the exact state and success probability.

    In each setting the rarest cells are counted together until they are expected to hold five counts.

    Args:
        estimate: An estimate of any settings, None where no run of the nine was kept; one without counts gives no
            degree of freedom.
        state: The exact state, such as a density matrix of shape (4, 4); of no account where no run is kept.
        success_probability: The exact probability of keeping a run.
        shots: Runs in each setting, for where none was kept; where some are predicted, this counts against agreement.

    Raises:
        ArgumentError: If an argument is not as described.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
        >>> circuit = nv.protocols.dissipative_entanglement(1.0)
        >>> estimate = nv.emulate(circuit, nv.Device(equation), shots=1000, seed=1)
        >>> exact = equation.evolve("ud", 1.0)[0]
        >>> nv.experiment.counts_agreement(estimate, exact, success_probability=1.0).p_value > 1e-6
        True
    """
    if estimate is not None:
        instance(estimate, "estimate", Estimate, article="an")
    settings = tomography.PAULI if estimate is None else estimate.settings
    n_qubits, outcomes = len(settings[0]), np.zeros((len(settings), 2 ** len(settings[0])))
    if _probability(success_probability) > 0:
        rho = density_matrix(state, n_qubits, name="state")
        if rho.ndim != 2:
            fail("state", "be one state", f"has shape {rho.shape}")
        outcomes = tomography.probabilities(rho, settings)
    return outcomes_agreement(estimate, outcomes, success_probability, shots=shots)


def outcomes_agreement(
    emulated: Estimate | Probability | None,
    outcomes: ArrayLike,
    success_probability: float,
    *,
    shots: int | None = None,
) -> Agreement:
    """The agreement of counts, discarded runs included, with what kept runs should read.

    Args:
        emulated: What has been counted, None where no run was kept.
        outcomes: Probabilities of the readings of a kept run, shape (settings, readings).
        success_probability: The exact probability of keeping a run.
        shots: Runs in each setting, for where none was kept.

    Raises:
        ArgumentError: If an argument is not as described.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0)))
        >>> circuit = nv.protocols.relaxometry(0.5)
        >>> exact = nv.probability(circuit, device, "10", shots=None, engine="exact").distribution
        >>> counted = nv.probability(circuit, device, "10", shots=1000, seed=1)
        >>> nv.experiment.outcomes_agreement(counted, exact[None], success_probability=1.0).p_value > 1e-6
        True
    """
    kept = max(_probability(success_probability), 0.0)
    read = _distributions(outcomes, any_kept=kept > 0)
    if shots is not None:
        shots = whole_number(shots, "shots", minimum=1)
    counts: NDArray | None = np.zeros(read.shape)
    if emulated is not None:
        if not isinstance(emulated, Estimate | Probability):
            fail("emulated", "be an Estimate, a Probability or None", f"is of type {type(emulated).__name__}")
        counts, shots = emulated.counts, emulated.shots
    if counts is None or shots is None:
        return Agreement(0.0, 0)
    if counts.shape != read.shape:
        fail("outcomes", f"have shape {counts.shape}, as the counts have", f"has shape {read.shape}")
    expected = shots * np.concatenate([kept * read, np.full((len(read), 1), 1 - kept)], axis=-1)
    observed = np.concatenate([counts, shots - counts.sum(axis=-1, keepdims=True)], axis=-1)
    return sum((chi_squared_of(*row) for row in zip(observed, expected, strict=True)), Agreement(0.0, 0))


def _probability(value: object) -> float:
    probability = real_number(value, "success_probability")
    if not -_ROUNDING <= probability <= 1 + _ROUNDING:
        fail("success_probability", "be from 0 to 1", f"is {show(probability)}")
    return probability


def _distributions(outcomes: ArrayLike, *, any_kept: bool) -> NDArray[np.float64]:
    """Probabilities of shape (settings, readings), of which each row sums to one where any run is kept."""
    rows = numeric_array(outcomes, "outcomes", real=True)
    if rows.ndim != 2 or not rows.size:
        fail("outcomes", "have shape (settings, readings)", f"has shape {rows.shape}")
    if rows.min() < -_ROUNDING:
        fail("outcomes", "be at least 0", f"contains {show(rows.min())}")
    worst = max(rows.sum(axis=-1), key=lambda total: abs(total - 1))
    if any_kept and abs(worst - 1) > _ROUNDING:
        fail("outcomes", "have rows that sum to 1", f"one sums to {show(worst)}")
    return rows


def chi_squared_of(observed: NDArray, expected: NDArray[np.float64]) -> Agreement:
    """The agreement of numbers of runs with their expectations, the rarest counted together."""
    order = np.argsort(expected)
    observed, expected = observed[order].astype(float), expected[order]
    few = int(np.searchsorted(np.cumsum(expected), _FEWEST)) + 1  # the rarest cells, together at least five
    observed = np.concatenate([[observed[:few].sum()], observed[few:]])
    expected = np.concatenate([[expected[:few].sum()], expected[few:]])
    return Agreement(float(((observed - expected) ** 2 / expected).sum()), observed.size - 1)
