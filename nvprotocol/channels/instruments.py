"""Measurements as instruments: for every outcome the map of the unnormalised state."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol._checks import fail, instance, nonnegative_array, number_of_qubits, show
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol._typing import ArrayLike
from nvprotocol.channels.channel import Channel
from nvprotocol.resources import require_memory

__all__ = ["Instrument", "parity_check", "qubit_readout"]

_STOCHASTIC = 1e-9


@dataclass(frozen=True, eq=False)
@holds_read_only
class Instrument:
    """A measurement: for every outcome the map of the unnormalised state.

    Attributes:
        branches: Outcome → trace-decreasing `Channel`; together they keep the trace.

    Raises:
        ArgumentError: If the branches together do not keep the trace.

    Examples:
        >>> check = nv.channels.parity_check()
        >>> bell = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
        >>> [check.probability(bell, outcome) for outcome in (0, 1)]
        [0.0, 1.0]
    """

    branches: dict[int, Channel]

    def __post_init__(self) -> None:
        if not isinstance(self.branches, Mapping) or not self.branches:
            fail("branches", "be a mapping of outcomes to channels", f"is {show(self.branches)}")
        branches = [instance(one, f"branches[{show(key)}]", Channel) for key, one in self.branches.items()]
        if len({one.n_qubits for one in branches}) > 1:
            fail("branches", "act on the same qubits", "they differ in their number")
        if not self.unread.trace_preserving:
            fail("branches", "keep the trace together", "they do not")
        protect(self)

    @cached_property
    def unread(self) -> Channel:
        """The map when the outcome is not looked at."""
        return Channel(np.sum([branch.superoperator for branch in self.branches.values()], axis=0))

    def probability(self, rho: ArrayLike, outcome: int) -> float:
        """The probability of an outcome in a state of shape (d, d)."""
        if not isinstance(outcome, int | np.integer) or outcome not in self.branches:
            fail("outcome", f"be one of {', '.join(map(str, self.branches))}", f"is {show(outcome)}")
        return float(np.clip(np.trace(self.branches[outcome](rho)).real, 0.0, 1.0))


def parity_check(n_qubits: int = 2) -> Instrument:
    """The check of |σᶻ| as an instrument: outcome 1 (accepted) projects on σᶻ = 0, 0 (rejected) on the rest (Lüders).

    For a pair this is what two CX gates onto a monitor qubit and its measurement do: the parity is learnt, not which
    spin is up.

    Args:
        n_qubits: Even number of qubits.

    Raises:
        ArgumentError: If the number of qubits is odd, since |σᶻ| = 0 is then impossible.

    Examples:
        >>> nv.channels.parity_check().branches[1](np.eye(4)).real.diagonal()
        array([0., 1., 1., 0.])
    """
    n = number_of_qubits(n_qubits, minimum=2, matrices=0)
    if n % 2:
        fail("n_qubits", "be even for |σᶻ| = 0 to be possible", f"is {n}")
    require_memory(12 * 16 * 16**n, "n_qubits", f"12 superoperators of {n} qubits")
    balanced = np.sum([operators.sigma_z(k, n).diagonal().real for k in range(n)], axis=0) == 0
    projectors = {0: np.diag(~balanced).astype(float), 1: np.diag(balanced).astype(float)}
    return _projections(projectors)


def qubit_readout(confusion: ArrayLike | None = None) -> Instrument:
    """The readout of one qubit in the basis of σᶻ: outcome 0 projects on |↑⟩, outcome 1 on |↓⟩.

    With readout errors the qubit is still projected, but what is read may be wrong: the branch of outcome r is
    ρ → Σ_t P(r|t) Π_t ρ Π_t.

    Args:
        confusion: P(read | true), shape (2, 2), true outcome on the columns, which sum to 1; none by default.

    Raises:
        ArgumentError: If the matrix is not of that form.

    Examples:
        >>> nv.channels.qubit_readout().unread(np.full((2, 2), 0.5)).real  # not looked at, it dephases
        array([[0.5, 0. ],
               [0. , 0.5]])
    """
    projections = [np.diag([1.0, 0.0]), np.diag([0.0, 1.0])]
    if confusion is None:
        return _projections(dict(enumerate(projections)))
    matrix = nonnegative_array(confusion, "confusion")
    if matrix.shape != (2, 2) or np.abs(matrix.sum(axis=0) - 1).max() > _STOCHASTIC:
        fail("confusion", "have shape (2, 2) and columns that sum to 1", f"is {show(matrix)}")
    maps = np.array([operators.kraus_superoperator(p) for p in projections])
    return Instrument({read: Channel(np.tensordot(matrix[read], maps, axes=1)) for read in (0, 1)})


def _projections(projectors: dict[int, NDArray[np.float64]]) -> Instrument:
    return Instrument({outcome: Channel(operators.kraus_superoperator(p)) for outcome, p in projectors.items()})
